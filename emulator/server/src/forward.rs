//! Forwarding: a call goes to its upstream as it is, and the answer comes back as it is; both are watched going by, so
//! that the call can be recorded once its answer has ended.
//!
//! The Host header stays the client's. URLs that an upstream makes from it (queue URLs, for one) then lead here again, names
//! of buckets in hosts arrive, and the client's signature stays true. Only a call that is signed anew gets the host of
//! the upstream, as it is signed for it.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONNECTION, EXPECT, HOST, HeaderName, TE, TRANSFER_ENCODING, UPGRADE};
use hyper::http::request::Parts;
use hyper::http::uri::PathAndQuery;
use hyper::{HeaderMap, Request, Response, Uri};
use localtrail_model::catalogue::{Member, Operation, ShapeId};
use localtrail_neighbours::AnswerBody;
use localtrail_recorder::Recognized;

use crate::capture::{Captured, Keeper, Kept, Movement, Tally};
use crate::engine::Engine;
use crate::exchange::{Answered, Exchange};
use crate::passing::Passing;
use crate::refusal::{Protocol, Refusal};
use crate::reply::{self, Reply, ReplyBody};
use crate::router::host;
use crate::signature::{self, CheckedBody, Realm, Verdict};
use crate::site::Site;
use crate::upstream::{Failure, Outgoing, RESIGN_LIMIT, Resigned, Signed, UpstreamUrl, resign};

/// At most so many bytes of a request are kept for the recorder: the longest calls whose parameters a record shows at
/// all, such as a Lambda function's code, are longer, but only their beginning counts then.
const REQUEST_LIMIT: usize = 4 << 20;

/// At most so many bytes of an answer: records show those of calls that change something, which are short.
const ANSWER_LIMIT: usize = 1 << 20;

/// Headers that concern one connection alone (RFC 9110 section 7.6.1).
const HOP_BY_HOP: [HeaderName; 7] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    hyper::header::PROXY_AUTHORIZATION,
    HeaderName::from_static("proxy-connection"),
    TE,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// A call to be forwarded.
pub(crate) struct Call {
    pub(crate) parts: Parts,
    pub(crate) body: CallBody,
    pub(crate) exchange: Exchange,
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

/// An exchange under way. When it is dropped, the call is recorded with what is known of it by then: so also when the
/// client goes away.
pub(crate) struct Open {
    engine: Arc<Engine>,
    exchange: Option<Exchange>,
    sending: Option<Keeper<CheckedBody>>,
    pub(crate) movement: Arc<Movement>,
}

impl Open {
    /// The answer's head came.
    fn head(&mut self, answer: &Response<Incoming>) {
        if let Some(exchange) = &mut self.exchange {
            exchange.answer = Some(Answered {
                status: answer.status(),
                headers: answer.headers().clone(),
                body: Kept::default(),
            });
        }
    }

    /// The answer's body went by, as much of it as did.
    pub(crate) fn body(&mut self, body: Kept) {
        if let Some(answer) = self.exchange.as_mut().and_then(|it| it.answer.as_mut()) {
            answer.body = body;
        }
    }

