//! The frame of a sketch's record: its members in AWS's order, and what stands at each that nobody gave.

use serde_json::{Value, json};

use super::{EventType, Object, SketchDefaults, access, identity, resources, text};
use crate::ids;
use crate::place::{AccountId, Region};
use crate::record::EVENT_VERSION;
use crate::record::injected::RecordError;
use crate::time::Timestamp;

/// Fresh identifiers, each for one member of one record.
#[derive(Debug)]
pub(crate) struct Fresh {
    pub(crate) event_id: String,
    pub(crate) request_id: String,
}

/// The order of a record's members (O, native.md; formats.md 2.2).
pub(super) const ORDER: [&str; 29] = [
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

/// All that the members of one record are made from.
pub(super) struct Frame<'a> {
    pub(super) event_type: EventType,
    pub(super) account: AccountId,
    pub(super) region: Region,
    pub(super) defaults: &'a SketchDefaults,
    pub(super) fresh: &'a Fresh,
    pub(super) now: Timestamp,
    pub(super) sketch: &'a Object,
}

impl Frame<'_> {
    pub(super) fn record(&self) -> Result<String, RecordError> {
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
            "userAgent" if !bare => json!(self.user_agent()),
            "requestParameters" | "responseElements" if !bare => Value::Null,
            "requestID" if is_call => json!(self.request_id()),
            "readOnly" if !bare => json!(self.reads_only()),
            "resources" if self.category() == "Data" => {
                return Ok(resources::of(self));
            }
            "managementEvent" if !bare => json!(self.category() == "Management"),
            "apiVersion" if kind == EventType::ApiCall => json!(self.api_version()),
            "sharedEventID" if bare || self.is_shared() => json!(self.uuid("shared")),
            _ => return Ok(None),
        };
        Ok(Some(value))
    }

    /// When it was, as the sketch says, else now.
    pub(super) fn time(&self) -> String {
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
            EventType::ServiceEvent
                if self
                    .invoked_by()
                    .is_some_and(|name| name.ends_with(".amazonaws.com")) =>
            {
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

    fn user_agent(&self) -> &str {
        self.invoker(match self.event_type {
            EventType::ConsoleSignIn => {
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
            }
            EventType::ConsoleAction => "console.amazonaws.com",
            // S3 alone writes brackets around it (O, native.md).
            EventType::ApiCall if self.told("eventSource") == "s3.amazonaws.com" => "[localtrail]",
            EventType::ApiCall
            | EventType::ServiceEvent
            | EventType::VpceEvent
            | EventType::Insight => "localtrail",
        })
    }

    /// What services write that write any (O; DynamoDB's data events D; formats.md 2.3 and native.md).
    fn api_version(&self) -> Option<&'static str> {
        match self.told("eventSource") {
            "dynamodb.amazonaws.com" if self.category() == "Data" => Some("2012-08-10"),
            "events.amazonaws.com" => Some("2015-10-07"),
            "logs.amazonaws.com" if self.told("errorCode") != "AccessDenied" => Some("20140328"),
            "route53.amazonaws.com" => Some("2013-04-01"),
            _ => None,
        }
    }

    /// Calls by services, and the owner's copy of a call across accounts, have a copy elsewhere (D and O, formats.md 2.3).
    fn is_shared(&self) -> bool {
        let identity = self.sketch.get("userIdentity").and_then(Value::as_object);
        let kind = identity.and_then(|identity| text(identity, "type"));
        self.event_type == EventType::ApiCall && matches!(kind, Some("AWSService" | "AWSAccount"))
    }

    /// The text of a member; empty where there is none.
    fn told(&self, member: &str) -> &str {
        text(self.sketch, member).unwrap_or_default()
    }

    /// An id that belongs to this event, so that a run can be repeated.
    pub(super) fn uuid(&self, what: &str) -> String {
        ids::named_uuid(&[&self.fresh.event_id, what])
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
        matches!(
            self.event_type,
            EventType::ApiCall | EventType::ConsoleAction
        ) && access::reads_only(self.told("eventSource"), self.told("eventName"))
    }

    fn category(&self) -> &str {
        if let Some(given) = text(self.sketch, "eventCategory") {
            return given;
        }
        match (self.event_type, self.sketch.get("managementEvent")) {
            (EventType::VpceEvent, _) => "NetworkActivity",
            (EventType::Insight, _) => "Insight",
            (_, Some(Value::Bool(false))) => "Data",
            (_, Some(Value::Bool(true))) => "Management",
            (EventType::ApiCall, _)
                if access::is_data_event(self.told("eventSource"), self.told("eventName")) =>
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
