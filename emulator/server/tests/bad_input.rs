//! What no proper client sends: each gets a modelled answer or a closed connection, and harms nobody else.

#![allow(clippy::unwrap_used)] // A helper that fails fails its test.

mod support;

use std::io::{Read, Write};
use std::net::Shutdown;
use std::time::{Duration, Instant};

use localtrail::Emulator;
use support::{Answer, cloudtrail, connect, get, send, signature};

fn emulator() -> Emulator {
    Emulator::start_blocking().unwrap()
}

/// The emulator still answers, and soon.
fn assert_well(emulator: &Emulator) {
    let begin = Instant::now();
    assert_eq!(
        get(emulator.endpoint_url(), "/_localtrail/health").status,
        200
    );
    assert_eq!(
        cloudtrail(emulator.endpoint_url(), "test", "ListTrails", "{}").status,
        200
    );
    assert!(begin.elapsed() < Duration::from_secs(5));
}

#[test]
fn an_unknown_target_is_refused_as_aws_does() {
    let emulator = emulator();
    for target in ["CloudTrail_20131101.Nothing", "x", "", "."] {
        let headers = [
            ("X-Amz-Target", target),
            ("Content-Type", "application/x-amz-json-1.1"),
        ];
        let answer = send(emulator.endpoint_url(), "POST", "/", &headers, "{}");
        assert_eq!(answer.status, 400, "{target}");
        assert!(
            answer.json()["__type"]
                .as_str()
                .unwrap()
                .contains("UnknownOperation"),
            "{answer:?}"
        );
    }
}

#[test]
fn wrong_bodies_are_refused() {
    let emulator = emulator();
    for body in [
        "",
        "{",
        "[]",
        "null",
        "1",
        "{\"TrailNameList\":1}",
        "\u{0}",
        "{\"a\":\"\\ud800\"}",
    ] {
        let answer = cloudtrail(emulator.endpoint_url(), "test", "GetTrail", body);
        assert_eq!(answer.status, 400, "{body:?}: {answer:?}");
        assert!(answer.json()["__type"].is_string(), "{answer:?}");
    }
    let headers = [
        ("X-Amz-Target", "CloudTrail_20131101.GetTrail"),
        ("Content-Type", "text/plain"),
        ("Authorization", &signature("test", "cloudtrail")),
    ];
    let answer = send(emulator.endpoint_url(), "POST", "/", &headers, "{}");
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_well(&emulator);
}

#[test]
fn another_service_is_refused_in_its_protocol() {
    let emulator = emulator();
    let ask = |service: &str, headers: &[(&str, &str)]| {
        let signed = signature("test", service);
        let headers = [&[("Authorization", signed.as_str())], headers].concat();
        send(emulator.endpoint_url(), "POST", "/", &headers, "")
    };
    let json = ask("kms", &[("X-Amz-Target", "TrentService.Encrypt")]);
    assert_eq!(
        (json.status, json.json()["__type"].as_str()),
        (400, Some("UnsupportedOperationException"))
    );
    let query = ask(
        "iam",
        &[("Content-Type", "application/x-www-form-urlencoded")],
    );
    assert_eq!(query.status, 400);
    assert!(
        query
            .body
            .contains("<Code>UnsupportedOperationException</Code>"),
        "{query:?}"
    );
    let rest = ask("route53", &[]);
    assert!(
        rest.body
            .contains("<ErrorResponse><Error><Type>Sender</Type><Code>"),
        "{rest:?}"
    );
}

#[test]
fn a_body_of_50_megabytes_is_refused_and_the_answer_arrives() {
    let emulator = emulator();
    let body = "x".repeat(50 << 20);
    let answer = cloudtrail(emulator.endpoint_url(), "test", "CreateTrail", &body);
    assert_eq!(answer.status, 413);
    assert_eq!(answer.json()["__type"], "RequestEntityTooLargeException");
    assert_eq!(answer.header("connection"), Some("close"));
    let answer = support::post(emulator.endpoint_url(), "/_localtrail/clock", &body);
    assert_eq!(answer.status, 413);
    let answer = support::post(
        emulator.endpoint_url(),
        "/_localtrail/events",
        &format!("{{\"{body}"),
    );
    assert_eq!(answer.status, 400);
    assert_well(&emulator);
}

