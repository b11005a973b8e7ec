//! Everything that can be wrong with a signature, whichever service is asked. How a service says it, `wording` knows.

use localtrail_core::Timestamp;
use localtrail_neighbours::Signature as Place;

/// Why a request is not believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Flaw {
    /// It is not signed at all.
    Unsigned,
    /// It is signed in the header and in the query.
    TwoPlaces,
    /// The header holds another kind of authorization: the header.
    OtherScheme(String),
    /// It is signed with another version: the header, or nothing where the query says so.
    OtherVersion(String),
    /// A header of version 2 has not two parts: the header.
    OldHeader(String),
    /// A presigned URL of version 2 lacks parameters.
    IncompleteOldQuery,
    /// The end of a presigned URL of version 2 is no number.
    OldExpires(String),
    /// A presigned URL names another algorithm.
    OtherAlgorithm,
    /// A part of the header is no `name=value`.
    NoPair { part: String, authorization: String },
    /// The header lacks parts.
    Incomplete {
        missing: Vec<Part>,
        authorization: String,
    },
    /// A presigned URL lacks parameters.
    IncompleteQuery(Vec<Part>),
    /// The credential has not five parts.
    Credential { got: String, place: Place },
    /// The time has no known form.
    DateForm { got: String, place: Place },
    /// The validity of a presigned URL is impossible.
    Expires(ExpiresFlaw),
    /// The credential is for something else; never empty.
    Scope { flaws: Vec<ScopeFlaw>, place: Place },
    /// Headers that must be signed are not.
    HeadersNotSigned(Vec<String>),
    /// S3 is not told the payload's hash.
    NoPayloadHash,
    /// The payload is signed in a way that is not checked.
    OtherPayload,
    /// There is no such access key.
    UnknownKey(String),
    /// The session token is not the key's, or is missing.
    WrongToken {
        access_key: String,
        token: Option<String>,
    },
    /// The session that the key belongs to is over.
    SessionOver {
        /// The session token.
        token: Option<String>,
    },
    /// Signed too long ago.
    Expired { at: Timestamp, now: Timestamp },
    /// Signed in the future.
    Early { at: Timestamp, now: Timestamp },
    /// A presigned URL is over: its seconds, where it says them, and its end.
    LinkExpired {
        seconds: Option<u64>,
        end: Timestamp,
        now: Timestamp,
    },
    /// A presigned URL has not begun.
    LinkEarly,
    /// The signature is another.
    Mismatch(Box<Mismatch>),
}

/// A part of a signature's claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Algorithm,
    Credential,
    Signature,
    SignedHeaders,
    Date,
}

impl Part {
    /// Its name in a presigned URL.
    pub(super) fn parameter(self) -> &'static str {
        match self {
            Self::Algorithm => "X-Amz-Algorithm",
            Self::Credential => "X-Amz-Credential",
            Self::Signature => "X-Amz-Signature",
            Self::SignedHeaders => "X-Amz-SignedHeaders",
            Self::Date => "X-Amz-Date",
        }
    }
}

/// What is wrong with X-Amz-Expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExpiresFlaw {
    NotANumber,
    Negative,
    TooLong,
}

/// What is wrong with a credential scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ScopeFlaw {
    /// No region, or not that of the host: the one expected.
    Region { got: String, expected: String },
    /// Not this service.
    Service { got: String, expected: &'static str },
    /// Not `aws4_request`.
    Terminator(String),
    /// Not the day on which it was signed.
    Date { got: String, at: Timestamp },
}

/// What S3 tells of a wrong signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mismatch {
    pub(super) access_key: String,
    pub(super) string_to_sign: String,
    pub(super) provided: String,
    /// The canonical request; absent for a chunk.
    pub(super) canonical: Option<Vec<u8>>,
}
