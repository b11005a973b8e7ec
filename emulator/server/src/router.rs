//! The way of a request, in order: control path, what is called, signature (where it is checked), who asks, who answers,
//! record.
//!
//! No rule of CloudTrail's and no endpoint stands here; they are core's, the neighbours' and `control`'s. Who answers
//! what, `route` says; how, `local` and `forward`.

mod asking;
mod local;
mod route;

use std::pin::Pin;
use std::sync::Arc;

use http_body_util::Full;
use hyper::Request;
use hyper::body::Incoming;
use hyper::http::request::Parts;
use localtrail_recorder::Recognized;

use self::asking::{Strangers, region_of, text};
use self::route::{Neighbour, Route, is_s3};
use crate::control;
use crate::credential;
use crate::exchange::{Answerer, Exchange};
use crate::forward::{self, CallBody};
use crate::options::Signatures;
use crate::proxy;
use crate::refusal::{Protocol, Refusal};
use crate::reply::{self, Reply, Unread};
use crate::serve::Peer;
use crate::signature::{self, Admitted, CheckedBody, Realm, Regions, Verdict};
use crate::site::Site;
use crate::upstream::RESIGN_LIMIT;

pub(crate) use self::asking::{Asking, host};

/// No API call that is answered here is longer: the longest, a PutEventSelectors with 500 advanced selectors, has some
/// hundred kilobytes.
const CALL_LIMIT: usize = 4 << 20;

/// Answers one request. Nothing fails: what goes wrong is an answer too.
pub(crate) async fn answer(site: &Arc<Site>, peer: &Peer, request: Request<Incoming>) -> Reply {
    if request.uri().authority().is_some() && proxy::is_for_others(site, request.uri()) {
        return Box::pin(proxy::other(site, request)).await;
    }
    if let Some(endpoint) = control::endpoint(request.uri(), request.headers()) {
        let endpoint = endpoint.to_owned();
        return control::answer(site, &endpoint, request).await;
    }
    let (parts, body) = request.into_parts();
    match site.options.signatures {
        Signatures::Trusted => {
            let credential = credential::read(&parts.headers, parts.uri.query());
            // Asked first, so that what this is all about waits for no recognition.
            let signed_for = credential.as_ref().map(|it| it.service.as_ref());
            if signed_for == Some("cloudtrail") {
                let asking = Asking::new(site, peer, &parts, credential, Strangers::DefaultUser);
                return local::cloudtrail(site, parts, body, asking).await;
            }
            trusted(site, peer, parts, body).await
        }
        Signatures::Checked => Box::pin(checked(site, peer, parts, body)).await,
    }
}

/// An answer under way. Boxed, so that what waits is as large as who answers needs, and no larger.
type Answering<'a> = Pin<Box<dyn Future<Output = Reply> + Send + 'a>>;

fn trusted<'a>(site: &'a Arc<Site>, peer: &'a Peer, parts: Parts, body: Incoming) -> Answering<'a> {
    let credential = credential::read(&parts.headers, parts.uri.query());
    let recognized = route::recognize(&parts, credential.as_ref(), None);
    let route = route::of(site, &parts, credential.as_ref(), &recognized);
    if let Route::OnlyBodyTells = route {
        return Box::pin(by_body(site, peer, parts, body));
    }
    let strangers = route.strangers(&recognized);
    let asking = Asking::new(site, peer, &parts, credential, strangers);
    let body = CheckedBody::Plain(body);
    answer_by(site, route, recognized, asking, parts, body, None)
}

/// An unsigned form, which names its operation, and so perhaps its service, in its body alone.
async fn by_body(site: &Arc<Site>, peer: &Peer, parts: Parts, body: Incoming) -> Reply {
    let body = match reply::read(body, CALL_LIMIT).await {
        Ok(body) => body,
        Err(why) => return unread(site, why, Protocol::Query),
    };
    let recognized = route::recognize(&parts, None, Some(&body));
    let route = route::of_form(site, &recognized);
    if site.options.signatures == Signatures::Checked && !needs_no_signature(&recognized) {
        return signature::unsigned(site, realm(&route, &recognized, &parts));
    }
    let asking = Asking::new(site, peer, &parts, None, route.strangers(&recognized));
    let body = CheckedBody::Whole(Full::new(body));
    answer_by(site, route, recognized, asking, parts, body, None).await
}

