//! GetEventConfiguration: how a trail sums up its events (trails.md 6.2).

use serde::{Deserialize, Serialize};

use super::subject::{Subject, no_store};
use super::{Desk, Operation, Reach};
use crate::aggregation::AggregationConfiguration;
use crate::draft::Access;
use crate::refusal::Refusal;
use crate::trail::Trail;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetEventConfiguration {
    trail_name: Option<String>,
    event_data_store: Option<String>,
}

/// Members of event data stores are absent for a trail; without a configuration only the ARN is left (I).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ConfigurationView {
    #[serde(rename = "TrailARN")]
    trail_arn: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    aggregation_configurations: Vec<AggregationConfiguration>,
}

impl From<&Trail> for ConfigurationView {
    fn from(trail: &Trail) -> Self {
        Self {
            trail_arn: trail.arn(),
            aggregation_configurations: trail.aggregations.clone(),
        }
    }
}

impl Operation for GetEventConfiguration {
    const NAME: &'static str = "GetEventConfiguration";
    const ACCESS: Access = Access::Read;
    type Output = ConfigurationView;

    fn call(self, desk: &mut Desk<'_>) -> Result<ConfigurationView, Refusal> {
        match Subject::of(self.trail_name, self.event_data_store)? {
            Subject::Store(store) => Err(no_store(&store, desk)),
            Subject::Trail(name) => {
                let key = desk.find(&name, Reach::Read)?;
                Ok(desk.trail(&key).into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::World;

    const ARN: &str = "arn:aws:cloudtrail:us-east-1:111122223333:trail/my-trail";

    #[test]
    fn a_trail_without_a_configuration_has_only_its_arn() {
        let mut world = World::new();
        world.ok(
            "CreateTrail",
            json!({"Name": "my-trail", "S3BucketName": "logs"}),
        );
        for name in ["my-trail", ARN] {
            assert_eq!(
                world.ok("GetEventConfiguration", json!({"TrailName": name})),
                json!({"TrailARN": ARN})
            );
        }
        world.refused(
            "GetEventConfiguration",
            json!({"TrailName": "unknown"}),
            "TrailNotFoundException",
            "Unknown trail: arn:aws:cloudtrail:us-east-1:111122223333:trail/unknown for the user: 111122223333",
        );
        world.refused_with(
            "GetEventConfiguration",
            json!({"TrailName": "x"}),
            "InvalidTrailNameException",
        );
        world.refused_with(
            "GetEventConfiguration",
            json!({"TrailName": "arn:x"}),
            "CloudTrailARNInvalidException",
        );
    }

    #[test]
    fn one_trail_or_one_store_and_no_store_exists() {
        let mut world = World::new();
        let mut refused = |input, code| world.refused_with("GetEventConfiguration", input, code);
        refused(json!({}), "InvalidParameterException");
        refused(
            json!({"TrailName": "my-trail", "EventDataStore": "abc"}),
            "InvalidParameterCombinationException",
        );
        let store = "arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/f1d45500-e2de-4d0d-a0e5-0fa3b1f2d8cc";
        for unknown in [store, "f1d45500-e2de-4d0d-a0e5-0fa3b1f2d8cc"] {
            refused(
                json!({"EventDataStore": unknown}),
                "EventDataStoreNotFoundException",
            );
        }
        for invalid in ["", "ab", "a/b", "arn:x", ARN, &store.replace('1', "9")] {
            refused(
                json!({"EventDataStore": invalid}),
                "EventDataStoreARNInvalidException",
            );
        }
    }
}
