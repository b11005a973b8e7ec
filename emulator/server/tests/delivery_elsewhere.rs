//! Deliveries to buckets that lie at an upstream, which here is another emulator.

#![allow(clippy::unwrap_used)] // A helper that fails fails its test.

mod support;

use std::path::{Path, PathBuf};

use localtrail::{Emulator, UpstreamKeys};
use support::{Answer, cloudtrail, send, signature};

const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[
{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::logs"},
{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::logs/AWSLogs/*"}]}"#;
const LOCATION: &str = "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>";
const TRAIL: &str = r#"{"Name":"all","S3BucketName":"logs","EnableLogFileValidation":true}"#;

fn before(upstream: &Emulator) -> Emulator {
    let choice = format!("s3={}", upstream.endpoint_url());
    Emulator::builder()
        .upstream(choice.parse().unwrap())
        .start_blocking()
        .unwrap()
}

fn put(emulator: &Emulator, target: &str, body: &str) -> Answer {
    let scope = signature("000000000000", "s3");
    let headers = [("Authorization", scope.as_str())];
    send(emulator.endpoint_url(), "PUT", target, &headers, body)
}

fn call(emulator: &Emulator, operation: &str, body: &str) -> Answer {
    cloudtrail(emulator.endpoint_url(), "test", operation, body)
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).into_iter().flatten() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found
}

#[test]
fn log_files_and_digests_arrive_there() {
    let upstream = Emulator::start_blocking().unwrap();
    let emulator = before(&upstream);
    assert_eq!(put(&emulator, "/logs", LOCATION).status, 200);
    assert_eq!(put(&emulator, "/logs?policy", POLICY).status, 204);
    let created = call(&emulator, "CreateTrail", TRAIL);
    assert_eq!(created.status, 200, "{created:?}");
    assert_eq!(
        call(&emulator, "StartLogging", r#"{"Name":"all"}"#).status,
        200
    );
    let flushed = emulator.flush();
    assert!(flushed.failed.is_empty(), "{flushed:?}");
    let names: Vec<String> = files(&upstream.bucket_dir().join("logs"))
        .iter()
        .map(|path| path.to_string_lossy().into_owned())
        .filter(|path| path.ends_with(".json.gz"))
        .collect();
    let count = |kind: &str| names.iter().filter(|path| path.contains(kind)).count();
    assert!(count("_CloudTrail_") >= 1, "{names:?}");
    assert!(count("_CloudTrail-Digest_") >= 1, "{names:?}");
    assert!(
        files(emulator.bucket_dir())
            .iter()
            .all(|path| !path.ends_with(".json.gz"))
    );
    let status = call(&emulator, "GetTrailStatus", r#"{"Name":"all"}"#).json();
    assert!(status["LatestDeliveryTime"].is_number(), "{status}");
}

#[test]
fn what_does_not_let_cloudtrail_in_is_refused() {
    let upstream = Emulator::start_blocking().unwrap();
    let emulator = before(&upstream);
    let missing = call(&emulator, "CreateTrail", TRAIL);
    assert!(
        missing.body.contains("S3BucketDoesNotExistException"),
        "{missing:?}"
    );
    assert_eq!(put(&emulator, "/logs", LOCATION).status, 200);
    let closed = call(&emulator, "CreateTrail", TRAIL);
    assert!(
        closed.body.contains("InsufficientS3BucketPolicyException"),
        "{closed:?}"
    );
    assert_eq!(put(&emulator, "/logs?policy", POLICY).status, 204);
    assert_eq!(call(&emulator, "CreateTrail", TRAIL).status, 200);
    assert_eq!(
        call(&emulator, "StartLogging", r#"{"Name":"all"}"#).status,
        200
    );
    let scope = signature("000000000000", "s3");
    let headers = [("Authorization", scope.as_str())];
    let gone = send(
        emulator.endpoint_url(),
        "DELETE",
        "/logs?policy",
        &headers,
        "",
    );
    assert_eq!(gone.status, 204);
    let flushed = emulator.flush();
    assert!(
        flushed.failed.iter().any(|one| one.code == "AccessDenied"),
        "{flushed:?}"
    );
}

#[test]
fn deliveries_are_signed_with_the_given_keys_and_wait_for_an_upstream_that_is_down() {
    let upstream = Emulator::builder()
        .check_signatures()
        .start_blocking()
        .unwrap();
    let choice = format!("s3={}", upstream.endpoint_url());
    let emulator = Emulator::builder()
        .upstream(choice.parse().unwrap())
        .upstream_keys(UpstreamKeys {
            access_key_id: "000000000000".to_owned(),
            secret_access_key: "test".to_owned(),
            session_token: None,
        })
        .start_blocking()
        .unwrap();
    assert_eq!(put(&emulator, "/logs", LOCATION).status, 200);
    assert_eq!(put(&emulator, "/logs?policy", POLICY).status, 204);
    assert_eq!(call(&emulator, "CreateTrail", TRAIL).status, 200);
    assert_eq!(
        call(&emulator, "StartLogging", r#"{"Name":"all"}"#).status,
        200
    );
    assert!(emulator.flush().failed.is_empty());
    drop(upstream);
    assert_eq!(
        call(&emulator, "StopLogging", r#"{"Name":"all"}"#).status,
        200
    );
    let flushed = emulator.flush();
    assert!(!flushed.failed.is_empty(), "{flushed:?}");
}
