//! How services say what is wrong with a signature: CloudTrail and STS with the sentences that all services but S3
//! share, S3 with its own (`wording/s3.rs`). No flaw is found here.
//!
//! Codes and statuses: D, CloudTrail and STS API references, "Common errors"; JSON services answer 400 throughout (O,
//! SDK reports of ECR, EMR and Kinesis), STS 403 but for an incomplete signature. Sentences: D, IAM "Troubleshoot
//! Signature Version 4", completed from observed answers (O); where none was found, (I) stands beside the sentence.

mod s3;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::StatusCode;
use localtrail_core::Timestamp;
use sha2::{Digest, Sha256};

use super::claim::TERMINATOR;
use super::flaw::{Flaw, Part, ScopeFlaw};
use super::realm::Realm;
use crate::refusal::Refusal;

/// The refusal of a service.
pub(super) fn refusal(flaw: &Flaw, realm: Realm) -> Refusal {
    let (family, message) = match realm {
        Realm::S3 => return s3::refusal(flaw),
        Realm::CloudTrail | Realm::Organizations | Realm::Sts | Realm::Other { .. } => {
            said(flaw, realm)
        }
    };
    let (status, code) = if realm.speaks_xml() {
        family.of_query()
    } else {
        (StatusCode::BAD_REQUEST, family.of_json())
    };
    Refusal {
        status,
        code,
        message,
        details: Vec::new(),
    }
}

/// The errors of the services that are not S3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    /// Nothing says who asks.
    Missing,
    /// The signature cannot be read.
    Incomplete,
    /// It is not right.
    Invalid,
    /// The key or token is not known.
    Unrecognized,
    /// The session is over.
    Expired,
}

impl Family {
    fn of_json(self) -> &'static str {
        match self {
            Self::Missing => "MissingAuthenticationTokenException",
            Self::Incomplete => "IncompleteSignatureException",
            Self::Invalid => "InvalidSignatureException",
            Self::Unrecognized => "UnrecognizedClientException",
            Self::Expired => "ExpiredTokenException",
        }
    }

    fn of_query(self) -> (StatusCode, &'static str) {
        match self {
            Self::Missing => (StatusCode::FORBIDDEN, "MissingAuthenticationToken"),
            Self::Incomplete => (StatusCode::BAD_REQUEST, "IncompleteSignature"),
            Self::Invalid => (StatusCode::FORBIDDEN, "SignatureDoesNotMatch"),
            Self::Unrecognized => (StatusCode::FORBIDDEN, "InvalidClientTokenId"),
            Self::Expired => (StatusCode::FORBIDDEN, "ExpiredToken"),
        }
    }
}

