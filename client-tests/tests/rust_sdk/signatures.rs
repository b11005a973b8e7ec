//! `--check-signatures`: a streaming upload, whose chunks and trailer are signed each, and a wrong secret.

use std::sync::{Arc, Mutex};

use aws_sdk_cloudtrail::error::ProvideErrorMetadata;
use aws_sdk_s3::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::primitives::ByteStream;
use client_tests::{Emulator, Options, sdk};

use crate::BUCKET;

/// The secret of access keys that nobody declared.
const SECRET: &str = "test";

/// Keeps what a request says of its payload.
#[derive(Debug, Clone, Default)]
struct Payload(Arc<Mutex<Vec<String>>>);

impl Intercept for Payload {
    fn name(&self) -> &'static str {
        "Payload"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let headers = context.request().headers();
        let said = ["x-amz-content-sha256", "x-amz-trailer"].map(|name| headers.get(name));
        let mut kept = self.0.lock().unwrap();
        kept.extend(said.into_iter().flatten().map(ToOwned::to_owned));
        Ok(())
    }
}

fn checking() -> Emulator {
    Emulator::start(Options {
        switches: &["--check-signatures"],
        ..Options::default()
    })
}

#[tokio::test]
async fn a_stream_is_signed_chunk_by_chunk() {
    let emulator = checking();
    let s3 = sdk::s3_signing(&emulator, SECRET);
    sdk::trail_bucket(&s3, BUCKET).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, vec![b'x'; 300_000]).unwrap();
    let payload = Payload::default();
    let put = s3.put_object().bucket(BUCKET).key("a b/c+d");
    put.body(ByteStream::from_path(&path).await.unwrap())
        .customize()
        .interceptor(payload.clone())
        .send()
        .await
        .unwrap();
    assert_eq!(
        *payload.0.lock().unwrap(),
        [
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
            "x-amz-checksum-crc32"
        ]
    );
    let got = s3.get_object().bucket(BUCKET).key("a b/c+d").send();
    let body = got.await.unwrap().body.collect().await.unwrap();
    assert_eq!(body.into_bytes(), vec![b'x'; 300_000]);

    let guess = sdk::s3_signing(&emulator, "guess");
    let put = guess.put_object().bucket(BUCKET).key("new");
    let refused = put.body(ByteStream::from_path(&path).await.unwrap()).send();
    let error = refused.await.expect_err("the secret is wrong");
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 403);
    assert_eq!(error.code(), Some("SignatureDoesNotMatch"));
    assert_eq!(client_tests::logs::keys(&s3, BUCKET).await, ["a b/c+d"]);
}

#[tokio::test]
async fn wrong_secrets_are_refused() {
    let emulator = checking();
    let right = sdk::cloudtrail_signing(&emulator, SECRET);
    right.list_trails().send().await.unwrap();
    let guess = sdk::cloudtrail_signing(&emulator, "guess");
    let error = guess.list_trails().send().await.expect_err("it is wrong");
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 400);
    assert_eq!(error.code(), Some("InvalidSignatureException"));
}
