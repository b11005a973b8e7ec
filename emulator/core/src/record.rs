//! The record: one document per event. History, log files and every other consumer carry these very bytes.

pub(crate) mod identity;
pub(crate) mod injected;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::caller::{Caller, Tls};
use crate::draft::{Access, Category, Draft, Resource};
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
    request_parameters: Option<&'a Map<String, Value>>,
    response_elements: Option<&'a Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_event_data: Option<&'a Map<String, Value>>,
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
    event_category: Category,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_details: Option<&'a Tls>,
}

/// Writes the record of a call: compact JSON on one line.
pub(crate) fn write(draft: &Draft, event_id: &str, now: Timestamp) -> String {
    let error = draft.error.as_ref();
    let response = draft.response_elements.as_ref().filter(|_| error.is_none());
    let record = Record {
        event_version: EVENT_VERSION,
        user_identity: UserIdentity::of(&draft.caller),
        event_time: now.iso(),
        event_source: &draft.event_source,
        event_name: &draft.event_name,
        aws_region: draft.region.as_str(),
        source_ip_address: &draft.origin.source_ip_address,
        user_agent: draft.origin.user_agent.as_deref().map(cut),
        error_code: error.map(|e| cut(&e.code)),
        error_message: error.and_then(|e| e.message.as_deref()).map(cut),
        request_parameters: within(draft.request_parameters.as_ref(), PARAMETERS_LIMIT),
        response_elements: within(response, PARAMETERS_LIMIT),
        additional_event_data: within(draft.additional_event_data.as_ref(), ADDITIONAL_LIMIT),
        request_id: draft.request_id.as_deref().map(cut),
        event_id,
        read_only: draft.access == Access::Read,
        resources: &draft.resources,
        event_type: "AwsApiCall",
        api_version: draft.api_version.as_deref(),
        management_event: draft.category == Category::Management,
        recipient_account_id: draft.recipient.as_str(),
        event_category: draft.category,
        tls_details: tls_of(&draft.caller, draft.origin.tls.as_ref()),
    };
    serde_json::to_string(&record).expect("a record has only string keys")
}

/// TLS is not told of calls that AWS services make (O, native.md).
fn tls_of<'a>(caller: &Caller, tls: Option<&'a Tls>) -> Option<&'a Tls> {
    match caller.identity {
        crate::caller::Identity::AwsService { .. } => None,
        crate::caller::Identity::Root { .. }
        | crate::caller::Identity::IamUser { .. }
        | crate::caller::Identity::AssumedRole { .. }
        | crate::caller::Identity::Anonymous { .. } => tls,
    }
}

/// The text up to the limit, never inside a character.
fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(SHORT_FIELD_LIMIT)]
}

/// The object unless it is empty (AWS never writes `{}`, O) or too large.
fn within(object: Option<&Map<String, Value>>, limit: usize) -> Option<&Map<String, Value>> {
    object.filter(|map| !map.is_empty() && fits(map, limit))
}

/// Whether the object's JSON keeps within the limit. Counts without building the text.
fn fits(map: &Map<String, Value>, limit: usize) -> bool {
    struct Budget(usize);
    impl std::io::Write for Budget {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 = self
                .0
                .checked_sub(bytes.len())
                .ok_or(std::io::ErrorKind::FileTooLarge)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    serde_json::to_writer(Budget(limit), map).is_ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::draft::EventError;
    use crate::testing::draft;

    #[test]
    fn an_answered_call_has_every_key_in_order() {
        let text = write(&draft("DescribeTrails"), "e-1", Timestamp::from_seconds(0));
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
    fn a_refused_call_has_an_error_and_no_response() {
        let mut refused = draft("StopLogging");
        refused.error = Some(EventError {
            code: "TrailNotFoundException".to_owned(),
            message: Some("Unknown trail".to_owned()),
        });
        refused.response_elements = json!({"a": 1}).as_object().cloned();
        let text = write(&refused, "e-1", Timestamp::from_seconds(0));
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
        let record: Value = serde_json::from_str(&write(&long, "e", Timestamp::default())).unwrap();
        assert_eq!(record["userAgent"].as_str().unwrap().len(), 1024);
        assert_eq!(record["requestParameters"], Value::Null);
    }
}
