//! Calls that nobody answers and no upstream was named for.

#![allow(clippy::unwrap_used)] // A helper that fails fails its test.

mod support;

use localtrail::{Emulator, Unserved};
use support::calls::{CALLS, event};
use support::{send, signature};

#[test]
fn they_are_refused_with_advice_and_recorded() {
    let emulator = Emulator::start_blocking().unwrap();
    for call in CALLS {
        let came = call.make(emulator.endpoint_url());
        assert_eq!(came.status, 400, "{came:?}");
        let expected = format!("{}UnsupportedOperationException", call.before_code);
        assert!(came.body.contains(&expected), "{came:?}");
        assert!(came.body.contains("--upstream"), "{came:?}");
        let event = event(&emulator, call.event);
        assert!(event["errorCode"].is_string(), "{event}");
    }
}

#[test]
fn a_switch_answers_them_with_an_empty_success() {
    let emulator = Emulator::builder()
        .unserved(Unserved::Empty)
        .start_blocking()
        .unwrap();
    for call in CALLS {
        let came = call.make(emulator.endpoint_url());
        assert_eq!(came.status, 200, "{came:?}");
        assert!(came.body.contains(call.empty), "{came:?}");
        let event = event(&emulator, call.event);
        assert!(event.get("errorCode").is_none(), "{event}");
    }
}

#[test]
fn where_signatures_are_checked_nobody_speaks_for_another() {
    let emulator = Emulator::builder()
        .check_signatures()
        .unserved(Unserved::Empty)
        .start_blocking()
        .unwrap();
    for call in CALLS {
        let refused = call.make(emulator.endpoint_url());
        assert!((400..=403).contains(&refused.status), "{refused:?}");
        assert!(refused.body.contains(call.before_code), "{refused:?}");
    }
    let scope = signature("test", "unheard-of");
    let headers = [("Authorization", scope.as_str())];
    let refused = send(emulator.endpoint_url(), "GET", "/", &headers, "");
    assert!((400..=403).contains(&refused.status), "{refused:?}");
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let body = "Action=ListTopics&Version=2010-03-31";
    let refused = send(emulator.endpoint_url(), "POST", "/", &form, body);
    assert!(
        refused.body.contains("MissingAuthenticationToken"),
        "{refused:?}"
    );
    assert_eq!(emulator.events(&[]).unwrap().len(), 0);
}
