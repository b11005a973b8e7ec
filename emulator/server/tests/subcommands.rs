//! `replay`, `tail` and `policy` as processes beside a running emulator: what they print, and their exit statuses.

#![allow(clippy::unwrap_used)] // A helper that fails fails its test.

mod support;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use localtrail::{Emulator, Timestamp};
use serde_json::{Value, json};
use support::{cloudtrail, post, record};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_localtrail"));
    // Choices of the person who runs the tests are not the tests'.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LOCALTRAIL_")) {
        command.env_remove(name);
    }
    command.env_remove("AWS_ENDPOINT_URL");
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Exit status, standard output, standard error.
fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn run(emulator: &Emulator, arguments: &[&str]) -> (Option<i32>, String, String) {
    let endpoint = ["--endpoint", emulator.endpoint_url()];
    told(&command(&[arguments, &endpoint].concat()).output().unwrap())
}

fn emulator() -> Emulator {
    Emulator::start_blocking().unwrap()
}

fn packed(text: &str) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap()
}

/// Oldest arrival first.
fn names(emulator: &Emulator) -> Vec<String> {
    let events = emulator.events(&[]).unwrap();
    let names = events
        .iter()
        .rev()
        .map(|event| event["eventName"].as_str().unwrap().to_owned());
    names.collect()
}

#[test]
fn files_of_every_form_are_replayed() {
    let emulator = emulator();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let file = folder.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    };
    let log_file = |names: &[&str]| {
        let records: Vec<String> = (1..)
            .zip(names)
            .map(|(id, name)| record(name, id))
            .collect();
        format!("{{\"Records\":[{}]}}", records.join(","))
    };
    // Two members, as files that were put together have.
    write(
        "1.json.gz",
        &[packed(&log_file(&["A", "B"])), packed(&log_file(&["C"]))].concat(),
    );
    write(
        "2/array.json",
        format!("[{},\n{}]", record("D", 4), record("E", 5)).as_bytes(),
    );
    write(
        "3.jsonl",
        format!("{}\n{}\n", record("F", 6), record("G", 7)).as_bytes(),
    );
    let lookup =
        json!({"Events": [{"EventId": "x", "CloudTrailEvent": record("H", 8)}], "NextToken": "t"});
    write("4.json", lookup.to_string().as_bytes());
    write("README.md", b"not a log file");
    write("2/CloudTrail-Digest/digest.json", b"{}");
    let path = folder.path().to_str().unwrap();
    let (status, out, err) = run(&emulator, &["replay", path]);
    assert_eq!((status, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.starts_with("8 events of 4 files replayed"), "{out}");
    assert_eq!(names(&emulator).concat(), "ABCDEFGH");
    let events = emulator.events(&[("eventName", "H")]).unwrap();
    assert_eq!(events[0].to_string(), record("H", 8));
}

#[test]
fn what_came_before_a_break_goes_in_and_the_loss_is_told() {
    let emulator = emulator();
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    // Long ids do not compress, so that the break is among the records.
    let lines: String = (1..=2000)
        .map(|id| record(&format!("Cut{}", u64::from(id) * 7_919_777), id) + "\n")
        .collect();
    let whole = packed(&lines);
    std::fs::write(at("cut.jsonl.gz"), &whole[..whole.len() / 2]).unwrap();
    let (status, out, err) = run(&emulator, &["replay", &at("cut.jsonl.gz"), "--json"]);
    let told: Value = serde_json::from_str(&out).unwrap();
    let accepted = told["accepted"].as_u64().unwrap();
    assert!((500..1999).contains(&accepted), "{told}");
    assert_eq!((status, &told["refused"]), (Some(1), &json!(1)));
    assert!(err.contains("nothing behind it was read"), "{err}");
    assert_eq!(emulator.events(&[]).unwrap().len() as u64, accepted);
}

