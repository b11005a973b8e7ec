//! The `aws-chunked` framing that SDKs put around streamed bodies: sizes, signatures and trailers, taken off again.
//!
//! Chunk signatures are not checked, as no signature is. HTTP's own chunked encoding is hyper's business.

use std::collections::VecDeque;

use bytes::{Buf, Bytes, BytesMut};
use hyper::StatusCode;
use s3s::{S3Error, S3ErrorCode};

use crate::error::refuse_with;

/// The longest line before a chunk, in bytes: a size and a signature need 100.
const MAX_LINE: usize = 1024;
/// The most that trailers may take, in bytes.
const MAX_TRAILERS: usize = 16 * 1024;

/// Takes the framing off, fed piece by piece.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    state: State,
    line: BytesMut,
    trailers: Vec<(String, String)>,
    trailer_bytes: usize,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Size,
    Data(u64),
    EndOfData,
    Trailers,
    Done,
}

impl Decoder {
    /// Takes in raw bytes and hands out what they carry.
    ///
    /// # Errors
    /// `InvalidRequest` for broken framing, `MalformedTrailerError` for broken trailers.
    pub(crate) fn feed(
        &mut self,
        mut raw: Bytes,
        out: &mut VecDeque<Bytes>,
    ) -> Result<(), S3Error> {
        while !raw.is_empty() {
            match self.state {
                State::Data(left) => {
                    let count = usize::try_from(left).unwrap_or(usize::MAX).min(raw.len());
                    out.push_back(raw.split_to(count));
                    let left = left - count as u64;
                    self.state = if left == 0 {
                        State::EndOfData
                    } else {
                        State::Data(left)
                    };
                }
                State::Done => return Err(broken("data follows the last chunk")),
                State::Size | State::EndOfData | State::Trailers => {
                    if let Some(line) = self.take_line(&mut raw)? {
                        self.line_read(&line)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The trailers, once the body has ended.
    ///
    /// # Errors
    /// `IncompleteBody` when it ended too early.
    pub(crate) fn finish(&mut self) -> Result<Vec<(String, String)>, S3Error> {
        // Some clients leave out the empty line after the trailers.
        match self.state {
            State::Done => {}
            State::Trailers if self.line.is_empty() => {}
            _ => {
                return Err(refuse_with(
                    S3ErrorCode::IncompleteBody,
                    "The request body terminated unexpectedly",
                ));
            }
        }
        Ok(std::mem::take(&mut self.trailers))
    }

    /// A whole line without its CRLF, if it is there yet.
    fn take_line(&mut self, raw: &mut Bytes) -> Result<Option<Bytes>, S3Error> {
        let end = raw.iter().position(|byte| *byte == b'\n');
        let count = end.map_or(raw.len(), |at| at + 1);
        if self.line.len() + count > MAX_LINE {
            return Err(broken("a line is too long"));
        }
        self.line.extend_from_slice(&raw[..count]);
        raw.advance(count);
        if end.is_none() {
            return Ok(None);
        }
        let line = self.line.split().freeze();
        let line = line
            .strip_suffix(b"\r\n")
            .ok_or_else(|| broken("a line does not end in CRLF"))?;
        Ok(Some(Bytes::copy_from_slice(line)))
    }

    fn line_read(&mut self, line: &[u8]) -> Result<(), S3Error> {
        let text = std::str::from_utf8(line).map_err(|_| broken("a line is not text"))?;
        self.state = match self.state {
            State::Size => match chunk_size(text)? {
                0 => State::Trailers,
                size => State::Data(size),
            },
            State::EndOfData if text.is_empty() => State::Size,
            State::EndOfData => return Err(broken("a chunk is longer than its size")),
            State::Trailers if text.is_empty() => State::Done,
            State::Trailers => {
                self.trailer_read(text)?;
                State::Trailers
            }
            other @ (State::Data(_) | State::Done) => other,
        };
        Ok(())
    }

    fn trailer_read(&mut self, text: &str) -> Result<(), S3Error> {
        self.trailer_bytes += text.len();
        match text.split_once(':') {
            Some((name, value)) if self.trailer_bytes <= MAX_TRAILERS => {
                self.trailers
                    .push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
                Ok(())
            }
            _ => Err(malformed_trailer()),
        }
    }
}

fn chunk_size(line: &str) -> Result<u64, S3Error> {
    let size = line.split(';').next().unwrap_or_default();
    let well_formed = (1..=16).contains(&size.len()) && size.bytes().all(|b| b.is_ascii_hexdigit());
    if !well_formed {
        return Err(broken("a chunk's size is not a hexadecimal number"));
    }
    u64::from_str_radix(size, 16).map_err(|_| broken("a chunk's size is too large"))
}

fn broken(what: &str) -> S3Error {
    refuse_with(
        S3ErrorCode::InvalidRequest,
        format!("The aws-chunked body is not well-formed: {what}"),
    )
}

/// The error for trailers that are missing or unreadable.
pub(crate) fn malformed_trailer() -> S3Error {
    let mut error = S3Error::with_message(
        S3ErrorCode::Custom("MalformedTrailerError".into()),
        "The request contained trailing data that was not well-formed or did not conform to our published schema.",
    );
    error.set_status_code(StatusCode::BAD_REQUEST);
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    type Decoded = (Vec<u8>, Vec<(String, String)>);

    fn decode(raw: &[u8], step: usize) -> Result<Decoded, String> {
        let mut decoder = Decoder::default();
        let mut out = VecDeque::new();
        for piece in raw.chunks(step) {
            let fed = decoder.feed(Bytes::copy_from_slice(piece), &mut out);
            fed.map_err(|error| error.code().as_str().to_owned())?;
        }
        let trailers = decoder
            .finish()
            .map_err(|error| error.code().as_str().to_owned())?;
        Ok((out.iter().flatten().copied().collect(), trailers))
    }

    const SIGNED: &[u8] = b"5;chunk-signature=aa\r\nhello\r\n6;chunk-signature=bb\r\n world\r\n0;chunk-signature=cc\r\n\r\n";
    const TRAILED: &[u8] = b"b\r\nhello world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\nx-amz-trailer-signature:dd\r\n\r\n";

    #[test]
    fn framing_comes_off_however_it_is_cut() {
        for step in [1, 2, 3, 7, 1000] {
            assert_eq!(
                decode(SIGNED, step).unwrap(),
                (b"hello world".to_vec(), vec![]),
                "{step}"
            );
            let (body, trailers) = decode(TRAILED, step).unwrap();
            assert_eq!(body, b"hello world");
            assert_eq!(
                trailers[0],
                ("x-amz-checksum-crc32".to_owned(), "DUoRhQ==".to_owned())
            );
            assert_eq!(trailers.len(), 2);
        }
        assert_eq!(decode(b"0\r\n\r\n", 1).unwrap().0, b"");
        assert_eq!(decode(b"0\r\n", 1).unwrap().0, b"");
    }

    #[test]
    fn wrong_framing_is_a_modelled_error() {
        let long = [b'a'; 2000];
        for (raw, code) in [
            (&b"hello"[..], "IncompleteBody"),
            (b"", "IncompleteBody"),
            (b"5\r\nhel", "IncompleteBody"),
            (b"5\r\nhello\r\n", "IncompleteBody"),
            (b"zz\r\nhello\r\n0\r\n\r\n", "InvalidRequest"),
            (b"-5\r\nhello\r\n0\r\n\r\n", "InvalidRequest"),
            (b"\r\n\r\n", "InvalidRequest"),
            (b"4\r\nhello\r\n0\r\n\r\n", "InvalidRequest"),
            (b"5\nhello\r\n0\r\n\r\n", "InvalidRequest"),
            (b"fffffffffffffffff\r\n", "InvalidRequest"),
            (b"0\r\n\r\nmore", "InvalidRequest"),
            (b"0\r\nno colon\r\n\r\n", "MalformedTrailerError"),
            (&long, "InvalidRequest"),
        ] {
            assert_eq!(
                decode(raw, 5).unwrap_err(),
                code,
                "{}",
                String::from_utf8_lossy(raw)
            );
        }
    }
}
