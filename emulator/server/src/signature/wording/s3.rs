//! S3's own codes and sentences for signatures (D, S3 API reference, "Error responses"; O, answers seen in reports of
//! SDKs and in servers that are held to S3's).

use hyper::StatusCode;
use localtrail_core::Timestamp;
use localtrail_neighbours::Signature as Place;

use crate::refusal::Refusal;
use crate::signature::claim::{ALGORITHM, TERMINATOR};
use crate::signature::flaw::{ExpiresFlaw, Flaw, Mismatch, Part, ScopeFlaw};
use crate::signature::realm::Realm;

const SIX_PARAMETERS: &str = "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.";

const THREE_PARAMETERS: &str =
    "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters";
const THREE_COMPONENTS: &str =
    "the authorization header requires three components: Credential, SignedHeaders, and Signature.";
const FIVE_PARTS: &str =
    "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".";
const TWO_PLACES: &str = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified";
const TWO_ALGORITHMS: &str =
    "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"";
const OLD_HEADER: &str = "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature";
const DATE_FORM: &str = "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"";
const NO_PAYLOAD_HASH: &str = "Missing required header for this request: x-amz-content-sha256";

type Details = Vec<(&'static str, String)>;

pub(super) fn refusal(flaw: &Flaw) -> Refusal {
    match flaw {
        Flaw::Unsigned => denied("Access Denied", vec![]),
        Flaw::TwoPlaces => invalid_argument(TWO_PLACES, ""),
        Flaw::OtherScheme(header) => invalid_argument("Unsupported Authorization Type", header),
        // What AWS answers to a version that it does not take; here to version 4A, which is not checked (I).
        Flaw::OtherVersion(_) | Flaw::OtherPayload => bad(
            "InvalidRequest",
            format!(
                "The authorization mechanism you have provided is not supported. Please use {ALGORITHM}."
            ),
        ),
        Flaw::OldHeader(header) => invalid_argument(OLD_HEADER, header),
        Flaw::IncompleteOldQuery => denied(THREE_PARAMETERS, vec![]),
        Flaw::OldExpires(got) => {
            let text = format!("Invalid date (should be seconds since epoch): {got}");
            denied(&text, vec![])
        }
        Flaw::OtherAlgorithm => of_query(TWO_ALGORITHMS.to_owned()),
        Flaw::NoPair { part, .. } => {
            let text = format!("the authorization component \"{part}\" is malformed.");
            malformed(&text)
        }
        Flaw::Incomplete { missing, .. } if missing[..] == [Part::Date] => no_date(),
        Flaw::Incomplete { .. } => malformed(THREE_COMPONENTS),
        Flaw::IncompleteQuery(_) => of_query(SIX_PARAMETERS.to_owned()),
        Flaw::Credential { place, .. } => credential(*place, FIVE_PARTS),
        Flaw::DateForm { place, .. } => match place {
            Place::Header | Place::None => no_date(),
            Place::Query => of_query(DATE_FORM.to_owned()),
        },
        Flaw::Expires(flaw) => of_query(expires(*flaw).to_owned()),
        Flaw::Scope { flaws, place } => flaws
            .first()
            .map_or_else(no_date, |flaw| scope(flaw, *place)),
        Flaw::HeadersNotSigned(names) => denied(
            "There were headers present in the request which were not signed",
            vec![("HeadersNotSigned", names.join(", "))],
        ),
        Flaw::NoPayloadHash => bad("InvalidRequest", NO_PAYLOAD_HASH.to_owned()),
        Flaw::UnknownKey(access_key) => no_key(access_key),
        Flaw::WrongToken { access_key, token } => wrong_token(access_key, token.as_ref()),
        Flaw::SessionOver { token } => session_over(token.as_ref()),
        Flaw::Mismatch(mismatch) => does_not_match(mismatch),
        Flaw::Expired { at, now } | Flaw::Early { at, now } => skewed(*at, *now),
        Flaw::LinkExpired { seconds, end, now } => expired(*seconds, *end, *now),
        Flaw::LinkEarly => denied("Request is not yet valid", vec![]),
    }
}

/// A temporary key without its token is no key (O).
fn wrong_token(access_key: &str, token: Option<&String>) -> Refusal {
    let Some(token) = token else {
        return no_key(access_key);
    };
    let text = "The provided token is malformed or otherwise invalid.";
    Refusal {
        details: vec![("Token-0", token.clone())],
        ..bad("InvalidToken", text.to_owned())
    }
}

/// O.
fn session_over(token: Option<&String>) -> Refusal {
    let text = "The provided token has expired.";
    Refusal {
        details: token
            .map(|token| ("Token-0", token.clone()))
            .into_iter()
            .collect(),
        ..bad("ExpiredToken", text.to_owned())
    }
}

fn expired(seconds: Option<u64>, end: Timestamp, now: Timestamp) -> Refusal {
    let seconds = seconds.map(|seconds| ("X-Amz-Expires", seconds.to_string()));
    let times = [("Expires", end.iso()), ("ServerTime", now.iso())];
    denied(
        "Request has expired",
        seconds.into_iter().chain(times).collect(),
    )
}

fn no_key(access_key: &str) -> Refusal {
    Refusal {
        status: StatusCode::FORBIDDEN,
        code: "InvalidAccessKeyId",
        message: "The AWS Access Key Id you provided does not exist in our records.".to_owned(),
        details: vec![("AWSAccessKeyId", access_key.to_owned())],
    }
}

fn does_not_match(mismatch: &Mismatch) -> Refusal {
    let bytes = |text: &[u8]| {
        let pairs: Vec<String> = text.iter().map(|byte| format!("{byte:02x}")).collect();
        pairs.join(" ")
    };
    let mut details = vec![
        ("AWSAccessKeyId", mismatch.access_key.clone()),
        ("StringToSign", mismatch.string_to_sign.clone()),
        ("SignatureProvided", mismatch.provided.clone()),
        (
            "StringToSignBytes",
            bytes(mismatch.string_to_sign.as_bytes()),
        ),
    ];
    if let Some(canonical) = &mismatch.canonical {
        let text = String::from_utf8_lossy(canonical).into_owned();
        details.push(("CanonicalRequest", text));
        details.push(("CanonicalRequestBytes", bytes(canonical)));
    }
    Refusal {
        status: StatusCode::FORBIDDEN,
        code: "SignatureDoesNotMatch",
        message: "The request signature we calculated does not match the signature you provided. Check your key and signing method."
            .to_owned(),
        details,
    }
}

fn skewed(at: Timestamp, now: Timestamp) -> Refusal {
    Refusal {
        status: StatusCode::FORBIDDEN,
        code: "RequestTimeTooSkewed",
        message: "The difference between the request time and the current time is too large."
            .to_owned(),
        details: vec![
            ("RequestTime", at.second_stamp()),
            ("ServerTime", now.iso()),
            (
                "MaxAllowedSkewMilliseconds",
                Realm::S3.window().as_millis().to_string(),
            ),
        ],
    }
}

fn scope(flaw: &ScopeFlaw, place: Place) -> Refusal {
    match flaw {
        ScopeFlaw::Region { got, expected } => {
            let text = format!("the region '{got}' is wrong; expecting '{expected}'");
            let mut refusal = credential(place, &text);
            refusal.details.push(("Region", expected.clone()));
            refusal
        }
        ScopeFlaw::Service { got, expected } => {
            let text =
                format!("incorrect service \"{got}\". This endpoint belongs to \"{expected}\".");
            credential(place, &text)
        }
        ScopeFlaw::Terminator(got) => {
            let text =
                format!("incorrect terminal \"{got}\". This endpoint uses \"{TERMINATOR}\".");
            credential(place, &text)
        }
        ScopeFlaw::Date { got, at } => {
            let stamp = at.second_stamp();
            let day = &stamp[..8];
            let text = format!(
                "Invalid credential date \"{got}\". This date is not the same as X-Amz-Date: \"{day}\"."
            );
            match place {
                Place::Query => of_query(text),
                Place::Header | Place::None => malformed(&text),
            }
        }
    }
}

fn expires(flaw: ExpiresFlaw) -> &'static str {
    match flaw {
        ExpiresFlaw::NotANumber => "X-Amz-Expires should be a number",
        ExpiresFlaw::Negative => "X-Amz-Expires must be non-negative",
        ExpiresFlaw::TooLong => {
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds"
        }
    }
}

