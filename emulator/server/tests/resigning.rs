//! Calls that are signed anew for their upstream, which here is another emulator that checks signatures.

#![allow(clippy::unwrap_used)] // A helper that fails fails its test.

mod support;

use localtrail::{AccountId, DeclaredIdentity, Emulator, Identity, UpstreamKeys};
use support::{Answer, send, signature};

const KEY: &str = "AKIAUPSTREAMEXAMPLE0";

/// One that admits nobody but the holder of one key.
fn strict() -> Emulator {
    Emulator::builder()
        .check_signatures()
        .identity(DeclaredIdentity {
            access_key_id: KEY.to_owned(),
            secret_access_key: Some("the upstream's secret".to_owned()),
            session_token: Some("the upstream's token".to_owned()),
            identity: Identity::Root {
                account_id: AccountId::parse("111122223333").unwrap(),
                session: None,
                user_name: None,
            },
        })
        .start_blocking()
        .unwrap()
}

fn before(upstream: &Emulator, services: &[&str], keys: Option<&str>) -> Emulator {
    let mut builder = Emulator::builder();
    for service in services {
        let choice = format!("{service}={}", upstream.endpoint_url());
        builder = builder.upstream(choice.parse().unwrap());
    }
    if let Some(secret) = keys {
        builder = builder.upstream_keys(UpstreamKeys {
            access_key_id: KEY.to_owned(),
            secret_access_key: secret.to_owned(),
            session_token: Some("the upstream's token".to_owned()),
        });
    }
    builder.start_blocking().unwrap()
}

fn put(emulator: &Emulator, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let scope = signature("123456789012", "s3");
    let headers = [&[("Authorization", scope.as_str())], headers].concat();
    send(emulator.endpoint_url(), "PUT", target, &headers, body)
}

#[test]
fn calls_carry_the_signature_of_the_given_key() {
    let upstream = strict();
    let emulator = before(&upstream, &["s3", "sts"], Some("the upstream's secret"));
    assert_eq!(put(&emulator, "/a-bucket", &[("x-amz-date", "20260101T000000Z")], 
        "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>").status, 200);
    for target in [
        "/a-bucket/plain",
        "/a-bucket/a%20b/%C3%A9//c+d?x-id=PutObject",
        "/a-bucket/presigned?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=K%2F20260101%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20260101T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00",
    ] {
        let came = put(&emulator, target, &[], "some bytes");
        assert_eq!(came.status, 200, "{target}: {came:?}");
    }
    let scope = signature("123456789012", "s3");
    let headers = [("Authorization", scope.as_str())];
    let got = send(
        emulator.endpoint_url(),
        "GET",
        "/a-bucket/a%20b/%C3%A9//c+d",
        &headers,
        "",
    );
    assert_eq!(got.body, "some bytes");

    let headers = [
        ("Authorization", &*signature("123456789012", "sts")),
        (
            "Content-Type",
            "application/x-www-form-urlencoded; charset=utf-8",
        ),
    ];
    let body = "Action=GetCallerIdentity&Version=2011-06-15";
    let me = send(emulator.endpoint_url(), "POST", "/", &headers, body);
    assert!(
        me.body.contains("<Account>111122223333</Account>"),
        "{me:?}"
    );

    // The record here tells of who called here.
    let event = &emulator
        .events(&[("eventName", "GetCallerIdentity")])
        .unwrap()[0];
    assert_eq!(event["userIdentity"]["accountId"], "123456789012");
}

#[test]
fn a_bucket_in_the_host_moves_to_the_path() {
    let upstream = strict();
    let emulator = before(&upstream, &["s3"], Some("the upstream's secret"));
    assert_eq!(put(&emulator, "/a-bucket", &[], "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>").status, 200);
    let mut client = support::connect(emulator.endpoint_url());
    let scope = signature("123456789012", "s3");
    let call = format!(
        "PUT /key HTTP/1.1\r\nHost: a-bucket.s3.eu-west-1.amazonaws.com\r\nConnection: close\r\nAuthorization: {scope}\r\nContent-Length: 2\r\n\r\nhi"
    );
    std::io::Write::write_all(&mut client, call.as_bytes()).unwrap();
    assert_eq!(Answer::read(&mut client).unwrap().status, 200);
    let object = upstream.bucket_dir().join("a-bucket/key");
    assert_eq!(std::fs::read_to_string(object).unwrap(), "hi");
}

#[test]
fn signed_chunks_are_unpacked_and_unsigned_ones_pass() {
    let upstream = strict();
    let emulator = before(&upstream, &["s3"], Some("the upstream's secret"));
    assert_eq!(put(&emulator, "/a-bucket", &[], "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>").status, 200);
    let signed = format!(
        "5;chunk-signature={0}\r\nhello\r\n0;chunk-signature={0}\r\n\r\n",
        "0".repeat(64)
    );
    let headers = [
        ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
        ("x-amz-decoded-content-length", "5"),
        ("content-encoding", "aws-chunked"),
    ];
    let came = put(&emulator, "/a-bucket/signed", &headers, &signed);
    assert_eq!(came.status, 200, "{came:?}");
    let unsigned = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
    let headers = [
        ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
        ("x-amz-decoded-content-length", "5"),
        ("x-amz-trailer", "x-amz-checksum-crc32"),
        ("content-encoding", "aws-chunked"),
    ];
    let came = put(&emulator, "/a-bucket/unsigned", &headers, unsigned);
    assert_eq!(came.status, 200, "{came:?}");
    for name in ["signed", "unsigned"] {
        let object = upstream.bucket_dir().join("a-bucket").join(name);
        assert_eq!(std::fs::read_to_string(object).unwrap(), "hello");
    }
}

#[test]
fn the_upstream_refuses_wrong_keys_and_signatures_that_were_not_made_anew() {
    let upstream = strict();
    for keys in [Some("a wrong secret"), None] {
        let emulator = before(&upstream, &["s3", "sts"], keys);
        let came = put(&emulator, "/a-bucket", &[], "");
        assert!((400..=403).contains(&came.status), "{came:?}");
        let event = &emulator.events(&[("eventName", "CreateBucket")]).unwrap()[0];
        assert!(event["errorCode"].is_string(), "{event}");
    }
}

#[test]
fn an_https_upstream_is_trusted_by_its_authority() {
    let upstream = Emulator::builder().tls().start_blocking().unwrap();
    let url = upstream.endpoint_url().replace("127.0.0.1", "localhost");
    let choice = format!("s3={url}");
    let trusting = Emulator::builder()
        .upstream(choice.parse().unwrap())
        .upstream_ca(upstream.certificate_file())
        .start_blocking()
        .unwrap();
    let scope = signature("test", "s3");
    let headers = [("Authorization", scope.as_str())];
    let came = send(trusting.endpoint_url(), "GET", "/", &headers, "");
    assert!(came.body.contains("ListAllMyBucketsResult"), "{came:?}");
    let strange = Emulator::builder()
        .upstream(choice.parse().unwrap())
        .start_blocking()
        .unwrap();
    let came = send(strange.endpoint_url(), "GET", "/", &headers, "");
    assert_eq!(came.status, 503, "{came:?}");
    assert!(came.body.contains("certificate"), "{came:?}");
    let missing = Emulator::builder()
        .upstream(choice.parse().unwrap())
        .upstream_ca("/nowhere/ca.pem")
        .start_blocking();
    assert!(
        missing
            .err()
            .unwrap()
            .to_string()
            .contains("/nowhere/ca.pem")
    );
}
