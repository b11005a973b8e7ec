//! The record: one document per event. History, log files and every other consumer carry these very bytes.

pub(crate) mod identity;
pub(crate) mod injected;
pub(crate) mod sketch;

use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use crate::caller::{Identity, Tls};
use crate::draft::{Access, Category, Draft, Resource};
use crate::place::AccountId;
use crate::time::Timestamp;
use identity::UserIdentity;

/// The version that AWS writes today (O, native.md).
const EVENT_VERSION: &str = "1.11";

/// `userAgent`, `errorCode`, `errorMessage` and `requestID` are cut here, in bytes (D, formats.md 2.3).
const SHORT_FIELD_LIMIT: usize = 1024;
/// Larger `requestParameters` and `responseElements` are left out as a whole, in bytes (D, formats.md 2.3).
const PARAMETERS_LIMIT: usize = 100 * 1024;
/// Larger `additionalEventData` is left out as a whole, in bytes (D, formats.md 2.3).
const ADDITIONAL_LIMIT: usize = 28 * 1024;

/// A record in AWS's key order (O, native.md). The two parameter objects are always there; what is unused is left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    event_version: &'static str,
    user_identity: UserIdentity<'a>,
    event_time: String,
    event_source: &'a str,
    event_name: &'a str,
    aws_region: &'a str,
    #[serde(rename = "sourceIPAddress")]
    source_ip_address: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<&'a str>,
    request_parameters: Option<Box<RawValue>>,
    response_elements: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_event_data: Option<Box<RawValue>>,
    #[serde(rename = "requestID", skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(rename = "eventID")]
    event_id: &'a str,
    read_only: bool,
    #[serde(skip_serializing_if = "<[Resource]>::is_empty")]
    resources: &'a [Resource],
    event_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_version: Option<&'a str>,
    management_event: bool,
    recipient_account_id: &'a str,
    #[serde(rename = "sharedEventID", skip_serializing_if = "Option::is_none")]
    shared_event_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vpc_endpoint_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vpc_endpoint_account_id: Option<&'a str>,
    event_category: Category,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_details: Option<Cow<'a, Tls>>,
    /// The string `"true"`, or nothing (O, formats.md 2.3).
    #[serde(skip_serializing_if = "Option::is_none")]
    session_credential_from_console: Option<&'static str>,
}

/// What an event is called: by itself, and together with the other copies of the same call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EventIds<'a> {
    pub(crate) event: &'a str,
    /// `sharedEventID`.
    pub(crate) shared: Option<&'a str>,
}

/// Writes the record of a call: compact JSON on one line.
pub(crate) fn write(draft: &Draft, ids: EventIds<'_>, now: Timestamp) -> String {
    let error = draft.error.as_ref();
    let response = draft.response_elements.as_ref().filter(|_| error.is_none());
    let identity = &draft.caller.identity;
    // A service that acts, for itself or for a principal, is where the call comes from, over no TLS to speak of
    // (O, formats.md 2.4 and native.md).
    let service = identity.invoked_by();
    let agent = service.or(draft.origin.user_agent.as_deref());
    let endpoint = draft.vpc_endpoint.as_ref();
    let record = Record {
        event_version: EVENT_VERSION,
        user_identity: UserIdentity::of(&draft.caller, &draft.region),
        event_time: now.iso(),
        event_source: &draft.event_source,
        event_name: &draft.event_name,
        aws_region: draft.region.as_str(),
        source_ip_address: service.unwrap_or(&draft.origin.source_ip_address),
        user_agent: agent.map(cut),
        error_code: error.map(|e| cut(&e.code)),
        error_message: error.and_then(|e| e.message.as_deref()).map(cut),
        request_parameters: within(draft.request_parameters.as_ref(), PARAMETERS_LIMIT),
        response_elements: within(response, PARAMETERS_LIMIT),
        additional_event_data: within(draft.additional_event_data.as_ref(), ADDITIONAL_LIMIT),
        request_id: draft.request_id.as_deref().map(cut),
        event_id: ids.event,
        read_only: draft.access == Access::Read,
        resources: &draft.resources,
        event_type: "AwsApiCall",
        api_version: draft.api_version.as_deref(),
        management_event: draft.category == Category::Management,
        recipient_account_id: draft.recipient.as_str(),
        shared_event_id: ids.shared,
        vpc_endpoint_id: endpoint.map(|endpoint| endpoint.id.as_str()),
        vpc_endpoint_account_id: endpoint
            .and_then(|endpoint| endpoint.account.as_ref())
            .map(AccountId::as_str),
        event_category: draft.category,
        tls_details: draft
            .origin
            .tls
            .as_ref()
            .filter(|_| service.is_none())
            .map(|tls| tls_for(&draft.event_source, tls)),
        session_credential_from_console: is_from_console(identity).then_some("true"),
    };
    serde_json::to_string(&record).expect("a record has only string keys")
}

