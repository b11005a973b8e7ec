//! PutEventSelectors: one kind replaces whatever was set before (trails.md 5; native.md, Event selectors).

use localtrail_model::Violation;
use serde::Deserialize;

use super::get_event_selectors::SelectorsView;
use super::{Desk, Operation, Reach};
use crate::draft::Access;
use crate::refusal::Refusal;
use crate::selectors::Selectors;
use crate::selectors::advanced::{self, AdvancedSelector};
use crate::selectors::basic::{self, BasicSelector};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PutEventSelectors {
    trail_name: String,
    event_selectors: Option<Vec<BasicSelector>>,
    advanced_event_selectors: Option<Vec<AdvancedSelector>>,
}

impl Operation for PutEventSelectors {
    const NAME: &'static str = "PutEventSelectors";
    const ACCESS: Access = Access::Write;
    type Output = SelectorsView;

    fn call(self, desk: &mut Desk<'_>) -> Result<SelectorsView, Refusal> {
        let key = desk.find(&self.trail_name, Reach::Change)?;
        let mut trail = desk.trail(&key).clone();
        trail.selectors = self.chosen(&trail.selectors)?;
        let view = SelectorsView::new(trail.arn(), trail.selectors.clone());
        desk.keep(trail);
        Ok(view)
    }

    /// AWS speaks of a bad enum value by the member's own name (O, native.md).
    fn refuse(violation: &Violation) -> Refusal {
        let path = violation.path.to_string();
        if path == "TrailName" {
            return Refusal::InvalidParameter(violation.sentence());
        }
        let member = path.rsplit('.').next().unwrap_or_default();
        Refusal::InvalidEventSelectors(match violation.value() {
            Some(value) if member == "ReadWriteType" => {
                format!("Value {value} for {member} is invalid.")
            }
            _ => violation.sentence(),
        })
    }
}

impl PutEventSelectors {
    fn chosen(self, current: &Selectors) -> Result<Selectors, Refusal> {
        let refused = |sentence: &str| Err(Refusal::InvalidEventSelectors(sentence.to_owned()));
        match (self.event_selectors, self.advanced_event_selectors) {
            (None, None) => {
                refused("Specify event selectors or advanced event selectors for your trail.")
            } // (I)
            (Some(_), Some(_)) => refused(
                "You can select events by using either EventSelectors or AdvancedEventSelectors, but not both.",
            ),
            (Some(basic), None) => {
                basic::validate(&basic)?;
                Ok(Selectors::Basic(basic))
            }
            (None, Some(advanced)) if advanced.is_empty() => match current {
                // native.md saw an empty list refused on a trail that had basic selectors; where advanced ones were
                // set, Terraform clears them this way (I, trails.md 12).
                Selectors::Basic(_) => {
                    refused("Specify between 1 and 500 selectors for your trail.")
                }
                Selectors::Advanced(_) => Ok(Selectors::default()),
            },
            (None, Some(advanced)) => {
                advanced::validate(&advanced)?;
                Ok(Selectors::Advanced(advanced))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::World;

    fn put(world: &mut World, member: &str, selectors: Value) -> Value {
        world.ok(
            "PutEventSelectors",
            json!({"TrailName": "my-trail", member: selectors}),
        )
    }

    fn world() -> World {
        let mut world = World::new();
        world.ok(
            "CreateTrail",
            json!({"Name": "my-trail", "S3BucketName": "logs"}),
        );
        world
    }

    #[test]
    fn kinds_replace_each_other_and_members_are_filled_in() {
        let mut world = world();
        let basic = put(
            &mut world,
            "EventSelectors",
            json!([{"ReadWriteType": "WriteOnly"}]),
        );
        assert_eq!(
            basic["EventSelectors"],
            json!([{
                "ReadWriteType": "WriteOnly", "IncludeManagementEvents": true,
                "DataResources": [], "ExcludeManagementEventSources": [],
            }])
        );
        let fields = json!([{"FieldSelectors": [
            {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
            {"Field": "eventCategory", "Equals": ["Data"]},
        ]}]);
        let echoed = put(&mut world, "AdvancedEventSelectors", fields.clone());
        assert_eq!(echoed["AdvancedEventSelectors"], fields);
        let got = world.ok("GetEventSelectors", json!({"TrailName": "my-trail"}));
        assert_eq!(got.get("EventSelectors"), None);
        assert_eq!(
            got["AdvancedEventSelectors"][0]["FieldSelectors"][0]["Field"],
            "eventCategory"
        );
        let trail = world.ok("GetTrail", json!({"Name": "my-trail"}));
        assert_eq!(trail["Trail"]["HasCustomEventSelectors"], true);
        put(&mut world, "AdvancedEventSelectors", json!([]));
        let trail = world.ok("GetTrail", json!({"Name": "my-trail"}));
        assert_eq!(trail["Trail"]["HasCustomEventSelectors"], false);
    }

    /// AWS took this one, by a record of July 2024 (O): resources without values, which log nothing.
    #[test]
    fn data_resources_may_have_no_values() {
        let mut world = world();
        let selectors = json!([{
            "ReadWriteType": "ReadOnly", "IncludeManagementEvents": false,
            "DataResources": [
                {"Type": "AWS::S3::Object", "Values": []}, {"Type": "AWS::Lambda::Function", "Values": []},
            ],
            "ExcludeManagementEventSources": [],
        }]);
        let echoed = put(&mut world, "EventSelectors", selectors.clone());
        assert_eq!(echoed["EventSelectors"], selectors);
        world.refused_with(
            "PutInsightSelectors",
            json!({"TrailName": "my-trail", "InsightSelectors": [
                {"InsightType": "ApiCallRateInsight", "EventCategories": ["Data"]},
            ]}),
            "InvalidInsightSelectorsException",
        );
    }

    #[test]
    fn a_member_that_is_null_was_not_sent() {
        let mut world = world();
        let filled = put(
            &mut world,
            "EventSelectors",
            json!([{"ReadWriteType": null, "DataResources": null}]),
        );
        assert_eq!(
            world.ok("GetEventSelectors", json!({"TrailName": "my-trail"})),
            filled
        );
        assert_eq!(filled["EventSelectors"][0]["ReadWriteType"], "All");
        world.ok(
            "PutEventSelectors",
            json!({"TrailName": "my-trail", "EventSelectors": [{}], "AdvancedEventSelectors": null}),
        );
    }

    #[test]
    fn what_is_neither_or_both_or_misspelt_is_refused() {
        let mut world = world();
        let mut refused = |input: Value, sentence: &str| {
            world.refused(
                "PutEventSelectors",
                input,
                "InvalidEventSelectorsException",
                sentence,
            );
        };
        refused(
            json!({"TrailName": "my-trail", "EventSelectors": [{}], "AdvancedEventSelectors": []}),
            "You can select events by using either EventSelectors or AdvancedEventSelectors, but not both.",
        );
        refused(
            json!({"TrailName": "my-trail", "EventSelectors": []}),
            "Specify a valid number of selectors (1 to 5) for your trail",
        );
        refused(
            json!({"TrailName": "my-trail", "AdvancedEventSelectors": []}),
            "Specify between 1 and 500 selectors for your trail.",
        );
        refused(
            json!({"TrailName": "my-trail", "EventSelectors": [{"ReadWriteType": "read-only"}]}),
            "Value read-only for ReadWriteType is invalid.",
        );
    }
}
