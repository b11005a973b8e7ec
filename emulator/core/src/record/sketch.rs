//! Sketches: events of which only the interesting part is told. What is left out is completed as AWS would have written
//! it, in AWS's key order (formats.md 2.2 to 2.7; native.md).
//!
//! What a sketch says always wins, also where AWS would have written something else; `null` leaves a member out. Members
//! that CloudTrail does not know stay, at the end. A record that says both `eventVersion` and `eventTime` is whole and no
//! sketch: nothing is ever added to it.

mod access;
mod event_type;
mod frame;
mod identity;
mod ready;
mod resources;

use serde_json::{Map, Value};

use crate::caller::Caller;
use crate::place::{AccountId, Region};
use crate::record::injected::{self, RecordError};
use crate::time::Timestamp;

pub use access::reads_only;
use event_type::EventType;
pub(crate) use frame::Fresh;
use frame::{Frame, ORDER};
use ready::Ready;

/// A JSON object in the order of its members.
type Object = Map<String, Value>;

/// What stands in for what a sketch does not say.
#[derive(Debug, Clone)]
pub struct SketchDefaults {
    /// Who calls, where the sketch names nobody.
    pub caller: Caller,
    /// `awsRegion` of services that have regions.
    pub region: Region,
}

/// The sketch that this JSON is; `None` for a whole record.
pub(crate) fn read(json: &str) -> Result<Option<Object>, RecordError> {
    if injected::is_whole(json)? {
        return Ok(None);
    }
    serde_json::from_str(json)
        .map(Some)
        .map_err(|error| RecordError::Unreadable(error.to_string()))
}

/// Completes a sketch; the answer is a record's compact JSON.
pub(crate) fn complete(
    mut sketch: Object,
    defaults: &SketchDefaults,
    fresh: &Fresh,
    now: Timestamp,
) -> Result<String, RecordError> {
    let named = sketch.shift_remove("sketch");
    check_types(&sketch)?;
    let ready = Ready::of(named, &sketch)?;
    let event_type = match text(&sketch, "eventType") {
        Some(name) => EventType::parse(name).unwrap_or_else(|| EventType::of(&sketch)),
        None => ready.map_or_else(|| EventType::of(&sketch), |ready| ready.event_type),
    };
    let account = account(&sketch, defaults);
    let mut frame = Frame {
        event_type,
        account,
        region: region(&sketch, ready, defaults)?,
        defaults,
        fresh,
        now,
        sketch: &sketch,
    };
    let template = ready.map_or_else(Object::new, |ready| ready.object(&frame));
    let merged = merge(template, &sketch);
    frame.sketch = &merged;
    frame.record()
}

/// What the sketch says over what a ready one says; objects that both have are merged, one level deep.
fn merge(mut template: Object, sketch: &Object) -> Object {
    for (member, given) in sketch {
        match (template.get_mut(member), given) {
            (Some(Value::Object(below)), Value::Object(above)) => {
                for (name, value) in above {
                    below.insert(name.clone(), value.clone());
                }
                below.retain(|_, value| !value.is_null());
            }
            _ => {
                template.insert(member.clone(), given.clone());
            }
        }
    }
    template
}

/// Whose event it is: what the sketch says, then what its identity says, then the default.
fn account(sketch: &Object, defaults: &SketchDefaults) -> AccountId {
    let identity = sketch.get("userIdentity").and_then(Value::as_object);
    // Where only the caller's account is told, it is the owner of what was called who reads it (D, formats.md 2.4).
    let identity = identity.filter(|one| text(one, "type") != Some("AWSAccount"));
    let in_identity = |member| identity.and_then(|identity| text(identity, member));
    text(sketch, "recipientAccountId")
        .or_else(|| in_identity("accountId"))
        .or_else(|| in_identity("arn").and_then(|arn| arn.split(':').nth(4)))
        .and_then(AccountId::parse)
        .unwrap_or_else(|| defaults.caller.account())
}

/// Sources that record in `us-east-1` wherever they are called from (D and O, formats.md 3.2).
const GLOBAL: [&str; 12] = [
    "account",
    "billingconsole",
    "ce",
    "cloudfront",
    "health",
    "iam",
    "organizations",
    "route53",
    "shield",
    "signin",
    "support",
    "trustedadvisor",
];

fn region(
    sketch: &Object,
    ready: Option<&Ready>,
    defaults: &SketchDefaults,
) -> Result<Region, RecordError> {
    if let Some(given) = text(sketch, "awsRegion") {
        return Region::parse(given).ok_or(RecordError::Lacks("awsRegion"));
    }
    let source = text(sketch, "eventSource").or(ready.map(|ready| ready.source));
    let label = source.unwrap_or_default().split('.').next();
    let is_global = label.is_some_and(|label| GLOBAL.contains(&label));
    Ok(if is_global {
        Region::us_east_1()
    } else {
        defaults.region.clone()
    })
}

fn text<'a>(object: &'a Object, member: &str) -> Option<&'a str> {
    object.get(member).and_then(Value::as_str)
}

/// Members whose type readers depend on; whatever else is given is taken as it is.
fn check_types(sketch: &Object) -> Result<(), RecordError> {
    for (member, value) in sketch {
        let (fits, expected) = match member.as_str() {
            "readOnly" | "managementEvent" => (value.is_boolean(), "true or false"),
            "userIdentity"
            | "requestParameters"
            | "responseElements"
            | "additionalEventData"
            | "serviceEventDetails"
            | "insightDetails"
            | "tlsDetails" => (value.is_object(), "an object"),
            "resources" => (value.is_array(), "an array"),
            "eventTime" => (
                value.as_str().and_then(Timestamp::parse_iso).is_some(),
                "a time such as 2026-11-23T16:00:00Z",
            ),
            "recipientAccountId" | "vpcEndpointAccountId" => (
                value.as_str().and_then(AccountId::parse).is_some(),
                "an account of 12 digits",
            ),
            known if ORDER.contains(&known) => (value.is_string(), "text"),
            _ => (true, ""),
        };
        if !fits && !value.is_null() {
            return Err(RecordError::Wrong(member.clone(), expected));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
