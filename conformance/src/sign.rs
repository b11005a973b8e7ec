//! Signature Version 4 for header-signed requests.
//!
//! A small signer of our own, because the suites send what no SDK would sign:
//! wrong targets, broken JSON, other content types. It signs what it is given
//! and decides nothing. Source: "Authenticating Requests (AWS Signature
//! Version 4)" of the AWS General Reference.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// Who signs.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The access key id.
    pub access_key: String,
    /// The secret access key.
    pub secret_key: String,
    /// The session token of temporary credentials.
    pub session_token: Option<String>,
}

/// What a signature is for.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The called region, such as `us-east-1`.
    pub region: &'a str,
    /// The signing name of the service, such as `cloudtrail`.
    pub service: &'a str,
    /// The time in UTC, as `20150830T123600Z`.
    pub time: &'a str,
}

/// The parts of a request that are signed.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// The method, in upper case.
    pub method: &'a str,
    /// The path, already percent-encoded, beginning with `/`.
    pub path: &'a str,
    /// The query, already percent-encoded and sorted, every name with a `=`.
    pub query: &'a str,
    /// The headers to sign, names in lower case; `host` must be among them.
    pub headers: &'a [(String, String)],
    /// The lower-case hex SHA-256 of the body.
    pub payload_hash: &'a str,
}

/// The lower-case hex SHA-256 of `bytes`.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The value of the `Authorization` header.
pub fn authorization(credentials: &Credentials, scope: Scope<'_>, signed: Signed<'_>) -> String {
    let date = scope.time.split('T').next().unwrap_or_default();
    let scope_text = format!("{date}/{}/{}/aws4_request", scope.region, scope.service);
    let (names, request) = canonical_request(signed);
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n{}\n{scope_text}\n{}",
        scope.time,
        sha256_hex(request.as_bytes())
    );
    let mut key = format!("AWS4{}", credentials.secret_key).into_bytes();
    for part in [date, scope.region, scope.service, "aws4_request"] {
        key = hmac(&key, part);
    }
    let signature = hex::encode(hmac(&key, &to_sign));
    format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope_text}, SignedHeaders={names}, Signature={signature}",
        credentials.access_key
    )
}

/// The list of signed header names and the canonical request.
fn canonical_request(signed: Signed<'_>) -> (String, String) {
    let mut headers: Vec<(String, String)> = signed
        .headers
        .iter()
        .map(|(name, value)| (name.to_lowercase(), one_spaced(value)))
        .collect();
    headers.sort();
    let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
    let names = names.join(";");
    let lines: String = headers
        .iter()
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    let request = format!(
        "{}\n{}\n{}\n{lines}\n{names}\n{}",
        signed.method, signed.path, signed.query, signed.payload_hash
    );
    (names, request)
}

/// A header value without outer spaces and with single inner ones.
fn one_spaced(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials() -> Credentials {
        Credentials {
            access_key: "AKIDEXAMPLE".into(),
            secret_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into(),
            session_token: None,
        }
    }

    const SCOPE: Scope<'_> = Scope {
        region: "us-east-1",
        service: "service",
        time: "20150830T123600Z",
    };

    fn headers() -> Vec<(String, String)> {
        vec![
            ("x-amz-date".into(), "20150830T123600Z".into()),
            ("host".into(), "example.amazonaws.com".into()),
        ]
    }

    fn sign(method: &str, query: &str) -> String {
        let signed = Signed {
            method,
            path: "/",
            query,
            headers: &headers(),
            payload_hash: &sha256_hex(b""),
        };
        authorization(&credentials(), SCOPE, signed)
    }

    // The vectors are those of AWS's published Signature Version 4 test suite.
    #[test]
    fn get_vanilla_of_the_published_suite() {
        assert_eq!(
            sign("GET", ""),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
             SignedHeaders=host;x-amz-date, \
             Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        );
    }

    #[test]
    fn post_vanilla_and_get_with_a_query_of_the_published_suite() {
        assert!(sign("POST", "").ends_with(
            "Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
        ));
        assert!(sign("GET", "Param1=value1&Param2=value2").ends_with(
            "Signature=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
        ));
    }

    #[test]
    fn header_values_are_trimmed_and_names_lowered() {
        let (names, request) = canonical_request(Signed {
            method: "GET",
            path: "/",
            query: "",
            headers: &[
                ("Host".into(), "h".into()),
                ("A-B".into(), "  x   y ".into()),
            ],
            payload_hash: "p",
        });
        assert_eq!(names, "a-b;host");
        assert_eq!(request, "GET\n/\n\na-b:x y\nhost:h\n\na-b;host\np");
    }
}
