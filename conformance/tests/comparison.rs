//! `conformance compare`: several targets, one table.

#![allow(
    clippy::unwrap_used,
    reason = "the targets of these tests stand outside of the tests themselves"
)]

mod common;

use common::{conformance, folder, json, serve};

const SUITE: &str = "about ListTrails\ncase none [D] guide 1\n> ListTrails {}\n< 200 {\"Trails\":[]}\n\
    case accounts [D] guide 2\nas $account2\n> ListTrails {}\n< 200 {\"Trails\":[]}\n\
    case other [D] guide 3\nabout GetTrail\n> GetTrail {\"Name\":\"abc\"}\n< 400 TrailNotFoundException\n";

const REFUSAL: &str = r#"{"__type":"TrailNotFoundException","message":"m"}"#;

/// A target that answers the suite rightly, and one that does not.
async fn endpoints() -> (String, String) {
    let right = serve(|request| {
        let target = request.headers()["x-amz-target"].to_str().unwrap();
        match target.ends_with(".ListTrails") {
            true => json(200, r#"{"Trails":[]}"#),
            false => json(400, REFUSAL),
        }
    })
    .await;
    let wrong = serve(|_| json(200, r#"{"Trails":[]}"#)).await;
    (
        format!("localtrail=http://{right}"),
        format!("peer=http://{wrong}"),
    )
}

const TABLE: &str = "| passed / failed / skipped | localtrail | peer |\n|---|---:|---:|\n\
    | GetTrail | 1 / 0 / 0 | 0 / 1 / 0 |\n\
    | ListTrails | 2 / 0 / 0 | 1 / 0 / 1 |\n\
    | **all** | 3 / 0 / 0 | 1 / 1 / 1 |\n";

#[tokio::test]
async fn two_targets_are_one_table() {
    let (right, wrong) = endpoints().await;
    let folder = folder(SUITE);
    let suites = folder.path().to_str().unwrap();
    let base = [
        "compare",
        "--suites",
        suites,
        "--endpoint",
        &right,
        "--endpoint",
        &wrong,
    ];
    let ended = conformance(&base).await;
    // What a peer cannot do is what the table is for.
    assert_eq!((ended.code, ended.out.as_str()), (Some(0), TABLE));
    let more = ["--profile", "peer=localtrail"];
    let all = conformance(&[&base[..], &more].concat()).await;
    assert!(all.out.contains("| ListTrails | 2 / 0 / 0 | 2 / 0 / 0 |"));
    let file = folder.path().join("t.md");
    let more = ["--differences", "--output", file.to_str().unwrap()];
    let ended = conformance(&[&base[..], &more].concat()).await;
    assert_eq!((ended.code, ended.out.as_str()), (Some(0), ""));
    let written = std::fs::read_to_string(file).unwrap();
    let below = written.strip_prefix(TABLE).unwrap();
    assert!(
        below.starts_with("\n### peer\n\n#### GetTrail\n\n- `s/other` [D] `guide 3` (s.txt:12)\n"),
        "{below}"
    );
}

#[tokio::test]
async fn what_cannot_be_compared_is_said() {
    let (right, wrong) = endpoints().await;
    for (arguments, told) in [
        (vec!["--endpoint", &right], "at least two endpoints"),
        (
            vec!["--endpoint", &right, "--endpoint", &right],
            "two endpoints are called localtrail",
        ),
        (
            vec!["--endpoint", &right, "--endpoint", "http://h:1"],
            "write NAME=VALUE",
        ),
        (
            vec!["--endpoint", &right, "--endpoint", "a=http://127.0.0.1:1"],
            "a: nothing answers at 127.0.0.1:1",
        ),
        (
            vec![
                "--endpoint",
                &right,
                "--endpoint",
                &wrong,
                "--profile",
                "peer=best",
            ],
            "there is no such profile",
        ),
        (
            vec![
                "--endpoint",
                &right,
                "--endpoint",
                &wrong,
                "--profile",
                "pear=plain",
            ],
            "pear: no endpoint is called so",
        ),
    ] {
        let arguments = [&["compare"][..], &arguments].concat();
        let ended = conformance(&arguments).await;
        assert_eq!(ended.code, Some(2), "{arguments:?}");
        assert!(ended.err.contains(told), "{}", ended.err);
        assert!(ended.out.is_empty());
    }
}
