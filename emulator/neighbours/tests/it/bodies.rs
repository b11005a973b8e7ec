//! Bodies as SDKs send them: aws-chunked framing, digests, lengths. What does not fit is refused and leaves nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use s3s::crypto::{Checksum, Crc32, Crc64Nvme, Md5, Sha256};

use crate::town::Town;

const BODY: &str = "hello world";

fn crc32() -> String {
    STANDARD.encode(Crc32::checksum(BODY.as_bytes()))
}

#[tokio::test]
async fn every_streaming_form() {
    let town = Town::with_bucket().await;
    let signed =
        "b;chunk-signature=0000\r\nhello world\r\n0;chunk-signature=0000\r\n\r\n".to_owned();
    let trailed = format!(
        "b;chunk-signature=00\r\nhello world\r\n0;chunk-signature=00\r\nx-amz-checksum-crc32:{}\r\nx-amz-trailer-signature:00\r\n\r\n",
        crc32()
    );
    let unsigned = format!(
        "6\r\nhello \r\n5\r\nworld\r\n0\r\nx-amz-checksum-crc32:{}\r\n\r\n",
        crc32()
    );
    let trailer = ("x-amz-trailer", "x-amz-checksum-crc32");
    for (payload, extra, body) in [
        ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", None, signed),
        (
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
            Some(trailer),
            trailed,
        ),
        (
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            Some(trailer),
            unsigned,
        ),
    ] {
        let mut headers = vec![
            ("x-amz-content-sha256", payload),
            ("x-amz-decoded-content-length", "11"),
            ("content-encoding", "aws-chunked,gzip"),
        ];
        headers.extend(extra);
        let sent = body.len() as u64;
        let put = town.ask("PUT", "/bkt/k", &headers, body).await;
        assert_eq!(put.status, 200, "{payload}: {}", put.text());
        assert_eq!(
            put.header("x-amz-checksum-crc32"),
            if extra.is_some() {
                crc32()
            } else {
                String::new()
            }
        );
        let data = put.draft().additional_event_data.as_ref().unwrap();
        assert_eq!(data["bytesTransferredIn"], sent, "framing counts");
        let got = town
            .ask("GET", "/bkt/k", &[("x-amz-checksum-mode", "ENABLED")], "")
            .await;
        assert_eq!(
            (got.text().as_str(), got.header("content-encoding")),
            (BODY, "gzip")
        );
        assert_eq!(
            got.header("x-amz-checksum-crc32"),
            if extra.is_some() {
                crc32()
            } else {
                String::new()
            }
        );
        assert_eq!(std::fs::read(town.file("bkt/k")).unwrap(), BODY.as_bytes());
    }
}

#[tokio::test]
async fn a_document_may_be_framed_too() {
    let town = Town::with_bucket().await;
    town.put("k", "1").await;
    let document = "<Delete><Object><Key>k</Key></Object></Delete>";
    let framed = format!(
        "{:x}\r\n{document}\r\n0\r\nx-amz-checksum-crc32:{}\r\n\r\n",
        document.len(),
        STANDARD.encode(Crc32::checksum(document.as_bytes()))
    );
    let length = document.len().to_string();
    let headers = [
        ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
        ("x-amz-decoded-content-length", length.as_str()),
        ("x-amz-trailer", "x-amz-checksum-crc32"),
        ("content-encoding", "aws-chunked"),
    ];
    let answer = town.ask("POST", "/bkt?delete", &headers, framed).await;
    assert_eq!(answer.all("Key"), ["k"], "{}", answer.text());
}

#[tokio::test]
async fn true_and_false_digests() {
    let town = Town::with_bucket().await;
    let bytes = BODY.as_bytes();
    let md5 = STANDARD.encode(Md5::checksum(bytes));
    let sha256 = hex::encode(Sha256::checksum(bytes));
    let crc64 = STANDARD.encode(Crc64Nvme::checksum(bytes));
    let (crc32, sum256) = (crc32(), STANDARD.encode(Sha256::checksum(bytes)));
    let wrong_sha = "0".repeat(64);
    for (name, value, status, code) in [
        ("content-md5", md5.as_str(), 200, ""),
        ("content-md5", "XrY7u+Ae7tCTyyK7j1rNwg==", 400, "BadDigest"),
        ("content-md5", "short", 400, "InvalidDigest"),
        ("x-amz-content-sha256", &sha256, 200, ""),
        ("x-amz-content-sha256", "UNSIGNED-PAYLOAD", 200, ""),
        (
            "x-amz-content-sha256",
            &wrong_sha,
            400,
            "XAmzContentSHA256Mismatch",
        ),
        ("x-amz-content-sha256", "nonsense", 400, "InvalidArgument"),
        ("x-amz-checksum-crc32", &crc32, 200, ""),
        ("x-amz-checksum-crc32", "AAAAAA==", 400, "BadDigest"),
        ("x-amz-checksum-crc32", "nonsense", 400, "InvalidRequest"),
        ("x-amz-checksum-crc64nvme", &crc64, 200, ""),
        ("x-amz-checksum-sha256", &sum256, 200, ""),
        (
            "x-amz-checksum-sha1",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            400,
            "BadDigest",
        ),
    ] {
        town.ask("DELETE", "/bkt/k", &[], "").await;
        let put = town.ask("PUT", "/bkt/k", &[(name, value)], BODY).await;
        assert_eq!(put.refusal(), (status, code.to_owned()), "{name}: {value}");
        assert_eq!(
            town.get("k").await.status == 200,
            status == 200,
            "{name}: {value}"
        );
    }
    let policy =
        r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}}"#;
    let refused = town
        .ask(
            "PUT",
            "/bkt?policy",
            &[("content-md5", md5.as_str())],
            policy,
        )
        .await;
    assert_eq!(refused.refusal(), (400, "BadDigest".to_owned()));
}

