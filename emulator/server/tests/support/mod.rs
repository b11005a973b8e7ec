//! A client with nothing but a socket, so that tests can send what no proper client would.

// Each test file uses its part, and a helper that fails fails its test.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

pub mod calls;
pub mod sigv4;
pub mod upstream;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// Reads what came back; a body in chunks is left as it is.
    pub fn read(stream: &mut impl Read) -> Option<Self> {
        let mut bytes = Vec::new();
        // A server that closes early may also reset: what came before that counts.
        let _ended_or_reset = stream.read_to_end(&mut bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Self {
            status,
            head: head.to_owned(),
            body: body.to_owned(),
        })
    }
}

/// A connection to an endpoint URL, which gives up after a while.
pub fn connect(endpoint: &str) -> TcpStream {
    let address = endpoint.split_once("://").unwrap().1;
    let stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// Sends one request on a connection of its own.
pub fn send(
    endpoint: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut stream = connect(endpoint);
    let headers: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    // A server that refuses early may close before all is sent.
    let _sent_or_refused = stream.write_all(body.as_bytes());
    Answer::read(&mut stream).expect("an answer")
}

/// Asks a control endpoint.
pub fn get(endpoint: &str, path: &str) -> Answer {
    send(endpoint, "GET", path, &[], "")
}

/// Tells a control endpoint something in JSON.
pub fn post(endpoint: &str, path: &str, body: &str) -> Answer {
    send(
        endpoint,
        "POST",
        path,
        &[("Content-Type", "application/json")],
        body,
    )
}

/// Makes one signed CloudTrail call in a region.
pub fn cloudtrail(endpoint: &str, access_key: &str, operation: &str, body: &str) -> Answer {
    let target = format!("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.{operation}");
    let headers = [
        ("X-Amz-Target", target.as_str()),
        ("Content-Type", "application/x-amz-json-1.1"),
        ("User-Agent", "a-test/1"),
        ("Authorization", &signature(access_key, "cloudtrail")),
    ];
    send(endpoint, "POST", "/", &headers, body)
}

/// An Authorization header; signatures are trusted.
pub fn signature(access_key: &str, service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential={access_key}/20261123/eu-west-1/{service}/aws4_request, SignedHeaders=host, Signature=00"
    )
}

/// A record as it stands in AWS's log files.
pub fn record(event_name: &str, id: u32) -> String {
    format!(
        r#"{{"eventVersion":"1.11","userIdentity":{{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::123456789012:user/bob","accountId":"123456789012","accessKeyId":"AKIAEXAMPLE","userName":"bob"}},"eventTime":"2026-11-23T16:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"{event_name}","awsRegion":"eu-west-1","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2","requestParameters":null,"responseElements":null,"requestID":"3b7e1f0a-0000-4000-8000-{id:012}","eventID":"11111111-0000-4000-8000-{id:012}","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management"}}"#
    )
}
