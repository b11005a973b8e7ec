//! The two halves of an exchange and what the server knows of it. No behaviour.

use hyper::{HeaderMap, Method, StatusCode, Uri};
use localtrail_core::{Caller, Origin, Region};

/// A request's head.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Such as `POST`.
    pub method: &'a Method,
    /// Path and query; the authority too when the target was a whole URL.
    pub uri: &'a Uri,
    /// All headers, as they came.
    pub headers: &'a HeaderMap,
    /// The host that the client named, with its port; empty when it named none.
    pub host: &'a str,
    /// The service of the SigV4 scope, such as `ec2`; `None` for an unsigned request.
    pub signed_for: Option<&'a str>,
}

/// The bytes of a body, as far as they were kept.
#[derive(Debug, Clone, Copy)]
pub enum Body<'a> {
    /// All of it, with any `Content-Encoding` of `aws-chunked` or `gzip` still on.
    Whole(&'a [u8]),
    /// Only its beginning: the rest was too long to keep, or never came.
    Cut(&'a [u8]),
}

impl Default for Body<'_> {
    fn default() -> Self {
        Self::Whole(&[])
    }
}

/// An answer.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its body.
    pub body: Body<'a>,
}

/// Who called, from where, where to.
#[derive(Debug, Clone)]
pub struct Circumstances {
    /// Who.
    pub caller: Caller,
    /// From where, by what, over which TLS.
    pub origin: Origin,
    /// The region of the endpoint: of the credential scope, else of the host, else the default.
    pub region: Region,
    /// What stands for the request's id when the answer names none.
    pub request_id: String,
}
