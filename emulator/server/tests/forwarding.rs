//! Calls that an upstream answers: what arrives there, what comes back, and what is recorded of it.

#![allow(clippy::unwrap_used)] // A helper that fails fails its test.

mod support;

use std::time::{Duration, Instant};

use localtrail::{Builder, Emulator};
use support::calls::{JSON, dynamodb, event, events};
use support::upstream::{Upstream, answer, read_body};
use support::{cloudtrail, get, send, signature};

fn to(upstream: &Upstream) -> Builder {
    Emulator::builder().upstream(upstream.url.parse().unwrap())
}

#[test]
fn a_call_goes_as_it_is_and_its_answer_comes_back_as_it_is() {
    let upstream = Upstream::start(|seen, stream| {
        read_body(seen, stream);
        let headers = [
            ("Content-Type", JSON),
            ("x-amzn-RequestId", "THEIRS"),
            ("x-other", "kept"),
            ("Keep-Alive", "timeout=5"),
        ];
        let table = br#"{"TableDescription":{"TableName":"t","TableStatus":"ACTIVE"}}"#;
        answer(stream, "200 OK", &headers, table);
    });
    let emulator = to(&upstream).start_blocking().unwrap();
    let body = r#"{"TableName":"t"}"#;
    let headers = [
        ("X-Amz-Target", "DynamoDB_20120810.DeleteTable"),
        ("Content-Type", JSON),
        ("Authorization", &signature("123456789012", "dynamodb")),
        ("User-Agent", "a-test/1"),
        ("X-One", "1"),
        ("Proxy-Connection", "keep-alive"),
    ];
    let target = "/a//b/../%7e?x=%41&y&=&%zz";
    let came = send(emulator.endpoint_url(), "POST", target, &headers, body);

    let [seen] = &upstream.seen()[..] else {
        panic!("one call");
    };
    assert_eq!(seen.line, format!("POST {target} HTTP/1.1"));
    assert_eq!(seen.body, body.as_bytes());
    assert_eq!(seen.header("host"), Some("localhost"), "the client's own");
    assert_eq!(seen.header("x-one"), Some("1"));
    assert_eq!(seen.header("authorization"), Some(headers[2].1));
    assert_eq!(seen.header("proxy-connection"), None);
    assert_eq!(seen.header("connection"), None);

    assert_eq!(came.status, 200);
    assert_eq!(came.header("x-amzn-requestid"), Some("THEIRS"));
    assert_eq!(came.header("x-other"), Some("kept"));
    assert_eq!(came.header("keep-alive"), None);
    assert_eq!(came.json()["TableDescription"]["TableName"], "t");
}

#[test]
fn it_is_recorded_with_its_real_answer() {
    let table = r#"{"TableDescription":{"TableName":"t","TableStatus":"DELETING"}}"#;
    let upstream = Upstream::answering("200 OK", JSON, table);
    let emulator = to(&upstream).start_blocking().unwrap();
    dynamodb(
        emulator.endpoint_url(),
        "DeleteTable",
        r#"{"TableName":"t"}"#,
    );
    let event = event(&emulator, "DeleteTable");
    assert_eq!(event["eventSource"], "dynamodb.amazonaws.com");
    assert_eq!(event["awsRegion"], "eu-west-1");
    assert_eq!(event["userAgent"], "a-test/1");
    assert_eq!(event["sourceIPAddress"], "127.0.0.1");
    assert_eq!(event["readOnly"], false);
    assert_eq!(event["userIdentity"]["accountId"], "123456789012");
    assert_eq!(event["requestParameters"]["tableName"], "t");
    let told = &event["responseElements"]["tableDescription"];
    assert_eq!(told["tableStatus"], "DELETING");
    assert!(event.get("errorCode").is_none());
}

