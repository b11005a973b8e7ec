//! AWS's SDK for Rust, as an integration test of somebody's program would use it.

#![allow(clippy::unwrap_used)] // The whole file is a test; its helpers are not known as such.

use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::operation::RequestId;
use aws_sdk_cloudtrail::types::{
    DataResource, EventSelector, LookupAttribute, LookupAttributeKey, ReadWriteType, Tag,
};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use client_tests::sdk::{ACCOUNT, REGION};
use client_tests::{Emulator, Options, logs, sdk};
use serde_json::Value;

const BUCKET: &str = "audit-logs";
const MIB: usize = 1024 * 1024;

fn arn(name: &str) -> String {
    format!("arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/{name}")
}

fn by(key: LookupAttributeKey, value: &str) -> LookupAttribute {
    LookupAttribute::builder()
        .attribute_key(key)
        .attribute_value(value)
        .build()
        .unwrap()
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

#[tokio::test]
async fn from_the_first_call_to_the_log_file() {
    let (emulator, cloudtrail, s3) = logging().await;
    let mut requests = Vec::new();
    for _ in 0..5 {
        let described = cloudtrail.describe_trails().send().await.unwrap();
        requests.push(described.request_id().unwrap().to_owned());
    }
    let refused = cloudtrail
        .get_trail()
        .name("nobody")
        .send()
        .await
        .unwrap_err();
    requests.push(refused.request_id().unwrap().to_owned());
    emulator.flush().await;

    let records = logs::all_records(&s3, BUCKET).await;
    for request in &requests {
        let record = records
            .iter()
            .find(|record| record["requestID"] == request.as_str());
        let record = record.unwrap_or_else(|| panic!("{request} is in no log file"));
        assert_eq!(record["eventVersion"], "1.11");
        assert_eq!(record["recipientAccountId"], ACCOUNT);
        assert_eq!(record["awsRegion"], REGION);
        assert!(
            record["userAgent"]
                .as_str()
                .unwrap()
                .starts_with("aws-sdk-rust/")
        );
    }
    let refused = records
        .iter()
        .find(|record| record["requestID"] == requests[5].as_str())
        .unwrap();
    assert_eq!(refused["errorCode"], "TrailNotFoundException");
    assert_eq!(refused["responseElements"], Value::Null);

    let status = cloudtrail
        .get_trail_status()
        .name(arn("audit"))
        .send()
        .await
        .unwrap();
    assert_eq!(status.is_logging(), Some(true));
    assert!(status.latest_delivery_time().is_some());
    assert!(status.latest_digest_delivery_time().is_some());
    assert_eq!(status.latest_delivery_error(), None);
    let digests: Vec<String> = logs::keys(&s3, BUCKET)
        .await
        .into_iter()
        .filter(|key| key.contains("/CloudTrail-Digest/") && key.ends_with(".json.gz"))
        .collect();
    assert!(!digests.is_empty());
    let head = s3
        .head_object()
        .bucket(BUCKET)
        .key(&digests[0])
        .send()
        .await
        .unwrap();
    assert_eq!(head.metadata().unwrap()["signature"].len(), 512);
}

#[tokio::test]
async fn refusals_are_typed() {
    let (_emulator, cloudtrail, _) = logging().await;
    let error = cloudtrail
        .get_trail()
        .name("nobody")
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert!(error.is_trail_not_found_exception(), "{error:?}");
    let create = |name: &str, bucket: &str| {
        let call = cloudtrail.create_trail().name(name).s3_bucket_name(bucket);
        async move { call.send().await.unwrap_err().into_service_error() }
    };
    let error = create("audit", BUCKET).await;
    assert!(error.is_trail_already_exists_exception(), "{error:?}");
    let error = create("other", "no-such-bucket").await;
    assert!(error.is_s3_bucket_does_not_exist_exception(), "{error:?}");
    let error = create("a!", BUCKET).await;
    assert!(error.is_invalid_trail_name_exception(), "{error:?}");
    let error = cloudtrail
        .lookup_events()
        .max_results(51)
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert!(error.is_invalid_max_results_exception(), "{error:?}");
    let error = cloudtrail
        .list_channels()
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert!(error.is_unsupported_operation_exception(), "{error:?}");
}

#[tokio::test]
async fn event_history_in_pages() {
    let (emulator, cloudtrail, _) = logging().await;
    for _ in 0..23 {
        cloudtrail
            .get_trail_status()
            .name("audit")
            .send()
            .await
            .unwrap();
    }
    let mut pages = cloudtrail
        .lookup_events()
        .lookup_attributes(by(LookupAttributeKey::EventName, "GetTrailStatus"))
        .into_paginator()
        .page_size(10)
        .send();
    let (mut sizes, mut ids) = (Vec::new(), Vec::new());
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        sizes.push(page.events().len());
        for event in page.events() {
            let record: Value = serde_json::from_str(event.cloud_trail_event().unwrap()).unwrap();
            assert_eq!(record["eventID"], event.event_id().unwrap());
            assert_eq!(event.read_only(), Some("true"));
            ids.push(event.event_id().unwrap().to_owned());
        }
    }
    assert_eq!(sizes, [10, 10, 3]);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 23);
    let journal = emulator.events().await;
    assert!(ids.iter().all(|id| {
        journal
            .iter()
            .any(|record| record["eventID"] == id.as_str())
    }));
}

