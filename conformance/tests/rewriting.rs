//! `--suites` and `--rewrite`: texts of a folder, and what a target answers
//! written into them.

#![allow(
    clippy::unwrap_used,
    reason = "the targets of these tests stand outside of the tests themselves"
)]

mod common;

use common::{folder, json, judged, serve};

const SUITE: &str = "# Of two cases.\n\n\
    case status [D] guide 1\n\
    > GetTrailStatus {\"Name\":\"$t1\"}\n\
    # What AWS says.\n\
    < [O] 200 {\"IsLogging\":true,   \"Old\":1,\n\
    \x20     \"StartLoggingTime\":<iso as started>,...}\n\
    > GetTrailStatus {\"Name\":\"$started\"}\n\n\
    case none [D] guide 2\n> ListTrails {}\n< 200 {\"Trails\":[]}\n";

const REWRITTEN: &str = "# Of two cases.\n\n\
    case status [D] guide 1\n\
    > GetTrailStatus {\"Name\":\"$t1\"}\n\
    # What AWS says.\n\
    < [O] 200 {\"IsLogging\":false,   \"StartLoggingTime\":<time as started>,...}\n\
    > GetTrailStatus {\"Name\":\"$started\"}\n\
    < 400 InvalidTrailNameException \"No $started for $account\"\n\n\
    case none [D] guide 2\n> ListTrails {}\n< 200 {\"Trails\":[]}\n";

/// A target with one trail, whose status says when it was asked.
async fn target() -> std::net::SocketAddr {
    use http_body_util::BodyExt;
    common::serve_later(|request| async move {
        let account = request.headers()["authorization"].to_str().unwrap();
        let account = account.split(['=', '/']).nth(1).unwrap().to_owned();
        let target = request.headers()["x-amz-target"]
            .to_str()
            .unwrap()
            .to_owned();
        let body = request.into_body().collect().await.unwrap().to_bytes();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let name = body["Name"].as_str().unwrap_or_default();
        if target.ends_with(".ListTrails") {
            return json(200, r#"{"Trails":[]}"#);
        }
        if name.starts_with("t-") {
            return json(
                200,
                r#"{"IsLogging":false,"StartLoggingTime":1441139757.5}"#,
            );
        }
        let told = format!("No {name} for {account}");
        json(
            400,
            serde_json::json!({"__type": "InvalidTrailNameException", "message": told}).to_string(),
        )
    })
    .await
}

#[tokio::test]
async fn what_is_answered_is_written_where_it_differs() {
    let address = target().await;
    let folder = folder(SUITE);
    let file = folder.path().join("s.txt");
    let suites = folder.path().to_str().unwrap();
    let before = judged(address, "", &["--suites", suites]).await;
    assert_eq!((before.code, before.counts()), (Some(1), [1, 1, 0]));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), SUITE);
    let ended = judged(address, "", &["--suites", suites, "--rewrite"]).await;
    assert_eq!(std::fs::read_to_string(&file).unwrap(), REWRITTEN);
    assert_eq!(
        ended.err,
        "rewritten s/status (s.txt:6)\nrewritten s/status (s.txt:7)\n"
    );
    assert_eq!((ended.code, ended.counts()), (Some(0), [2, 0, 0]));
    // There is nothing more to do.
    let again = judged(address, "", &["--suites", suites, "--rewrite"]).await;
    assert_eq!((again.code, again.err.as_str()), (Some(0), ""));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), REWRITTEN);
}

#[tokio::test]
async fn what_cannot_be_written_is_said_and_still_fails() {
    let address =
        serve(|_| hyper::Response::new(http_body_util::Full::from("{\"Trails\":[]}"))).await;
    let text = "case a [D] x\n> ListTrails {}\n< 200 {\"Trails\":[]}\n";
    let folder = folder(text);
    let suites = folder.path().to_str().unwrap();
    let ended = judged(address, "", &["--suites", suites, "--rewrite"]).await;
    assert_eq!((ended.code, ended.counts()), (Some(1), [0, 1, 0]));
    assert!(
        ended
            .err
            .contains("not rewritten s/a: what differs is not in the text"),
        "{}",
        ended.err
    );
    let file = folder.path().join("s.txt");
    assert_eq!(std::fs::read_to_string(file).unwrap(), text);
}
