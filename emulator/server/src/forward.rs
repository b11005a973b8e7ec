//! Forwarding: a call goes to its upstream as it is, and the answer comes back as it is; both are watched going by, so
//! that the call can be recorded once its answer has ended.
//!
//! The Host header stays the client's. URLs that an upstream makes from it (queue URLs, for one) then lead here again, names
//! of buckets in hosts arrive, and the client's signature stays true. Only a call that is signed anew gets the host of
//! the upstream, as it is signed for it.

mod onward;
mod open;

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Response;
use hyper::body::Incoming;
use hyper::header::EXPECT;
use hyper::http::request::Parts;

use self::onward::signed_anew;
use self::open::{REQUEST_LIMIT, request_limit};
use crate::capture::{Captured, Keeper, Kept, Movement, Tally};
use crate::exchange::{Answered, Exchange};
use crate::passing::Passing;
use crate::refusal::{Protocol, Refusal};
use crate::reply::{self, Reply, ReplyBody};
use crate::signature::{self, CheckedBody, Realm, Verdict};
use crate::site::Site;
use crate::upstream::{Failure, Outgoing, UpstreamUrl};

pub(crate) use self::onward::end_to_end;
pub(crate) use self::open::Open;

/// A call to be forwarded.
pub(crate) struct Call {
    pub(crate) parts: Parts,
    pub(crate) body: CallBody,
    pub(crate) exchange: Box<Exchange>,
    /// What the body has to say of its signature once it was read.
    pub(crate) verdict: Option<Verdict>,
}

/// A request's body.
pub(crate) enum CallBody {
    /// As it comes.
    Streamed(CheckedBody),
    /// Read already.
    Whole(Bytes),
}

/// Forwards a call and hands the answer back, or says why there is none.
///
/// What comes before the call is sent, and what comes when it failed, is apart: every call that is under way has room for
/// all of its future, and most need neither.
pub(crate) async fn forward(site: &Arc<Site>, upstream: &UpstreamUrl, call: Call) -> Reply {
    site.engine.make_room();
    let (Head { parts, waits }, verdict, outgoing, open) = opened(site, call);
    let request = match (&site.upstreams.keys, &open.exchange) {
        (Some(keys), Some(exchange)) => {
            let signed = Box::pin(signed_anew(upstream, keys, parts, outgoing, exchange)).await;
            match signed {
                Ok((parts, outgoing)) => onward::request(upstream, parts, outgoing),
                Err(refusal) => return Box::pin(refused(site, refusal, open, waits)).await,
            }
        }
        (None, _) | (_, None) => onward::request(upstream, parts, outgoing),
    };
    let Some(request) = request else {
        return Box::pin(refused(site, Refusal::no_target(), open, waits)).await;
    };
    let silence = site.upstreams.silence;
    let sent = site.upstreams.pool.send(request);
    let failure = match within(sent, &open.movement, silence).await {
        Some(Ok(answer)) => return passed_on(answer, open, silence),
        Some(Err(failure)) => Some(failure),
        None => None,
    };
    Box::pin(failed(site, upstream, failure, open, verdict, waits)).await
}

/// A request's head, apart from its body.
struct Head {
    parts: Parts,
    waits: Waits,
}

/// Begins to watch.
fn opened(site: &Site, call: Call) -> (Head, Option<Verdict>, Outgoing, Open) {
    let Call {
        parts,
        body,
        mut exchange,
        verdict,
    } = call;
    exchange.is_forwarded();
    let movement = Arc::new(Movement::new());
    let (outgoing, sending) = match body {
        CallBody::Streamed(body) => {
            let limit = request_limit(&exchange.recognized);
            let (captured, keeper) = Captured::new(body, limit, Arc::clone(&movement));
            (Outgoing::Streamed(captured), Some(keeper))
        }
        CallBody::Whole(body) => {
            exchange.sent = Kept::whole(body.clone());
            (Outgoing::Whole(Full::new(body)), None)
        }
    };
    let waits = match parts.headers.contains_key(EXPECT) {
        true => Waits::Yes,
        false => Waits::No,
    };
    let open = Open {
        engine: Arc::clone(&site.engine),
        exchange: Some(exchange),
        sending,
        movement,
    };
    (Head { parts, waits }, verdict, outgoing, open)
}

