//! Event selectors: what a trail logs.

pub(crate) mod advanced;
pub(crate) mod basic;
mod event_sources;
mod facts;
mod resource_types;

use serde::{Deserialize, Serialize};

use crate::journal::Kept;
use advanced::AdvancedSelector;
use basic::BasicSelector;
pub(crate) use facts::Facts;

/// The selectors of a trail: one kind or the other, never both (D, trails.md 5.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Selectors {
    Basic(Vec<BasicSelector>),
    Advanced(Vec<AdvancedSelector>),
}

impl Default for Selectors {
    /// What a new trail has (O, native.md): every management event and nothing else.
    fn default() -> Self {
        Self::Basic(vec![BasicSelector::default()])
    }
}

impl Selectors {
    /// Whether they differ from what a new trail has. A put of the very default counts as none (I, trails.md 15.3).
    pub(crate) fn are_custom(&self) -> bool {
        *self != Self::default()
    }

    /// Whether a trail with these selectors logs the event.
    pub(crate) fn select(&self, kept: &Kept) -> bool {
        let facts = Facts::of(kept);
        match self {
            Self::Basic(selectors) => selectors.iter().any(|selector| selector.selects(&facts)),
            Self::Advanced(selectors) => selectors.iter().any(|selector| selector.selects(&facts)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::effect::{Effect, Outcome};
    use crate::testing::World;

    /// A record of a call through a VPC endpoint (D, formats.md 2.7), whole but for what differs.
    fn network(number: u32, source: &str, error: Option<&str>, endpoint: &str) -> String {
        let mut record = json!({
            "eventVersion": "1.11",
            "userIdentity": {"type": "AWSAccount", "principalId": "AKIAX", "accountId": "111122223333"},
            "eventTime": "2026-11-23T19:25:00Z", "eventSource": source, "eventName": "ListKeys",
            "awsRegion": "us-east-1", "sourceIPAddress": "10.0.0.1",
            "requestID": "r", "eventID": format!("3a1acb39-c13b-4e73-a0e3-{number:012}"),
            "eventType": "AwsVpceEvent", "recipientAccountId": "111122223333", "vpcEndpointId": endpoint,
            "vpcEndpointAccountId": "111122223333", "eventCategory": "NetworkActivity",
        });
        if let Some(error) = error {
            record["errorCode"] = json!(error);
        }
        record.to_string()
    }

    /// The ids of the network activity that reached the bucket, by their last digits.
    fn delivered(world: &mut World) -> Vec<u32> {
        let mut numbers = Vec::new();
        world.trail.flush(world.now);
        world.trail.run_due(world.now);
        while let Some((id, Effect::PutObject(put))) = world.trail.next_effect() {
            if put.key.contains("/CloudTrail-NetworkActivity/") {
                let file = flate2::bufread::GzDecoder::new(put.body.as_slice());
                let file: Value = serde_json::from_reader(file).unwrap();
                let records = file["Records"].as_array().unwrap();
                let last =
                    |record: &Value| record["eventID"].as_str().unwrap()[24..].parse::<u32>();
                numbers.extend(records.iter().map(|record| last(record).unwrap()));
            }
            world.trail.settle(id, Outcome::Done, world.now);
            world.trail.run_due(world.now);
        }
        numbers.sort_unstable();
        numbers
    }

    #[test]
    fn network_activity_reaches_trails_that_select_it_and_never_event_history() {
        let mut world = World::new();
        world.ok(
            "CreateTrail",
            json!({"Name": "my-trail", "S3BucketName": "logs"}),
        );
        world.ok("StartLogging", json!({"Name": "my-trail"}));
        let record = |world: &mut World, number, source, error, endpoint| {
            let record = network(number, source, error, endpoint);
            world.trail.inject(&record, world.now).unwrap();
        };
        record(&mut world, 1, "kms.amazonaws.com", None, "vpce-1");
        assert!(delivered(&mut world).is_empty());
        let fields = json!([
            {"Field": "eventCategory", "Equals": ["NetworkActivity"]},
            {"Field": "eventSource", "Equals": ["kms.amazonaws.com"]},
            {"Field": "errorCode", "Equals": ["VpceAccessDenied"]},
            {"Field": "vpcEndpointId", "NotEquals": ["vpce-2"]},
        ]);
        world.ok(
            "PutEventSelectors",
            json!({"TrailName": "my-trail", "AdvancedEventSelectors": [{"FieldSelectors": fields}]}),
        );
        let denied = Some("VpceAccessDenied");
        record(&mut world, 2, "kms.amazonaws.com", denied, "vpce-1");
        record(&mut world, 3, "kms.amazonaws.com", None, "vpce-1");
        record(&mut world, 4, "s3.amazonaws.com", denied, "vpce-1");
        record(&mut world, 5, "kms.amazonaws.com", denied, "vpce-2");
        record(&mut world, 6, "kms.amazonaws.com", denied, "vpce-3");
        assert_eq!(delivered(&mut world), [2, 6]);
        let history = world.ok("LookupEvents", json!({}));
        let events = history["Events"].as_array().unwrap();
        assert!(events.len() >= 3);
        assert!(events.iter().all(|event| event["EventName"] != "ListKeys"));
    }
}
