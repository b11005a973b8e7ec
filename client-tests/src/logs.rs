//! Reads delivered log files back through S3, as any consumer would.

use std::io::Read;

use aws_sdk_s3::Client;
use flate2::read::GzDecoder;
use serde_json::Value;

/// Every key of a bucket, in S3's order, all pages.
///
/// # Panics
/// When S3 refuses.
pub async fn keys(client: &Client, bucket: &str) -> Vec<String> {
    let mut pages = client
        .list_objects_v2()
        .bucket(bucket)
        .into_paginator()
        .send();
    let mut keys = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.expect("the bucket can be listed");
        keys.extend(
            page.contents()
                .iter()
                .filter_map(|object| object.key().map(ToOwned::to_owned)),
        );
    }
    keys
}

/// Whether a key names a log file: not a digest, not a folder marker.
#[must_use]
pub fn is_log(key: &str) -> bool {
    key.contains("/CloudTrail/") && key.ends_with(".json.gz")
}

/// The records of one log file.
///
/// # Panics
/// When it is not there, not gzip or not `{"Records":[…]}`.
pub async fn records(client: &Client, bucket: &str, key: &str) -> Vec<Value> {
    let object = client
        .get_object()
        .bucket(bucket)
        .key(key)
        .send()
        .await
        .expect("a listed key can be read");
    let packed = object
        .body
        .collect()
        .await
        .expect("the object is whole")
        .into_bytes();
    let mut text = String::new();
    GzDecoder::new(packed.as_ref())
        .read_to_string(&mut text)
        .expect("a log file is gzip of UTF-8");
    let file: Value = serde_json::from_str(&text).expect("a log file is JSON");
    file["Records"]
        .as_array()
        .expect("a log file has Records")
        .clone()
}

/// The records of every log file of a bucket.
pub async fn all_records(client: &Client, bucket: &str) -> Vec<Value> {
    let mut all = Vec::new();
    for key in keys(client, bucket).await.iter().filter(|key| is_log(key)) {
        all.extend(records(client, bucket, key).await);
    }
    all
}
