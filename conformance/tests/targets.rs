//! The runner against targets that are no CloudTrail at all: it must end, in
//! time, with a verdict. Each target is a tiny server of this process; the
//! runner is the real program.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use common::{Raw, conformance, folder, json, judged, serve, serve_raw};
use http_body_util::Full;
use hyper::Response;
use tokio::net::TcpListener;

#[tokio::test]
async fn a_target_that_answers_rightly_passes() {
    let address = serve(|_| json(200, r#"{"Trails":[]}"#)).await;
    let ended = judged(address, "list-trails/none", &[]).await;
    assert_eq!(ended.code, Some(0));
    assert_eq!(ended.out, "1 passed, 0 failed\n");
    assert_eq!(ended.err, "");
}

#[tokio::test]
async fn a_wrong_answer_is_told_with_its_place() {
    let address = serve(|_| json(200, r#"{"Trails":[{"Name":"x"}]}"#)).await;
    let ended = judged(address, "list-trails/none", &[]).await;
    let (code, told) = (ended.code, ended.out);
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

/// How many cases there are.
async fn listed() -> usize {
    conformance(&["--list"]).await.out.lines().count()
}

#[tokio::test]
async fn a_target_that_always_fails_fails_every_case() {
    let address = serve(|_| json(500, r#"{"__type":"InternalFailure","message":"oops"}"#)).await;
    let ended = judged(address, "", &[]).await;
    assert_eq!(ended.code, Some(1));
    assert!(
        ended
            .out
            .contains("expected 200, got 500 InternalFailure: \"oops\"")
    );
    let failed = ended
        .out
        .lines()
        .filter(|line| line.starts_with("FAIL "))
        .count();
    assert_eq!(ended.counts(), [0, failed, 0]);
    assert_eq!(failed, listed().await);
}

#[tokio::test]
async fn every_listed_case_is_counted_once_whatever_the_profile() {
    let html = "<!doctype html><title>500 Internal Server Error</title>";
    let address = serve(move |_| {
        let mut answer = Response::new(Full::from(html));
        *answer.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
        answer
    })
    .await;
    let listed = listed().await;
    for profile in ["localtrail", "plain", "aws"] {
        let ended = judged(address, "", &["--profile", profile]).await;
        let [passed, failed, skipped] = ended.counts();
        assert_eq!(passed + failed + skipped, listed, "{profile}");
        let told = |word: &str| {
            let lines = ended.out.lines();
            lines.filter(|line| line.starts_with(word)).count()
        };
        assert_eq!(
            [told("FAIL "), told("skip ")],
            [failed, skipped],
            "{profile}"
        );
    }
}

#[tokio::test]
async fn html_is_shown_and_fails() {
    let address = serve(|_| Response::new(Full::from("<html>\n<h1>It works!</h1>"))).await;
    let ended = judged(address, "list-trails/none", &[]).await;
    let (code, told) = (ended.code, ended.out);
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
    let address = serve_raw(Raw::Hang(b"")).await;
    let begun = Instant::now();
    let one = ["--concurrent", "1"];
    let ended = judged(address, "protocol/wrong-type", &one).await;
    assert_eq!(ended.code, Some(1));
    let silent = |limit: &str| ended.out.matches(limit).count();
    assert_eq!(silent("no answer within 1s"), 3, "{}", ended.out);
    assert_eq!(silent("no answer within 250ms"), 13, "{}", ended.out);
    assert_eq!(ended.counts(), [0, 16, 0]);
    assert!(begun.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn a_silent_target_ends_the_whole_run() {
    let address = serve_raw(Raw::Hang(b"")).await;
    let ended = judged(address, "", &["--concurrent", "64"]).await;
    assert_eq!(ended.code, Some(1));
    assert_eq!(ended.counts(), [0, listed().await, 0]);
    assert!(ended.out.contains("no answer within 50ms"));
}

/// Runs the whole suite against a target that speaks no HTTP; every case must
/// fail, each for the reason given.
async fn all_fail(raw: Raw, reason: &str) {
    let address = serve_raw(raw).await;
    let ended = judged(address, "trail/", &["--concurrent", "16"]).await;
    assert_eq!(ended.code, Some(1));
    let [passed, failed, skipped] = ended.counts();
    assert_eq!((passed, skipped), (0, 0));
    assert!(failed > 100, "{failed}");
    for line in ended.out.lines().filter(|line| line.starts_with("FAIL ")) {
        assert!(line.contains(reason), "{line}");
    }
}

#[tokio::test]
async fn a_target_that_hangs_up_fails() {
    all_fail(Raw::Close(b""), "no answer: ").await;
}

#[tokio::test]
async fn half_an_answer_is_none() {
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"Trails\":";
    all_fail(Raw::Close(half), "no answer: ").await;
}

#[tokio::test]
async fn half_an_answer_and_silence_is_none() {
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"Trails\":";
    all_fail(Raw::Hang(half), "no answer within ").await;
}

#[tokio::test]
async fn half_a_head_is_no_answer() {
    all_fail(Raw::Close(b"HTTP/1.1 200 OK\r\ncontent-le"), "no answer: ").await;
}

#[tokio::test]
async fn garbage_is_no_answer() {
    all_fail(Raw::Close(b"\x00\xff SSH-2.0\r\n\r\n{}"), "no answer: ").await;
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = b"10\r\n{\"Trails\":[1,2,\r\n";
    let address = serve_raw(Raw::Endless(head, chunk)).await;
    let ended = judged(address, "list-trails/", &[]).await;
    assert_eq!(ended.code, Some(1));
    let [passed, failed, _] = ended.counts();
    assert!(passed == 0 && failed > 2, "{}", ended.out);
}

#[tokio::test]
async fn endless_headers_and_interim_answers_are_no_answer() {
    for (head, then) in [
        (&b"HTTP/1.1 200 OK\r\n"[..], &b"a: b\r\n"[..]),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ] {
        let address = serve_raw(Raw::Endless(head, then)).await;
        let ended = judged(address, "list-trails/", &[]).await;
        assert_eq!(ended.code, Some(1));
        assert_eq!(ended.counts()[0], 0);
        for line in ended.out.lines().filter(|line| line.starts_with("FAIL ")) {
            assert!(line.contains("no answer"), "{line}");
        }
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let followed = Arc::new(AtomicUsize::new(0));
    let counted = followed.clone();
    let elsewhere = serve(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        json(200, r#"{"Trails":[]}"#)
    })
    .await;
    for status in [301, 302, 307, 308] {
        let address = serve(move |_| {
            Response::builder()
                .status(status)
                .header("location", format!("http://{elsewhere}/"))
                .body(Full::new(Bytes::new()))
                .unwrap()
        })
        .await;
        let ended = judged(address, "list-trails/none", &[]).await;
        assert_eq!(ended.code, Some(1));
        let told = format!("expected 200, got {status} an empty body");
        assert!(ended.out.contains(&told), "{}", ended.out);
    }
    assert_eq!(followed.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn profiles_skip_what_the_target_cannot_do() {
    let address = serve(|_| json(200, r#"{"Trails":[]}"#)).await;
    let plain = ["--profile", "plain"];
    let ended = judged(address, "list-trails/of-another-account", &plain).await;
    assert_eq!(ended.code, Some(0));
    assert_eq!(
        ended.out,
        "skip list-trails/of-another-account: needs accounts\n0 passed, 0 failed, 1 skipped\n"
    );
}

#[tokio::test]
async fn a_peer_fails_for_its_envelope_only_where_it_is_judged() {
    let address = serve(|_| Response::new(Full::from(r#"{"Trails":[]}"#))).await;
    let plain = ["--profile", "plain"];
    let code = judged(address, "list-trails/none", &plain).await.code;
    assert_eq!(code, Some(0));
    let told = judged(address, "protocol/envelope/list", &plain).await.out;
    assert!(
        told.contains("x-amzn-RequestId: the header is missing"),
        "{told}"
    );
    assert_eq!(judged(address, "list-trails/none", &[]).await.code, Some(1));
}

#[tokio::test]
async fn a_case_may_ask_a_peer_for_the_shape_alone() {
    let address = serve(|_| Response::new(Full::from(r#"{"Nails":[]}"#))).await;
    let steps = "> ListTrails {}\n< 200 {...}\n";
    let folder = folder(&format!(
        "case free [D] x\n{steps}case shaped [D] x\nshape\n{steps}"
    ));
    let suites = folder.path().to_str().unwrap();
    let more = ["--suites", suites, "--profile", "plain"];
    let ended = judged(address, "", &more).await;
    assert_eq!(ended.counts(), [1, 1, 0]);
    assert!(
        ended
            .out
            .starts_with("FAIL s/shaped [D] x (s.txt:7): output shape: "),
        "{}",
        ended.out
    );
}

#[tokio::test]
async fn machines_get_json() {
    let address = serve(|_| json(200, r#"{"Trails":[]}"#)).await;
    let told = judged(address, "list-trails/none", &["--json"]).await.out;
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
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let there = format!("http://{}", serve(|_| json(200, "{}")).await);
    let unreadable = folder("case a\n");
    let unreadable = unreadable.path().to_str().unwrap();
    for (arguments, told) in [
        (vec!["--endpoint", nobody.as_str()], "nothing answers at"),
        (vec!["--endpoint", "nonsense"], "is not an endpoint"),
        (vec!["--filter", "no such case"], "no case has a name"),
        (vec![], "say what to judge"),
        (
            vec!["--endpoint", &there, "--report", "page.txt"],
            "page.txt: a report ends in .html or .md",
        ),
        (
            vec![
                "--endpoint",
                &there,
                "--profile",
                "plain",
                "--concurrent",
                "2",
            ],
            "all cases share one account",
        ),
        (vec!["--endpoint", &there, "--rewrite"], "--suites"),
        (vec!["--suites", "/nowhere"], "/nowhere cannot be read"),
        (
            vec!["--suites", unreadable],
            "s.txt:1: write: case NAME [D|O|I] SOURCE",
        ),
    ] {
        let ended = conformance(&arguments).await;
        assert_eq!(ended.code, Some(2), "{arguments:?}");
        assert!(ended.err.contains(told), "{}", ended.err);
        assert!(ended.out.is_empty(), "{arguments:?}");
    }
}

#[tokio::test]
async fn gaps_are_held_against_the_cases_and_the_target() {
    let address = serve(|_| json(200, r#"{"Trails":[]}"#)).await;
    let folder = tempfile::tempdir().unwrap();
    let gaps = folder.path().join("gaps");
    let path = gaps.to_str().unwrap().to_owned();
    let judged = async |text: &str| {
        std::fs::write(&gaps, text).unwrap();
        judged(address, "list-trails/none", &["--gaps", &path]).await
    };
    let passes = judged("list-trails/none: not built\n").await;
    assert_eq!(passes.code, Some(1));
    assert!(
        passes
            .out
            .contains("passes, but is listed as a gap: not built")
    );
    // A gap of a case that the filter leaves out is still one.
    let other = judged("create-trail/defaults: not built\n").await;
    assert_eq!(
        (other.code, other.counts()),
        (Some(0), [1, 0, 0]),
        "{}",
        other.err
    );
    let stray = judged("list-trails/nobody: gone\n").await;
    assert_eq!(stray.code, Some(2));
    assert!(
        stray.err.contains("there is no case list-trails/nobody"),
        "{}",
        stray.err
    );
}

#[tokio::test]
async fn a_gap_that_fails_is_skipped() {
    let address = serve(|_| json(500, "{}")).await;
    let folder = tempfile::tempdir().unwrap();
    let gaps = folder.path().join("gaps");
    std::fs::write(&gaps, "list-trails/none: not built\n").unwrap();
    let more = ["--gaps", gaps.to_str().unwrap()];
    let ended = judged(address, "list-trails/none", &more).await;
    assert_eq!((ended.code, ended.counts()), (Some(0), [0, 0, 1]));
    assert!(
        ended
            .out
            .contains("skip list-trails/none: known gap: not built")
    );
}

#[tokio::test]
async fn the_list_names_every_case() {
    let ended = conformance(&["--list"]).await;
    assert_eq!(ended.code, Some(0));
    assert!(ended.out.lines().count() >= 600);
    assert!(
        ended.out.contains("list-trails/none [D] trails.md 4.5\n"),
        "{}",
        ended.out
    );
}
