//! Real records, published by others, replayed: each comes out of log files and of event history as it went in, and the
//! digests are content.

#![allow(clippy::unwrap_used)] // A helper that fails fails its test.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use localtrail::{ClockMode, Emulator, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use support::send;

/// Event history goes back so far.
const HISTORY: Duration = Duration::from_secs(90 * 86_400);

/// A log file.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LogFile {
    records: Vec<Box<RawValue>>,
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn content(file: &Path) -> String {
    let bytes = std::fs::read(file).unwrap();
    let mut text = String::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        flate2::read::GzDecoder::new(bytes.as_slice())
            .read_to_string(&mut text)
            .unwrap();
    } else {
        text = String::from_utf8(bytes).unwrap();
    }
    text
}

/// Without white space between tokens; all else as it is.
fn compact(json: &str) -> String {
    let (mut inside, mut escaped) = (false, false);
    let stays = |c: &char| {
        let stays = inside || !c.is_ascii_whitespace();
        match (*c, inside, escaped) {
            (_, true, true) => escaped = false,
            ('\\', true, false) => escaped = true,
            ('"', _, _) => inside = !inside,
            _ => {}
        }
        stays
    };
    json.chars().filter(stays).collect()
}

/// The records of a published data set, by means that are not the emulator's.
fn records(folder: &Path) -> Vec<String> {
    let mut all = Vec::new();
    let mut found = Vec::new();
    files(folder, &mut found);
    found.sort();
    for file in found {
        let name = file.to_string_lossy().into_owned();
        if name.ends_with(".jsonl") {
            for line in content(&file).lines() {
                let element: Value = serde_json::from_str(line).unwrap();
                all.push(element["CloudTrailEvent"].as_str().unwrap().to_owned());
            }
        } else if name.ends_with(".json") || name.ends_with(".gz") {
            let text = content(&file);
            let records = match text.trim_start().starts_with('[') {
                true => serde_json::from_str(&text).unwrap(),
                false => serde_json::from_str::<LogFile>(&text).unwrap().records,
            };
            all.extend(records.iter().map(|record| compact(record.get())));
        }
    }
    all
}

/// Those that are kept beside the tests of clients, unpacked.
fn data_set(name: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let archive = format!(
        "{}/../../client-tests/records/{name}.tar.gz",
        env!("CARGO_MANIFEST_DIR")
    );
    let mut unpack = Command::new("tar");
    unpack.args(["xzf", &archive, "-C"]).arg(folder.path());
    assert!(unpack.status().unwrap().success(), "{archive}");
    folder
}

fn call(endpoint: &str, account: &str, region: &str, operation: &str, body: &Value) -> Value {
    let scope = format!(
        "AWS4-HMAC-SHA256 Credential={account}/20261123/{region}/cloudtrail/aws4_request, SignedHeaders=host, Signature=00"
    );
    let target = format!("CloudTrail_20131101.{operation}");
    let headers = [
        ("X-Amz-Target", target.as_str()),
        ("Content-Type", "application/x-amz-json-1.1"),
        ("Authorization", &scope),
    ];
    let answer = send(endpoint, "POST", "/", &headers, &body.to_string());
    assert_eq!(answer.status, 200, "{operation} {body}: {answer:?}");
    answer.json()
}

fn localtrail(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_localtrail"))
        .args(arguments)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {text}");
    String::from_utf8(output.stdout).unwrap()
}

fn text<'a>(record: &'a Value, member: &str) -> &'a str {
    record[member].as_str().unwrap()
}