    fn recognized(&self) -> Option<&Recognized> {
        self.exchange.as_ref().map(|exchange| &exchange.recognized)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(mut exchange) = self.exchange.take() {
            if let Some(keeper) = &self.sending {
                exchange.sent = keeper.take();
            }
            let may_issue_keys = exchange.may_issue_keys();
            self.engine.answered(exchange);
            if may_issue_keys {
                self.engine.catch_up();
            }
        }
    }
}

/// Forwards a call and hands the answer back, or says why there is none.
pub(crate) async fn forward(site: &Arc<Site>, upstream: &UpstreamUrl, call: Call) -> Reply {
    site.engine.make_room();
    let Call {
        parts,
        body,
        mut exchange,
        verdict,
    } = call;
    exchange.is_forwarded();
    let movement = Arc::new(Movement::new());
    let limit = request_limit(&exchange.recognized);
    let waits = match parts.headers.contains_key(EXPECT) {
        true => Waits::Yes,
        false => Waits::No,
    };
    let (outgoing, sending) = match body {
        CallBody::Streamed(body) => {
            let (captured, keeper) = Captured::new(body, limit, Arc::clone(&movement));
            (Outgoing::Streamed(captured), Some(keeper))
        }
        CallBody::Whole(body) => {
            exchange.sent = Kept::whole(body.clone());
            (Outgoing::Whole(Full::new(body)), None)
        }
    };
    let mut open = Open {
        engine: Arc::clone(&site.engine),
        exchange: Some(exchange),
        sending,
        movement,
    };
    let request = match prepared(site, upstream, parts, outgoing, &open).await {
        Ok(request) => request,
        Err(refusal) => return refused(site, &refusal, open, waits).await,
    };
    let silence = site.upstreams.silence;
    let sent = site.upstreams.pool.send(request);
    match within(sent, &open.movement, silence).await {
        Some(Ok(answer)) => {
            open.head(&answer);
            passed_on(answer, open, silence)
        }
        Some(Err(failure)) => {
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
                Failure::Ended(_) if is_broken => {
                    Refusal::unread(reply::Unread::Broken, REQUEST_LIMIT)
                }
                Failure::Unreachable(why) => Refusal::unreachable(upstream, &why),
                Failure::Ended(why) => Refusal::ended(upstream, &why),
            };
            refused(site, &refusal, open, waits).await
        }
        None => {
            let refusal = Refusal::silent(upstream, silence);
            refused(site, &refusal, open, waits).await
        }
    }
}

/// The answer's way back.
fn passed_on(answer: Response<Incoming>, open: Open, silence: Duration) -> Reply {
    let (parts, body) = answer.into_parts();
    let limit = open.recognized().map_or(ANSWER_LIMIT, |recognized| {
        answer_limit(recognized, parts.status.is_success())
    });
    let body = Passing::new(body, Tally::new(limit), open, silence);
    let mut reply = Response::new(ReplyBody::Forwarded(Box::new(body)));
    *reply.status_mut() = parts.status;
    *reply.headers_mut() = end_to_end(parts.headers);
    reply
}

