//! Heads of requests, built from the catalogue as an SDK builds them: with what an operation cannot do without.

use hyper::header::{HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, Uri};
use localtrail_model::catalogue::{Entry, Location, Operation, Protocol};
use localtrail_recorder::{Body, Recognized, Request, recognize};

/// A request's head, and the form in its body where that tells the operation.
pub(crate) struct Head {
    pub(crate) protocol: Protocol,
    pub(crate) method: Method,
    pub(crate) uri: String,
    pub(crate) headers: HeaderMap,
    pub(crate) host: String,
    pub(crate) scope: Option<&'static str>,
    pub(crate) body: Vec<u8>,
}

impl Head {
    /// What it is recognised as with each of these bodies.
    pub(crate) fn recognized<const N: usize>(&self, bodies: [Body<'_>; N]) -> [Recognized; N] {
        let uri: Uri = self.uri.parse().expect("a URI that HTTP lets through");
        let request = Request {
            method: &self.method,
            uri: &uri,
            headers: &self.headers,
            host: &self.host,
            signed_for: self.scope,
        };
        bodies.map(|body| recognize(&request, body))
    }

    fn header(&mut self, name: &str, value: &str) {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a name of the model's");
        self.headers
            .insert(name, HeaderValue::from_str(value).expect("plain text"));
    }
}

/// The operation in each protocol of its service, to the service's host in us-east-1.
pub(crate) fn heads(entry: &'static Entry, operation: &'static Operation) -> Vec<Head> {
    let of = |protocol| head(entry, operation, protocol);
    entry
        .protocols
        .iter()
        .map(|protocol| of(*protocol))
        .collect()
}

fn head(entry: &'static Entry, operation: &'static Operation, protocol: Protocol) -> Head {
    let prefix = operation.host_prefix.unwrap_or_default();
    let prefix = prefix
        .replace("{AccountId}", "111122223333")
        .replace(['{', '}'], "")
        .to_lowercase();
    let mut head = Head {
        protocol,
        method: Method::POST,
        uri: "/".to_owned(),
        headers: HeaderMap::new(),
        host: format!("{prefix}{}.us-east-1.amazonaws.com", entry.endpoint_prefix),
        scope: Some(entry.signing_name),
        body: Vec::new(),
    };
    match protocol {
        Protocol::Json => {
            let version = entry.json_version.unwrap_or("1.0");
            head.header("content-type", &format!("application/x-amz-json-{version}"));
            let prefix = entry.target_prefix.unwrap_or_default();
            head.header("x-amz-target", &format!("{prefix}.{}", operation.name));
        }
        Protocol::RpcV2Cbor => {
            head.header("smithy-protocol", "rpc-v2-cbor");
            head.header("content-type", "application/cbor");
            let name = entry.rpc_name.unwrap_or_default();
            head.uri = format!("/service/{name}/operation/{}", operation.name);
        }
        Protocol::Query | Protocol::Ec2 => {
            head.header(
                "content-type",
                "application/x-www-form-urlencoded; charset=utf-8",
            );
            head.body =
                format!("Action={}&Version={}", operation.name, entry.api_version).into_bytes();
        }
        Protocol::RestJson | Protocol::RestXml => rest(&mut head, entry, operation),
    }
    head
}

fn rest(head: &mut Head, entry: &'static Entry, operation: &'static Operation) {
    head.method = operation.method.parse().expect("a method of the model's");
    let input = operation.input.and_then(|id| entry.api().structure(id));
    let members = input.map_or(&[][..], |input| &input.members);
    head.uri = operation.uri.to_owned();
    for member in members {
        let name = member.wire_name();
        match member.location {
            Some(Location::Uri) => {
                head.uri = head.uri.replace(&format!("{{{name}+}}"), "some/key.txt");
                head.uri = head.uri.replace(&format!("{{{name}}}"), "a%2Fb-1");
            }
            Some(Location::QueryString) if member.is_required => {
                let joint = if head.uri.contains('?') { '&' } else { '?' };
                head.uri = format!("{}{joint}{name}=x", head.uri);
            }
            Some(Location::Header) if member.is_required => head.header(name, "x"),
            _ => {}
        }
    }
}
