//! One test for each file of Python tests, so that `cargo test` shows them: boto3 and the AWS CLI against the binary.

use client_tests::python::{folder, moto_server, run, run_with};
use client_tests::tools::{every_file_is_run, skipped};

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
fn boto3_and_the_model() {
    run("test_boto3_model.py");
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
fn every_way_to_an_identity_is_recorded_as_its_principal() {
    match moto_server() {
        Some(moto) => run_with("test_boto3_identities.py", &[("MOTO_SERVER", &moto)]),
        None => skipped("test_boto3_identities.py: there is no python3 here"),
    }
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
fn aws_cli_trails_and_subscriptions() {
    run("test_cli_trails.py");
}

#[test]
fn aws_cli_validates_chains() {
    run("test_cli_chain.py");
}

#[test]
fn aws_cli_and_localtrail_find_tampering() {
    run("test_cli_tamper.py");
}

#[test]
fn aws_cli_and_boto3_in_an_organization() {
    run("test_cli_organization.py");
}

#[test]
fn boto3_and_signatures() {
    run("test_boto3_signatures.py");
}

#[test]
fn boto3_and_throttling() {
    run("test_boto3_throttle.py");
}

#[test]
fn calls_to_an_upstream_are_recorded() {
    match moto_server() {
        Some(moto) => run_with("test_upstream.py", &[("MOTO_SERVER", &moto)]),
        None => skipped("test_upstream.py: there is no python3 here"),
    }
}

#[test]
fn aws_cli_through_the_proxy() {
    run("test_proxy.py");
}

#[test]
fn real_records_are_replayed() {
    run("test_replay.py");
}

#[test]
fn real_calls_are_recorded_as_aws_recorded_them() {
    run("test_real_records.py");
}

#[test]
fn every_python_file_is_run() {
    let source = include_str!("python.rs");
    every_file_is_run(&folder(), |name| name.starts_with("test_"), source);
}
