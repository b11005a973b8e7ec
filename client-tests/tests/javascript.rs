//! One test for each file of JavaScript tests, so that `cargo test` shows them: AWS's SDK for JavaScript against the binary.

use client_tests::javascript::{folder, run, run_with};
use client_tests::tools::every_file_is_run;

#[test]
fn trails() {
    run("trails.test.js");
}

#[test]
fn selectors_and_insights() {
    run("selectors.test.js");
}

#[test]
fn event_history() {
    run("history.test.js");
}

#[test]
fn log_files() {
    run("logfiles.test.js");
}

#[test]
fn wire() {
    run("wire.test.js");
}

#[test]
fn signatures() {
    run_with("signatures.test.js", &["--check-signatures"]);
}

#[test]
fn throttling() {
    run_with("throttle.test.js", &["--throttle"]);
}

#[test]
fn every_javascript_file_is_run() {
    let source = include_str!("javascript.rs");
    every_file_is_run(&folder(), |name| name.ends_with(".test.js"), source);
}
