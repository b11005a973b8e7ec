//! `requestParameters` and `responseElements` of S3 records (O, formats.md 3.5).

use hyper::HeaderMap;
use localtrail_core::{Access, Category};
use serde_json::Value;

use super::Object;
use super::xml;
use crate::s3::{Call, Operation};

/// Headers that speak of the signature and the framing, which no record shows (O, samples).
const HIDDEN_HEADERS: [&str; 6] = [
    "x-amz-date",
    "x-amz-content-sha256",
    "x-amz-security-token",
    "x-amz-decoded-content-length",
    "x-amz-trailer",
    "x-amz-user-agent",
];

/// Query parameters that could be replayed; the others of a presigned URL are shown.
const HIDDEN_QUERY: [&str; 3] = [
    "x-amz-credential",
    "x-amz-signature",
    "x-amz-security-token",
];

/// Response headers that `responseElements` shows.
const SHOWN_RESPONSE: [&str; 4] = [
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-version-id",
    "x-amz-expiration",
];

/// The request's address, query, headers and document.
pub(super) fn of(call: &Call, body: Option<&[u8]>) -> Object {
    let mut parameters = Object::new();
    if let Some(bucket) = &call.bucket {
        parameters.insert("bucketName".to_owned(), bucket.clone().into());
    }
    parameters.insert("Host".to_owned(), call.host.clone().into());
    if let Some(key) = &call.key {
        parameters.insert("key".to_owned(), key.clone().into());
    }
    for (name, value) in &call.query {
        if !HIDDEN_QUERY.contains(&name.to_ascii_lowercase().as_str()) {
            parameters.insert(name.clone(), value.clone().into());
        }
    }
    for (name, value) in &call.headers {
        let name = name.as_str();
        let shown = name.starts_with("x-amz-")
            && !name.starts_with("x-amz-meta-")
            && !HIDDEN_HEADERS.contains(&name);
        if shown {
            parameters.insert(
                name.to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into(),
            );
        }
    }
    if let Some(body) = body.filter(|body| !body.is_empty()) {
        add_document(&mut parameters, call, body);
    }
    parameters
}

fn add_document(parameters: &mut Object, call: &Call, body: &[u8]) {
    if call.asks("policy") {
        if let Ok(policy @ Value::Object(_)) = serde_json::from_slice(body) {
            parameters.insert("bucketPolicy".to_owned(), policy);
        }
    } else if let Some((root, value)) = xml::to_json(body) {
        parameters.insert(root, value);
    }
}

/// What a write on objects answers in its headers; null for everything else.
pub(super) fn response(operation: &Operation, answer: &HeaderMap) -> Option<Object> {
    if operation.access() == Access::Read || operation.category() == Category::Management {
        return None;
    }
    let mut elements = Object::new();
    for name in SHOWN_RESPONSE {
        if let Some(value) = answer.get(name) {
            elements.insert(
                name.to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into(),
            );
        }
    }
    (!elements.is_empty()).then_some(elements)
}
