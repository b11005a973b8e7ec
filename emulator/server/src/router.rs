//! The way of a request, in order: control path, signature (where it is checked), identity, service, answer, record.
//!
//! No rule of CloudTrail's and no endpoint stands here; they are core's, the neighbours' and `control`'s.

use std::borrow::Cow;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Incoming};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Request};
use localtrail_core::{Call, Origin, Region, Tls};
use localtrail_neighbours::{Asked, BoxError, Neighbours, Served, Signature};

use crate::control;
use crate::credential::{self, Credential};
use crate::options::Signatures;
use crate::refusal::{Protocol, Refusal};
use crate::reply::{self, Reply, ReplyBody, Unread};
use crate::serve::Peer;
use crate::signature::{self, Admitted, Realm, Regions, Verdict};
use crate::site::Site;

/// No API call here is longer: the longest, a PutEventSelectors with 500 advanced selectors, has some hundred kilobytes.
const CALL_LIMIT: usize = 4 << 20;

/// Which service a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Service {
    CloudTrail,
    Organizations,
    S3,
    Sts,
    Unknown(String),
}

/// Answers one request. Nothing fails: what goes wrong is an answer too.
pub(crate) async fn answer(site: &Arc<Site>, peer: &Peer, request: Request<Incoming>) -> Reply {
    if let Some(endpoint) = control::endpoint(request.uri().path()) {
        let endpoint = endpoint.to_owned();
        return control::answer(site, &endpoint, request).await;
    }
    let (parts, body) = request.into_parts();
    match site.options.signatures {
        Signatures::Trusted => {
            let credential = credential::read(&parts.headers, parts.uri.query());
            let service = service(&parts, credential.as_ref());
            let asking = Asking::new(site, peer, &parts, credential, &service);
            match service {
                Service::CloudTrail => cloudtrail(site, parts, body, asking).await,
                Service::Organizations => organizations(site, &parts, asking).await,
                Service::S3 => s3(site, Request::from_parts(parts, body), asking, None).await,
                Service::Sts => sts(site, parts, body, asking).await,
                Service::Unknown(name) => not_emulated(site, &parts, &name),
            }
        }
        // Boxed, and the choice above made here once more, so that who trusts signatures pays nothing for checking.
        Signatures::Checked => Box::pin(checked(site, peer, parts, body)).await,
    }
}

/// The same where signatures are checked: who asks is who signed.
async fn checked(site: &Arc<Site>, peer: &Peer, parts: Parts, body: Incoming) -> Reply {
    let named = credential::read(&parts.headers, parts.uri.query());
    let service = match is_for_cloudtrail(&parts) {
        // AWS tells by the host, whatever the signer says; a credential for another service is refused then.
        true => Service::CloudTrail,
        false => service(&parts, named.as_ref()),
    };
    let realm = match &service {
        Service::CloudTrail => Realm::CloudTrail,
        Service::Organizations => Realm::Organizations,
        Service::S3 => Realm::S3,
        Service::Sts => Realm::Sts,
        Service::Unknown(name) => return not_emulated(site, &parts, name),
    };
    let of_host = region_of(host(&parts));
    let regions = Regions {
        of_host: of_host.as_ref(),
        default: &site.default_region,
    };
    match signature::admit(site, realm, regions, &parts, body, CALL_LIMIT).await {
        Err(refused) => refused,
        Ok(Admitted {
            credential,
            body,
            verdict,
        }) => {
            let asking = Asking::new(site, peer, &parts, credential, &service);
            match realm {
                Realm::CloudTrail => cloudtrail(site, parts, body, asking).await,
                Realm::Organizations => organizations(site, &parts, asking).await,
                Realm::S3 => {
                    let request = Request::from_parts(parts, body);
                    s3(site, request, asking, Some(verdict)).await
                }
                Realm::Sts => sts(site, parts, body, asking).await,
            }
        }
    }
}

fn not_emulated(site: &Site, parts: &Parts, name: &str) -> Reply {
    let refusal = Refusal::not_emulated(name);
    refusal.reply(Protocol::of(parts, name), site.engine.request_id())
}

/// Whether the target is an operation of CloudTrail's, as in `…CloudTrail_20131101.ListTrails`.
fn is_for_cloudtrail(parts: &Parts) -> bool {
    text(&parts.headers, "x-amz-target").is_some_and(|target| target.contains("CloudTrail_"))
}

