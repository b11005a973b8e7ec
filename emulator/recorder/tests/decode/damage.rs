//! Damaged requests and answers: nothing panics, nothing takes long, and what stands outside a lost body is told.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hyper::{HeaderMap, StatusCode};
use localtrail_model::catalogue::Protocol;
use localtrail_recorder::{Body, generic_xml};
use serde_json::Value;

use crate::calls::{Call, lines};
use crate::dice::Dice;

/// Damaged requests, and as many answers, of each protocol.
const ROUNDS: usize = 1000;

fn by_protocol() -> BTreeMap<String, Vec<Call>> {
    let mut calls: BTreeMap<String, Vec<Call>> = BTreeMap::new();
    for line in lines() {
        let protocol = line["protocol"].as_str().unwrap().to_owned();
        calls.entry(protocol).or_default().push(Call::parse(&line));
    }
    assert_eq!(calls.len(), 6);
    calls
}

#[test]
fn no_damage_is_too_much() {
    let mut dice = Dice(0x5eed);
    let calls = by_protocol();
    let all: Vec<&Call> = calls.values().flatten().collect();
    for calls in calls.values() {
        for round in 0..ROUNDS {
            let mut call = calls[dice.roll(calls.len())].clone();
            let other = all[dice.roll(all.len())];
            let damaged = dice.damage(&call.request_body, &other.request_body);
            call.request_headers = dice.headers(&call.request_headers);
            call.uri = dice.uri(&call.uri);
            if round % 10 == 0 {
                call.recognized.protocol = other.recognized.protocol;
            }
            let read = [Body::Whole(&damaged), Body::Cut(&damaged)].map(|body| call.input(body));
            assert!(serde_json::to_string(&read).is_ok());

            let Some(told) = &call.answer else { continue };
            let Some(elsewhere) = &other.answer else {
                continue;
            };
            let damaged = dice.damage(&told.body, &elsewhere.body);
            let headers = dice.headers(&told.headers);
            for status in [StatusCode::OK, StatusCode::BAD_REQUEST] {
                let outcome = call.output(status, &headers, Body::Whole(&damaged));
                assert_eq!(outcome.result.is_err(), status.is_client_error());
                assert!(
                    outcome
                        .result
                        .is_ok_and(|members| serde_json::to_string(&*members).is_ok())
                        || status.is_client_error()
                );
                call.output(status, &headers, Body::Cut(&damaged));
            }
            let _ = generic_xml(&String::from_utf8_lossy(&damaged));
        }
    }
}

#[test]
fn a_lost_body_loses_nothing_else() {
    let mut told = 0;
    for calls in by_protocol().values() {
        for call in calls {
            let is_rest = matches!(
                call.recognized.protocol,
                Some(Protocol::RestJson | Protocol::RestXml)
            );
            let outside = call.input(Body::Whole(b"")).unwrap();
            let is_there = is_rest && !outside.is_empty();
            told += usize::from(is_there);
            for lost in [Body::Cut(b"{\"a"), Body::Cut(b"<a"), Body::Cut(b"")] {
                let read = call.input(lost);
                // Streamed bodies are no parameters, so losing them is no loss.
                if is_there {
                    assert_eq!(read.as_ref(), Some(&outside));
                } else {
                    assert!(read.unwrap_or_default().is_empty());
                }
            }
        }
    }
    assert!(told > 10, "{told}");
}

/// Bodies of some hundred kilobytes, each made to be slow for a reader that is not careful.
fn heavy() -> Vec<Vec<u8>> {
    let many =
        |part: &dyn Fn(usize) -> String, count: usize| -> String { (0..count).map(part).collect() };
    let mut bodies: Vec<Vec<u8>> = [
        format!("{{{}\"z\":1}}", many(&|n| format!("\"k{n}\":{n},"), 28_000)),
        format!("{{\"Tags\":[{}1]}}", many(&|_| "null,".to_owned(), 80_000)),
        format!("{{\"a\":{}", "[".repeat(400_000)),
        format!("{{\"a\":\"{}\"}}", "\\u00e4".repeat(64_000)),
        many(&|n| format!("Tag.{n}.Key=a&"), 28_000),
        many(&|n| format!("k{n}=&"), 48_000),
        many(&|n| format!("Tag.{n}.{}=1&", "a.".repeat(60)), 3_000),
        "Tag.1=a&Tag.1.Key=b&".repeat(20_000),
        format!("<R>{}</R>", many(&|n| format!("<k{n}/>"), 40_000)),
        format!("<R>{}</R>", "<a/>".repeat(100_000)),
        format!("<R {}/>", many(&|n| format!("a{n}=\"\" "), 36_000)),
        format!("<R>{}", "<a>".repeat(120_000)),
        format!("<R>{}</R>", "&#228;".repeat(64_000)),
        format!("<R><!--{}--></R>", "<a>".repeat(120_000)),
        format!(
            "<!DOCTYPE R [{}]><R>&b;</R>",
            "<!ENTITY b \"&a;&a;\">".repeat(16_000)
        ),
    ]
    .map(String::into_bytes)
    .into();
    bodies.push([&b"\xbf"[..], &b"\x61a\x01".repeat(120_000), b"\xff"].concat());
    bodies.push([&b"\xa1\x61a\x9f"[..], &b"\xf6".repeat(400_000), b"\xff"].concat());
    bodies.push([&b"\xa1\x61a\x5f"[..], &b"\x41a".repeat(200_000), b"\xff"].concat());
    bodies
}

#[test]
fn no_body_is_too_heavy() {
    // The slowest of these takes a fraction of a second in a debug build; what is not linear takes minutes.
    const LIMIT: Duration = Duration::from_secs(5);
    let bodies = heavy();
    for calls in by_protocol().values() {
        let largest = |call: &&Call| call.request_body.len();
        let call = calls.iter().max_by_key(largest).unwrap();
        for body in &bodies {
            let begun = Instant::now();
            let read = call.input(Body::Whole(body)).map(Value::Object);
            let headers = HeaderMap::new();
            for status in [StatusCode::OK, StatusCode::BAD_REQUEST] {
                call.output(status, &headers, Body::Whole(body));
            }
            let _ = generic_xml(&String::from_utf8_lossy(body));
            drop(read);
            assert!(
                begun.elapsed() < LIMIT,
                "{:?} with {} took {:?}",
                call.recognized.protocol,
                String::from_utf8_lossy(&body[..40]),
                begun.elapsed()
            );
        }
    }
}
