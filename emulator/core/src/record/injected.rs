//! Records that come whole: kept byte for byte, but for white space between their tokens.
//!
//! Real records of every age are taken: the first versions lack members that later ones have, and published ones have
//! masked ids. A record that comes twice is kept twice, as AWS delivers duplicates (D, formats.md 1.2).

use std::borrow::Cow;

use serde::Deserialize;

use crate::draft::{Category, LookupResource};
use crate::journal::Kept;
use crate::place::{AccountId, Region};
use crate::quotas::RECORD_BYTES;
use crate::time::Timestamp;

/// Why a record was not taken in. `Display` says what to mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// It is not a JSON object, or a member has the wrong type.
    #[error("the record cannot be read: {0}")]
    Unreadable(String),
    /// A member without which an event has no place is missing or malformed.
    #[error("the record has no valid {0}")]
    Lacks(&'static str),
    /// It is nested deeper than most JSON readers go.
    #[error("the record is nested deeper than {DEPTH_LIMIT} levels")]
    TooDeep,
    /// It is larger than AWS's records get.
    #[error("the record has {0} bytes; 262144 are the limit")]
    TooLarge(usize),
    /// A member of a sketch has the wrong type.
    #[error("{0} must be {1}")]
    Wrong(String, &'static str),
    /// There is no ready sketch of this name; the second part names all.
    #[error("there is no sketch named \"{0}\"; there are {1}")]
    NoSuchSketch(String, String),
    /// Which service a sketch's call was made to cannot be told.
    #[error("a sketch of {0} needs its eventSource, such as ec2.amazonaws.com")]
    NeedsSource(String),
    /// A sketch's userIdentity cannot be completed.
    #[error("userIdentity needs {0}")]
    NeedsIdentity(String),
}

/// Levels of nesting; deeper ones would make a whole log file unreadable for many readers.
const DEPTH_LIMIT: usize = 100;

/// Bytes of an `eventID`. AWS's are UUIDs of 36, those of published records often masked to something else.
const ID_LIMIT: usize = 128;

/// The part of a record that the journal has columns for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Columns {
    event_time: Option<String>,
    event_source: Option<String>,
    event_name: Option<String>,
    aws_region: Option<String>,
    #[serde(rename = "eventID")]
    event_id: Option<String>,
    read_only: Option<bool>,
    recipient_account_id: Option<String>,
    event_category: Option<String>,
    management_event: Option<bool>,
    #[serde(default)]
    user_identity: Option<Identity>,
    #[serde(default)]
    resources: Option<Vec<Resource>>,
    insight_details: Option<InsightDetails>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Identity {
    #[serde(rename = "type")]
    kind: Option<String>,
    principal_id: Option<String>,
    account_id: Option<String>,
    access_key_id: Option<String>,
    user_name: Option<String>,
}

#[derive(Deserialize)]
struct Resource {
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(rename = "ARN")]
    arn: Option<String>,
}

/// Insights name source and operation inside their details (D, formats.md 2.7).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InsightDetails {
    event_source: Option<String>,
    event_name: Option<String>,
}

/// The record inside an element of what LookupEvents answers, where it is a string; any other JSON as it is.
///
/// # Errors
/// When the element cannot be read.
pub fn unwrap_lookup(json: &str) -> Result<Cow<'_, str>, RecordError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Element {
        cloud_trail_event: Option<String>,
    }
    // Nearly nothing has the member, and reading JSON costs much more than looking for its name.
    if !json.contains("\"CloudTrailEvent\"") {
        return Ok(Cow::Borrowed(json));
    }
    let element: Element =
        serde_json::from_str(json).map_err(|error| RecordError::Unreadable(error.to_string()))?;
    Ok(element
        .cloud_trail_event
        .map_or(Cow::Borrowed(json), Cow::Owned))
}

