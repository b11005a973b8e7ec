//! Signatures, checked: the one entry through which a request passes where `--check-signatures` is on. Signature Version
//! 4 everywhere, and version 2 where S3 takes it (`old.rs`).
//!
//! Here is the order of the questions. How a claim is read, what is signed, and how services refuse, the files beside
//! know. Time is the machine's, not that of the emulator's clock: clients sign with the time of the machine they run
//! on, and a clock that was set to another year must not lock them out. A request that is refused here is not recorded,
//! as nobody is known to have made it (I).

mod body;
mod canonical;
mod chunks;
mod claim;
mod flaw;
mod old;
mod realm;
mod seal;
mod sign;
#[cfg(test)]
mod vectors;
mod wording;

use std::borrow::Cow;

use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::EXPECT;
use hyper::http::request::Parts;
use localtrail_core::{Region, Timestamp};
use localtrail_neighbours::Signature as Place;

use self::body::ChunkedBody;
use self::chunks::{Chunks, Seed, Trailers};
use self::claim::{Claim, TERMINATOR};
use self::flaw::{Flaw, Mismatch, ScopeFlaw};
use self::old::OldClaim;
use self::seal::SigningKey;
use crate::credential::Credential;
use crate::identity::{Identities, Secret, SessionToken, Validity};
use crate::refusal::Refusal;
use crate::reply::{self, Reply};
use crate::site::Site;

pub(crate) use self::body::{CheckedBody, Verdict};
pub(crate) use self::realm::Realm;
pub(crate) use self::sign::{Signer, hash, sign};

const PAYLOAD_HASH: &str = "x-amz-content-sha256";
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";
const STREAM: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
const STREAM_WITH_TRAILER: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
const ASYMMETRIC_STREAM: &str = "STREAMING-AWS4-ECDSA-";

/// A request whose signer is known.
pub(crate) struct Admitted {
    /// Who signed; `None` for an unsigned request to S3, which answers those where a policy says so.
    pub(crate) credential: Option<Credential<'static>>,
    pub(crate) body: CheckedBody,
    /// What the body has to say once it was read.
    pub(crate) verdict: Verdict,
}

/// Which regions a credential may name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Regions<'a> {
    /// The one in the host's name, where there is one.
    pub(crate) of_host: Option<&'a Region>,
    /// The one to tell whoever named none.
    pub(crate) default: &'a Region,
}

/// Checks a request, reading bodies of services other than S3 up to `limit` bytes.
///
/// # Errors
///
/// The answer that refuses it.
pub(crate) async fn admit(
    site: &Site,
    realm: Realm,
    regions: Regions<'_>,
    parts: &Parts,
    body: Incoming,
    limit: usize,
) -> Result<Admitted, Reply> {
    let now = crate::clock::system_time();
    let check = |payload: &str| check(parts, realm, payload, regions, &site.identities, now);
    if realm == Realm::S3 {
        let payload = payload_of_s3(parts);
        return match check(&payload) {
            Ok(believed) => Ok(streamed(believed, &payload, body)),
            Err(flaw) => Err(after_body(refused(site, realm, &flaw), parts, body).await),
        };
    }
    let body = reply::read(body, limit).await.map_err(|why| {
        let refusal = Refusal::unread(why, limit);
        reply::last(refusal.reply(realm.protocol(), site.engine.request_id()))
    })?;
    match check(&seal::hash(&body)) {
        Ok(believed) => Ok(Admitted {
            credential: believed.as_ref().map(Believed::credential),
            body: CheckedBody::Whole(Full::new(body)),
            verdict: Verdict::default(),
        }),
        Err(flaw) => Err(refused(site, realm, &flaw)),
    }
}

/// The refusal of a request that nobody signed.
pub(crate) fn unsigned(site: &Site, realm: Realm) -> Reply {
    refused(site, realm, &Flaw::Unsigned)
}

/// The answer for a body that turned out to be signed wrongly; `None` where it was not.
pub(crate) fn refusal_of_body(site: &Site, realm: Realm, verdict: &Verdict) -> Option<Reply> {
    let flaw = verdict.flaw()?;
    Some(reply::last(refused(site, realm, flaw)))
}

fn refused(site: &Site, realm: Realm, flaw: &Flaw) -> Reply {
    wording::refusal(flaw, realm).reply(realm.protocol(), site.engine.request_id())
}

/// A client looks at an answer only when it has sent all of its body, unless it asked before sending it.
async fn after_body(refused: Reply, parts: &Parts, body: Incoming) -> Reply {
    if parts.headers.contains_key(EXPECT) || reply::read(body, 0).await.is_err() {
        return reply::last(refused);
    }
    refused
}

/// A claim that is true.
enum Believed {
    Now { claim: Claim, key: SigningKey },
    Old(OldClaim),
}

impl Believed {
    fn credential(&self) -> Credential<'static> {
        match self {
            Self::Now { claim, .. } => Credential {
                access_key: Cow::Owned(claim.access_key.clone()),
                region: Region::parse(&claim.scope.region),
                service: Cow::Owned(claim.scope.service.clone()),
                place: claim.place,
            },
            Self::Old(claim) => Credential {
                access_key: Cow::Owned(claim.access_key.clone()),
                region: None,
                service: Cow::Borrowed("s3"),
                place: claim.place,
            },
        }
    }
}