#[test]
fn what_is_bad_is_named_and_the_rest_goes_in() {
    let emulator = emulator();
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let nowhere = record("X", 9).replace("\"awsRegion\":\"eu-west-1\",", "");
    let lines = [
        record("A", 1),
        "nonsense".to_owned(),
        nowhere,
        record("B", 2),
    ]
    .join("\n");
    std::fs::write(at("1.jsonl"), lines).unwrap();
    std::fs::write(at("2.json"), "no JSON").unwrap();
    std::fs::write(at("3.json.gz"), &packed(&record("C", 3))[..40]).unwrap();
    std::fs::write(at("4.json"), record("D", 4)).unwrap();
    let (status, out, err) = run(
        &emulator,
        &["replay", folder.path().to_str().unwrap(), "--json"],
    );
    assert_eq!(status, Some(1), "{err}");
    for place in [
        "1.jsonl:2: ",
        "1.jsonl:3: the record has no valid awsRegion",
        "2.json:1: ",
        "3.json.gz:1: ",
    ] {
        assert!(err.contains(place), "{place}: {err}");
    }
    let counts: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (&counts["accepted"], &counts["refused"]),
        (&json!(3), &json!(4)),
        "{err}"
    );
    assert_eq!(names(&emulator).concat(), "ABD");
}

#[test]
fn wrong_choices_exit_with_2_and_send_nothing() {
    let emulator = emulator();
    let folder = tempfile::tempdir().unwrap();
    let good = folder.path().join("1.json");
    std::fs::write(&good, record("A", 1)).unwrap();
    let good = good.to_str().unwrap();
    for (arguments, advice) in [
        (vec!["replay", good, "/nowhere.json"], "/nowhere.json"),
        (vec!["replay"], "PATH"),
        (vec!["replay", good, "--paced=fast"], "number above 0"),
        (
            vec!["replay", good, "--paced", "--shift-to-now"],
            "cannot be used with",
        ),
        (vec!["tail", "eventName"], "FIELD=VALUE"),
        (vec!["tail", "--since", "noon"], "neither"),
        (vec!["policy", "--denied", "perhaps"], "include"),
    ] {
        let (status, _, err) = run(&emulator, &arguments);
        assert_eq!(status, Some(2), "{arguments:?}: {err}");
        assert!(err.contains(advice), "{arguments:?}: {err}");
    }
    assert!(names(&emulator).is_empty());
    let endpoint = emulator.endpoint_url().to_owned();
    drop(emulator);
    for subcommand in [vec!["replay", good], vec!["tail"], vec!["policy"]] {
        let asked = [subcommand, vec!["--endpoint", &endpoint]].concat();
        let (status, _, err) = told(&command(&asked).output().unwrap());
        assert_eq!(status, Some(2));
        assert!(err.contains("Is localtrail running there?"), "{err}");
    }
}

fn at(time: &str, name: &str, id: u32) -> String {
    record(name, id).replace("2026-11-23T16:00:00Z", time)
}

fn three(folder: &Path) -> String {
    let file = folder.join("log");
    let records = [
        at("2023-07-10T12:00:00Z", "Last", 1),
        at("2023-07-10T11:00:00Z", "First", 2),
        at("2023-07-10T11:59:50Z", "Middle", 3),
    ];
    std::fs::write(&file, format!("{{\"Records\":[{}]}}", records.join(","))).unwrap();
    file.to_str().unwrap().to_owned()
}

fn time(event: &Value) -> Timestamp {
    Timestamp::parse_iso(event["eventTime"].as_str().unwrap()).unwrap()
}

#[test]
fn times_are_shifted_so_that_the_newest_is_now() {
    let emulator = emulator();
    let folder = tempfile::tempdir().unwrap();
    let file = three(folder.path());
    let (status, _, err) = run(&emulator, &["replay", &file, "--shift-to-now", "--new-ids"]);
    assert_eq!(status, Some(0), "{err}");
    let mut events = emulator.events(&[]).unwrap();
    events.sort_by_key(time);
    let ages: Vec<u64> = events
        .iter()
        .map(|one| time(&events[2]).since(time(one)).as_secs())
        .collect();
    assert_eq!(ages, [3600, 10, 0]);
    let now = support::get(emulator.endpoint_url(), "/_localtrail/clock").json();
    let now = Timestamp::from_millis(now["epochMillis"].as_i64().unwrap());
    assert!(now.since(time(&events[2])) < Duration::from_secs(60));
    for (event, (name, id)) in events
        .iter()
        .zip([("First", 2), ("Middle", 3), ("Last", 1)])
    {
        let new_id = event["eventID"].as_str().unwrap();
        let whole = at(event["eventTime"].as_str().unwrap(), name, id);
        let old_id = format!("11111111-0000-4000-8000-{id:012}");
        assert_ne!(new_id, old_id);
        assert_eq!(
            event.to_string(),
            whole.replace(&old_id, new_id),
            "all else is as it was"
        );
    }
    // Standard input can be shifted, too.
    let mut child = command(&[
        "replay",
        "-",
        "--shift-to-now",
        "--endpoint",
        emulator.endpoint_url(),
    ])
    .stdin(Stdio::piped())
    .stdout(Stdio::piped())
    .spawn()
    .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(&packed(&at("2020-01-01T00:00:00Z", "Piped", 4)))
        .unwrap();
    let (status, out, _) = told(&child.wait_with_output().unwrap());
    assert!(
        status == Some(0) && out.starts_with("1 events of 1 files"),
        "{out}"
    );
    let piped = emulator.events(&[("eventName", "Piped")]).unwrap();
    assert!(now.since(time(&piped[0])) < Duration::from_secs(60));
}

