//! How an answer says that a call failed, in every protocol, and where answers carry the request's id.

use hyper::{HeaderMap, StatusCode};
use localtrail_model::catalogue::Protocol;
use serde_json::{Map, Value};

use super::bodies::{Content, media_type};
use super::markup::{Markup, Piece, local_name};
use super::schema::Schema;
use super::{Failure, cbor};
use crate::Answer;

/// Headers that carry the request's id, the most usual first.
const REQUEST_ID_HEADERS: [&str; 4] = [
    "x-amzn-requestid",
    "x-amz-request-id",
    "x-amzn-request-id",
    "x-amz-requestid",
];

/// What a body says of an error.
#[derive(Debug, Default, PartialEq)]
struct Said {
    code: Option<String>,
    message: Option<String>,
    request_id: Option<String>,
}

/// The failure that an answer tells, and the request's id if its body has it. The code is the exception's name where the
/// answer has that, else the code on the wire, else a name for the status.
pub(super) fn read(
    protocol: Option<Protocol>,
    answer: &Answer<'_>,
    content: &Content<'_>,
) -> (Failure, Option<String>) {
    let said = body(protocol, answer.headers, content);
    let code = header(answer.headers, "x-amzn-errortype")
        .and_then(bare_code)
        .or(said.code)
        // `CODE;Sender`: the code of the older query protocol. CloudTrail writes the exception's name (O, native.md), so
        // this is only for when the name is missing.
        .or_else(|| {
            let both = header(answer.headers, "x-amzn-query-error")?;
            bare_code(both.split(';').next()?)
        })
        .unwrap_or_else(|| of_status(answer.status).to_owned());
    let failure = Failure {
        code,
        message: said.message,
    };
    (failure, said.request_id)
}

/// The request's id from the headers.
pub(super) fn request_id(headers: &HeaderMap) -> Option<String> {
    let mut ids = REQUEST_ID_HEADERS
        .iter()
        .filter_map(|name| header(headers, name));
    ids.find(|id| !id.is_empty()).map(str::to_owned)
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .map(str::trim)
}

/// `com.amazonaws.sqs#Name:http://…` without what stands around the name; `None` if nothing is left.
fn bare_code(text: &str) -> Option<String> {
    let text = text.rsplit_once('#').map_or(text, |(_, name)| name);
    let text = text.split(':').next().unwrap_or_default().trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn body(protocol: Option<Protocol>, headers: &HeaderMap, content: &Content<'_>) -> Said {
    let bytes = &content.bytes;
    let is_cbor = media_type(headers) == "application/cbor"
        || (protocol == Some(Protocol::RpcV2Cbor) && media_type(headers).is_empty());
    if is_cbor {
        return cbor::members(bytes, Schema::Unknown).map_or_else(Said::default, from_members);
    }
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => match serde_json::from_slice(bytes) {
            Ok(Value::Object(members)) => from_members(members),
            Ok(_) | Err(_) => Said::default(),
        },
        Some(b'<' | 0xef) => from_xml(&String::from_utf8_lossy(bytes)),
        _ => Said::default(),
    }
}

/// JSON and CBOR: `__type`, else `code`; the message in any letter case; both possibly inside `Error`.
fn from_members(mut members: Map<String, Value>) -> Said {
    let code = ["__type", "code", "Code", "errorCode"]
        .iter()
        .find_map(|name| bare_code(members.get(*name)?.as_str()?));
    let message = text_of(&members, &["message", "errorMessage", "error_description"]);
    if code.is_none() && message.is_none() {
        for name in ["Error", "error"] {
            if let Some(Value::Object(inner)) = members.get_mut(name) {
                let inner = std::mem::take(inner);
                return from_members(inner);
            }
        }
    }
    Said {
        code,
        message,
        request_id: text_of(&members, &["requestId"]),
    }
}

fn text_of(members: &Map<String, Value>, names: &[&str]) -> Option<String> {
    let texts = members.iter().filter_map(|(name, value)| {
        let is_wanted = names.iter().any(|known| name.eq_ignore_ascii_case(known));
        value.as_str().filter(|_| is_wanted)
    });
    texts.map(str::to_owned).next()
}

/// XML of every service: the first `Code`, `Message` and `RequestId`, at whatever depth (EC2's stand in
/// `Response/Errors/Error`, most others' in `ErrorResponse/Error`, S3's in `Error`). Without a code the root's name is it,
/// as Route 53's `InvalidChangeBatch` shows it (D, botocore). What a cut document has before its cut counts.
fn from_xml(text: &str) -> Said {
    let mut said = Said::default();
    let mut markup = Markup::new(text);
    let Some(root) = markup.root() else {
        return said;
    };
    let root = local_name(&root);
    if root.eq_ignore_ascii_case("html") {
        return said;
    }
    while let Some(piece) = markup.next() {
        let Piece::Open(start) = piece else {
            if matches!(piece, Piece::End) {
                break;
            }
            continue;
        };
        let slot = match local_name(&start) {
            name if name.eq_ignore_ascii_case("code") => &mut said.code,
            name if name.eq_ignore_ascii_case("message") => &mut said.message,
            name if name.eq_ignore_ascii_case("requestid") => &mut said.request_id,
            _ => continue,
        };
        let Some(found) = markup.text() else {
            break;
        };
        let found = found.trim();
        if slot.is_none() && !found.is_empty() {
            *slot = Some(found.to_owned());
        }
    }
    let is_envelope = ["ErrorResponse", "Response", "Error", "Errors"].contains(&root);
    if said.code.is_none() && !is_envelope {
        said.code = Some(root.to_owned());
    }
    said
}

