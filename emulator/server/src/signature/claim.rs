//! What a request claims of its signature: read from the Authorization header or the query, and not yet believed.
//!
//! Only its form is judged here. Whether the claim is true, the parent decides.

use std::borrow::Cow;
use std::time::Duration;

use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, DATE};
use hyper::http::request::Parts;
use localtrail_core::Timestamp;
use localtrail_neighbours::Signature as Place;

use super::flaw::{ExpiresFlaw, Flaw, Part};
use super::realm::Realm;

/// The one algorithm that is checked.
pub(super) const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The end of every credential scope.
pub(super) const TERMINATOR: &str = "aws4_request";

/// A presigned URL of S3 is valid for a week at most (D, S3 "Authenticating requests: using query parameters").
const LONGEST: u64 = 7 * 24 * 60 * 60;

/// The parameters of a presigned URL, in the order in which AWS names missing ones.
const PARAMETERS: [Part; 5] = [
    Part::Algorithm,
    Part::Credential,
    Part::Signature,
    Part::SignedHeaders,
    Part::Date,
];

/// A claim of the right form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    /// Where it stands.
    pub(super) place: Place,
    pub(super) access_key: String,
    pub(super) scope: Scope,
    /// The names of the signed headers, lower case, in the order of the claim.
    pub(super) signed_headers: Vec<String>,
    /// The signature, as sent.
    pub(super) signature: String,
    /// When it was signed.
    pub(super) at: Timestamp,
    pub(super) token: Option<String>,
    /// For how long a presigned URL of S3 is valid.
    pub(super) expires: Option<Duration>,
}

/// `DATE/REGION/SERVICE/aws4_request`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scope {
    pub(super) date: String,
    pub(super) region: String,
    pub(super) service: String,
    pub(super) terminator: String,
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            date,
            region,
            service,
            terminator,
        } = self;
        write!(f, "{date}/{region}/{service}/{terminator}")
    }
}

/// The claim of a request; `None` where it makes none. The header counts before the query; S3 wants only one of them.
pub(super) fn read(parts: &Parts, realm: Realm) -> Result<Option<Claim>, Flaw> {
    let query = Query::read(parts.uri.query().unwrap_or_default());
    let header = authorization(&parts.headers);
    match (header, query) {
        (Some(_), Some(_)) if realm == Realm::S3 => Err(Flaw::TwoPlaces),
        (Some(header), _) => from_header(&header, &parts.headers).map(Some),
        (None, Some(query)) => query.claim(&parts.headers, realm).map(Some),
        (None, None) => Ok(None),
    }
}

/// The Authorization header. More than one are one with commas (RFC 9110 section 5.3), and so no signature.
fn authorization(headers: &HeaderMap) -> Option<String> {
    let all: Vec<_> = headers
        .get_all(AUTHORIZATION)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .collect();
    (!all.is_empty()).then(|| all.join(","))
}

fn from_header(value: &str, headers: &HeaderMap) -> Result<Claim, Flaw> {
    let (algorithm, rest) = value.trim().split_once(' ').unwrap_or((value.trim(), ""));
    if algorithm != ALGORITHM {
        return Err(if algorithm == "AWS" || algorithm.starts_with("AWS4-") {
            Flaw::OtherVersion(value.to_owned())
        } else {
            Flaw::OtherScheme(value.to_owned())
        });
    }
    let (mut credential, mut signature, mut signed_headers) = (None, None, None);
    // A blank ends a part too, which is how AWS notices a blank in an access key.
    for part in rest.split([',', ' ', '\t']).filter(|part| !part.is_empty()) {
        let slot = match part.split_once('=') {
            None => None,
            Some(("Credential", text)) => Some((&mut credential, text)),
            Some(("Signature", text)) => Some((&mut signature, text)),
            Some(("SignedHeaders", text)) => Some((&mut signed_headers, text)),
            Some(_) => continue,
        };
        match slot {
            Some((slot @ None, text)) => *slot = Some(text),
            // No pair, or one that was there already.
            Some((Some(_), _)) | None => {
                return Err(Flaw::NoPair {
                    part: part.to_owned(),
                    authorization: value.to_owned(),
                });
            }
        }
    }
    let given = |text: Option<&str>| text.is_some_and(|text| !text.is_empty());
    let date = headers
        .get("x-amz-date")
        .or_else(|| headers.get(DATE))
        .map(|value| String::from_utf8_lossy(value.as_bytes()));
    let missing: Vec<Part> = [
        (Part::Credential, given(credential)),
        (Part::Signature, given(signature)),
        (Part::SignedHeaders, given(signed_headers)),
        (Part::Date, given(date.as_deref())),
    ]
    .into_iter()
    .filter_map(|(part, given)| (!given).then_some(part))
    .collect();
    let (Some(credential), Some(signature), Some(signed_headers), Some(date), true) = (
        credential,
        signature,
        signed_headers,
        date,
        missing.is_empty(),
    ) else {
        return Err(Flaw::Incomplete {
            missing,
            authorization: value.to_owned(),
        });
    };
    let (access_key, scope) = split(credential, Place::Header)?;
    Ok(Claim {
        place: Place::Header,
        access_key,
        scope,
        signed_headers: names(signed_headers),
        signature: signature.to_owned(),
        at: time(&date, Place::Header)?,
        token: header_token(headers),
        expires: None,
    })
}