/// The answer's way back.
fn passed_on(answer: Response<Incoming>, mut open: Open, silence: Duration) -> Reply {
    open.head(&answer);
    let (parts, body) = answer.into_parts();
    let limit = open.answer_limit(parts.status);
    let body = Passing::new(body, Tally::new(limit), open, silence);
    let mut reply = Response::new(ReplyBody::Forwarded(Box::new(body)));
    *reply.status_mut() = parts.status;
    *reply.headers_mut() = end_to_end(parts.headers);
    reply
}

/// What is said where no answer came: because of a failure, or because of too long a silence.
async fn failed(
    site: &Site,
    upstream: &UpstreamUrl,
    failure: Option<Failure>,
    mut open: Open,
    verdict: Option<Verdict>,
    waits: Waits,
) -> Reply {
    let refused_body = verdict
        .as_ref()
        .and_then(|verdict| signature::refusal_of_body(site, Realm::S3, verdict));
    if let Some(reply) = refused_body {
        // Nobody is known to have made the call, so nothing is recorded.
        open.exchange = None;
        return reply;
    }
    let is_broken = open.sending.as_ref().is_some_and(Keeper::is_broken);
    let refusal = match failure {
        None => Refusal::silent(upstream, site.upstreams.silence),
        Some(Failure::Unreachable(why)) => Refusal::unreachable(upstream, &why),
        Some(Failure::Ended(_)) if is_broken => {
            Refusal::unread(reply::Unread::Broken, REQUEST_LIMIT)
        }
        Some(Failure::Ended(why)) => Refusal::ended(upstream, &why),
    };
    refused(site, refusal, open, waits).await
}

/// A refusal, which is the answer that is recorded.
async fn refused(site: &Site, refusal: Refusal, mut open: Open, waits: Waits) -> Reply {
    let is_read = waits == Waits::No && read_rest(&open).await;
    let protocol = open
        .exchange
        .as_ref()
        .map_or(Protocol::Json, |exchange| exchange.protocol());
    let reply = refusal.reply(protocol, site.engine.request_id());
    let reply = if is_read { reply } else { reply::last(reply) };
    let (reply, answered) = kept_whole(reply).await;
    if let Some(exchange) = &mut open.exchange {
        exchange.answer = Some(answered);
    }
    reply
}

/// Whether a client waits for a sign before it sends its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waits {
    Yes,
    No,
}

/// Reads what of a body was not sent on, as a client looks at an answer only when it has sent all. Whether that was done.
async fn read_rest(open: &Open) -> bool {
    let Some(keeper) = &open.sending else {
        return true;
    };
    let Some(rest) = keeper.rest() else {
        return true;
    };
    match reply::read(rest, REQUEST_LIMIT).await {
        Ok(rest) => {
            keeper.complete(&rest, REQUEST_LIMIT);
            true
        }
        Err(reply::Unread::TooLong) => true,
        Err(reply::Unread::Broken | reply::Unread::TooSlow) => false,
    }
}

/// An answer of our own, and what of it is recorded.
pub(crate) async fn kept_whole(reply: Reply) -> (Reply, Answered) {
    let (parts, body) = reply.into_parts();
    let bytes = match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => Bytes::new(),
    };
    let answered = Answered {
        status: parts.status,
        headers: parts.headers.clone(),
        body: Kept::whole(bytes.clone()),
    };
    let body = ReplyBody::Whole(Full::new(bytes));
    (Response::from_parts(parts, body), answered)
}

/// Waits for an answer for as long as anything moves; `None` when nothing did for this long.
async fn within<T>(
    answer: impl Future<Output = T>,
    movement: &Movement,
    silence: Duration,
) -> Option<T> {
    let mut answer = std::pin::pin!(answer);
    loop {
        let deadline = movement.deadline(silence);
        match tokio::time::timeout_at(deadline.into(), answer.as_mut()).await {
            Ok(answer) => return Some(answer),
            Err(_late) if movement.deadline(silence) > Instant::now() => {}
            Err(_late) => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn silence_ends_a_call_and_movement_keeps_it() {
        let movement = Movement::new();
        let never = std::future::pending::<()>();
        let silence = Duration::from_millis(5);
        assert_eq!(within(never, &movement, silence).await, None);
        let now = std::future::ready(1);
        assert_eq!(within(now, &movement, silence).await, Some(1));
    }
}
