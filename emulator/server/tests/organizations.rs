//! Organizations and throttling: the switches and the control endpoint, as somebody outside meets them.

#![allow(clippy::unwrap_used)] // A helper that fails fails its test.

mod support;

use localtrail::{ClockMode, Emulator};
use serde_json::{Value, json};
use support::{Answer, cloudtrail, get, post, send};

const PATH: &str = "/_localtrail/organizations";

fn configured() -> Value {
    json!({
        "id": "o-a1b2c3d4e5", "managementAccount": "111122223333", "members": ["444455556666"],
        "featureSet": "ALL", "cloudTrailAccess": true, "serviceLinkedRole": true, "delegatedAdministrators": [],
    })
}

fn emulator() -> Emulator {
    Emulator::builder()
        .organization(serde_json::from_value(configured()).unwrap())
        .start_blocking()
        .unwrap()
}

fn put(emulator: &Emulator, path: &str, body: &Value) -> Answer {
    send(emulator.endpoint_url(), "PUT", path, &[], &body.to_string())
}

fn all(emulator: &Emulator) -> Value {
    let answer = get(emulator.endpoint_url(), PATH);
    assert_eq!(answer.status, 200);
    answer.json()["organizations"].clone()
}

#[test]
fn organizations_are_declared_replaced_and_dissolved() {
    let emulator = emulator();
    assert_eq!(all(&emulator), json!([configured()]));
    let declared = put(
        &emulator,
        &format!("{PATH}/o-bbbbbbbbbb"),
        &json!({ "managementAccount": "777788889999", "featureSet": "CONSOLIDATED_BILLING" }),
    );
    assert_eq!(declared.status, 200, "{declared:?}");
    assert_eq!(declared.json()["cloudTrailAccess"], true);
    assert_eq!(all(&emulator).as_array().unwrap().len(), 2);

    let only = json!({ "id": "o-cccccccccc", "managementAccount": "444455556666", "members": ["111122223333"] });
    let replaced = put(&emulator, PATH, &json!({ "organizations": [only] }));
    assert_eq!(replaced.status, 200, "{replaced:?}");
    assert_eq!(replaced.json()["organizations"], all(&emulator));
    assert_eq!(all(&emulator)[0]["id"], "o-cccccccccc");

    let dissolve = || {
        let path = format!("{PATH}/o-cccccccccc");
        send(emulator.endpoint_url(), "DELETE", &path, &[], "").status
    };
    assert_eq!((dissolve(), dissolve()), (200, 404));
    assert_eq!(all(&emulator), json!([]));
    assert_eq!(
        post(emulator.endpoint_url(), "/_localtrail/reset", "").status,
        200
    );
    assert_eq!(all(&emulator), json!([configured()]));
}

#[test]
fn what_cannot_be_an_organization_is_refused_with_a_sentence() {
    let emulator = emulator();
    let one = |id: &str, body: Value| put(&emulator, &format!("{PATH}/{id}"), &body);
    let manager = || json!({ "managementAccount": "444455556666" });
    for (answer, why) in [
        (
            one("o-bbbbbbbbbb", manager()),
            "in the organization o-a1b2c3d4e5 already",
        ),
        (one("o-1", manager()), "is not an organization id"),
        (one("o-bbbbbbbbbb", json!([])), "not an object"),
        (one("o-bbbbbbbbbb", json!({})), "managementAccount"),
        (
            one("o-bbbbbbbbbb", json!({ "managementAccount": "4" })),
            "12-digit account id",
        ),
        (
            one(
                "o-bbbbbbbbbb",
                json!({ "id": "o-cccccccccc", "managementAccount": "1" }),
            ),
            "the id in the path",
        ),
        (put(&emulator, PATH, &json!([])), "not an object"),
        (put(&emulator, PATH, &json!([[]])), "not an object"),
        (
            put(&emulator, PATH, &json!({ "organizations": [[]] })),
            "expected a map",
        ),
        (
            put(&emulator, PATH, &json!({ "organizations": [{}] })),
            "missing field `id`",
        ),
    ] {
        assert_eq!(answer.status, 400, "{why}: {answer:?}");
        let said = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(said.contains(why) && said.ends_with('.'), "{said}");
    }
    let broken = send(emulator.endpoint_url(), "PUT", PATH, &[], "{");
    assert_eq!(broken.status, 400);
    let wrong_method = post(emulator.endpoint_url(), PATH, "{}");
    assert_eq!(wrong_method.status, 405);
    assert_eq!(wrong_method.header("allow"), Some("GET, PUT"));
    assert_eq!(all(&emulator), json!([configured()]));
}

#[test]
fn contradicting_organizations_do_not_start() {
    let builder = Emulator::builder().organization(serde_json::from_value(configured()).unwrap());
    let other = json!({ "id": "o-bbbbbbbbbb", "managementAccount": "444455556666" });
    let started = builder
        .organization(serde_json::from_value(other).unwrap())
        .start_blocking();
    let error = started.err().unwrap().to_string();
    assert!(
        error.contains("o-a1b2c3d4e5") && error.contains("444455556666"),
        "{error}"
    );
}

#[test]
fn organizations_outlive_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let start = || {
        Emulator::builder()
            .data_dir(directory.path())
            .start_blocking()
            .unwrap()
    };
    let body = json!({ "managementAccount": "111122223333" });
    let emulator = start();
    assert_eq!(
        put(&emulator, &format!("{PATH}/o-bbbbbbbbbb"), &body).status,
        200
    );
    let before = all(&emulator);
    drop(emulator);
    assert_eq!(all(&start()), before);
}

#[test]
fn calls_past_the_rate_are_throttled_until_time_passes() {
    let clock: ClockMode = "virtual=2026-11-23T16:00:00Z".parse().unwrap();
    let list =
        |emulator: &Emulator| cloudtrail(emulator.endpoint_url(), "test", "ListTrails", "{}");
    let emulator = Emulator::builder()
        .throttle()
        .clock(clock)
        .start_blocking()
        .unwrap();
    for _ in 0..10 {
        assert_eq!(list(&emulator).status, 200);
    }
    let eleventh = list(&emulator);
    assert_eq!(eleventh.status, 400, "{eleventh:?}");
    assert_eq!(eleventh.json()["__type"], "ThrottlingException");
    let advanced = post(
        emulator.endpoint_url(),
        "/_localtrail/clock",
        r#"{"advance":"1s"}"#,
    );
    assert_eq!(advanced.status, 200);
    assert_eq!(list(&emulator).status, 200);

    let unthrottled = Emulator::builder().clock(clock).start_blocking().unwrap();
    assert!((0..30).all(|_| list(&unthrottled).status == 200));
}
