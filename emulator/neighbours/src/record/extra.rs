//! `additionalEventData` of S3 records, in AWS's order (O, native.md, Record shape).

use hyper::StatusCode;

use super::{Object, Told};
use crate::asked::Signature;
use crate::s3::Operation;

/// Operations whose answer says that the object was encrypted by default.
const ENCRYPTS: [&str; 3] = ["PutObject", "CopyObject", "CreateMultipartUpload"];

pub(super) fn of(told: &Told<'_>, operation: &Operation) -> Object {
    let mut data = signature(told);
    if let Some(size) = told.facts.object_size {
        data.insert("objectSize".to_owned(), size.into());
    }
    data.insert("bytesTransferredIn".to_owned(), told.received.into());
    let status = told.status;
    if ENCRYPTS.contains(&operation.event) && status.is_success() {
        data.insert("SSEApplied".to_owned(), encryption(told).into());
    }
    let began = told.asked.now.millis();
    let took = i64::try_from(told.took.as_millis()).unwrap_or(i64::MAX);
    data.insert("startTime".to_owned(), began.into());
    data.insert("endTime".to_owned(), began.saturating_add(took).into());
    add_method(told, &mut data);
    data.insert("x-amz-id-2".to_owned(), told.ids.extended.clone().into());
    if has_turn_around(operation, status) {
        data.insert("turnAroundTime".to_owned(), took.into());
    }
    data.insert("httpStatusCode".to_owned(), status.as_u16().into());
    data.insert("bytesTransferredOut".to_owned(), told.sent.into());
    data
}

/// For one key of a DeleteObjects call.
pub(super) fn of_deleted(told: &Told<'_>, size: Option<u64>) -> Object {
    let mut data = signature(told);
    if let Some(size) = size {
        data.insert("objectSize".to_owned(), size.into());
    }
    data.insert("bytesTransferredIn".to_owned(), 0.into());
    add_method(told, &mut data);
    data.insert("x-amz-id-2".to_owned(), told.ids.extended.clone().into());
    data.insert(
        "httpStatusCode".to_owned(),
        StatusCode::NO_CONTENT.as_u16().into(),
    );
    data.insert("bytesTransferredOut".to_owned(), 0.into());
    data
}

fn signature(told: &Told<'_>) -> Object {
    let mut data = Object::new();
    if told.asked.signature != Signature::None {
        data.insert("SignatureVersion".to_owned(), "SigV4".into());
    }
    if let Some(tls) = &told.asked.origin.tls {
        data.insert("CipherSuite".to_owned(), tls.cipher_suite.clone().into());
    }
    data
}

fn add_method(told: &Told<'_>, data: &mut Object) {
    let method = match told.asked.signature {
        Signature::Header => "AuthHeader",
        Signature::Query => "QueryString",
        Signature::None => return,
    };
    data.insert("AuthenticationMethod".to_owned(), method.into());
}

fn encryption(told: &Told<'_>) -> &'static str {
    let asked = told
        .call
        .headers
        .get("x-amz-server-side-encryption")
        .and_then(|value| value.to_str().ok());
    match asked {
        None => "Default_SSE_S3",
        Some("AES256") => "SSE_S3",
        Some(_) => "SSE_KMS",
    }
}

/// Never for Head, Delete, 404 and 403 (O, native.md).
fn has_turn_around(operation: &Operation, status: StatusCode) -> bool {
    let quiet = operation.event.starts_with("Head") || operation.event.starts_with("Delete");
    !quiet && !matches!(status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN)
}
