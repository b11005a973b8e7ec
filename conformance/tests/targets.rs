//! The runner against targets that are no CloudTrail at all: it must end, in
//! time, with a verdict. Each target is a tiny server of this process; the
//! runner is the real program.

#![allow(
    clippy::unwrap_used,
    reason = "the helpers of these tests stand outside of the tests themselves"
)]

use std::convert::Infallible;
use std::net::SocketAddr;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::process::Command;

/// Serves every request with what `answer` makes of it.
async fn serve(answer: fn(&Request<Incoming>) -> Response<Full<Bytes>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service =
                service_fn(move |request| async move { Ok::<_, Infallible>(answer(&request)) });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    address
}

/// Runs the program and waits for its end, but never for ever.
async fn conformance(arguments: &[&str]) -> Output {
    let child = Command::new(env!("CARGO_BIN_EXE_conformance"))
        .args(arguments)
        .env_clear()
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    tokio::time::timeout(Duration::from_secs(60), child)
        .await
        .expect("the runner must end by itself")
        .unwrap()
}

async fn judged(address: SocketAddr, filter: &str, more: &[&str]) -> (Option<i32>, String) {
    let endpoint = format!("http://{address}");
    let mut arguments = vec![
        "--endpoint",
        &endpoint,
        "--timeout",
        "1",
        "--filter",
        filter,
    ];
    arguments.extend(more);
    let output = conformance(&arguments).await;
    (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap(),
    )
}

fn json(status: u16, body: &'static str) -> Response<Full<Bytes>> {
    Response::builder()
        .status(status)
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amzn-requestid", "5f00b2ac-0000-4aaa-8bbb-0123456789ab")
        .body(Full::from(body))
        .unwrap()
}

#[tokio::test]
async fn a_target_that_answers_rightly_passes() {
    let address = serve(|_| json(200, r#"{"Trails":[]}"#)).await;
    assert_eq!(
        judged(address, "list-trails/none", &[]).await,
        (Some(0), "1 passed, 0 failed\n".to_owned())
    );
}

#[tokio::test]
async fn a_wrong_answer_is_told_with_its_place() {
    let address = serve(|_| json(200, r#"{"Trails":[{"Name":"x"}]}"#)).await;
    let (code, told) = judged(address, "list-trails/none", &[]).await;
    assert_eq!(code, Some(1));
    assert!(
        told.starts_with("FAIL list-trails/none [D] trails.md 4.5 (list-trails.txt:5): "),
        "{told}"
    );
    assert!(
        told.contains(".Trails: expected 0 elements, got [{"),
        "{told}"
    );
    assert!(told.ends_with("\n0 passed, 1 failed\n"), "{told}");
}

#[tokio::test]
async fn a_target_that_always_fails_fails_every_case() {
    let address = serve(|_| json(500, r#"{"__type":"InternalFailure","message":"oops"}"#)).await;
    let (code, told) = judged(address, "", &[]).await;
    assert_eq!(code, Some(1));
    assert!(
        told.contains("expected 200, got 500 InternalFailure: \"oops\""),
        "{told}"
    );
    let failed = told
        .lines()
        .filter(|line| line.starts_with("FAIL "))
        .count();
    assert!(failed > 200, "{failed}");
    assert_eq!(
        told.lines().last().unwrap(),
        format!("0 passed, {failed} failed")
    );
}

#[tokio::test]
async fn html_is_shown_and_fails() {
    let address = serve(|_| Response::new(Full::from("<html>\n<h1>It works!</h1>"))).await;
    let (code, told) = judged(address, "list-trails/none", &[]).await;
    assert_eq!(code, Some(1));
    assert!(
        told.contains("expected JSON, got <html> <h1>It works!</h1>"),
        "{told}"
    );
    assert!(
        told.contains("x-amzn-RequestId: the header is missing"),
        "{told}"
    );
}

#[tokio::test]
async fn a_silent_target_loses_credit() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let holding = tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok(accepted) = listener.accept().await {
            open.push(accepted);
        }
    });
    let begun = Instant::now();
    let (code, told) = judged(address, "protocol/wrong-type", &[]).await;
    assert_eq!(code, Some(1));
    assert!(told.contains("no answer within 1s"), "{told}");
    assert!(told.contains("no answer within 250ms"), "{told}");
    assert!(told.ends_with("\n0 passed, 16 failed\n"), "{told}");
    assert!(begun.elapsed() < Duration::from_secs(20));
    holding.abort();
}

#[tokio::test]
async fn a_target_that_hangs_up_fails() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let hanging_up = tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    let (code, told) = judged(address, "list-trails/none", &[]).await;
    assert_eq!(code, Some(1));
    assert!(told.contains("no answer: "), "{told}");
    hanging_up.abort();
}

#[tokio::test]
async fn profiles_skip_what_the_target_cannot_do() {
    let address = serve(|_| json(200, r#"{"Trails":[]}"#)).await;
    let (code, told) = judged(address, "list-trails/", &["--profile", "plain"]).await;
    assert_eq!(code, Some(1));
    assert!(
        told.contains("skip list-trails/of-another-account: needs accounts"),
        "{told}"
    );
    assert!(
        told.ends_with("\n1 passed, 1 failed, 1 skipped\n"),
        "{told}"
    );
}

#[tokio::test]
async fn a_peer_fails_for_its_envelope_only_where_it_is_judged() {
    let address = serve(|_| Response::new(Full::from(r#"{"Trails":[]}"#))).await;
    let plain = ["--profile", "plain"];
    let (code, _) = judged(address, "list-trails/none", &plain).await;
    assert_eq!(code, Some(0));
    let (_, told) = judged(address, "protocol/envelope/list", &plain).await;
    assert!(
        told.contains("x-amzn-RequestId: the header is missing"),
        "{told}"
    );
    assert_eq!(judged(address, "list-trails/none", &[]).await.0, Some(1));
}

#[tokio::test]
async fn machines_get_json() {
    let address = serve(|_| json(200, r#"{"Trails":[]}"#)).await;
    let (_, told) = judged(address, "list-trails/none", &["--json"]).await;
    let lines: Vec<serde_json::Value> = told
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["outcome"], "passed");
    assert_eq!(lines[1]["passed"], 1);
}

#[tokio::test]
async fn what_cannot_run_is_neither_passed_nor_failed() {
    // A port that was free a moment ago: nobody listens.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for (arguments, told) in [
        (vec!["--endpoint", endpoint.as_str()], "nothing answers at"),
        (vec!["--endpoint", "https://localhost"], "only plain http"),
        (vec!["--endpoint", "nonsense"], "is not an endpoint"),
        (vec!["--filter", "no such case"], "no case has a name"),
        (vec![], "say what to judge"),
    ] {
        let output = conformance(&arguments).await;
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(complaint.contains(told), "{complaint}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[tokio::test]
async fn the_list_names_every_case() {
    let output = conformance(&["--list"]).await;
    let listed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(listed.lines().count() >= 200);
    assert!(
        listed.contains("list-trails/none [D] trails.md 4.5\n"),
        "{listed}"
    );
}