#[test]
fn a_body_announced_as_endless_is_refused_before_it_is_read() {
    let emulator = emulator();
    let mut stream = connect(emulator.endpoint_url());
    let head = "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: CloudTrail_20131101.GetTrail\r\nContent-Length: 99999999999\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    assert_eq!(Answer::read(&mut stream).unwrap().status, 413);
}

#[test]
fn half_sent_requests_and_resets_hold_up_nobody() {
    let emulator = emulator();
    let whole = "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: CloudTrail_20131101.ListTrails\r\nContent-Length: 100\r\n\r\n{}";
    let mut half_sent = Vec::new();
    for round in 0..200 {
        let mut stream = connect(emulator.endpoint_url());
        stream
            .write_all(&whole.as_bytes()[..whole.len() * (round % 7 + 1) / 7])
            .unwrap();
        match round % 3 {
            // Left open,
            0 => half_sent.push(stream),
            // half closed,
            1 => {
                stream.shutdown(Shutdown::Write).unwrap();
                half_sent.push(stream);
            }
            // or gone.
            _ => drop(stream),
        }
    }
    assert_well(&emulator);
    drop(half_sent);
    assert_well(&emulator);
}

#[test]
fn a_body_that_ends_early_is_not_a_call() {
    let emulator = emulator();
    let mut stream = connect(emulator.endpoint_url());
    let head = "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: CloudTrail_20131101.ListTrails\r\nContent-Length: 100\r\n\r\n{}";
    stream.write_all(head.as_bytes()).unwrap();
    drop(stream);
    let mut stream = connect(emulator.endpoint_url());
    let head = "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: CloudTrail_20131101.ListTrails\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let mut rest = Vec::new();
    let _ended_or_reset = stream.read_to_end(&mut rest);
    assert_well(&emulator);
    assert_eq!(
        emulator
            .events(&[("eventName", "ListTrails")])
            .unwrap()
            .len(),
        1,
        "only the last"
    );
}

#[test]
fn floods_of_headers_and_garbage_are_refused() {
    let emulator = emulator();
    let many: String = (0..5000).map(|n| format!("X-{n}: y\r\n")).collect();
    let long = format!("X-Long: {}\r\n", "y".repeat(4 << 20));
    for headers in [many, long] {
        let mut stream = connect(emulator.endpoint_url());
        let head = format!("GET /_localtrail/health HTTP/1.1\r\n{headers}\r\n");
        let _sent_or_refused = stream.write_all(head.as_bytes());
        // The answer can be lost to the reset that follows it.
        if let Some(answer) = Answer::read(&mut stream) {
            assert_eq!(answer.status, 431);
        }
    }
    for garbage in [
        &b"\x16\x03\x01\x02\x00\x01\x00"[..],
        b"GET\r\n\r\n",
        b"\0\0\0\0\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let mut stream = connect(emulator.endpoint_url());
        stream.write_all(garbage).unwrap();
        let _half_closed = stream.shutdown(Shutdown::Write);
        if let Some(answer) = Answer::read(&mut stream) {
            assert!(
                (400..500).contains(&answer.status) || answer.status == 505,
                "{answer:?}"
            );
        }
    }
    assert_well(&emulator);
}

#[test]
fn many_calls_go_over_one_connection() {
    let emulator = emulator();
    let mut stream = connect(emulator.endpoint_url());
    let call = "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: CloudTrail_20131101.ListTrails\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: 2\r\n\r\n{}";
    for _ in 0..50 {
        stream.write_all(call.as_bytes()).unwrap();
    }
    let last = call.replace("Host: x", "Host: x\r\nConnection: close");
    stream.write_all(last.as_bytes()).unwrap();
    let mut all = String::new();
    stream.read_to_string(&mut all).unwrap();
    assert_eq!(all.matches("HTTP/1.1 200 OK").count(), 51);
    assert_eq!(
        emulator
            .events(&[("eventName", "ListTrails")])
            .unwrap()
            .len(),
        51
    );
}
