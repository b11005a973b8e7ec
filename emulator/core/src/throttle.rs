//! Throttling: how many calls of an operation AWS answers in a second. Buckets of tokens in memory only, filled by the
//! `now` that is told; nothing of it is kept, and with the switch off nothing of it is asked.

use std::collections::BTreeMap;

use crate::place::{AccountId, Region};
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// Calls per second, per account, region and operation, by how its name begins; the first row that fits holds. LookupEvents and
/// ListInsightsData say their rate in the API reference (D); the others are of the user guide's quotas and, for the
/// delegated administrators, of Service Quotas (D, trails.md 13). None can be raised.
const RATES: [(&str, u64); 6] = [
    ("LookupEvents", 2),
    ("ListInsightsData", 2),
    ("RegisterOrganizationDelegatedAdmin", 10),
    ("Get", 10),
    ("Describe", 10),
    ("List", 10),
];

/// Every other operation: create, update, delete, start, stop, put, add, remove (D, trails.md 13).
const OTHER_RATE: u64 = 1;

/// Seconds' worth of calls that a full bucket holds. How large a burst AWS lets pass is not known (I).
const BURST: u64 = 1;

/// Buckets that are kept at most. Past it those that are full again are forgotten, which changes nothing; when every
/// one is in use all are forgotten, which lets calls pass rather than refuse what AWS would answer.
const BUCKETS: usize = 4096;

/// Parts of a token: as many as a second has milliseconds, so that a rate per second fills a whole number of them
/// each millisecond.
const PARTS: u64 = 1000;

/// Calls per second of an operation.
fn rate(operation: &str) -> u64 {
    let row = RATES.iter().find(|(name, _)| operation.starts_with(name));
    row.map_or(OTHER_RATE, |(_, rate)| *rate)
}

/// The buckets in use. One that is not here is full.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    buckets: BTreeMap<(AccountId, Region, &'static str), Bucket>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// Parts of tokens that are left,
    parts: u64,
    /// as of then.
    at: Timestamp,
}

impl Throttle {
    /// Takes a token for this call, or refuses it when there is none. A refused call takes nothing.
    pub(crate) fn take(
        &mut self,
        account: AccountId,
        region: &Region,
        operation: &'static str,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if self.buckets.len() >= BUCKETS {
            self.make_room(now);
        }
        let rate = rate(operation);
        let bucket = self
            .buckets
            .entry((account, region.clone(), operation))
            .or_insert_with(|| Bucket::full(rate, now));
        bucket.fill(rate, now);
        let left = bucket.parts.checked_sub(PARTS);
        bucket.parts = left.ok_or(Refusal::Throttling)?;
        Ok(())
    }

    fn make_room(&mut self, now: Timestamp) {
        self.buckets.retain(|(_, _, operation), bucket| {
            bucket.fill(rate(operation), now);
            bucket.parts < capacity(rate(operation))
        });
        if self.buckets.len() >= BUCKETS {
            self.buckets.clear();
        }
    }
}

fn capacity(rate: u64) -> u64 {
    rate * BURST * PARTS
}

impl Bucket {
    fn full(rate: u64, now: Timestamp) -> Self {
        Self {
            parts: capacity(rate),
            at: now,
        }
    }

