//! Forwarded calls signed anew: with the keys that were given, for the host of the upstream.
//!
//! How a signature is made, `signature` knows. Here is what of a request changes before: the client's own signature goes,
//! and S3's chunks, which are signed with its key, are unpacked.

use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, HOST, HeaderValue};
use hyper::http::request::Parts;
use hyper::http::uri::PathAndQuery;
use localtrail_core::Region;

use super::choice::{UpstreamKeys, UpstreamUrl};
use crate::signature::{self, Signer};

/// At most so many bytes of a call are held to sign them; only S3 takes bodies that are not signed.
pub(crate) const RESIGN_LIMIT: usize = 64 << 20;

const PAYLOAD_HASH: &str = "x-amz-content-sha256";
const UNSIGNED_TRAILER: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

/// The parameters of a presigned URL (D, SigV4 query string).
const SIGNATURE_QUERY: [&str; 7] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
    "X-Amz-Security-Token",
];

/// What is signed of a body.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Signed<'a> {
    /// All of it.
    Body(&'a [u8]),
    /// Nothing: it streams, as S3 allows.
    Nothing,
}

/// What must happen to the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resigned {
    /// It goes on as it is.
    AsItIs,
    /// Its chunks are taken apart.
    Unpacked,
}

/// Signs the head of a call for this upstream.
pub(crate) fn resign(
    parts: &mut Parts,
    keys: &UpstreamKeys,
    upstream: &UpstreamUrl,
    service: &str,
    region: &Region,
    body: Signed<'_>,
) -> Resigned {
    parts.headers.remove(AUTHORIZATION);
    parts.headers.remove("x-amz-date");
    parts.headers.remove("x-amz-security-token");
    without_signature(parts);
    if let Ok(host) = HeaderValue::from_str(upstream.authority.as_str()) {
        parts.headers.insert(HOST, host);
    }
    let (payload, resigned) = match body {
        Signed::Body(body) => (signature::hash(body), Resigned::AsItIs),
        Signed::Nothing => stream(&mut parts.headers),
    };
    signature::sign(
        parts,
        &Signer {
            access_key_id: &keys.access_key_id,
            secret_access_key: &keys.secret_access_key,
            session_token: keys.session_token.as_deref(),
            service,
            region,
        },
        &payload,
        crate::clock::system_time(),
    );
    resigned
}

/// The hash to name for a body that is not read: chunks without signatures stay, those with some are unpacked.
fn stream(headers: &mut HeaderMap) -> (String, Resigned) {
    let said = headers
        .get(PAYLOAD_HASH)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if said == UNSIGNED_TRAILER {
        return (said.to_owned(), Resigned::AsItIs);
    }
    let unsigned = "UNSIGNED-PAYLOAD".to_owned();
    if !said.starts_with("STREAMING-") {
        return (unsigned, Resigned::AsItIs);
    }
    if let Some(length) = headers.remove("x-amz-decoded-content-length") {
        headers.insert(CONTENT_LENGTH, length);
    }
    headers.remove("x-amz-trailer");
    let encodings: Vec<String> = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|one| one.trim().to_owned())
        .filter(|one| !one.is_empty() && one != "aws-chunked")
        .collect();
    headers.remove(CONTENT_ENCODING);
    if let Ok(value) = HeaderValue::from_str(&encodings.join(","))
        && !encodings.is_empty()
    {
        headers.insert(CONTENT_ENCODING, value);
    }
    (unsigned, Resigned::Unpacked)
}

/// Takes a presigned URL's own parameters away; all others keep their bytes.
fn without_signature(parts: &mut Parts) {
    let Some(query) = parts.uri.query() else {
        return;
    };
    let is_own = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default();
        !SIGNATURE_QUERY
            .iter()
            .any(|own| own.eq_ignore_ascii_case(name))
    };
    if query.split('&').all(|pair| is_own(&pair)) {
        return;
    }
    let kept: Vec<&str> = query.split('&').filter(is_own).collect();
    let path = parts.uri.path();
    let target = match kept.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{}", kept.join("&")),
    };
    let mut uri = parts.uri.clone().into_parts();
    uri.path_and_query = PathAndQuery::try_from(target).ok();
    if let Ok(uri) = hyper::Uri::from_parts(uri) {
        parts.uri = uri;
    }
}
