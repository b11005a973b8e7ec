//! From a trail to its files: the courier, flushes, refusals and an advanced clock, through the library.

#![allow(clippy::unwrap_used)] // A helper that fails fails its test.

mod support;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use localtrail::{ClockMode, Emulator, PaceName, Timestamp};
use support::{cloudtrail, post};

const HOUR: Duration = Duration::from_secs(3600);

/// A trail that logs into `logs`, with digests.
fn log(emulator: &Emulator) {
    std::fs::create_dir(emulator.bucket_dir().join("logs")).unwrap();
    let trail = r#"{"Name":"all","S3BucketName":"logs","EnableLogFileValidation":true,"IsMultiRegionTrail":true}"#;
    for (operation, body) in [
        ("CreateTrail", trail),
        ("StartLogging", r#"{"Name":"all"}"#),
    ] {
        let answer = cloudtrail(emulator.endpoint_url(), "test", operation, body);
        assert_eq!(answer.status, 200, "{answer:?}");
    }
}

/// The names of the delivered files of a kind, sorted: `CloudTrail` or `CloudTrail-Digest`.
fn files(emulator: &Emulator, kind: &str) -> Vec<String> {
    files_in(emulator.bucket_dir(), kind)
}

fn files_in(buckets: &Path, kind: &str) -> Vec<String> {
    fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(directory).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(
        &buckets.join("logs/AWSLogs/000000000000").join(kind),
        &mut found,
    );
    let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    let mut names: Vec<_> = found
        .iter()
        .map(name)
        .filter(|name| name.ends_with(".json.gz"))
        .collect();
    names.sort();
    names
}

fn virtual_noon() -> ClockMode {
    ClockMode::Virtual(Timestamp::parse_iso("2026-11-23T12:00:00Z"))
}

#[test]
fn what_is_gathered_is_filed_at_the_end_when_only_the_buckets_stay() {
    let buckets = tempfile::tempdir().unwrap();
    let emulator = Emulator::builder()
        .lenient()
        .pace(PaceName::Aws)
        .bucket_dir(buckets.path())
        .start_blocking()
        .unwrap();
    log(&emulator);
    assert!(files(&emulator, "CloudTrail").is_empty());
    drop(emulator);
    assert_eq!(files_in(buckets.path(), "CloudTrail").len(), 1);
    assert_eq!(files_in(buckets.path(), "CloudTrail-Digest").len(), 2);
}

#[test]
fn an_hour_advanced_holds_its_log_files_and_its_digests() {
    let emulator = Emulator::builder()
        .lenient()
        .pace(PaceName::Aws)
        .clock(virtual_noon())
        .start_blocking()
        .unwrap();
    log(&emulator);
    assert!(files(&emulator, "CloudTrail").is_empty());
    // The calls of `log` are in one file; those made half an hour later are in another.
    let first = emulator.advance(HOUR / 2);
    assert_eq!(first.failed, 0);
    assert_eq!(files(&emulator, "CloudTrail").len(), 1);
    assert_eq!(
        cloudtrail(emulator.endpoint_url(), "test", "ListTrails", "{}").status,
        200
    );
    let second = emulator.advance(HOUR / 2);
    let (logs, digests) = (
        files(&emulator, "CloudTrail"),
        files(&emulator, "CloudTrail-Digest"),
    );
    assert_eq!(logs.len(), 2, "{logs:?}");
    assert!(!digests.is_empty());
    assert_eq!(
        first.delivered + second.delivered,
        (logs.len() + digests.len()) as u64
    );

    // Nothing happens in the next hours but their digests, and the same in one step as in many.
    let in_one = emulator.advance(HOUR * 3);
    let in_many: u64 = (0..180)
        .map(|_| emulator.advance(HOUR / 60).delivered)
        .sum();
    assert_eq!(in_one.delivered, in_many);
    assert_eq!(files(&emulator, "CloudTrail").len(), 2);
}

#[test]
fn a_flush_delivers_now_and_names_what_was_refused() {
    let emulator = Emulator::builder()
        .lenient()
        .clock(virtual_noon())
        .start_blocking()
        .unwrap();
    log(&emulator);
    let bucket = emulator.bucket_dir().join("logs");
    let away = emulator.bucket_dir().join("away");
    std::fs::rename(&bucket, &away).unwrap();
    let refused = emulator.flush();
    assert!(refused.delivered.is_empty());
    assert!(!refused.failed.is_empty());
    assert!(
        refused
            .failed
            .iter()
            .all(|one| one.bucket == "logs" && one.code == "NoSuchBucket")
    );

    std::fs::rename(&away, &bucket).unwrap();
    let answer = post(emulator.endpoint_url(), "/_localtrail/flush", "").json();
    assert_eq!(
        answer["failed"].as_array().map(Vec::len),
        Some(0),
        "{answer}"
    );
    let delivered = answer["delivered"].as_array().unwrap();
    let log = |one: &&serde_json::Value| one["key"].as_str().unwrap().contains("/CloudTrail/");
    assert_eq!(
        delivered.iter().filter(log).count(),
        1,
        "one file for all that was gathered: {answer}"
    );
    for one in delivered {
        assert!(bucket.join(one["key"].as_str().unwrap()).is_file(), "{one}");
    }
    assert!(
        delivered
            .iter()
            .any(|one| one["key"].as_str().unwrap().contains("/CloudTrail-Digest/"))
    );
}

/// The one thing that only the machine's clock can show: nobody flushes, and the files come.
#[test]
fn the_courier_delivers_by_itself() {
    let emulator = Emulator::builder().lenient().start_blocking().unwrap();
    log(&emulator);
    let begin = Instant::now();
    while files(&emulator, "CloudTrail").is_empty() {
        assert!(
            begin.elapsed() < Duration::from_secs(30),
            "no log file came"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_restart_goes_on_where_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let start = || {
        let builder = Emulator::builder()
            .lenient()
            .clock(virtual_noon())
            .data_dir(dir.path());
        builder.start_blocking().unwrap()
    };
    let emulator = start();
    log(&emulator);
    emulator.advance(HOUR);
    let before = files(&emulator, "CloudTrail-Digest").len();
    drop(emulator);
    let emulator = start();
    assert_eq!(files(&emulator, "CloudTrail-Digest").len(), before);
    let status = cloudtrail(
        emulator.endpoint_url(),
        "test",
        "GetTrailStatus",
        r#"{"Name":"all"}"#,
    );
    assert_eq!(status.json()["IsLogging"], true, "{status:?}");
    let advanced = emulator.advance(HOUR);
    let after = files(&emulator, "CloudTrail-Digest").len();
    assert_eq!(advanced.failed, 0);
    assert!(
        after > before,
        "{advanced:?}: {before} and then {after} digests"
    );
}
