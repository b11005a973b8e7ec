//! Whole events, from values that decoding gives. What is expected was seen in real records, unless a test says otherwise.

mod answers;
mod failures;
mod laws;
mod requests;
mod resources;

use hyper::{HeaderMap, Method, StatusCode, Uri};
use localtrail_core::{AccountId, Caller, Draft, EventError, Identity, Origin, Region};
use localtrail_model::catalogue::service;
use serde_json::{Map, Value};

use crate::{Answer, Body, Circumstances, Outcome, Recognized, Request};

/// A call to be told.
#[derive(Default)]
struct Call<'a> {
    service: &'a str,
    operation: &'a str,
    input: Value,
    output: Value,
    failure: Option<(&'a str, &'a str)>,
    status: u16,
    host: &'a str,
    /// Path and query; `/some/path` when empty.
    uri: &'a str,
    request_headers: &'a [(&'static str, &'static str)],
    answer_headers: &'a [(&'static str, &'static str)],
    answer_body: &'a [u8],
}

impl Call<'_> {
    fn drafts(self) -> Vec<Draft> {
        let entry = service(self.service);
        let operation = entry.and_then(|entry| entry.operation(self.operation));
        let recognized = Recognized {
            service: entry,
            operation,
            protocol: None,
            service_name: self.service.to_owned(),
            operation_name: self.operation.to_owned(),
        };
        let uri: Uri = match self.uri {
            "" => Uri::from_static("/some/path"),
            uri => uri.parse().unwrap(),
        };
        let request = Request {
            method: &Method::POST,
            uri: &uri,
            headers: &headers(self.request_headers),
            host: self.host,
            signed_for: None,
        };
        let headers = headers(self.answer_headers);
        let status = if self.status == 0 { 200 } else { self.status };
        let answer = Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: &headers,
            body: Body::Whole(self.answer_body),
        };
        let members = |value: &Value| value.as_object().cloned().unwrap_or_default();
        let outcome = Outcome {
            result: match self.failure {
                None => Ok(members(&self.output).into()),
                Some((code, message)) => Err(EventError {
                    code: code.to_owned(),
                    message: Some(message.to_owned()),
                }),
            },
            request_id: Some("id-of-answer".to_owned()),
        };
        let input = members(&self.input);
        super::draft(
            &recognized,
            &request,
            Some(&input),
            &answer,
            &outcome,
            circumstances(),
        )
    }

    fn told(self) -> Draft {
        let mut drafts = self.drafts();
        assert_eq!(drafts.len(), 1);
        drafts.remove(0)
    }
}

fn headers(named: &[(&'static str, &'static str)]) -> HeaderMap {
    let named = named.iter();
    let pairs = named.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
    pairs.collect()
}

fn circumstances() -> Circumstances {
    Circumstances {
        caller: Caller {
            identity: Identity::IamUser {
                account_id: AccountId::parse("111122223333").unwrap(),
                user_name: "alice".to_owned(),
                path: "/".to_owned(),
                principal_id: None,
                session: None,
            },
            access_key_id: None,
        },
        origin: Origin::default(),
        region: Region::parse("eu-west-1").unwrap(),
        request_id: "id-of-server".to_owned(),
    }
}

fn shown(members: Option<&Map<String, Value>>) -> Value {
    members.cloned().map_or(Value::Null, Value::Object)
}

/// The `requestParameters` of a call.
fn parameters(service: &str, operation: &str, input: Value) -> Value {
    let call = Call {
        service,
        operation,
        input,
        ..Call::default()
    };
    shown(call.told().request_parameters.as_ref())
}

/// The `responseElements` of a call.
fn elements(service: &str, operation: &str, output: Value) -> Value {
    let call = Call {
        service,
        operation,
        output,
        ..Call::default()
    };
    shown(call.told().response_elements.as_ref())
}

/// What a failed call says: code, message, parameters.
fn failed(service: &str, operation: &str, code: &str, input: Value) -> (String, Value) {
    let failure = Some((code, "why"));
    let call = Call {
        service,
        operation,
        input,
        failure,
        status: 400,
        ..Call::default()
    };
    let told = call.told();
    (
        told.error.unwrap().code,
        shown(told.request_parameters.as_ref()),
    )
}