#[tokio::test]
async fn tags_and_selectors() {
    let (_emulator, cloudtrail, _) = logging().await;
    let tag = Tag::builder().key("team").value("audit").build().unwrap();
    cloudtrail
        .add_tags()
        .resource_id(arn("audit"))
        .tags_list(tag.clone())
        .send()
        .await
        .unwrap();
    let listed = cloudtrail
        .list_tags()
        .resource_id_list(arn("audit"))
        .send()
        .await
        .unwrap();
    assert_eq!(
        listed.resource_tag_list()[0].tags_list(),
        std::slice::from_ref(&tag)
    );
    cloudtrail
        .remove_tags()
        .resource_id(arn("audit"))
        .tags_list(tag)
        .send()
        .await
        .unwrap();
    let listed = cloudtrail
        .list_tags()
        .resource_id_list(arn("audit"))
        .send()
        .await
        .unwrap();
    assert!(listed.resource_tag_list()[0].tags_list().is_empty());

    let objects = DataResource::builder()
        .r#type("AWS::S3::Object")
        .values("arn:aws:s3")
        .build();
    let selector = EventSelector::builder()
        .read_write_type(ReadWriteType::WriteOnly)
        .include_management_events(false)
        .data_resources(objects)
        .build();
    cloudtrail
        .put_event_selectors()
        .trail_name("audit")
        .event_selectors(selector)
        .send()
        .await
        .unwrap();
    let got = cloudtrail
        .get_event_selectors()
        .trail_name(arn("audit"))
        .send()
        .await
        .unwrap();
    let got = &got.event_selectors()[0];
    assert_eq!(got.read_write_type(), Some(&ReadWriteType::WriteOnly));
    assert_eq!(got.include_management_events(), Some(false));
    assert_eq!(got.data_resources()[0].values(), ["arn:aws:s3"]);
}

#[tokio::test]
async fn objects_keep_bytes_and_metadata() {
    let (emulator, _, s3) = logging().await;
    let put = s3
        .put_object()
        .bucket(BUCKET)
        .key("a/b c")
        .body(ByteStream::from_static(b"hello"));
    put.metadata("colour", "blue").send().await.unwrap();
    let got = s3
        .get_object()
        .bucket(BUCKET)
        .key("a/b c")
        .send()
        .await
        .unwrap();
    assert_eq!(got.metadata().unwrap()["colour"], "blue");
    assert_eq!(
        got.body.collect().await.unwrap().into_bytes().as_ref(),
        b"hello"
    );
    let missing = s3
        .get_object()
        .bucket(BUCKET)
        .key("nothing")
        .send()
        .await
        .unwrap_err();
    assert!(missing.into_service_error().is_no_such_key());

    // Object calls are data events: in the journal, never in event history.
    let names: Vec<Value> = emulator
        .events()
        .await
        .iter()
        .map(|record| record["eventName"].clone())
        .collect();
    assert!(names.contains(&Value::from("PutObject")) && names.contains(&Value::from("GetObject")));
}

#[tokio::test]
async fn large_objects_come_in_parts() {
    let (_emulator, _, s3) = logging().await;
    let upload = s3
        .create_multipart_upload()
        .bucket(BUCKET)
        .key("large")
        .send()
        .await
        .unwrap();
    let upload = upload.upload_id().unwrap();
    let mut parts = CompletedMultipartUpload::builder();
    for (number, size) in [(1, 5 * MIB), (2, 3)] {
        let call = s3
            .upload_part()
            .bucket(BUCKET)
            .key("large")
            .upload_id(upload)
            .part_number(number);
        let part = call
            .body(ByteStream::from(vec![b'x'; size]))
            .send()
            .await
            .unwrap();
        parts = parts.parts(
            CompletedPart::builder()
                .part_number(number)
                .set_e_tag(part.e_tag().map(ToOwned::to_owned))
                .set_checksum_crc32(part.checksum_crc32().map(ToOwned::to_owned))
                .build(),
        );
    }
    let complete = s3
        .complete_multipart_upload()
        .bucket(BUCKET)
        .key("large")
        .upload_id(upload);
    complete
        .multipart_upload(parts.build())
        .send()
        .await
        .unwrap();
    let head = s3
        .head_object()
        .bucket(BUCKET)
        .key("large")
        .send()
        .await
        .unwrap();
    assert_eq!(head.content_length(), Some(5 * MIB as i64 + 3));
    assert_eq!(
        logs::keys(&s3, BUCKET)
            .await
            .iter()
            .filter(|key| !key.starts_with("AWSLogs/"))
            .count(),
        1
    );
}
