//! Sends one HTTP request and brings back the whole answer, in bounded time.
//!
//! HTTP/1.1, plain or over TLS. It follows no redirect, retries nothing and
//! never waits longer than it was told: a target that hangs, breaks off or
//! floods is reported as a [`Failure`], not as a panic or a wait.

mod trust;

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::http::{HeaderMap, Uri, uri::PathAndQuery};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use thiserror::Error;
use tokio::net::TcpStream;

pub use trust::Trust;

/// The longest answer that is read, in bytes.
pub const MAX_ANSWER: usize = 16 * 1024 * 1024;

/// Stands for the called region in an endpoint such as AWS's own.
const REGION: &str = "{region}";

/// Where requests go: an `http://host:port` or `https://host` without a path.
/// The host may hold `{region}`.
#[derive(Clone, Debug)]
pub struct Endpoint {
    scheme: Scheme,
    authority: String,
}

/// How an endpoint is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// In the clear.
    Http,
    /// Over TLS.
    Https,
}

/// Why a text is no endpoint.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{0:?} is not an endpoint: write http://HOST:PORT or https://HOST")]
pub struct EndpointError(String);

impl Endpoint {
    /// Reads an endpoint URL; a path in it is refused.
    pub fn parse(url: &str) -> Result<Self, EndpointError> {
        let unreadable = || EndpointError(url.to_owned());
        let uri: Uri = url
            .replace(REGION, "us-east-1")
            .parse()
            .map_err(|_| unreadable())?;
        let (scheme, start) = match uri.scheme_str() {
            Some("http") => (Scheme::Http, "http://"),
            Some("https") => (Scheme::Https, "https://"),
            _ => return Err(unreadable()),
        };
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(unreadable());
        }
        let authority = url.get(start.len()..).ok_or_else(unreadable)?;
        Ok(Self {
            scheme,
            authority: authority.trim_end_matches('/').to_owned(),
        })
    }

    /// The endpoint of a region.
    pub fn of_region(&self, region: &str) -> Self {
        Self {
            scheme: self.scheme,
            authority: self.authority.replace(REGION, region),
        }
    }

    /// Whether it is spoken to over TLS.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The value of the `Host` header.
    pub fn host(&self) -> &str {
        &self.authority
    }

    /// `host:port` to connect to.
    pub fn address(&self) -> String {
        let after_brackets = self.authority.rsplit(']').next().unwrap_or_default();
        if after_brackets.contains(':') {
            return self.authority.clone();
        }
        let port = match self.scheme {
            Scheme::Http => 80,
            Scheme::Https => 443,
        };
        format!("{}:{port}", self.authority)
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
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Http {
    /// A client that trusts these authorities where it speaks TLS.
    pub fn new(trust: Trust) -> Self {
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(trust.config())
            .https_or_http()
            .enable_http1()
            .build();
        Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
        }
    }

    /// Looks whether anything listens at all, and over TLS whether it proves
    /// who it is; what it answers is of no account.
    ///
    /// # Errors
    ///
    /// Says why no connection comes about.
    pub async fn reach(&self, endpoint: &Endpoint, limit: Duration) -> Result<(), String> {
        let address = endpoint.address();
        let attempt = async {
            if endpoint.scheme == Scheme::Http {
                let connected = TcpStream::connect(&address).await;
                return connected.map(drop).map_err(|error| error.to_string());
            }
            let request = Request {
                method: "GET".to_owned(),
                path_and_query: "/".to_owned(),
                headers: vec![("host".to_owned(), endpoint.host().to_owned())],
                body: Bytes::new(),
            };
            let built = build(endpoint, request).map_err(|failure| failure.to_string())?;
            match self.client.request(built).await {
                Err(error) if error.is_connect() => Err(told(&error)),
                Ok(_) | Err(_) => Ok(()),
            }
        };
        match tokio::time::timeout(limit, attempt).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(reason)) => Err(format!("nothing answers at {address}: {reason}")),
            Err(_) => Err(format!("nothing answers at {address} within {limit:?}")),
        }
    }

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
        .scheme(match endpoint.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        })
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

fn broken(error: hyper_util::client::legacy::Error) -> Failure {
    Failure::Broken(told(&error))
}

/// hyper hides the reason in the chain of sources.
fn told(error: &hyper_util::client::legacy::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_a_host_and_a_port() {
        let endpoint = Endpoint::parse("http://127.0.0.1:4566/").unwrap();
        assert_eq!(endpoint.host(), "127.0.0.1:4566");
        assert_eq!(endpoint.address(), "127.0.0.1:4566");
        for (url, address) in [
            ("http://peer", "peer:80"),
            ("https://peer/", "peer:443"),
            ("https://peer:8443", "peer:8443"),
            ("http://[::1]", "[::1]:80"),
            ("http://[::1]:4566", "[::1]:4566"),
        ] {
            assert_eq!(Endpoint::parse(url).unwrap().address(), address);
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for url in [
            "127.0.0.1:4566",
            "nonsense",
            "http://h/path",
            "ftp://h",
            "http://{h}",
            "",
        ] {
            assert!(Endpoint::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn an_endpoint_may_name_the_region() {
        let endpoint = Endpoint::parse("https://cloudtrail.{region}.amazonaws.com").unwrap();
        let there = endpoint.of_region("eu-west-1");
        assert_eq!(there.host(), "cloudtrail.eu-west-1.amazonaws.com");
        assert_eq!(there.address(), "cloudtrail.eu-west-1.amazonaws.com:443");
    }
}