/// The parameters of a presigned URL.
struct Query<'a> {
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> Query<'a> {
    /// `None` for a query that says nothing of a signature.
    fn read(query: &'a str) -> Option<Self> {
        let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
        pairs
            .iter()
            .any(|(name, _)| {
                matches!(
                    name.as_ref(),
                    "X-Amz-Algorithm" | "X-Amz-Credential" | "X-Amz-Signature" | "AWSAccessKeyId"
                )
            })
            .then_some(Self { pairs })
    }

    /// The first of that name.
    fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find_map(|(key, value)| (key == name).then_some(value.as_ref()))
            .filter(|value| !value.is_empty())
    }

    fn claim(&self, headers: &HeaderMap, realm: Realm) -> Result<Claim, Flaw> {
        if self.get("AWSAccessKeyId").is_some() {
            return Err(Flaw::OtherVersion(String::new()));
        }
        let expires = self.get("X-Amz-Expires");
        let missing: Vec<Part> = PARAMETERS
            .into_iter()
            .filter(|part| self.get(part.parameter()).is_none())
            .collect();
        let [
            Some(algorithm),
            Some(credential),
            Some(signature),
            Some(signed),
            Some(date),
        ] = PARAMETERS.map(|part| self.get(part.parameter()))
        else {
            return Err(Flaw::IncompleteQuery(missing));
        };
        if realm == Realm::S3 && expires.is_none() {
            return Err(Flaw::IncompleteQuery(vec![]));
        }
        if algorithm != ALGORITHM {
            return Err(Flaw::OtherAlgorithm);
        }
        let (access_key, scope) = split(credential, Place::Query)?;
        let at = time(date, Place::Query)?;
        let expires = match realm {
            Realm::S3 => expires.map(validity).transpose()?,
            // Other services pay no heed to it (O, presigned GetCallerIdentity calls live for 15 minutes).
            Realm::CloudTrail | Realm::Organizations | Realm::Sts | Realm::Other { .. } => None,
        };
        let token = self.get("X-Amz-Security-Token").map(str::to_owned);
        Ok(Claim {
            place: Place::Query,
            access_key,
            scope,
            signed_headers: names(signed),
            signature: signature.to_owned(),
            at,
            token: token.or_else(|| header_token(headers)),
            expires,
        })
    }
}

