//! What selectors may ask of an event. Columns of the journal answer at once; the record is read only when they do not.

use std::cell::OnceCell;

use serde::Deserialize;

use crate::draft::Category;
use crate::journal::Kept;

/// An event as selectors see it.
pub(crate) struct Facts<'a> {
    kept: &'a Kept,
    details: OnceCell<Details>,
}

/// The part of a record that only some selectors look at.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Details {
    pub(crate) event_type: String,
    pub(crate) resources: Vec<RecordResource>,
    user_identity: RecordIdentity,
    /// The string `"true"`, or absent (D).
    session_credential_from_console: Option<String>,
    error_code: Option<String>,
    vpc_endpoint_id: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RecordResource {
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    #[serde(rename = "ARN")]
    pub(crate) arn: Option<String>,
    #[serde(rename = "ARNPrefix")]
    pub(crate) arn_prefix: Option<String>,
}

impl RecordResource {
    /// The ARN or, for calls on a whole bucket's objects, its prefix.
    pub(crate) fn any_arn(&self) -> Option<&str> {
        self.arn.as_deref().or(self.arn_prefix.as_deref())
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RecordIdentity {
    arn: Option<String>,
}

impl<'a> Facts<'a> {
    pub(crate) fn of(kept: &'a Kept) -> Self {
        Self {
            kept,
            details: OnceCell::new(),
        }
    }

    pub(crate) fn category(&self) -> Category {
        self.kept.category
    }

    /// Unknown counts as a write.
    pub(crate) fn is_read(&self) -> bool {
        self.kept.read_only == Some(true)
    }

    pub(crate) fn source(&self) -> &str {
        &self.kept.source
    }

    pub(crate) fn details(&self) -> &Details {
        self.details
            .get_or_init(|| serde_json::from_str(&self.kept.record).unwrap_or_default())
    }

    /// The values that a field of an advanced selector is held against; none when the record does not have it.
    pub(crate) fn field(&self, field: &str) -> Vec<String> {
        let details = self.details();
        let one = |value: &str| vec![value.to_owned()];
        let optional = |value: &Option<String>| value.iter().cloned().collect();
        match field {
            "eventCategory" => one(match self.kept.category {
                Category::Management => "Management",
                Category::Data => "Data",
                Category::NetworkActivity => "NetworkActivity",
                Category::Insight => "Insight",
                // No selector may say so (D).
                Category::Aggregated => "Aggregated",
            }),
            "readOnly" => one(if self.is_read() { "true" } else { "false" }),
            "eventSource" => one(&self.kept.source),
            "eventName" => one(&self.kept.name),
            "eventType" => one(&details.event_type),
            "resources.type" => self.resources(|resource| resource.kind.as_deref()),
            "resources.ARN" => self.resources(RecordResource::any_arn),
            "userIdentity.arn" => optional(&details.user_identity.arn),
            "sessionCredentialFromConsole" => one(details
                .session_credential_from_console
                .as_deref()
                .unwrap_or("false")),
            "errorCode" => optional(&details.error_code),
            "vpcEndpointId" => optional(&details.vpc_endpoint_id),
            _ => Vec::new(),
        }
    }

    fn resources(&self, of: impl Fn(&RecordResource) -> Option<&str>) -> Vec<String> {
        let resources = self.details().resources.iter();
        resources
            .filter_map(|resource| of(resource).map(str::to_owned))
            .collect()
    }
}
