//! PutInsightSelectors: an empty list turns Insights off (trails.md 6.1).

use localtrail_model::Violation;
use serde::Deserialize;

use super::get_insight_selectors::{InsightsView, no_store_with_insights};
use super::subject::Subject;
use super::{Desk, Operation, Reach};
use crate::draft::Access;
use crate::insights::{self, InsightSelector};
use crate::refusal::Refusal;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PutInsightSelectors {
    trail_name: Option<String>,
    event_data_store: Option<String>,
    insights_destination: Option<String>,
    insight_selectors: Vec<InsightSelector>,
}

impl Operation for PutInsightSelectors {
    const NAME: &'static str = "PutInsightSelectors";
    const ACCESS: Access = Access::Write;
    type Output = InsightsView;

    fn call(self, desk: &mut Desk<'_>) -> Result<InsightsView, Refusal> {
        let name = match Subject::of(self.trail_name, self.event_data_store)? {
            Subject::Trail(_) if self.insights_destination.is_some() => {
                // The destination is for event data stores (D).
                return Err(Refusal::InvalidParameterCombination(
                    "InsightsDestination is for event data stores only.".to_owned(), // (I)
                ));
            }
            Subject::Trail(name) => name,
            Subject::Store(store) => return Err(no_store_with_insights(&store)),
        };
        let key = desk.find(&name, Reach::Change)?;
        let mut trail = desk.trail(&key).clone();
        insights::validate(&self.insight_selectors, &trail.selectors)?;
        trail.insights = self.insight_selectors;
        let view = InsightsView {
            trail_arn: trail.arn(),
            insight_selectors: trail.insights.clone(),
        };
        desk.keep(trail);
        Ok(view)
    }

    fn refuse(violation: &Violation) -> Refusal {
        if violation.path.to_string().starts_with("InsightSelectors[") {
            Refusal::InvalidInsightSelectors(violation.sentence())
        } else {
            Refusal::InvalidParameter(violation.sentence())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::World;

    #[test]
    fn insights_are_echoed_and_an_empty_list_turns_them_off() {
        let mut world = World::new();
        world.ok(
            "CreateTrail",
            json!({"Name": "my-trail", "S3BucketName": "logs"}),
        );
        let put = json!({"TrailName": "my-trail", "InsightSelectors": [{"InsightType": "ApiCallRateInsight"}]});
        let echoed = world.ok("PutInsightSelectors", put);
        assert_eq!(
            echoed["InsightSelectors"],
            json!([{"InsightType": "ApiCallRateInsight"}])
        );
        assert_eq!(
            world.ok("GetInsightSelectors", json!({"TrailName": "my-trail"})),
            echoed
        );
        assert_eq!(
            world.ok("GetTrail", json!({"Name": "my-trail"}))["Trail"]["HasInsightSelectors"],
            true
        );
        let off = world.ok(
            "PutInsightSelectors",
            json!({"TrailName": "my-trail", "InsightSelectors": []}),
        );
        assert_eq!(off["InsightSelectors"], json!([]));
        world.refused_with(
            "GetInsightSelectors",
            json!({"TrailName": "my-trail"}),
            "InsightNotEnabledException",
        );
        world.refused_with(
            "PutInsightSelectors",
            json!({"TrailName": "my-trail", "InsightSelectors": [{"InsightType": "Other"}]}),
            "InvalidInsightSelectorsException",
        );
    }

    #[test]
    fn a_destination_goes_with_a_store_and_no_store_exists() {
        let mut world = World::new();
        for (input, code) in [
            (
                json!({"TrailName": "my-trail", "InsightsDestination": "abc", "InsightSelectors": []}),
                "InvalidParameterCombinationException",
            ),
            (
                json!({"InsightsDestination": "abc", "InsightSelectors": []}),
                "InvalidParameterException",
            ),
            (
                json!({"EventDataStore": "abc", "InsightsDestination": "abc", "InsightSelectors": []}),
                "InvalidParameterException",
            ),
        ] {
            world.refused_with("PutInsightSelectors", input, code);
        }
    }
}
