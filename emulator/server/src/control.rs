//! The emulator's own endpoints, below `/_localtrail/`: which there are, and with which methods. Each is a file beside.
//!
//! No AWS call comes here, and nothing here is recorded.

mod ca;
mod clock;
mod events;
mod filter;
mod flush;
mod health;
mod identities;
mod info;
pub(crate) mod lines;
mod organizations;
mod policy;
mod reset;
mod stream;

use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::{ALLOW, HOST, HeaderValue, ORIGIN};
use hyper::{HeaderMap, Method, Request, StatusCode, Uri};

use crate::engine::Engine;
use crate::proxy::names_a_service;
use crate::reply::{self, Reply};
use crate::router::host;
use crate::site::Site;

pub(crate) use events::Span;
pub(crate) use filter::Filter;

/// No control request but a stream of events is longer.
const LIMIT: usize = 64 << 10;

/// The control endpoint that a request names, which may not exist; `None` for requests to services, among them all that
/// name a service or a bucket as their host: the path is theirs then.
pub(crate) fn endpoint<'a>(uri: &'a Uri, headers: &HeaderMap) -> Option<&'a str> {
    let path = uri.path();
    if !path.starts_with("/_local") || names_a_service(host(uri, headers)) {
        return None;
    }
    match path {
        "/_localtrail" => Some(""),
        // What wait strategies made for LocalStack ask.
        "/_localstack/health" => Some("localstack-health"),
        _ => path
            .strip_prefix("/_localtrail/")
            .map(|rest| rest.trim_end_matches('/')),
    }
}

/// Whether a web page of another origin asks, which a browser lets it do without asking first.
fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(ORIGIN) else {
        return false;
    };
    let host = headers.get(HOST).map_or(&b""[..], HeaderValue::as_bytes);
    let named = origin.as_bytes().split(|byte| *byte == b'/').nth(2);
    named != Some(host)
}

/// Answers a control request.
pub(crate) async fn answer(site: &Arc<Site>, endpoint: &str, request: Request<Incoming>) -> Reply {
    let method = request.method().clone();
    if !matches!(method, Method::GET | Method::HEAD) && is_from_elsewhere(request.headers()) {
        let text = "A web page of another origin may change nothing here.";
        return reply::sentence(StatusCode::FORBIDDEN, text);
    }
    match (endpoint, &method) {
        ("health" | "ready", &Method::GET | &Method::HEAD) => health::answer(),
        ("localstack-health", &Method::GET | &Method::HEAD) => health::localstack(),
        ("info", &Method::GET) => info::answer(site),
        ("ca.pem", &Method::GET) => ca::answer(site),
        ("flush", &Method::POST) => flush::answer(site).await,
        ("reset", &Method::POST) => reset::answer(site).await,
        ("clock", &Method::GET) => clock::get(site),
        ("clock", &Method::POST) => clock::post(site, request).await,
        ("events", &Method::GET) => events::get(site, request.uri().query()).await,
        ("events", &Method::POST) => events::post(site, request).await,
        ("events/stream", &Method::GET) => {
            stream::get(site, request.headers(), request.uri().query())
        }
        ("policy", &Method::GET) => policy::get(site, request.uri().query()).await,
        ("identities", &Method::GET) => identities::get(site),
        ("identities", &Method::POST) => identities::post(site, request).await,
        ("identities", &Method::DELETE) => identities::delete(site, request.uri().query()),
        ("organizations", &Method::GET) => organizations::get(site),
        ("organizations", &Method::PUT) => organizations::put_all(site, request).await,
        (other, _) => match (other.strip_prefix("organizations/"), &method) {
            (Some(id), &Method::PUT) => organizations::put(site, id, request).await,
            (Some(id), &Method::DELETE) => organizations::delete(site, id).await,
            _ => refuse(other),
        },
    }
}

