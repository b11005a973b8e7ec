//! The HTTP proxy on the port: what is asked of AWS's hosts through it is answered here.

#![allow(clippy::unwrap_used)] // A helper that fails fails its test.

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use localtrail::{Emulator, ProxyOthers};
use support::upstream::Upstream;
use support::{Answer, connect, get, signature};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// Asks for a tunnel; the answer's head, and the connection.
fn tunnel(emulator: &Emulator, authority: &str) -> (String, TcpStream) {
    let mut stream = connect(emulator.endpoint_url());
    let ask = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n");
    stream.write_all(ask.as_bytes()).unwrap();
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    (String::from_utf8(head).unwrap(), stream)
}

/// TLS in a tunnel, as a client that trusts the file of the authority alone.
fn secured(
    emulator: &Emulator,
    stream: TcpStream,
    name: &str,
) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    let file = emulator.certificate_file();
    roots
        .add(CertificateDer::from_pem_file(file).unwrap())
        .unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    StreamOwned::new(connection, stream)
}

fn call(host: &str, target: &str, service: &str) -> String {
    let scope = signature("test", service);
    format!(
        "POST / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nX-Amz-Target: {target}\r\nAuthorization: {scope}\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: 2\r\n\r\n{{}}"
    )
}

#[test]
fn a_host_of_aws_is_answered_here_and_recorded_with_its_name() {
    let upstream = Upstream::answering("200 OK", "application/x-amz-json-1.0", "{}");
    let emulator = Emulator::builder()
        .upstream(upstream.url.parse().unwrap())
        .start_blocking()
        .unwrap();
    for (host, target, service, name) in [
        (
            "cloudtrail.eu-west-1.amazonaws.com",
            "CloudTrail_20131101.ListTrails",
            "cloudtrail",
            "ListTrails",
        ),
        (
            "dynamodb.eu-west-1.amazonaws.com",
            "DynamoDB_20120810.ListTables",
            "dynamodb",
            "ListTables",
        ),
    ] {
        let (head, stream) = tunnel(&emulator, &format!("{host}:443"));
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        let mut stream = secured(&emulator, stream, host);
        stream
            .write_all(call(host, target, service).as_bytes())
            .unwrap();
        assert_eq!(Answer::read(&mut stream).unwrap().status, 200);
        let events = emulator.events(&[("eventName", name)]).unwrap();
        let [event] = &events[..] else {
            panic!("one event of {name}");
        };
        assert_eq!(event["tlsDetails"]["clientProvidedHostHeader"], host);
        assert_eq!(event["tlsDetails"]["tlsVersion"], "TLSv1.3");
        assert_eq!(event["sourceIPAddress"], "127.0.0.1");
    }
    let seen = upstream.seen();
    assert_eq!(
        seen[0].header("host"),
        Some("dynamodb.eu-west-1.amazonaws.com")
    );
}

