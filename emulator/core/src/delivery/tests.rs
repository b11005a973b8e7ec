//! Delivery from the first event to the last digest, against a bucket in memory that can refuse.

use std::collections::BTreeMap;
use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use rsa::pkcs1::DecodeRsaPublicKey;
use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::signature::Verifier;
use serde_json::{Value, json};
use sha2::Sha256;

use super::log_file;
use crate::cloudtrail::CloudTrail;
use crate::effect::{Effect, Outcome, PutObject};
use crate::settings::{BucketPolicy, Pace, Settings};
use crate::testing::{World, memory};
use crate::time::Timestamp;
use crate::validation::{Files, Location, Stored, Verdict, validate};

/// A bucket that takes everything, or nothing.
#[derive(Default)]
struct Bucket {
    objects: BTreeMap<String, PutObject>,
    refuses: bool,
    puts: usize,
}

impl Bucket {
    /// Does what waits, without letting time pass.
    fn courier(&mut self, world: &mut World) {
        world.trail.run_due(world.now);
        while let Some((id, Effect::PutObject(put))) = world.trail.next_effect() {
            self.puts += 1;
            let outcome = if self.refuses {
                Outcome::Failed {
                    code: "NoSuchBucket".to_owned(),
                }
            } else {
                let before = self.objects.insert(put.key.clone(), *put);
                assert!(
                    before.is_none_or(|before| before.body.is_empty()),
                    "a key is used once"
                );
                Outcome::Done
            };
            world.trail.settle(id, outcome, world.now);
            world.trail.run_due(world.now);
        }
    }

    /// Lets time pass from due to due.
    fn advance(&mut self, world: &mut World, seconds: u64) {
        let end = world.now.plus(std::time::Duration::from_secs(seconds));
        self.courier(world);
        while let Some(due) = world.trail.next_due().filter(|due| *due <= end) {
            world.now = world.now.max(due);
            self.courier(world);
        }
        world.now = end;
        self.courier(world);
    }

    fn keys(&self, folder: &str) -> Vec<&str> {
        let files = self
            .objects
            .iter()
            .filter(|(key, put)| key.contains(folder) && !put.body.is_empty());
        files.map(|(key, _)| key.as_str()).collect()
    }

    fn text(&self, key: &str) -> String {
        let mut text = String::new();
        let body = self.objects[key].body.as_slice();
        flate2::bufread::GzDecoder::new(body)
            .read_to_string(&mut text)
            .unwrap();
        text
    }

    fn records(&self) -> Vec<Value> {
        let files = self
            .keys("/CloudTrail/")
            .into_iter()
            .map(|key| serde_json::from_str(&self.text(key)).unwrap());
        files
            .flat_map(|file: Value| file["Records"].as_array().unwrap().clone())
            .collect()
    }

