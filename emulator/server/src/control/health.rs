//! `GET /_localtrail/health` and `/ready`: that the server answers. It only answers once it is ready, so both are one.

use hyper::StatusCode;
use serde_json::json;

use crate::reply::{self, Reply};

/// `{"status":"ok"}`.
pub(super) fn answer() -> Reply {
    reply::whole(StatusCode::OK, "application/json", r#"{"status":"ok"}"#)
}

/// The same in the form of `/_localstack/health`, for wait strategies that were made for LocalStack.
pub(super) fn localstack() -> Reply {
    let services = json!({ "cloudtrail": "running", "s3": "running", "sts": "running" });
    let body = json!({
        "services": services,
        "edition": "localtrail",
        "version": env!("CARGO_PKG_VERSION"),
    });
    reply::json(StatusCode::OK, &body)
}
