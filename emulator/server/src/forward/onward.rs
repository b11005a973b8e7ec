//! The request as the upstream gets it: the same, without what concerned the client's connection alone; or signed anew.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONNECTION, HOST, HeaderName, TE, TRANSFER_ENCODING, UPGRADE};
use hyper::http::request::Parts;
use hyper::http::uri::PathAndQuery;
use hyper::{HeaderMap, Request, Uri};
use localtrail_neighbours::AnswerBody;

use crate::exchange::Exchange;
use crate::refusal::Refusal;
use crate::reply;
use crate::router::host;
use crate::upstream::{
    Outgoing, RESIGN_LIMIT, Resigned, Signed, UpstreamKeys, UpstreamUrl, resign,
};

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

/// The request; `None` for a target that is no path, such as `*`.
pub(super) fn request(
    upstream: &UpstreamUrl,
    mut parts: Parts,
    outgoing: Outgoing,
) -> Option<Request<Outgoing>> {
    let uri = target(upstream, &parts.uri)?;
    parts.headers = end_to_end(parts.headers);
    if !parts.headers.contains_key(HOST) {
        let named = parts.uri.authority().unwrap_or(&upstream.authority);
        if let Ok(host) = named.as_str().parse() {
            parts.headers.insert(HOST, host);
        }
    }
    let mut request = Request::new(outgoing);
    *request.method_mut() = parts.method;
    *request.uri_mut() = uri;
    *request.headers_mut() = parts.headers;
    Some(request)
}

/// The same call with a signature of these keys. Bodies stream on for S3 alone; those of others are signed, and so held.
///
/// # Errors
///
/// The refusal of a body that cannot be held.
pub(super) async fn signed_anew(
    upstream: &UpstreamUrl,
    keys: &UpstreamKeys,
    mut parts: Parts,
    outgoing: Outgoing,
    exchange: &Exchange,
) -> Result<(Parts, Outgoing), Refusal> {
    parts.headers = end_to_end(parts.headers);
    let (service, region) = exchange.signed_for();
    if service == "s3" {
        name_bucket_in_path(&mut parts);
        let nothing = Signed::Nothing;
        let resigned = resign(&mut parts, keys, upstream, service, region, nothing);
        return Ok((parts, unpacked(outgoing, resigned)));
    }
    let body = held(outgoing).await?;
    let signed = Signed::Body(&body);
    resign(&mut parts, keys, upstream, service, region, signed);
    Ok((parts, Outgoing::Whole(Full::new(body))))
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
}
