//! The records of an S3 call that an upstream answered: made of what went by, as nothing else is known of it.

use std::time::Duration;

use hyper::{HeaderMap, Method, StatusCode, Uri};
use localtrail_core::{Draft, EventError};

use super::Told;
use crate::asked::Asked;
use crate::ids::{s3_extended_id, s3_request_id};
use crate::s3::{Call, Facts, Ids, read_error};

/// An exchange with an S3 that is not this one.
#[derive(Debug, Clone, Copy)]
pub struct Forwarded<'a> {
    /// The request's method.
    pub method: &'a Method,
    /// Its target, with the authority when it was a whole URL.
    pub uri: &'a Uri,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Who, from where, when.
    pub asked: &'a Asked,
    /// Bytes of the request's body, framing included.
    pub received: u64,
    /// The request's body, if all of it was kept.
    pub body: Option<&'a [u8]>,
    /// The answer's status.
    pub status: StatusCode,
    /// The answer's headers.
    pub answer_headers: &'a HeaderMap,
    /// The answer's body, as far as it was kept.
    pub answer_body: &'a [u8],
    /// Bytes of the answer's body.
    pub sent: u64,
    /// From the request's head to the answer's end.
    pub took: Duration,
}

/// The most of a document that a record shows, in bytes: CloudTrail leaves out request parameters over 100 KB.
const SHOWN: usize = 100 * 1024;

/// The records of a forwarded call, by the same rules as of those that are answered here.
#[must_use]
pub fn drafts(forwarded: &Forwarded<'_>) -> Vec<Draft> {
    let call = Call::of(forwarded.method, forwarded.uri, forwarded.headers);
    let header = |name: &str| {
        let value = forwarded.answer_headers.get(name)?;
        value.to_str().ok().map(str::to_owned)
    };
    let fresh = &forwarded.asked.request_id;
    let ids = Ids {
        request: header("x-amz-request-id").unwrap_or_else(|| s3_request_id(fresh)),
        extended: header("x-amz-id-2").unwrap_or_else(|| s3_extended_id(fresh)),
    };
    let error = failure(forwarded, &call);
    let event = call.operation.as_ref().map(|operation| operation.event);
    let moves_object = matches!(event, Some("PutObject" | "GetObject" | "UploadPart"));
    let document = forwarded
        .body
        .filter(|body| !moves_object && body.len() <= SHOWN);
    let deleted = match (event, document, &error) {
        (Some("DeleteObjects"), Some(document), None) => keys(document),
        _ => Vec::new(),
    };
    super::drafts(&Told {
        call: &call,
        asked: forwarded.asked,
        ids: &ids,
        bucket: None,
        facts: Facts {
            object_size: None,
            deleted,
        },
        received: forwarded.received,
        body: document.filter(|_| event != Some("DeleteObjects")),
        status: forwarded.status,
        answer: forwarded.answer_headers,
        sent: forwarded.sent,
        error,
        took: forwarded.took,
    })
}

/// Some upstreams answer a HEAD that failed with nothing; its status tells then.
fn failure(forwarded: &Forwarded<'_>, call: &Call) -> Option<EventError> {
    let status = forwarded.status;
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    if !forwarded.answer_body.is_empty() {
        return Some(read_error(&String::from_utf8_lossy(forwarded.answer_body)));
    }
    let code = match (status, &call.key) {
        (StatusCode::NOT_FOUND, Some(_)) => "NoSuchKey",
        (StatusCode::NOT_FOUND, None) => "NoSuchBucket",
        (StatusCode::FORBIDDEN, _) => "AccessDenied",
        (StatusCode::PRECONDITION_FAILED, _) => "PreconditionFailed",
        (StatusCode::SERVICE_UNAVAILABLE, _) => "ServiceUnavailable",
        _ => "InternalError",
    };
    Some(EventError {
        code: code.to_owned(),
        message: Some(crate::error::sentence(code).to_owned()),
    })
}

