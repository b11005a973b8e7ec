//! Organization trails: every account of the organization, each in its own folder below the organization's.

use super::*;

const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:111122223333:trail/my-trail";
const MEMBER: &str = "444455556661";

/// An organization trail of the management account that logs, with an empty bucket.
fn organization_trail(input: Value) -> (World, Bucket) {
    let mut world = World::with_organization();
    let mut create =
        json!({"Name": "my-trail", "S3BucketName": "logs", "IsOrganizationTrail": true});
    let more = input.as_object().unwrap().clone();
    create.as_object_mut().unwrap().extend(more);
    world.ok("CreateTrail", create);
    world.ok("StartLogging", json!({"Name": "my-trail"}));
    (world, Bucket::default())
}

#[test]
fn members_are_logged_in_folders_of_their_own_with_chains_of_their_own() {
    let (mut world, mut bucket) =
        organization_trail(json!({"EnableLogFileValidation": true, "S3KeyPrefix": "p"}));
    bucket.advance(&mut world, 600);
    world.account(MEMBER);
    world.ok("ListTrails", json!({}));
    bucket.advance(&mut world, 2 * 3600);
    let folder = |account: &str| format!("p/AWSLogs/o-a1b2c3d4e5/{account}/");
    for account in ["111122223333", MEMBER] {
        let files = bucket.keys(&format!("{}CloudTrail/us-east-1/", folder(account)));
        assert_eq!(files.len(), 1, "{account}");
        for record in serde_json::from_str::<Value>(&bucket.text(files[0])).unwrap()["Records"]
            .as_array()
            .unwrap()
        {
            assert_eq!(record["recipientAccountId"], account);
        }
        let digests = bucket.keys(&format!("{}CloudTrail-Digest/us-east-1/", folder(account)));
        assert!(digests.len() > 1, "{account}");
        assert!(digests[0].contains(&format!("/{account}_CloudTrail-Digest_us-east-1_my-trail_")));
    }
    let digests = bucket.verified(&world.trail);
    assert_eq!(bucket.filed(&digests), 2);
    let of_member = |digest: &&Value| digest["awsAccountId"] == MEMBER;
    assert!(digests.iter().filter(of_member).count() > 1);
    assert_eq!(bucket.findings(&world.trail), [""; 0]);
    // Each account sees how its own deliveries went.
    assert!(world.ok("GetTrailStatus", json!({"Name": TRAIL}))["LatestDeliveryTime"].is_number());
    world.account("444455556662");
    let status = world.ok("GetTrailStatus", json!({"Name": TRAIL}));
    assert_eq!(status["IsLogging"], true);
    assert_eq!(status.get("LatestDeliveryTime"), None);
}

#[test]
fn a_single_region_trail_logs_members_at_home_only() {
    let (mut world, mut bucket) = organization_trail(json!({}));
    world.account(MEMBER);
    world.region("eu-west-1");
    world.ok("ListTrails", json!({}));
    bucket.advance(&mut world, 600);
    assert!(bucket.keys(MEMBER).is_empty());
    world.region("us-east-1");
    world.ok("ListTrails", json!({}));
    bucket.advance(&mut world, 600);
    assert_eq!(bucket.keys(MEMBER).len(), 1);
}

#[test]
fn who_leaves_or_loses_access_is_no_longer_logged_and_nothing_gathered_is_lost() {
    let (mut world, mut bucket) = organization_trail(json!({"IsMultiRegionTrail": true}));
    world.account(MEMBER);
    world.ok("ListTrails", json!({}));
    world.later(1);
    world.declare(json!({"members": []}));
    world.ok("DescribeTrails", json!({}));
    bucket.advance(&mut world, 600);
    let of_member = |bucket: &Bucket| {
        let records = bucket.records();
        let its = records
            .iter()
            .filter(|record| record["recipientAccountId"] == MEMBER);
        its.map(|record| record["eventName"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(of_member(&bucket), ["ListTrails"]);
    world.declare(json!({"cloudTrailAccess": false}));
    world.ok("DescribeTrails", json!({}));
    bucket.advance(&mut world, 600);
    assert_eq!(of_member(&bucket), ["ListTrails"]);
    world.declare(json!({}));
    world.ok("GetTrail", json!({"Name": TRAIL}));
    bucket.advance(&mut world, 600);
    assert_eq!(of_member(&bucket), ["ListTrails", "GetTrail"]);
    let of_member_now = |world: &World| {
        let keys = world.trail.state.delivery.stream_keys();
        keys.iter()
            .filter(|key| key.place.account.as_str() == MEMBER)
            .count()
    };
    assert_eq!(of_member_now(&world), 1);
    // Under another manager the trail is its owner's alone.
    world.declare(json!({"managementAccount": MEMBER, "members": ["111122223333"]}));
    world.ok("DescribeTrails", json!({}));
    bucket.advance(&mut world, 600);
    assert_eq!(of_member(&bucket), ["ListTrails", "GetTrail"]);
    assert_eq!(of_member_now(&world), 0, "what has left is not remembered");
}

#[test]
fn a_trail_taken_from_the_organization_stays_with_its_owner() {
    let (mut world, mut bucket) = organization_trail(json!({}));
    let updated = world.ok(
        "UpdateTrail",
        json!({"Name": "my-trail", "IsOrganizationTrail": false}),
    );
    assert_eq!(updated["IsOrganizationTrail"], false);
    bucket.advance(&mut world, 600);
    world.account(MEMBER);
    world.ok("ListTrails", json!({}));
    bucket.advance(&mut world, 600);
    assert!(bucket.keys(MEMBER).is_empty());
    assert!(!bucket.keys("AWSLogs/111122223333/CloudTrail/").is_empty());
}

#[test]
fn an_organization_outlives_a_restart() {
    let (mut world, mut bucket) = organization_trail(json!({}));
    world.account(MEMBER);
    world.ok("ListTrails", json!({}));
    let mut world = world.restarted();
    assert_eq!(world.trail.organizations().count(), 1);
    world.ok("ListTrails", json!({}));
    bucket.advance(&mut world, 600);
    assert_eq!(bucket.keys(MEMBER).len(), 1);
    assert_eq!(
        bucket
            .names()
            .iter()
            .filter(|name| *name == "ListTrails")
            .count(),
        2
    );
}