fn said(flaw: &Flaw, realm: Realm) -> (Family, String) {
    match flaw {
        Flaw::Unsigned => (Family::Missing, missing(realm).to_owned()),
        Flaw::OtherAlgorithm => (Family::Missing, "Missing Authentication Token".to_owned()),
        Flaw::OtherVersion(header) | Flaw::OtherScheme(header) => {
            let all = [Part::Credential, Part::Signature, Part::SignedHeaders];
            (Family::Incomplete, requires(&all, header))
        }
        Flaw::Incomplete {
            missing,
            authorization,
        } => (Family::Incomplete, requires(missing, authorization)),
        Flaw::NoPair { authorization, .. } => (
            Family::Incomplete,
            format!(
                "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '{}'.",
                hashed(authorization)
            ),
        ),
        Flaw::IncompleteQuery(missing) => (Family::Incomplete, must_include(missing)),
        Flaw::Credential { got, .. } => (
            Family::Incomplete,
            format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{got}'"
            ),
        ),
        Flaw::DateForm { got, .. } => (
            Family::Incomplete,
            format!(
                "Date must be in ISO-8601 'basic format'. Got '{got}'. See http://en.wikipedia.org/wiki/ISO_8601"
            ),
        ),
        Flaw::Scope { flaws, .. } => (Family::Invalid, flaws.iter().map(scope).collect()),
        Flaw::HeadersNotSigned(_) => (
            Family::Invalid,
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.".to_owned(),
        ),
        Flaw::UnknownKey(_) | Flaw::WrongToken { .. } => (
            Family::Unrecognized,
            "The security token included in the request is invalid.".to_owned(),
        ),
        Flaw::SessionOver { .. } => (
            Family::Expired,
            "The security token included in the request is expired".to_owned(),
        ),
        Flaw::Expired { at, now } => (Family::Invalid, expired(*at, *now, realm)),
        Flaw::Early { at, now } => (Family::Invalid, early(*at, *now, realm)),
        // Older answers go on with the canonical string; those of JSON services since 2018 do not (O).
        Flaw::Mismatch(_) => (
            Family::Invalid,
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
                .to_owned(),
        ),
        // What only S3 looks at cannot come here; were it so, this is what it would mean.
        Flaw::TwoPlaces
        | Flaw::OldHeader(_)
        | Flaw::IncompleteOldQuery
        | Flaw::OldExpires(_)
        | Flaw::Expires(_)
        | Flaw::NoPayloadHash
        | Flaw::OtherPayload
        | Flaw::LinkExpired { .. }
        | Flaw::LinkEarly => (
            Family::Incomplete,
            "The request signature does not conform to AWS standards.".to_owned(),
        ),
    }
}

fn missing(realm: Realm) -> &'static str {
    if realm.speaks_xml() {
        "Request is missing Authentication Token"
    } else {
        "Missing Authentication Token"
    }
}

fn requires(missing: &[Part], authorization: &str) -> String {
    let mut text = String::new();
    for part in missing {
        text += match part {
            Part::Credential => "Authorization header requires 'Credential' parameter. ",
            Part::Signature => "Authorization header requires 'Signature' parameter. ",
            Part::SignedHeaders => "Authorization header requires 'SignedHeaders' parameter. ",
            Part::Date => {
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
            }
            Part::Algorithm => "",
        };
    }
    format!(
        "{text}(Hashed with SHA-256 and encoded with Base64) Authorization={}",
        hashed(authorization)
    )
}

fn must_include(missing: &[Part]) -> String {
    let each: String = missing
        .iter()
        .map(|part| {
            format!(
                "AWS query-string parameters must include '{}'. ",
                part.parameter()
            )
        })
        .collect();
    format!("{each}Re-examine the query-string parameters.")
}

fn expired(at: Timestamp, now: Timestamp, realm: Realm) -> String {
    format!(
        "Signature expired: {} is now earlier than {} ({} - {} min.)",
        at.second_stamp(),
        now.minus(realm.window()).second_stamp(),
        now.second_stamp(),
        realm.window().as_secs() / 60,
    )
}

fn early(at: Timestamp, now: Timestamp, realm: Realm) -> String {
    format!(
        "Signature not yet current: {} is still later than {} ({} + {} min.)",
        at.second_stamp(),
        now.plus(realm.window()).second_stamp(),
        now.second_stamp(),
        realm.window().as_secs() / 60,
    )
}

fn scope(flaw: &ScopeFlaw) -> String {
    match flaw {
        ScopeFlaw::Region { .. } => "Credential should be scoped to a valid region. ".to_owned(),
        ScopeFlaw::Service { expected, .. } => {
            format!("Credential should be scoped to correct service: '{expected}'. ")
        }
        ScopeFlaw::Terminator(got) => format!(
            "Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{got}'. "
        ),
        ScopeFlaw::Date { got, at } => {
            let stamp = at.second_stamp();
            let day = &stamp[..8];
            format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{got}' != '{day}', from '{stamp}'."
            )
        }
    }
}

/// A header may hold a secret, so it is not sent back as it is.
fn hashed(authorization: &str) -> String {
    STANDARD.encode(Sha256::digest(authorization))
}
