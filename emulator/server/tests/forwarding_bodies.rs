//! Bodies of forwarded calls: none, awaited, and too long for any memory.

#![allow(clippy::unwrap_used)] // A helper that fails fails its test.

mod support;

use std::io::{Read, Write};

use localtrail::Emulator;
use support::calls::events;
use support::upstream::{Upstream, answer, read_body};
use support::{Answer, connect, send, signature};

fn to_s3(upstream: &Upstream) -> Emulator {
    Emulator::builder()
        .upstream(format!("s3={}", upstream.url).parse().unwrap())
        .start_blocking()
        .unwrap()
}

#[test]
fn an_answer_without_a_body_is_passed_on() {
    let upstream = Upstream::start(|seen, stream| {
        read_body(seen, stream);
        let head: &[u8] = if seen.line.starts_with("HEAD") {
            b"HTTP/1.1 200 OK\r\nContent-Length: 12345\r\nETag: \"e\"\r\n\r\n"
        } else {
            b"HTTP/1.1 204 No Content\r\n\r\n"
        };
        stream.get_mut().write_all(head).unwrap();
    });
    let emulator = to_s3(&upstream);
    let scope = signature("test", "s3");
    let headers = [("Authorization", scope.as_str())];
    let head = send(emulator.endpoint_url(), "HEAD", "/b/k", &headers, "");
    assert_eq!(
        (head.status, head.header("content-length")),
        (200, Some("12345"))
    );
    let gone = send(emulator.endpoint_url(), "DELETE", "/b/k", &headers, "");
    assert_eq!((gone.status, gone.body.as_str()), (204, ""));
    assert_eq!(events(&emulator, "HeadObject").len(), 1);
    assert_eq!(events(&emulator, "DeleteObject").len(), 1);
}

#[test]
fn a_client_that_asks_before_it_sends_is_told_to_go_on() {
    let upstream = Upstream::answering("200 OK", "text/plain", "stored");
    let emulator = to_s3(&upstream);
    let mut client = connect(emulator.endpoint_url());
    let scope = signature("test", "s3");
    let head = format!(
        "PUT /b/k HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nAuthorization: {scope}\r\nContent-Length: 4\r\nConnection: close\r\n\r\n"
    );
    client.write_all(head.as_bytes()).unwrap();
    let mut begin = [0; 25];
    client.read_exact(&mut begin).unwrap();
    assert_eq!(&begin, b"HTTP/1.1 100 Continue\r\n\r\n");
    client.write_all(b"data").unwrap();
    let came = Answer::read(&mut client).unwrap();
    assert_eq!((came.status, came.body.as_str()), (200, "stored"));
    assert_eq!(upstream.seen()[0].body, b"data");
}

/// The most memory that this process has had, in bytes.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes * 1024
}

#[test]
fn half_a_gigabyte_goes_through_in_flat_memory() {
    pass_through(512 << 20);
}

#[test]
#[ignore = "takes a while: cargo test --test forwarding_bodies -- --ignored"]
fn ten_gigabytes_go_through_in_flat_memory() {
    pass_through(10 << 30);
}

/// Sends and fetches an object of this size, in bytes.
fn pass_through(size: u64) {
    let upstream = Upstream::start(move |seen, stream| {
        read_body(seen, stream);
        if seen.line.starts_with("PUT") {
            return answer(stream, "200 OK", &[], b"");
        }
        let stream = stream.get_mut();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let piece = vec![b'x'; 1 << 20];
        for _ in 0..size >> 20 {
            stream.write_all(&piece).unwrap();
        }
    });
    let emulator = to_s3(&upstream);
    let scope = signature("test", "s3");
    let before = peak_memory();

    let mut client = connect(emulator.endpoint_url());
    let head = format!(
        "PUT /b/k HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: {scope}\r\nContent-Length: {size}\r\n\r\n"
    );
    client.write_all(head.as_bytes()).unwrap();
    let piece = vec![b'x'; 1 << 20];
    for _ in 0..size >> 20 {
        client.write_all(&piece).unwrap();
    }
    assert_eq!(Answer::read(&mut client).unwrap().status, 200);
    assert_eq!(upstream.seen()[0].length, size);

    let mut client = connect(emulator.endpoint_url());
    let head = format!(
        "GET /b/k HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: {scope}\r\n\r\n"
    );
    client.write_all(head.as_bytes()).unwrap();
    let mut buffer = vec![0; 1 << 20];
    let mut came = 0;
    loop {
        match client.read(&mut buffer).unwrap() {
            0 => break,
            count => came += count as u64,
        }
    }
    assert!(came >= size, "{came}");

    // Other tests run in this process; they need little.
    let grown = peak_memory().saturating_sub(before);
    assert!(grown < 100 << 20, "{grown} bytes for {size}");
    let put = &events(&emulator, "PutObject")[0]["additionalEventData"];
    assert_eq!(put["bytesTransferredIn"], size);
    let got = &events(&emulator, "GetObject")[0]["additionalEventData"];
    assert_eq!(got["bytesTransferredOut"], size);
}