/// The keys of a DeleteObjects document, whose sizes nobody knows here.
fn keys(document: &[u8]) -> Vec<(String, Option<u64>)> {
    use serde_json::Value;
    let Some((_, Value::Object(delete))) = super::xml::to_json(document) else {
        return Vec::new();
    };
    let objects = match delete.get("Object") {
        Some(Value::Array(all)) => all.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    let key = |object: &Value| match object.get("Key")? {
        Value::String(key) => Some(key.clone()),
        // A key can look like a number or a truth.
        other => Some(other.to_string()),
    };
    objects
        .iter()
        .filter_map(key)
        .map(|key| (key, None))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asked::Signature;
    use localtrail_core::{AccountId, Caller, Identity, Origin, Region, Timestamp};
    use serde_json::Value;

    fn asked() -> Asked {
        Asked {
            caller: Caller {
                identity: Identity::Root {
                    account_id: AccountId::from_number(1),
                    session: None,
                    user_name: None,
                },
                access_key_id: Some("AK".to_owned()),
            },
            origin: Origin {
                source_ip_address: "127.0.0.1".to_owned(),
                user_agent: Some("test".to_owned()),
                tls: None,
            },
            region: Region::us_east_1(),
            request_id: "3b7e1f0a-0000-4000-8000-000000000001".to_owned(),
            signature: Signature::Header,
            now: Timestamp::from_millis(0),
        }
    }

    fn told(method: Method, target: &str, body: &str, status: u16, answer: &str) -> Vec<Draft> {
        let mut answer_headers = HeaderMap::new();
        answer_headers.insert("x-amz-request-id", "THEIRS".parse().unwrap());
        drafts(&Forwarded {
            method: &method,
            uri: &target.parse().unwrap(),
            headers: &HeaderMap::new(),
            asked: &asked(),
            received: body.len() as u64,
            body: Some(body.as_bytes()),
            status: StatusCode::from_u16(status).unwrap(),
            answer_headers: &answer_headers,
            answer_body: answer.as_bytes(),
            sent: answer.len() as u64,
            took: Duration::from_millis(3),
        })
    }

    #[test]
    fn an_object_is_told_with_the_ids_of_the_upstream() {
        let drafts = told(Method::PUT, "/b/k", "bytes", 200, "");
        let [draft] = &drafts[..] else { panic!("one") };
        assert_eq!(draft.event_name, "PutObject");
        assert_eq!(draft.request_id.as_deref(), Some("THEIRS"));
        let extra = draft.additional_event_data.as_ref().unwrap();
        assert_eq!(extra["bytesTransferredIn"], 5);
        assert_eq!(draft.request_parameters.as_ref().unwrap()["key"], "k");
    }

    #[test]
    fn errors_are_those_of_the_upstream() {
        let document = "<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>";
        let drafts = told(Method::GET, "/b/k", "", 404, document);
        let error = drafts[0].error.as_ref().unwrap();
        assert_eq!(
            (error.code.as_str(), error.message.as_deref()),
            ("NoSuchKey", Some("gone"))
        );
        let head = told(Method::HEAD, "/b/k", "", 404, "");
        assert_eq!(head[0].error.as_ref().unwrap().code, "NoSuchKey");
    }

    #[test]
    fn deleted_keys_have_records_of_their_own() {
        let document =
            "<Delete><Object><Key>a</Key></Object><Object><Key>7</Key></Object></Delete>";
        let drafts = told(Method::POST, "/b?delete", document, 200, "<DeleteResult/>");
        let keys: Vec<_> = drafts[1..]
            .iter()
            .map(|draft| draft.request_parameters.as_ref().unwrap()["key"].clone())
            .collect();
        assert_eq!(keys, [Value::from("a"), Value::from("7")]);
        assert!(told(Method::PATCH, "/b/k", "", 405, "").is_empty());
    }
}
