//! Upstreams that are down, die or keep silent, and clients that go away: what each side is told, and what is recorded.

#![allow(clippy::unwrap_used)] // A helper that fails fails its test.

mod support;

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use localtrail::{Builder, Emulator};
use support::calls::{CALLS, dynamodb, event, events, nowhere};
use support::upstream::{Upstream, answer, read_body};
use support::{connect, send, signature};

fn to(upstream: &Upstream) -> Builder {
    Emulator::builder().upstream(upstream.url.parse().unwrap())
}

#[test]
fn an_upstream_that_is_down_is_told_in_the_protocol_of_the_call_and_recorded() {
    let url = nowhere();
    let emulator = Emulator::builder()
        .upstream(url.parse().unwrap())
        .start_blocking()
        .unwrap();
    for call in CALLS {
        let came = call.make(emulator.endpoint_url());
        assert_eq!(came.status, 503, "{came:?}");
        let expected = format!("{}ServiceUnavailable", call.before_code);
        assert!(came.body.contains(&expected), "{came:?}");
        assert!(came.body.contains(&url), "{came:?}");
        let event = event(&emulator, call.event);
        let code = event["errorCode"].as_str().unwrap();
        assert!(code.contains("ServiceUnavailable"), "{event}");
    }
}

#[test]
fn a_long_upload_to_an_upstream_that_is_down_is_read_before_it_is_refused() {
    let url = nowhere();
    let emulator = Emulator::builder()
        .upstream(format!("s3={url}").parse().unwrap())
        .start_blocking()
        .unwrap();
    let body = "x".repeat(20 << 20);
    let headers = [("Authorization", signature("test", "s3"))];
    let headers = [(headers[0].0, headers[0].1.as_str())];
    let came = send(emulator.endpoint_url(), "PUT", "/b/k", &headers, &body);
    assert_eq!(came.status, 503);
    assert!(
        came.body.contains("<Error><Code>ServiceUnavailable"),
        "{came:?}"
    );
    assert_eq!(
        events(&emulator, "PutObject")[0]["errorCode"],
        "ServiceUnavailable"
    );
}

#[test]
fn an_upstream_that_keeps_silent_is_given_up() {
    let upstream = Upstream::start(|seen, stream| {
        read_body(seen, stream);
        std::thread::sleep(Duration::from_secs(20));
        answer(stream, "200 OK", &[], b"{}");
    });
    let emulator = to(&upstream)
        .upstream_timeout(Duration::from_millis(300))
        .start_blocking()
        .unwrap();
    let begin = Instant::now();
    let came = dynamodb(emulator.endpoint_url(), "ListTables", "{}");
    assert_eq!(came.status, 504);
    assert!(came.body.contains("--upstream-timeout"), "{came:?}");
    assert!(begin.elapsed() < Duration::from_secs(10));
    assert_eq!(
        events(&emulator, "ListTables")[0]["errorCode"],
        "GatewayTimeout"
    );
}

#[test]
fn one_that_keeps_moving_is_not() {
    let upstream = Upstream::start(|seen, stream| {
        read_body(seen, stream);
        let stream = stream.get_mut();
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
            .unwrap();
        for _ in 0..10 {
            std::thread::sleep(Duration::from_millis(100));
            stream.write_all(b" ").unwrap();
        }
    });
    let emulator = to(&upstream)
        .upstream_timeout(Duration::from_millis(500))
        .start_blocking()
        .unwrap();
    let came = dynamodb(emulator.endpoint_url(), "ListTables", "{}");
    assert_eq!((came.status, came.body.len()), (200, 10));
}

#[test]
fn an_answer_that_falls_silent_is_cut() {
    let upstream = Upstream::start(|seen, stream| {
        read_body(seen, stream);
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
        stream.get_mut().write_all(head).unwrap();
        std::thread::sleep(Duration::from_secs(20));
    });
    let emulator = to(&upstream)
        .upstream_timeout(Duration::from_millis(300))
        .start_blocking()
        .unwrap();
    let came = dynamodb(emulator.endpoint_url(), "ListTables", "{}");
    assert_eq!((came.status, came.body.as_str()), (200, "half"));
    assert_eq!(events(&emulator, "ListTables").len(), 1);
}

