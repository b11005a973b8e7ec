//! The signatures of the chunks of a stream (D, S3 "Signature calculations: transferring payload in multiple chunks" and
//! "… with trailing headers"): each is made over the one before it, the first over that of the request.
//!
//! Framing is only followed as far as signatures need it. What is broken ends the stream, and S3 says how.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::flaw::{Flaw, Mismatch};
use super::seal::{SigningKey, hash};

/// The longest line between chunks, in bytes; S3 unpacks no longer ones.
const LINE: usize = 1024;

/// The most that trailers may take, in bytes.
const TRAILERS: usize = 16 * 1024;

const TRAILER_SIGNATURE: &str = "x-amz-trailer-signature";

/// Whether headers follow the chunks, and their signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trailers {
    Unsigned,
    Signed,
}

/// What every signature of a stream is made with.
pub(super) struct Seed {
    pub(super) key: SigningKey,
    pub(super) access_key: String,
    pub(super) stamp: String,
    pub(super) scope: String,
    /// The signature of the request.
    pub(super) signature: String,
}

/// Verifies the signatures of a stream, fed piece by piece.
pub(super) struct Chunks {
    seed: Seed,
    trailers: Trailers,
    state: State,
    line: Vec<u8>,
    /// The signature before the one that is due.
    previous: String,
    /// What the chunk that is passing says of itself.
    provided: String,
    hash: Sha256,
    /// The trailers as they are signed.
    trailing: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Size,
    Data(u64),
    EndOfData,
    Trailers,
    Done,
}

/// What is wrong: a signature, or (`None`) the framing.
type Wrong = Option<Flaw>;

impl Chunks {
    pub(super) fn new(seed: Seed, trailers: Trailers) -> Self {
        Self {
            previous: seed.signature.clone(),
            seed,
            trailers,
            state: State::Size,
            line: Vec::new(),
            provided: String::new(),
            hash: Sha256::new(),
            trailing: String::new(),
        }
    }

    /// Verifies what ends within these bytes.
    pub(super) fn feed(&mut self, raw: &Bytes) -> Result<(), Wrong> {
        let mut raw = &raw[..];
        while !raw.is_empty() {
            match self.state {
                State::Data(left) => {
                    let count = usize::try_from(left).unwrap_or(usize::MAX).min(raw.len());
                    self.hash.update(&raw[..count]);
                    raw = &raw[count..];
                    let left = left - count as u64;
                    self.state = State::Data(left);
                    if left == 0 {
                        self.chunk_ends()?;
                        self.state = State::EndOfData;
                    }
                }
                State::Done => return Err(None),
                State::Size | State::EndOfData | State::Trailers => {
                    let end = raw.iter().position(|byte| *byte == b'\n');
                    let count = end.map_or(raw.len(), |at| at + 1);
                    self.line.extend_from_slice(&raw[..count]);
                    raw = &raw[count..];
                    if self.line.len() > LINE {
                        return Err(None);
                    }
                    if end.is_some() {
                        self.line_ends()?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Verifies that the stream is whole, and that nothing is left unsigned.
    pub(super) fn finish(&self) -> Result<(), Wrong> {
        match (self.state, self.trailers) {
            (State::Trailers, Trailers::Signed) => Err(Some(self.mismatch(self.of_trailers(), ""))),
            // Some clients leave out the empty line at the end.
            (State::Trailers, Trailers::Unsigned) if !self.line.is_empty() => Err(None),
            (State::Trailers, Trailers::Unsigned) | (State::Done, _) => Ok(()),
            (State::Size | State::Data(_) | State::EndOfData, _) => Err(None),
        }
    }

    fn line_ends(&mut self) -> Result<(), Wrong> {
        let line = std::mem::take(&mut self.line);
        let line = line.strip_suffix(b"\r\n").ok_or(None)?;
        let line = std::str::from_utf8(line).map_err(|_| None)?;
        match self.state {
            State::Size => self.chunk_begins(line),
            State::EndOfData if line.is_empty() => {
                self.state = State::Size;
                Ok(())
            }
            State::Trailers => self.trailer(line),
            State::EndOfData | State::Data(_) | State::Done => Err(None),
        }
    }

    fn chunk_begins(&mut self, line: &str) -> Result<(), Wrong> {
        let (size, extension) = line.split_once(';').unwrap_or((line, ""));
        let is_number =
            (1..=16).contains(&size.len()) && size.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_number {
            return Err(None);
        }
        let size = u64::from_str_radix(size, 16).map_err(|_| None)?;
        extension
            .strip_prefix("chunk-signature=")
            .unwrap_or_default()
            .clone_into(&mut self.provided);
        if size > 0 {
            self.state = State::Data(size);
            return Ok(());
        }
        self.chunk_ends()?;
        self.state = State::Trailers;
        Ok(())
    }

    fn chunk_ends(&mut self) -> Result<(), Wrong> {
        let content = hex::encode(self.hash.finalize_reset());
        let Seed { stamp, scope, .. } = &self.seed;
        let text = format!(
            "AWS4-HMAC-SHA256-PAYLOAD\n{stamp}\n{scope}\n{}\n{}\n{content}",
            self.previous,
            hash(b"")
        );
        let provided = std::mem::take(&mut self.provided);
        self.verify(text, &provided)?;
        self.previous = provided;
        Ok(())
    }

    fn trailer(&mut self, line: &str) -> Result<(), Wrong> {
        if line.is_empty() {
            if self.trailers == Trailers::Signed {
                return Err(Some(self.mismatch(self.of_trailers(), "")));
            }
            self.state = State::Done;
            return Ok(());
        }
        let (name, value) = line.split_once(':').ok_or(None)?;
        let blank = [' ', '\t'];
        let name = name.trim_matches(blank).to_ascii_lowercase();
        let value = value.trim_matches(blank);
        if self.trailers == Trailers::Signed && name == TRAILER_SIGNATURE {
            self.verify(self.of_trailers(), value)?;
            // What follows now is not signed any more, and only the end may follow.
            self.trailers = Trailers::Unsigned;
            self.trailing.clear();
            return Ok(());
        }
        if self.trailers == Trailers::Unsigned {
            return Err(None);
        }
        self.trailing += &format!("{name}:{value}\n");
        if self.trailing.len() > TRAILERS {
            return Err(None);
        }
        Ok(())
    }

    fn of_trailers(&self) -> String {
        let Seed { stamp, scope, .. } = &self.seed;
        let content = hash(self.trailing.as_bytes());
        format!(
            "AWS4-HMAC-SHA256-TRAILER\n{stamp}\n{scope}\n{}\n{content}",
            self.previous
        )
    }

    fn verify(&self, text: String, provided: &str) -> Result<(), Wrong> {
        if self.seed.key.verify(&text, provided) {
            Ok(())
        } else {
            Err(Some(self.mismatch(text, provided)))
        }
    }

    fn mismatch(&self, string_to_sign: String, provided: &str) -> Flaw {
        Flaw::Mismatch(Box::new(Mismatch {
            access_key: self.seed.access_key.clone(),
            string_to_sign,
            provided: provided.to_owned(),
            canonical: None,
        }))
    }
}
