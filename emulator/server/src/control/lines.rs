//! Cuts a stream of bytes into records, holding no more than one of them: newline-delimited JSON, or documents, each of
//! them one record, a bare array, a log file's `{"Records":[…]}` or LookupEvents' `{"Events":[…]}`. Whether a record is
//! one, core says.

use bytes::BytesMut;

/// No record is longer. CloudTrail's own limit is far below (256 KB, and 1 MB when fields were cut).
pub const RECORD_LIMIT: usize = 4 << 20;

/// A stream of one of the two forms.
#[derive(Debug)]
pub struct Cutter {
    held: BytesMut,
    /// How far `held` was looked at already.
    looked: usize,
    /// The line, counted from 1, on which `held` begins.
    line: u64,
    form: Form,
}

#[derive(Debug)]
enum Form {
    Lines,
    Document(Scan),
}

/// Where in a document the scan is.
#[derive(Debug, Default)]
struct Scan {
    place: Place,
    depth: u32,
    text: Text,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the first byte that tells which form it is.
    #[default]
    Head,
    /// Between two records.
    Between(Around),
    /// Inside a record.
    Inside(Around),
    /// Behind the array, where the object around it may have other members.
    Tail,
}

/// What is around the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Around {
    /// The array of a log file, with an object around it.
    Wrapped,
    /// An array alone.
    Array,
    /// Nothing.
    Nothing,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Text {
    #[default]
    Outside,
    Inside,
    Escaped,
}

/// A record that was cut out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The line on which it begins.
    pub line: u64,
    /// Its bytes.
    pub bytes: BytesMut,
}

/// What is wrong with the stream, and on which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Garbled {
    /// The line, counted from 1.
    pub line: u64,
    /// What is wrong.
    pub reason: String,
}

impl Cutter {
    /// One record a line.
    pub fn lines() -> Self {
        Self::new(Form::Lines)
    }

    /// One record, several, or a log file.
    pub fn document() -> Self {
        Self::new(Form::Document(Scan::default()))
    }

    fn new(form: Form) -> Self {
        Self {
            held: BytesMut::new(),
            looked: 0,
            line: 1,
            form,
        }
    }

    /// Takes in more of the stream.
    pub fn push(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
    }

    /// The next whole record of what was taken in; `None` when more is needed.
    pub fn next_record(&mut self) -> Result<Option<Cut>, Garbled> {
        let cut = match &mut self.form {
            Form::Lines => self.next_line(),
            Form::Document(_) => self.next_element()?,
        };
        if cut.is_none() && self.held.len() > RECORD_LIMIT {
            let reason = format!("a record is longer than {RECORD_LIMIT} bytes");
            return Err(Garbled {
                line: self.line,
                reason,
            });
        }
        Ok(cut)
    }

    /// What is left at the end of the stream: the last line, when it has no newline.
    pub fn end(mut self) -> Result<Option<Cut>, Garbled> {
        match self.form {
            Form::Lines => {
                let blank = self.held.trim_ascii().is_empty();
                Ok((!blank).then(|| Cut {
                    line: self.line,
                    bytes: self.held.split(),
                }))
            }
            Form::Document(Scan {
                place: Place::Head | Place::Between(Around::Nothing),
                ..
            }) if self.held.trim_ascii().is_empty() => Ok(None),
            Form::Document(_) => {
                let reason = "the document ends early".to_owned();
                Err(Garbled {
                    line: self.line,
                    reason,
                })
            }
        }
    }

    fn next_line(&mut self) -> Option<Cut> {
        loop {
            let Some(end) = memchr::memchr(b'\n', &self.held[self.looked..]) else {
                self.looked = self.held.len();
                return None;
            };
            let mut bytes = self.held.split_to(self.looked + end + 1);
            bytes.truncate(bytes.len() - 1);
            let line = self.line;
            self.line += 1;
            self.looked = 0;
            if !bytes.trim_ascii().is_empty() {
                return Some(Cut { line, bytes });
            }
        }
    }

