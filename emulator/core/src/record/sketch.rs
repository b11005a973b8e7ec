//! Sketches: events of which only the interesting part is told. What is left out is completed as AWS would have written
//! it, in AWS's key order (formats.md 2.2 to 2.7; native.md).
//!
//! What a sketch says always wins, also where AWS would have written something else; `null` leaves a member out. Members
//! that CloudTrail does not know stay, at the end. A record that says both `eventVersion` and `eventTime` is whole and no
//! sketch: nothing is ever added to it.

mod access;
mod identity;
mod ready;
mod resources;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};

use crate::caller::Caller;
use crate::place::{AccountId, Region};
use crate::record::EVENT_VERSION;
use crate::record::injected::RecordError;
use crate::time::Timestamp;

pub use access::reads_only;
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

/// Fresh identifiers, each for one member of one record.
#[derive(Debug)]
pub(crate) struct Fresh {
    pub(crate) event_id: String,
    pub(crate) request_id: String,
}

/// The order of a record's members (O, native.md; formats.md 2.2).
const ORDER: [&str; 29] = [
    "eventVersion",
    "userIdentity",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "requestID",
    "eventID",
    "readOnly",
    "resources",
    "eventType",
    "apiVersion",
    "managementEvent",
    "recipientAccountId",
    "sharedEventID",
    "serviceEventDetails",
    "insightDetails",
    "vpcEndpointId",
    "vpcEndpointAccountId",
    "eventCategory",
    "tlsDetails",
    "sessionCredentialFromConsole",
];

/// `eventType`, by which the members of a record differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EventType {
    ApiCall,
    ServiceEvent,
    ConsoleAction,
    ConsoleSignIn,
    VpceEvent,
    Insight,
}

impl EventType {
    const ALL: [(Self, &'static str); 6] = [
        (Self::ApiCall, "AwsApiCall"),
        (Self::ServiceEvent, "AwsServiceEvent"),
        (Self::ConsoleAction, "AwsConsoleAction"),
        (Self::ConsoleSignIn, "AwsConsoleSignIn"),
        (Self::VpceEvent, "AwsVpceEvent"),
        (Self::Insight, "AwsCloudTrailInsight"),
    ];

    fn parse(text: &str) -> Option<Self> {
        let named = Self::ALL.iter().find(|(_, name)| *name == text);
        named.map(|(one, _)| *one)
    }

    fn name(self) -> &'static str {
        let named = Self::ALL.iter().find(|(one, _)| *one == self);
        named.map_or("AwsApiCall", |(_, name)| name)
    }

    /// What a sketch is that names no type: its members tell.
    fn of(sketch: &Object) -> Self {
        let has = |member: &str| sketch.contains_key(member);
        let identity = sketch.get("userIdentity").and_then(Value::as_object);
        let untyped = identity.is_some_and(|one| !one.contains_key("type"));
        if has("insightDetails") {
            Self::Insight
        } else if text(sketch, "eventCategory") == Some("NetworkActivity") {
            Self::VpceEvent
        } else if text(sketch, "eventSource") == Some("signin.amazonaws.com") {
            Self::ConsoleSignIn
        } else if has("serviceEventDetails")
            || (untyped && identity.is_some_and(|one| one.contains_key("invokedBy")))
        {
            Self::ServiceEvent
        } else {
            Self::ApiCall
        }
    }
}

/// The sketch that this JSON is; `None` for a whole record, and for what is neither.
pub(crate) fn read(json: &str) -> Result<Option<Object>, RecordError> {
    /// Which of the telling members there are; their values do not matter.
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Members {
        sketch: Option<IgnoredAny>,
        event_version: Option<IgnoredAny>,
        event_time: Option<IgnoredAny>,
    }
    match serde_json::from_str(json) {
        Ok(Members {
            sketch: None,
            event_version: Some(_),
            event_time: Some(_),
        }) => Ok(None),
        Ok(_) => serde_json::from_str(json).map(Some),
        Err(error) => Err(error),
    }
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
    let template = ready.map_or_else(Object::new, |ready| (ready.template)(&frame));
    let merged = merge(template, &sketch);
    frame.sketch = &merged;
    frame.record()
}

/// All that the members of one record are made from.
struct Frame<'a> {
    event_type: EventType,
    account: AccountId,
    region: Region,
    defaults: &'a SketchDefaults,
    fresh: &'a Fresh,
    now: Timestamp,
    sketch: &'a Object,
}

