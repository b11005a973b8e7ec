//! AWS JSON 1.1 as CloudTrail speaks it: timestamps, the target header, and parameters as records show them.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use localtrail_model::{Service, Shape, ShapeId};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::refusal::Refusal;
use crate::time::Timestamp;

/// A timestamp on the wire: a number of epoch seconds with or without a fraction, leniently an ISO string too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Time(pub(crate) Timestamp);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let time = match Value::deserialize(deserializer)? {
            // Instants too far away for milliseconds are kept at the edge.
            #[allow(clippy::cast_possible_truncation)]
            Value::Number(number) => number
                .as_f64()
                .map(|seconds| (seconds * 1000.0).round() as i64),
            Value::String(text) => iso_millis(&text),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        };
        let millis = time.ok_or_else(|| D::Error::custom("not a timestamp"))?;
        Ok(Self(Timestamp::from_millis(millis)))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.millis() % 1000 == 0 {
            serializer.serialize_i64(self.0.seconds())
        } else {
            serializer.serialize_f64(self.0.epoch())
        }
    }
}

fn iso_millis(text: &str) -> Option<i64> {
    DateTime::from_str(text, Format::DateTimeWithOffset)
        .ok()?
        .to_millis()
        .ok()
}

/// The two live forms of X-Amz-Target (O, trails.md 1).
const TARGETS: [&str; 2] = [
    "CloudTrail_20131101.",
    "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.",
];

/// The operation that a request names.
pub(crate) fn operation_of(target: Option<&str>) -> Result<&str, Refusal> {
    let target = target.unwrap_or_default();
    let name = TARGETS
        .iter()
        .find_map(|prefix| target.strip_prefix(prefix));
    name.ok_or_else(|| Refusal::UnknownOperation(target.chars().take(256).collect()))
}

/// Whether the body is said to be AWS JSON. Another type is refused like an unknown operation (I); none is let pass,
/// for people who type requests by hand.
pub(crate) fn is_json(content_type: Option<&str>) -> bool {
    let Some(content_type) = content_type else {
        return true;
    };
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case(crate::call::CONTENT_TYPE)
        || essence.eq_ignore_ascii_case("application/json")
}

/// The body as an object; an empty one counts as `{}`.
pub(crate) fn object_of(body: &[u8]) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    let unreadable = |_| Refusal::Serialization("The request body is not valid JSON.".to_owned()); // (I)
    match serde_json::from_slice(body).map_err(unreadable)? {
        mut object @ Value::Object(_) => {
            drop_nulls(&mut object);
            Ok(object)
        }
        _ => Err(Refusal::Serialization(
            "Start of structure or map found where not expected.".to_owned(),
        )), // (I)
    }
}

/// A member that is null was not sent. Nulls in lists stay: there they are a fault.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Members as records show them: those that were sent and that the model knows, first letters lowered, no nulls,
/// timestamps as whole-second ISO strings (O, formats.md 3.4 and native.md).
pub(crate) fn recorded(
    service: &Service,
    shape: ShapeId,
    value: &Value,
) -> Option<Map<String, Value>> {
    match lowered(service, shape, value) {
        Value::Object(map) if !map.is_empty() => Some(map),
        _ => None,
    }
}

fn lowered(service: &Service, shape: ShapeId, value: &Value) -> Value {
    match (service.shape(shape), value) {
        (Shape::Structure(structure), Value::Object(object)) => {
            let known = object
                .iter()
                .filter(|(_, value)| !value.is_null())
                .filter_map(|(name, value)| {
                    let member = structure.member(name)?;
                    Some((first_lowered(name), lowered(service, member.shape, value)))
                });
            Value::Object(known.collect())
        }
        (Shape::List { member, .. }, Value::Array(items)) => Value::Array(
            items
                .iter()
                .map(|item| lowered(service, *member, item))
                .collect(),
        ),
        (Shape::Timestamp, time) => match serde_json::from_value::<Time>(time.clone()) {
            Ok(time) => Value::String(time.0.iso()),
            Err(_) => time.clone(),
        },
        _ => value.clone(),
    }
}

fn first_lowered(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_ascii_lowercase())
        .into_iter()
        .chain(letters)
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_targets_and_no_other() {
        assert_eq!(
            operation_of(Some("CloudTrail_20131101.ListTrails")).ok(),
            Some("ListTrails")
        );
        let long = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.ListTrails";
        assert_eq!(operation_of(Some(long)).ok(), Some("ListTrails"));
        for bad in [
            None,
            Some(""),
            Some("ListTrails"),
            Some("example.CloudTrail_20131101.ListTrails"),
        ] {
            assert!(operation_of(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn times_are_read_in_every_form_and_written_as_numbers() {
        let read = |value| {
            serde_json::from_value::<Time>(value)
                .map(|t| t.0.millis())
                .ok()
        };
        assert_eq!(read(json!(1_441_139_757.497)), Some(1_441_139_757_497));
        assert_eq!(read(json!(1_441_139_757)), Some(1_441_139_757_000));
        assert_eq!(read(json!("2015-09-01T20:35:57Z")), Some(1_441_139_757_000));
        assert_eq!(read(json!(1e30)), Some(Timestamp::MAX.millis()));
        assert_eq!(read(json!("soon")), None);
        let written =
            |millis| serde_json::to_string(&Time(Timestamp::from_millis(millis))).unwrap();
        assert_eq!(written(1_441_139_757_497), "1441139757.497");
        assert_eq!(written(1_441_139_757_000), "1441139757");
    }

    #[test]
    fn parameters_are_recorded_as_sent() {
        let service = localtrail_model::cloudtrail();
        let input = service.operation("LookupEvents").unwrap().input;
        let sent = json!({
            "LookupAttributes": [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}],
            "StartTime": 1_441_139_757.9, "MaxResults": 5, "NextToken": null, "Unheard": 1
        });
        assert_eq!(
            Value::from(recorded(service, input, &sent).unwrap()),
            json!({
                "lookupAttributes": [{"attributeKey": "ReadOnly", "attributeValue": "false"}],
                "startTime": "2015-09-01T20:35:57Z", "maxResults": 5
            })
        );
        assert_eq!(recorded(service, input, &json!({})), None);
    }
}