    fn next_element(&mut self) -> Result<Option<Cut>, Garbled> {
        let Form::Document(scan) = &mut self.form else {
            return Ok(None);
        };
        loop {
            match scan.place {
                Place::Head => match head(&self.held) {
                    Head::Unsure => return Ok(None),
                    Head::Array(length, around) => {
                        skip(&mut self.held, length, &mut self.line);
                        scan.place = Place::Between(around);
                    }
                    Head::Other => {
                        let mark = byte_order_mark(&self.held);
                        skip(&mut self.held, mark, &mut self.line);
                        scan.place = Place::Between(Around::Nothing);
                    }
                },
                Place::Between(around) => {
                    let comma = around != Around::Nothing;
                    let blank = |b: &&u8| b.is_ascii_whitespace() || (comma && **b == b',');
                    let length = self.held.iter().take_while(blank).count();
                    skip(&mut self.held, length, &mut self.line);
                    scan.place = match (self.held.first(), around) {
                        (None, _) => return Ok(None),
                        (Some(b'{' | b'['), Around::Nothing) if may_wrap(&self.held) => Place::Head,
                        (Some(b'{'), _) => Place::Inside(around),
                        (Some(b']'), Around::Array) => {
                            skip(&mut self.held, 1, &mut self.line);
                            Place::Head
                        }
                        (Some(b']'), Around::Wrapped) => {
                            skip(&mut self.held, 1, &mut self.line);
                            scan.depth = 1;
                            Place::Tail
                        }
                        (Some(_), _) => {
                            let reason = "a record begins with {".to_owned();
                            return Err(Garbled {
                                line: self.line,
                                reason,
                            });
                        }
                    };
                }
                Place::Inside(around) => {
                    if !scan.whole(&self.held, &mut self.looked) {
                        return Ok(None);
                    }
                    scan.place = Place::Between(around);
                    return Ok(Some(cut(&mut self.held, &mut self.looked, &mut self.line)));
                }
                Place::Tail => {
                    let whole = scan.whole(&self.held, &mut self.looked);
                    let length = std::mem::take(&mut self.looked);
                    skip(&mut self.held, length, &mut self.line);
                    if !whole {
                        return Ok(None);
                    }
                    scan.place = Place::Head;
                }
            }
        }
    }
}

impl Scan {
    /// Looks on for the end of an object that begins at 0; `looked` is then just behind it.
    fn whole(&mut self, held: &[u8], looked: &mut usize) -> bool {
        while let Some(&byte) = held.get(*looked) {
            match (self.text, byte) {
                (Text::Inside, b'\\') => self.text = Text::Escaped,
                (Text::Inside, b'"') => self.text = Text::Outside,
                (Text::Inside, _) => {
                    let rest = &held[*looked..];
                    *looked += memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
                    continue;
                }
                (Text::Escaped, _) => self.text = Text::Inside,
                (Text::Outside, b'"') => self.text = Text::Inside,
                (Text::Outside, b'{' | b'[') => self.depth = self.depth.saturating_add(1),
                (Text::Outside, b'}' | b']') => self.depth = self.depth.saturating_sub(1),
                (Text::Outside, _) => {}
            }
            *looked += 1;
            if self.depth == 0 && self.text == Text::Outside {
                return true;
            }
        }
        false
    }
}

fn cut(held: &mut BytesMut, looked: &mut usize, line: &mut u64) -> Cut {
    let bytes = held.split_to(std::mem::take(looked));
    let begins = *line;
    *line += newlines(&bytes);
    Cut {
        line: begins,
        bytes,
    }
}

fn skip(held: &mut BytesMut, length: usize, line: &mut u64) {
    *line += newlines(&held.split_to(length));
}

fn newlines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

enum Head {
    Unsure,
    /// What stands before the first record is so long.
    Array(usize, Around),
    Other,
}

/// The members that hold records: of log files, and of what LookupEvents answers.
const HOLDERS: [&[u8]; 2] = [b"\"Records\"", b"\"Events\""];

/// Whether an object that begins here must be looked at as a document of its own, as one may follow another.
fn may_wrap(held: &[u8]) -> bool {
    !matches!(head(held), Head::Other)
}

fn head(held: &[u8]) -> Head {
    if held.len() < BYTE_ORDER_MARK.len() && BYTE_ORDER_MARK.starts_with(held) {
        return Head::Unsure;
    }
    let begin = blanks(held) + byte_order_mark(held);
    if held[begin..].first() == Some(&b'[') {
        return Head::Array(begin + 1, Around::Array);
    }
    let mut unsure = false;
    for holder in HOLDERS {
        match wrapped(&held[begin..], holder) {
            Head::Array(length, around) => return Head::Array(begin + length, around),
            Head::Unsure => unsure = true,
            Head::Other => {}
        }
    }
    if unsure { Head::Unsure } else { Head::Other }
}