/// No such endpoint, or not with this method.
fn refuse(endpoint: &str) -> Reply {
    let methods = match endpoint {
        "health" | "ready" | "localstack-health" => "GET, HEAD",
        "ca.pem" | "info" | "events/stream" | "policy" => "GET",
        "flush" | "reset" => "POST",
        "clock" | "events" => "GET, POST",
        "identities" => "GET, POST, DELETE",
        "organizations" => "GET, PUT",
        one if one.starts_with("organizations/") => "PUT, DELETE",
        _ => {
            return reply::sentence(
                StatusCode::NOT_FOUND,
                "There is no such control endpoint. There are health, ready, info, ca.pem, flush, clock, events, events/stream, policy, identities, organizations and reset.",
            );
        }
    };
    let text = format!("This endpoint answers {methods}.");
    let mut refused = reply::sentence(StatusCode::METHOD_NOT_ALLOWED, &text);
    refused
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(methods));
    refused
}

/// Reads a small JSON body into `T`; otherwise the answer that says what is wrong with it.
async fn read_json<T: serde::de::DeserializeOwned>(request: Request<Incoming>) -> Result<T, Reply> {
    let body = reply::read(request.into_body(), LIMIT)
        .await
        .map_err(|why| match why {
            reply::Unread::TooLong => {
                let text = format!("The body is longer than {LIMIT} bytes.");
                reply::last(reply::sentence(StatusCode::PAYLOAD_TOO_LARGE, &text))
            }
            reply::Unread::Broken | reply::Unread::TooSlow => reply::last(reply::sentence(
                StatusCode::BAD_REQUEST,
                "The body did not arrive whole.",
            )),
        })?;
    serde_json::from_slice(&body).map_err(|error| {
        reply::sentence(
            StatusCode::BAD_REQUEST,
            &format!("The body cannot be used: {error}."),
        )
    })
}

/// Does work that blocks, away from the threads that answer; it is done even when the client goes away.
async fn blocking<T: Send + 'static>(
    engine: &Arc<Engine>,
    work: impl FnOnce(&Engine) -> T + Send + 'static,
) -> Result<T, Reply> {
    let engine = Arc::clone(engine);
    tokio::task::spawn_blocking(move || work(&engine))
        .await
        .map_err(|_| {
            reply::sentence(
                StatusCode::BAD_GATEWAY,
                "The work stopped with a fault of localtrail's.",
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_endpoints() {
        let headers = |name, value: &str| HeaderMap::from_iter([(name, value.parse().unwrap())]);
        for (path, host, named) in [
            ("/_localtrail/health", "localhost:4566", Some("health")),
            ("/_localtrail/health/", "", Some("health")),
            ("/_localtrail", "", Some("")),
            ("/_localstack/health", "", Some("localstack-health")),
            ("/", "", None),
            ("/bucket/_localtrail/health", "", None),
            ("/_localtrails", "", None),
            ("/_localstack/init", "", None),
            ("/_localtrail/health", "logs.s3.amazonaws.com", None),
            ("http://sts.amazonaws.com/_localtrail/reset", "", None),
        ] {
            let uri: Uri = path.parse().unwrap();
            assert_eq!(endpoint(&uri, &headers(HOST, host)), named, "{path} {host}");
        }
        let mut asked = headers(HOST, "localhost:4566");
        assert!(!is_from_elsewhere(&asked));
        for (origin, is_elsewhere) in [
            ("http://localhost:4566", false),
            ("http://evil.example", true),
            ("null", true),
        ] {
            asked.insert(ORIGIN, HeaderValue::from_static(origin));
            assert_eq!(is_from_elsewhere(&asked), is_elsewhere, "{origin}");
        }
    }

    #[test]
    fn what_is_not_there_is_refused() {
        assert_eq!(refuse("nothing").status(), StatusCode::NOT_FOUND);
        let wrong = refuse("flush");
        assert_eq!(wrong.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(wrong.headers()[ALLOW], "POST");
    }
}