fn is_from_console(identity: &Identity) -> bool {
    identity
        .session()
        .and_then(|session| session.details.get())
        .is_some_and(|details| details.session_credential_from_console)
}

/// Of all services KMS and STS alone tell of the key exchange (O, native.md).
fn tls_for<'a>(event_source: &str, tls: &'a Tls) -> Cow<'a, Tls> {
    match event_source {
        "kms.amazonaws.com" | "sts.amazonaws.com" => Cow::Borrowed(tls),
        _ => Cow::Owned(Tls {
            key_exchange: None,
            ..tls.clone()
        }),
    }
}

/// The text up to the limit, never inside a character.
fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(SHORT_FIELD_LIMIT)]
}

/// The object's JSON unless it is empty (AWS never writes `{}`, O) or too large.
fn within(object: Option<&Map<String, Value>>, limit: usize) -> Option<Box<RawValue>> {
    let object = object.filter(|object| !object.is_empty())?;
    let raw = to_raw_value(object).expect("an object has only string keys");
    (raw.get().len() <= limit).then_some(raw)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::draft::EventError;
    use crate::testing::draft;

    const IDS: EventIds<'static> = EventIds {
        event: "e-1",
        shared: None,
    };

    #[test]
    fn the_key_exchange_is_told_by_kms_and_sts_alone() {
        let tls = Tls {
            tls_version: "TLSv1.3".to_owned(),
            cipher_suite: "TLS_AES_128_GCM_SHA256".to_owned(),
            client_provided_host_header: "localhost".to_owned(),
            key_exchange: Some("x25519".to_owned()),
        };
        for (source, told) in [("kms", true), ("sts", true), ("s3", false)] {
            let written = tls_for(&format!("{source}.amazonaws.com"), &tls);
            assert_eq!(written.key_exchange.is_some(), told, "{source}");
        }
    }

    #[test]
    fn an_answered_call_has_every_key_in_order() {
        let text = write(&draft("DescribeTrails"), IDS, Timestamp::from_seconds(0));
        let keys: Vec<String> = serde_json::from_str::<Map<String, Value>>(&text)
            .unwrap()
            .keys()
            .cloned()
            .collect();
        assert_eq!(
            keys.join(" "),
            "eventVersion userIdentity eventTime eventSource eventName awsRegion sourceIPAddress userAgent \
             requestParameters responseElements requestID eventID readOnly eventType managementEvent \
             recipientAccountId eventCategory"
        );
        assert!(text.contains(r#""requestParameters":null,"responseElements":null"#));
    }

    #[test]
    fn what_few_records_have_stands_in_its_place() {
        let mut rare = draft("X");
        rare.vpc_endpoint = Some(crate::VpcEndpoint {
            id: "vpce-1".to_owned(),
            account: AccountId::parse("111122223333"),
        });
        let ids = EventIds {
            shared: Some("s-1"),
            ..IDS
        };
        let text = write(&rare, ids, Timestamp::from_seconds(0));
        let tail = r#""recipientAccountId":"111122223333","sharedEventID":"s-1","vpcEndpointId":"vpce-1","vpcEndpointAccountId":"111122223333","eventCategory":"Management"}"#;
        assert!(text.ends_with(tail), "{text}");
    }

    #[test]
    fn a_refused_call_has_an_error_and_no_response() {
        let mut refused = draft("StopLogging");
        refused.error = Some(EventError {
            code: "TrailNotFoundException".to_owned(),
            message: Some("Unknown trail".to_owned()),
        });
        refused.response_elements = json!({"a": 1}).as_object().cloned();
        let text = write(&refused, IDS, Timestamp::from_seconds(0));
        assert!(text.contains(
            r#""userAgent":"test","errorCode":"TrailNotFoundException","errorMessage":"Unknown trail","requestParameters":null,"responseElements":null"#
        ));
    }

    #[test]
    fn long_fields_are_cut_and_large_objects_left_out() {
        let mut long = draft("X");
        long.origin.user_agent = Some("é".repeat(1000));
        long.request_parameters = json!({"a": "x".repeat(PARAMETERS_LIMIT)})
            .as_object()
            .cloned();
        let record: Value = serde_json::from_str(&write(&long, IDS, Timestamp::default())).unwrap();
        assert_eq!(record["userAgent"].as_str().unwrap().len(), 1024);
        assert_eq!(record["requestParameters"], Value::Null);
    }
}
