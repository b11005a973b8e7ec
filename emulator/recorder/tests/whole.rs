//! Whole exchanges, from the bytes of requests and answers to events, as the server makes them. The calls are those of
//! `decode.rs`; `DECODE_CALLS` names another file of them.

#![allow(clippy::unwrap_used)] // A helper that fails fails its test.
#![allow(dead_code)] // The helpers are those of another test too.

#[path = "decode/calls.rs"]
mod calls;
#[path = "decode/dice.rs"]
mod dice;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hyper::{HeaderMap, Method, StatusCode};
use localtrail_core::{AccountId, Caller, Category, Draft, Identity, Origin, Region};
use localtrail_recorder::{Answer, Body, Circumstances, Request, draft, input, output, recognize};
use serde_json::Value;

use calls::{Call, lines};
use dice::Dice;

/// Damaged exchanges of each protocol.
const ROUNDS: usize = 1000;

/// How long all of them may take without optimisation; far more than they do.
const PATIENCE: Duration = Duration::from_secs(60);

/// What surrounds a call.
struct Around<'a> {
    host: &'a str,
    signed_for: Option<&'a str>,
    status: StatusCode,
    answer_headers: &'a HeaderMap,
}

/// The events of an exchange.
fn events(call: &Call, around: &Around<'_>, sent: Body<'_>, answered: Body<'_>) -> Vec<Draft> {
    let request = Request {
        method: &call.method,
        uri: &call.uri,
        headers: &call.request_headers,
        host: around.host,
        signed_for: around.signed_for,
    };
    let answer = Answer {
        status: around.status,
        headers: around.answer_headers,
        body: answered,
    };
    let recognized = recognize(&request, sent);
    let parameters = input(&recognized, &request, sent);
    let outcome = output(&recognized, &answer);
    let parameters = parameters.as_ref();
    draft(
        &recognized,
        &request,
        parameters,
        &answer,
        &outcome,
        circumstances(),
    )
}

fn circumstances() -> Circumstances {
    let account_id = AccountId::parse("111122223333").unwrap();
    Circumstances {
        caller: Caller {
            identity: Identity::Root {
                account_id,
                user_name: None,
                session: None,
            },
            access_key_id: None,
        },
        origin: Origin::default(),
        region: Region::us_east_1(),
        request_id: "id".to_owned(),
    }
}

/// What holds for every event, whatever the call was.
fn check(events: &[Draft]) {
    for event in events {
        assert!(event.event_source.ends_with(".amazonaws.com"), "{event:?}");
        assert!((1..=256).contains(&event.event_name.len()), "{event:?}");
        assert!(event.event_source.len() <= 256, "{event:?}");
        assert!(event.resources.len() <= 100 && event.lookup_resources.len() <= 100);
        assert!(event.category == Category::Management || event.category == Category::Data);
        assert!(serde_json::to_string(&event.request_parameters).is_ok());
        assert!(serde_json::to_string(&event.response_elements).is_ok());
        assert!(event.error.is_none() || event.response_elements.is_none());
    }
}

/// Services whose events are made elsewhere, or not at all for some calls.
fn is_silent(call: &Call) -> bool {
    let id = call.recognized.service_name.as_str();
    let name = call.recognized.operation_name.as_str();
    matches!(id, "s3" | "cloudtrail")
        || (id, name) == ("logs", "PutLogEvents")
        || id == "apigateway" && name.starts_with("TestInvoke")
}

#[test]
fn damaged_exchanges_make_events_all_the_same() {
    let mut by_protocol: BTreeMap<String, Vec<Call>> = BTreeMap::new();
    for line in lines() {
        let protocol = line["protocol"].as_str().unwrap().to_owned();
        by_protocol
            .entry(protocol)
            .or_default()
            .push(Call::parse(&line));
    }
    let all: Vec<&Call> = by_protocol.values().flatten().collect();
    let mut dice = Dice(0xbad_5eed);
    let began = Instant::now();
    for calls in by_protocol.values() {
        for round in 0..ROUNDS {
            one_damaged(&mut dice, &calls[round % calls.len()], &all);
        }
    }
    assert!(began.elapsed() < PATIENCE, "{:?}", began.elapsed());
}

