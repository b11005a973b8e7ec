//! AWS's limits, each with its unit and source. None can be raised (D, trails.md 13).

/// Trails of an account in a region; a multi-region trail counts in every region.
pub(crate) const TRAILS_PER_REGION: usize = 5;
/// Basic event selectors of a trail.
pub(crate) const EVENT_SELECTORS: usize = 5;
/// Values of data resources over all basic selectors of a trail; all-resource values do not count (O).
pub(crate) const DATA_RESOURCE_VALUES: usize = 250;
/// Values over all conditions and advanced selectors of a trail.
pub(crate) const ADVANCED_VALUES: usize = 500;
/// Tags of a resource.
pub(crate) const TAGS_PER_RESOURCE: usize = 50;
/// ARNs of a ListTags call.
pub(crate) const TAGGED_RESOURCES: usize = 20;
/// Delegated administrators of an organization.
pub(crate) const DELEGATED_ADMINISTRATORS: usize = 3;
/// Characters of an S3 key prefix.
pub(crate) const KEY_PREFIX: usize = 200;
/// Characters of a topic name.
pub(crate) const TOPIC_NAME: usize = 256;
/// Days that event history goes back.
pub(crate) const HISTORY_DAYS: u64 = 90;
/// Days that a refused delivery is tried again (D, formats.md 1.2).
pub(crate) const RETRY_DAYS: u64 = 30;
/// Bytes of a log file before compression; then it is split (D, formats.md 1.2).
pub(crate) const LOG_FILE_BYTES: usize = 50_000_000;
/// Bytes of a record that is put in: 256 KB (D, formats.md 2.1).
pub(crate) const RECORD_BYTES: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::World;

    fn create(name: &str) -> Value {
        json!({"Name": name, "S3BucketName": "logs"})
    }

    fn create_everywhere(name: &str) -> Value {
        json!({"Name": name, "S3BucketName": "logs", "IsMultiRegionTrail": true})
    }

    #[test]
    fn the_numbers_are_those_of_the_user_guide() {
        assert_eq!((TRAILS_PER_REGION, EVENT_SELECTORS), (5, 5));
        assert_eq!((DATA_RESOURCE_VALUES, ADVANCED_VALUES), (250, 500));
        assert_eq!((TAGS_PER_RESOURCE, TAGGED_RESOURCES), (50, 20));
        assert_eq!((KEY_PREFIX, TOPIC_NAME, HISTORY_DAYS), (200, 256, 90));
    }

    #[test]
    fn a_multi_region_trail_counts_in_every_region() {
        let mut world = World::new();
        let code = "MaximumNumberOfTrailsExceededException";
        for n in 1..=3 {
            world.ok("CreateTrail", create_everywhere(&format!("everywhere-{n}")));
        }
        world.region("eu-west-1");
        for n in 1..=2 {
            world.ok("CreateTrail", create(&format!("here-{n}")));
        }
        let sentence = "User: 111122223333 already has 5 trails in eu-west-1.";
        world.refused("CreateTrail", create("here-3"), code, sentence);
        world.region("us-east-1");
        world.refused(
            "CreateTrail",
            create_everywhere("everywhere-4"),
            code,
            sentence,
        );
        world.ok("CreateTrail", create("there-1"));
        world.ok("CreateTrail", create("there-2"));
        let sentence = "User: 111122223333 already has 5 trails in us-east-1.";
        world.refused("CreateTrail", create("there-3"), code, sentence);
        world.ok("DeleteTrail", json!({"Name": "everywhere-1"}));
        world.ok("CreateTrail", create("there-3"));
    }

    #[test]
    fn fifty_tags_are_enough_at_once_and_one_by_one() {
        let mut world = World::new();
        let tags = |from: usize, to: usize| -> Vec<Value> {
            (from..to)
                .map(|n| json!({"Key": format!("key-{n}"), "Value": "v"}))
                .collect()
        };
        let code = "TagsLimitExceededException";
        let mut input = create("my-trail");
        input["TagsList"] = json!(tags(0, TAGS_PER_RESOURCE + 1));
        world.refused_with("CreateTrail", input.clone(), code);
        input["TagsList"] = json!(tags(0, TAGS_PER_RESOURCE - 1));
        let arn = world.ok("CreateTrail", input)["TrailARN"].clone();
        let add = |tags: Vec<Value>| json!({"ResourceId": arn, "TagsList": tags});
        world.refused_with("AddTags", add(tags(100, 102)), code);
        world.ok("AddTags", add(tags(100, 101)));
        world.refused_with("AddTags", add(tags(101, 102)), code);
        // A key that is there takes no more room.
        world.ok("AddTags", add(tags(0, 10)));
    }

    #[test]
    fn selectors_and_their_values_are_counted() {
        let mut world = World::new();
        world.ok("CreateTrail", create("my-trail"));
        let mut put = |member: &str, selectors: Value| {
            let input = json!({"TrailName": "my-trail", member: selectors});
            world.call("PutEventSelectors", &input).error
        };
        let refused = Some("InvalidEventSelectorsException");
        assert_eq!(put("EventSelectors", json!(vec![json!({}); 5])), None);
        assert_eq!(put("EventSelectors", json!(vec![json!({}); 6])), refused);
        let values = |count: usize| {
            let values = vec!["arn:aws:s3:::b/"; count];
            json!([{"DataResources": [{"Type": "AWS::S3::Object", "Values": values}]}])
        };
        assert_eq!(put("EventSelectors", values(250)), None);
        assert_eq!(put("EventSelectors", values(251)), refused);
        let filters = |count: usize| {
            let values: Vec<String> = (0..count).map(|n| format!("arn:aws:s3:::b/{n}")).collect();
            json!([{"FieldSelectors": [
                {"Field": "eventCategory", "Equals": ["Data"]},
                {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
                {"Field": "resources.ARN", "StartsWith": values},
            ]}])
        };
        assert_eq!(put("AdvancedEventSelectors", filters(498)), None);
        assert_eq!(put("AdvancedEventSelectors", filters(499)), refused);
    }
}
