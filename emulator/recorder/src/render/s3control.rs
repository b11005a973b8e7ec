//! S3 Control's records, which are written as S3's are (O: the account's public access block, access points, storage
//! lenses; formats.md 3.5): the host, the query as it stands, headers, and the document, but nothing of the path.

use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderValue};
use localtrail_model::catalogue::{Api, Entry, Kind, Member, Operation, ShapeId, TimestampFormat};
use serde_json::{Map, Value};

use super::Told;
use super::hidden::{self, Hiding};
use super::moment::Moment;
use crate::Body;

/// The catalogue's id of the service.
pub(super) const ID: &str = "s3control";

/// The namespace of its documents (D).
const NAMESPACE: &str = "http://awss3control.amazonaws.com/doc/2018-08-20/";

/// Headers that speak of the signature, the framing and the account, which no record shows (O).
const HIDDEN_HEADERS: [&str; 7] = [
    "x-amz-account-id",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-security-token",
    "x-amz-trailer",
    "x-amz-user-agent",
];

/// Parameters of a presigned URL that could be used again (I, as S3's records).
const HIDDEN_QUERY: [&str; 3] = [
    "x-amz-credential",
    "x-amz-security-token",
    "x-amz-signature",
];

/// The parameters of a call.
pub(super) fn parameters(
    service: &'static Entry,
    told: &Told<'_>,
    input: Option<&Map<String, Value>>,
) -> Map<String, Value> {
    let mut parameters = Map::new();
    if !told.request.host.is_empty() {
        parameters.insert("Host".to_owned(), told.request.host.into());
    }
    let query = told.request.uri.query().unwrap_or_default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if !HIDDEN_QUERY.contains(&name.to_ascii_lowercase().as_str()) {
            parameters.insert(name.into_owned(), value.into());
        }
    }
    for (name, value) in told.request.headers {
        let name = name.as_str();
        if name.starts_with("x-amz-") && !HIDDEN_HEADERS.contains(&name) {
            let value = String::from_utf8_lossy(value.as_bytes());
            parameters.insert(name.to_owned(), value.into());
        }
    }
    if let (Some(operation), Some(input)) = (told.operation, input) {
        parameters.extend(document(service, operation, input));
    }
    parameters
}

/// How the call was signed, and what went over the line (O).
pub(super) fn additional(told: &Told<'_>) -> Map<String, Value> {
    let mut data = Map::new();
    let signature = signature(told);
    if let Some((version, _)) = signature {
        data.insert("SignatureVersion".to_owned(), version.into());
    }
    if let Some(tls) = &told.circumstances.origin.tls {
        data.insert("CipherSuite".to_owned(), tls.cipher_suite.clone().into());
    }
    let received = length(told.request.headers).unwrap_or_default();
    data.insert("bytesTransferredIn".to_owned(), received.into());
    if let Some((_, method)) = signature {
        data.insert("AuthenticationMethod".to_owned(), method.into());
    }
    let id = told.answer.headers.get("x-amz-id-2");
    if let Some(id) = id.and_then(|id| id.to_str().ok()) {
        data.insert("x-amz-id-2".to_owned(), id.into());
    }
    let (Body::Whole(body) | Body::Cut(body)) = told.answer.body;
    let sent = length(told.answer.headers).unwrap_or(body.len() as u64);
    data.insert("bytesTransferredOut".to_owned(), sent.into());
    data
}

/// The version of the signature, and where it stood.
fn signature(told: &Told<'_>) -> Option<(&'static str, &'static str)> {
    let header = told.request.headers.get(AUTHORIZATION);
    match header.map(HeaderValue::as_bytes) {
        Some(header) if header.starts_with(b"AWS4-") => Some(("SigV4", "AuthHeader")),
        Some(header) if header.starts_with(b"AWS ") => Some(("SigV2", "AuthHeader")),
        Some(_) => None,
        None => {
            let query = told.request.uri.query().unwrap_or_default();
            let is_signed = query.contains("X-Amz-Signature=");
            is_signed.then_some(("SigV4", "QueryString"))
        }
    }
}

