//! The records of a stream, one after the other: of log files, bare arrays, JSON lines and LookupEvents' answers.
//!
//! A line that is no record is passed over, and said; where a document is broken its rest is lost, as nothing tells where
//! the next record begins. That is said, too.

use std::borrow::Cow;
use std::io::{self, BufRead};

use bytes::BytesMut;
use localtrail::{Cut, Cutter, Timestamp};
use localtrail_core::{is_whole, told_time, unwrap_lookup};
/// How much is read at once.
const PIECE: usize = 64 << 10;

/// So much is looked at to tell lines from a document.
const GLANCE: usize = 1 << 20;

/// A record as it stood there, or why there is none.
pub(super) type Item = (u64, Result<Record, String>);

/// A whole record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) json: String,
    /// When its event was.
    pub(super) time: Timestamp,
}

impl Record {
    fn read(bytes: &[u8]) -> Result<Self, String> {
        let json = std::str::from_utf8(bytes).map_err(|_| "not UTF-8".to_owned())?;
        let json = unwrap_lookup(json).map_err(|error| error.to_string())?;
        // Sketches are not replayed: a file of something else would be completed to events.
        if !is_whole(&json).map_err(|error| error.to_string())? {
            return Err("the record has no eventVersion or no eventTime".to_owned());
        }
        let time = told_time(&json).map_err(|error| error.to_string())?;
        let time = time.ok_or("the record has no valid eventTime")?;
        let json = match json {
            Cow::Borrowed(json) => json.trim().to_owned(),
            Cow::Owned(json) => json,
        };
        Ok(Self { json, time })
    }
}

/// Visits the records of a stream, each with its line.
///
/// # Errors
///
/// What `visit` answers. What is wrong with the stream itself is visited as the last item.
pub(super) fn each<E>(
    mut input: Box<dyn BufRead>,
    visit: &mut dyn FnMut(Item) -> Result<(), E>,
) -> Result<(), E> {
    let mut held = BytesMut::new();
    let (form, broken) = glance(&mut input, &mut held);
    let mut cutter = match form {
        Form::Lines => Cutter::lines(),
        Form::Document => Cutter::document(),
    };
    cutter.push(&held);
    drop(held);
    let mut line = 1;
    let mut broken = broken.err();
    loop {
        loop {
            match cutter.next_record() {
                Ok(Some(cut)) => {
                    line = cut.line;
                    visit(item(&cut))?;
                }
                Ok(None) => break,
                Err(garbled) => return visit((garbled.line, Err(lost(&garbled.reason)))),
            }
        }
        if broken.is_none() {
            match input.fill_buf() {
                Ok([]) => break,
                Ok(piece) => {
                    cutter.push(piece);
                    let read = piece.len();
                    input.consume(read);
                }
                Err(error) => broken = Some(error),
            }
        }
        // What came before the break was whole, and is taken.
        if let Some(error) = broken {
            return visit((line, Err(lost(&error.to_string()))));
        }
    }
    match cutter.end() {
        Ok(Some(cut)) => visit(item(&cut)),
        Ok(None) => Ok(()),
        Err(garbled) => visit((garbled.line, Err(lost(&garbled.reason)))),
    }
}

fn lost(reason: &str) -> String {
    format!("{reason}; nothing behind it was read")
}

fn item(cut: &Cut) -> Item {
    (cut.line, Record::read(&cut.bytes))
}

/// What a stream is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Lines,
    Document,
}

/// Lines, when the first one is a whole object that holds no records of its own, and another begins after it. Whatever was
/// read is held, also where the rest cannot be.
fn glance(input: &mut dyn BufRead, held: &mut BytesMut) -> (Form, io::Result<()>) {
    let mut end = None;
    let mut outcome = Ok(());
    while end.is_none() && held.len() < GLANCE {
        let piece = match input.fill_buf() {
            Ok(piece) => piece,
            Err(error) => {
                outcome = Err(error);
                break;
            }
        };
        let length = piece.len().min(PIECE);
        if length == 0 {
            break;
        }
        held.extend_from_slice(&piece[..length]);
        input.consume(length);
        let blank = held.iter().take_while(|byte| byte.is_ascii_whitespace());
        let begin = blank.count();
        end = memchr::memchr(b'\n', &held[begin..]).map(|at| begin + at);
    }
    let first = &held[..end.unwrap_or(held.len())];
    let form = match end.is_some() && is_one_object(first) {
        true => Form::Lines,
        false => Form::Document,
    };
    (form, outcome)
}

