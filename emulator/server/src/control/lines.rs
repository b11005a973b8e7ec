//! Cuts a stream of bytes into records, holding no more than one of them: newline-delimited JSON, or documents, each of
//! them one record, a bare array, a log file's `{"Records":[…]}` or LookupEvents' `{"Events":[…]}`. Whether a record is
//! one, core says.

mod head;

use bytes::BytesMut;

use head::{BYTE_ORDER_MARK, GZIP, Head, byte_order_mark, head, may_wrap, strip_mark};

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
                if self.line == 1 {
                    strip_mark(&mut self.held);
                }
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
            if line == 1 {
                strip_mark(&mut bytes);
            }
            self.line += 1;
            self.looked = 0;
            if !bytes.trim_ascii().is_empty() {
                return Some(Cut { line, bytes });
            }
        }
    }

    fn next_element(&mut self) -> Result<Option<Cut>, Garbled> {
        loop {
            let Form::Document(scan) = &mut self.form else {
                return Ok(None);
            };
            let place = match scan.place {
                Place::Head => match head(&self.held) {
                    Head::Unsure => return Ok(None),
                    Head::Array(length, around) => {
                        skip(&mut self.held, length, &mut self.line);
                        Place::Between(around)
                    }
                    Head::Other => {
                        let mark = byte_order_mark(&self.held);
                        skip(&mut self.held, mark, &mut self.line);
                        Place::Between(Around::Nothing)
                    }
                },
                Place::Between(around) => match self.behind_a_record(around)? {
                    Some(place) => place,
                    None => return Ok(None),
                },
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
                    Place::Head
                }
            };
            self.go_to(place);
        }
    }

    fn go_to(&mut self, place: Place) {
        if let Form::Document(scan) = &mut self.form {
            if place == Place::Tail {
                // The object around the array is open.
                scan.depth = 1;
            }
            scan.place = place;
        }
    }

    /// What comes after a record, or before the first; `None` when more is needed to tell.
    fn behind_a_record(&mut self, around: Around) -> Result<Option<Place>, Garbled> {
        let comma = around != Around::Nothing;
        let blank = |b: &&u8| b.is_ascii_whitespace() || (comma && **b == b',');
        let length = self.held.iter().take_while(blank).count();
        skip(&mut self.held, length, &mut self.line);
        // Files that were put together bring their marks along.
        if !comma && self.held.first() == BYTE_ORDER_MARK.first() {
            if self.held.len() < BYTE_ORDER_MARK.len() {
                return Ok(None);
            }
            let mark = byte_order_mark(&self.held);
            skip(&mut self.held, mark, &mut self.line);
        }
        Ok(Some(match (self.held.first(), around) {
            (None, _) => return Ok(None),
            (Some(b'{' | b'['), Around::Nothing) if may_wrap(&self.held) => Place::Head,
            (Some(b'{'), _) => Place::Inside(around),
            (Some(b']'), Around::Array) => {
                skip(&mut self.held, 1, &mut self.line);
                Place::Head
            }
            (Some(b']'), Around::Wrapped) => {
                skip(&mut self.held, 1, &mut self.line);
                Place::Tail
            }
            (Some(_), _) => {
                let reason = match self.held.starts_with(&GZIP) {
                    true => "this is gzip: unpack it, or put it in with localtrail replay",
                    false => "a record begins with {",
                };
                return Err(Garbled {
                    line: self.line,
                    reason: reason.to_owned(),
                });
            }
        }))
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

#[cfg(test)]
mod tests;
