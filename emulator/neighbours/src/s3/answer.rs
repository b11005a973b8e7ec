//! The answer as S3 sends it: ids in the headers, errors as S3 writes them, nothing of the library that made it.

use hyper::body::Body as _;
use hyper::header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Response, StatusCode};
use localtrail_core::EventError;
use quick_xml::escape::{escape, unescape};
use s3s::{S3Error, S3ErrorCode};

use super::call::Call;
use crate::asked::AnswerBody;
use crate::body::{of_text, read_up_to};
use crate::error::sentence;

/// The most of an error document that is read, in bytes.
const MAX_ERROR: usize = 64 * 1024;

/// The ids of one answer.
#[derive(Debug, Clone)]
pub(crate) struct Ids {
    /// `x-amz-request-id`.
    pub(crate) request: String,
    /// `x-amz-id-2`.
    pub(crate) extended: String,
}

/// An answer, and what the record says of it.
pub(crate) struct Finished {
    pub(crate) response: Response<AnswerBody>,
    pub(crate) error: Option<EventError>,
    /// The length of the body, in bytes.
    pub(crate) sent: u64,
}

/// An error's answer.
pub(crate) fn refused(error: S3Error) -> Response<s3s::Body> {
    error.to_http_response().unwrap_or_else(|_| {
        let mut response = Response::new(s3s::Body::empty());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
}

/// Completes an answer.
pub(crate) async fn finish(response: Response<s3s::Body>, call: &Call, ids: &Ids) -> Finished {
    let (mut parts, body) = response.into_parts();
    parts.status = status_of(
        call,
        parts.status,
        parts.headers.contains_key(CONTENT_RANGE),
    );
    let status = parts.status;
    let mut error = None;
    let mut body = AnswerBody::new(body);
    if status.is_client_error() || status.is_server_error() {
        let document = read_up_to(body, MAX_ERROR).await.unwrap_or_default();
        let found = read_error(&String::from_utf8_lossy(&document));
        let text = write_error(&found, call, ids);
        error = Some(found);
        body = of_text(if call.method == Method::HEAD {
            String::new()
        } else {
            text
        });
        parts.headers.remove(CONTENT_LENGTH);
        parts
            .headers
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    } else if matches!(status, StatusCode::NOT_MODIFIED | StatusCode::NO_CONTENT) {
        body = of_text(String::new());
        parts.headers.remove(CONTENT_TYPE);
        parts.headers.remove(CONTENT_LENGTH);
    }
    for (name, id) in [
        ("x-amz-request-id", &ids.request),
        ("x-amz-id-2", &ids.extended),
    ] {
        if let Ok(value) = HeaderValue::from_str(id) {
            parts.headers.insert(name, value);
        }
    }
    let promised = parts
        .headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    let sent = match (&call.method, promised) {
        (&Method::HEAD, _) => 0,
        (_, Some(promised)) => promised,
        (_, None) => body.size_hint().lower(),
    };
    Finished {
        response: Response::from_parts(parts, body),
        error,
        sent,
    }
}

/// The status where the protocol library's differs from S3's.
fn status_of(call: &Call, status: StatusCode, is_part: bool) -> StatusCode {
    let event = call.operation.as_ref().map(|operation| operation.event);
    match (event, status) {
        (Some("HeadObject"), StatusCode::OK) if is_part => StatusCode::PARTIAL_CONTENT,
        // S3 answers 204 here, unlike to its like (D, S3 PutBucketTagging).
        (Some("PutBucketTagging"), StatusCode::OK) => StatusCode::NO_CONTENT,
        _ => status,
    }
}

/// The error code in a document of S3's; `InternalError` where there is none.
#[must_use]
pub fn error_code(document: &str) -> String {
    read_error(document).code
}

/// The error in a document of S3's.
pub(crate) fn read_error(document: &str) -> EventError {
    let code =
        element(document, "Code").unwrap_or_else(|| S3ErrorCode::InternalError.as_str().to_owned());
    let message = element(document, "Message").unwrap_or_else(|| sentence(&code).to_owned());
    EventError {
        code,
        message: Some(message),
    }
}

fn element(document: &str, name: &str) -> Option<String> {
    let (_, rest) = document.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    unescape(text).ok().map(std::borrow::Cow::into_owned)
}

fn write_error(error: &EventError, call: &Call, ids: &Ids) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
    let mut add =
        |name: &str, value: &str| text.push_str(&format!("<{name}>{}</{name}>", escape(value)));
    add("Code", &error.code);
    add("Message", error.message.as_deref().unwrap_or_default());
    match (error.code.as_str(), &call.bucket, &call.key) {
        ("NoSuchKey", _, Some(key)) => add("Key", key),
        (code, Some(bucket), _) if code.contains("Bucket") => add("BucketName", bucket),
        (_, Some(bucket), Some(key)) => add("Resource", &format!("/{bucket}/{key}")),
        (_, Some(bucket), None) => add("Resource", &format!("/{bucket}")),
        (_, None, _) => add("Resource", "/"),
    }
    add("RequestId", &ids.request);
    add("HostId", &ids.extended);
    text.push_str("</Error>");
    text
}
