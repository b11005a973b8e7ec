//! DecodeAuthorizationMessage. Messages that AWS encoded are for AWS alone to read, and no call here is refused with one.
//! So that a test double can make its own, a message is read that is the base64 of a JSON document (I).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::Ask;
use crate::query::{Fault, Rule, Said};

pub(super) fn decode(ask: &mut Ask<'_>) -> Said {
    let message = ask
        .input
        .required("EncodedMessage", Rule::length(1, 10_240));
    ask.input.done()?;
    let decoded = STANDARD
        .decode(message)
        .or_else(|_| URL_SAFE_NO_PAD.decode(message))
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .filter(|text| {
            serde_json::from_str::<Value>(text).is_ok_and(|document| document.is_object())
        });
    match decoded {
        Some(text) => Ok(json!({"DecodedMessage": text})),
        None => Err(Fault::bad(
            "InvalidAuthorizationMessageException",
            "Message is not valid",
        )),
    }
}