#[test]
fn an_upstream_that_dies_is_told_and_recorded() {
    let before = Upstream::start(|seen, stream| {
        read_body(seen, stream);
        let _closed = stream.get_ref().shutdown(std::net::Shutdown::Both);
    });
    let emulator = to(&before).start_blocking().unwrap();
    let came = dynamodb(emulator.endpoint_url(), "ListTables", "{}");
    assert_eq!(came.status, 503, "{came:?}");
    assert_eq!(
        events(&emulator, "ListTables")[0]["errorCode"],
        "ServiceUnavailable"
    );

    let within = Upstream::start(|seen, stream| {
        read_body(seen, stream);
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"TableNames\":[";
        stream.get_mut().write_all(head).unwrap();
        let _closed = stream.get_ref().shutdown(std::net::Shutdown::Both);
    });
    let emulator = to(&within).start_blocking().unwrap();
    let came = dynamodb(emulator.endpoint_url(), "ListTables", "{}");
    assert_eq!(
        (came.status, came.body.as_str()),
        (200, "{\"TableNames\":[")
    );
    assert_eq!(events(&emulator, "ListTables").len(), 1);
}

#[test]
fn a_client_that_goes_away_takes_its_call_with_it_and_leaves_an_event() {
    let upstream = Upstream::start(|seen, stream| {
        read_body(seen, stream);
        // Ends when the other side does.
        let mut rest = Vec::new();
        let _ended = stream.read_to_end(&mut rest);
        seen.line = "over".to_owned();
    });
    let emulator = to(&upstream).start_blocking().unwrap();
    let mut client = connect(emulator.endpoint_url());
    let scope = signature("test", "dynamodb");
    let call = format!(
        "POST / HTTP/1.1\r\nHost: h\r\nX-Amz-Target: DynamoDB_20120810.ListTables\r\nAuthorization: {scope}\r\nContent-Length: 2\r\n\r\n{{}}"
    );
    client.write_all(call.as_bytes()).unwrap();
    upstream.wait("the call arrives", |seen| !seen.is_empty());
    drop(client);
    upstream.wait("the call ends", |seen| seen[0].line == "over");
    for _ in 0..500 {
        if !events(&emulator, "ListTables").is_empty() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("no event");
}

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// A service, a method, a target and headers that do not go together, or not with any body.
type Damaged = (
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

const DAMAGED: [Damaged; 9] = [
    (
        "dynamodb",
        "POST",
        "/",
        &[("X-Amz-Target", "DynamoDB_20120810.PutItem")],
    ),
    ("dynamodb", "POST", "/", &[("X-Amz-Target", "...")]),
    (
        "lambda",
        "POST",
        "/2015-03-31/functions/%ff%00/invocations?x=%",
        &[],
    ),
    ("lambda", "PATCH", "/%%%//", &[]),
    ("iam", "POST", "/?Action=%ff&Action=", &[FORM]),
    (
        "ec2",
        "POST",
        "/",
        &[(
            "Content-Type",
            "application/x-www-form-urlencoded; charset=",
        )],
    ),
    (
        "route53",
        "POST",
        "/2013-04-01/hostedzone",
        &[("Content-Type", "text/xml")],
    ),
    (
        "monitoring",
        "POST",
        "/service/GraniteServiceVersion20100801/operation/PutMetricData",
        &[("smithy-protocol", "rpc-v2-cbor")],
    ),
    ("unheard-of", "GET", "/", &[]),
];

#[test]
fn damaged_calls_of_every_protocol_go_through_and_are_recorded() {
    let upstream = Upstream::answering("400 Bad Request", "text/plain", "what?");
    let emulator = to(&upstream).start_blocking().unwrap();
    let deep = "[".repeat(5000);
    let bodies = [
        "",
        "{",
        "\u{0}\u{1}",
        "Action=",
        "Action=%",
        "<a",
        "\u{9f}\u{7f}",
        &deep,
    ];
    for (service, method, target, headers) in DAMAGED {
        let scope = signature("test", service);
        let headers = [&[("Authorization", scope.as_str())], headers].concat();
        for body in bodies {
            let came = send(emulator.endpoint_url(), method, target, &headers, body);
            assert_eq!(
                (came.status, came.body.as_str()),
                (400, "what?"),
                "{service} {body:?}"
            );
        }
    }
    let sent = DAMAGED.len() * bodies.len();
    assert_eq!(upstream.seen().len(), sent);
    let recorded = emulator.events(&[]).unwrap().len();
    assert_eq!(recorded, sent, "every call has its event");
}

#[test]
fn of_a_call_of_which_nothing_is_known_nothing_is_recorded() {
    let upstream = Upstream::answering("400 Bad Request", "text/plain", "what?");
    let emulator = to(&upstream).start_blocking().unwrap();
    let came = send(emulator.endpoint_url(), "POST", "/", &[FORM], "nothing");
    assert_eq!((came.status, came.body.as_str()), (400, "what?"));
    assert_eq!(emulator.events(&[]).unwrap().len(), 0);
}

/// Numbers without end, the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        // xorshift64: good enough to damage things.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }

    /// Changes, drops, doubles or inserts a few bytes out of these.
    fn damage(&mut self, text: &[u8], alphabet: &[u8]) -> Vec<u8> {
        let mut damaged = text.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(damaged.len() + 1);
            let byte = alphabet[self.below(alphabet.len())];
            match self.below(5) {
                0 => damaged.truncate(at),
                1 => damaged.insert(at, byte),
                2 if at < damaged.len() => damaged[at] = byte,
                3 if at < damaged.len() => drop(damaged.remove(at)),
                _ => damaged.extend_from_within(..at.min(200)),
            }
        }
        damaged
    }
}

