//! Calls as the fixture file has them, parsed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, StatusCode, Uri};
use localtrail_model::catalogue::{self, Protocol};
use localtrail_recorder::{Answer, Body, Outcome, Recognized, Request, input, output};
use serde_json::{Map, Value};

/// One line of the file.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) recognized: Recognized,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) request_headers: HeaderMap,
    pub(crate) request_body: Vec<u8>,
    pub(crate) input: Value,
    pub(crate) answer: Option<Told>,
}

/// The answer of a call.
#[derive(Clone)]
pub(crate) struct Told {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) output: Value,
}

impl Call {
    pub(crate) fn parse(line: &Value) -> Self {
        let text = |name: &str| line[name].as_str().unwrap();
        let service = catalogue::service(text("service"));
        let operation = service.and_then(|service| service.operation(text("operation")));
        let request = &line["request"];
        let answer = line.get("answer").map(|answer| Told {
            status: u16::try_from(answer["status"].as_u64().unwrap())
                .unwrap()
                .try_into()
                .unwrap(),
            headers: headers(&answer["headers"]),
            body: body(&answer["body"]),
            output: line["output"].clone(),
        });
        Self {
            recognized: Recognized {
                service,
                operation,
                protocol: Some(protocol(text("protocol"))),
                service_name: text("service").to_owned(),
                operation_name: text("operation").to_owned(),
            },
            method: request["method"].as_str().unwrap().parse().unwrap(),
            uri: request["url"].as_str().unwrap().parse().unwrap(),
            request_headers: headers(&request["headers"]),
            request_body: body(&request["body"]),
            input: line["input"].clone(),
            answer,
        }
    }

    pub(crate) fn input(&self, body: Body<'_>) -> Option<Map<String, Value>> {
        let request = Request {
            method: &self.method,
            uri: &self.uri,
            headers: &self.request_headers,
            host: "localhost:4566",
            signed_for: None,
        };
        input(&self.recognized, &request, body)
    }

    pub(crate) fn output<'a>(
        &self,
        status: StatusCode,
        headers: &'a HeaderMap,
        body: Body<'a>,
    ) -> Outcome<'a> {
        let answer = Answer {
            status,
            headers,
            body,
        };
        output(&self.recognized, &answer)
    }
}

fn protocol(name: &str) -> Protocol {
    match name {
        "Json" => Protocol::Json,
        "RestJson" => Protocol::RestJson,
        "Query" => Protocol::Query,
        "Ec2" => Protocol::Ec2,
        "RestXml" => Protocol::RestXml,
        "RpcV2Cbor" => Protocol::RpcV2Cbor,
        other => panic!("{other} is no protocol"),
    }
}

fn headers(pairs: &Value) -> HeaderMap {
    let pairs = pairs.as_array().unwrap().iter().map(|pair| {
        let name: HeaderName = pair[0].as_str().unwrap().parse().unwrap();
        (
            name,
            HeaderValue::from_str(pair[1].as_str().unwrap()).unwrap(),
        )
    });
    pairs.collect()
}

fn body(packed: &Value) -> Vec<u8> {
    match packed["text"].as_str() {
        Some(text) => text.as_bytes().to_vec(),
        None => STANDARD.decode(packed["base64"].as_str().unwrap()).unwrap(),
    }
}

/// The lines of the committed file, or of the one that `DECODE_CALLS` names.
pub(crate) fn lines() -> Vec<Value> {
    let text = match std::env::var("DECODE_CALLS") {
        Ok(path) => std::fs::read_to_string(path).unwrap(),
        Err(_) => include_str!("calls.jsonl").to_owned(),
    };
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}