/// Asks everything there is to ask of a request with this hash of its payload; `None` for an unsigned one to S3. In which
/// order services ask is not documented; what needs no secret comes first here (I).
fn check(
    parts: &Parts,
    realm: Realm,
    payload: &str,
    regions: Regions<'_>,
    identities: &Identities,
    now: Timestamp,
) -> Result<Option<Believed>, Flaw> {
    let claim = match (claim::read(parts, realm), realm) {
        (Ok(Some(claim)), _) => claim,
        (Ok(None), Realm::S3) => return Ok(None),
        (Ok(None), Realm::CloudTrail | Realm::Organizations | Realm::Sts | Realm::Other { .. }) => {
            return Err(Flaw::Unsigned);
        }
        (Err(Flaw::OtherVersion(header)), Realm::S3) if !header.starts_with("AWS4-") => {
            return check_old(parts, identities, now).map(Some);
        }
        (Err(flaw), _) => return Err(flaw),
    };
    in_scope(&claim, realm, regions)?;
    in_time(&claim, realm, now)?;
    let secret = identities
        .secret(&claim.access_key)
        .ok_or_else(|| Flaw::UnknownKey(claim.access_key.clone()))?;
    has_token(&claim.access_key, claim.token.as_ref(), &secret)?;
    signs_enough(&claim, realm, parts)?;

    let key = SigningKey::derive(&secret.key, &claim.scope);
    let rule = realm.path_rule();
    let canonical = canonical::request(parts, &claim.signed_headers, payload, rule);
    let text = seal::string_to_sign(&claim.at.second_stamp(), &claim.scope, &canonical);
    if key.verify(&text, &claim.signature) {
        return Ok(Some(Believed::Now { claim, key }));
    }
    Err(Flaw::Mismatch(Box::new(Mismatch {
        access_key: claim.access_key,
        string_to_sign: text,
        provided: claim.signature,
        canonical: Some(canonical),
    })))
}

/// The same questions of a signature of version 2, as far as it answers them.
fn check_old(parts: &Parts, identities: &Identities, now: Timestamp) -> Result<Believed, Flaw> {
    let claim = old::read(parts)?;
    let (at, window) = (claim.at, Realm::S3.window());
    match claim.place {
        Place::Query if now > at => {
            return Err(Flaw::LinkExpired {
                seconds: None,
                end: at,
                now,
            });
        }
        Place::Header if at < now.minus(window) => return Err(Flaw::Expired { at, now }),
        Place::Header if at > now.plus(window) => return Err(Flaw::Early { at, now }),
        Place::Header | Place::Query | Place::None => {}
    }
    let secret = identities
        .secret(&claim.access_key)
        .ok_or_else(|| Flaw::UnknownKey(claim.access_key.clone()))?;
    has_token(&claim.access_key, claim.token.as_ref(), &secret)?;
    old::verify(parts, &claim, &secret.key)?;
    Ok(Believed::Old(claim))
}

fn in_scope(claim: &Claim, realm: Realm, regions: Regions<'_>) -> Result<(), Flaw> {
    let scope = &claim.scope;
    let mut flaws = Vec::new();
    let expected = regions.of_host.unwrap_or(regions.default);
    let region = Region::parse(&scope.region);
    // The host of S3 may begin with a bucket's name, which can look like a region.
    let elsewhere = realm != Realm::S3
        && regions.of_host.is_some()
        && region.as_ref().is_some_and(|region| region != expected);
    if region.is_none() || elsewhere {
        flaws.push(ScopeFlaw::Region {
            got: scope.region.clone(),
            expected: expected.as_str().to_owned(),
        });
    }
    if let Some(expected) = realm.name().filter(|name| scope.service != *name) {
        flaws.push(ScopeFlaw::Service {
            got: scope.service.clone(),
            expected,
        });
    }
    if scope.terminator != TERMINATOR {
        flaws.push(ScopeFlaw::Terminator(scope.terminator.clone()));
    }
    if claim.at.second_stamp()[..8] != scope.date {
        flaws.push(ScopeFlaw::Date {
            got: scope.date.clone(),
            at: claim.at,
        });
    }
    if flaws.is_empty() {
        return Ok(());
    }
    Err(Flaw::Scope {
        flaws,
        place: claim.place,
    })
}

fn in_time(claim: &Claim, realm: Realm, now: Timestamp) -> Result<(), Flaw> {
    let (at, window) = (claim.at, realm.window());
    let (earliest, latest) = (now.minus(window), now.plus(window));
    if let Some(validity) = claim.expires {
        let end = at.plus(validity);
        return if at > latest {
            Err(Flaw::LinkEarly)
        } else if now > end {
            Err(Flaw::LinkExpired {
                seconds: Some(validity.as_secs()),
                end,
                now,
            })
        } else {
            Ok(())
        };
    }
    // Signatures carry whole seconds.
    if at < earliest.whole_second() {
        Err(Flaw::Expired { at, now })
    } else if at > latest {
        Err(Flaw::Early { at, now })
    } else {
        Ok(())
    }
}

