//! The endpoint under judgement: where it is, what it can do, and how a
//! request to it is signed. It knows no operation.

use std::time::Duration;

use bytes::Bytes;

use crate::http::{Answer, Endpoint, Failure, Http, Request};
use crate::script::{Form, Need};
use crate::sign::{self, Credentials, Scope, Signed};

/// What kind of endpoint it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Profile {
    /// This emulator: a 12-digit access key is the account, control endpoints are there.
    Localtrail,
    /// AWS: given credentials, event history minutes late, throttling.
    Aws,
    /// Another emulator: one account.
    Plain,
}

impl Profile {
    /// What of every answer's form is judged in all cases. A peer mostly gets
    /// it wrong everywhere, which would hide all else that is to be said of it.
    pub fn form(self) -> Form {
        match self {
            Self::Localtrail | Self::Aws => Form::Envelope,
            Self::Plain => Form::Free,
        }
    }

    /// Whether an endpoint of this kind has this power.
    pub fn has(self, need: Need) -> bool {
        match self {
            Self::Localtrail => true,
            Self::Aws => false,
            Self::Plain => need == Need::History,
        }
    }
}

/// The endpoint under judgement.
#[derive(Clone, Debug)]
pub struct Target {
    /// Where CloudTrail is.
    pub endpoint: Endpoint,
    /// Where S3 is.
    pub s3_endpoint: Endpoint,
    /// What kind it is.
    pub profile: Profile,
    /// Who calls, unless accounts are free to choose.
    pub credentials: Credentials,
    /// The account of these credentials.
    pub account: String,
    /// The region in which every case begins.
    pub region: String,
    /// How long one answer may take.
    pub limit: Duration,
    /// The client.
    pub http: Http,
}

/// Who calls, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The 12-digit account.
    pub account: String,
    /// The called region.
    pub region: String,
}

/// A request before it is signed.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The signing name of the service: `cloudtrail` or `s3`.
    pub service: &'static str,
    /// The method.
    pub method: String,
    /// The path, unencoded.
    pub path: String,
    /// The query, unencoded.
    pub query: Vec<(String, String)>,
    /// The headers besides those of the signature. One named like those
    /// replaces them after signing.
    pub headers: Vec<(String, String)>,
    /// Headers to take out after signing, in lower case.
    pub dropped: Vec<String>,
    /// The body.
    pub body: Bytes,
}

impl Outgoing {
    /// A request of this method and path, without query, headers or body.
    pub fn new(service: &'static str, method: &str, path: &str) -> Self {
        Self {
            service,
            method: method.to_owned(),
            path: path.to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            dropped: Vec::new(),
            body: Bytes::new(),
        }
    }
}

impl Target {
    /// Signs and sends a request, and reads the answer within `limit`.
    pub async fn send(
        &self,
        caller: &Caller,
        outgoing: Outgoing,
        limit: Duration,
    ) -> Result<Answer, Failure> {
        let endpoint = match outgoing.service {
            "s3" => &self.s3_endpoint,
            _ => &self.endpoint,
        }
        .of_region(&caller.region);
        let time = chrono::Utc::now().format("%Y%m%dT%H%M%SZ").to_string();
        let request = signed(
            outgoing,
            endpoint.host(),
            &self.credentials_of(caller),
            caller,
            &time,
        );
        self.http.send(&endpoint, request, limit).await
    }

