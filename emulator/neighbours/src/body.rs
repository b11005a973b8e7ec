//! Reading and making whole bodies, small ones only.

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};

use crate::asked::AnswerBody;

/// A whole body; `None` when it is longer than `limit` bytes or breaks off.
///
/// By hand, as the usual combinators make futures that cannot be shown to be `Send` for a boxed error.
pub(crate) async fn read_up_to(mut body: AnswerBody, limit: usize) -> Option<Bytes> {
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        if let Ok(piece) = frame.ok()?.into_data() {
            if whole.len() + piece.len() > limit {
                return None;
            }
            whole.extend_from_slice(&piece);
        }
    }
    Some(whole.freeze())
}

/// A body that is a text.
pub(crate) fn of_text(text: String) -> AnswerBody {
    AnswerBody::new(Full::from(text).map_err(|never| match never {}))
}
