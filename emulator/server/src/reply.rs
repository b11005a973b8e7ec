//! Answers as HTTP carries them, and the reading of small bodies. No service's rules.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use localtrail_core::Answer;
use localtrail_neighbours::{AnswerBody, BoxError};

use crate::passing::Passing;

/// The body of any answer. Not `http_body_util::Either`, whose error type the compiler cannot prove to be `Send`.
pub(crate) enum ReplyBody {
    /// All of it.
    Whole(Full<Bytes>),
    /// As a neighbour streams it.
    Streamed(AnswerBody),
    /// As an upstream does.
    Forwarded(Box<Passing>),
    /// As another host does.
    Foreign(Incoming),
}

impl Body for ReplyBody {
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
            Self::Streamed(body) => Pin::new(body).poll_frame(context),
            Self::Forwarded(body) => Pin::new(body.as_mut()).poll_frame(context),
            Self::Foreign(body) => Pin::new(body).poll_frame(context).map_err(Into::into),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(body) => body.is_end_stream(),
            Self::Streamed(body) => body.is_end_stream(),
            Self::Forwarded(body) => body.is_end_stream(),
            Self::Foreign(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => body.size_hint(),
            Self::Streamed(body) => body.size_hint(),
            Self::Forwarded(body) => body.size_hint(),
            Self::Foreign(body) => body.size_hint(),
        }
    }
}

/// Any answer.
pub(crate) type Reply = Response<ReplyBody>;

/// The header that carries the request id of the JSON services.
pub(crate) const REQUEST_ID: &str = "x-amzn-requestid";

/// A body that is too long is still read so far, as clients send all of it before they look at the answer.
const DRAIN_LIMIT: u64 = 128 << 20;

/// The whole of a small body must arrive within this time.
const BODY_TIME: Duration = Duration::from_secs(60);

/// An answer of these bytes.
pub(crate) fn whole(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Reply {
    let mut reply = Response::new(ReplyBody::Whole(Full::new(body.into())));
    *reply.status_mut() = status;
    reply
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    reply
}

/// An answer of the control endpoints.
pub(crate) fn json(status: StatusCode, body: &impl serde::Serialize) -> Reply {
    let body =
        serde_json::to_vec(body).expect("answers have string keys and no failing serializer");
    whole(status, "application/json", body)
}

/// A refusal of the control endpoints: a sentence that says what is wrong.
pub(crate) fn sentence(status: StatusCode, text: &str) -> Reply {
    json(status, &serde_json::json!({ "error": text }))
}

/// Core's answer.
pub(crate) fn answer(answer: Answer) -> Reply {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut reply = whole(status, localtrail_core::CONTENT_TYPE, answer.body);
    put_request_id(&mut reply, answer.request_id);
    reply
}

/// Writes the request id into the header of the JSON services.
pub(crate) fn put_request_id(reply: &mut Reply, request_id: String) {
    if let Ok(value) = HeaderValue::from_maybe_shared(Bytes::from(request_id)) {
        reply.headers_mut().insert(REQUEST_ID, value);
    }
}

/// Says that the connection ends with this answer, as the request was not read to its end.
pub(crate) fn last(mut reply: Reply) -> Reply {
    reply
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("close"));
    reply
}

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It is longer than the limit.
    TooLong,
    /// It ended early, or its framing is wrong.
    Broken,
    /// It did not arrive in time.
    TooSlow,
}

/// Reads a body of at most `limit` bytes.
pub(crate) async fn read<B>(body: B, limit: usize) -> Result<Bytes, Unread>
where
    B: Body<Data = Bytes> + Unpin,
{
    tokio::time::timeout(BODY_TIME, read_all(body, limit))
        .await
        .unwrap_or(Err(Unread::TooSlow))
}

async fn read_all<B>(mut body: B, limit: usize) -> Result<Bytes, Unread>
where
    B: Body<Data = Bytes> + Unpin,
{
    if body.size_hint().lower() > DRAIN_LIMIT {
        return Err(Unread::TooLong);
    }
    // Nearly every call arrives in one piece, which is handed on as it is.
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    let mut seen = 0_u64;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Unread::Broken)?.into_data() else {
            continue;
        };
        seen += data.len() as u64;
        if seen > DRAIN_LIMIT {
            return Err(Unread::TooLong);
        }
        if seen > limit as u64 {
            (first, all) = (Bytes::new(), BytesMut::new());
        } else if first.is_empty() && all.is_empty() {
            first = data;
        } else {
            all.extend_from_slice(&std::mem::take(&mut first));
            all.extend_from_slice(&data);
        }
    }
    match seen > limit as u64 {
        true => Err(Unread::TooLong),
        false if all.is_empty() => Ok(first),
        false => Ok(all.freeze()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::StreamBody;
    use std::convert::Infallible;

    /// A body that arrives in these pieces.
    fn pieces(
        pieces: &[&'static str],
    ) -> StreamBody<impl futures_core::Stream<Item = Result<Frame<Bytes>, Infallible>> + Unpin>
    {
        let frames: Vec<_> = pieces
            .iter()
            .map(|piece| Ok(Frame::data(Bytes::from_static(piece.as_bytes()))))
            .collect();
        StreamBody::new(futures_util::stream::iter(frames))
    }

    #[tokio::test]
    async fn bodies_are_put_together_and_limited() {
        assert_eq!(read_all(pieces(&[]), 5).await, Ok(Bytes::new()));
        assert_eq!(
            read_all(pieces(&["abc"]), 5).await,
            Ok(Bytes::from_static(b"abc"))
        );
        assert_eq!(
            read_all(pieces(&["ab", "", "cd", "e"]), 5).await,
            Ok(Bytes::from_static(b"abcde"))
        );
        assert_eq!(
            read_all(pieces(&["abc", "def"]), 5).await,
            Err(Unread::TooLong)
        );
        assert_eq!(
            read_all(pieces(&["abc", "def", "g"]), 5).await,
            Err(Unread::TooLong)
        );
    }
}
