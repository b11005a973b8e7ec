//! The bucket directory as S3: bytes, metadata, large objects in parts.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use client_tests::logs;
use serde_json::Value;

use crate::{BUCKET, logging};

const MIB: usize = 1024 * 1024;

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