/// The signer says which service is called; an unsigned request tells by its form.
fn service(parts: &Parts, credential: Option<&Credential<'_>>) -> Service {
    if let Some(credential) = credential {
        return match credential.service.as_ref() {
            "cloudtrail" => Service::CloudTrail,
            "organizations" => Service::Organizations,
            "s3" => Service::S3,
            "sts" => Service::Sts,
            other => Service::Unknown(other.to_owned()),
        };
    }
    let query = parts.uri.query().unwrap_or_default();
    if let Some(target) = parts.headers.get("x-amz-target") {
        match target.as_bytes().starts_with(b"AWSOrganizations") {
            true => Service::Organizations,
            false => Service::CloudTrail,
        }
    } else if text(&parts.headers, "content-type")
        .is_some_and(|form| form.starts_with("application/x-www-form-urlencoded"))
        || (query.contains("Action=") && query.contains("Version=2011-06-15"))
    {
        Service::Sts
    } else {
        Service::S3
    }
}

/// Who asks, from where, of which region.
struct Asking {
    caller: localtrail_core::Caller,
    origin: Origin,
    region: Region,
    signature: Signature,
}

impl Asking {
    fn new(
        site: &Site,
        peer: &Peer,
        parts: &Parts,
        credential: Option<Credential<'_>>,
        service: &Service,
    ) -> Self {
        let host = host(parts);
        let caller = match (&credential, service) {
            (Some(credential), _) => site.identities.caller(&credential.access_key),
            (None, Service::S3) => site.identities.anonymous(),
            (
                None,
                Service::CloudTrail | Service::Organizations | Service::Sts | Service::Unknown(_),
            ) => site.identities.unsigned(),
        };
        let origin = Origin {
            source_ip_address: peer.ip.clone(),
            user_agent: parts
                .headers
                .get("user-agent")
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
            tls: peer.tls.as_ref().map(|agreed| Tls {
                tls_version: agreed.version.to_owned(),
                cipher_suite: agreed.suite.clone(),
                client_provided_host_header: host.to_owned(),
                key_exchange: agreed.group.clone(),
            }),
        };
        let signature = credential
            .as_ref()
            .map_or(Signature::None, |credential| credential.place);
        let region = credential
            .and_then(|credential| credential.region)
            .or_else(|| region_of(host))
            .unwrap_or_else(|| site.default_region.clone());
        Self {
            caller,
            origin,
            region,
            signature,
        }
    }

    fn asked(self, site: &Site) -> Asked {
        Asked {
            caller: self.caller,
            origin: self.origin,
            region: self.region,
            request_id: site.engine.request_id(),
            signature: self.signature,
            now: site.engine.clock.now(),
        }
    }
}

async fn cloudtrail<B>(site: &Site, parts: Parts, body: B, asking: Asking) -> Reply
where
    B: Body<Data = Bytes> + Unpin,
{
    let body = match reply::read(body, CALL_LIMIT).await {
        Ok(body) => body,
        Err(why) => return unread(site, why, Protocol::Json),
    };
    let call = Call {
        target: text(&parts.headers, "x-amz-target"),
        content_type: text(&parts.headers, "content-type"),
        body: &body,
        caller: asking.caller,
        origin: asking.origin,
        region: asking.region,
    };
    match site.engine.call(call).await {
        Ok(answer) => reply::answer(answer),
        Err(error) => Refusal::not_kept(&error).reply(Protocol::Json, site.engine.request_id()),
    }
}

/// Which organization the caller is in, core knows; how it is told, the neighbours. No operation that is answered has input.
async fn organizations(site: &Site, parts: &Parts, asking: Asking) -> Reply {
    let asked = asking.asked(site);
    let target = text(&parts.headers, "x-amz-target").unwrap_or_default();
    let organization = site.engine.organization_of(asked.caller.account());
    let neighbours = &site.engine.neighbours;
    match neighbours.organizations(target, &asked, organization.as_ref()) {
        Some(served) => recorded(site, served, asked.now, Protocol::Json).await,
        None => not_emulated(site, parts, "organizations"),
    }
}

async fn s3<B>(site: &Site, request: Request<B>, asking: Asking, verdict: Option<Verdict>) -> Reply
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let asked = asking.asked(site);
    let now = asked.now;
    let served = s3_served(site.engine.neighbours.clone(), request, asked).await;
    let refused = verdict
        .as_ref()
        .and_then(|verdict| signature::refusal_of_body(site, Realm::S3, verdict));
    if let Some(refused) = refused {
        return refused;
    }
    recorded(site, served, now, Protocol::RestXml).await
}

/// Boxed, as its state is large, and every connection would have room for it even if it never speaks to S3.
fn s3_served<B>(
    neighbours: Neighbours,
    request: Request<B>,
    asked: Asked,
) -> Pin<Box<dyn Future<Output = Served> + Send>>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    Box::pin(async move { neighbours.s3(request, asked).await })
}