/// A refusal, which is the answer that is recorded.
async fn refused(site: &Site, refusal: &Refusal, mut open: Open, waits: Waits) -> Reply {
    let is_read = waits == Waits::No && read_rest(&open).await;
    let protocol = open
        .exchange
        .as_ref()
        .map_or(Protocol::Json, Exchange::protocol);
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

/// The request as the upstream gets it.
async fn prepared(
    site: &Site,
    upstream: &UpstreamUrl,
    mut parts: Parts,
    outgoing: Outgoing,
    open: &Open,
) -> Result<Request<Outgoing>, Refusal> {
    if !parts.headers.contains_key(HOST)
        && let Some(authority) = parts.uri.authority()
        && let Ok(host) = authority.as_str().parse()
    {
        parts.headers.insert(HOST, host);
    }
    parts.headers = end_to_end(parts.headers);
    let (outgoing, parts) = match (&site.upstreams.keys, &open.exchange) {
        (Some(keys), Some(exchange)) => {
            let (service, region) = exchange.signed_for();
            if service == "s3" {
                name_bucket_in_path(&mut parts);
                let nothing = Signed::Nothing;
                let resigned = resign(&mut parts, keys, upstream, service, region, nothing);
                (unpacked(outgoing, resigned), parts)
            } else {
                let body = held(outgoing).await?;
                resign(
                    &mut parts,
                    keys,
                    upstream,
                    service,
                    region,
                    Signed::Body(&body),
                );
                (Outgoing::Whole(Full::new(body)), parts)
            }
        }
        (None, _) | (_, None) => (outgoing, parts),
    };
    let uri = target(upstream, &parts.uri).ok_or_else(Refusal::no_target)?;
    let mut request = Request::new(outgoing);
    *request.method_mut() = parts.method;
    *request.uri_mut() = uri;
    *request.headers_mut() = parts.headers;
    if !request.headers().contains_key(HOST)
        && let Ok(host) = upstream.authority.as_str().parse()
    {
        request.headers_mut().insert(HOST, host);
    }
    Ok(request)
}

/// The host will be the upstream's, so a bucket that the client named in the host moves to the path.
fn name_bucket_in_path(parts: &mut Parts) {
    let bucket = localtrail_neighbours::bucket_of_host(host(&parts.uri, &parts.headers));
    let (Some(bucket), Some(target)) = (bucket, parts.uri.path_and_query()) else {
        return;
    };
    if let Ok(uri) = format!("/{bucket}{target}").parse() {
        parts.uri = uri;
    }
}

/// All of a body, to be signed.
async fn held(outgoing: Outgoing) -> Result<Bytes, Refusal> {
    let read = reply::read(outgoing, RESIGN_LIMIT).await;
    read.map_err(|why| Refusal::unread(why, RESIGN_LIMIT))
}

fn unpacked(outgoing: Outgoing, resigned: Resigned) -> Outgoing {
    match resigned {
        Resigned::AsItIs => outgoing,
        Resigned::Unpacked => {
            let body = localtrail_neighbours::unpacked(AnswerBody::new(outgoing));
            Outgoing::Unpacked(Box::pin(body))
        }
    }
}

/// The same path and query, byte for byte, at the upstream; `None` for a target such as `*`.
fn target(upstream: &UpstreamUrl, uri: &Uri) -> Option<Uri> {
    let asked = uri.path_and_query()?;
    let target = if upstream.prefix.is_empty() {
        asked.clone()
    } else {
        PathAndQuery::try_from(format!("{}{asked}", upstream.prefix)).ok()?
    };
    let mut parts = hyper::http::uri::Parts::default();
    parts.scheme = Some(upstream.scheme.clone());
    parts.authority = Some(upstream.authority.clone());
    parts.path_and_query = Some(target);
    Uri::from_parts(parts).ok()
}

/// The headers that go on.
pub(crate) fn end_to_end(mut headers: HeaderMap) -> HeaderMap {
    if let Some(connection) = headers.remove(CONNECTION) {
        let named = connection.to_str().unwrap_or_default().to_owned();
        for name in named.split(',').map(str::trim) {
            if let Ok(name) = name.parse::<HeaderName>() {
                headers.remove(name);
            }
        }
    }
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
    headers
}

/// Nothing is kept of a streamed blob, which no record shows.
fn request_limit(recognized: &Recognized) -> usize {
    match streams(recognized, |operation| operation.input) {
        true => 0,
        false => REQUEST_LIMIT,
    }
}

fn answer_limit(recognized: &Recognized, succeeded: bool) -> usize {
    match succeeded && streams(recognized, |operation| operation.output) {
        true => 0,
        false => ANSWER_LIMIT,
    }
}

fn streams(recognized: &Recognized, side: impl Fn(&Operation) -> Option<ShapeId>) -> bool {
    let (Some(service), Some(operation)) = (recognized.service, recognized.operation) else {
        return false;
    };
    let api = service.api();
    let is_stream = |member: &Member| {
        member.streaming
            || api
                .structure(member.shape)
                .is_some_and(|structure| structure.is_event_stream)
    };
    side(operation)
        .and_then(|shape| api.structure(shape))
        .is_some_and(|structure| structure.members.iter().any(is_stream))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_keep_their_bytes() {
        for (upstream, asked, sent) in [
            ("http://h:1", "/", "http://h:1/"),
            (
                "http://h:1",
                "/a%2fb//c/../d?x=%41&y",
                "http://h:1/a%2fb//c/../d?x=%41&y",
            ),
            ("https://h/p/", "/a?b", "https://h/p/a?b"),
            ("http://h", "http://sts.amazonaws.com/?a=1", "http://h/?a=1"),
        ] {
            let uri = target(&upstream.parse().unwrap(), &asked.parse().unwrap()).unwrap();
            assert_eq!(uri.to_string(), sent);
        }
    }

    #[test]
    fn what_concerns_one_connection_stays_there() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "x-one, close"),
            ("x-one", "1"),
            ("te", "trailers"),
            ("transfer-encoding", "chunked"),
            ("x-two", "2"),
            ("expect", "100-continue"),
        ] {
            headers.insert(name, value.parse().unwrap());
        }
        let kept = end_to_end(headers);
        let names: Vec<&str> = kept.keys().map(HeaderName::as_str).collect();
        assert_eq!(names.len(), 2, "{names:?}");
        assert!(kept.contains_key("x-two") && kept.contains_key("expect"));
    }

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
