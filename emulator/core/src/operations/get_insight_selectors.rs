//! GetInsightSelectors (trails.md 6.1).

use serde::{Deserialize, Serialize};

use super::subject::Subject;
use super::{Desk, Operation, Reach};
use crate::draft::Access;
use crate::insights::InsightSelector;
use crate::refusal::Refusal;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetInsightSelectors {
    trail_name: Option<String>,
    event_data_store: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct InsightsView {
    #[serde(rename = "TrailARN")]
    pub(super) trail_arn: String,
    pub(super) insight_selectors: Vec<InsightSelector>,
}

impl Operation for GetInsightSelectors {
    const NAME: &'static str = "GetInsightSelectors";
    const ACCESS: Access = Access::Read;
    type Output = InsightsView;

    fn call(self, desk: &mut Desk<'_>) -> Result<InsightsView, Refusal> {
        let name = match Subject::of(self.trail_name, self.event_data_store)? {
            Subject::Trail(name) => name,
            Subject::Store(store) => return Err(no_store_with_insights(&store)),
        };
        let key = desk.find(&name, Reach::Read)?;
        let trail = desk.trail(&key);
        if trail.insights.is_empty() {
            return Err(Refusal::InsightNotEnabled(trail.arn()));
        }
        Ok(InsightsView {
            trail_arn: trail.arn(),
            insight_selectors: trail.insights.clone(),
        })
    }
}

/// No event data store exists here yet, and the model has no exception of its own for that on Get- and
/// PutInsightSelectors (D; the choice is I).
pub(super) fn no_store_with_insights(store: &str) -> Refusal {
    Refusal::InvalidParameter(Refusal::EventDataStoreNotFound(store.to_owned()).to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::World;

    #[test]
    fn a_trail_without_insights_refuses_with_aws_sentence() {
        let mut world = World::new();
        world.ok(
            "CreateTrail",
            json!({"Name": "my-trail", "S3BucketName": "logs"}),
        );
        world.refused(
            "GetInsightSelectors",
            json!({"TrailName": "my-trail"}),
            "InsightNotEnabledException",
            "Trail arn:aws:cloudtrail:us-east-1:111122223333:trail/my-trail does not have Insights enabled. Edit the trail settings to enable Insights, and then try the operation again.",
        );
        world.refused_with(
            "GetInsightSelectors",
            json!({}),
            "InvalidParameterException",
        );
        world.refused_with(
            "GetInsightSelectors",
            json!({"TrailName": "my-trail", "EventDataStore": "abc"}),
            "InvalidParameterCombinationException",
        );
        world.refused_with(
            "GetInsightSelectors",
            json!({"EventDataStore": "abc"}),
            "InvalidParameterException",
        );
    }
}
