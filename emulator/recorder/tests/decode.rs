//! Requests and answers as botocore speaks them, read back: what is read must be what was given.
//!
//! `decode/calls.jsonl` was written by `decode/make.py`. For every operation of every service, let the script write all
//! calls and name the file:
//!
//! ```text
//! python3 emulator/recorder/tests/decode/make.py --all 1 > /tmp/all.jsonl
//! DECODE_CALLS=/tmp/all.jsonl cargo test -p localtrail-recorder --test decode -- --nocapture
//! ```

#![allow(clippy::unwrap_used)] // A helper that fails fails its test.

#[path = "decode/calls.rs"]
mod calls;
#[path = "decode/damage.rs"]
mod damage;
#[path = "decode/dice.rs"]
mod dice;
#[path = "decode/odd.rs"]
mod odd;

use std::collections::BTreeMap;

use localtrail_recorder::Body;
use serde_json::Value;

use calls::{Call, lines};

/// Counts what is equal, and keeps what is not.
#[derive(Default)]
struct Tally {
    equal: BTreeMap<String, u32>,
    different: Vec<String>,
}

impl Tally {
    fn compare(&mut self, line: &Value, half: &str, found: &Value, wanted: &Value) {
        if found == wanted {
            let protocol = line["protocol"].as_str().unwrap();
            *self.equal.entry(format!("{protocol} {half}")).or_default() += 1;
            return;
        }
        let (service, operation) = (&line["service"], &line["operation"]);
        let protocol = &line["protocol"];
        let difference = difference(found, wanted, "");
        self.different.push(format!(
            "{protocol} {service} {operation} {half}: {difference}"
        ));
    }
}

/// The first place where two trees differ.
fn difference(found: &Value, wanted: &Value, path: &str) -> String {
    match (found, wanted) {
        (Value::Object(a), Value::Object(b)) => {
            for name in a.keys().chain(b.keys()) {
                let (a, b) = (&found[name], &wanted[name]);
                if a != b || found.get(name).is_some() != wanted.get(name).is_some() {
                    return difference(a, b, &format!("{path}.{name}"));
                }
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                if a != b {
                    return difference(a, b, &format!("{path}[{index}]"));
                }
            }
        }
        _ => {}
    }
    format!("{path}: {found}, not {wanted}")
}

#[test]
fn what_is_read_is_what_was_given() {
    let mut tally = Tally::default();
    for line in lines() {
        let call = Call::parse(&line);
        let read = call.input(Body::Whole(&call.request_body));
        let read = read.map_or(Value::Null, Value::Object);
        tally.compare(&line, "input", &read, &call.input);
        if let Some(told) = &call.answer {
            let outcome = call.output(told.status, &told.headers, Body::Whole(&told.body));
            let read = Value::Object(outcome.result.unwrap().clone());
            tally.compare(&line, "output", &read, &told.output);
            assert_eq!(outcome.request_id.as_deref(), Some("id-1"), "{line}");
        }
    }
    println!("equal: {:#?}", tally.equal);
    let different = tally.different.len();
    assert!(
        tally.different.is_empty(),
        "{different} differ:\n{}",
        tally.different.join("\n")
    );
}