    /// Fills it up to `now`. A clock that was set back fills nothing, and the bucket goes on from there.
    fn fill(&mut self, rate: u64, now: Timestamp) {
        let passed = now.millis().saturating_sub(self.at.millis());
        let gained = rate.saturating_mul(u64::try_from(passed).unwrap_or(0));
        self.parts = self.parts.saturating_add(gained).min(capacity(rate));
        self.at = now;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::testing::{World, account};

    /// How many of a hundred calls at one moment are answered.
    fn burst(throttle: &mut Throttle, operation: &'static str, now: Timestamp) -> usize {
        let region = Region::us_east_1();
        (0..100)
            .filter(|_| throttle.take(account(), &region, operation, now).is_ok())
            .count()
    }

    #[test]
    fn every_operation_has_the_rate_of_its_quota() {
        for operation in localtrail_model::cloudtrail().operations() {
            let name = operation.name.as_str();
            let expected = match name {
                "LookupEvents" | "ListInsightsData" => 2,
                "RegisterOrganizationDelegatedAdmin" => 10,
                _ if ["Get", "List", "Describe"]
                    .iter()
                    .any(|verb| name.starts_with(verb)) =>
                {
                    10
                }
                _ => 1,
            };
            let mut throttle = Throttle::default();
            let now = Timestamp::from_seconds(1_795_449_900);
            assert_eq!(burst(&mut throttle, name, now), expected, "{name}");
            let half = now.plus(Duration::from_millis(500));
            assert_eq!(burst(&mut throttle, name, half), expected / 2, "{name}");
            let day = now.plus(Duration::from_secs(24 * 3600));
            assert_eq!(burst(&mut throttle, name, day), expected, "{name}");
        }
    }

    #[test]
    fn tokens_come_back_one_by_one_and_a_clock_set_back_gives_none() {
        let mut throttle = Throttle::default();
        let now = Timestamp::from_seconds(1_795_449_900);
        assert_eq!(burst(&mut throttle, "GetTrail", now), 10);
        assert_eq!(
            burst(
                &mut throttle,
                "GetTrail",
                now.plus(Duration::from_millis(99))
            ),
            0
        );
        assert_eq!(
            burst(
                &mut throttle,
                "GetTrail",
                now.plus(Duration::from_millis(100))
            ),
            1
        );
        let earlier = now.minus(Duration::from_secs(3600));
        assert_eq!(burst(&mut throttle, "GetTrail", earlier), 0);
        assert_eq!(
            burst(
                &mut throttle,
                "GetTrail",
                earlier.plus(Duration::from_secs(1))
            ),
            10
        );
    }

    #[test]
    fn accounts_regions_and_operations_do_not_share() {
        let mut throttle = Throttle::default();
        let now = Timestamp::from_seconds(1_795_449_900);
        let other_region = Region::parse("eu-west-1").unwrap();
        assert_eq!(burst(&mut throttle, "StopLogging", now), 1);
        assert_eq!(burst(&mut throttle, "StartLogging", now), 1);
        let elsewhere = throttle.take(account(), &other_region, "StopLogging", now);
        assert_eq!(elsewhere, Ok(()));
        let other = AccountId::from_number(7);
        let others = throttle.take(other, &Region::us_east_1(), "StopLogging", now);
        assert_eq!(others, Ok(()));
    }

    #[test]
    fn memory_is_bounded_and_what_is_in_use_is_remembered() {
        let mut throttle = Throttle::default();
        let region = Region::us_east_1();
        let now = Timestamp::from_seconds(1_795_449_900);
        for number in 0..4000 {
            let account = AccountId::from_number(number);
            assert_eq!(throttle.take(account, &region, "StopLogging", now), Ok(()));
        }
        let later = now.plus(Duration::from_secs(1));
        assert_eq!(burst(&mut throttle, "LookupEvents", later), 2);
        for number in 0..10_000 {
            let account = AccountId::from_number(number);
            assert_eq!(throttle.take(account, &region, "GetTrail", later), Ok(()));
            assert!(throttle.buckets.len() <= BUCKETS);
            if number == 1000 {
                assert_eq!(burst(&mut throttle, "LookupEvents", later), 0);
            }
        }
    }

    #[test]
    fn a_throttled_call_is_refused_before_all_else_and_still_an_event() {
        let mut world = World::throttled();
        let broken = json!({"LookupAttributes": "not a list"});
        for _ in 0..2 {
            world.refused_with("LookupEvents", broken.clone(), "SerializationException");
        }
        world.refused(
            "LookupEvents",
            broken,
            "ThrottlingException",
            "Rate exceeded",
        );
        // A body that cannot be read at all takes its token too.
        world.refused_with("LookupEvents", json!([1]), "ThrottlingException");
        assert_eq!(world.trail.census().events, 4);
        world.later(1);
        let newest = world.ok("LookupEvents", json!({"MaxResults": 1}));
        let record = newest["Events"][0]["CloudTrailEvent"].as_str().unwrap();
        let record: serde_json::Value = serde_json::from_str(record).unwrap();
        assert_eq!(record["eventName"], "LookupEvents");
        assert_eq!(record["errorCode"], "ThrottlingException");
        assert_eq!(record["errorMessage"], "Rate exceeded");
        assert_eq!(record["responseElements"], serde_json::Value::Null);
    }

    #[test]
    fn a_throttled_change_is_not_made() {
        let mut world = World::throttled();
        let create = |name: &str| json!({"Name": name, "S3BucketName": "logs"});
        world.ok("CreateTrail", create("first"));
        world.refused_with("CreateTrail", create("second"), "ThrottlingException");
        let trails = world.ok("ListTrails", json!({}));
        assert_eq!(trails["Trails"].as_array().unwrap().len(), 1);
        world.later(1);
        world.ok("CreateTrail", create("second"));
    }

    #[test]
    fn nothing_is_throttled_unless_asked_for() {
        let mut world = World::new();
        for _ in 0..100 {
            world.ok("LookupEvents", json!({"MaxResults": 1}));
        }
    }
}
