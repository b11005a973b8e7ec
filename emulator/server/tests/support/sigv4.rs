//! Signs requests by hand, apart from the code under test, so that tests can sign what no proper client would.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use localtrail::{Emulator, Timestamp};
use sha2::{Digest, Sha256};

use super::{Answer, post, send};

/// Sends what was signed.
pub fn sent(
    emulator: &Emulator,
    method: &str,
    target: &str,
    headers: &[(String, String)],
    body: &str,
) -> Answer {
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    send(emulator.endpoint_url(), method, target, &headers, body)
}

/// Signs and sends a request to S3.
pub fn s3(emulator: &Emulator, signer: &Signer, method: &str, target: &str, body: &str) -> Answer {
    let payload = hash(body.as_bytes());
    let given = [("x-amz-content-sha256", payload.as_str())];
    let headers = signer.headers(method, target, &given, &payload);
    sent(emulator, method, target, &headers, body)
}

/// Declares a key with a secret, and a token where one is given.
pub fn declare(emulator: &Emulator, token: Option<&str>) -> Signer {
    let token = token.map_or_else(String::new, |token| format!(r#""sessionToken":"{token}","#));
    let declared = format!(
        r#"{{"accessKeyId":"ASIAQ3EXAMPLE","secretAccessKey":"s3cr3t/+",{token}"identity":{{"type":"Root","accountId":"111122223333"}}}}"#
    );
    let answer = post(
        emulator.endpoint_url(),
        "/_localtrail/identities",
        &declared,
    );
    assert_eq!(answer.status, 200, "{answer:?}");
    Signer {
        access_key: "ASIAQ3EXAMPLE",
        secret: "s3cr3t/+",
        ..Signer::new("cloudtrail")
    }
}

#[track_caller]
pub fn assert_xml(answer: &Answer, status: u16, code: &str, message: &str) {
    assert_eq!(answer.status, status, "{answer:?}");
    let wanted = format!("<Code>{code}</Code><Message>{message}</Message>");
    assert!(answer.body.contains(&wanted), "{wanted}: {}", answer.body);
}

/// What to sign with, and what to sign.
#[derive(Clone)]
pub struct Signer {
    pub access_key: &'static str,
    pub secret: &'static str,
    pub service: &'static str,
    pub region: &'static str,
    pub at: Timestamp,
    pub terminator: &'static str,
    /// The day of the scope, where it is not that of `at`.
    pub day: Option<&'static str>,
}

impl Signer {
    pub fn new(service: &'static str) -> Self {
        Self {
            access_key: "test",
            secret: "test",
            service,
            region: "us-east-1",
            at: machine_time(),
            terminator: "aws4_request",
            day: None,
        }
    }

    pub fn at(mut self, seconds: i64) -> Self {
        let now = machine_time().seconds();
        self.at = Timestamp::from_seconds(now + seconds);
        self
    }

    pub fn stamp(&self) -> String {
        self.at.second_stamp()
    }

    pub fn scope(&self) -> String {
        let stamp = self.stamp();
        let day = self.day.unwrap_or(&stamp[..8]);
        format!("{day}/{}/{}/{}", self.region, self.service, self.terminator)
    }

    /// The key of that scope.
    fn key(&self) -> Vec<u8> {
        let first = format!("AWS4{}", self.secret).into_bytes();
        let stamp = self.stamp();
        let day = self.day.unwrap_or(&stamp[..8]);
        [day, self.region, self.service, "aws4_request"]
            .iter()
            .fold(first, |key, part| hmac(&key, part))
    }

    pub fn sign(&self, text: &str) -> String {
        hex::encode(hmac(&self.key(), text))
    }

    /// The signature of a request whose path and query are canonical already.
    pub fn signature(
        &self,
        method: &str,
        target: &str,
        headers: &[(String, String)],
        payload: &str,
    ) -> String {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let lines: String = headers
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect();
        let names = names(headers);
        let canonical = format!("{method}\n{path}\n{query}\n{lines}\n{names}\n{payload}");
        let stamp = self.stamp();
        let scope = self.scope();
        self.sign(&format!(
            "AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{}",
            hash(canonical.as_bytes())
        ))
    }

    /// All headers of a signed request. Those given must be sorted, lower case, and between host and x-amz-date.
    pub fn headers(
        &self,
        method: &str,
        target: &str,
        more: &[(&str, &str)],
        payload: &str,
    ) -> Vec<(String, String)> {
        let mut headers = vec![("host".to_owned(), "localhost".to_owned())];
        headers.extend(more.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
        headers.push(("x-amz-date".to_owned(), self.stamp()));
        headers.sort();
        let signature = self.signature(method, target, &headers, payload);
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={signature}",
            self.access_key,
            self.scope(),
            names(&headers)
        );
        // The helper that sends writes the host itself.
        headers.retain(|(name, _)| name != "host");
        headers.push(("Authorization".to_owned(), authorization));
        headers
    }

    /// A presigned URL's target. What query the path has must come before its own parameters in their order.
    pub fn presigned(&self, method: &str, path: &str, expires: &str, payload: &str) -> String {
        let credential = format!("{}/{}", self.access_key, self.scope()).replace('/', "%2F");
        let query = format!(
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={credential}&X-Amz-Date={}&X-Amz-Expires={expires}&X-Amz-SignedHeaders=host",
            self.stamp()
        );
        let joint = if path.contains('?') { '&' } else { '?' };
        let target = format!("{path}{joint}{query}");
        let host = [("host".to_owned(), "localhost".to_owned())];
        let signature = self.signature(method, &target, &host, payload);
        format!("{target}&X-Amz-Signature={signature}")
    }
}

fn names(headers: &[(String, String)]) -> String {
    let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
    names.join(";")
}

pub fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

pub fn machine_time() -> Timestamp {
    let since: Duration = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_seconds(i64::try_from(since.as_secs()).unwrap())
}
