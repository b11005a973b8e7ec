//! The body of a request that was believed, on its way to the service. The chunks of a signed stream are verified as
//! they pass; what they carry is unpacked by S3 itself.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use localtrail_neighbours::BoxError;

use super::chunks::Chunks;
use super::flaw::Flaw;

/// Where a body says that one of its chunks was signed wrongly: after the request was believed, so that the service has
/// begun its work. The body ends with an error then, which undoes that work.
#[derive(Debug, Clone, Default)]
pub(crate) struct Verdict(Arc<OnceLock<Flaw>>);

impl Verdict {
    pub(super) fn flaw(&self) -> Option<&Flaw> {
        self.0.get()
    }
}

/// A body.
pub(crate) enum CheckedBody {
    /// It was read to check it.
    Whole(Full<Bytes>),
    /// Its hash is signed, and checked by the service, or it needs none.
    Plain(Incoming),
    /// Its chunks are signed.
    Chunked(Box<ChunkedBody>),
}

/// A body of signed chunks.
pub(crate) struct ChunkedBody {
    pub(super) inner: Incoming,
    pub(super) chunks: Chunks,
    pub(super) verdict: Verdict,
    pub(super) ended: bool,
}

impl ChunkedBody {
    fn fail(&mut self, flaw: Option<Flaw>) -> BoxError {
        self.ended = true;
        if let Some(flaw) = flaw {
            // The first one counts.
            let _told = self.verdict.0.set(flaw);
        }
        "the signature of a chunk does not match".into()
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let checked = match ready!(Pin::new(&mut self.inner).poll_frame(context)) {
            Some(Ok(frame)) => {
                let fed = match frame.data_ref() {
                    Some(data) => self.chunks.feed(data),
                    None => Ok(()),
                };
                fed.map(|()| Some(frame))
            }
            Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
            None => self.chunks.finish().map(|()| None),
        };
        match checked {
            Ok(Some(frame)) => Poll::Ready(Some(Ok(frame))),
            Ok(None) => {
                self.ended = true;
                Poll::Ready(None)
            }
            Err(flaw) => Poll::Ready(Some(Err(self.fail(flaw)))),
        }
    }
}

impl Body for CheckedBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self.get_mut() {
            Self::Whole(body) => Pin::new(body)
                .poll_frame(context)
                .map_err(|never| match never {}),
            Self::Plain(body) => Pin::new(body).poll_frame(context).map_err(Into::into),
            Self::Chunked(body) => body.poll(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(body) => body.is_end_stream(),
            Self::Plain(body) => body.is_end_stream(),
            // The end must be seen, as it may lack a signature.
            Self::Chunked(body) => body.ended,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => body.size_hint(),
            Self::Plain(body) => body.size_hint(),
            Self::Chunked(body) => body.inner.size_hint(),
        }
    }
}
