//! Requests and answers as values, by the model: from any protocol to one tree whose keys are the model's member names.
//!
//! Times are numbers: seconds since 1970, with a fraction where there is one. Bytes are base64 text; a streamed body is
//! left out. Members that the model does not have keep the name that they came with, and texts of XML and forms that it
//! does not have stay text. Members are in the order of the wire; nulls are members that were not sent.
//!
//! Everything is read in one pass over bounded bodies, to a bounded depth. Not here: what a service's records show of it.

mod bodies;
mod cbor;
mod errors;
mod generic;
mod json;
mod markup;
mod members;
mod query;
mod rest;
mod scalar;
mod schema;
mod time;
mod xml;

use std::borrow::Cow;

use hyper::HeaderMap;
use localtrail_core::EventError;
use localtrail_model::catalogue::{Kind, Operation, Protocol, ShapeId};
use serde_json::{Map, Value};

use self::bodies::{Content, media_type};
use self::members::Unread;
use self::query::Naming;
use self::schema::Schema;
use self::xml::Wrapping;
use crate::recognize::bucket_in_host;
use crate::{Answer, Body, Recognized, Request};

pub use self::generic::generic_xml;
pub(crate) use self::generic::looks_like;
pub use self::members::Members;

/// How deep values may be nested in CBOR and XML; JSON's parser has 128. AWS's deepest shapes have about twenty levels
/// but for recursive ones.
const MAX_DEPTH: usize = 100;

/// What an answer says.
#[derive(Debug)]
pub struct Outcome<'a> {
    /// The members of the output, or how it failed.
    pub result: Result<Members<'a>, Failure>,
    /// The id that the service gave to the request, from headers or body.
    pub request_id: Option<String>,
}

/// An error as the service wrote it on the wire.
pub type Failure = EventError;

/// The parameters of a call: from path, query, headers and body. `None` when they cannot be read (damaged or cut bodies);
/// what stands in path, query and headers is told even then.
#[must_use]
pub fn input(
    recognized: &Recognized,
    request: &Request<'_>,
    body: Body<'_>,
) -> Option<Map<String, Value>> {
    let content = Content::of(body, request.headers);
    let schema = schema(recognized, |operation| operation.input);
    match protocol(recognized, request.headers) {
        Some(Protocol::Json) => rpc(&content, |bytes| json::members(bytes, schema)),
        Some(Protocol::RpcV2Cbor) => rpc(&content, |bytes| cbor::members(bytes, schema)),
        Some(Protocol::Query) => form(request, &content, schema, Naming::Query),
        Some(Protocol::Ec2) => form(request, &content, schema, Naming::Ec2),
        Some(Protocol::RestJson) => rest_input(recognized, request, &content, Format::Json),
        Some(Protocol::RestXml) => rest_input(recognized, request, &content, Format::Xml),
        // Nothing says how to read it; its path and query may still be somebody's clue.
        None => rest_input(recognized, request, &content, Format::Json),
    }
}

/// What the service answered.
#[must_use]
pub fn output<'a>(recognized: &Recognized, answer: &Answer<'a>) -> Outcome<'a> {
    let content = Content::of(answer.body, answer.headers);
    let protocol = protocol(recognized, answer.headers);
    let id = errors::request_id(answer.headers);
    if answer.status.as_u16() >= 300 {
        let (failure, in_body) = errors::read(protocol, answer, &content);
        return Outcome {
            result: Err(failure),
            request_id: id.or(in_body),
        };
    }
    let unread = Unread {
        protocol,
        schema: schema(recognized, |operation| operation.output),
        wrapper: recognized.operation.and_then(|it| it.result_wrapper),
        answer: *answer,
        content,
    };
    if id.is_some() {
        return Outcome {
            result: Ok(Members::unread(unread)),
            request_id: id,
        };
    }
    let (members, in_body) = unread.read();
    Outcome {
        result: Ok(Members::from(members)),
        request_id: in_body,
    }
}

/// A body's bytes without `aws-chunked` framing and gzip, as far as they are there.
#[must_use]
pub fn unpacked<'a>(body: Body<'a>, headers: &HeaderMap) -> Cow<'a, [u8]> {
    Content::of(body, headers).bytes
}

/// What a body is written in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Xml,
}

/// The protocol, from the body's media type where recognition does not know it.
fn protocol(recognized: &Recognized, headers: &HeaderMap) -> Option<Protocol> {
    recognized.protocol.or(match media_type(headers) {
        "application/x-amz-json-1.0" | "application/x-amz-json-1.1" => Some(Protocol::Json),
        "application/x-www-form-urlencoded" => Some(Protocol::Query),
        "application/cbor" => Some(Protocol::RpcV2Cbor),
        "application/json" => Some(Protocol::RestJson),
        "application/xml" | "text/xml" => Some(Protocol::RestXml),
        _ => None,
    })
}

