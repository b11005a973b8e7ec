//! The HTTP proxy on the same port: programs whose endpoint cannot be set are caught by `HTTPS_PROXY` alone.
//!
//! A CONNECT to a host of AWS's is answered here, with a certificate of the generated authority, and what is asked through
//! it is handled like any other request. So is a request whose target is a whole URL of such a host. Other hosts are refused,
//! or, behind a switch, reached without looking at what is said.

mod first;
mod hosts;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::ext::ReasonPhrase;
use hyper::header::HOST;
use hyper::http::uri::Authority;
use hyper::upgrade::OnUpgrade;
use hyper::{Request, Response, StatusCode, Uri};
use tokio::net::TcpStream;

pub(crate) use self::hosts::names_a_service;
use crate::capture::{Captured, Movement};
use crate::forward::end_to_end;
use crate::options::ProxyOthers;
use crate::reply::{self, Reply, ReplyBody};
use crate::signature::CheckedBody;
use crate::site::Site;
use crate::upstream::{Failure, Outgoing};

pub(crate) use first::First;

/// A connection to another host must be made within this time.
const CONNECT_TIME: Duration = Duration::from_secs(10);

/// What clients show of a refused CONNECT, whose body they do not read.
const REASON: &[u8] = b"Not a host of AWS (let it through with --proxy-others pass)";

/// A connection that leaves HTTP.
#[derive(Debug)]
pub(crate) struct Tunnel {
    pub(crate) upgrade: OnUpgrade,
    pub(crate) end: End,
}

/// Where a tunnel ends.
#[derive(Debug)]
pub(crate) enum End {
    /// Here.
    Here,
    /// At another host.
    There(TcpStream),
}

/// Answers a CONNECT.
pub(crate) async fn connect(
    site: &Site,
    mut request: Request<Incoming>,
) -> (Reply, Option<Tunnel>) {
    let Some(authority) = request.uri().authority().cloned() else {
        let text = "CONNECT needs a host and a port.";
        return (reply::sentence(StatusCode::BAD_REQUEST, text), None);
    };
    let end = if hosts::is_ours(&authority, site.port) {
        End::Here
    } else if site.options.proxy_others == ProxyOthers::Refused {
        return (refused(&authority), None);
    } else {
        match reach(&authority).await {
            Ok(stream) => End::There(stream),
            Err(why) => {
                let text = format!("{authority} cannot be reached: {why}.");
                return (reply::sentence(StatusCode::BAD_GATEWAY, &text), None);
            }
        }
    };
    let upgrade = hyper::upgrade::on(&mut request);
    let reply = Response::new(ReplyBody::Whole(Full::new(Bytes::new())));
    (reply, Some(Tunnel { upgrade, end }))
}

async fn reach(authority: &Authority) -> Result<TcpStream, String> {
    let port = authority.port_u16().ok_or("it has no port")?;
    let host = authority.host().trim_matches(['[', ']']);
    match tokio::time::timeout(CONNECT_TIME, TcpStream::connect((host, port))).await {
        Ok(Ok(stream)) => {
            // A socket that is already reset refuses this, and will refuse all else too.
            let _set_or_reset = stream.set_nodelay(true);
            Ok(stream)
        }
        Ok(Err(error)) => Err(error.to_string()),
        Err(_late) => Err("it does not answer".to_owned()),
    }
}

/// Whether a whole URL leads neither here nor to AWS.
pub(crate) fn is_for_others(site: &Site, uri: &Uri) -> bool {
    uri.authority()
        .is_some_and(|authority| !hosts::is_ours(authority, site.port))
}

/// Answers a request for another host whose target is a whole URL.
pub(crate) async fn other(site: &Arc<Site>, request: Request<Incoming>) -> Reply {
    let Some(authority) = request.uri().authority().cloned() else {
        let text = "The target names no host.";
        return reply::sentence(StatusCode::BAD_REQUEST, text);
    };
    if site.options.proxy_others == ProxyOthers::Refused {
        return reply::last(refused(&authority));
    }
    let movement = Arc::new(Movement::new());
    let (mut parts, body) = request.into_parts();
    parts.headers = end_to_end(parts.headers);
    if !parts.headers.contains_key(HOST)
        && let Ok(host) = authority.as_str().parse()
    {
        parts.headers.insert(HOST, host);
    }
    let (body, _keeper) = Captured::new(CheckedBody::Plain(body), 0, movement);
    let mut onward = Request::new(Outgoing::Streamed(body));
    *onward.method_mut() = parts.method;
    *onward.uri_mut() = parts.uri;
    *onward.headers_mut() = parts.headers;
    match site.upstreams.pool.send(onward).await {
        Ok(answer) => {
            let (parts, body) = answer.into_parts();
            let mut reply = Response::new(ReplyBody::Foreign(body));
            *reply.status_mut() = parts.status;
            *reply.headers_mut() = end_to_end(parts.headers);
            reply
        }
        Err(Failure::Unreachable(why) | Failure::Ended(why)) => {
            let text = format!("{authority} gave no answer: {why}.");
            reply::last(reply::sentence(StatusCode::BAD_GATEWAY, &text))
        }
    }
}

fn refused(authority: &Authority) -> Reply {
    let text = format!(
        "{authority} is not a host of AWS, so localtrail does not connect to it. Start it with --proxy-others pass to let such connections through, or name the host in NO_PROXY."
    );
    let mut reply = reply::sentence(StatusCode::FORBIDDEN, &text);
    if let Ok(reason) = ReasonPhrase::try_from(REASON) {
        reply.extensions_mut().insert(reason);
    }
    reply
}
