//! Targets that are spoken to over TLS.

#![allow(
    clippy::unwrap_used,
    reason = "the targets of these tests stand outside of the tests themselves"
)]

mod common;

use std::sync::Arc;

use common::conformance;
use rcgen::{CertificateParams, IsCa, Issuer, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\n\
    x-amzn-requestid: 5f00b2ac-0000-4aaa-8bbb-0123456789ab\r\ncontent-length: 13\r\n\
    connection: close\r\n\r\n{\"Trails\":[]}";

/// An authority, and a target on localhost that it vouches for.
struct Target {
    port: u16,
    /// The authority's certificate in PEM.
    authority: String,
}

async fn target() -> Target {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = params.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(params, key);
    let own = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["localhost".to_owned()])
        .unwrap()
        .signed_by(&own, &issuer)
        .unwrap();
    let private = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(own.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // A client that does not trust the certificate breaks off here.
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                let mut heard = [0; 4096];
                let _ = stream.read(&mut heard).await;
                let _ = stream.write_all(ANSWER).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    Target { port, authority }
}

#[tokio::test]
async fn a_private_authority_is_trusted_when_named() {
    let (target, other) = (target().await, target().await);
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let own = file("own.pem", &target.authority);
    let foreign = file("foreign.pem", &other.authority);
    let empty = file("empty.pem", "");
    let endpoint = format!("https://localhost:{}", target.port);
    let by_address = format!("https://127.0.0.1:{}", target.port);
    let run = async |endpoint: &str, authority: &str| {
        conformance(&[
            "--endpoint",
            endpoint,
            "--filter",
            "list-trails/none",
            "--ca-file",
            authority,
        ])
        .await
    };
    let trusted = run(&endpoint, &own).await;
    assert_eq!(trusted.out, "1 passed, 0 failed\n", "{}", trusted.err);
    assert_eq!(trusted.code, Some(0));
    for (endpoint, authority, told) in [
        (&endpoint, &foreign, "invalid peer certificate"),
        (&by_address, &own, "not valid for name"),
        (&endpoint, &empty, "holds no certificate"),
    ] {
        let ended = run(endpoint, authority).await;
        assert_eq!(ended.code, Some(2), "{}", ended.out);
        assert!(ended.err.contains(told), "{}", ended.err);
    }
}
