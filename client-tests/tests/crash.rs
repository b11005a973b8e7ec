//! kill -9 under load: no call that was answered is missing afterwards, and the digests still form a chain.

#![allow(clippy::unwrap_used)] // The whole file is a test; its helpers are not known as such.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::operation::RequestId;
use aws_sdk_cloudtrail::types::Tag;
use client_tests::sdk::{ACCOUNT, REGION};
use client_tests::{Emulator, Options, binary, control, python, sdk, tools};
use serde_json::Value;
use tokio::sync::Notify;

const KILLS: usize = 10;
const CLIENTS: usize = 4;
/// The process is killed once so many calls of a round were answered, in the middle of others.
const ANSWERED_BEFORE_KILL: usize = 150;
/// A round takes well under a second; a minute means that nothing is answered any more.
const ROUND_LIMIT: Duration = Duration::from_secs(60);

const BUCKET: &str = "audit-logs";

/// The request ids of answered calls, refused ones among them.
#[derive(Default)]
struct Answered {
    ids: Mutex<Vec<String>>,
    enough: Notify,
}

impl Answered {
    fn note(&self, call: &impl RequestId) {
        let Some(id) = call.request_id() else { return };
        let mut ids = self.ids.lock().unwrap();
        ids.push(id.to_owned());
        if ids.len() == ANSWERED_BEFORE_KILL {
            self.enough.notify_one();
        }
    }

    fn taken(&self) -> Vec<String> {
        std::mem::take(&mut *self.ids.lock().unwrap())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answered_call_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let (data, buckets) = (folder.path().join("data"), folder.path().join("buckets"));
    let mut emulator = Emulator::start(Options {
        data_dir: Some(data),
        bucket_dir: Some(buckets.clone()),
        ..Options::default()
    });
    begin_logging(&emulator).await;

    let mut all = BTreeSet::new();
    for round in 0..KILLS {
        let answered = load_until_killed(&mut emulator, round).await;
        let known = recorded(&emulator).await;
        let missing: Vec<&String> = answered.iter().filter(|id| !known.contains(*id)).collect();
        assert!(
            missing.is_empty(),
            "round {round}: {} answered calls are lost: {missing:?}",
            missing.len()
        );
        all.extend(answered);
    }
    assert!(all.len() >= KILLS * ANSWERED_BEFORE_KILL);
    let known = recorded(&emulator).await;
    assert!(
        all.iter().all(|id| known.contains(id)),
        "a later kill lost what an earlier one had left"
    );
    in_event_history(&emulator, &all).await;

    emulator.flush().await;
    validates(&emulator, &buckets.join(BUCKET), folder.path());
}

async fn begin_logging(emulator: &Emulator) {
    sdk::trail_bucket(&sdk::s3(emulator), BUCKET).await;
    let cloudtrail = sdk::cloudtrail(emulator);
    let create = cloudtrail
        .create_trail()
        .name("audit")
        .s3_bucket_name(BUCKET);
    create
        .enable_log_file_validation(true)
        .send()
        .await
        .unwrap();
    cloudtrail
        .start_logging()
        .name("audit")
        .send()
        .await
        .unwrap();
}

/// Clients call as fast as they can until the process is killed among their calls; answers which calls were answered.
async fn load_until_killed(emulator: &mut Emulator, round: usize) -> Vec<String> {
    let answered = Arc::new(Answered::default());
    let callers: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let (client, answered) = (sdk::cloudtrail(emulator), Arc::clone(&answered));
            tokio::spawn(async move { call_until_gone(&client, &answered, round, number).await })
        })
        .collect();
    let deliveries = tokio::spawn(deliver_until_gone(emulator.endpoint().to_owned()));
    tokio::time::timeout(ROUND_LIMIT, answered.enough.notified())
        .await
        .expect("calls are answered under load");
    emulator.kill();
    for caller in callers {
        caller.await.unwrap();
    }
    deliveries.await.unwrap();
    emulator.kill_and_restart();
    answered.taken()
}

/// Flushes without a pause, so that kills fall into deliveries and signatures too.
async fn deliver_until_gone(endpoint: String) {
    while control::request(&endpoint, "POST", "flush", None)
        .await
        .is_ok()
    {}
}

/// Reads, writes and refused calls in turn, until a call gets no answer.
async fn call_until_gone(client: &Client, answered: &Answered, round: usize, number: usize) {
    let arn = format!("arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/audit");
    for turn in 0.. {
        let tag = Tag::builder()
            .key(format!("k{number}"))
            .value(format!("{round}-{turn}"))
            .build()
            .unwrap();
        let ids = [
            note(
                answered,
                client.get_trail_status().name("audit").send().await,
            ),
            note(
                answered,
                client
                    .add_tags()
                    .resource_id(&arn)
                    .tags_list(tag)
                    .send()
                    .await,
            ),
            note(answered, client.get_trail().name("nobody").send().await),
            note(answered, client.start_logging().name(&arn).send().await),
        ];
        if ids.contains(&false) {
            return;
        }
    }
}

/// Whether the call was answered, if only with a refusal.
fn note<O: RequestId, E: RequestId>(answered: &Answered, outcome: Result<O, E>) -> bool {
    match outcome {
        Ok(output) => {
            answered.note(&output);
            true
        }
        Err(error) => {
            answered.note(&error);
            error.request_id().is_some()
        }
    }
}

/// The request ids of all kept events.
async fn recorded(emulator: &Emulator) -> BTreeSet<String> {
    let events = emulator.events().await;
    assert!(
        events.len() < 10_000,
        "the query answers no more events than this"
    );
    events
        .iter()
        .filter_map(|record| record["requestID"].as_str().map(ToOwned::to_owned))
        .collect()
}

/// Event history, as AWS's own clients see it, has them all too.
async fn in_event_history(emulator: &Emulator, all: &BTreeSet<String>) {
    let client = sdk::cloudtrail(emulator);
    let mut pages = client.lookup_events().into_paginator().send();
    let mut missing = all.clone();
    while let Some(page) = pages.next().await {
        for event in page.expect("a page follows a page").events() {
            let record: Value = serde_json::from_str(event.cloud_trail_event().unwrap()).unwrap();
            missing.remove(record["requestID"].as_str().unwrap());
        }
    }
    assert!(missing.is_empty(), "not in event history: {missing:?}");
}

/// `localtrail validate` and, where there is Python, AWS's own verifier find every digest and log valid.
fn validates(emulator: &Emulator, bucket: &Path, home: &Path) {
    let output = Command::new(binary::localtrail())
        .arg("validate")
        .arg(bucket)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let Some(bin) = python::tools() else {
        tools::skipped("the AWS CLI's verdict after the kills: there is no python3 here");
        return;
    };
    let output = Command::new(bin.join("python3"))
        .arg(bin.join("aws"))
        .args([
            "cloudtrail",
            "validate-logs",
            "--verbose",
            "--start-time",
            "2020-01-01T00:00:00Z",
        ])
        .args([
            "--trail-arn",
            &format!("arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/audit"),
        ])
        .env("AWS_ENDPOINT_URL", emulator.endpoint())
        .env("AWS_ACCESS_KEY_ID", ACCOUNT)
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_DEFAULT_REGION", REGION)
        .env("HOME", home)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        said.contains("digest files valid") && said.contains("log files valid"),
        "{said}"
    );
}
