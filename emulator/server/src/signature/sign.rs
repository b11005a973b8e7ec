//! Signing a request of our own, for upstreams: the other direction of everything beside.

use hyper::header::{AUTHORIZATION, HeaderValue};
use hyper::http::request::Parts;
use localtrail_core::{Region, Timestamp};

use super::canonical::{self, Encoding, PathRule, Segments};
use super::claim::{ALGORITHM, Scope, TERMINATOR};
use super::seal::{self, SigningKey};

/// Who signs, for what.
pub(crate) struct Signer<'a> {
    pub(crate) access_key_id: &'a str,
    pub(crate) secret_access_key: &'a str,
    pub(crate) session_token: Option<&'a str>,
    /// The service's name in credential scopes.
    pub(crate) service: &'a str,
    pub(crate) region: &'a Region,
}

/// The SHA-256 of a body, in hexadecimal.
pub(crate) fn hash(body: &[u8]) -> String {
    seal::hash(body)
}

/// Signs a request whose payload has this hash: sets its date, its token and its Authorization header. The host must be
/// there. Signed are the host, the type of the content, and all headers of AWS's own.
pub(crate) fn sign(parts: &mut Parts, signer: &Signer<'_>, payload: &str, now: Timestamp) {
    let stamp = now.second_stamp();
    let is_s3 = matches!(signer.service, "s3" | "s3-outposts" | "s3express");
    set(parts, "x-amz-date", &stamp);
    if is_s3 || parts.headers.contains_key(super::PAYLOAD_HASH) {
        set(parts, super::PAYLOAD_HASH, payload);
    }
    if let Some(token) = signer.session_token {
        set(parts, "x-amz-security-token", token);
    }
    let mut names: Vec<String> = parts
        .headers
        .keys()
        .map(hyper::header::HeaderName::as_str)
        .filter(|name| name.starts_with("x-amz-") || ["host", "content-type"].contains(name))
        .map(str::to_owned)
        .collect();
    names.sort_unstable();
    let scope = Scope {
        date: stamp[..8].to_owned(),
        region: signer.region.as_str().to_owned(),
        service: signer.service.to_owned(),
        terminator: TERMINATOR.to_owned(),
    };
    let rule = if is_s3 {
        PathRule {
            segments: Segments::Kept,
            encoding: Encoding::Once,
        }
    } else {
        PathRule {
            segments: Segments::Tidied,
            encoding: Encoding::Again,
        }
    };
    let canonical = canonical::request(parts, &names, payload, rule);
    let text = seal::string_to_sign(&stamp, &scope, &canonical);
    let signature = SigningKey::derive(signer.secret_access_key, &scope).sign(&text);
    let value = format!(
        "{ALGORITHM} Credential={}/{scope}, SignedHeaders={}, Signature={signature}",
        signer.access_key_id,
        names.join(";")
    );
    set(parts, AUTHORIZATION.as_str(), &value);
}

fn set(parts: &mut Parts, name: &'static str, value: &str) {
    // A key or token with a control character signs nothing anyhow, and the upstream will say so.
    if let Ok(value) = HeaderValue::from_str(value) {
        parts.headers.insert(name, value);
    }
}