    /// Sends an unsigned request of this method to a control endpoint.
    pub async fn control(
        &self,
        method: &str,
        path: &str,
        body: String,
        limit: Duration,
    ) -> Result<Answer, Failure> {
        let request = Request {
            method: method.to_owned(),
            path_and_query: path.to_owned(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.into(),
        };
        self.http.send(&self.endpoint, request, limit).await
    }

    fn credentials_of(&self, caller: &Caller) -> Credentials {
        if !self.profile.has(Need::Accounts) {
            return self.credentials.clone();
        }
        Credentials {
            access_key: caller.account.clone(),
            secret_key: self.credentials.secret_key.clone(),
            session_token: None,
        }
    }
}

fn signed(
    outgoing: Outgoing,
    host: &str,
    credentials: &Credentials,
    caller: &Caller,
    time: &str,
) -> Request {
    let payload_hash = sign::sha256_hex(&outgoing.body);
    let mut headers = vec![
        ("host".to_owned(), host.to_owned()),
        ("x-amz-date".to_owned(), time.to_owned()),
    ];
    if outgoing.service == "s3" {
        headers.push(("x-amz-content-sha256".to_owned(), payload_hash.clone()));
    }
    if let Some(token) = &credentials.session_token {
        headers.push(("x-amz-security-token".to_owned(), token.clone()));
    }
    for (name, value) in &outgoing.headers {
        if !name.eq_ignore_ascii_case("authorization") {
            headers.push((name.to_lowercase(), value.clone()));
        }
    }
    let path = encoded(&outgoing.path, "/");
    let mut query: Vec<String> = outgoing
        .query
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name, ""), encoded(value, "")))
        .collect();
    query.sort();
    let query = query.join("&");
    let authorization = sign::authorization(
        credentials,
        Scope {
            region: &caller.region,
            service: outgoing.service,
            time,
        },
        Signed {
            method: &outgoing.method,
            path: &path,
            query: &query,
            headers: &headers,
            payload_hash: &payload_hash,
        },
    );
    let given = outgoing
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    let authorization = given.map_or(authorization, |(_, value)| value.clone());
    headers.push(("authorization".to_owned(), authorization));
    headers.retain(|(name, _)| !outgoing.dropped.contains(name));
    let question = if query.is_empty() { "" } else { "?" };
    Request {
        method: outgoing.method,
        path_and_query: format!("{path}{question}{query}"),
        headers,
        body: outgoing.body,
    }
}

/// Percent-encodes all but the unreserved characters and those in `kept`.
fn encoded(text: &str, kept: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        let c = char::from(byte);
        if byte.is_ascii_alphanumeric()
            || "-_.~".contains(c)
            || (byte.is_ascii() && kept.contains(c))
        {
            encoded.push(c);
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(outgoing: Outgoing) -> Request {
        let credentials = Credentials {
            access_key: "AK".into(),
            secret_key: "SK".into(),
            session_token: Some("token".into()),
        };
        let caller = Caller {
            account: "1".into(),
            region: "eu-west-1".into(),
        };
        signed(outgoing, "h:1", &credentials, &caller, "20260101T000000Z")
    }

    fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
        request
            .headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    #[test]
    fn path_and_query_are_encoded_and_sorted() {
        let mut outgoing = Outgoing::new("s3", "GET", "/b/a key+é");
        outgoing.query = vec![
            ("prefix".into(), "a/b c".into()),
            ("list-type".into(), "2".into()),
        ];
        let request = request(outgoing);
        assert_eq!(
            request.path_and_query,
            "/b/a%20key%2B%C3%A9?list-type=2&prefix=a%2Fb%20c"
        );
        assert!(header(&request, "x-amz-content-sha256").is_some());
        let authorization = header(&request, "authorization").unwrap();
        assert!(authorization.contains("Credential=AK/20260101/eu-west-1/s3/aws4_request"));
        assert!(authorization.contains("x-amz-security-token"));
    }

    #[test]
    fn headers_can_be_replaced_and_dropped() {
        let mut outgoing = Outgoing::new("cloudtrail", "POST", "/");
        outgoing.headers = vec![
            ("Authorization".into(), "nonsense".into()),
            ("X-Amz-Target".into(), "a.B".into()),
        ];
        outgoing.dropped = vec!["x-amz-date".into()];
        let request = request(outgoing);
        assert_eq!(header(&request, "authorization"), Some("nonsense"));
        assert_eq!(header(&request, "x-amz-target"), Some("a.B"));
        assert_eq!(header(&request, "x-amz-date"), None);
    }

    #[test]
    fn each_profile_has_its_powers() {
        assert!(
            Need::WORDS
                .iter()
                .all(|(need, _)| Profile::Localtrail.has(*need))
        );
        assert!(!Need::WORDS.iter().any(|(need, _)| Profile::Aws.has(*need)));
        assert!(Profile::Plain.has(Need::History) && !Profile::Plain.has(Need::Control));
    }
}
