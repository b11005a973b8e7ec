//! One test for each file of Python tests, so that `cargo test` shows them: boto3 and the AWS CLI against the binary.

use client_tests::python::{folder, run};

#[test]
fn the_checkers_find_faults() {
    run("test_checker.py");
}

#[test]
fn boto3_trails() {
    run("test_boto3_trails.py");
}

#[test]
fn boto3_selectors_insights_and_tags() {
    run("test_boto3_selectors.py");
}

#[test]
fn boto3_event_history() {
    run("test_boto3_history.py");
}

#[test]
fn boto3_s3() {
    run("test_boto3_s3.py");
}

#[test]
fn boto3_identity() {
    run("test_boto3_identity.py");
}

#[test]
fn records_and_log_files() {
    run("test_records.py");
}

#[test]
fn aws_cli_story() {
    run("test_cli_story.py");
}

#[test]
fn aws_cli_validates_chains() {
    run("test_cli_chain.py");
}

#[test]
fn aws_cli_and_localtrail_find_tampering() {
    run("test_cli_tamper.py");
}

/// A file of tests that no Rust test runs would be silently passed.
#[test]
fn every_python_file_is_run() {
    let source = include_str!("python.rs");
    for entry in std::fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.starts_with("test_") {
            assert!(
                source.contains(&format!("run(\"{name}\")")),
                "{name} is run by no test"
            );
        }
    }
}
