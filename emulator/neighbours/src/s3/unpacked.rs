//! A body taken out of its `aws-chunked` framing, for a service that shall get it without.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body, Frame};

use super::chunked::Decoder;
use crate::asked::{AnswerBody, BoxError};

/// The bytes that a framed body carries. It ends with an error where the framing is broken.
pub fn unpacked(body: AnswerBody) -> AnswerBody {
    AnswerBody::new(Unpacked {
        inner: body,
        decoder: Decoder::default(),
        waiting: VecDeque::new(),
        ended: false,
    })
}

struct Unpacked {
    inner: AnswerBody,
    decoder: Decoder,
    waiting: VecDeque<Bytes>,
    ended: bool,
}

impl Body for Unpacked {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        loop {
            if let Some(bytes) = this.waiting.pop_front() {
                return Poll::Ready(Some(Ok(Frame::data(bytes))));
            }
            if this.ended {
                return Poll::Ready(None);
            }
            let fed = match ready!(Pin::new(&mut this.inner).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(raw) => this.decoder.feed(raw, &mut this.waiting).map(drop),
                    Err(_trailers) => Ok(()),
                },
                Some(Err(error)) => {
                    this.ended = true;
                    return Poll::Ready(Some(Err(error)));
                }
                None => {
                    this.ended = true;
                    this.decoder.finish().map(drop)
                }
            };
            if let Err(error) = fed {
                this.ended = true;
                return Poll::Ready(Some(Err(error.code().as_str().to_owned().into())));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::{of_text, read_up_to};

    #[tokio::test]
    async fn the_framing_goes() {
        let framed =
            "3;chunk-signature=00\r\nabc\r\n2\r\nde\r\n0\r\nx-amz-checksum-crc32:AA==\r\n\r\n";
        let body = read_up_to(unpacked(of_text(framed.to_owned())), 100).await;
        assert_eq!(body.unwrap(), "abcde");
        for broken in ["3\r\nab", "zz\r\n", ""] {
            let body = read_up_to(unpacked(of_text(broken.to_owned())), 100).await;
            assert_eq!(body, None, "{broken}");
        }
    }
}
