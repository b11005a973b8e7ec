//! Signatures of S3's, checked: its own sentences, presigned URLs, and streams of signed chunks.

#![allow(clippy::unwrap_used)] // A helper that fails fails its test.

mod support;

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use localtrail::Emulator;
use serde_json::Value;
use sha1::Sha1;
use support::sigv4::{Signer, assert_xml, hash, machine_time, s3, sent};
use support::{Answer, connect, send};

fn emulator() -> Emulator {
    Emulator::builder()
        .check_signatures()
        .start_blocking()
        .unwrap()
}

#[test]
fn s3_says_in_its_own_words_what_is_malformed() {
    let emulator = emulator();
    let ask =
        |headers: &[(&str, &str)]| send(emulator.endpoint_url(), "GET", "/logs/key", headers, "");
    let date = ("x-amz-date", "20261123T160000Z");
    let three = "The authorization header is malformed; the authorization header requires three components: Credential, SignedHeaders, and Signature.";
    let complete =
        "AWS4-HMAC-SHA256 Credential=AK/1/r/s3/aws4_request, SignedHeaders=host, Signature=0";
    for (headers, status, code, message) in [
        (
            vec![("Authorization", "AWS4-HMAC-SHA256"), date],
            400,
            "AuthorizationHeaderMalformed",
            three,
        ),
        (
            vec![
                (
                    "Authorization",
                    "AWS4-HMAC-SHA256 Credential=AK/1, SignedHeaders=host, Signature=0",
                ),
                date,
            ],
            400,
            "AuthorizationHeaderMalformed",
            "The authorization header is malformed; the Credential is mal-formed; expecting &quot;&lt;YOUR-AKID&gt;/YYYYMMDD/REGION/SERVICE/aws4_request&quot;.",
        ),
        (
            vec![("Authorization", complete)],
            403,
            "AccessDenied",
            "AWS authentication requires a valid Date or x-amz-date header",
        ),
        (
            vec![("Authorization", complete), ("x-amz-date", "now")],
            403,
            "AccessDenied",
            "AWS authentication requires a valid Date or x-amz-date header",
        ),
        (
            vec![("Authorization", "Basic eDp5")],
            400,
            "InvalidArgument",
            "Unsupported Authorization Type",
        ),
        (
            vec![("Authorization", "AWS4-ECDSA-P256-SHA256 x")],
            400,
            "InvalidRequest",
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
        ),
    ] {
        assert_xml(&ask(&headers), status, code, message);
    }
    assert_eq!(emulator.events(&[]).unwrap(), Vec::<Value>::new());
}

#[test]
fn s3_wants_its_own_headers_signed() {
    let emulator = emulator();
    let signer = Signer::new("s3");
    let empty = hash(b"");
    let mut headers = signer.headers(
        "GET",
        "/logs/key",
        &[("x-amz-content-sha256", &empty)],
        &empty,
    );
    headers.push(("x-amz-acl".to_owned(), "private".to_owned()));
    let answer = sent(&emulator, "GET", "/logs/key", &headers, "");
    let sentence = "There were headers present in the request which were not signed";
    assert_xml(&answer, 403, "AccessDenied", sentence);
    assert!(
        answer
            .body
            .contains("<HeadersNotSigned>x-amz-acl</HeadersNotSigned>")
    );
    let headers = signer.headers("GET", "/logs/key", &[], &empty);
    let answer = sent(&emulator, "GET", "/logs/key", &headers, "");
    let sentence = "Missing required header for this request: x-amz-content-sha256";
    assert_xml(&answer, 400, "InvalidRequest", sentence);
    assert_eq!(emulator.events(&[]).unwrap(), Vec::<Value>::new());
}

