//! PutEventConfiguration: sets how a trail sums up its events; an empty list clears it (trails.md 6.2).

use serde::Deserialize;
use serde_json::Value;

use super::get_event_configuration::ConfigurationView;
use super::subject::{Subject, no_store};
use super::{Desk, Operation, Reach};
use crate::aggregation::AggregationConfiguration;
use crate::draft::Access;
use crate::refusal::Refusal;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PutEventConfiguration {
    trail_name: Option<String>,
    event_data_store: Option<String>,
    max_event_size: Option<EventSize>,
    /// Of event data stores, which there are none of yet; only whether it was given is asked.
    context_key_selectors: Option<Vec<Value>>,
    aggregation_configurations: Option<Vec<AggregationConfiguration>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum EventSize {
    Standard,
    Large,
}

impl Operation for PutEventConfiguration {
    const NAME: &'static str = "PutEventConfiguration";
    const ACCESS: Access = Access::Write;
    type Output = ConfigurationView;

    fn call(mut self, desk: &mut Desk<'_>) -> Result<ConfigurationView, Refusal> {
        let subject = Subject::of(self.trail_name.take(), self.event_data_store.take())?;
        self.refuse_combinations(&subject)?;
        let name = match subject {
            Subject::Store(store) => return Err(no_store(&store, desk)),
            Subject::Trail(name) => name,
        };
        let key = desk.find(&name, Reach::Change)?;
        let mut trail = desk.trail(&key).clone();
        // A call that sets nothing leaves all as it is (I).
        if let Some(aggregations) = self.aggregation_configurations {
            trail.aggregations = aggregations;
        }
        let view = ConfigurationView::from(&trail);
        desk.keep(trail);
        Ok(view)
    }
}

impl PutEventConfiguration {
    /// Members that belong to the other subject are refused before anything is looked up (D rule, I code and sentences).
    fn refuse_combinations(&self, subject: &Subject) -> Result<(), Refusal> {
        let refused =
            |sentence: &str| Err(Refusal::InvalidParameterCombination(sentence.to_owned()));
        match subject {
            Subject::Trail(_)
                if self.max_event_size.is_some() || self.context_key_selectors.is_some() =>
            {
                refused("MaxEventSize and ContextKeySelectors are for event data stores only.")
            }
            Subject::Store(_) if self.aggregation_configurations.is_some() => {
                refused("AggregationConfigurations are for trails only.")
            }
            Subject::Store(_) if self.needs_more_room() => Err(Refusal::InvalidParameter(
                "MaxEventSize must be Large when ContextKeySelectors are used.".to_owned(),
            )),
            Subject::Trail(_) | Subject::Store(_) => Ok(()),
        }
    }

    fn needs_more_room(&self) -> bool {
        self.max_event_size == Some(EventSize::Standard)
            && self
                .context_key_selectors
                .as_ref()
                .is_some_and(|selectors| !selectors.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::World;

    fn world() -> World {
        let mut world = World::new();
        world.ok(
            "CreateTrail",
            json!({"Name": "my-trail", "S3BucketName": "logs", "IsMultiRegionTrail": true}),
        );
        world
    }

    fn get(world: &mut World) -> Value {
        world.ok("GetEventConfiguration", json!({"TrailName": "my-trail"}))
    }

    #[test]
    fn a_configuration_is_kept_until_an_empty_list_clears_it() {
        let mut world = world();
        let unset = get(&mut world);
        let wanted =
            json!([{"Templates": ["API_ACTIVITY", "USER_ACTIONS"], "EventCategory": "Data"}]);
        let put = world.ok(
            "PutEventConfiguration",
            json!({"TrailName": "my-trail", "AggregationConfigurations": wanted}),
        );
        assert_eq!(put["AggregationConfigurations"], wanted);
        assert_eq!(get(&mut world), put);
        world = world.restarted();
        assert_eq!(get(&mut world), put);
        let same = world.ok("PutEventConfiguration", json!({"TrailName": "my-trail"}));
        assert_eq!(same, put);
        let cleared = world.ok(
            "PutEventConfiguration",
            json!({"TrailName": "my-trail", "AggregationConfigurations": []}),
        );
        assert_eq!(cleared, unset);
        assert_eq!(get(&mut world), unset);
    }

    #[test]
    fn what_does_not_go_together_is_refused_before_the_trail_is_looked_for() {
        let mut world = world();
        let mut refused = |input, code| world.refused_with("PutEventConfiguration", input, code);
        let data = json!([{"Templates": ["API_ACTIVITY"], "EventCategory": "Data"}]);
        let keys = json!([{"Type": "TagContext", "Equals": ["team"]}]);
        let combination = "InvalidParameterCombinationException";
        refused(json!({}), "InvalidParameterException");
        refused(
            json!({"TrailName": "x", "EventDataStore": "abc"}),
            combination,
        );
        refused(
            json!({"TrailName": "x", "MaxEventSize": "Large"}),
            combination,
        );
        refused(
            json!({"TrailName": "x", "ContextKeySelectors": keys}),
            combination,
        );
        refused(
            json!({"EventDataStore": "abc", "AggregationConfigurations": data}),
            combination,
        );
        refused(
            json!({"EventDataStore": "abc", "MaxEventSize": "Standard", "ContextKeySelectors": keys}),
            "InvalidParameterException",
        );
        refused(
            json!({"EventDataStore": "abc", "MaxEventSize": "Large", "ContextKeySelectors": keys}),
            "EventDataStoreNotFoundException",
        );
        refused(
            json!({"TrailName": "my-trail", "AggregationConfigurations": [data[0], data[0]]}),
            "InvalidParameterException",
        );
        refused(
            json!({"TrailName": "my-trail", "AggregationConfigurations": [{"Templates": [], "EventCategory": "Data"}]}),
            "InvalidParameterException",
        );
        refused(
            json!({"TrailName": "my-trail", "AggregationConfigurations": [{"Templates": ["API_ACTIVITY"], "EventCategory": "Management"}]}),
            "InvalidParameterException",
        );
    }

    #[test]
    fn only_the_home_region_may_set_it_and_others_may_read_it() {
        let mut world = world();
        world.region("eu-west-1");
        let arn = "arn:aws:cloudtrail:us-east-1:111122223333:trail/my-trail";
        world.refused_with(
            "PutEventConfiguration",
            json!({"TrailName": arn, "AggregationConfigurations": []}),
            "InvalidHomeRegionException",
        );
        assert_eq!(
            world.ok("GetEventConfiguration", json!({"TrailName": arn})),
            json!({"TrailARN": arn})
        );
    }
}
