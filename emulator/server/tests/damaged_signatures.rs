//! Authorization headers and presigned URLs that somebody damaged: every one gets a modelled refusal, and harms nobody else.

#![allow(clippy::unwrap_used)] // A helper that fails fails its test.

mod support;

use std::io::Write;

use localtrail::Emulator;
use support::sigv4::{Signer, hash, s3, sent};
use support::{Answer, connect, get};

const TARGET: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.ListTrails";

/// A generator of numbers without end, the same every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

fn damaged(header: &str, numbers: &mut Numbers) -> Vec<u8> {
    const BYTES: &[u8] = b" ,=;/:\t\"'%+AWSZ09\x80\xc3\xff\x01\x7f";
    let mut bytes = header.as_bytes().to_vec();
    for _ in 0..=numbers.below(3) {
        let at = numbers
            .below(bytes.len().max(1))
            .min(bytes.len().saturating_sub(1));
        match numbers.below(6) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..bytes.len().min(at + 1 + numbers.below(20)))),
            2 => bytes.insert(at, BYTES[numbers.below(BYTES.len())]),
            3 if !bytes.is_empty() => bytes[at] = BYTES[numbers.below(BYTES.len())],
            4 => {
                let again = bytes[at..].to_vec();
                bytes.extend(again);
            }
            _ => bytes.rotate_left(at),
        }
    }
    bytes
}

#[test]
fn a_thousand_damaged_headers_are_refused_and_harm_nobody() {
    let emulator = Emulator::builder()
        .check_signatures()
        .start_blocking()
        .unwrap();
    let signed = list_trails_headers();
    let authorization = signed.last().unwrap().1.clone();
    let mut numbers = Numbers(7);
    let mut passed = 0;
    for round in 0..1000 {
        let header = damaged(&authorization, &mut numbers);
        let mut request = Vec::new();
        let target = if round % 3 == 0 { "/logs/key" } else { "/" };
        write!(request, "POST {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 2\r\n").unwrap();
        for (name, value) in &signed[..signed.len() - 1] {
            if round % 3 != 0 || name != "x-amz-target" {
                write!(request, "{name}: {value}\r\n").unwrap();
            }
        }
        request.extend_from_slice(b"Authorization: ");
        request.extend_from_slice(&header);
        request.extend_from_slice(b"\r\n\r\n{}");
        let mut stream = connect(emulator.endpoint_url());
        let _sent_or_refused = stream.write_all(&request);
        let shown = String::from_utf8_lossy(&header).into_owned();
        let answer = Answer::read(&mut stream).unwrap_or_else(|| panic!("no answer: {shown}"));
        if answer.status == 200 {
            // Blanks and commas may stand where they like, as long as they part the same parts.
            let parts = |text: &str| -> Vec<String> {
                text.split([',', ' ', '\t'])
                    .filter(|part| !part.is_empty())
                    .map(str::to_owned)
                    .collect()
            };
            let all = parts(&authorization);
            assert!(
                parts(&shown).iter().all(|part| all.contains(part)),
                "{shown}"
            );
            passed += 1;
        } else {
            assert!((400..=404).contains(&answer.status), "{shown}: {answer:?}");
        }
    }
    assert!(passed < 100, "most were damaged");
    assert_eq!(emulator.events(&[]).unwrap().len(), passed);
    assert_eq!(sent(&emulator, "POST", "/", &signed, "{}").status, 200);
    assert_eq!(
        get(emulator.endpoint_url(), "/_localtrail/health").status,
        200
    );
}

#[test]
fn a_thousand_damaged_links_are_refused_and_harm_nobody() {
    let emulator = Emulator::builder()
        .check_signatures()
        .start_blocking()
        .unwrap();
    let signer = Signer::new("s3");
    for (target, body) in [("/logs", ""), ("/logs/key", "x")] {
        assert_eq!(s3(&emulator, &signer, "PUT", target, body).status, 200);
    }
    let links = [
        signer.presigned("GET", "/logs/key", "600", "UNSIGNED-PAYLOAD"),
        "/logs/key?AWSAccessKeyId=test&Signature=AAAAAAAAAAAAAAAAAAAAAAAAAAA%3D&Expires=9999999999"
            .to_owned(),
    ];
    assert_eq!(sent(&emulator, "GET", &links[0], &[], "").body, "x");
    let mut numbers = Numbers(11);
    let mut passed = 0;
    for round in 0..1000 {
        let (path, query) = links[round % 2].split_once('?').unwrap();
        let query: Vec<u8> = damaged(query, &mut numbers)
            .into_iter()
            .filter(|byte| !b" \t".contains(byte))
            .collect();
        let mut request = format!("GET {path}?").into_bytes();
        request.extend_from_slice(&query);
        request.extend_from_slice(b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let mut stream = connect(emulator.endpoint_url());
        let _sent_or_refused = stream.write_all(&request);
        let shown = String::from_utf8_lossy(&query).into_owned();
        let answer = Answer::read(&mut stream).unwrap_or_else(|| panic!("no answer: {shown}"));
        match answer.status {
            200 => passed += 1,
            other => assert!((400..=404).contains(&other), "{shown}: {answer:?}"),
        }
    }
    assert!(passed < 50, "most were damaged");
    assert_eq!(sent(&emulator, "GET", &links[0], &[], "").body, "x");
}

fn list_trails_headers() -> Vec<(String, String)> {
    let given = [
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-target", TARGET),
    ];
    Signer::new("cloudtrail").headers("POST", "/", &given, &hash(b"{}"))
}
