//! Chains of digests: where they begin, go on and end.

use super::*;

#[test]
fn an_hour_holds_its_log_files_and_its_digests_and_no_empty_file() {
    let (mut world, mut bucket) = validated();
    for _ in 0..3 {
        world.ok("ListTrails", json!({}));
    }
    bucket.advance(&mut world, 3600);
    assert_eq!(
        bucket.names(),
        ["StartLogging", "ListTrails", "ListTrails", "ListTrails"]
    );
    assert_eq!(bucket.keys("/CloudTrail/").len(), 1, "one file for all");
    let digests = bucket.verified(&world.trail);
    assert_eq!(digests.len(), 2, "the starting one and the hour's");
    assert_eq!(digests[0]["previousDigestSignature"], Value::Null);
    assert_eq!(digests[0]["logFiles"], json!([]));
    assert_eq!(bucket.filed(&digests), 1);
    bucket.advance(&mut world, 3600);
    assert_eq!(bucket.keys("/CloudTrail/").len(), 1, "no events, no file");
    assert_eq!(
        bucket.verified(&world.trail).len(),
        3,
        "a digest all the same"
    );
    let markers = bucket
        .objects
        .values()
        .filter(|put| put.body.is_empty())
        .map(|put| put.key.as_str());
    assert_eq!(
        markers.collect::<Vec<_>>(),
        [
            "AWSLogs/111122223333/CloudTrail-Digest/",
            "AWSLogs/111122223333/CloudTrail/"
        ]
    );
}

#[test]
fn stopping_delivers_earlier_events_and_ends_the_chain() {
    let (mut world, mut bucket) = validated();
    world.later(10);
    world.ok("ListTrails", json!({}));
    world.later(10);
    world.ok("StopLogging", json!({"Name": "my-trail"}));
    world.ok("GetTrail", json!({"Name": "my-trail"}));
    bucket.advance(&mut world, 7200);
    assert_eq!(
        bucket.names(),
        ["StartLogging", "ListTrails", "StopLogging"]
    );
    let digests = bucket.verified(&world.trail);
    assert_eq!(digests.len(), 2);
    assert_eq!(bucket.filed(&digests), 1);
    world.ok("StartLogging", json!({"Name": "my-trail"}));
    bucket.advance(&mut world, 3600);
    let digests = bucket.verified(&world.trail);
    let starting = digests
        .iter()
        .filter(|digest| digest["previousDigestSignature"].is_null())
        .count();
    assert_eq!(
        (digests.len(), starting),
        (4, 2),
        "a restart begins a new chain"
    );
}

#[test]
fn stopping_and_starting_within_a_second_keeps_every_digest() {
    let (mut world, mut bucket) = validated();
    for _ in 0..3 {
        world.ok("StopLogging", json!({"Name": "my-trail"}));
        bucket.courier(&mut world);
        world.ok("StartLogging", json!({"Name": "my-trail"}));
    }
    bucket.advance(&mut world, 3700);
    let digests = bucket.verified(&world.trail);
    assert_eq!(bucket.filed(&digests), bucket.keys("/CloudTrail/").len());
    let chains = digests
        .iter()
        .filter(|digest| digest["previousDigestSignature"].is_null());
    assert_eq!(chains.count(), 4);
}

#[test]
fn a_flush_delivers_everything_at_once_even_twice_within_a_second() {
    let (mut world, mut bucket) = validated();
    for expected in 1..=3 {
        world.ok("ListTrails", json!({}));
        world.trail.flush(world.now);
        bucket.courier(&mut world);
        assert_eq!(bucket.keys("/CloudTrail/").len(), expected);
        assert_eq!(bucket.filed(&bucket.verified(&world.trail)), expected);
    }
    let digests = bucket.verified(&world.trail).len();
    world.trail.flush(world.now);
    bucket.courier(&mut world);
    assert_eq!(
        bucket.verified(&world.trail).len(),
        digests,
        "nothing new within the second"
    );
    bucket.advance(&mut world, 7200);
    bucket.verified(&world.trail);
}

#[test]
fn validation_may_come_and_go_and_the_prefix_change() {
    let (mut world, mut bucket) = logging(json!({}));
    bucket.advance(&mut world, 3600);
    assert!(bucket.keys("/CloudTrail-Digest/").is_empty());
    world.ok(
        "UpdateTrail",
        json!({"Name": "my-trail", "EnableLogFileValidation": true}),
    );
    bucket.advance(&mut world, 3600);
    world.ok(
        "UpdateTrail",
        json!({"Name": "my-trail", "S3KeyPrefix": "new"}),
    );
    bucket.advance(&mut world, 3600);
    let digests = bucket.verified(&world.trail);
    assert_eq!(digests.len(), 3);
    let last = &digests[2];
    assert!(
        last["digestS3Object"]
            .as_str()
            .unwrap()
            .starts_with("new/AWSLogs/")
    );
    assert!(
        last["previousDigestS3Object"]
            .as_str()
            .unwrap()
            .starts_with("AWSLogs/"),
        "the chain goes on"
    );
    world.ok(
        "UpdateTrail",
        json!({"Name": "my-trail", "EnableLogFileValidation": false}),
    );
    bucket.advance(&mut world, 7200);
    assert!(
        bucket.verified(&world.trail).len() <= 4,
        "the chain has ended"
    );
}

#[test]
fn forty_days_use_more_than_one_key() {
    let (mut world, mut bucket) = validated();
    bucket.advance(&mut world, 40 * 24 * 3600);
    let digests = bucket.verified(&world.trail);
    assert_eq!(digests.len(), 1 + 40 * 24);
    let mut keys: Vec<String> = digests
        .iter()
        .map(|d| d["digestPublicKeyFingerprint"].to_string())
        .collect();
    keys.dedup();
    assert!((2..=3).contains(&keys.len()), "{keys:?}");
}
