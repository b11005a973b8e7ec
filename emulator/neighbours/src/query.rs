//! The answers of AWS's query protocol, which STS and IAM speak: a result or an error, as XML.
//!
//! Requests are not read here: they come decoded, under the names of the service's model.

mod input;
mod tags;

use std::borrow::Cow;
use std::fmt::Write as _;

use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use localtrail_core::Timestamp;
use quick_xml::escape::partial_escape;
use serde_json::Value;

use crate::asked::AnswerBody;
use crate::body::of_text;

pub(crate) use input::{Input, Rule};
pub(crate) use tags::has_twins;

/// Why a call was refused: what goes into the error's XML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Fault {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    /// With status 400, as most are.
    pub(crate) fn bad(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// An argument that AWS finds fault with.
    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::bad("ValidationError", message)
    }

    pub(crate) fn denied(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "AccessDenied", message)
    }

    /// What was changed could not be written down.
    pub(crate) fn not_kept(error: &std::io::Error) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "ServiceFailure",
            format!("The change could not be kept: {error}"),
        )
    }
}

/// What an operation says: its result's members, null for an operation that has none, or why not.
pub(crate) type Said = Result<Value, Fault>;

/// The whole answer.
pub(crate) fn respond(
    namespace: &str,
    operation: &str,
    said: &Said,
    request_id: &str,
) -> Response<AnswerBody> {
    let id = escape(request_id);
    let (status, text) = match said {
        Ok(result) => {
            let mut text = format!("<{operation}Response xmlns=\"{namespace}\">");
            if !result.is_null() {
                element(&mut text, &format!("{operation}Result"), result);
            }
            let _ = write!(
                text,
                "<ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></{operation}Response>"
            );
            (StatusCode::OK, text)
        }
        Err(fault) => {
            let side = if fault.status.is_server_error() {
                "Receiver"
            } else {
                "Sender"
            };
            let text = format!(
                "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>{side}</Type><Code>{}</Code><Message>{}</Message></Error><RequestId>{id}</RequestId></ErrorResponse>",
                fault.code,
                escape(&fault.message),
            );
            (fault.status, text)
        }
    };
    let mut response = Response::new(of_text(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}

/// One element: objects nest, arrays hold `member` elements, null is left out.
fn element(text: &mut String, name: &str, value: &Value) {
    let content = match value {
        Value::Null => return,
        Value::Object(members) => {
            let _ = write!(text, "<{name}>");
            for (member, value) in members {
                element(text, member, value);
            }
            let _ = write!(text, "</{name}>");
            return;
        }
        Value::Array(all) => {
            let _ = write!(text, "<{name}>");
            for one in all {
                element(text, "member", one);
            }
            let _ = write!(text, "</{name}>");
            return;
        }
        Value::String(content) => content.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    };
    let _ = write!(text, "<{name}>{}</{name}>", escape(&content));
}

/// A text as XML can hold it: what no XML document may hold, escaped or not, becomes the replacement character.
fn escape(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_xml) {
        return partial_escape(text);
    }
    let fitting = |c| {
        if is_xml(c) {
            c
        } else {
            char::REPLACEMENT_CHARACTER
        }
    };
    let text: String = text.chars().map(fitting).collect();
    Cow::Owned(partial_escape(&text).into_owned())
}

/// `Char` of XML 1.0.
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// A member's name as sentences tell it.
pub(crate) fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

/// A time as these services write it.
pub(crate) fn time(at: Timestamp) -> Value {
    Value::String(at.iso())
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;
    use serde_json::json;

    use super::*;

    async fn text(said: &Said) -> (u16, String) {
        let response = respond("urn:x", "ListThings", said, "r-1");
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn results_errors_and_nothing() {
        let result = json!({"Things": [{"Name": "a<b"}, {"Name": null}], "IsTruncated": false});
        assert_eq!(
            text(&Ok(result)).await,
            (
                200,
                "<ListThingsResponse xmlns=\"urn:x\"><ListThingsResult><Things><member><Name>a&lt;b</Name></member><member></member></Things><IsTruncated>false</IsTruncated></ListThingsResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></ListThingsResponse>".to_owned()
            )
        );
        assert_eq!(
            text(&Ok(Value::Null)).await.1,
            "<ListThingsResponse xmlns=\"urn:x\"><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></ListThingsResponse>"
        );
        assert_eq!(
            text(&Err(Fault::denied("no & no\u{1}"))).await,
            (
                403,
                "<ErrorResponse xmlns=\"urn:x\"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no &amp; no\u{fffd}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>".to_owned()
            )
        );
    }
}