/// Reads a record. One without an id of its own, as the first version wrote them, is kept under `spare_id`.
pub(crate) fn read(json: &str, spare_id: impl FnOnce() -> String) -> Result<Kept, RecordError> {
    let record = compact(json);
    if depth(&record) > DEPTH_LIMIT {
        return Err(RecordError::TooDeep);
    }
    if record.len() > RECORD_BYTES {
        return Err(RecordError::TooLarge(record.len()));
    }
    let columns: Columns = serde_json::from_str(&record)
        .map_err(|error| RecordError::Unreadable(error.to_string()))?;
    let identity = columns.user_identity.unwrap_or_default();
    let account = columns
        .recipient_account_id
        .as_ref()
        .or(identity.account_id.as_ref());
    let details = columns.insight_details;
    let (detail_source, detail_name) =
        details.map_or((None, None), |d| (d.event_source, d.event_name));
    let category = match columns.event_category.as_deref() {
        Some("Management") => Category::Management,
        Some("Data") => Category::Data,
        Some("NetworkActivity") => Category::NetworkActivity,
        Some("Insight") => Category::Insight,
        // Records before eventVersion 1.07 have no category (D, formats.md 2.3).
        None if columns.management_event == Some(false) => Category::Data,
        None => Category::Management,
        Some(_) => return Err(RecordError::Lacks("eventCategory")),
    };
    let lacks = RecordError::Lacks;
    Ok(Kept {
        time: columns
            .event_time
            .as_deref()
            .and_then(Timestamp::parse_iso)
            .ok_or(lacks("eventTime"))?
            .whole_second(),
        account: account
            .and_then(|id| AccountId::parse(id))
            .ok_or(lacks("recipientAccountId"))?,
        region: columns
            .aws_region
            .as_deref()
            .and_then(Region::parse)
            .ok_or(lacks("awsRegion"))?,
        category,
        read_only: columns.read_only,
        id: match columns.event_id {
            Some(id) if (1..=ID_LIMIT).contains(&id.len()) => id,
            Some(_) => return Err(lacks("eventID")),
            None => spare_id(),
        },
        source: columns
            .event_source
            .or(detail_source)
            .ok_or(lacks("eventSource"))?,
        name: columns
            .event_name
            .or(detail_name)
            .ok_or(lacks("eventName"))?,
        username: identity.username(),
        access_key: identity.access_key_id.clone().filter(|key| !key.is_empty()),
        resources: lookup_resources(columns.resources),
        record,
    })
}

impl Identity {
    /// What LookupEvents shows as Username (O, formats.md 7).
    fn username(&self) -> Option<String> {
        let session = || {
            self.principal_id
                .as_ref()?
                .split_once(':')
                .map(|(_, name)| name.to_owned())
        };
        match self.kind.as_deref() {
            Some("Root") => Some("root".to_owned()),
            Some("AssumedRole" | "Role" | "FederatedUser") => session(),
            _ => self.user_name.clone(),
        }
    }
}

/// What event history finds a record by; a record that was put in tells no more than its own `resources`.
fn lookup_resources(resources: Option<Vec<Resource>>) -> Vec<LookupResource> {
    let named = resources.into_iter().flatten();
    named
        .filter_map(|resource| {
            Some(LookupResource {
                kind: resource.kind,
                name: resource.arn?,
            })
        })
        .collect()
}

/// The text without white space between tokens, so that it stays on one line in a log file.
fn compact(json: &str) -> String {
    let mut place = Place::Between;
    let stays = |&c: &char| place.step(c);
    let mut probe = Place::Between;
    if json.bytes().all(|b| probe.step(char::from(b))) {
        return json.to_owned();
    }
    json.chars().filter(stays).collect()
}

