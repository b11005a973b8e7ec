//! Who is told to have called: declared identities of every type, issued keys, keys that end, and signatures with them.

#![allow(clippy::unwrap_used)] // A helper that fails fails its test.

mod support;

use std::time::Duration;

use localtrail::Emulator;
use serde_json::{Value, json};
use support::sigv4::{Signer, hash, s3, sent};
use support::{Answer, cloudtrail, post, send, signature};

const FORM: &str = "application/x-www-form-urlencoded";
const ROLE: &str = "arn%3Aaws%3Aiam%3A%3A444455556666%3Arole%2Fci%2Fdeploy";

/// One call of a query service, with a signature that is trusted.
fn call(emulator: &Emulator, key: &str, service: &str, form: &str) -> Answer {
    let version = if service == "iam" {
        "2010-05-08"
    } else {
        "2011-06-15"
    };
    let headers = [
        ("Content-Type", FORM),
        ("Authorization", &signature(key, service)),
    ];
    let body = format!("{form}&Version={version}");
    send(emulator.endpoint_url(), "POST", "/", &headers, &body)
}

fn element(answer: &Answer, name: &str) -> String {
    let (_, rest) = answer.body.split_once(&format!("<{name}>")).unwrap();
    rest.split('<').next().unwrap().to_owned()
}

