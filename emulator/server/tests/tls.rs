//! HTTPS with the generated authority, as a client that trusts only its certificate file.

#![allow(clippy::unwrap_used)] // A helper that fails fails its test.

mod support;

use std::io::Write;
use std::sync::Arc;

use localtrail::Emulator;
use support::{Answer, connect, get};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, version};

fn config(
    emulator: &Emulator,
    versions: &[&'static tokio_rustls::rustls::SupportedProtocolVersion],
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    let file = emulator.certificate_file();
    roots
        .add(CertificateDer::from_pem_file(file).unwrap())
        .unwrap();
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

#[test]
fn any_name_is_trusted_and_records_tell_of_tls() {
    let emulator = Emulator::builder().tls().start_blocking().unwrap();
    assert!(emulator.endpoint_url().starts_with("https://127.0.0.1:"));
    for (name, version, agreed) in [
        ("localhost", &version::TLS13, "TLSv1.3"),
        ("127.0.0.1", &version::TLS13, "TLSv1.3"),
        (
            "cloudtrail.eu-west-1.amazonaws.com",
            &version::TLS12,
            "TLSv1.2",
        ),
    ] {
        let server_name = ServerName::try_from(name).unwrap();
        let config = Arc::new(config(&emulator, &[version]));
        let connection = ClientConnection::new(config, server_name).unwrap();
        let mut stream = StreamOwned::new(connection, connect(emulator.endpoint_url()));
        let call = format!(
            "POST / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\nX-Amz-Target: CloudTrail_20131101.ListTrails\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: 2\r\n\r\n{{}}"
        );
        stream.write_all(call.as_bytes()).unwrap();
        assert_eq!(Answer::read(&mut stream).unwrap().status, 200);
        let events = emulator
            .events(&[("tlsDetails.clientProvidedHostHeader", name)])
            .unwrap();
        assert_eq!(events.len(), 1, "{name}");
        assert_eq!(events[0]["tlsDetails"]["tlsVersion"], agreed);
        assert!(
            events[0]["tlsDetails"]["cipherSuite"]
                .as_str()
                .unwrap()
                .contains("AES")
        );
    }
}

#[test]
fn plain_http_is_answered_on_the_same_port() {
    let emulator = Emulator::builder().tls().start_blocking().unwrap();
    assert_eq!(
        get(emulator.endpoint_url(), "/_localtrail/health").status,
        200
    );
    let mut stream = connect(emulator.endpoint_url());
    stream.write_all(b"\x16\x03\x01 nonsense").unwrap();
    drop(stream);
    assert_eq!(
        get(emulator.endpoint_url(), "/_localtrail/health").status,
        200
    );
}