/// How deep the text nests.
fn depth(json: &str) -> usize {
    let (mut place, mut depth, mut deepest) = (Place::Between, 0_usize, 0);
    for byte in json.bytes() {
        match (place, byte) {
            (Place::Between, b'{' | b'[') => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (Place::Between, b'}' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
        place.step(char::from(byte));
    }
    deepest
}

/// Where in JSON text a character stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Between,
    InString,
    Escaped,
}

impl Place {
    /// Steps over a character, and says whether it matters: all do but white space between tokens.
    fn step(&mut self, c: char) -> bool {
        let before = *self;
        *self = match (before, c) {
            (Self::Between, '"') | (Self::Escaped, _) => Self::InString,
            (Self::InString, '\\') => Self::Escaped,
            (Self::InString, '"') => Self::Between,
            (unchanged, _) => unchanged,
        };
        before != Self::Between || !matches!(c, ' ' | '\n' | '\r' | '\t')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Kept, RecordError> {
        super::read(json, || "spare".to_owned())
    }

    const RECORD: &str = r#"{ "eventVersion": "1.09", "userIdentity": {"type": "AssumedRole", "principalId": "AROAX:run"},
        "eventTime": "2023-07-10T12:00:31Z", "eventSource": "ec2.amazonaws.com", "eventName": "RunInstances",
        "awsRegion": "us-east-1", "requestParameters": {"a": "b \" c"}, "eventID": "3a1acb39-c13b-4e73-a0e3-dcd8ce5c1a3a",
        "readOnly": false, "eventCategory": "Management", "recipientAccountId": "111122223333", "x": 1376.0 }"#;

    #[test]
    fn elements_of_event_history_are_unwrapped() {
        let element = serde_json::json!({"EventId": "x", "CloudTrailEvent": "{\"a\":1.0}"});
        assert_eq!(unwrap_lookup(&element.to_string()).unwrap(), "{\"a\":1.0}");
        for plain in [
            r#"{"a":"CloudTrailEvent"}"#,
            r#"{"a":{"CloudTrailEvent":"x"}}"#,
        ] {
            assert_eq!(unwrap_lookup(plain).unwrap(), plain);
        }
        assert!(unwrap_lookup(r#"{"CloudTrailEvent":"#).is_err());
    }

    #[test]
    fn records_without_an_id_or_with_a_masked_one_are_kept() {
        let masked = RECORD.replace("3a1acb39-c13b-4e73-a0e3-dcd8ce5c1a3a", "4d293154-EXAMPLE");
        assert_eq!(read(&masked).unwrap().id, "4d293154-EXAMPLE");
        let without = RECORD.replace("eventID", "xeventID");
        let kept = read(&without).unwrap();
        assert_eq!(kept.id, "spare");
        assert!(!kept.record.contains("spare"), "nothing is added");
        let empty = RECORD.replace("3a1acb39-c13b-4e73-a0e3-dcd8ce5c1a3a", "");
        assert_eq!(read(&empty), Err(RecordError::Lacks("eventID")));
    }

    #[test]
    fn a_record_keeps_its_bytes_but_for_white_space_between_tokens() {
        let kept = read(RECORD).unwrap();
        assert!(
            kept.record
                .contains(r#""requestParameters":{"a":"b \" c"}"#)
        );
        assert!(kept.record.ends_with(r#""x":1376.0}"#));
        assert_eq!(kept.username.as_deref(), Some("run"));
        assert_eq!(kept.time.iso(), "2023-07-10T12:00:31Z");
        assert_eq!(read(&kept.record).unwrap(), kept);
    }

    #[test]
    fn what_has_no_place_is_refused_by_name() {
        for (member, name) in [
            ("eventTime", "eventTime"),
            ("awsRegion", "awsRegion"),
            ("eventName", "eventName"),
            ("recipientAccountId", "recipientAccountId"),
        ] {
            let mut record: serde_json::Value = serde_json::from_str(RECORD).unwrap();
            record.as_object_mut().unwrap().remove(member);
            assert_eq!(read(&record.to_string()), Err(RecordError::Lacks(name)));
        }
        assert!(matches!(read("[1]"), Err(RecordError::Unreadable(_))));
        assert!(matches!(read("{"), Err(RecordError::Unreadable(_))));
        let deep = RECORD.replace("1376.0", &format!("{}{}", "[".repeat(200), "]".repeat(200)));
        assert_eq!(read(&deep), Err(RecordError::TooDeep));
        let large = RECORD.replace("b \\\" c", &"x".repeat(RECORD_BYTES));
        assert!(matches!(read(&large), Err(RecordError::TooLarge(_))));
    }
}