fn one_damaged(dice: &mut Dice, call: &Call, all: &[&Call]) {
    let mut call = call.clone();
    let other = all[dice.roll(all.len())];
    let sent = dice.damage(&call.request_body, &other.request_body);
    let entry = call.recognized.service.unwrap();
    let host = format!("{}.us-east-1.amazonaws.com", entry.endpoint_prefix);
    let mut around = Around {
        host: &host,
        signed_for: Some(entry.signing_name),
        status: [200, 204, 400, 404, 500][dice.roll(5)].try_into().unwrap(),
        answer_headers: &HeaderMap::new(),
    };
    let nothing = Vec::new();
    let (headers, body) = match &other.answer {
        Some(told) => (dice.headers(&told.headers), &told.body),
        None => (HeaderMap::new(), &nothing),
    };
    let own = call.answer.as_ref().map_or(&nothing, |told| &told.body);
    let answered = dice.damage(own, body);
    around.answer_headers = &headers;
    // A damaged body alone leaves the service known, and so an event.
    let events_of_body = events(&call, &around, Body::Whole(&sent), Body::Whole(&answered));
    check(&events_of_body);
    assert!(
        is_silent(&call) || around.status.as_u16() >= 300 || !events_of_body.is_empty(),
        "{}:{}",
        entry.id,
        call.recognized.operation_name
    );
    // And a damaged head whatever can be made of it.
    call.request_headers = dice.headers(&call.request_headers);
    call.uri = dice.uri(&call.uri);
    match dice.roll(4) {
        0 => call.method = [Method::GET, Method::PUT, Method::OPTIONS][dice.roll(3)].clone(),
        1 => {
            around.signed_for = [None, Some(""), Some("s3"), Some("no-such-service")][dice.roll(4)];
        }
        2 => around.host = ["", "localhost:4566", "x", "é.s3.localhost"][dice.roll(4)],
        _ => call.request_headers.clear(),
    }
    check(&events(
        &call,
        &around,
        Body::Whole(&sent),
        Body::Whole(&answered),
    ));
    check(&events(
        &call,
        &around,
        Body::Cut(&sent),
        Body::Cut(&answered),
    ));
}

/// The texts of a value that must not be shown: the fixtures' begin all alike.
fn secrets<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::String(text) if text.starts_with("secret-") => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| secrets(item, found)),
        Value::Object(members) => {
            // The session's token is told, though the model calls it sensitive (O).
            let hidden = members.iter().filter(|(name, _)| *name != "SessionToken");
            hidden.for_each(|(_, value)| secrets(value, found));
        }
        _ => (),
    }
}

/// How many secrets a call has, none of which its events tell: neither of a success nor of a failure that quotes them.
fn secrets_kept(line: &Value) -> usize {
    let call = Call::parse(line);
    let (mut sent, mut answered) = (Vec::new(), Vec::new());
    secrets(&line["input"], &mut sent);
    secrets(&line["output"], &mut answered);
    let entry = call.recognized.service.unwrap();
    let host = format!("{}.us-east-1.amazonaws.com", entry.endpoint_prefix);
    let around = |status, answer_headers| Around {
        host: &host,
        signed_for: Some(entry.signing_name),
        status,
        answer_headers,
    };
    let body = Body::Whole(call.request_body.as_slice());
    let quoting = serde_json::json!({"__type": "Refused", "message": sent.join(", ")}).to_string();
    let none = HeaderMap::new();
    let refused = around(StatusCode::BAD_REQUEST, &none);
    let mut made = events(&call, &refused, body, Body::Whole(quoting.as_bytes()));
    if let Some(told) = &call.answer {
        let done = around(told.status, &told.headers);
        made.extend(events(&call, &done, body, Body::Whole(&told.body)));
    }
    check(&made);
    let told = format!("{made:?}");
    for secret in sent.iter().chain(&answered) {
        let name = &call.recognized.operation_name;
        assert!(
            !told.contains(secret),
            "{}:{name} tells {secret}: {told}",
            entry.id
        );
    }
    sent.len() + answered.len()
}

#[test]
fn nothing_secret_comes_through() {
    let kept: usize = lines().iter().map(secrets_kept).sum();
    assert!(kept > 15, "{kept}");
}