fn credential(place: Place, text: &str) -> Refusal {
    match place {
        Place::Query => of_query(format!(
            "Error parsing the X-Amz-Credential parameter; {text}"
        )),
        Place::Header | Place::None => malformed(text),
    }
}

fn malformed(text: &str) -> Refusal {
    bad(
        "AuthorizationHeaderMalformed",
        format!("The authorization header is malformed; {text}"),
    )
}

fn of_query(text: String) -> Refusal {
    bad("AuthorizationQueryParametersError", text)
}

fn no_date() -> Refusal {
    denied(
        "AWS authentication requires a valid Date or x-amz-date header",
        vec![],
    )
}

fn denied(text: &str, details: Details) -> Refusal {
    Refusal {
        status: StatusCode::FORBIDDEN,
        code: "AccessDenied",
        message: text.to_owned(),
        details,
    }
}

/// About the Authorization header.
fn invalid_argument(text: &str, value: &str) -> Refusal {
    let mut refusal = bad("InvalidArgument", text.to_owned());
    refusal.details = vec![
        ("ArgumentName", "Authorization".to_owned()),
        ("ArgumentValue", value.to_owned()),
    ];
    refusal
}

fn bad(code: &'static str, message: String) -> Refusal {
    Refusal {
        status: StatusCode::BAD_REQUEST,
        code,
        message,
        details: Vec::new(),
    }
}
