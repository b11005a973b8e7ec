//! The control endpoints, asked over a socket.

#![allow(clippy::unwrap_used)] // A helper that fails fails its test.

mod support;

use std::time::Duration;

use localtrail::{ClockMode, Emulator, Timestamp};
use serde_json::json;
use support::{cloudtrail, get, post, record, send};

fn emulator() -> Emulator {
    Emulator::start_blocking().unwrap()
}

#[test]
fn health_and_ready_answer_at_once() {
    let emulator = emulator();
    let endpoint = emulator.endpoint_url();
    for path in ["/_localtrail/health", "/_localtrail/ready"] {
        let answer = get(endpoint, path);
        assert_eq!(
            (answer.status, answer.json()),
            (200, json!({ "status": "ok" }))
        );
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
    let answer = get(endpoint, "/_localstack/health").json();
    assert_eq!(answer["services"]["cloudtrail"], "running");
    assert_eq!(
        send(endpoint, "HEAD", "/_localtrail/health", &[], "").status,
        200
    );
}

#[test]
fn info_tells_the_choices() {
    let emulator = Emulator::builder().lenient().start_blocking().unwrap();
    let info = get(emulator.endpoint_url(), "/_localtrail/info").json();
    assert_eq!(info["endpoint"], emulator.endpoint_url());
    assert_eq!(info["pid"], std::process::id());
    assert_eq!(info["account"], "000000000000");
    assert_eq!(info["lenient"], true);
    assert_eq!(info["bucketDir"], emulator.bucket_dir().to_str().unwrap());
    assert_eq!(info["census"]["events"], 0);
    assert_eq!(info["clock"]["frozen"], false);
}

#[test]
fn what_is_not_there_is_refused_in_json() {
    let emulator = emulator();
    let unknown = get(emulator.endpoint_url(), "/_localtrail/nothing");
    assert_eq!(unknown.status, 404);
    assert!(unknown.json()["error"].as_str().unwrap().contains("flush"));
    let wrong = get(emulator.endpoint_url(), "/_localtrail/flush");
    assert_eq!((wrong.status, wrong.header("allow")), (405, Some("POST")));
}

#[test]
fn a_call_becomes_an_event_of_its_caller() {
    let emulator = emulator();
    let endpoint = emulator.endpoint_url();
    let declared = r#"{"accessKeyId":"AKIABOB","identity":{"type":"IAMUser","accountId":"111122223333","userName":"bob"}}"#;
    assert_eq!(
        post(endpoint, "/_localtrail/identities", declared).status,
        200
    );

    let answer = cloudtrail(endpoint, "AKIABOB", "ListTrails", "{}");
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(
        answer.header("content-type"),
        Some("application/x-amz-json-1.1")
    );
    assert!(answer.header("date").is_some());

    let events = get(
        endpoint,
        "/_localtrail/events?eventName=ListTrails&userIdentity.userName=bob",
    )
    .json();
    let [event] = events["events"].as_array().unwrap().as_slice() else {
        panic!("{events}")
    };
    assert_eq!(event["userIdentity"]["accountId"], "111122223333");
    assert_eq!(event["awsRegion"], "eu-west-1");
    assert_eq!(event["userAgent"], "a-test/1");
    assert_eq!(event["sourceIPAddress"], "127.0.0.1");
    assert_eq!(
        event["requestID"],
        answer.header("x-amzn-requestid").unwrap()
    );
    let seen = emulator.events(&[("eventName", "ListTrails")]).unwrap();
    assert_eq!(seen.as_slice(), std::slice::from_ref(event));
    let eve = emulator
        .events(&[("userIdentity.userName", "eve")])
        .unwrap();
    assert!(eve.is_empty());
}

#[test]
fn identities_are_listed_and_forgotten() {
    let emulator = emulator();
    let endpoint = emulator.endpoint_url();
    let root =
        r#"{"accessKeyId":"AKIAROOT","identity":{"type":"Root","accountId":"111122223333"}}"#;
    post(endpoint, "/_localtrail/identities", root);
    let listed = get(endpoint, "/_localtrail/identities").json();
    assert_eq!(listed["identities"][0]["identity"]["type"], "Root");
    let path = "/_localtrail/identities?accessKeyId=AKIAROOT";
    assert_eq!(send(endpoint, "DELETE", path, &[], "").status, 200);
    assert_eq!(send(endpoint, "DELETE", path, &[], "").status, 404);
    assert_eq!(
        send(endpoint, "DELETE", "/_localtrail/identities", &[], "").status,
        400
    );
    for bad in [
        "",
        "{}",
        "[]",
        r#"{"accessKeyId":"","identity":{"type":"Root","accountId":"111122223333"}}"#,
        r#"{"accessKeyId":"A","identity":{"type":"Root","accountId":"1"}}"#,
        r#"{"accessKeyId":"A","identity":{"type":"Queen","accountId":"111122223333"}}"#,
    ] {
        let answer = post(endpoint, "/_localtrail/identities", bad);
        assert_eq!(answer.status, 400, "{bad}");
        assert!(answer.json()["error"].is_string());
    }
}

#[test]
fn events_are_taken_in_and_found() {
    let emulator = emulator();
    let endpoint = emulator.endpoint_url();
    let one = post(endpoint, "/_localtrail/events", &record("RunInstances", 1));
    assert_eq!(
        (one.status, one.json()["accepted"].clone()),
        (200, json!(1)),
        "{one:?}"
    );
    assert_eq!(
        one.json()["eventIds"],
        json!(["11111111-0000-4000-8000-000000000001"])
    );

    let file = format!(
        "{{\"Records\":[{},\n{}]}}",
        record("StopInstances", 2),
        record("StopInstances", 3)
    );
    assert_eq!(
        post(endpoint, "/_localtrail/events", &file).json()["accepted"],
        2
    );

    let lines: String = (10..2010)
        .map(|id| record("DescribeInstances", id) + "\n")
        .collect();
    let ndjson = [("Content-Type", "application/x-ndjson")];
    let many = send(endpoint, "POST", "/_localtrail/events", &ndjson, &lines).json();
    assert_eq!(many["accepted"], 2000);
    assert_eq!(
        many["eventIds"].as_array().unwrap().len(),
        1000,
        "the first thousand"
    );

    let found = get(
        endpoint,
        "/_localtrail/events?eventName=StopInstances&readOnly=true",
    )
    .json();
    let ids: Vec<_> = found["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| &e["eventID"])
        .collect();
    assert_eq!(
        ids,
        [
            "11111111-0000-4000-8000-000000000003",
            "11111111-0000-4000-8000-000000000002"
        ]
    );
    let some = get(
        endpoint,
        "/_localtrail/events?eventName=DescribeInstances&limit=7",
    )
    .json();
    assert_eq!(some["events"].as_array().unwrap().len(), 7);
    assert_eq!(get(endpoint, "/_localtrail/events?limit=0").status, 400);

    // Byte for byte as given.
    let answer = get(endpoint, "/_localtrail/events?eventName=RunInstances").body;
    assert_eq!(
        answer,
        format!("{{\"events\":[{}]}}", record("RunInstances", 1))
    );
}

#[test]
fn a_bad_line_is_named_and_those_before_it_stay() {
    let emulator = emulator();
    let endpoint = emulator.endpoint_url();
    let lines = format!(
        "{}\n\n{}\nnonsense\n{}\n",
        record("A", 1),
        record("B", 2),
        record("C", 3)
    );
    let ndjson = [("Content-Type", "application/x-ndjson")];
    let answer = send(endpoint, "POST", "/_localtrail/events", &ndjson, &lines);
    assert_eq!(answer.status, 400);
    let told = answer.json();
    assert_eq!(
        (&told["line"], &told["accepted"]),
        (&json!(4), &json!(2)),
        "{told}"
    );
    assert!(told["error"].as_str().unwrap().starts_with("Line 4: "));
    assert_eq!(
        emulator
            .events(&[("userIdentity.userName", "bob")])
            .unwrap()
            .len(),
        2
    );

    for bad in ["nonsense", "[1]", "{", "{\"Records\":[1]}", "{}"] {
        assert_eq!(
            post(endpoint, "/_localtrail/events", bad).status,
            400,
            "{bad}"
        );
    }
}

#[test]
fn a_flush_answers_when_it_is_done() {
    let emulator = emulator();
    let answer = post(emulator.endpoint_url(), "/_localtrail/flush", "");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json(), json!({ "delivered": [], "failed": [] }));
}

#[test]
fn the_clock_is_frozen_set_and_advanced() {
    let start = Timestamp::parse_iso("2026-11-23T16:00:00Z").unwrap();
    let clock = ClockMode::Virtual(Some(start));
    let emulator = Emulator::builder().clock(clock).start_blocking().unwrap();
    let endpoint = emulator.endpoint_url();
    let shown = get(endpoint, "/_localtrail/clock").json();
    assert_eq!(
        (&shown["now"], &shown["frozen"]),
        (&json!("2026-11-23T16:00:00Z"), &json!(true))
    );

    let moved = post(endpoint, "/_localtrail/clock", r#"{"advance":"1h"}"#).json();
    assert_eq!(moved["now"], "2026-11-23T17:00:00Z");
    assert_eq!(
        (&moved["delivered"], &moved["failed"]),
        (&json!(0), &json!(0))
    );
    let moved = post(
        endpoint,
        "/_localtrail/clock",
        r#"{"set":"2026-12-24T00:00:00Z"}"#,
    )
    .json();
    assert_eq!(moved["now"], "2026-12-24T00:00:00Z");

    let back = post(
        endpoint,
        "/_localtrail/clock",
        r#"{"set":"2026-11-23T00:00:00Z"}"#,
    );
    assert_eq!(back.status, 400);
    assert!(back.json()["error"].as_str().unwrap().contains("backwards"));
    for bad in [
        r#"{"advance":"soon"}"#,
        "{}",
        "",
        r#"{"freeze":true,"set":"2027-01-01T00:00:00Z"}"#,
    ] {
        assert_eq!(
            post(endpoint, "/_localtrail/clock", bad).status,
            400,
            "{bad}"
        );
    }
    let ticking = post(endpoint, "/_localtrail/clock", r#"{"freeze":false}"#).json();
    assert_eq!(ticking["frozen"], false);

    emulator.advance(Duration::from_secs(86_400));
    let shown = get(endpoint, "/_localtrail/clock").json();
    assert!(
        shown["now"]
            .as_str()
            .unwrap()
            .starts_with("2026-12-25T00:0"),
        "{shown}"
    );
}

#[test]
fn a_reset_leaves_nothing() {
    let emulator = emulator();
    let endpoint = emulator.endpoint_url();
    post(endpoint, "/_localtrail/events", &record("RunInstances", 1));
    let root =
        r#"{"accessKeyId":"AKIAROOT","identity":{"type":"Root","accountId":"111122223333"}}"#;
    post(endpoint, "/_localtrail/identities", root);
    let signed = support::signature("test", "s3");
    let location = "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>";
    let made = send(
        endpoint,
        "PUT",
        "/a-bucket",
        &[("Authorization", &signed)],
        location,
    );
    assert_eq!(made.status, 200, "{made:?}");
    assert!(emulator.bucket_dir().join("a-bucket").is_dir());

    assert_eq!(post(endpoint, "/_localtrail/reset", "").status, 200);
    assert_eq!(emulator.events(&[]).unwrap().len(), 0);
    assert_eq!(
        get(endpoint, "/_localtrail/identities").json(),
        json!({ "identities": [] })
    );
    assert!(!emulator.bucket_dir().join("a-bucket").exists());
}

#[tokio::test]
async fn it_also_starts_in_async_tests_and_ends_when_dropped() {
    let emulator = Emulator::start().await.unwrap();
    let endpoint = emulator.endpoint_url().to_owned();
    let buckets = emulator.bucket_dir().to_owned();
    assert!(buckets.is_dir());
    assert_eq!(get(&endpoint, "/_localtrail/health").status, 200);
    drop(emulator);
    assert!(!buckets.exists(), "the temporary directory is gone");
    let address = endpoint.strip_prefix("http://").unwrap();
    assert!(
        std::net::TcpStream::connect(address).is_err(),
        "nobody listens"
    );
}

#[test]
fn calls_to_the_neighbours_become_events_too() {
    let emulator = emulator();
    let endpoint = emulator.endpoint_url();
    let signed = support::signature("111122223333", "sts");
    let form = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Authorization", signed.as_str()),
    ];
    let body = "Action=GetCallerIdentity&Version=2011-06-15";
    for headers in [&form[..], &form[..1]] {
        let answer = send(endpoint, "POST", "/", headers, body);
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.body.contains(":user/localtrail</Arn>"), "{answer:?}");
    }
    let asked = emulator
        .events(&[("eventName", "GetCallerIdentity")])
        .unwrap();
    let accounts: Vec<_> = asked
        .iter()
        .map(|event| &event["recipientAccountId"])
        .collect();
    assert_eq!(accounts, ["000000000000", "111122223333"], "newest first");

    let signed = support::signature("test", "s3");
    let missing = send(
        endpoint,
        "GET",
        "/no-such-bucket",
        &[("Authorization", &signed)],
        "",
    );
    assert_eq!(missing.status, 404);
    assert!(
        missing.body.contains("<Code>NoSuchBucket</Code>"),
        "{missing:?}"
    );
    let refused = emulator
        .events(&[("eventSource", "s3.amazonaws.com")])
        .unwrap();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0]["errorCode"], "NoSuchBucket");
}
