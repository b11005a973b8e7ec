//! Sends one HTTP request and brings back the whole answer, in bounded time.
//!
//! Plain HTTP/1.1 only. It follows no redirect, retries nothing and never
//! waits longer than it was told: a target that hangs, breaks off or floods is
//! reported as a [`Failure`], not as a panic or a wait.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::http::{HeaderMap, Uri, uri::PathAndQuery};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use thiserror::Error;

/// The longest answer that is read, in bytes.
pub const MAX_ANSWER: usize = 64 * 1024 * 1024;

/// Where requests go: an `http://host:port` without a path.
#[derive(Clone, Debug)]
pub struct Endpoint {
    authority: String,
}

/// Why a text is no endpoint.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum EndpointError {
    /// Not a URL with a host.
    #[error("{0:?} is not an endpoint: write http://HOST:PORT")]
    Unreadable(String),
    /// A scheme this client does not speak.
    #[error("{0:?}: only plain http is spoken; put a TLS-ending proxy in front of the target")]
    Scheme(String),
}

impl Endpoint {
    /// Reads an endpoint URL; a path in it is refused.
    pub fn parse(url: &str) -> Result<Self, EndpointError> {
        let unreadable = || EndpointError::Unreadable(url.to_owned());
        let uri: Uri = url.parse().map_err(|_| unreadable())?;
        match uri.scheme_str() {
            Some("http") => {}
            Some(_) => return Err(EndpointError::Scheme(url.to_owned())),
            None => return Err(unreadable()),
        }
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(unreadable());
        }
        let authority = uri.authority().ok_or_else(unreadable)?;
        Ok(Self {
            authority: authority.to_string(),
        })
    }

    /// The value of the `Host` header.
    pub fn host(&self) -> &str {
        &self.authority
    }

    /// `host:port` to connect to.
    pub fn address(&self) -> String {
        if self.authority.contains(':') {
            return self.authority.clone();
        }
        format!("{}:80", self.authority)
    }
}

/// A request to send.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method, in upper case.
    pub method: String,
    /// Path and query, percent-encoded.
    pub path_and_query: String,
    /// All headers but the length.
    pub headers: Vec<(String, String)>,
    /// The body, which may be empty.
    pub body: Bytes,
}

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// A header's value, if it is there and readable.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum Failure {
    /// The request could not be written as HTTP.
    #[error("the request cannot be sent: {0}")]
    Unsendable(String),
    /// Nothing came in time.
    #[error("no answer within {0:?}")]
    Silence(Duration),
    /// The connection was refused or broke, or the answer is not HTTP.
    #[error("no answer: {0}")]
    Broken(String),
}

/// The client, with its pool of connections.
#[derive(Clone, Debug)]
pub struct Http {
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
        }
    }
}

impl Http {
    /// Sends `request` and reads the whole answer within `limit`.
    pub async fn send(
        &self,
        endpoint: &Endpoint,
        request: Request,
        limit: Duration,
    ) -> Result<Answer, Failure> {
        let built = build(endpoint, request)?;
        let exchange = async {
            let response = self.client.request(built).await.map_err(broken)?;
            let (head, body) = response.into_parts();
            let body = Limited::new(body, MAX_ANSWER)
                .collect()
                .await
                .map_err(|error| Failure::Broken(error.to_string()))?
                .to_bytes();
            Ok(Answer {
                status: head.status.as_u16(),
                headers: head.headers,
                body,
            })
        };
        tokio::time::timeout(limit, exchange)
            .await
            .unwrap_or(Err(Failure::Silence(limit)))
    }
}

fn build(endpoint: &Endpoint, request: Request) -> Result<hyper::Request<Full<Bytes>>, Failure> {
    let unsendable = |error: &dyn std::fmt::Display| Failure::Unsendable(error.to_string());
    let path: PathAndQuery = request
        .path_and_query
        .parse()
        .map_err(|error| unsendable(&error))?;
    let uri = Uri::builder()
        .scheme("http")
        .authority(endpoint.authority.as_str())
        .path_and_query(path)
        .build()
        .map_err(|error| unsendable(&error))?;
    let mut builder = hyper::Request::builder()
        .method(request.method.as_str())
        .uri(uri);
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    builder
        .body(Full::new(request.body))
        .map_err(|error| unsendable(&error))
}

/// hyper hides the reason in the chain of sources.
fn broken(error: hyper_util::client::legacy::Error) -> Failure {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    Failure::Broken(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_a_host_and_a_port() {
        let endpoint = Endpoint::parse("http://127.0.0.1:4566/").unwrap();
        assert_eq!(endpoint.host(), "127.0.0.1:4566");
        assert_eq!(endpoint.address(), "127.0.0.1:4566");
        assert_eq!(Endpoint::parse("http://peer").unwrap().address(), "peer:80");
    }

    #[test]
    fn other_texts_are_refused() {
        for url in ["127.0.0.1:4566", "nonsense", "http://h/path", ""] {
            assert!(
                matches!(Endpoint::parse(url), Err(EndpointError::Unreadable(_))),
                "{url}"
            );
        }
        assert!(matches!(
            Endpoint::parse("https://h"),
            Err(EndpointError::Scheme(_))
        ));
    }
}
