//! The body of a forwarded answer on its way to the client.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use localtrail_neighbours::BoxError;
use tokio::time::Sleep;

use crate::capture::Tally;
use crate::forward::Open;

/// A body that is watched. Its call is recorded when its last byte was handed out, or when it is dropped.
pub(crate) struct Passing {
    inner: Incoming,
    tally: Tally,
    /// Until the end was seen.
    open: Option<Open>,
    silence: Duration,
    /// Runs while the upstream is waited for.
    pause: Option<Pin<Box<Sleep>>>,
}

impl Passing {
    pub(crate) fn new(inner: Incoming, tally: Tally, open: Open, silence: Duration) -> Self {
        let is_over = inner.is_end_stream();
        let mut passing = Self {
            inner,
            tally,
            open: Some(open),
            silence,
            pause: None,
        };
        if is_over {
            passing.tally.kept.ended = true;
            passing.close();
        }
        passing
    }

    fn close(&mut self) {
        if let Some(mut open) = self.open.take() {
            open.body(std::mem::take(&mut self.tally.kept));
        }
    }

    /// Ready when nothing has moved for too long.
    fn poll_silence(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(open) = &self.open else {
            return Poll::Pending;
        };
        loop {
            let deadline = open.movement.deadline(self.silence);
            let pause = self
                .pause
                .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline.into())));
            match pause.as_mut().poll(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(()) if deadline <= Instant::now() => return Poll::Ready(()),
                Poll::Ready(()) => pause.as_mut().reset(deadline.into()),
            }
        }
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        self.close();
    }
}

impl Body for Passing {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        match Pin::new(&mut this.inner).poll_frame(context) {
            Poll::Pending => match this.poll_silence(context) {
                Poll::Pending => Poll::Pending,
                Poll::Ready(()) => {
                    this.close();
                    Poll::Ready(Some(Err("the upstream fell silent".into())))
                }
            },
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(open) = &this.open {
                    open.movement.note();
                }
                this.tally.note(&frame);
                if this.inner.is_end_stream() {
                    this.tally.kept.ended = true;
                    this.close();
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => {
                this.close();
                Poll::Ready(Some(Err(error.into())))
            }
            Poll::Ready(None) => {
                this.tally.kept.ended = true;
                this.close();
                Poll::Ready(None)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