fn length(headers: &HeaderMap) -> Option<u64> {
    let length = headers.get(CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

/// The document under the name of its root, with its namespace; `None` where the call has none.
fn document(
    service: &'static Entry,
    operation: &Operation,
    input: &Map<String, Value>,
) -> Option<(String, Value)> {
    let writer = Writer {
        api: service.api(),
        hiding: Hiding::of(ID, operation.name),
    };
    let structure = writer.api.structure(operation.input?)?;
    let (root, inside) = match structure.payload.and_then(|at| structure.members.get(at)) {
        Some(payload) => {
            let members = input.get(payload.name)?.as_object()?;
            let inside = writer.structure(members, payload.shape);
            (payload.wire_name(), inside)
        }
        None => (
            operation.input_element?,
            writer.structure(input, operation.input?),
        ),
    };
    let mut document = Map::new();
    document.insert("xmlns".to_owned(), NAMESPACE.into());
    document.extend(inside);
    Some((root.to_owned(), Value::Object(document)))
}

/// Writes members as the elements that they were.
struct Writer<'a> {
    api: &'a Api,
    hiding: Hiding<'a>,
}

impl Writer<'_> {
    fn structure(&self, members: &Map<String, Value>, id: ShapeId) -> Map<String, Value> {
        let structure = self.api.structure(id);
        let mut told = Map::new();
        for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
            let Some(member) = structure.and_then(|structure| structure.member(name)) else {
                told.insert(name.clone(), hidden::guarded_member(name, value));
                continue;
            };
            if member.location.is_some() {
                continue;
            }
            let shown = match self.hiding.mark(name, Some(member), value) {
                Some(mark) => mark.over(value),
                None => self.value(value, member.shape, Some(member)),
            };
            if let Some(shown) = shown {
                told.insert(member.wire_name().to_owned(), shown);
            }
        }
        told
    }

    fn value(&self, value: &Value, id: ShapeId, member: Option<&Member>) -> Option<Value> {
        let shape = self.api.shape(id);
        match (&shape.kind, value) {
            (Kind::Blob, _) => None,
            _ if shape.sensitive => hidden::HIDDEN.over(value),
            (Kind::Structure(_), Value::Object(members)) => {
                Some(Value::Object(self.structure(members, id)))
            }
            (
                Kind::List {
                    member: item,
                    member_name,
                    flattened,
                },
                Value::Array(items),
            ) => {
                let items = items
                    .iter()
                    .filter_map(|value| self.value(value, *item, None));
                let items = single(items.collect())?;
                let is_flat = *flattened || member.is_some_and(|member| member.flattened);
                Some(match is_flat {
                    true => items,
                    false => object(member_name.unwrap_or("member"), items),
                })
            }
            (
                Kind::Map {
                    value: inner,
                    key_name,
                    value_name,
                    ..
                },
                Value::Object(entries),
            ) => {
                let entry = |(key, value): (&String, &Value)| {
                    let mut entry = Map::new();
                    entry.insert(key_name.unwrap_or("key").to_owned(), key.as_str().into());
                    let value = self.value(value, *inner, None)?;
                    entry.insert(value_name.unwrap_or("value").to_owned(), value);
                    Some(Value::Object(entry))
                };
                let entries = single(entries.iter().filter_map(entry).collect())?;
                Some(object("entry", entries))
            }
            (Kind::Timestamp(format), time) => {
                let format = format.or(Some(TimestampFormat::Iso8601));
                Some(Moment::AsOnWire.write(time, format))
            }
            _ => Some(hidden::guarded(value)),
        }
    }
}

/// A repeated element is an array and a single one stands alone (O); an element of none is empty.
fn single(mut items: Vec<Value>) -> Option<Value> {
    match items.len() {
        0 => Some("".into()),
        1 => items.pop(),
        _ => Some(Value::Array(items)),
    }
}

fn object(name: &str, value: Value) -> Value {
    if value == "" {
        return value;
    }
    Value::Object(Map::from_iter([(name.to_owned(), value)]))
}