async fn sts<B>(site: &Site, parts: Parts, body: B, asking: Asking) -> Reply
where
    B: Body<Data = Bytes> + Unpin,
{
    let body = match reply::read(body, CALL_LIMIT).await {
        Ok(body) => body,
        Err(why) => return unread(site, why, Protocol::Query),
    };
    let asked = asking.asked(site);
    let now = asked.now;
    let request = Request::from_parts(parts, Full::new(body));
    let served = site.engine.neighbours.sts(request, asked).await;
    recorded(site, served, now, Protocol::Query).await
}

/// A neighbour's answer goes out once its record is kept.
async fn recorded(
    site: &Site,
    served: Served,
    now: localtrail_core::Timestamp,
    protocol: Protocol,
) -> Reply {
    match site.engine.record(served.drafts, now).await {
        Ok(()) => served.response.map(ReplyBody::Streamed),
        Err(error) => Refusal::not_kept(&error).reply(protocol, site.engine.request_id()),
    }
}

fn unread(site: &Site, why: Unread, protocol: Protocol) -> Reply {
    let refusal = Refusal::unread(why, CALL_LIMIT);
    reply::last(refusal.reply(protocol, site.engine.request_id()))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The host that the client named: of the target when it is a whole URL, else of the header.
fn host(parts: &Parts) -> &str {
    parts
        .uri
        .authority()
        .map(hyper::http::uri::Authority::as_str)
        .or_else(|| text(&parts.headers, "host"))
        .unwrap_or_default()
}

/// The region in a host such as `cloudtrail.eu-west-1.amazonaws.com` or `sts.eu-west-1.localhost:4566`.
fn region_of(host: &str) -> Option<Region> {
    host.split('.')
        .skip(1)
        .find(|label| looks_like_region(label))
        .and_then(Region::parse)
}

/// Two or more groups of letters, the first of two or three, then a digit: `us-east-1`, `us-gov-west-1`.
fn looks_like_region(label: &str) -> bool {
    let groups: Cow<'_, [&str]> = label.split('-').collect::<Vec<_>>().into();
    let [first, middle @ .., last] = groups.as_ref() else {
        return false;
    };
    let letters = |group: &&str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_lowercase());
    (2..=3).contains(&first.len())
        && letters(first)
        && !middle.is_empty()
        && middle.iter().all(letters)
        && last.len() == 1
        && last.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service_of(request: hyper::http::request::Builder) -> Service {
        let parts = request.body(()).unwrap().into_parts().0;
        let credential = credential::read(&parts.headers, parts.uri.query());
        service(&parts, credential.as_ref())
    }

    fn signed(service: &str) -> hyper::http::request::Builder {
        let scope =
            format!("AWS4-HMAC-SHA256 Credential=AK/20261123/us-east-1/{service}/aws4_request");
        Request::post("/").header("authorization", scope)
    }

    #[test]
    fn the_signer_says_which_service() {
        assert_eq!(service_of(signed("cloudtrail")), Service::CloudTrail);
        assert_eq!(
            service_of(signed("s3").header("x-amz-target", "X.Y")),
            Service::S3
        );
        assert_eq!(service_of(signed("sts")), Service::Sts);
        assert_eq!(
            service_of(signed("iam")),
            Service::Unknown("iam".to_owned())
        );
    }

    #[test]
    fn an_unsigned_request_tells_by_its_form() {
        let target = Request::post("/").header("x-amz-target", "CloudTrail_20131101.ListTrails");
        assert_eq!(service_of(target), Service::CloudTrail);
        let form = Request::post("/").header("content-type", "application/x-www-form-urlencoded");
        assert_eq!(service_of(form), Service::Sts);
        let query = Request::get("/?Action=GetCallerIdentity&Version=2011-06-15");
        assert_eq!(service_of(query), Service::Sts);
        assert_eq!(service_of(Request::get("/bucket/key")), Service::S3);
        assert_eq!(service_of(Request::get("/?Action=1")), Service::S3);
    }

    #[test]
    fn hosts_name_regions() {
        let region = |host| region_of(host).map(String::from);
        assert_eq!(
            region("cloudtrail.eu-west-1.amazonaws.com").as_deref(),
            Some("eu-west-1")
        );
        assert_eq!(
            region("b.s3.us-gov-west-1.localhost:4566").as_deref(),
            Some("us-gov-west-1")
        );
        for none in [
            "localhost:4566",
            "my-bucket-1.localhost",
            "eu-west-1",
            "a.b-c.d",
            "",
        ] {
            assert_eq!(region(none), None, "{none}");
        }
    }
}