impl Frame<'_> {
    fn record(&self) -> Result<String, RecordError> {
        let mut record = Object::new();
        for member in ORDER {
            let value = match self.sketch.get(member) {
                Some(given) if member == "userIdentity" && given.is_object() => self.identity()?,
                Some(given) => Some(given.clone()),
                None => self.default(member)?,
            };
            let nullable = matches!(member, "requestParameters" | "responseElements");
            if let Some(value) = value.filter(|value| nullable || !value.is_null()) {
                record.insert(member.to_owned(), value);
            }
        }
        if self.event_type == EventType::Insight {
            insight_names(&mut record);
        }
        for (member, value) in self.sketch {
            if !ORDER.contains(&member.as_str()) {
                record.insert(member.clone(), value.clone());
            }
        }
        Ok(Value::Object(record).to_string())
    }

    /// What stands at a member that nobody gave; `None` leaves it out.
    fn default(&self, member: &str) -> Result<Option<Value>, RecordError> {
        let kind = self.event_type;
        let is_call = matches!(kind, EventType::ApiCall | EventType::VpceEvent);
        let bare = matches!(kind, EventType::VpceEvent | EventType::Insight);
        let value = match member {
            "eventVersion" if kind == EventType::Insight => json!("1.09"),
            "eventVersion" => json!(EVENT_VERSION),
            "eventTime" => json!(self.time()),
            "eventSource" if kind != EventType::Insight => json!(self.source()?),
            "eventName" if kind != EventType::Insight => {
                return Err(RecordError::Lacks("eventName"));
            }
            "awsRegion" => json!(self.region.as_str()),
            "eventID" => json!(self.fresh.event_id),
            "eventType" => json!(kind.name()),
            "recipientAccountId" => json!(self.account.as_str()),
            "eventCategory" => json!(self.category()),
            "userIdentity" if kind != EventType::Insight => return self.identity(),
            "sourceIPAddress" if kind != EventType::Insight => json!(self.invoker("127.0.0.1")),
            "userAgent" if !bare => json!(self.invoker(self.agent())),
            "requestParameters" | "responseElements" if !bare => Value::Null,
            "requestID" if is_call => json!(self.request_id()),
            "readOnly" if !bare => json!(self.reads_only()),
            "resources" if self.category() == "Data" => {
                return Ok(resources::of(self));
            }
            "managementEvent" if !bare => json!(self.category() == "Management"),
            "sharedEventID" if bare => json!(self.fresh.request_id),
            _ => return Ok(None),
        };
        Ok(Some(value))
    }

    /// When it was, as the sketch says, else now.
    fn time(&self) -> String {
        let given = text(self.sketch, "eventTime");
        given.map_or_else(|| self.now.iso(), str::to_owned)
    }

    fn source(&self) -> Result<&str, RecordError> {
        let name = text(self.sketch, "eventName").ok_or(RecordError::Lacks("eventName"))?;
        match self.event_type {
            _ if text(self.sketch, "eventSource").is_some() => {
                Ok(text(self.sketch, "eventSource").unwrap_or_default())
            }
            EventType::ConsoleSignIn => Ok("signin.amazonaws.com"),
            EventType::ServiceEvent if self.invoked_by().is_some_and(is_service) => {
                Ok(self.invoked_by().unwrap_or_default())
            }
            _ => Err(RecordError::NeedsSource(name.to_owned())),
        }
    }

    fn identity(&self) -> Result<Option<Value>, RecordError> {
        identity::complete(self).map(|identity| Some(Value::Object(identity)))
    }

    fn invoked_by(&self) -> Option<&str> {
        let identity = self.sketch.get("userIdentity")?.as_object()?;
        text(identity, "invokedBy")
    }

    /// What an AWS service calls itself in address and agent (D, formats.md 2.3), or what else calls.
    fn invoker<'a>(&'a self, other: &'a str) -> &'a str {
        let service = (self.event_type == EventType::ServiceEvent)
            .then(|| text(self.sketch, "eventSource"))
            .flatten();
        self.invoked_by().or(service).unwrap_or(other)
    }

    fn agent(&self) -> &'static str {
        match self.event_type {
            EventType::ConsoleSignIn => {
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
            }
            EventType::ConsoleAction => "console.amazonaws.com",
            EventType::ApiCall
            | EventType::ServiceEvent
            | EventType::VpceEvent
            | EventType::Insight => "localtrail",
        }
    }

    /// S3's ids are sixteen characters long (O, formats.md 2.3).
    fn request_id(&self) -> String {
        match text(self.sketch, "eventSource") {
            Some("s3.amazonaws.com") => {
                let letters = self.fresh.request_id.chars().filter(|c| *c != '-');
                letters.take(16).collect::<String>().to_uppercase()
            }
            _ => self.fresh.request_id.clone(),
        }
    }

    fn reads_only(&self) -> bool {
        let told = |member| text(self.sketch, member).unwrap_or_default();
        matches!(
            self.event_type,
            EventType::ApiCall | EventType::ConsoleAction
        ) && reads_only(told("eventSource"), told("eventName"))
    }

    fn category(&self) -> &str {
        if let Some(given) = text(self.sketch, "eventCategory") {
            return given;
        }
        let told = |member| text(self.sketch, member).unwrap_or_default();
        match (self.event_type, self.sketch.get("managementEvent")) {
            (EventType::VpceEvent, _) => "NetworkActivity",
            (EventType::Insight, _) => "Insight",
            (_, Some(Value::Bool(false))) => "Data",
            (_, Some(Value::Bool(true))) => "Management",
            (EventType::ApiCall, _)
                if access::is_data_event(told("eventSource"), told("eventName")) =>
            {
                "Data"
            }
            _ => "Management",
        }
    }
}

/// Source and name of an insight stand inside its details (D, formats.md 2.7).
fn insight_names(record: &mut Object) {
    for member in ["eventSource", "eventName"] {
        let named = record.shift_remove(member);
        let details = record
            .get_mut("insightDetails")
            .and_then(Value::as_object_mut);
        if let (Some(named), Some(details)) = (named, details) {
            details.insert(member.to_owned(), named);
        }
    }
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

fn is_service(name: &str) -> bool {
    name.ends_with(".amazonaws.com")
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
