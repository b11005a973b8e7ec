//! One API call as core meets it, and its answer.

use crate::caller::{Caller, Origin};
use crate::effect::EffectId;
use crate::place::Region;

/// A request to the CloudTrail endpoint, still unread.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// The X-Amz-Target header.
    pub target: Option<&'a str>,
    /// The Content-Type header.
    pub content_type: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
    /// Who calls.
    pub caller: Caller,
    /// From where.
    pub origin: Origin,
    /// The region called: the third part of the credential scope.
    pub region: Region,
}

/// What goes back to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// JSON.
    pub body: String,
    /// For the `x-amzn-RequestId` header, the same as in the record.
    pub request_id: String,
    /// The name of the exception, when it is one.
    pub error: Option<&'static str>,
    /// An effect that clients may look for as soon as they are answered (a folder marker): the server waits until it is settled.
    pub after: Option<EffectId>,
}

/// The content type of every request and answer (D, trails.md 1).
pub const CONTENT_TYPE: &str = "application/x-amz-json-1.1";