fn is_one_object(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
    let mut cutter = Cutter::document();
    cutter.push(line);
    let whole =
        |cut: Option<Cut>| cut.is_some_and(|cut| cut.bytes.len() == line.trim_ascii().len());
    let only = whole(cutter.next_record().ok().flatten());
    only && matches!(cutter.next_record(), Ok(None))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names, or what is wrong, by line.
    fn read(text: &str) -> Vec<(u64, Result<String, String>)> {
        let mut all = Vec::new();
        let input = Box::new(io::Cursor::new(text.as_bytes().to_vec()));
        each::<()>(input, &mut |(line, record)| {
            let name = record.map(|record| {
                let json: serde_json::Value = serde_json::from_str(&record.json).unwrap();
                json["eventName"].as_str().unwrap().to_owned()
            });
            all.push((line, name));
            Ok(())
        })
        .unwrap();
        all
    }

    fn record(name: &str) -> String {
        format!(
            r#"{{"eventVersion":"1.08","eventTime":"2023-07-10T12:00:00Z","eventName":"{name}"}}"#
        )
    }

    fn names(text: &str) -> Vec<(u64, String)> {
        let all = read(text).into_iter();
        all.map(|(line, name)| (line, name.unwrap())).collect()
    }

    #[test]
    fn every_form_is_read() {
        let (a, b) = (record("A"), record("B"));
        let lookup = |record: &str| {
            serde_json::json!({"EventId": "x", "CloudTrailEvent": record}).to_string()
        };
        let one_line = [(1, "A".to_owned()), (1, "B".to_owned())];
        let two_lines = [(1, "A".to_owned()), (2, "B".to_owned())];
        assert_eq!(names(&format!("{{\"Records\":[{a},{b}]}}")), one_line);
        assert_eq!(names(&format!("{{\"Records\":[{a},{b}]}}\n")), one_line);
        assert_eq!(names(&format!("[{a},\n{b}]")), two_lines);
        assert_eq!(names(&format!("{a}\n{b}\n")), two_lines);
        assert_eq!(names(&format!("{a}\n{b}")), two_lines);
        assert_eq!(names(&a), one_line[..1]);
        let pretty = a.replace(',', ",\n");
        assert_eq!(
            names(&format!("{pretty}\n{b}")),
            [(1, "A".to_owned()), (4, "B".to_owned())]
        );
        let events = format!(
            "{{\"Events\":[{},{}],\"NextToken\":\"x\"}}",
            lookup(&a),
            lookup(&b)
        );
        assert_eq!(names(&events), one_line);
        assert_eq!(
            names(&format!("{}\n{}\n", lookup(&a), lookup(&b))),
            two_lines
        );
        // Log files, one a line, as `cat` puts them together.
        let files = format!("{{\"Records\":[{a}]}}\n{{\"Records\":[{b}]}}\n");
        assert_eq!(names(&files), two_lines);
        // As some editors write them.
        assert_eq!(names(&format!("\u{feff}{a}\r\n{b}\r\n")), two_lines);
        assert_eq!(names(&format!("\u{feff}[{a},\r\n{b}]")), two_lines);
        assert!(names("").is_empty() && names("{\"Records\":[]}").is_empty());
    }

    #[test]
    fn a_bad_line_is_passed_over_and_a_broken_document_ends() {
        let (a, b) = (record("A"), record("B"));
        let lines = read(&format!("{a}\nnonsense\n{{\"eventName\":\"X\"}}\n{b}\n"));
        let good: Vec<bool> = lines.iter().map(|(_, one)| one.is_ok()).collect();
        assert_eq!(good, [true, false, false, true]);
        let marked = read(&format!("\u{feff}{a}\nnonsense\n{b}\n"));
        assert_eq!((marked.len(), marked[2].1.is_ok()), (3, true));
        assert!(lines[2].1.as_ref().unwrap_err().contains("eventVersion"));
        let broken = read(&format!("{{\"Records\":[{a},\n1,{b}]}}"));
        assert_eq!(broken.len(), 2);
        assert_eq!((broken[1].0, broken[1].1.is_err()), (2, true));
        assert!(
            broken[1]
                .1
                .as_ref()
                .unwrap_err()
                .ends_with("nothing behind it was read")
        );
        let cut = read(&format!("{{\"Records\":[{a},{{\"eventV"));
        assert_eq!((cut.len(), cut[1].1.is_err()), (2, true));
        // Two pieces come, then a fault.
        struct Failing(usize);
        impl io::Read for Failing {
            fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
                self.0 += 1;
                match self.0 {
                    1 => (&mut record("A").as_bytes()).read(into),
                    2 => (&mut &b"\n{\"eventV"[..]).read(into),
                    _ => Err(io::Error::other("the disk is gone")),
                }
            }
        }
        let mut seen = Vec::new();
        let input = Box::new(io::BufReader::new(Failing(0)));
        each::<()>(input, &mut |(_, one)| {
            seen.push(one.map(|_| ()));
            Ok(())
        })
        .unwrap();
        assert_eq!(
            seen,
            [
                Ok(()),
                Err("the disk is gone; nothing behind it was read".to_owned())
            ]
        );
        let no_time = read(r#"[{"eventVersion":"1.08","eventTime":"noon"}]"#);
        assert!(no_time[0].1.as_ref().unwrap_err().contains("eventTime"));
    }
}
