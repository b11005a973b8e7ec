//! Cases in Rust: what their session does, and what their faults say.

#![allow(
    clippy::unwrap_used,
    reason = "the laws of these tests stand outside of the tests themselves"
)]

mod common;

use std::net::SocketAddr;
use std::time::Duration;

use common::{Raw, json, serve_later, serve_raw};
use conformance::fault::Fault;
use conformance::http::{Endpoint, Http, Trust};
use conformance::law::{Law, Run};
use conformance::script::{Mark, Need};
use conformance::session::{self, Accounts, Session};
use conformance::sign::Credentials;
use conformance::target::{Profile, Target};
use http_body_util::BodyExt;

fn law(run: Run) -> Law {
    Law {
        name: "of-the-tests",
        mark: Mark::Inferred,
        source: "nowhere",
        needs: &[],
        run,
    }
}

async fn run(address: SocketAddr, profile: Profile, run: Run) -> Result<(), Fault> {
    let endpoint = Endpoint::parse(&format!("http://{address}")).unwrap();
    let target = Target {
        s3_endpoint: endpoint.clone(),
        endpoint,
        profile,
        credentials: Credentials {
            access_key: "test".into(),
            secret_key: "test".into(),
            session_token: None,
        },
        account: "123456789012".into(),
        region: "us-east-1".into(),
        limit: Duration::from_millis(500),
        http: Http::new(Trust::default()),
    };
    let accounts = Accounts {
        own: "111122223333".into(),
        other: "444455556666".into(),
        unique: "u".into(),
    };
    session::run(&target, &law(run).case(), &accounts, target.limit).await
}

/// A target that answers what it was asked: `{"Told":"PATH ACCOUNT REGION BODY"}`,
/// but refuses GetTrail.
async fn echo() -> SocketAddr {
    serve_later(|request| async move {
        let headers = request.headers().clone();
        let header = |name: &str| {
            let value = headers.get(name).map(|value| value.to_str().unwrap());
            value.unwrap_or_default().to_owned()
        };
        let path = request.uri().path().to_owned();
        let scope = header("authorization");
        let scope: Vec<&str> = scope.split(['=', '/', ',']).collect();
        let caller = match scope.as_slice() {
            [_, account, _, region, ..] => format!("{account} {region}"),
            _ => "nobody".to_owned(),
        };
        let operation = header("x-amz-target");
        let body = request.into_body().collect().await.unwrap().to_bytes();
        if operation.ends_with(".GetTrail") {
            let told = serde_json::json!({"__type": "TrailNotFoundException", "message": "gone"});
            return json(400, told.to_string());
        }
        let body = String::from_utf8(body.to_vec()).unwrap();
        let told = format!("{path} {caller} {body}");
        json(200, serde_json::json!({"Told": told}).to_string())
    })
    .await
}

/// An operation that the model does not know has no shape to be held against.
const OPERATION: &str = "Echo";

fn equal(told: &serde_json::Value, expected: &str) -> Result<(), Fault> {
    match told["Told"] == expected {
        true => Ok(()),
        false => Err(Fault::of(
            Mark::Inferred,
            format!("expected {expected}, got {told}"),
        )),
    }
}

#[tokio::test]
async fn a_session_calls_from_where_it_is_told() {
    async fn law(session: &mut Session<'_>) -> Result<(), Fault> {
        let input = serde_json::json!({"a": 1});
        equal(
            &session.must(OPERATION, &input).await?,
            "/ 111122223333 us-east-1 {\"a\":1}",
        )?;
        session.in_region("eu-west-1");
        let other = session.variable("account2").to_owned();
        session.as_account(&other);
        equal(
            &session.must(OPERATION, &input).await?,
            "/ 444455556666 eu-west-1 {\"a\":1}",
        )?;
        session
            .steps(
                "> Echo {\"a\":\"$t1 $region\"}\n\
                 < 200 {\"Told\":</t-u-1 eu-west-1/ as told>}\nflush\nadvance 1h\n",
            )
            .await?;
        assert!(session.variable("told").starts_with("/ 444455556666"));
        assert_eq!(session.bucket().await?, "ct-u-1");
        assert_eq!(session.variable("request_id").len(), 36);
        let refused = session.refused("GetTrail", &input, "TrailNotFoundException");
        assert_eq!(refused.await?, "gone");
        assert_eq!(session.call("GetTrail", &input).await?.status, 400);
        session.flush().await?;
        session.advance("1h").await
    }
    let ended = run(echo().await, Profile::Localtrail, |session| {
        Box::pin(law(session))
    })
    .await;
    assert!(ended.is_ok(), "{ended:?}");
}

