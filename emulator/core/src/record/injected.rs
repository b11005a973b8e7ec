//! Records that come whole: kept byte for byte, but for white space between their tokens.
//!
//! Real records of every age are taken: the first versions lack members that later ones have, and published ones have
//! masked ids. A record that comes twice is kept twice, as AWS delivers duplicates (D, formats.md 1.2).

mod text;

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;

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
    user_identity: Option<Identity>,
    resources: Option<Vec<Resource>>,
    insight_details: Option<InsightDetails>,
    // What aggregated events have in place of `eventTime`, `recipientAccountId` and `eventID` (D, formats.md 2.7).
    time_window: Option<TimeWindow>,
    account_id: Option<String>,
    #[serde(rename = "eventId")]
    aggregate_id: Option<String>,
}

/// What an aggregated event counts in; the end is not part of it (D, formats.md 2.7).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TimeWindow {
    window_end: Option<String>,
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

/// Whether a JSON object is a whole record: it says its version and its time. Whatever else people put in is a sketch.
///
/// # Errors
/// When it is no JSON object.
pub fn is_whole(json: &str) -> Result<bool, RecordError> {
    /// Which of the telling members there are; their values do not matter.
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Members {
        sketch: Option<IgnoredAny>,
        event_version: Option<IgnoredAny>,
        event_time: Option<IgnoredAny>,
        time_window: Option<IgnoredAny>,
    }
    let members: Members = object(json)?;
    let has_time = members.event_time.is_some() || members.time_window.is_some();
    Ok(members.sketch.is_none() && members.event_version.is_some() && has_time)
}

/// When a record's event was, as its text says it: `eventTime`, or the end of an aggregated event's window.
///
/// # Errors
/// When it is no JSON object.
pub fn told_time(json: &str) -> Result<Option<Timestamp>, RecordError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Times {
        event_time: Option<String>,
        time_window: Option<TimeWindow>,
    }
    let times: Times = object(json)?;
    Ok(time(times.event_time, times.time_window))
}

fn time(event_time: Option<String>, window: Option<TimeWindow>) -> Option<Timestamp> {
    let told = event_time.or_else(|| window?.window_end)?;
    Timestamp::parse_iso(&told)
}

/// Reads a JSON object. Left to itself, serde takes arrays for structures as well.
fn object<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, RecordError> {
    if !json.trim_start().starts_with('{') {
        return Err(RecordError::Unreadable("it is no object".to_owned()));
    }
    serde_json::from_str(json).map_err(|error| RecordError::Unreadable(error.to_string()))
}

/// Reads a record. One without an id of its own, as the first version wrote them, is kept under `spare_id`.
pub(crate) fn read(json: &str, spare_id: impl FnOnce() -> String) -> Result<Kept, RecordError> {
    let survey = text::survey(json);
    if survey.depth > DEPTH_LIMIT {
        return Err(RecordError::TooDeep);
    }
    let record = match survey.is_compact {
        true => json.to_owned(),
        false => text::compact(json),
    };
    if record.len() > RECORD_BYTES {
        return Err(RecordError::TooLarge(record.len()));
    }
    if survey.is_doubtful {
        // What nobody could read back must not be taken in.
        object::<serde_json::Value>(&record)?;
    }
    let columns: Columns = object(&record)?;
    columns.keep(record, spare_id)
}

impl Columns {
    fn keep(self, record: String, spare_id: impl FnOnce() -> String) -> Result<Kept, RecordError> {
        let lacks = RecordError::Lacks;
        let category = self.category()?;
        let identity = self.user_identity.unwrap_or_default();
        let account = self
            .recipient_account_id
            .or(self.account_id)
            .or_else(|| identity.account_id.clone());
        let (detail_source, detail_name) = self
            .insight_details
            .map_or((None, None), |d| (d.event_source, d.event_name));
        let name = match (category, self.event_name.or(detail_name)) {
            (_, Some(name)) if !name.is_empty() => name,
            // It tells of many calls.
            (Category::Aggregated, _) => String::new(),
            (_, _) => return Err(lacks("eventName")),
        };
        Ok(Kept {
            time: time(self.event_time, self.time_window)
                .ok_or(lacks("eventTime"))?
                .whole_second(),
            account: account
                .and_then(|id| AccountId::parse(&id))
                .ok_or(lacks("recipientAccountId"))?,
            region: self
                .aws_region
                .as_deref()
                .and_then(Region::parse)
                .ok_or(lacks("awsRegion"))?,
            category,
            read_only: self.read_only,
            id: match self.event_id.or(self.aggregate_id) {
                Some(id) if (1..=ID_LIMIT).contains(&id.len()) => id,
                Some(_) => return Err(lacks("eventID")),
                None => spare_id(),
            },
            source: self
                .event_source
                .or(detail_source)
                .filter(|source| !source.is_empty())
                .ok_or(lacks("eventSource"))?,
            name,
            username: identity.username(),
            access_key: identity.access_key_id.filter(|key| !key.is_empty()),
            resources: lookup_resources(self.resources),
            record,
        })
    }

    fn category(&self) -> Result<Category, RecordError> {
        Ok(match self.event_category.as_deref() {
            Some("Management") => Category::Management,
            Some("Data") => Category::Data,
            Some("NetworkActivity") => Category::NetworkActivity,
            Some("Insight") => Category::Insight,
            Some("Aggregated") => Category::Aggregated,
            // Records before eventVersion 1.07 have no category (D, formats.md 2.3).
            None if self.management_event == Some(false) => Category::Data,
            None => Category::Management,
            Some(_) => return Err(RecordError::Lacks("eventCategory")),
        })
    }
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

#[cfg(test)]
mod tests;
