//! `eventType`, as a sketch says it or as its members tell.

use serde_json::Value;

use super::{Object, text};

/// `eventType`, by which the members of a record differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EventType {
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

    pub(super) fn parse(text: &str) -> Option<Self> {
        let named = Self::ALL.iter().find(|(_, name)| *name == text);
        named.map(|(one, _)| *one)
    }

    pub(super) fn name(self) -> &'static str {
        let named = Self::ALL.iter().find(|(one, _)| *one == self);
        named.map_or("AwsApiCall", |(_, name)| name)
    }

    /// What a sketch is that names no type: its members tell.
    pub(super) fn of(sketch: &Object) -> Self {
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
