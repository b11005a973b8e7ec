//! What the server hands over with a request, and what it gets back. No behaviour.

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::Response;
use localtrail_core::{Caller, Draft, Origin, Region, Timestamp};

/// Any error of a body stream.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The body of an answer; large objects stream from the disk.
pub type AnswerBody = UnsyncBoxBody<Bytes, BoxError>;

/// What the server has learnt of a request: who, from where, when.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Who calls. For an anonymous call the account is replaced by the bucket's owner.
    pub caller: Caller,
    /// From where. `tls` is present when TLS was spoken.
    pub origin: Origin,
    /// The region of the endpoint: the third part of the credential scope, else the default.
    pub region: Region,
    /// A fresh UUID. S3 derives its own 16-character id from it, STS uses it as it is.
    pub request_id: String,
    /// How the request was signed.
    pub signature: Signature,
    /// The time of the call.
    pub now: Timestamp,
}

/// Where a request carried its signature, which records of S3 tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// In the Authorization header.
    Header,
    /// In the query: a presigned URL.
    Query,
    /// Nowhere.
    None,
}

/// An answer, and the calls to record: one, or more for DeleteObjects (formats.md 3.3).
#[derive(Debug)]
pub struct Served {
    /// The answer, complete with its headers.
    pub response: Response<AnswerBody>,
    /// The records of the call, in the order to take them in. Never empty for a call that AWS records.
    pub drafts: Vec<Draft>,
}