/// The same where signatures are checked: who asks is who signed.
async fn checked(site: &Arc<Site>, peer: &Peer, parts: Parts, body: Incoming) -> Reply {
    let named = credential::read(&parts.headers, parts.uri.query());
    let recognized = route::recognize(&parts, named.as_ref(), None);
    let route = match is_for_cloudtrail(&parts) {
        // AWS tells by the host, whatever the signer says; a credential for another service is refused then.
        true => Route::CloudTrail,
        false => route::of(site, &parts, named.as_ref(), &recognized),
    };
    if named.is_none() {
        if needs_no_signature(&recognized) {
            return trusted(site, peer, parts, body).await;
        }
        if recognized.operation.is_none() && route::is_form(&parts) {
            return by_body(site, peer, parts, body).await;
        }
    }
    let limit = match &route {
        Route::Upstream(_) => RESIGN_LIMIT,
        _ => CALL_LIMIT,
    };
    let of_host = region_of(host(&parts.uri, &parts.headers));
    let regions = Regions {
        of_host: of_host.as_ref(),
        default: &site.default_region,
    };
    let realm = realm(&route, &recognized, &parts);
    match signature::admit(site, realm, regions, &parts, body, limit).await {
        Err(refused) => refused,
        Ok(Admitted {
            credential,
            body,
            verdict,
        }) => {
            let asking = Asking::new(site, peer, &parts, credential, route.strangers(&recognized));
            answer_by(site, route, recognized, asking, parts, body, Some(verdict)).await
        }
    }
}

/// Lets a request be answered by whom it is for, now that it is known who asks.
fn answer_by<'a>(
    site: &'a Arc<Site>,
    route: Route<'a>,
    recognized: Recognized,
    asking: Asking,
    parts: Parts,
    body: CheckedBody,
    verdict: Option<Verdict>,
) -> Answering<'a> {
    let answerer = match route {
        Route::CloudTrail => return Box::pin(local::cloudtrail(site, parts, body, asking)),
        Route::S3 => {
            let request = Request::from_parts(parts, body);
            return Box::pin(local::s3(site, request, asking, verdict));
        }
        Route::Upstream(_) if is_s3(&recognized) => Answerer::UpstreamS3,
        Route::Upstream(_) => Answerer::Upstream,
        Route::Neighbour(_) | Route::Unserved | Route::OnlyBodyTells => Answerer::Here,
    };
    let exchange = exchange(site, &parts, recognized, asking, answerer);
    let call = forward::Call {
        parts,
        body: CallBody::Streamed(body),
        exchange,
        verdict,
    };
    match route {
        Route::Neighbour(neighbour) => Box::pin(local::neighbour(site, neighbour, call)),
        Route::Upstream(upstream) => Box::pin(forward::forward(site, upstream, call)),
        Route::CloudTrail | Route::S3 | Route::Unserved | Route::OnlyBodyTells => {
            Box::pin(local::unserved(site, call))
        }
    }
}

fn exchange(
    site: &Site,
    parts: &Parts,
    recognized: Recognized,
    asking: Asking,
    answerer: Answerer,
) -> Box<Exchange> {
    let at = site.engine.clock.now();
    let exchange = Exchange::begin(parts, recognized, asking, answerer, at);
    Box::new(exchange)
}

/// Whose signature it is.
fn realm(route: &Route<'_>, recognized: &Recognized, parts: &Parts) -> Realm {
    match route {
        Route::CloudTrail => Realm::CloudTrail,
        Route::S3 => Realm::S3,
        Route::Neighbour(Neighbour::Organizations) => Realm::Organizations,
        Route::Neighbour(Neighbour::Sts) => Realm::Sts,
        Route::Upstream(_) if is_s3(recognized) => Realm::S3,
        Route::Neighbour(Neighbour::Iam)
        | Route::Upstream(_)
        | Route::Unserved
        | Route::OnlyBodyTells => Realm::Other {
            service: recognized.service.map(|entry| entry.signing_name),
            protocol: Protocol::spoken(recognized, parts.into()),
        },
    }
}

/// Whether it is an operation by which one gets the first credentials, or one with credentials of another kind.
fn needs_no_signature(recognized: &Recognized) -> bool {
    recognized
        .operation
        .is_some_and(|operation| operation.is_unsigned)
}

fn unread(site: &Site, why: Unread, protocol: Protocol) -> Reply {
    let refusal = Refusal::unread(why, CALL_LIMIT);
    reply::last(refusal.reply(protocol, site.engine.request_id()))
}

/// Whether the target is an operation of CloudTrail's, as in `…CloudTrail_20131101.ListTrails`.
fn is_for_cloudtrail(parts: &Parts) -> bool {
    text(&parts.headers, "x-amz-target").is_some_and(|target| target.contains("CloudTrail_"))
}
