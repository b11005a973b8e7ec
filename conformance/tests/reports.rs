//! What a run writes, and how it goes: files, progress, several cases at a
//! time.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common::{conformance, folder, json, judged, serve, serve_later};

/// Three operations and a story; some pass, some fail.
const SUITE: &str = "case wire [D] guide <1>\n> ListTrails {}\n< 200 {\"Trails\":[]}\n\
    case right [D] guide 2\nabout ListTrails\n> ListTrails {}\n< 200 {\"Trails\":[]}\n\
    case wrong [D] guide 3\nabout ListTrails\n> ListTrails {}\n< [I] 200 {\"Trails\":[1]}\n\
    case refused [O] guide 4\nabout GetTrail\n> GetTrail {\"Name\":\"abc\"}\n< 400 TrailNotFoundException\n\
    case late [O] guide 5\nabout GetTrail\nneeds control\n> GetTrail {\"Name\":\"abc\"}\n";

#[tokio::test]
async fn files_tell_of_every_operation_and_difference() {
    let address = serve(|_| json(200, r#"{"Trails":[]}"#)).await;
    let folder = folder(SUITE);
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let suites = folder.path().to_str().unwrap();
    let (junit, page, markdown) = (path("j.xml"), path("r.html"), path("r.md"));
    for report in [&page, &markdown] {
        let more = [
            "--suites",
            suites,
            "--profile",
            "plain",
            "--junit",
            &junit,
            "--report",
            report,
        ];
        let ended = judged(address, "", &more).await;
        assert_eq!((ended.code, ended.counts()), (Some(1), [2, 2, 1]));
    }
    let read = |path: &str| std::fs::read_to_string(path).unwrap();
    let markdown = read(&markdown);
    for line in [
        "| GetTrail | 0 | 1 | 1 |",
        "| ListTrails | 1 | 1 | 0 |",
        "| s | 1 | 0 | 0 |",
        "| **all** | 2 | 2 | 1 |",
        "- `s/wrong` [I] `guide 3` (s.txt:11)",
        "  - `.Trails: expected 1 elements, got []`",
    ] {
        assert!(
            markdown.lines().any(|own| own == line),
            "{line}\n{markdown}"
        );
    }
    let page = read(&page);
    assert!(page.starts_with("<!doctype html>"));
    assert!(page.contains("<code>.Trails: expected 1 elements, got []</code>"));
    let junit = read(&junit);
    assert!(junit.contains("<testsuites name=\"conformance\" tests=\"5\" failures=\"2\""));
    assert_eq!(junit.matches("<testcase ").count(), 5);
    assert_eq!(junit.matches("<failure ").count(), 2);
    assert!(junit.contains("<skipped message=\"needs control\"/>"));
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_said() {
    let address = serve(|_| json(200, r#"{"Trails":[]}"#)).await;
    let more = ["--junit", "/nowhere/j.xml"];
    let ended = judged(address, "list-trails/none", &more).await;
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.err.contains("/nowhere/j.xml cannot be written"),
        "{}",
        ended.err
    );
}

/// Cases `a0` to `a19`, each of which sends its number; those divisible by
/// five run alone.
fn twenty() -> tempfile::TempDir {
    let case = |number: usize| {
        let alone = match number % 5 {
            0 => "alone\n",
            _ => "",
        };
        format!(
            "case a{number} [D] x\n{alone}header X-Number: {number}\n> ListTrails {{}}\n< 200 [{number}]\n"
        )
    };
    folder(&(0..20).map(case).collect::<String>())
}

/// What a target saw of a run.
#[derive(Default)]
struct Seen {
    now: AtomicUsize,
    most: AtomicUsize,
    disturbed: AtomicUsize,
}

#[tokio::test]
async fn many_at_a_time_are_told_in_order_and_some_run_alone() {
    let seen = Arc::new(Seen::default());
    let shared = seen.clone();
    let address = serve_later(move |request| {
        let seen = shared.clone();
        async move {
            let number = request.headers().get("x-number").unwrap().to_str().unwrap();
            let number: u64 = number.parse().unwrap();
            let now = 1 + seen.now.fetch_add(1, Ordering::SeqCst);
            seen.most.fetch_max(now, Ordering::SeqCst);
            // The later ones answer first.
            tokio::time::sleep(Duration::from_millis(10 * (20 - number))).await;
            let left = seen.now.fetch_sub(1, Ordering::SeqCst);
            if number.is_multiple_of(5) && (now, left) != (1, 1) {
                seen.disturbed.fetch_add(1, Ordering::SeqCst);
            }
            json(200, format!("[{}]", number + number % 2))
        }
    })
    .await;
    let folder = twenty();
    let suites = folder.path().to_str().unwrap();
    let mut told = Vec::new();
    for (concurrent, most) in [("1", 1), ("3", 3), ("8", 4)] {
        seen.most.store(0, Ordering::SeqCst);
        let more = ["--suites", suites, "--json", "--concurrent", concurrent];
        let ended = judged(address, "", &more).await;
        assert_eq!(ended.code, Some(1));
        assert_eq!(seen.most.load(Ordering::SeqCst), most, "{concurrent}");
        told.push(ended.out);
    }
    assert_eq!(seen.disturbed.load(Ordering::SeqCst), 0);
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0], told[2]);
    let ids: Vec<String> = told[0]
        .lines()
        .filter_map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            Some(line.get("case")?.as_str()?.to_owned())
        })
        .collect();
    let expected: Vec<String> = (0..20).map(|number| format!("s/a{number}")).collect();
    assert_eq!(ids, expected);
}

#[tokio::test]
async fn progress_is_shown_while_it_runs_unless_quiet() {
    // One answer that takes longer than the time between two lines.
    let address = serve_later(|_| async {
        tokio::time::sleep(Duration::from_millis(3500)).await;
        json(200, r#"{"Trails":[]}"#)
    })
    .await;
    let endpoint = format!("http://{address}");
    let arguments = ["--endpoint", &endpoint, "--filter", "list-trails/none"];
    let quiet = [&arguments[..], &["--quiet"]].concat();
    let (shown, quiet) = tokio::join!(conformance(&arguments), conformance(&quiet));
    assert_eq!(shown.err, "0 of 1, 0 failed: list-trails/none\n");
    assert_eq!(quiet.err, "");
    for ended in [shown, quiet] {
        assert_eq!(ended.out, "1 passed, 0 failed\n");
    }
}