/// `{"Records":[`, with blanks between.
fn wrapped(held: &[u8], holder: &[u8]) -> Head {
    let mut at = 0;
    for token in [&b"{"[..], holder, b":", b"["] {
        at += blanks(&held[at..]);
        let rest = &held[at..];
        if !rest.starts_with(token) {
            return if token.starts_with(rest) {
                Head::Unsure
            } else {
                Head::Other
            };
        }
        at += token.len();
    }
    Head::Array(at, Around::Wrapped)
}

fn blanks(held: &[u8]) -> usize {
    held.iter()
        .take_while(|byte| byte.is_ascii_whitespace())
        .count()
}

/// Some editors write it in front of UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

fn byte_order_mark(held: &[u8]) -> usize {
    if held.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len()
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that is cut, with the stream arriving in pieces of this size.
    fn cuts(mut cutter: Cutter, stream: &str, size: usize) -> Result<Vec<(u64, String)>, Garbled> {
        let mut all = Vec::new();
        let mut keep = |cut: Cut| {
            all.push((cut.line, String::from_utf8_lossy(&cut.bytes).into_owned()));
        };
        for piece in stream.as_bytes().chunks(size) {
            cutter.push(piece);
            while let Some(cut) = cutter.next_record()? {
                keep(cut);
            }
        }
        cutter.end()?.into_iter().for_each(keep);
        Ok(all)
    }

    fn each_size(form: fn() -> Cutter, stream: &str, expected: &[(u64, &str)]) {
        for size in [1, 2, 3, 7, 1000] {
            let got = cuts(form(), stream, size).unwrap();
            let got: Vec<_> = got
                .iter()
                .map(|(line, text)| (*line, text.as_str()))
                .collect();
            assert_eq!(got, expected, "in pieces of {size}");
        }
    }

    #[test]
    fn lines_are_cut_and_counted() {
        each_size(
            Cutter::lines,
            "a\n\nbb\r\nc",
            &[(1, "a"), (3, "bb\r"), (4, "c")],
        );
        each_size(Cutter::lines, "", &[]);
        each_size(Cutter::lines, "\n \n", &[]);
    }

    #[test]
    fn log_files_are_cut() {
        let file = "{ \"Records\" : [\n{\"a\":\"}\\\"]\"},\n{\"b\":[{}]}\n]}\n";
        each_size(
            Cutter::document,
            file,
            &[(2, r#"{"a":"}\"]"}"#), (3, r#"{"b":[{}]}"#)],
        );
        each_size(Cutter::document, r#"{"Records":[]}"#, &[]);
    }

    #[test]
    fn arrays_and_answers_of_event_history_are_cut() {
        each_size(
            Cutter::document,
            "[{\"a\":1},\n {\"b\":[2]}]",
            &[(1, "{\"a\":1}"), (2, "{\"b\":[2]}")],
        );
        let pages = "{\"Events\":[{\"a\":1}],\n\"NextToken\":\"]}\"}\n{\"Events\":[{\"b\":2}]}\n{\"c\":3}[]{\"Records\":[]}[]";
        each_size(
            Cutter::document,
            pages,
            &[(1, "{\"a\":1}"), (3, "{\"b\":2}"), (4, "{\"c\":3}")],
        );
        each_size(Cutter::document, "\u{feff}[{}]", &[(1, "{}")]);
        each_size(Cutter::document, "[]", &[]);
    }

    #[test]
    fn single_records_are_cut() {
        each_size(Cutter::document, "{\n\"a\":1}\n", &[(1, "{\n\"a\":1}")]);
        each_size(
            Cutter::document,
            "{\"a\":1}\n\n{\"b\":2}",
            &[(1, "{\"a\":1}"), (3, "{\"b\":2}")],
        );
        each_size(Cutter::document, "  ", &[]);
    }

    #[test]
    fn what_is_garbled_names_its_line() {
        let line = |stream| cuts(Cutter::document(), stream, 1000).unwrap_err().line;
        assert_eq!(line("x"), 1);
        assert_eq!(line("[1]"), 1);
        assert_eq!(line("{\"Records\":[\n1]}"), 2);
        assert_eq!(line("{\"Records\":[{}],\n\"x\":1"), 2);
        assert_eq!(line("{\"Records\":[{}]}\n]"), 2);
        assert_eq!(line("{\"Records\":[\n{}\n"), 3);
        assert_eq!(line("{\"a\":"), 1);
    }

    #[test]
    fn a_record_has_a_limit() {
        let long = "x".repeat(RECORD_LIMIT + 1);
        assert!(cuts(Cutter::lines(), &long, 1 << 16).is_err());
        assert!(cuts(Cutter::document(), &format!("{{\"{long}"), 1 << 16).is_err());
    }
}