#[test]
fn presigned_urls_are_checked() {
    let emulator = emulator();
    let signer = Signer::new("s3");
    assert_eq!(s3(&emulator, &signer, "PUT", "/logs", "").status, 200);
    let open = |signer: &Signer, method: &str, expires: &str, body: &str| {
        let target = signer.presigned(method, "/logs/key", expires, "UNSIGNED-PAYLOAD");
        sent(&emulator, method, &target, &[], body)
    };
    assert_eq!(open(&signer, "PUT", "60", "content").status, 200);
    assert_eq!(open(&signer, "GET", "604800", "").body, "content");
    let before = emulator.events(&[]).unwrap().len();
    let old = open(&Signer::new("s3").at(-61), "GET", "60", "");
    assert_xml(&old, 403, "AccessDenied", "Request has expired");
    assert!(
        old.body
            .contains("<X-Amz-Expires>60</X-Amz-Expires><Expires>20"),
        "{old:?}"
    );
    assert_eq!(
        open(&Signer::new("s3").at(-5000), "GET", "6000", "").status,
        200
    );
    let early = open(&Signer::new("s3").at(1000), "GET", "60", "");
    assert_xml(&early, 403, "AccessDenied", "Request is not yet valid");
    for (expires, sentence) in [
        (
            "604801",
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds",
        ),
        ("-1", "X-Amz-Expires must be non-negative"),
        ("soon", "X-Amz-Expires should be a number"),
    ] {
        let answer = open(&signer, "GET", expires, "");
        assert_xml(&answer, 400, "AuthorizationQueryParametersError", sentence);
    }
    let wrong = open(
        &Signer {
            secret: "x",
            ..Signer::new("s3")
        },
        "GET",
        "60",
        "",
    );
    assert_eq!(wrong.status, 403);
    assert!(wrong.body.contains("<Code>SignatureDoesNotMatch</Code>"));
    let good = signer.presigned("GET", "/logs/key", "60", "UNSIGNED-PAYLOAD");
    for (target, status) in [
        (good.replace("/key", "/other"), 403),
        (format!("{good}&versionId=1"), 403),
        (good.replace("&X-Amz-SignedHeaders=host", ""), 400),
        (good.replace("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"), 400),
        (good.replace("X-Amz-Expires=60", "X-Amz-Expires=600"), 403),
    ] {
        let answer = sent(&emulator, "GET", &target, &[], "");
        assert_eq!(answer.status, status, "{target}: {answer:?}");
    }
    let both = [("Authorization".to_owned(), "AWS4-HMAC-SHA256 x".to_owned())];
    let answer = sent(&emulator, "GET", &good, &both, "");
    assert!(
        answer
            .body
            .contains("<Message>Only one auth mechanism allowed;"),
        "{answer:?}"
    );
    let events = emulator.events(&[]).unwrap();
    assert_eq!(events.len(), before + 1, "the one that was right");
}

/// A stream of signed chunks, as SDKs upload without TLS.
fn stream(emulator: &Emulator, pieces: &[&str], damage: impl Fn(String) -> String) -> Answer {
    let signer = Signer::new("s3");
    let kind = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    let length: usize = pieces.iter().map(|piece| piece.len()).sum();
    let given = [
        ("content-encoding", "aws-chunked"),
        ("x-amz-content-sha256", kind),
        ("x-amz-decoded-content-length", &length.to_string()),
    ];
    let headers = signer.headers("PUT", "/logs/key", &given, kind);
    let authorization = &headers.last().unwrap().1;
    let mut previous = authorization.rsplit_once('=').unwrap().1.to_owned();
    let mut body = String::new();
    for piece in pieces.iter().chain([&""]) {
        let text = format!(
            "AWS4-HMAC-SHA256-PAYLOAD\n{}\n{}\n{previous}\n{}\n{}",
            signer.stamp(),
            signer.scope(),
            hash(b""),
            hash(piece.as_bytes())
        );
        previous = signer.sign(&text);
        body += &format!(
            "{:x};chunk-signature={previous}\r\n{piece}\r\n",
            piece.len()
        );
    }
    sent(emulator, "PUT", "/logs/key", &headers, &damage(body))
}

#[test]
fn chunks_are_checked_and_a_wrong_one_undoes_the_upload() {
    let emulator = emulator();
    let signer = Signer::new("s3");
    assert_eq!(s3(&emulator, &signer, "PUT", "/logs", "").status, 200);
    let long = "x".repeat(300_000);
    let before = emulator.events(&[]).unwrap().len();
    for (from, to) in [
        ("hello", "jello"),
        ("world", "words"),
        ("0;chunk-signature=", "0;chunk-signature=0"),
    ] {
        let answer = stream(&emulator, &["hello", &long, "world"], |body| {
            body.replace(from, to)
        });
        assert_eq!(answer.status, 403, "{from}: {answer:?}");
        assert!(
            answer.body.contains("<Code>SignatureDoesNotMatch</Code>"),
            "{answer:?}"
        );
        assert!(
            answer
                .body
                .contains("<StringToSign>AWS4-HMAC-SHA256-PAYLOAD\n")
        );
    }
    assert_eq!(
        emulator.events(&[]).unwrap().len(),
        before,
        "nothing is recorded"
    );
    let cut = stream(&emulator, &["hello", "world"], |body| {
        body[..body.len() - 100].to_owned()
    });
    assert_eq!(cut.status, 400, "{cut:?}");
    assert_eq!(s3(&emulator, &signer, "GET", "/logs/key", "").status, 404);
    let answer = stream(&emulator, &["hello", &long, "world"], |body| body);
    assert_eq!(answer.status, 200, "{answer:?}");
    let got = s3(&emulator, &signer, "GET", "/logs/key", "").body;
    assert_eq!(got, format!("hello{long}world"));
}