    fn names(&self) -> Vec<String> {
        self.records()
            .iter()
            .map(|record| record["eventName"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Verifies every chain as AWS's CLI does, and answers the digests oldest first.
    fn verified(&self, trail: &CloudTrail) -> Vec<Value> {
        let keys = trail.public_keys();
        let mut digests: Vec<Value> = Vec::new();
        for key in self.keys("/CloudTrail-Digest/") {
            let text = self.text(key);
            let digest: Value = serde_json::from_str(&text).unwrap();
            let (name, signature) = &self.objects[key].metadata[0];
            assert_eq!(name, "signature");
            assert_eq!(digest["digestS3Object"], key);
            let previous = digest["previousDigestSignature"].as_str().unwrap_or("null");
            let signed = format!(
                "{}\n{}/{key}\n{}\n{previous}",
                digest["digestEndTime"].as_str().unwrap(),
                digest["digestS3Bucket"].as_str().unwrap(),
                log_file::hash(&text)
            );
            let public = keys
                .iter()
                .find(|k| digest["digestPublicKeyFingerprint"] == k.fingerprint.as_str())
                .unwrap();
            let der = BASE64.decode(&public.value).unwrap();
            let verifier =
                VerifyingKey::<Sha256>::new(rsa::PublicKey::from_pkcs1_der(&der).unwrap());
            let signature =
                Signature::try_from(hex::decode(signature).unwrap().as_slice()).unwrap();
            verifier.verify(signed.as_bytes(), &signature).unwrap();
            for file in digest["logFiles"].as_array().unwrap() {
                let text = self.text(file["s3Object"].as_str().unwrap());
                assert_eq!(file["hashValue"], log_file::hash(&text));
            }
            if let Some(before) = digest["previousDigestS3Object"].as_str() {
                assert_eq!(
                    digest["previousDigestHashValue"],
                    log_file::hash(&self.text(before))
                );
                let before: Value = serde_json::from_str(&self.text(before)).unwrap();
                assert_eq!(digest["digestStartTime"], before["digestEndTime"], "no gap");
            }
            digests.push(digest);
        }
        digests.sort_by_key(|digest| digest["digestEndTime"].to_string());
        digests
    }

    /// What the validator reports, without what is valid.
    fn findings(&self, trail: &CloudTrail) -> Vec<String> {
        let at = |key: &String| Location {
            bucket: "logs".to_owned(),
            key: key.clone(),
        };
        let mut found = Vec::new();
        validate(
            self,
            self.objects.keys().map(at),
            &trail.public_keys(),
            &mut |finding| {
                if finding.verdict != Verdict::Valid {
                    found.push(format!("{:?} {}", finding.kind, finding.verdict));
                }
            },
        );
        found
    }

    fn filed(&self, digests: &[Value]) -> usize {
        digests
            .iter()
            .map(|digest| digest["logFiles"].as_array().unwrap().len())
            .sum()
    }
}

impl Files for Bucket {
    fn get(&self, at: &Location) -> Option<Stored> {
        let put = self.objects.get(&at.key)?;
        let signature = put.metadata.first().map(|(_, value)| value.clone());
        Some(Stored {
            body: put.body.clone(),
            signature,
        })
    }
}

#[test]
fn tampering_is_found_and_named() {
    let (mut world, mut bucket) = validated();
    for _ in 0..3 {
        world.ok("ListTrails", json!({}));
        bucket.advance(&mut world, 3600);
    }
    assert!(bucket.findings(&world.trail).is_empty());
    let owned = |keys: Vec<&str>| keys.into_iter().map(str::to_owned).collect::<Vec<_>>();
    let (log, digest) = (
        owned(bucket.keys("/CloudTrail/")),
        owned(bucket.keys("/CloudTrail-Digest/")),
    );
    let mut tampered = |key: &str, change: &dyn Fn(&mut Bucket)| {
        let before = bucket.objects[key].clone();
        change(&mut bucket);
        let found = bucket.findings(&world.trail);
        bucket.objects.insert(key.to_owned(), before);
        found
    };
    let set = |key: &str, body: Vec<u8>| {
        let key = key.to_owned();
        move |bucket: &mut Bucket| bucket.objects.get_mut(&key).unwrap().body = body.clone()
    };
    let changed = set(&log[0], log_file::gzip("{\"Records\":[]}"));
    assert_eq!(
        tampered(&log[0], &changed),
        ["Log INVALID: hash value doesn't match"]
    );
    let cut = set(&log[0], vec![1, 2, 3]);
    assert_eq!(tampered(&log[0], &cut), ["Log INVALID: invalid format"]);
    let mut longer = log_file::gzip("{}");
    longer.push(0);
    let longer = set(&log[0], longer);
    assert_eq!(
        tampered(&log[0], &longer),
        ["Log INVALID: unexpected data after end of compressed stream"]
    );
    let gone = |key: String| move |bucket: &mut Bucket| drop(bucket.objects.remove(&key));
    assert_eq!(
        tampered(&log[0], &gone(log[0].clone())),
        ["Log INVALID: not found"]
    );
    assert_eq!(
        tampered(&digest[1], &gone(digest[1].clone())),
        ["Digest INVALID: not found"]
    );
    let text = |bucket: &Bucket| bucket.text(&digest[1]).replace("SHA-256", "SHA-512");
    let altered = |bucket: &mut Bucket| {
        let body = log_file::gzip(&text(bucket));
        bucket.objects.get_mut(&digest[1]).unwrap().body = body;
    };
    assert_eq!(
        tampered(&digest[1], &altered),
        ["Digest INVALID: signature verification failed"]
    );
    let swapped = |bucket: &mut Bucket| {
        let other = bucket.objects[&digest[2]].clone();
        bucket.objects.insert(digest[1].clone(), other);
    };
    assert_eq!(
        tampered(&digest[1], &swapped),
        ["Digest INVALID: has been moved from its original location"]
    );
}

fn logging(input: Value) -> (World, Bucket) {
    let mut world = World::new();
    let mut create = json!({"Name": "my-trail", "S3BucketName": "logs"});
    create
        .as_object_mut()
        .unwrap()
        .extend(input.as_object().unwrap().clone());
    world.ok("CreateTrail", create);
    world.ok("StartLogging", json!({"Name": "my-trail"}));
    (world, Bucket::default())
}

fn validated() -> (World, Bucket) {
    logging(json!({"EnableLogFileValidation": true}))
}

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
    assert_eq!(bucket.names(), ["StartLogging", "ListTrails"]);
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
    assert_eq!(bucket.names(), ["StartLogging"]);
    assert_eq!(bucket.filed(&bucket.verified(&world.trail)), 1);
    assert_eq!(world.trail.census().outbox, 0);
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