#[test]
fn paced_events_come_in_the_order_of_their_times() {
    let emulator = emulator();
    let folder = tempfile::tempdir().unwrap();
    let file = three(folder.path());
    let begun = Instant::now();
    // An hour in 1.8 seconds.
    let (status, _, err) = run(&emulator, &["replay", &file, "--paced=2000"]);
    assert_eq!(status, Some(0), "{err}");
    assert!(begun.elapsed() >= Duration::from_millis(1800));
    assert_eq!(names(&emulator), ["First", "Middle", "Last"]);
    let events = emulator.events(&[]).unwrap();
    let span = time(&events[0]).since(time(&events[2]));
    assert!(span.as_secs() <= 2, "{span:?}");
}

#[test]
fn tail_shows_what_is_there_and_what_comes() {
    let emulator = emulator();
    let endpoint = emulator.endpoint_url();
    for id in 1..=5 {
        post(
            endpoint,
            "/_localtrail/events",
            &record(&format!("E{id}"), id),
        );
    }
    let (status, out, _) = run(&emulator, &["tail", "--no-follow", "-n", "2"]);
    assert_eq!(status, Some(0));
    assert_eq!(
        out,
        "2026-11-23T16:00:00Z  123456789012  eu-west-1       ec2:E4  bob\n2026-11-23T16:00:00Z  123456789012  eu-west-1       ec2:E5  bob\n"
    );
    let (_, out, _) = run(
        &emulator,
        &["tail", "--no-follow", "--json", "eventName=E3"],
    );
    assert_eq!(out.trim(), record("E3", 3));
    let (_, out, _) = run(&emulator, &["tail", "--no-follow", "--principal", "eve"]);
    assert_eq!(out, "");

    let arguments = ["tail", "-n", "1", "--endpoint", endpoint];
    let mut child = command(&arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    assert!(lines.next().unwrap().contains("ec2:E5"));
    cloudtrail(endpoint, "test", "ListTrails", "{}");
    assert!(
        lines
            .next()
            .unwrap()
            .contains("cloudtrail:ListTrails  localtrail")
    );
    drop(emulator);
    let (status, _, err) = told(&child.wait_with_output().unwrap());
    assert_eq!(status, Some(2));
    assert!(err.contains("has stopped"), "{err}");
}

#[test]
fn policy_prints_a_document_or_says_that_there_is_none() {
    let emulator = emulator();
    let (status, out, err) = run(&emulator, &["policy"]);
    assert_eq!((status, out.as_str()), (Some(1), ""));
    assert!(err.contains("No permission is needed"), "{err}");
    cloudtrail(emulator.endpoint_url(), "111122223333", "ListTrails", "{}");
    let expected = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "cloudtrail:ListTrails", "Resource": "*"}]});
    for arguments in [
        vec!["policy", "--principal", "localtrail", "--since", "1h"],
        vec![
            "policy",
            "--json",
            "--denied",
            "skip",
            "recipientAccountId=111122223333",
        ],
    ] {
        let (status, out, err) = run(&emulator, &arguments);
        assert_eq!(status, Some(0), "{err}");
        assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), expected);
        assert_eq!(out.trim().contains('\n'), !arguments.contains(&"--json"));
    }
}