fn event(emulator: &Emulator, name: &str) -> Value {
    // Recording may come after the answer.
    for _ in 0..200 {
        let mut found = emulator.events(&[("eventName", name)]).unwrap();
        if !found.is_empty() {
            return found.remove(0);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("{name} is not recorded");
}

/// An identity of each type that a record can have.
fn of_every_type() -> Vec<Value> {
    const ACCOUNT: &str = "123456789012";
    let session = json!({"creationDate": "2026-11-23T16:05:00Z"});
    vec![
        json!({"type": "Root", "accountId": ACCOUNT, "userName": "corp"}),
        json!({"type": "IAMUser", "accountId": ACCOUNT, "userName": "bob"}),
        json!({"type": "AssumedRole", "accountId": ACCOUNT, "roleName": "r", "sessionName": "s", "session": session}),
        json!({"type": "Role", "accountId": ACCOUNT, "roleName": "r", "sessionName": "s"}),
        json!({"type": "FederatedUser", "accountId": ACCOUNT, "userName": "g", "session": session}),
        json!({"type": "SAMLUser", "accountId": ACCOUNT, "principalId": "q:s", "userName": "s", "identityProvider": "q"}),
        json!({"type": "WebIdentityUser", "accountId": ACCOUNT, "principalId": "i:a:s", "userName": "s", "identityProvider": "i"}),
        json!({"type": "AWSAccount", "accountId": ACCOUNT}),
        json!({"type": "AWSService", "accountId": ACCOUNT, "invokedBy": "config.amazonaws.com"}),
        json!({"type": "IdentityCenterUser", "accountId": ACCOUNT, "onBehalfOf": {"userId": "u", "identityStoreArn": "arn:i"}}),
        json!({"type": "Directory", "accountId": ACCOUNT, "userName": "d"}),
        json!({"type": "Unknown", "accountId": ACCOUNT}),
    ]
}

fn declare(emulator: &Emulator, key: &str, identity: &Value) -> Answer {
    let declared = json!({"accessKeyId": key, "identity": identity}).to_string();
    post(
        emulator.endpoint_url(),
        "/_localtrail/identities",
        &declared,
    )
}

#[test]
fn identities_of_every_type_can_be_declared() {
    let emulator = Emulator::start_blocking().unwrap();
    for identity in of_every_type() {
        let kind = &identity["type"];
        let key = format!("AKIA{}", kind.as_str().unwrap().to_uppercase());
        let answer = declare(&emulator, &key, &identity);
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json()["identity"]["type"], *kind);
        let listed = cloudtrail(emulator.endpoint_url(), &key, "ListTrails", "{}");
        assert_eq!(listed.status, 200);
        let newest = event(&emulator, "ListTrails");
        assert_eq!(newest["userIdentity"]["type"], *kind);
        assert_eq!(newest["recipientAccountId"], "123456789012");
    }
    let service = json!({"type": "ServiceEvent", "accountId": "123456789012", "invokedBy": "x.amazonaws.com"});
    declare(&emulator, "AKIAEVENT", &service);
    cloudtrail(emulator.endpoint_url(), "AKIAEVENT", "ListTrails", "{}");
    assert_eq!(
        event(&emulator, "ListTrails")["userIdentity"],
        json!({"accountId": "123456789012", "invokedBy": "x.amazonaws.com"})
    );
}

#[test]
fn a_role_of_another_account_is_recorded_in_both_and_then_calls_itself() {
    let emulator = Emulator::start_blocking().unwrap();
    let form = format!("Action=AssumeRole&RoleArn={ROLE}&RoleSessionName=run&SourceIdentity=alice");
    let answer = call(&emulator, "123456789012", "sts", &form);
    assert_eq!(answer.status, 200, "{answer:?}");
    let key = element(&answer, "AccessKeyId");
    cloudtrail(emulator.endpoint_url(), &key, "ListTrails", "{}");
    let identity = &event(&emulator, "ListTrails")["userIdentity"];
    assert_eq!(
        identity["arn"],
        "arn:aws:sts::444455556666:assumed-role/deploy/run"
    );
    assert_eq!(identity["sessionContext"]["sourceIdentity"], "alice");
    assert_eq!(
        identity["sessionContext"]["sessionIssuer"]["arn"],
        "arn:aws:iam::444455556666:role/ci/deploy"
    );
    event(&emulator, "AssumeRole");
    let copies = emulator.events(&[("eventName", "AssumeRole")]).unwrap();
    let [owners, callers] = &copies[..] else {
        panic!("two copies: {copies:?}");
    };
    assert_eq!(callers["recipientAccountId"], "123456789012");
    assert_eq!(callers["userIdentity"]["type"], "IAMUser");
    assert_eq!(owners["recipientAccountId"], "444455556666");
    assert_eq!(owners["userIdentity"]["type"], "AWSAccount");
    assert_eq!(callers["sharedEventID"], owners["sharedEventID"]);
}

#[test]
fn the_alias_of_an_account_is_its_root_users_name() {
    let emulator = Emulator::start_blocking().unwrap();
    let root = json!({"accessKeyId": "AKIAROOT", "identity": {"type": "Root", "accountId": "123456789012"}});
    post(
        emulator.endpoint_url(),
        "/_localtrail/identities",
        &root.to_string(),
    );
    let answer = call(
        &emulator,
        "AKIAROOT",
        "iam",
        "Action=CreateAccountAlias&AccountAlias=corp",
    );
    assert_eq!(answer.status, 200, "{answer:?}");
    cloudtrail(emulator.endpoint_url(), "AKIAROOT", "ListTrails", "{}");
    assert_eq!(
        event(&emulator, "ListTrails")["userIdentity"]["userName"],
        "corp"
    );
    emulator.reset().unwrap();
    post(
        emulator.endpoint_url(),
        "/_localtrail/identities",
        &root.to_string(),
    );
    cloudtrail(emulator.endpoint_url(), "AKIAROOT", "ListTrails", "{}");
    assert_eq!(
        event(&emulator, "ListTrails")["userIdentity"].get("userName"),
        None
    );
}

#[test]
fn a_token_of_anothers_tells_who_calls() {
    let emulator = Emulator::builder()
        .check_signatures()
        .start_blocking()
        .unwrap();
    // {"alg":"none"} . {"iss":"https://idp.example","aud":"me","sub":"bob"}
    let token = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL2lkcC5leGFtcGxlIiwiYXVkIjoibWUiLCJzdWIiOiJib2IifQ.x";
    let form = format!(
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn={ROLE}&RoleSessionName=run&WebIdentityToken={token}"
    );
    let headers = [("Content-Type", FORM)];
    let answer = send(emulator.endpoint_url(), "POST", "/", &headers, &form);
    assert_eq!(answer.status, 200, "{answer:?}");
    let record = event(&emulator, "AssumeRoleWithWebIdentity");
    let provider = "arn:aws:iam::444455556666:oidc-provider/idp.example";
    assert_eq!(
        record["userIdentity"],
        json!({"type": "WebIdentityUser", "principalId": format!("{provider}:me:bob"), "userName": "bob", "identityProvider": provider})
    );
    assert_eq!(record["recipientAccountId"], "444455556666");
    // That one call needs no signature does not let another in.
    let (open, closed) = (
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15",
        "Action=CreateUser&UserName=eve&Version=2010-05-08",
    );
    for (query, body) in [(open, closed), (closed, open)] {
        let path = format!("/?{query}");
        let answer = send(emulator.endpoint_url(), "POST", &path, &headers, body);
        assert_ne!(answer.status, 200, "{answer:?}");
        assert!(!answer.body.contains("CreateUser"), "{answer:?}");
    }
}

#[test]
fn issued_keys_sign_until_they_end() {
    let emulator = Emulator::builder()
        .check_signatures()
        .start_blocking()
        .unwrap();
    let form = format!("Action=AssumeRole&RoleArn={ROLE}&RoleSessionName=run&Version=2011-06-15");
    let signer = Signer::new("sts");
    let given = [("content-type", FORM)];
    let headers = signer.headers("POST", "/", &given, &hash(form.as_bytes()));
    let answer = sent(&emulator, "POST", "/", &headers, &form);
    assert_eq!(answer.status, 200, "{answer:?}");
    let (key, secret) = (
        element(&answer, "AccessKeyId"),
        element(&answer, "SecretAccessKey"),
    );
    let token = element(&answer, "SessionToken");
    let session = Signer {
        access_key: key.leak(),
        secret: secret.leak(),
        ..Signer::new("sts")
    };
    let who = "Action=GetCallerIdentity&Version=2011-06-15";
    let ask = |token: &str| {
        let given = [("content-type", FORM), ("x-amz-security-token", token)];
        let headers = session.headers("POST", "/", &given, &hash(who.as_bytes()));
        sent(&emulator, "POST", "/", &headers, who)
    };
    assert_eq!(
        element(&ask(&token), "Arn"),
        "arn:aws:sts::444455556666:assumed-role/deploy/run"
    );
    assert_eq!(element(&ask("other"), "Code"), "InvalidClientTokenId");
    let without_token = s3(
        &emulator,
        &Signer {
            service: "s3",
            ..session.clone()
        },
        "GET",
        "/",
        "",
    );
    assert_eq!(element(&without_token, "Code"), "InvalidAccessKeyId");
    let _advanced = emulator.advance(Duration::from_secs(3600));
    let over = ask(&token);
    assert_eq!(over.status, 403);
    assert_eq!(element(&over, "Code"), "ExpiredToken");
}

#[test]
fn users_and_keys_survive_in_a_data_directory() {
    let dir = tempfile::tempdir().unwrap();
    let started = || {
        Emulator::builder()
            .data_dir(dir.path())
            .start_blocking()
            .unwrap()
    };
    let first = started();
    call(
        &first,
        "123456789012",
        "iam",
        "Action=CreateUser&UserName=eve",
    );
    let made = call(
        &first,
        "123456789012",
        "iam",
        "Action=CreateAccessKey&UserName=eve",
    );
    let key = element(&made, "AccessKeyId");
    drop(first);
    let second = started();
    cloudtrail(second.endpoint_url(), &key, "ListTrails", "{}");
    assert_eq!(
        event(&second, "ListTrails")["userIdentity"]["userName"],
        "eve"
    );
}