fn has_token(access_key: &str, token: Option<&String>, secret: &Secret) -> Result<(), Flaw> {
    let fits = match (&secret.token, token) {
        (SessionToken::Any, _) | (SessionToken::Absent, None) => true,
        // Hashes, so that it takes as long wherever they differ.
        (SessionToken::Required(right), Some(given)) => {
            seal::hash(right.as_bytes()) == seal::hash(given.as_bytes())
        }
        (SessionToken::Absent, Some(_)) | (SessionToken::Required(_), None) => false,
    };
    if fits {
        return match secret.validity {
            Validity::Valid => Ok(()),
            Validity::Expired => Err(Flaw::SessionOver {
                token: token.cloned(),
            }),
        };
    }
    Err(Flaw::WrongToken {
        access_key: access_key.to_owned(),
        token: token.cloned(),
    })
}

/// S3 wants every header of AWS's own signed (D, "Authenticating requests: using the Authorization header"), others at
/// least the host (O).
fn signs_enough(claim: &Claim, realm: Realm, parts: &Parts) -> Result<(), Flaw> {
    let has_host = claim.signed_headers.iter().any(|name| name == "host");
    match realm {
        Realm::CloudTrail | Realm::Organizations | Realm::Sts | Realm::Other { .. } if has_host => {
            Ok(())
        }
        Realm::CloudTrail | Realm::Organizations | Realm::Sts | Realm::Other { .. } => {
            Err(Flaw::HeadersNotSigned(vec!["host".to_owned()]))
        }
        Realm::S3 => {
            let unsigned = canonical::unsigned(&parts.headers, &claim.signed_headers);
            if !unsigned.is_empty() {
                return Err(Flaw::HeadersNotSigned(unsigned));
            }
            match parts.headers.get(PAYLOAD_HASH) {
                None if claim.place == Place::Header => Err(Flaw::NoPayloadHash),
                Some(hash) if hash.as_bytes().starts_with(ASYMMETRIC_STREAM.as_bytes()) => {
                    Err(Flaw::OtherPayload)
                }
                _ => Ok(()),
            }
        }
    }
}

/// What an S3 request says of its payload, which S3 itself holds against the payload. A presigned URL says nothing, or
/// in its query that nothing is signed.
fn payload_of_s3(parts: &Parts) -> Cow<'_, str> {
    match parts.headers.get(PAYLOAD_HASH) {
        Some(value) => String::from_utf8_lossy(value.as_bytes()),
        None => Cow::Borrowed(UNSIGNED_PAYLOAD),
    }
}

fn streamed(believed: Option<Believed>, payload: &str, body: Incoming) -> Admitted {
    let credential = believed.as_ref().map(Believed::credential);
    let verdict = Verdict::default();
    let trailers = match payload {
        STREAM => Some(Trailers::Unsigned),
        STREAM_WITH_TRAILER => Some(Trailers::Signed),
        _ => None,
    };
    let body = match (believed, trailers) {
        (Some(Believed::Now { claim, key }), Some(trailers)) => {
            CheckedBody::Chunked(Box::new(ChunkedBody {
                inner: body,
                chunks: Chunks::new(seed(claim, key), trailers),
                verdict: verdict.clone(),
                ended: false,
            }))
        }
        _ => CheckedBody::Plain(body),
    };
    Admitted {
        credential,
        body,
        verdict,
    }
}

fn seed(claim: Claim, key: SigningKey) -> Seed {
    Seed {
        key,
        access_key: claim.access_key,
        stamp: claim.at.second_stamp(),
        scope: claim.scope.to_string(),
        signature: claim.signature,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    #[test]
    fn a_host_that_names_a_region_wants_it_in_the_credential() {
        let scope_fits = |realm: Realm, named: &str| {
            let authorization = format!(
                "AWS4-HMAC-SHA256 Credential=AK/20261123/{named}/{}/aws4_request, SignedHeaders=host, Signature=00",
                realm.name().unwrap()
            );
            let request = Request::post("/")
                .header("x-amz-date", "20261123T160000Z")
                .header("authorization", authorization);
            let parts = request.body(()).unwrap().into_parts().0;
            let claim = claim::read(&parts, realm).unwrap().unwrap();
            let (host, default) = (Region::parse("eu-west-1").unwrap(), Region::us_east_1());
            let regions = |of_host| Regions {
                of_host,
                default: &default,
            };
            (
                in_scope(&claim, realm, regions(Some(&host))).is_ok(),
                in_scope(&claim, realm, regions(None)).is_ok(),
            )
        };
        for realm in [Realm::CloudTrail, Realm::Sts] {
            assert_eq!(scope_fits(realm, "eu-west-1"), (true, true));
            assert_eq!(scope_fits(realm, "us-east-1"), (false, true));
        }
        assert_eq!(scope_fits(Realm::S3, "us-east-1"), (true, true));
        assert_eq!(scope_fits(Realm::S3, ""), (false, false));
    }
}
