//! Log files: which events they hold, and that none is lost.

use super::*;

#[test]
fn a_refusing_bucket_loses_nothing_and_the_status_tells_the_truth() {
    let (mut world, mut bucket) = validated();
    bucket.courier(&mut world);
    bucket.refuses = true;
    bucket.advance(&mut world, 3 * 3600);
    assert!(bucket.objects.values().all(|put| put.body.is_empty()));
    let status = world.ok("GetTrailStatus", json!({"Name": "my-trail"}));
    assert_eq!(status["LatestDeliveryError"], "NoSuchBucket");
    assert_eq!(status["LatestDigestDeliveryError"], "NoSuchBucket");
    assert_eq!(status.get("LatestDeliveryTime"), None);
    assert_ne!(status["LatestDeliveryAttemptTime"], "");
    assert_eq!(status["LatestDeliveryAttemptSucceeded"], "");
    let tries = bucket.puts;
    assert!((5..60).contains(&tries), "retries back off: {tries}");
    bucket.refuses = false;
    bucket.advance(&mut world, 3600);
    let digests = bucket.verified(&world.trail);
    assert_eq!(bucket.filed(&digests), bucket.keys("/CloudTrail/").len());
    assert!(bucket.names().contains(&"StartLogging".to_owned()));
    let status = world.ok("GetTrailStatus", json!({"Name": "my-trail"}));
    assert_eq!(status.get("LatestDeliveryError"), None);
    assert!(status["LatestDeliveryTime"].is_number());
}

#[test]
fn a_multi_region_trail_logs_wherever_the_account_calls() {
    let (mut world, mut bucket) =
        logging(json!({"IsMultiRegionTrail": true, "EnableLogFileValidation": true}));
    bucket.advance(&mut world, 600);
    world.region("eu-west-1");
    world.ok("ListTrails", json!({}));
    bucket.advance(&mut world, 2 * 3600);
    assert_eq!(bucket.keys("/CloudTrail/eu-west-1/").len(), 1);
    assert!(!bucket.keys("/CloudTrail-Digest/eu-west-1/").is_empty());
    bucket.verified(&world.trail);
    let arn = "arn:aws:cloudtrail:us-east-1:111122223333:trail/my-trail";
    assert!(world.ok("GetTrailStatus", json!({"Name": arn}))["LatestDeliveryTime"].is_number());
}

#[test]
fn a_deleted_trail_still_delivers_what_it_gathered() {
    let (mut world, mut bucket) = validated();
    world.ok("DeleteTrail", json!({"Name": "my-trail"}));
    world.ok("ListTrails", json!({}));
    bucket.advance(&mut world, 7200);
    assert_eq!(bucket.names(), ["StartLogging", "DeleteTrail"]);
    assert_eq!(bucket.filed(&bucket.verified(&world.trail)), 1);
    assert_eq!(world.trail.census().outbox, 0);
}

#[test]
fn data_events_go_to_trails_that_select_them_and_never_to_history() {
    let (mut world, mut bucket) = logging(json!({}));
    let selectors =
        json!([{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::data/"]}]}]);
    world.ok(
        "PutEventSelectors",
        json!({"TrailName": "my-trail", "EventSelectors": selectors}),
    );
    for bucket in ["data", "other"] {
        let mut draft = crate::testing::draft("GetObject");
        draft.event_source = "s3.amazonaws.com".into();
        draft.category = crate::draft::Category::Data;
        draft.resources = vec![crate::draft::Resource {
            account_id: None,
            kind: Some("AWS::S3::Object".to_owned()),
            arn: Some(format!("arn:aws:s3:::{bucket}/key")),
            arn_prefix: None,
        }];
        world.trail.record(draft, world.now);
    }
    bucket.advance(&mut world, 600);
    assert_eq!(
        bucket.names(),
        ["StartLogging", "PutEventSelectors", "GetObject"]
    );
    let history = world.ok("LookupEvents", json!({})).to_string();
    assert!(!history.contains("GetObject"));
}

/// A restart is invisible: with the store reopened after every step, the same files come out.
#[test]
fn a_restart_in_between_changes_no_byte() {
    let run = |restarts: bool| {
        let (mut world, mut bucket) = validated();
        let step = |world: &mut World, bucket: &mut Bucket, seconds: u64| {
            if restarts {
                world.trail.commit().unwrap();
                let store = std::mem::replace(&mut world.trail, closed()).into_store();
                world.trail = CloudTrail::open(store, settings()).unwrap();
            }
            bucket.advance(world, seconds);
        };
        for seconds in [0, 100, 0, 250, 1500, 0, 3600] {
            world.ok("ListTrails", json!({}));
            step(&mut world, &mut bucket, seconds);
        }
        world.ok("StopLogging", json!({"Name": "my-trail"}));
        step(&mut world, &mut bucket, 3600);
        assert!(bucket.names().contains(&"StopLogging".to_owned()));
        bucket.verified(&world.trail);
        bucket
            .objects
            .into_iter()
            .map(|(key, put)| (key, put.body))
            .collect::<Vec<_>>()
    };
    let (plain, restarted) = (run(false), run(true));
    assert_eq!(plain, restarted);
}

fn settings() -> Settings {
    Settings {
        seed: [7; 32],
        pace: Pace::AWS,
        bucket_policy: BucketPolicy::Enforced,
        throttling: crate::settings::Throttling::Off,
    }
}

fn closed() -> CloudTrail {
    CloudTrail::open(memory(), settings()).unwrap()
}

#[test]
fn a_file_past_the_size_of_aws_is_split() {
    let (mut world, mut bucket) = logging(json!({}));
    let long = "x".repeat(200 * 1024);
    let record = |n: u32| {
        format!(
            r#"{{"eventTime":"{}","eventSource":"a.amazonaws.com","eventName":"E","awsRegion":"us-east-1","eventID":"3a1acb39-c13b-4e73-a0e3-{n:012}","recipientAccountId":"111122223333","eventCategory":"Management","x":"{long}"}}"#,
            Timestamp::from_seconds(1_795_449_900).iso()
        )
    };
    for n in 0..300 {
        world.trail.inject(&record(n), world.now).unwrap();
    }
    bucket.advance(&mut world, 600);
    let files = bucket.keys("/CloudTrail/");
    assert!(files.len() >= 2, "{files:?}");
    assert!(
        files
            .iter()
            .all(|key| bucket.text(key).len() <= crate::quotas::LOG_FILE_BYTES + 14)
    );
    assert_eq!(
        bucket.names().iter().filter(|name| *name == "E").count(),
        300
    );
}