#[tokio::test]
async fn faults_say_what_was_done_and_where() {
    let address = echo().await;
    let told = async |law: Run| {
        let fault = run(address, Profile::Localtrail, law).await.unwrap_err();
        (fault.place("laws.rs"), fault.differences.join("; "))
    };
    let (place, sentence) = told(|session| {
        Box::pin(async {
            session
                .must("GetTrail", &serde_json::json!({}))
                .await
                .map(drop)
        })
    })
    .await;
    assert_eq!(place, "laws.rs");
    assert_eq!(
        sentence,
        "GetTrail: expected 200, got 400 TrailNotFoundException: \"gone\""
    );
    let (_, sentence) = told(|session| {
        Box::pin(async {
            let empty = serde_json::json!({});
            session
                .refused(OPERATION, &empty, "AnyException")
                .await
                .map(drop)
        })
    })
    .await;
    assert!(sentence.starts_with("Echo: expected AnyException, got 200 "));
    let (_, sentence) =
        told(|session| Box::pin(session.steps("bucket $b\n> Echo {}\n< 200 {\"Told\":<number>}")))
            .await;
    assert!(
        sentence.starts_with("> Echo {}: .Told: expected <number>, got "),
        "{sentence}"
    );
    let (_, sentence) = told(|session| Box::pin(session.steps("dance"))).await;
    assert_eq!(sentence, "line 1: there is no step \"dance\"");
    let (place, _) = told(|_| Box::pin(async { equal(&serde_json::json!({}), "x") })).await;
    assert!(place.contains("tests/laws.rs:"), "{place}");
    // The envelope is judged like that of a text: this operation has a shape.
    let (_, sentence) = told(|session| {
        Box::pin(async {
            let empty = serde_json::json!({});
            session.call("ListTrails", &empty).await.map(drop)
        })
    })
    .await;
    assert!(
        sentence.contains("output shape: Told: the model has no such member"),
        "{sentence}"
    );
}

#[tokio::test]
async fn silence_counts_as_silence() {
    let address = serve_raw(Raw::Hang(b"")).await;
    let fault = run(address, Profile::Plain, |session| {
        Box::pin(async {
            session
                .call(OPERATION, &serde_json::json!({}))
                .await
                .map(drop)
        })
    })
    .await
    .unwrap_err();
    assert!(fault.silent);
    assert_eq!(fault.differences, ["Echo: no answer within 500ms"]);
}

#[tokio::test]
async fn a_law_that_needs_control_runs_alone() {
    let mut law = law(|_| Box::pin(async { Ok(()) }));
    assert!(!law.case().runs_alone());
    law.needs = &[Need::Control];
    assert!(law.case().runs_alone());
    assert_eq!(law.case().id, "laws/of-the-tests");
}

#[tokio::test]
async fn a_trail_of_a_call_that_broke_is_removed_where_the_account_is_shared() {
    use std::sync::{Arc, Mutex};
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heard = asked.clone();
    let address = serve_later(move |request| {
        let asked = heard.clone();
        async move {
            let target = request.headers()["x-amz-target"].to_str().unwrap();
            let operation = target.rsplit('.').next().unwrap().to_owned();
            let body = request.into_body().collect().await.unwrap().to_bytes();
            let body = String::from_utf8(body.to_vec()).unwrap();
            asked.lock().unwrap().push(format!("{operation} {body}"));
            json(500, "<html>")
        }
    })
    .await;
    async fn law(session: &mut Session<'_>) -> Result<(), Fault> {
        for name in ["t-u-1", "somebody-s"] {
            session
                .call("CreateTrail", &serde_json::json!({"Name": name}))
                .await?;
        }
        Ok(())
    }
    for (profile, removed) in [
        (Profile::Localtrail, &[][..]),
        (Profile::Plain, &["t-u-1", "somebody-s"]),
        // A name that is not ours may be that of somebody's trail.
        (Profile::Aws, &["t-u-1"]),
    ] {
        asked.lock().unwrap().clear();
        let ended = run(address, profile, |session| Box::pin(law(session))).await;
        assert!(ended.is_ok(), "{ended:?}");
        let asked = asked.lock().unwrap();
        let deleted: Vec<&str> = asked
            .iter()
            .filter_map(|call| {
                call.strip_prefix("DeleteTrail {\"Name\":\"")?
                    .strip_suffix("\"}")
            })
            .collect();
        assert_eq!(deleted, removed, "{profile:?}");
    }
}