#[test]
fn errors_of_the_upstream_are_recorded_whatever_they_are() {
    for (status, content_type, body, code) in [
        (
            "400 Bad Request",
            JSON,
            r#"{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"gone"}"#,
            "ResourceNotFoundException",
        ),
        (
            "500 Internal Server Error",
            "text/html",
            "<html>oops</html>",
            "",
        ),
        ("502 Bad Gateway", "text/plain", "", ""),
        ("200 OK", "text/html", "<html>not what was asked", "none"),
    ] {
        let upstream = Upstream::answering(status, content_type, body);
        let emulator = to(&upstream).start_blocking().unwrap();
        let came = dynamodb(
            emulator.endpoint_url(),
            "DescribeTable",
            r#"{"TableName":"t"}"#,
        );
        assert_eq!(came.status.to_string(), status[..3]);
        assert_eq!(came.body, body);
        let event = event(&emulator, "DescribeTable");
        assert_eq!(event["requestParameters"]["tableName"], "t");
        let told = event["errorCode"].as_str();
        match code {
            "none" => assert_eq!(told, None, "{event}"),
            "" => assert!(told.is_some(), "{event}"),
            code => assert_eq!(told, Some(code), "{event}"),
        }
    }
}

#[test]
fn who_answers_what() {
    let general = Upstream::answering("200 OK", JSON, r#"{"from":"general"}"#);
    let logs = Upstream::answering("200 OK", JSON, r#"{"from":"logs"}"#);
    let emulator = to(&general)
        .upstream(format!("logs={}/base", logs.url).parse().unwrap())
        .start_blocking()
        .unwrap();
    let ask = |service: &str, target: &str| {
        let headers = [
            ("X-Amz-Target", target),
            ("Content-Type", "application/x-amz-json-1.1"),
            ("Authorization", &signature("test", service)),
        ];
        send(emulator.endpoint_url(), "POST", "/", &headers, "{}")
    };
    assert_eq!(
        ask("logs", "Logs_20140328.DescribeLogGroups").json()["from"],
        "logs"
    );
    assert_eq!(logs.seen()[0].line, "POST /base/ HTTP/1.1");
    assert_eq!(
        ask("dynamodb", "DynamoDB_20120810.ListTables").json()["from"],
        "general"
    );
    assert_eq!(
        ask("nothing-known", "What_1.Ever").json()["from"],
        "general"
    );
    let organization = ask("organizations", "AWSOrganizationsV20161128.CreateAccount");
    assert_eq!(
        organization.json()["from"],
        "general",
        "it is not answered here"
    );
    let form = |service: &str, action: &str| {
        let headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Authorization", &signature("test", service)),
        ];
        send(emulator.endpoint_url(), "POST", "/", &headers, action)
    };
    let users = form("iam", "Action=ListUsers&Version=2010-05-08");
    assert_eq!(users.json()["from"], "general", "IAM goes as a whole");

    // What is emulated stays.
    let asked = general.seen().len();
    let me = form("sts", "Action=GetCallerIdentity&Version=2011-06-15");
    assert!(me.body.contains("GetCallerIdentityResult"), "{me:?}");
    assert_eq!(
        cloudtrail(emulator.endpoint_url(), "test", "ListTrails", "{}").status,
        200
    );
    let buckets = send(
        emulator.endpoint_url(),
        "GET",
        "/",
        &[("Authorization", &signature("test", "s3"))],
        "",
    );
    assert_eq!(buckets.status, 200);
    assert_eq!(general.seen().len(), asked);
}

#[test]
fn a_slow_call_holds_up_no_other() {
    let upstream = Upstream::start(|seen, stream| {
        read_body(seen, stream);
        if seen.header("x-slow").is_some() {
            std::thread::sleep(Duration::from_secs(2));
        }
        answer(stream, "200 OK", &[("Content-Type", JSON)], b"{}");
    });
    let emulator = to(&upstream).start_blocking().unwrap();
    std::thread::scope(|scope| {
        let endpoint = emulator.endpoint_url();
        let slow = scope.spawn(move || {
            let headers = [
                ("X-Slow", "1"),
                ("X-Amz-Target", "DynamoDB_20120810.ListTables"),
                ("Authorization", &signature("test", "dynamodb")),
            ];
            send(endpoint, "POST", "/", &headers, "{}").status
        });
        upstream.wait("the slow one is there", |seen| !seen.is_empty());
        let begin = Instant::now();
        for _ in 0..20 {
            assert_eq!(dynamodb(endpoint, "ListTables", "{}").status, 200);
        }
        assert!(begin.elapsed() < Duration::from_millis(1500));
        assert_eq!(slow.join().unwrap(), 200);
    });
    assert_eq!(events(&emulator, "ListTables").len(), 21);
}

#[test]
fn events_are_there_when_the_answer_is_and_stand_in_its_order() {
    let upstream = Upstream::answering("200 OK", JSON, "{}");
    let emulator = to(&upstream).start_blocking().unwrap();
    for number in 0..50 {
        let body = format!(r#"{{"TableName":"t{number}"}}"#);
        dynamodb(emulator.endpoint_url(), "DescribeTable", &body);
        let all = events(&emulator, "DescribeTable");
        assert_eq!(all.len(), number + 1);
        assert_eq!(
            all[0]["requestParameters"]["tableName"],
            format!("t{number}")
        );
    }
    // By the other ways to look, too.
    dynamodb(emulator.endpoint_url(), "ListBackups", "{}");
    let found = get(
        emulator.endpoint_url(),
        "/_localtrail/events?eventName=ListBackups",
    );
    assert_eq!(found.json()["events"].as_array().unwrap().len(), 1);
    dynamodb(emulator.endpoint_url(), "ListExports", "{}");
    let body =
        r#"{"LookupAttributes":[{"AttributeKey":"EventName","AttributeValue":"ListExports"}]}"#;
    let found = cloudtrail(
        emulator.endpoint_url(),
        "123456789012",
        "LookupEvents",
        body,
    );
    assert_eq!(
        found.json()["Events"].as_array().unwrap().len(),
        1,
        "{found:?}"
    );
}

#[test]
fn a_forwarded_s3_is_recorded_as_s3() {
    let upstream = Upstream::start(|seen, stream| {
        read_body(seen, stream);
        let headers = [("x-amz-request-id", "THEIRS"), ("x-amz-id-2", "EXTENDED")];
        answer(stream, "200 OK", &headers, b"");
    });
    let emulator = Emulator::builder()
        .upstream(format!("s3={}", upstream.url).parse().unwrap())
        .start_blocking()
        .unwrap();
    let scope = signature("test", "s3");
    let headers = [("Authorization", scope.as_str()), ("x-amz-acl", "private")];
    send(
        emulator.endpoint_url(),
        "PUT",
        "/a-bucket/a%20key",
        &headers,
        "12345",
    );
    let event = event(&emulator, "PutObject");
    assert_eq!(event["eventCategory"], "Data");
    assert_eq!(event["requestID"], "THEIRS");
    assert_eq!(event["requestParameters"]["bucketName"], "a-bucket");
    assert_eq!(event["requestParameters"]["key"], "a key");
    assert_eq!(event["requestParameters"]["x-amz-acl"], "private");
    assert_eq!(event["additionalEventData"]["bytesTransferredIn"], 5);
    assert_eq!(event["additionalEventData"]["x-amz-id-2"], "EXTENDED");
}

#[test]
fn a_server_is_not_its_own_upstream() {
    let error = Emulator::builder()
        .port(0)
        .upstream("http://127.0.0.1:0".parse().unwrap())
        .start_blocking();
    assert!(error.is_ok(), "port 0 is nobody");
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let error = Emulator::builder()
        .port(port)
        .upstream(format!("http://localhost:{port}").parse().unwrap())
        .start_blocking()
        .err()
        .unwrap();
    assert!(error.to_string().contains("itself"), "{error}");
}