#[tokio::test]
async fn broken_framing_is_refused_and_leaves_nothing() {
    let town = Town::with_bucket().await;
    town.put("k", "before").await;
    let streaming = ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
    let eleven = ("x-amz-decoded-content-length", "11");
    let trailer = ("x-amz-trailer", "x-amz-checksum-crc32");
    for (headers, body, code) in [
        (&[streaming, eleven][..], "hello world", "IncompleteBody"),
        (
            &[streaming, eleven],
            "xyz\r\nhello world\r\n0\r\n\r\n",
            "InvalidRequest",
        ),
        (&[streaming, eleven], "b\r\nhello wor", "IncompleteBody"),
        (
            &[streaming, eleven],
            "5\r\nhello\r\n0\r\n\r\n",
            "IncompleteBody",
        ),
        (
            &[streaming, eleven, trailer],
            "b\r\nhello world\r\n0\r\n\r\n",
            "MalformedTrailerError",
        ),
        (
            &[streaming, eleven, trailer],
            "b\r\nhello world\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n",
            "BadDigest",
        ),
        (
            &[streaming],
            "b\r\nhello world\r\n0\r\n\r\n",
            "MissingContentLength",
        ),
        (&[("content-length", "12")], "hello world", "IncompleteBody"),
        (
            &[streaming, ("x-amz-decoded-content-length", "x")],
            "0\r\n\r\n",
            "InvalidArgument",
        ),
    ] {
        let put = town.ask("PUT", "/bkt/k", headers, body).await;
        assert!(
            put.status.is_client_error(),
            "{body}: {} {}",
            put.status,
            put.text()
        );
        assert_eq!(put.one("Code").unwrap(), code, "{body}");
        assert_eq!(put.draft().error.as_ref().unwrap().code, code);
        assert_eq!(town.get("k").await.text(), "before");
    }
    let left = std::fs::read_dir(town.file(".localtrail/tmp"))
        .unwrap()
        .count();
    assert_eq!(left, 0, "an unfinished upload leaves no file");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_refused() {
    use bytes::Bytes;
    use http_body_util::StreamBody;
    use hyper::body::Frame;
    let town = Town::with_bucket().await;
    let pieces: Vec<Result<Frame<Bytes>, std::io::Error>> = vec![
        Ok(Frame::data(Bytes::from_static(b"hel"))),
        Err(std::io::ErrorKind::ConnectionReset.into()),
    ];
    let body = StreamBody::new(futures_util::stream::iter(pieces));
    let request = hyper::Request::put("/bkt/k")
        .header("host", "localhost")
        .header("content-length", "11");
    let served = town
        .neighbours
        .s3(request.body(body).unwrap(), crate::town::asked())
        .await;
    let answer = crate::town::read(served).await;
    assert_eq!(answer.refusal(), (400, "IncompleteBody".to_owned()));
    assert_eq!(town.get("k").await.status, 404);
}

#[tokio::test]
async fn documents_that_are_too_large_are_refused() {
    let town = Town::with_bucket().await;
    let answer = town
        .ask("PUT", "/bkt?policy", &[], "x".repeat(50 * 1024 * 1024))
        .await;
    assert!(
        answer.status.is_client_error(),
        "{} {}",
        answer.status,
        answer.text()
    );
    let tags = format!("<Tagging><TagSet>{}</TagSet></Tagging>", "<a>".repeat(1000));
    assert_eq!(
        town.ask("PUT", "/bkt?tagging", &[], tags).await.refusal(),
        (400, "MalformedXML".to_owned())
    );
}