/// The clock stands an hour after the newest event, each account has a trail of all regions, and all is replayed.
fn replayed_whole(name: &str, count: usize) {
    let folder = data_set(name);
    let mut expected = records(folder.path());
    expected.sort();
    assert_eq!(expected.len(), count);
    let parsed: Vec<Value> = expected
        .iter()
        .map(|one| serde_json::from_str(one).unwrap())
        .collect();
    let newest = parsed
        .iter()
        .map(|one| text(one, "eventTime"))
        .max()
        .unwrap();
    let now = Timestamp::parse_iso(newest)
        .unwrap()
        .plus(Duration::from_secs(3600));
    let clock = ClockMode::Virtual(Some(now));
    let emulator = Emulator::builder()
        .lenient()
        .clock(clock)
        .start_blocking()
        .unwrap();
    let endpoint = emulator.endpoint_url();
    let signed = "AWS4-HMAC-SHA256 Credential=test/20261123/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00";
    assert_eq!(
        send(endpoint, "PUT", "/logs", &[("Authorization", signed)], "").status,
        200
    );
    let places: BTreeSet<(&str, &str)> = parsed
        .iter()
        .map(|one| (text(one, "recipientAccountId"), text(one, "awsRegion")))
        .collect();
    let accounts: BTreeSet<&str> = places.iter().map(|(account, _)| *account).collect();
    for account in &accounts {
        let trail = json!({"Name": "all", "S3BucketName": "logs", "IsMultiRegionTrail": true,
            "EnableLogFileValidation": true});
        call(endpoint, account, "us-east-1", "CreateTrail", &trail);
        call(
            endpoint,
            account,
            "us-east-1",
            "StartLogging",
            &json!({"Name": "all"}),
        );
    }

    let path = folder.path().to_str().unwrap();
    let told = localtrail(&["replay", path, "--json", "--endpoint", endpoint]);
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(
        (&told["accepted"], &told["refused"]),
        (&json!(count), &json!(0))
    );

    let flushed = emulator.flush();
    assert!(flushed.failed.is_empty(), "{flushed:?}");
    assert_eq!(in_log_files(&emulator, &expected), expected, "in log files");
    localtrail(&["validate", emulator.bucket_dir().to_str().unwrap()]);

    let in_time = expected.iter().zip(&parsed).filter(|(_, one)| {
        Timestamp::parse_iso(text(one, "eventTime")).unwrap() >= now.minus(HISTORY)
    });
    let mut missing = BTreeMap::new();
    for (record, _) in in_time {
        *missing.entry(record.clone()).or_insert(0) += 1;
    }
    for record in in_history(endpoint, &places) {
        missing.entry(record).and_modify(|count| *count -= 1);
    }
    missing.retain(|_, count| *count != 0);
    assert!(missing.is_empty(), "in event history: {missing:?}");
}

/// What the trails delivered of what is expected, and nothing of their own making.
fn in_log_files(emulator: &Emulator, expected: &[String]) -> Vec<String> {
    let known: BTreeSet<&String> = expected.iter().collect();
    let mut found = Vec::new();
    files(&emulator.bucket_dir().join("logs/AWSLogs"), &mut found);
    let mut delivered: Vec<String> = found
        .iter()
        .filter(|file| {
            let name = file.to_string_lossy();
            name.ends_with(".json.gz") && !name.contains("CloudTrail-Digest")
        })
        .flat_map(|file| {
            serde_json::from_str::<LogFile>(&content(file))
                .unwrap()
                .records
        })
        .map(|record| record.get().to_owned())
        .filter(|record| known.contains(record))
        .collect();
    delivered.sort();
    delivered
}

/// Every page of every account and region.
fn in_history(endpoint: &str, places: &BTreeSet<(&str, &str)>) -> Vec<String> {
    let mut found = Vec::new();
    for (account, region) in places {
        let mut token = None::<String>;
        loop {
            let mut body = json!({"MaxResults": 50});
            if let Some(token) = &token {
                body["NextToken"] = json!(token);
            }
            let page = call(endpoint, account, region, "LookupEvents", &body);
            let events = page["Events"].as_array().unwrap().iter();
            found.extend(events.map(|event| text(event, "CloudTrailEvent").to_owned()));
            token = page["NextToken"].as_str().map(str::to_owned);
            if token.is_none() {
                break;
            }
        }
    }
    found
}

#[test]
fn an_attack_on_one_account_is_replayed() {
    replayed_whole("invictus-aws_dataset", 2900);
}

#[test]
fn arrays_of_many_accounts_are_replayed() {
    replayed_whole("stratus-red-team", 310);
}

#[test]
fn records_of_the_first_versions_are_replayed() {
    replayed_whole("trailscraper", 7);
}

#[test]
fn answers_of_event_history_are_replayed() {
    replayed_whole("log2timeline-plaso", 6);
}
