//! A request's body on its way in: framing taken off, bytes counted, digests checked.
//!
//! What the protocol library cannot tell (it knows no secret to check chunks with) is checked here before it sees a
//! byte. A failure ends the stream and waits in the report for the answer.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use s3s::{S3Error, S3ErrorCode};

use super::chunked::Decoder;
use super::digests::{Digests, Expected};
use crate::asked::AnswerBody;
use crate::error::refuse;
use crate::store::Digest;

/// The most that is kept of a body for the record, in bytes: CloudTrail leaves out request parameters over 100 KB.
const MAX_KEPT: usize = 100 * 1024;

/// The largest document that is read, in bytes: 1,000 keys of 1,024 bytes and their tags fit in well (D, S3
/// DeleteObjects). It is less than the protocol library's own limit, so that what is too large is told here.
const MAX_DOCUMENT: u64 = 8 * 1024 * 1024;

/// What is known of a body so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Bytes as they came, framing included.
    pub(crate) received: u64,
    /// What was wrong with the body.
    pub(crate) failure: Option<S3Error>,
    /// The checksum that the client gave, once it was found true.
    pub(crate) digest: Option<Digest>,
    /// The body itself, where it was asked to be kept.
    pub(crate) kept: Option<Vec<u8>>,
}

/// What a request's body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An object's bytes, of any length.
    Bytes,
    /// A document that the record does not show.
    Document,
    /// A document that the record shows.
    Shown,
}

/// A report that the body writes and the answer reads.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shared(Arc<Mutex<Report>>);

impl Shared {
    pub(crate) fn get(&self) -> MutexGuard<'_, Report> {
        // A report is plain data: there is nothing that a panic could leave half-done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A checked body.
pub(crate) struct Intake {
    raw: AnswerBody,
    decoder: Option<Decoder>,
    waiting: VecDeque<Bytes>,
    length: Option<u64>,
    decoded: u64,
    digests: Option<Digests>,
    report: Shared,
    kind: Kind,
    ended: bool,
}

impl Intake {
    /// Wraps a body.
    pub(crate) fn new(raw: AnswerBody, expected: Expected, kind: Kind, report: Shared) -> Self {
        report.get().kept = (kind == Kind::Shown).then(Vec::new);
        Self {
            raw,
            decoder: expected.is_chunked.then(Decoder::default),
            waiting: VecDeque::new(),
            length: expected.length,
            decoded: 0,
            digests: Some(Digests::new(expected)),
            report,
            kind,
            ended: false,
        }
    }

    fn take_in(&mut self, raw: Bytes) -> Result<(), S3Error> {
        self.report.get().received += raw.len() as u64;
        if self.is_too_large() {
            // It is read to its end all the same, as a client listens only when it has sent everything.
            self.waiting.clear();
            return Ok(());
        }
        match &mut self.decoder {
            Some(decoder) => decoder.feed(raw, &mut self.waiting),
            None => {
                self.waiting.push_back(raw);
                Ok(())
            }
        }
    }

    fn is_too_large(&self) -> bool {
        self.kind != Kind::Bytes && self.report.get().received > MAX_DOCUMENT
    }

    fn finish(&mut self) -> Result<(), S3Error> {
        if self.is_too_large() {
            return Err(refuse(S3ErrorCode::MaxMessageLengthExceeded));
        }
        let trailers = match &mut self.decoder {
            Some(decoder) => decoder.finish()?,
            None => Vec::new(),
        };
        if self.length.is_some_and(|length| length != self.decoded) {
            return Err(refuse(S3ErrorCode::IncompleteBody));
        }
        if let Some(digests) = self.digests.take() {
            self.report.get().digest = digests.check(&trailers)?;
        }
        Ok(())
    }

    fn fail(&mut self, error: S3Error) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        self.ended = true;
        let text = error.code().as_str().to_owned();
        self.report.get().failure = Some(error);
        Poll::Ready(Some(Err(std::io::Error::other(text))))
    }

    fn hand_out(&mut self, bytes: Bytes) -> Frame<Bytes> {
        self.decoded += bytes.len() as u64;
        if let Some(digests) = &mut self.digests {
            digests.update(&bytes);
        }
        let mut report = self.report.get();
        match &mut report.kept {
            Some(kept) if kept.len() + bytes.len() <= MAX_KEPT => kept.extend_from_slice(&bytes),
            Some(_) => report.kept = None,
            None => {}
        }
        Frame::data(bytes)
    }
}

impl Body for Intake {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        loop {
            if let Some(bytes) = self.waiting.pop_front() {
                return Poll::Ready(Some(Ok(self.hand_out(bytes))));
            }
            if self.ended {
                return Poll::Ready(None);
            }
            match ready!(Pin::new(&mut self.raw).poll_frame(context)) {
                Some(Ok(frame)) => {
                    // HTTP's own trailers carry nothing that S3 reads.
                    let Ok(raw) = frame.into_data() else { continue };
                    if let Err(error) = self.take_in(raw) {
                        return self.fail(error);
                    }
                }
                Some(Err(_)) => return self.fail(refuse(S3ErrorCode::IncompleteBody)),
                None => {
                    if let Err(error) = self.finish() {
                        return self.fail(error);
                    }
                    self.ended = true;
                    return Poll::Ready(None);
                }
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, |length| {
            SizeHint::with_exact(length.saturating_sub(self.decoded))
        })
    }
}
