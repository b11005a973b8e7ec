//! Cuts a stream of bytes into records, holding no more than one of them: newline-delimited JSON, or a document that is
//! one record or a log file's `{"Records":[…]}`. Whether a record is one, core says.

use bytes::BytesMut;

/// No record is longer. CloudTrail's own limit is far below (256 KB, and 1 MB when fields were cut).
pub(crate) const RECORD_LIMIT: usize = 4 << 20;

/// A stream of one of the two forms.
#[derive(Debug)]
pub(crate) struct Cutter {
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
    /// Behind the array.
    Tail,
}

/// What is around the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Around {
    /// The array of a log file.
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
pub(crate) struct Cut {
    /// The line on which it begins.
    pub(crate) line: u64,
    /// Its bytes.
    pub(crate) bytes: BytesMut,
}

/// What is wrong with the stream, and on which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Garbled {
    pub(crate) line: u64,
    pub(crate) reason: String,
}

impl Cutter {
    /// One record a line.
    pub(crate) fn lines() -> Self {
        Self::new(Form::Lines)
    }

    /// One record, several, or a log file.
    pub(crate) fn document() -> Self {
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
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
    }

    /// The next whole record of what was taken in; `None` when more is needed.
    pub(crate) fn next(&mut self) -> Result<Option<Cut>, Garbled> {
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
    pub(crate) fn end(mut self) -> Result<Option<Cut>, Garbled> {
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
            Form::Document(Scan {
                place: Place::Tail, ..
            }) => Ok(None),
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
                Place::Head => match log_file_head(&self.held) {
                    Head::Unsure => return Ok(None),
                    Head::LogFile(length) => {
                        skip(&mut self.held, length, &mut self.line);
                        scan.place = Place::Between(Around::Array);
                    }
                    Head::Other => scan.place = Place::Between(Around::Nothing),
                },
                Place::Between(around) => {
                    let comma = around == Around::Array;
                    let blank = |b: &&u8| b.is_ascii_whitespace() || (comma && **b == b',');
                    let length = self.held.iter().take_while(blank).count();
                    skip(&mut self.held, length, &mut self.line);
                    scan.place = match (self.held.first(), around) {
                        (None, _) => return Ok(None),
                        (Some(b'{'), _) => Place::Inside(around),
                        (Some(b']'), Around::Array) => Place::Tail,
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
                    let tail = self.held.split();
                    if tail
                        .iter()
                        .all(|b| b.is_ascii_whitespace() || b"]}".contains(b))
                    {
                        return Ok(None);
                    }
                    let reason = "something follows the array of records".to_owned();
                    return Err(Garbled {
                        line: self.line,
                        reason,
                    });
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
    /// `{"Records":[`, with blanks between, is so long.
    LogFile(usize),
    Other,
}

fn log_file_head(held: &[u8]) -> Head {
    let mut at = 0;
    for token in [&b"{"[..], b"\"Records\"", b":", b"["] {
        at += held[at..]
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
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
    Head::LogFile(at)
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
            while let Some(cut) = cutter.next()? {
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
        assert_eq!(line("{\"Records\":[{}],\"x\":1}"), 1);
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