#[test]
fn a_thousand_damaged_calls_go_through_and_harm_nobody() {
    let upstream = Upstream::answering("400 Bad Request", "text/plain", "what?");
    let emulator = to(&upstream).start_blocking().unwrap();
    let bytes: Vec<u8> = (0..=255).collect();
    let visible: Vec<u8> = (b'!'..=b'~').collect();
    let in_target = b"abz019-._~%!$&'()*+,;=:@/?/%%";
    let mut numbers = Numbers(0x2545_f491_4f6c_dd1d);
    for round in 0..1000 {
        let call = CALLS[round % CALLS.len()];
        let target = numbers.damage(&call.path.as_bytes()[1..], in_target);
        let mut request = format!("{} /", call.method).into_bytes();
        request.extend_from_slice(&target);
        let scope = signature("test", call.service);
        let head =
            format!(" HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: {scope}\r\n");
        request.extend_from_slice(head.as_bytes());
        for (name, value) in call.headers {
            request.extend_from_slice(format!("{name}: ").as_bytes());
            match numbers.below(2) {
                0 => request.extend(numbers.damage(value.as_bytes(), &visible)),
                _ => request.extend_from_slice(value.as_bytes()),
            }
            request.extend_from_slice(b"\r\n");
        }
        let body = numbers.damage(call.body.as_bytes(), &bytes);
        request.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
        request.extend_from_slice(&body);
        let mut client = connect(emulator.endpoint_url());
        client.write_all(&request).unwrap();
        let shown = String::from_utf8_lossy(&request).into_owned();
        let came = support::Answer::read(&mut client).unwrap_or_else(|| panic!("{shown}"));
        assert_eq!((came.status, came.body.as_str()), (400, "what?"), "{shown}");
    }
    assert_eq!(upstream.seen().len(), 1000);
    assert_eq!(emulator.events(&[]).unwrap().len(), 1000);
}
