//! The operations: one file each, one table that lists them. An operation is a struct that is its input.

mod add_tags;
mod create_trail;
mod delete_resource_policy;
mod delete_trail;
mod deregister_organization_delegated_admin;
mod describe_trails;
mod desk;
mod get_event_configuration;
mod get_event_selectors;
mod get_insight_selectors;
mod get_resource_policy;
mod get_trail;
mod get_trail_status;
mod list_insights_data;
mod list_insights_metric_data;
mod list_public_keys;
mod list_tags;
mod list_trails;
mod lookup_events;
mod put_event_configuration;
mod put_event_selectors;
mod put_insight_selectors;
mod put_resource_policy;
mod register_organization_delegated_admin;
mod remove_tags;
mod start_logging;
mod stop_logging;
mod subject;
mod tagged;
pub(crate) mod touched;
mod trail_view;
mod update_trail;

use localtrail_model::Violation;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::draft::Access;
use crate::refusal::Refusal;
pub(crate) use desk::{Desk, Power, Reach};

/// An operation: parse, resolve, change, keep, answer.
pub(crate) trait Operation: DeserializeOwned {
    /// AWS's name.
    const NAME: &'static str;
    /// `readOnly` of its records.
    const ACCESS: Access;
    /// The answer's body.
    type Output: Serialize;

    /// Does it. A refusal changes nothing.
    fn call(self, desk: &mut Desk<'_>) -> Result<Self::Output, Refusal>;

    /// The exception for a member that breaks a constraint of the model. Where AWS's is not known it is
    /// InvalidParameterException (I, trails.md 1).
    fn refuse(violation: &Violation) -> Refusal {
        Refusal::InvalidParameter(violation.sentence())
    }
}

/// What an operation answers, and what its record says of the answer.
pub(crate) struct Done {
    pub(crate) body: String,
    /// `None` for reads, whose `responseElements` are null (O, formats.md 3.4).
    pub(crate) recorded: Option<Value>,
}

/// An operation as the table knows it.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) access: Access,
    pub(crate) run: fn(&Value, &mut Desk<'_>) -> Result<Done, Refusal>,
    pub(crate) refuse: fn(&Violation) -> Refusal,
}

/// Every operation that is answered, alphabetically. The others of the model are recognised and refused.
pub(crate) const TABLE: &[Row] = &[
    row::<add_tags::AddTags>(),
    row::<create_trail::CreateTrail>(),
    row::<delete_resource_policy::DeleteResourcePolicy>(),
    row::<delete_trail::DeleteTrail>(),
    row::<deregister_organization_delegated_admin::DeregisterOrganizationDelegatedAdmin>(),
    row::<describe_trails::DescribeTrails>(),
    row::<get_event_configuration::GetEventConfiguration>(),
    row::<get_event_selectors::GetEventSelectors>(),
    row::<get_insight_selectors::GetInsightSelectors>(),
    row::<get_resource_policy::GetResourcePolicy>(),
    row::<get_trail::GetTrail>(),
    row::<get_trail_status::GetTrailStatus>(),
    row::<list_insights_data::ListInsightsData>(),
    row::<list_insights_metric_data::ListInsightsMetricData>(),
    row::<list_public_keys::ListPublicKeys>(),
    row::<list_tags::ListTags>(),
    row::<list_trails::ListTrails>(),
    row::<lookup_events::LookupEvents>(),
    row::<put_event_configuration::PutEventConfiguration>(),
    row::<put_event_selectors::PutEventSelectors>(),
    row::<put_insight_selectors::PutInsightSelectors>(),
    row::<put_resource_policy::PutResourcePolicy>(),
    row::<register_organization_delegated_admin::RegisterOrganizationDelegatedAdmin>(),
    row::<remove_tags::RemoveTags>(),
    row::<start_logging::StartLogging>(),
    row::<stop_logging::StopLogging>(),
    row::<update_trail::UpdateTrail>(),
];

const fn row<O: Operation>() -> Row {
    Row {
        name: O::NAME,
        access: O::ACCESS,
        run: run::<O>,
        refuse: O::refuse,
    }
}

/// The row of an operation that is answered.
pub(crate) fn find(name: &str) -> Option<&'static Row> {
    let at = TABLE.binary_search_by(|row| row.name.cmp(name)).ok()?;
    Some(&TABLE[at])
}

fn run<O: Operation>(input: &Value, desk: &mut Desk<'_>) -> Result<Done, Refusal> {
    let operation =
        O::deserialize(input).map_err(|error| Refusal::Serialization(error.to_string()))?;
    let output = operation.call(desk)?;
    let unwritable = |error: serde_json::Error| Refusal::Internal(error.to_string());
    if O::ACCESS == Access::Read {
        let body = serde_json::to_string(&output).map_err(unwritable)?;
        return Ok(Done {
            body,
            recorded: None,
        });
    }
    let value = serde_json::to_value(&output).map_err(unwritable)?;
    Ok(Done {
        body: value.to_string(),
        recorded: Some(value),
    })
}

/// The answer of operations that answer nothing: `{}`, two bytes (O, native.md).
#[derive(Debug, Serialize)]
pub(crate) struct Nothing {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_alphabetical_and_the_model_knows_every_row() {
        assert!(TABLE.is_sorted_by_key(|row| row.name));
        for row in TABLE {
            assert!(
                localtrail_model::cloudtrail().operation(row.name).is_some(),
                "{}",
                row.name
            );
        }
    }
}
