//! Calls that nobody here answers and no upstream was named for: refused, or answered by their protocol's empty success.

use hyper::header::HeaderValue;
use hyper::{Method, StatusCode};
use localtrail_model::catalogue::{Entry, Kind, Operation};
use localtrail_recorder::Recognized;

use crate::options::Unserved;
use crate::refusal::{Protocol, Refusal};
use crate::reply::{self, Reply};

/// The answer.
pub(crate) fn answer(
    choice: Unserved,
    recognized: &Recognized,
    protocol: Protocol,
    method: &Method,
    request_id: String,
) -> Reply {
    match choice {
        Unserved::Refused => Refusal::not_served(recognized).reply(protocol, request_id),
        Unserved::Empty => empty(recognized, protocol, method, request_id),
    }
}

/// What a service says that has nothing to say. Members that its model requires are missing.
fn empty(
    recognized: &Recognized,
    protocol: Protocol,
    method: &Method,
    request_id: String,
) -> Reply {
    let operation = name(recognized);
    let namespace = recognized
        .service
        .and_then(|service| service.xml_namespace)
        .map(|namespace| format!(" xmlns=\"{namespace}\""))
        .unwrap_or_default();
    let (content_type, body): (_, Vec<u8>) = match protocol {
        Protocol::Json => (localtrail_core::CONTENT_TYPE, b"{}".to_vec()),
        Protocol::Query => {
            let wrapper = recognized
                .operation
                .and_then(|operation| operation.result_wrapper)
                .map(str::to_owned)
                .unwrap_or_else(|| format!("{operation}Result"));
            let text = format!(
                "<{operation}Response{namespace}><{wrapper}/><ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation}Response>"
            );
            ("text/xml", text.into_bytes())
        }
        Protocol::Ec2 => {
            let text = format!(
                "<{operation}Response{namespace}><requestId>{request_id}</requestId><return>true</return></{operation}Response>"
            );
            ("text/xml", text.into_bytes())
        }
        Protocol::RestXml | Protocol::S3 => {
            let text = root(recognized).map(|root| format!("<{root}{namespace}/>"));
            ("application/xml", text.unwrap_or_default().into_bytes())
        }
        // A map without members (RFC 8949 section 3.1).
        Protocol::Cbor => ("application/cbor", vec![0xa0]),
    };
    let body = match *method {
        Method::HEAD => Vec::new(),
        _ => body,
    };
    let mut reply = reply::whole(StatusCode::OK, content_type, body);
    if protocol == Protocol::Cbor {
        let name = HeaderValue::from_static("rpc-v2-cbor");
        reply.headers_mut().insert("smithy-protocol", name);
    }
    reply::put_request_id(&mut reply, request_id);
    reply
}

/// The operation's name as an XML document can carry it.
fn name(recognized: &Recognized) -> String {
    recognized
        .operation_name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect()
}

/// The root element of an answer in XML; `None` where its body is no document.
fn root(recognized: &Recognized) -> Option<String> {
    let fallback = || format!("{}Response", name(recognized));
    let (Some(service), Some(operation)) = (recognized.service, recognized.operation) else {
        return Some(fallback());
    };
    match payload(service, operation) {
        Payload::None => Some(fallback()),
        Payload::Document(element) => Some(element),
        Payload::Bytes => None,
    }
}

enum Payload {
    None,
    Document(String),
    Bytes,
}

fn payload(service: &Entry, operation: &Operation) -> Payload {
    let api = service.api();
    let member = operation
        .output
        .and_then(|shape| api.structure(shape))
        .and_then(|output| output.members.get(output.payload?));
    match member {
        None => Payload::None,
        Some(member) => match &api.shape(member.shape).kind {
            Kind::Structure(_) => Payload::Document(member.wire_name().to_owned()),
            _ => Payload::Bytes,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    #[tokio::test]
    async fn each_protocol_has_its_nothing() {
        let recognized = Recognized {
            service: None,
            operation: None,
            protocol: None,
            service_name: "x".to_owned(),
            operation_name: "DoThis<".to_owned(),
        };
        for (protocol, body) in [
            (Protocol::Json, "{}"),
            (
                Protocol::Query,
                "<DoThisResponse><DoThisResult/><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></DoThisResponse>",
            ),
            (
                Protocol::Ec2,
                "<DoThisResponse><requestId>id</requestId><return>true</return></DoThisResponse>",
            ),
            (Protocol::RestXml, "<DoThisResponse/>"),
        ] {
            let answer = |method| {
                answer(
                    Unserved::Empty,
                    &recognized,
                    protocol,
                    &method,
                    "id".to_owned(),
                )
            };
            let whole = answer(Method::POST).into_body().collect().await.unwrap();
            assert_eq!(whole.to_bytes(), body, "{protocol:?}");
            let head = answer(Method::HEAD).into_body().collect().await.unwrap();
            assert_eq!(head.to_bytes(), "");
        }
        let refused = answer(
            Unserved::Refused,
            &recognized,
            Protocol::Json,
            &Method::POST,
            "id".to_owned(),
        );
        let body = refused.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&body);
        assert!(
            text.contains("--upstream") && text.contains("--unserved"),
            "{text}"
        );
    }
}
