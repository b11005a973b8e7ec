//! AWS's published vectors: its test suite for Signature Version 4, and the worked examples of S3's documentation.

use bytes::Bytes;
use hyper::Request;
use hyper::http::request::Parts;
use serde_json::Value;

use super::canonical::{self, Encoding, PathRule, Segments};
use super::chunks::{Chunks, Seed, Trailers};
use super::claim::{self, Claim};
use super::realm::Realm;
use super::seal::{self, SigningKey};

const SUITE: &str = include_str!("../../tests/data/sigv4/aws-signing-test-suite.json");

/// Cases whose paths are encoded again, and whose signed requests are not complete.
const ENCODED_AGAIN: [&str; 2] = ["double-encode-path", "double-url-encode"];

/// Reads a request as it stands in the suite, folded headers and all.
fn parse(text: &str) -> (Parts, Bytes) {
    let (head, body) = text.split_once("\n\n").unwrap_or((text.trim_end(), ""));
    let head = head.replace("\n ", " ");
    let mut lines = head.lines();
    let target = lines.next().unwrap();
    let (method, rest) = target.split_once(' ').unwrap();
    let uri = rest.strip_suffix(" HTTP/1.1").unwrap_or(rest);
    // The suite writes some letters as they are, which no client may send and hyper does not take.
    let uri: String = uri
        .bytes()
        .map(|byte| match byte.is_ascii_graphic() {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect();
    let mut request = Request::builder().method(method).uri(uri);
    for line in lines {
        let (name, value) = line.split_once(':').unwrap();
        request = request.header(name, value.trim());
    }
    let parts = request.body(()).unwrap().into_parts().0;
    (parts, Bytes::copy_from_slice(body.as_bytes()))
}

/// Verifies a claim as the service would; the canonical request and the string to sign.
fn verified(parts: &Parts, claim: &Claim, secret: &str, payload: &str, rule: PathRule) -> String {
    let canonical = canonical::request(parts, &claim.signed_headers, payload, rule);
    let text = seal::string_to_sign(&claim.at.second_stamp(), &claim.scope, &canonical);
    let key = SigningKey::derive(secret, &claim.scope);
    let name = String::from_utf8_lossy(&canonical).into_owned();
    assert!(key.verify(&text, &claim.signature), "{name}");
    assert_eq!(key.sign(&text), claim.signature);
    for wrong in [
        claim.signature.replacen(&claim.signature[..1], "g", 1),
        claim.signature.to_ascii_uppercase(),
        claim.signature[1..].to_owned(),
        String::new(),
    ] {
        assert!(!key.verify(&text, &wrong), "{name}: {wrong}");
    }
    let other = SigningKey::derive("another secret", &claim.scope);
    assert!(!other.verify(&text, &claim.signature), "{name}");
    text
}

#[test]
fn the_suite_is_verified() {
    let suite: serde_json::Map<String, Value> = serde_json::from_str(SUITE).unwrap();
    assert_eq!(suite.len(), 40);
    let mut verifications = 0;
    for (name, case) in &suite {
        if ENCODED_AGAIN.contains(&name.as_str()) {
            continue;
        }
        let context = &case["context.json"];
        let secret = context["credentials"]["secret_access_key"]
            .as_str()
            .unwrap();
        let rule = PathRule {
            segments: match context["normalize"].as_bool().unwrap() {
                true => Segments::Tidied,
                false => Segments::Kept,
            },
            // The suite takes its paths for not yet encoded.
            encoding: Encoding::Once,
        };
        // A token that joins a URL after it was signed: none of the services here expects that.
        let joins_later = context["omit_session_token"] == true;
        for place in ["header", "query"] {
            if joins_later && place == "query" {
                continue;
            }
            let file = |kind: &str| case[format!("{place}-{kind}.txt")].as_str().unwrap();
            let (parts, body) = parse(file("signed-request"));
            let claim = claim::read(&parts, Realm::CloudTrail).unwrap().unwrap();
            let payload = seal::hash(&body);
            let canonical = canonical::request(&parts, &claim.signed_headers, &payload, rule);
            let canonical = String::from_utf8(canonical).unwrap();
            assert_eq!(canonical, file("canonical-request"), "{name}");
            let text = verified(&parts, &claim, secret, &payload, rule);
            assert_eq!(text, file("string-to-sign"), "{name}");
            verifications += 1;
        }
    }
    assert_eq!(verifications, 75);
}

#[test]
fn paths_of_other_services_are_encoded_again() {
    let suite: Value = serde_json::from_str(SUITE).unwrap();
    for name in ENCODED_AGAIN {
        let case = &suite[name];
        let (parts, _) = parse(case["header-signed-request.txt"].as_str().unwrap());
        let expected = case["header-canonical-request.txt"].as_str().unwrap();
        let canonical = canonical::request(&parts, &[], "", Realm::CloudTrail.path_rule());
        let path = |text: &str| text.lines().nth(1).unwrap().to_owned();
        assert_eq!(
            path(std::str::from_utf8(&canonical).unwrap()),
            path(expected)
        );
    }
    let whole = &suite["double-url-encode"];
    let (parts, _) = parse(whole["header-signed-request.txt"].as_str().unwrap());
    let claim = claim::read(&parts, Realm::CloudTrail).unwrap().unwrap();
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    let text = verified(
        &parts,
        &claim,
        secret,
        &seal::hash(b""),
        Realm::CloudTrail.path_rule(),
    );
    let expected = whole["header-string-to-sign.txt"].as_str().unwrap();
    assert_eq!(text, expected.trim_end());
}

/// The secret of S3's worked examples (D, S3 "Signature calculations for the Authorization header", "Authenticating
/// requests: using query parameters" and "Signature calculations: transferring payload in multiple chunks").
const S3_SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

fn s3_header(signed_headers: &str, signature: &str) -> String {
    format!(
        "Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders={signed_headers},Signature={signature}"
    )
}

fn s3_example(request: &str) -> Claim {
    let (parts, _) = parse(request);
    let claim = claim::read(&parts, Realm::S3).unwrap().unwrap();
    let payload = super::payload_of_s3(&parts);
    verified(&parts, &claim, S3_SECRET, &payload, Realm::S3.path_rule());
    claim
}

#[test]
fn s3s_examples_are_verified() {
    let empty = seal::hash(b"");
    let common = format!(
        "Host: examplebucket.s3.amazonaws.com\nx-amz-date: 20130524T000000Z\nx-amz-content-sha256: {empty}"
    );
    let plain = "host;x-amz-content-sha256;x-amz-date";
    for (target, more, signed, signature) in [
        (
            "/test.txt",
            "Range: bytes=0-9\n",
            "host;range;x-amz-content-sha256;x-amz-date",
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            "/?lifecycle",
            "",
            plain,
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        ),
        (
            "/?max-keys=2&prefix=J",
            "",
            plain,
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ] {
        let header = s3_header(signed, signature);
        s3_example(&format!("GET {target} HTTP/1.1\n{more}{common}\n{header}"));
    }
    let put = s3_header(
        "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    );
    let payload = seal::hash(b"Welcome to Amazon S3.");
    s3_example(&format!(
        "PUT /test$file.text HTTP/1.1\nHost: examplebucket.s3.amazonaws.com\nDate: Fri, 24 May 2013 00:00:00 GMT\n{put}\nx-amz-date: 20130524T000000Z\nx-amz-storage-class: REDUCED_REDUNDANCY\nx-amz-content-sha256: {payload}"
    ));
    let presigned = s3_example(
        "GET /test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404 HTTP/1.1\nHost: examplebucket.s3.amazonaws.com",
    );
    assert_eq!(presigned.expires.unwrap().as_secs(), 86_400);
}

/// The two streams of the documentation: 65 KiB of the letter a, in chunks of 64 KiB.
fn stream(trailers: Trailers) -> (String, Vec<String>) {
    let common = "PUT /examplebucket/chunkObject.txt HTTP/1.1\nHost: s3.amazonaws.com\nx-amz-date: 20130524T000000Z\nx-amz-storage-class: REDUCED_REDUNDANCY\nContent-Encoding: aws-chunked\nx-amz-decoded-content-length: 66560\n";
    let (request, signatures, end) = match trailers {
        Trailers::Unsigned => (
            format!(
                "{common}x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD\nContent-Length: 66824\n{}",
                s3_header(
                    "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class",
                    "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
                )
            ),
            [
                "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
                "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
                "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
            ],
            "\r\n",
        ),
        Trailers::Signed => (
            format!(
                "{common}x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER\nx-amz-trailer: x-amz-checksum-crc32c\n{}",
                s3_header(
                    "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer",
                    "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e"
                )
            ),
            [
                "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
                "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
                "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
            ],
            "x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n",
        ),
    };
    let mut pieces: Vec<String> = [65_536_usize, 1024, 0]
        .into_iter()
        .zip(signatures)
        .map(|(size, signature)| {
            let data = "a".repeat(size);
            let after = if size > 0 { "\r\n" } else { "" };
            format!("{size:x};chunk-signature={signature}\r\n{data}{after}")
        })
        .collect();
    pieces.push(end.to_owned());
    (request, pieces)
}

fn chunks(request: &str, trailers: Trailers) -> Chunks {
    let claim = s3_example(request);
    let seed = Seed {
        key: SigningKey::derive(S3_SECRET, &claim.scope),
        access_key: claim.access_key,
        stamp: claim.at.second_stamp(),
        scope: claim.scope.to_string(),
        signature: claim.signature,
    };
    Chunks::new(seed, trailers)
}

fn verify(chunks: &mut Chunks, body: &[u8], step: usize) -> bool {
    body.chunks(step)
        .all(|piece| chunks.feed(&Bytes::copy_from_slice(piece)).is_ok())
        && chunks.finish().is_ok()
}

#[test]
fn streams_are_verified_however_they_are_cut() {
    for trailers in [Trailers::Unsigned, Trailers::Signed] {
        let (request, pieces) = stream(trailers);
        let body = pieces.concat().into_bytes();
        for step in [1, 3, 1000, body.len()] {
            assert!(
                verify(&mut chunks(&request, trailers), &body, step),
                "{trailers:?} {step}"
            );
        }
    }
}

#[test]
fn a_damaged_stream_is_refused() {
    for trailers in [Trailers::Unsigned, Trailers::Signed] {
        let (request, pieces) = stream(trailers);
        let body = pieces.concat().into_bytes();
        let is_good = |body: &[u8]| verify(&mut chunks(&request, trailers), body, 8192);
        assert!(is_good(&body));
        // Every line counts, and so does every byte of data.
        let data = |at: usize| (90..65_600).contains(&at) || (65_720..66_700).contains(&at);
        for at in (0..body.len()).filter(|at| !data(*at) || at % 4096 == 0) {
            let mut damaged = body.clone();
            damaged[at] ^= 1;
            assert!(!is_good(&damaged), "{trailers:?} byte {at}");
        }
        // Chunks left out, repeated or in another order.
        for other in [
            [1, 2, 3].as_slice(),
            &[0, 2, 3],
            &[1, 0, 2, 3],
            &[0, 0, 1, 2, 3],
            &[0, 1, 2, 2, 3],
        ] {
            let other: String = other.iter().map(|at| pieces[*at].as_str()).collect();
            assert!(!is_good(other.as_bytes()), "{trailers:?}");
        }
    }
    // Trailers must be signed where they were promised, and only then may they be there.
    let (request, pieces) = stream(Trailers::Signed);
    let without = pieces[..3].concat();
    for end in [
        "",
        "\r\n",
        "x-amz-checksum-crc32c:sOO8/Q==\r\n\r\n",
        "x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:00\r\n\r\n",
    ] {
        let body = format!("{without}{end}");
        assert!(
            !verify(
                &mut chunks(&request, Trailers::Signed),
                body.as_bytes(),
                999
            ),
            "{end}"
        );
    }
    let (request, pieces) = stream(Trailers::Unsigned);
    let with = format!("{}a:b\r\n\r\n", pieces[..3].concat());
    assert!(!verify(
        &mut chunks(&request, Trailers::Unsigned),
        with.as_bytes(),
        999
    ));
}