fn schema(
    recognized: &Recognized,
    side: impl Fn(&Operation) -> Option<ShapeId>,
) -> Schema<'static> {
    match (recognized.service, recognized.operation) {
        (Some(service), Some(operation)) => Schema::of(service.api(), side(operation)),
        _ => Schema::Unknown,
    }
}

/// A body that is one structure and all there is.
fn rpc(
    content: &Content<'_>,
    read: impl Fn(&[u8]) -> Option<Map<String, Value>>,
) -> Option<Map<String, Value>> {
    match content.whole()? {
        [] => Some(Map::new()),
        bytes => read(bytes),
    }
}

/// The parameters of a form, and of a query string before it.
fn form(
    request: &Request<'_>,
    content: &Content<'_>,
    schema: Schema<'_>,
    naming: Naming,
) -> Option<Map<String, Value>> {
    let in_uri = request.uri.query().unwrap_or_default();
    let in_body = content.whole().unwrap_or_default();
    let pairs = form_urlencoded::parse(in_uri.as_bytes()).chain(form_urlencoded::parse(in_body));
    let members = query::members(pairs, schema, naming);
    (content.whole().is_some() || !members.is_empty()).then_some(members)
}

fn document(
    content: &Content<'_>,
    schema: Schema<'_>,
    wrapping: Wrapping<'_>,
) -> (Option<Map<String, Value>>, Option<String>) {
    match content
        .whole()
        .and_then(|bytes| xml::read(&text(bytes), schema, wrapping))
    {
        Some(document) => (Some(document.members), document.request_id),
        None => (None, None),
    }
}

fn rest_input(
    recognized: &Recognized,
    request: &Request<'_>,
    content: &Content<'_>,
    format: Format,
) -> Option<Map<String, Value>> {
    let schema = schema(recognized, |operation| operation.input);
    let mut members = match recognized.operation {
        Some(operation) => located(recognized, operation, request, schema),
        None => {
            let query = request.uri.query().unwrap_or_default();
            query::members(
                form_urlencoded::parse(query.as_bytes()),
                Schema::Unknown,
                Naming::Query,
            )
        }
    };
    match rest_body(content, schema, format) {
        Some((mut in_body, _)) => members.append(&mut in_body),
        None if members.is_empty() => return None,
        None => {}
    }
    Some(members)
}

/// What stands outside the body. S3's bucket can stand in the host's name, and then not in the path.
fn located(
    recognized: &Recognized,
    operation: &Operation,
    request: &Request<'_>,
    schema: Schema<'_>,
) -> Map<String, Value> {
    let is_s3 = recognized.service.is_some_and(|service| service.id == "s3");
    let in_bucket = operation.uri.strip_prefix("/{Bucket}").filter(|_| is_s3);
    let bucket = in_bucket.and_then(|_| bucket_in_host(request));
    match (in_bucket, bucket) {
        (Some(template), Some(bucket)) => {
            let mut members = Map::new();
            members.insert("Bucket".to_owned(), bucket.into());
            members.append(&mut rest::of_request(template, schema, request));
            members
        }
        _ => rest::of_request(operation.uri, schema, request),
    }
}

fn rest_output(
    answer: &Answer<'_>,
    content: &Content<'_>,
    schema: Schema<'_>,
    format: Format,
) -> (Option<Map<String, Value>>, Option<String>) {
    let mut members = rest::of_answer(schema, answer);
    let (mut in_body, id) = rest_body(content, schema, format).unwrap_or_default();
    members.append(&mut in_body);
    (Some(members), id)
}

/// The members in a body of restJson or restXml, and the request's id if it is there.
fn rest_body(
    content: &Content<'_>,
    schema: Schema<'_>,
    format: Format,
) -> Option<(Map<String, Value>, Option<String>)> {
    let payload = schema
        .structure()
        .and_then(|structure| structure.members.get(structure.payload?));
    let inner = schema.member(payload);
    if payload.is_some_and(|member| member.streaming) || inner.is_event_stream() {
        return Some(Default::default());
    }
    let bytes = content.whole()?;
    if bytes.is_empty() {
        return Some(Default::default());
    }
    let Some(member) = payload else {
        return match format {
            Format::Json => Some((json::members(bytes, schema)?, None)),
            Format::Xml => {
                let document = xml::read(&text(bytes), schema, Wrapping::Root)?;
                Some((document.members, document.request_id))
            }
        };
    };
    let value = match (inner.kind(), format) {
        (Some(Kind::Blob), _) => scalar::bytes_value(bytes),
        (Some(Kind::String), _) => Value::String(text(bytes).into_owned()),
        (_, Format::Json) => json::read(bytes, inner)?,
        (_, Format::Xml) => Value::Object(xml::read(&text(bytes), inner, Wrapping::Root)?.members),
    };
    Some((Map::from_iter([(member.name.to_owned(), value)]), None))
}

/// A body as text; what is not UTF-8 in it becomes U+FFFD.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