fn header_token(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("x-amz-security-token")?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn names(signed_headers: &str) -> Vec<String> {
    signed_headers
        .split(';')
        .filter(|name| !name.is_empty())
        .map(str::to_ascii_lowercase)
        .collect()
}

fn split(credential: &str, place: Place) -> Result<(String, Scope), Flaw> {
    let parts: Vec<&str> = credential.split('/').collect();
    let [access_key, date, region, service, terminator] = parts[..] else {
        return Err(Flaw::Credential {
            got: credential.to_owned(),
            place,
        });
    };
    let scope = Scope {
        date: date.to_owned(),
        region: region.to_owned(),
        service: service.to_owned(),
        terminator: terminator.to_owned(),
    };
    Ok((access_key.to_owned(), scope))
}

/// ISO 8601's basic form; a header may have HTTP's form too.
fn time(text: &str, place: Place) -> Result<Timestamp, Flaw> {
    let http_date = || {
        let date = httpdate::parse_http_date(text).ok()?;
        let since = date.duration_since(std::time::UNIX_EPOCH).ok()?;
        Some(Timestamp::from_seconds(
            i64::try_from(since.as_secs()).ok()?,
        ))
    };
    let time = match place {
        Place::Header => basic(text).or_else(http_date),
        Place::Query | Place::None => basic(text),
    };
    time.ok_or_else(|| Flaw::DateForm {
        got: text.to_owned(),
        place,
    })
}

/// `20261123T160000Z`.
fn basic(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| bytes[range].iter().all(u8::is_ascii_digit);
    let well_formed =
        bytes.len() == 16 && digits(0..8) && bytes[8] == b'T' && digits(9..15) && bytes[15] == b'Z';
    if !well_formed {
        return None;
    }
    Timestamp::parse_iso(&format!(
        "{}-{}-{}T{}:{}:{}Z",
        &text[..4],
        &text[4..6],
        &text[6..8],
        &text[9..11],
        &text[11..13],
        &text[13..15],
    ))
}

fn validity(text: &str) -> Result<Duration, Flaw> {
    let seconds: i64 = text
        .parse()
        .map_err(|_| Flaw::Expires(ExpiresFlaw::NotANumber))?;
    match u64::try_from(seconds) {
        Err(_) => Err(Flaw::Expires(ExpiresFlaw::Negative)),
        Ok(seconds) if seconds > LONGEST => Err(Flaw::Expires(ExpiresFlaw::TooLong)),
        Ok(seconds) => Ok(Duration::from_secs(seconds)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    const GOOD: &str = "AWS4-HMAC-SHA256 Credential=AK/20261123/eu-west-1/s3/aws4_request, SignedHeaders=host;X-Amz-Date, Signature=00";

    fn header(value: &str, realm: Realm) -> Result<Option<Claim>, Flaw> {
        let request = Request::get("/")
            .header("authorization", value)
            .header("x-amz-date", "20261123T160000Z");
        read(&request.body(()).unwrap().into_parts().0, realm)
    }

    fn query(query: &str, realm: Realm) -> Result<Option<Claim>, Flaw> {
        let request = Request::get(format!("/?{query}"));
        read(&request.body(()).unwrap().into_parts().0, realm)
    }

    #[test]
    fn a_header_is_read_however_its_parts_are_separated() {
        let claim = header(GOOD, Realm::S3).unwrap().unwrap();
        assert_eq!(claim.access_key, "AK");
        assert_eq!(
            claim.scope.to_string(),
            "20261123/eu-west-1/s3/aws4_request"
        );
        assert_eq!(claim.signed_headers, ["host", "x-amz-date"]);
        assert_eq!(claim.at.iso(), "2026-11-23T16:00:00Z");
        for form in [GOOD.replace(", ", ","), GOOD.replace(", ", " , ")] {
            assert_eq!(header(&form, Realm::S3), Ok(Some(claim.clone())), "{form}");
        }
    }

    #[test]
    fn a_header_without_its_parts_is_refused() {
        let missing = |value: &str| match header(value, Realm::CloudTrail) {
            Err(Flaw::Incomplete { missing, .. }) => missing,
            other => panic!("{value}: {other:?}"),
        };
        assert_eq!(
            missing(ALGORITHM),
            [Part::Credential, Part::Signature, Part::SignedHeaders]
        );
        assert_eq!(missing(&GOOD.replace("00", "")), [Part::Signature]);
        let blank = header(&GOOD.replace("=AK", "= AK"), Realm::CloudTrail);
        assert!(
            matches!(&blank, Err(Flaw::NoPair { part, .. }) if part.starts_with("AK/")),
            "{blank:?}"
        );
        let again = header(&format!("{GOOD}, Signature=00"), Realm::CloudTrail);
        assert!(matches!(again, Err(Flaw::NoPair { .. })), "{again:?}");
        let four = header(&GOOD.replace("/s3", ""), Realm::CloudTrail);
        assert!(matches!(four, Err(Flaw::Credential { .. })), "{four:?}");
        let twice = Request::get("/")
            .header("authorization", GOOD)
            .header("authorization", GOOD);
        let twice = read(&twice.body(()).unwrap().into_parts().0, Realm::S3);
        assert!(twice.is_err(), "{twice:?}");
    }

    #[test]
    fn other_schemes_are_told_apart() {
        for (value, version) in [
            ("AWS AK:sig", true),
            ("AWS4-ECDSA-P256-SHA256 Credential=x", true),
            ("Basic eDp5", false),
            ("", false),
        ] {
            let flaw = header(value, Realm::S3).unwrap_err();
            assert_eq!(matches!(flaw, Flaw::OtherVersion(_)), version, "{value}");
            assert_eq!(matches!(flaw, Flaw::OtherScheme(_)), !version, "{value}");
        }
    }

    #[test]
    fn presigned_urls_have_limits() {
        let url = |expires: &str| {
            query(
                &format!(
                    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AK%2F20261123%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20261123T160000Z&X-Amz-SignedHeaders=host&X-Amz-Signature=00{expires}"
                ),
                Realm::S3,
            )
        };
        let claim = url("&X-Amz-Expires=604800").unwrap().unwrap();
        assert_eq!(claim.expires, Some(Duration::from_secs(604_800)));
        let flaws = [
            ("&X-Amz-Expires=604801", ExpiresFlaw::TooLong),
            ("&X-Amz-Expires=-1", ExpiresFlaw::Negative),
            ("&X-Amz-Expires=1h", ExpiresFlaw::NotANumber),
        ];
        for (expires, flaw) in flaws {
            assert_eq!(url(expires), Err(Flaw::Expires(flaw)), "{expires}");
        }
        assert_eq!(url(""), Err(Flaw::IncompleteQuery(vec![])));
        assert_eq!(query("x-id=GetObject", Realm::S3), Ok(None));
        assert_eq!(
            query("AWSAccessKeyId=AK&Signature=x", Realm::S3),
            Err(Flaw::OtherVersion(String::new()))
        );
    }

    #[test]
    fn times_have_one_form() {
        assert!(basic("20261123T160000Z").is_some());
        for wrong in [
            "",
            "20261123",
            "20261323T160000Z",
            "20261123T160000+",
            "2026-11-23T16:00Z",
            "éééééééé",
        ] {
            assert_eq!(basic(wrong), None, "{wrong}");
        }
        assert!(time("Mon, 23 Nov 2026 16:00:00 GMT", Place::Header).is_ok());
        assert!(time("Mon, 23 Nov 2026 16:00:00 GMT", Place::Query).is_err());
    }
}
