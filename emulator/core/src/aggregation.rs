//! How a trail sums up its data events (trails.md 6.2). The configuration is kept and told; summing up is not done here.

use serde::{Deserialize, Serialize};

/// What PutEventConfiguration sets on a trail, as it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AggregationConfiguration {
    pub(crate) templates: Vec<Template>,
    pub(crate) event_category: AggregatedCategory,
}

/// By what events are summed up (D, formats.md 2.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Template {
    ApiActivity,
    ResourceAccess,
    UserActions,
}

/// Which events are summed up (D).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum AggregatedCategory {
    Data,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::World;
    use crate::trail::Trail;

    #[test]
    fn a_trail_that_was_kept_without_configurations_is_read() {
        let mut world = World::new();
        world.ok(
            "CreateTrail",
            json!({"Name": "my-trail", "S3BucketName": "logs"}),
        );
        let trail = world.trail.state.trails.values().next().unwrap();
        let mut row = serde_json::to_value(trail).unwrap();
        let removed = row.as_object_mut().unwrap().remove("aggregations");
        assert_eq!(removed, Some(json!([])));
        let read: Trail = serde_json::from_value(row).unwrap();
        assert_eq!(read.aggregations, []);
    }
}
