//! Connections to upstreams: made, kept for the next call, given up. No call is understood here.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::http::uri::Scheme;
use hyper::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use localtrail_neighbours::BoxError;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::choice::UpstreamChoice;
use crate::capture::Captured;
use crate::signature::CheckedBody;

/// A connection must be made within this time.
const CONNECT_TIME: Duration = Duration::from_secs(5);

/// A connection without a call is closed after this time. Shorter than any server keeps them, so that no call is sent on
/// a connection that the upstream is just closing; a new one costs little.
const IDLE_TIME: Duration = Duration::from_millis(1500);

/// The body of a forwarded request.
pub(crate) enum Outgoing {
    /// As it comes from the client.
    Streamed(Captured<CheckedBody>),
    /// All of it.
    Whole(Full<Bytes>),
    /// Taken out of its chunks.
    Unpacked(Pin<Box<dyn Body<Data = Bytes, Error = BoxError> + Send>>),
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self.get_mut() {
            Self::Streamed(body) => Pin::new(body).poll_frame(context),
            Self::Whole(body) => Pin::new(body)
                .poll_frame(context)
                .map_err(|never| match never {}),
            Self::Unpacked(body) => body.as_mut().poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Streamed(body) => body.is_end_stream(),
            Self::Whole(body) => body.is_end_stream(),
            Self::Unpacked(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Streamed(body) => body.size_hint(),
            Self::Whole(body) => body.size_hint(),
            Self::Unpacked(body) => body.size_hint(),
        }
    }
}

type Connections = Client<HttpsConnector<HttpConnector>, Outgoing>;

/// All connections to upstreams.
#[derive(Debug)]
pub(crate) struct Pool {
    roots: Arc<RootCertStore>,
    connections: OnceLock<Connections>,
}

/// Why an upstream gave no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It cannot be reached.
    Unreachable(String),
    /// The connection ended before an answer came.
    Ended(String),
}

impl Pool {
    /// Trusts the authorities of this file, else those of the machine; reads neither where no upstream needs it.
    ///
    /// # Errors
    ///
    /// A sentence when the file cannot be used.
    pub(super) fn new(
        upstreams: &[UpstreamChoice],
        ca_file: Option<&PathBuf>,
    ) -> Result<Self, String> {
        let needs_tls = upstreams
            .iter()
            .any(|choice| choice.url.scheme == Scheme::HTTPS);
        let roots = match ca_file {
            Some(file) => roots_of_file(file)?,
            None if needs_tls => roots_of_machine(),
            None => RootCertStore::empty(),
        };
        Ok(Self {
            roots: Arc::new(roots),
            connections: OnceLock::new(),
        })
    }

    /// Sends a request whose target is a whole URL, and waits for the answer's head.
    ///
    /// # Errors
    ///
    /// When no answer came.
    pub(crate) async fn send(
        &self,
        request: Request<Outgoing>,
    ) -> Result<Response<Incoming>, Failure> {
        let connections = self.connections.get_or_init(|| self.open());
        connections.request(request).await.map_err(|error| {
            let text = innermost(&error);
            if error.is_connect() {
                Failure::Unreachable(text)
            } else {
                Failure::Ended(text)
            }
        })
    }

    fn open(&self) -> Connections {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_TIME));
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring's suites fit the default versions")
            .with_root_certificates(Arc::clone(&self.roots))
            .with_no_client_auth();
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(config)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIME)
            .set_host(false)
            .build(connector)
    }
}

fn roots_of_file(file: &Path) -> Result<RootCertStore, String> {
    let wrong = |why: String| {
        format!(
            "cannot use the authorities of {}: {why}. Give a file of certificates in PEM.",
            file.display()
        )
    };
    let mut roots = RootCertStore::empty();
    for certificate in
        CertificateDer::pem_file_iter(file).map_err(|error| wrong(error.to_string()))?
    {
        let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
        roots
            .add(certificate)
            .map_err(|error| wrong(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(wrong("there is no certificate in it".to_owned()));
    }
    Ok(roots)
}

fn roots_of_machine() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    // Machines have certificates that nobody can read. What is missing in the end, the first handshake tells.
    let (_added, _unreadable) =
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

/// The reason at the bottom of an error, which is the one that helps.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut at = error;
    while let Some(source) = at.source() {
        at = source;
    }
    at.to_string()
}
