//! Calls that are answered here: by core, by a neighbour, or by saying that nobody does.

use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use hyper::Request;
use hyper::body::Body;
use hyper::http::request::Parts;
use localtrail_core::{Call, Timestamp};
use localtrail_neighbours::{Asked, BoxError, Neighbours, Served};

use super::asking::{Asking, text};
use super::route::Neighbour;
use super::{CALL_LIMIT, unread};
use crate::capture::Kept;
use crate::exchange::Exchange;
use crate::forward::{self, CallBody, kept_whole};
use crate::refusal::{Protocol, Refusal};
use crate::reply::{self, Reply, ReplyBody};
use crate::signature::{self, Realm, Verdict};
use crate::site::Site;
use crate::unserved;

pub(super) async fn cloudtrail<B>(site: &Site, parts: Parts, body: B, asking: Asking) -> Reply
where
    B: Body<Data = Bytes> + Unpin,
{
    let body = match reply::read(body, CALL_LIMIT).await {
        Ok(body) => body,
        Err(why) => return unread(site, why, Protocol::Json),
    };
    if let Some(buckets) = site.engine.around.buckets()
        && let Some(bucket) = named_bucket(&body)
    {
        Box::pin(buckets.look(&bucket)).await;
    }
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

/// The bucket that a call names, about which core will ask.
fn named_bucket(body: &[u8]) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    Some(body.get("S3BucketName")?.as_str()?.to_owned())
}

pub(super) async fn s3<B>(
    site: &Site,
    request: Request<B>,
    asking: Asking,
    verdict: Option<Verdict>,
) -> Reply
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
    recorded(site, served, now, Protocol::S3).await
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

/// A neighbour's answer goes out once its record is kept.
async fn recorded(site: &Site, served: Served, now: Timestamp, protocol: Protocol) -> Reply {
    match site.engine.record(served.drafts, now).await {
        Ok(()) => served.response.map(ReplyBody::Streamed),
        Err(error) => Refusal::not_kept(&error).reply(protocol, site.engine.request_id()),
    }
}

/// Lets a neighbour answer; what it does not answer goes on.
pub(super) async fn neighbour(
    site: &Arc<Site>,
    neighbour: Neighbour,
    mut call: forward::Call,
) -> Reply {
    let body = match call.body {
        CallBody::Whole(body) => body,
        CallBody::Streamed(body) => match reply::read(body, CALL_LIMIT).await {
            Ok(body) => body,
            Err(why) => return unread(site, why, call.exchange.protocol()),
        },
    };
    call.exchange.recognize_again(&body);
    let input = call.exchange.input(&body);
    let asked = call.exchange.asked(site);
    let organization = site.engine.organization_of(asked.caller.account());
    let answer = site.engine.neighbours.answer(
        neighbour.service(),
        &call.exchange.recognized.operation_name,
        input.as_ref(),
        &asked,
        organization.as_ref(),
    );
    if let Some(answer) = answer {
        let mut exchange = call.exchange;
        exchange.sent = Kept::whole(body);
        return kept(site, exchange, answer.map(ReplyBody::Streamed)).await;
    }
    call.body = CallBody::Whole(body);
    match (neighbour, site.upstreams.general()) {
        (Neighbour::Organizations | Neighbour::Iam, Some(general)) => {
            forward::forward(site, general, call).await
        }
        (Neighbour::Sts, _) | (_, None) => unserved(site, call).await,
    }
}

/// Nobody answers: the call is recorded with what is said instead.
pub(super) async fn unserved(site: &Site, call: forward::Call) -> Reply {
    let forward::Call {
        parts,
        body,
        mut exchange,
        verdict: _,
    } = call;
    let body = match body {
        CallBody::Whole(body) => Ok(body),
        CallBody::Streamed(body) => reply::read(body, CALL_LIMIT).await,
    };
    let request_id = site.engine.request_id();
    let reply = match body {
        Ok(body) => {
            exchange.recognize_again(&body);
            exchange.sent = Kept::whole(body);
            unserved::answer(
                site.options.unserved,
                &exchange.recognized,
                exchange.protocol(),
                &parts.method,
                request_id,
            )
        }
        Err(why) => {
            let protocol = exchange.protocol();
            reply::last(Refusal::unread(why, CALL_LIMIT).reply(protocol, request_id))
        }
    };
    kept(site, exchange, reply).await
}

/// An answer of our own goes out once the record of its call is kept.
async fn kept(site: &Site, mut exchange: Box<Exchange>, reply: Reply) -> Reply {
    let protocol = exchange.protocol();
    let (reply, answered) = kept_whole(reply).await;
    exchange.answer = Some(answered);
    let now = exchange.at();
    let drafts = exchange.drafts(&site.engine);
    match site.engine.record(drafts, now).await {
        Ok(()) => reply,
        Err(error) => Refusal::not_kept(&error).reply(protocol, site.engine.request_id()),
    }
}