#[test]
fn a_large_upload_that_is_refused_gets_its_answer() {
    let emulator = emulator();
    let wrong = Signer {
        secret: "x",
        ..Signer::new("s3")
    };
    let answer = s3(&emulator, &wrong, "PUT", "/logs/key", &"x".repeat(20 << 20));
    assert_eq!(answer.status, 403, "{}", answer.head);
    let patient = wrong.headers(
        "PUT",
        "/logs/key",
        &[("x-amz-content-sha256", "UNSIGNED-PAYLOAD")],
        "UNSIGNED-PAYLOAD",
    );
    let mut headers = patient.clone();
    headers.push(("Expect".to_owned(), "100-continue".to_owned()));
    let lines: String = headers
        .iter()
        .map(|(n, v)| format!("{n}: {v}\r\n"))
        .collect();
    let mut stream = connect(emulator.endpoint_url());
    write!(
        stream,
        "PUT /logs/key HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n{lines}\r\n"
    )
    .unwrap();
    let answer = Answer::read(&mut stream).unwrap();
    assert_eq!(answer.status, 403, "at once, without a body");
}

/// A signature of version 2.
fn old_signature(secret: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

#[test]
fn version_two_is_checked_too() {
    let emulator = emulator();
    let signer = Signer::new("s3");
    assert_eq!(s3(&emulator, &signer, "PUT", "/logs", "").status, 200);
    assert_eq!(s3(&emulator, &signer, "PUT", "/logs/key", "x").status, 200);
    let before = emulator.events(&[]).unwrap().len();
    let open = |secret: &str, path: &str, seconds: i64| {
        let end = machine_time().seconds() + seconds;
        let signature = old_signature(secret, &format!("GET\n\n\n{end}\n/logs/key"));
        let signature = signature.replace('+', "%2B").replace('=', "%3D");
        let target = format!("{path}?AWSAccessKeyId=test&Signature={signature}&Expires={end}");
        send(emulator.endpoint_url(), "GET", &target, &[], "")
    };
    assert_eq!(open("test", "/logs/key", 60).body, "x");
    let sentence = "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
    for answer in [
        open("tset", "/logs/key", 60),
        open("test", "/logs/other", 60),
    ] {
        assert_xml(&answer, 403, "SignatureDoesNotMatch", sentence);
        assert!(
            answer.body.contains("<StringToSign>GET\n\n\n"),
            "{answer:?}"
        );
    }
    let answer = open("test", "/logs/key", -1);
    assert_xml(&answer, 403, "AccessDenied", "Request has expired");

    let authorized = |stamp: &str, signature: &str| {
        let authorization = format!("AWS test:{signature}");
        let headers = [("Date", stamp), ("Authorization", authorization.as_str())];
        send(emulator.endpoint_url(), "GET", "/logs/key", &headers, "")
    };
    let date = |seconds: u64| {
        let time = std::time::SystemTime::now() - std::time::Duration::from_secs(seconds);
        httpdate::fmt_http_date(time)
    };
    let right = |date: &str| old_signature("test", &format!("GET\n\n\n{date}\n/logs/key"));
    let (now, earlier) = (date(0), date(1000));
    assert_eq!(authorized(&now, &right(&now)).status, 200);
    let old = authorized(&earlier, &right(&earlier));
    assert!(
        old.body.contains("<Code>RequestTimeTooSkewed</Code>"),
        "{old:?}"
    );
    let sentence = "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature";
    let headers = [("Authorization", "AWS test")];
    let answer = send(emulator.endpoint_url(), "GET", "/logs/key", &headers, "");
    assert_xml(&answer, 400, "InvalidArgument", sentence);
    assert_eq!(
        emulator.events(&[]).unwrap().len(),
        before + 2,
        "those that were right"
    );
}