#[test]
fn plain_http_is_answered_in_a_tunnel_and_by_whole_urls() {
    let emulator = Emulator::start_blocking().unwrap();
    let host = "cloudtrail.us-east-1.amazonaws.com";
    let (_, mut stream) = tunnel(&emulator, &format!("{host}:80"));
    let call = call(host, "CloudTrail_20131101.ListTrails", "cloudtrail");
    stream.write_all(call.as_bytes()).unwrap();
    assert_eq!(Answer::read(&mut stream).unwrap().status, 200);

    let mut stream = connect(emulator.endpoint_url());
    let whole = call.replacen("POST / ", &format!("POST http://{host}/ "), 1);
    stream.write_all(whole.as_bytes()).unwrap();
    assert_eq!(Answer::read(&mut stream).unwrap().status, 200);
    assert_eq!(
        emulator
            .events(&[("eventName", "ListTrails")])
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn other_hosts_are_refused_with_advice() {
    let emulator = Emulator::start_blocking().unwrap();
    let (head, _stream) = tunnel(&emulator, "example.com:443");
    assert!(
        head.starts_with("HTTP/1.1 403 ") && head.contains("--proxy-others"),
        "{head}"
    );
    let mut stream = connect(emulator.endpoint_url());
    stream
        .write_all(b"GET http://example.com/x HTTP/1.1\r\nHost: example.com\r\n\r\n")
        .unwrap();
    let refused = Answer::read(&mut stream).unwrap();
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("--proxy-others pass"), "{refused:?}");
    assert!(emulator.events(&[]).unwrap().is_empty());
}

#[test]
fn a_switch_lets_other_hosts_through_unseen() {
    let other = Upstream::answering("200 OK", "text/plain", "from the other");
    let emulator = Emulator::builder()
        .proxy_others(ProxyOthers::Passed)
        .start_blocking()
        .unwrap();
    let authority = other.url.trim_start_matches("http://");
    let (head, mut stream) = tunnel(&emulator, authority);
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    stream
        .write_all(b"GET /in-tunnel HTTP/1.1\r\nHost: h\r\n\r\n")
        .unwrap();
    let mut begin = [0; 15];
    stream.read_exact(&mut begin).unwrap();
    assert_eq!(&begin, b"HTTP/1.1 200 OK");
    drop(stream);

    let mut stream = connect(emulator.endpoint_url());
    let ask = format!(
        "GET {}/by-url?q=%41 HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n",
        other.url
    );
    stream.write_all(ask.as_bytes()).unwrap();
    let came = Answer::read(&mut stream).unwrap();
    assert_eq!((came.status, came.body.as_str()), (200, "from the other"));
    let lines: Vec<String> = other.seen().into_iter().map(|seen| seen.line).collect();
    assert_eq!(
        lines,
        ["GET /in-tunnel HTTP/1.1", "GET /by-url?q=%41 HTTP/1.1"]
    );
    assert!(emulator.events(&[]).unwrap().is_empty());

    let (head, _stream) = tunnel(&emulator, "127.0.0.1:1");
    assert!(head.starts_with("HTTP/1.1 502"), "{head}");
}

#[test]
fn the_authority_is_there_before_the_first_connection() {
    let directory = tempfile::tempdir().unwrap();
    let start = || {
        Emulator::builder()
            .data_dir(directory.path())
            .start_blocking()
            .unwrap()
    };
    let emulator = start();
    assert_eq!(
        emulator.certificate_file(),
        directory.path().join("tls/ca.pem")
    );
    let pem = std::fs::read_to_string(emulator.certificate_file()).unwrap();
    assert_eq!(
        get(emulator.endpoint_url(), "/_localtrail/ca.pem").body,
        pem
    );
    let info = get(emulator.endpoint_url(), "/_localtrail/info").json();
    assert_eq!(
        info["caFile"],
        emulator.certificate_file().to_str().unwrap()
    );
    assert_eq!(info["proxyOthers"], "refuse");
    drop(emulator);
    let again = start();
    assert_eq!(
        std::fs::read_to_string(again.certificate_file()).unwrap(),
        pem
    );
}

#[test]
fn what_is_no_proper_tunnel_harms_nobody() {
    let emulator = Emulator::start_blocking().unwrap();
    for ask in [
        "CONNECT / HTTP/1.1\r\nHost: h\r\n\r\n",
        "CONNECT sts.amazonaws.com HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello",
        "CONNECT :443 HTTP/1.1\r\n\r\n",
    ] {
        let mut stream = connect(emulator.endpoint_url());
        stream.write_all(ask.as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut all = Vec::new();
        let _ended_or_reset = stream.read_to_end(&mut all);
    }
    // Tunnels that say nothing, and nonsense instead of TLS.
    let (_, silent) = tunnel(&emulator, "sts.amazonaws.com:443");
    let (_, mut nonsense) = tunnel(&emulator, "sts.amazonaws.com:443");
    nonsense.write_all(&[0x16, 0, 0, 0, 0, 0, 0]).unwrap();
    let mut all = Vec::new();
    let _ended_or_reset = nonsense.read_to_end(&mut all);
    assert_eq!(
        get(emulator.endpoint_url(), "/_localtrail/health").status,
        200
    );

    // A stop does not wait for them.
    let begin = std::time::Instant::now();
    drop(emulator);
    assert!(begin.elapsed() < Duration::from_secs(5));
    drop(silent);
}

#[test]
fn tunnels_in_tunnels_work_too() {
    let emulator = Emulator::start_blocking().unwrap();
    let (_, mut stream) = tunnel(&emulator, "a.amazonaws.com:80");
    stream
        .write_all(b"CONNECT b.amazonaws.com:80 HTTP/1.1\r\nHost: b\r\n\r\n")
        .unwrap();
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    stream
        .write_all(b"GET /_localtrail/health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        .unwrap();
    assert_eq!(Answer::read(&mut stream).unwrap().status, 200);
}
