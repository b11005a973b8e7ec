//! AWS's SDK for Rust, as an integration test of somebody's program would use it. Here is what its parts share.

#![allow(clippy::unwrap_used)] // The whole program is a test; its helpers are not known as such.

mod history;
mod objects;
mod refusals;
mod signatures;
mod trails;

use aws_sdk_cloudtrail::Client;
use client_tests::sdk::{ACCOUNT, REGION};
use client_tests::{Emulator, Options, sdk};

const BUCKET: &str = "audit-logs";

fn arn(name: &str) -> String {
    format!("arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/{name}")
}

/// An emulator with a bucket and a trail with validation that is logging.
async fn logging() -> (Emulator, Client, aws_sdk_s3::Client) {
    let emulator = Emulator::start(Options::default());
    let (cloudtrail, s3) = (sdk::cloudtrail(&emulator), sdk::s3(&emulator));
    sdk::trail_bucket(&s3, BUCKET).await;
    let created = cloudtrail
        .create_trail()
        .name("audit")
        .s3_bucket_name(BUCKET)
        .enable_log_file_validation(true)
        .send()
        .await
        .unwrap();
    assert_eq!(created.trail_arn(), Some(arn("audit").as_str()));
    assert_eq!(created.log_file_validation_enabled(), Some(true));
    cloudtrail
        .start_logging()
        .name("audit")
        .send()
        .await
        .unwrap();
    (emulator, cloudtrail, s3)
}
