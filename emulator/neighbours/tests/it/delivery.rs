//! CloudTrail's own deliveries, and what core asks of the neighbourhood.

use localtrail_core::{
    Admission, BucketAction, BucketPolicy, BucketRequest, PublicKey, PutObject, Region,
    Surroundings, Timestamp,
};
use localtrail_neighbours::Neighbours;

use crate::town::{NOW, OWNER, Town, account, options};

const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:111122223333:trail/t";

fn policy(prefix: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[
        {{"Effect":"Allow","Principal":{{"Service":"cloudtrail.amazonaws.com"}},"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::bkt"}},
        {{"Effect":"Allow","Principal":{{"Service":"cloudtrail.amazonaws.com"}},"Action":"s3:PutObject",
          "Resource":"arn:aws:s3:::bkt/{prefix}AWSLogs/{OWNER}/*",
          "Condition":{{"StringEquals":{{"s3:x-amz-acl":"bucket-owner-full-control","aws:SourceArn":"{TRAIL}"}}}}}}]}}"#
    )
}

fn key(fingerprint: &str) -> PublicKey {
    PublicKey {
        region: Region::us_east_1(),
        fingerprint: fingerprint.to_owned(),
        value: "AAAA".to_owned(),
        validity_start_time: Timestamp::from_millis(NOW),
        validity_end_time: Timestamp::from_millis(NOW + 1),
    }
}

fn object(key: &str, body: &[u8]) -> PutObject {
    PutObject {
        account: account(OWNER),
        region: Region::us_east_1(),
        trail_arn: TRAIL.to_owned(),
        bucket: "bkt".to_owned(),
        key: key.to_owned(),
        body: body.to_vec(),
        content_type: "application/json",
        content_encoding: "gzip",
        metadata: vec![("signature".to_owned(), "abcd".to_owned())],
        signed_with: None,
    }
}

#[tokio::test]
async fn a_delivery_needs_bucket_and_policy() {
    let town = Town::new();
    let now = Timestamp::from_millis(NOW);
    let log = object(
        "AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/23/x.json.gz",
        b"gz",
    );
    assert_eq!(
        town.neighbours.put_object(&log, now),
        Err("NoSuchBucket".to_owned())
    );
    town.ask("PUT", "/bkt", &[], "").await;
    assert_eq!(
        town.neighbours.put_object(&log, now),
        Err("AccessDenied".to_owned())
    );
    town.ask("PUT", "/bkt?policy", &[], policy("p/")).await;
    assert_eq!(
        town.neighbours.put_object(&log, now),
        Err("AccessDenied".to_owned())
    );
    town.ask("PUT", "/bkt?policy", &[], policy("")).await;
    assert_eq!(town.neighbours.put_object(&log, now), Ok(()));
    assert_eq!(
        town.neighbours.put_object(&log, now),
        Ok(()),
        "twice does no harm"
    );
    let mut wrong = log.clone();
    wrong.trail_arn = TRAIL.replace("/t", "/u");
    assert_eq!(
        town.neighbours.put_object(&wrong, now),
        Err("AccessDenied".to_owned())
    );
    let got = town.get(&log.key).await;
    assert_eq!(got.body.as_ref(), b"gz");
    for (name, value) in [
        ("content-type", "application/json"),
        ("content-encoding", "gzip"),
        ("x-amz-meta-signature", "abcd"),
        ("x-amz-server-side-encryption", "AES256"),
        ("last-modified", "Mon, 23 Nov 2026 16:05:00 GMT"),
    ] {
        assert_eq!(got.header(name), value);
    }
    let marker = object("AWSLogs/111122223333/CloudTrail/", b"");
    assert_eq!(town.neighbours.put_object(&marker, now), Ok(()));
    assert_eq!(town.list("", 10).await, [marker.key, log.key]);
}

#[tokio::test]
async fn lenient_asks_no_policy() {
    let town = Town::with_bucket().await;
    let lenient = Neighbours::open(&town.root(), options(BucketPolicy::Ignored)).unwrap();
    assert_eq!(
        lenient.put_object(&object("x", b"1"), Timestamp::from_millis(NOW)),
        Ok(())
    );
    let mut none = object("x", b"1");
    for name in ["none", "../b", ""] {
        none.bucket = name.to_owned();
        assert_eq!(
            lenient.put_object(&none, Timestamp::from_millis(NOW)),
            Err("NoSuchBucket".to_owned())
        );
    }
}

#[tokio::test]
async fn public_keys_are_kept_once() {
    let town = Town::with_bucket().await;
    town.ask("PUT", "/bkt?policy", &[], policy("")).await;
    for fingerprint in ["aa", "bb", "aa"] {
        let mut digest = object("AWSLogs/111122223333/CloudTrail-Digest/d", b"1");
        digest.signed_with = Some(key(fingerprint));
        town.neighbours
            .put_object(&digest, Timestamp::from_millis(NOW))
            .unwrap();
    }
    let kept = std::fs::read(town.file(".localtrail/public-keys.json")).unwrap();
    let kept: Vec<PublicKey> = serde_json::from_slice(&kept).unwrap();
    assert_eq!(kept, [key("aa"), key("bb")]);
    town.neighbours.reset().unwrap();
    assert!(town.file(".localtrail/public-keys.json").exists());
}

#[tokio::test]
async fn what_core_asks() {
    let town = Town::with_bucket().await;
    let bucket = town.neighbours.bucket("bkt").unwrap();
    assert_eq!(
        (bucket.owner, bucket.region),
        (account(OWNER), Region::us_east_1())
    );
    for none in ["none", "..", "", "b/../b"] {
        assert_eq!(town.neighbours.bucket(none), None);
    }
    let asks = |action| {
        let request = BucketRequest {
            bucket: "bkt",
            action,
            trail_arn: TRAIL,
            account: account(OWNER),
        };
        town.neighbours.bucket_admits(&request)
    };
    let put = BucketAction::PutObject {
        key: "AWSLogs/111122223333/CloudTrail/",
    };
    assert_eq!(asks(BucketAction::GetBucketAcl), Admission::Refused);
    town.ask("PUT", "/bkt?policy", &[], policy("")).await;
    assert_eq!(asks(BucketAction::GetBucketAcl), Admission::Admitted);
    assert_eq!(asks(put), Admission::Admitted);
    assert_eq!(
        asks(BucketAction::PutObject { key: "elsewhere" }),
        Admission::Refused
    );
    let of_service = policy("").replace(
        r#""s3:x-amz-acl":"bucket-owner-full-control""#,
        r#""aws:PrincipalType":"AWSService""#,
    );
    town.ask("PUT", "/bkt?policy", &[], of_service).await;
    assert_eq!(
        asks(put),
        Admission::Refused,
        "the preflight's principal is an assumed role"
    );
}