/// A name for an error of which nothing is known but its status: those of AWS's common errors, where it has one (I).
fn of_status(status: StatusCode) -> &'static str {
    match status.as_u16() {
        301 | 308 => "PermanentRedirect",
        302 | 307 => "TemporaryRedirect",
        304 => "NotModified",
        400 => "BadRequest",
        401 => "Unauthorized",
        403 => "AccessDenied",
        404 => "NotFound",
        405 => "MethodNotAllowed",
        408 => "RequestTimeout",
        409 => "Conflict",
        412 => "PreconditionFailed",
        413 => "RequestEntityTooLarge",
        429 => "ThrottlingException",
        500 => "InternalFailure",
        501 => "NotImplemented",
        502 => "BadGateway",
        503 => "ServiceUnavailable",
        504 => "GatewayTimeout",
        _ => "UnknownError",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Body;

    /// Code, message and the body's request id of a 400.
    fn told(
        headers: &[(&'static str, &str)],
        body: &[u8],
    ) -> (String, Option<String>, Option<String>) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        let answer = Answer {
            status: StatusCode::BAD_REQUEST,
            headers: &map,
            body: Body::Whole(body),
        };
        let content = Content::of(answer.body, &map);
        let (failure, id) = read(None, &answer, &content);
        (failure.code, failure.message, id)
    }

    fn owned(
        code: &str,
        message: &str,
        id: Option<&str>,
    ) -> (String, Option<String>, Option<String>) {
        (
            code.to_owned(),
            Some(message.to_owned()),
            id.map(str::to_owned),
        )
    }

    #[test]
    fn json() {
        for body in [
            &br#"{"__type":"com.amazonaws.kms#NotFoundException","message":"m"}"#[..],
            br#"{"code":"NotFoundException:http://internal/","Message":"m"}"#,
            br#"{"Error":{"Code":"NotFoundException","Message":"m"}}"#,
            br#"{"MESSAGE":"m","Code":"NotFoundException","n":{"message":"inner"}}"#,
        ] {
            assert_eq!(told(&[], body), owned("NotFoundException", "m", None));
        }
    }

    #[test]
    fn the_exceptions_name_wins() {
        let query = ("x-amzn-query-error", "AWS.SimpleQueueService.Old;Sender");
        let body = br#"{"__type":"com.amazonaws.sqs#New","message":"m"}"#;
        assert_eq!(told(&[query], body), owned("New", "m", None));
        assert_eq!(told(&[query], b"{}").0, "AWS.SimpleQueueService.Old");
        let header = ("x-amzn-errortype", "com.x#Newer:http://y");
        assert_eq!(told(&[query, header], body), owned("Newer", "m", None));
    }

    #[test]
    fn xml() {
        for (body, told_by) in [
            (
                "<ErrorResponse><Error><Type>Sender</Type><Code>C</Code><Message>m &amp; n</Message></Error><RequestId>7</RequestId></ErrorResponse>",
                owned("C", "m & n", Some("7")),
            ),
            (
                "<Response><Errors><Error><Code>C.D</Code><Message>m</Message></Error></Errors><RequestID>7</RequestID></Response>",
                owned("C.D", "m", Some("7")),
            ),
            (
                "<Error><Code>C</Code><Message>m</Message><RequestId>7</RequestId></Error>",
                owned("C", "m", Some("7")),
            ),
            (
                "<InvalidChangeBatch><Messages><Message>m</Message></Messages><RequestId>7</RequestId></InvalidChangeBatch>",
                owned("InvalidChangeBatch", "m", Some("7")),
            ),
            (
                "<Error><Code>C</Code><Message>m</Message><Requ",
                owned("C", "m", None),
            ),
        ] {
            assert_eq!(told(&[], body.as_bytes()), told_by, "{body}");
        }
    }

    #[test]
    fn cbor() {
        let body = b"\xa2\x66__type\x65com#C\x67message\x61m";
        assert_eq!(
            told(&[("content-type", "application/cbor")], body),
            owned("C", "m", None)
        );
    }

    #[test]
    fn nothing_but_the_status() {
        for body in [
            &b""[..],
            b"<!DOCTYPE html><html><head><title>Code</title></head></html>",
            b"no",
            b"{",
            b"[]",
            b"<",
        ] {
            assert_eq!(told(&[], body), ("BadRequest".to_owned(), None, None));
        }
    }
}
