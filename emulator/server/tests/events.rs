//! Events put in and got out over a socket: sketches, waiting, the stream, policies.

#![allow(clippy::unwrap_used)] // A helper that fails fails its test.

mod support;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use localtrail::Emulator;
use serde_json::{Value, json};
use support::{Answer, cloudtrail, connect, get, post, record, send};

fn emulator() -> Emulator {
    Emulator::start_blocking().unwrap()
}

fn names(answer: &Value) -> Vec<&str> {
    let events = answer["events"].as_array().unwrap().iter();
    events
        .map(|event| event["eventName"].as_str().unwrap())
        .collect()
}

#[test]
fn sketches_become_records_among_whole_ones() {
    let emulator = emulator();
    let endpoint = emulator.endpoint_url();
    let lookup = json!({"EventId": "x", "CloudTrailEvent": record("StopInstances", 2)});
    let body = format!(
        "[{}, {}, {}, {}]",
        record("RunInstances", 1),
        r#"{"eventName":"ConsoleLogin","userIdentity":{"type":"Root","accountId":"111122223333"}}"#,
        lookup,
        r#"{"sketch":"VpceAccessDenied"}"#
    );
    let answer = post(endpoint, "/_localtrail/events", &body);
    assert_eq!(
        (answer.status, &answer.json()["accepted"]),
        (200, &json!(4)),
        "{answer:?}"
    );

    let login = emulator
        .events(&[("eventName", "ConsoleLogin")])
        .unwrap()
        .remove(0);
    assert_eq!(login["responseElements"]["ConsoleLogin"], "Success");
    assert_eq!(login["recipientAccountId"], "111122223333");
    assert_eq!(answer.json()["eventIds"][1], login["eventID"]);
    let whole = get(endpoint, "/_localtrail/events?eventName=StopInstances").body;
    assert_eq!(
        whole,
        format!("{{\"events\":[{}]}}", record("StopInstances", 2))
    );

    // Event history has it where its account and region are.
    let asked =
        r#"{"LookupAttributes":[{"AttributeKey":"EventName","AttributeValue":"ConsoleLogin"}]}"#;
    let found = cloudtrail(endpoint, "111122223333", "LookupEvents", asked).json();
    assert!(
        found["Events"].as_array().unwrap().is_empty(),
        "of another region: {found}"
    );

    let wrong = post(
        endpoint,
        "/_localtrail/events",
        "[\n{\"eventName\":\"ConsoleLogin\"},\n{\"eventName\":\"RunInstances\"}]",
    );
    let told = wrong.json();
    assert_eq!(
        (wrong.status, &told["line"], &told["accepted"]),
        (400, &json!(3), &json!(1))
    );
    assert!(
        told["error"].as_str().unwrap().contains("eventSource"),
        "{told}"
    );
}

#[test]
fn tests_in_rust_put_in_and_ask_without_a_socket() {
    let emulator = emulator();
    let sketch = r#"{"eventName":"GetUser","eventSource":"iam.amazonaws.com","requestParameters":{"userName":"bob"}}"#;
    let id = emulator.put_in(sketch).unwrap();
    let event = emulator
        .events(&[("eventName", "GetUser")])
        .unwrap()
        .remove(0);
    assert_eq!(event["eventID"], id.as_str());
    let policy = emulator
        .policy(&[("eventSource", "iam.amazonaws.com")])
        .unwrap()
        .unwrap();
    assert_eq!(policy["Statement"][0]["Action"], "iam:GetUser");
    assert_eq!(emulator.policy(&[("eventName", "X")]).unwrap(), None);
    let error = emulator.put_in(r#"{"eventName":"X"}"#).unwrap_err();
    assert!(error.to_string().contains("eventSource"), "{error}");
}

#[test]
fn a_query_waits_for_what_comes() {
    let emulator = emulator();
    let endpoint = emulator.endpoint_url().to_owned();
    let asked = "/_localtrail/events?eventName=RunInstances&wait=20s";
    let waiting = std::thread::spawn({
        let endpoint = endpoint.clone();
        move || (get(&endpoint, asked).json(), Instant::now())
    });
    // Not what is waited for.
    post(
        &endpoint,
        "/_localtrail/events",
        &record("StopInstances", 1),
    );
    let begun = Instant::now();
    post(&endpoint, "/_localtrail/events", &record("RunInstances", 2));
    let (answer, ended) = waiting.join().unwrap();
    assert_eq!(names(&answer), ["RunInstances"]);
    assert!(answer.get("timedOut").is_none(), "{answer}");
    assert!(ended.saturating_duration_since(begun) < Duration::from_secs(10));

    // What is there already counts; what never comes ends the wait.
    let both = "/_localtrail/events?eventSource=ec2.amazonaws.com&wait=20s&count=2";
    assert_eq!(
        names(&get(&endpoint, both).json()),
        ["RunInstances", "StopInstances"]
    );
    let late = get(&endpoint, "/_localtrail/events?eventName=Never&wait=50ms");
    assert_eq!(late.status, 200);
    assert_eq!(
        (names(&late.json()).len(), &late.json()["timedOut"]),
        (0, &json!(true))
    );
    assert_eq!(get(&endpoint, "/_localtrail/events?wait=soon").status, 400);
}

#[test]
fn a_cursor_shows_each_event_once_in_order() {
    let emulator = emulator();
    let endpoint = emulator.endpoint_url();
    let lines: String = (1..=2500).map(|id| record("A", id) + "\n").collect();
    assert_eq!(post(endpoint, "/_localtrail/events", &lines).status, 200);
    let (mut after, mut seen) = (0, Vec::new());
    loop {
        let path = format!("/_localtrail/events?after={after}&limit=999");
        let page = get(endpoint, &path).json();
        let events = page["events"].as_array().unwrap();
        if events.is_empty() {
            break;
        }
        seen.extend(
            events
                .iter()
                .map(|event| event["eventID"].as_str().unwrap().to_owned()),
        );
        after = page["next"].as_u64().unwrap();
    }
    let expected: Vec<_> = (1..=2500)
        .map(|id| format!("11111111-0000-4000-8000-{id:012}"))
        .collect();
    assert_eq!(seen, expected);
    // From here on, nothing yet; then what comes.
    let path = format!("/_localtrail/events?after={after}&wait=30ms");
    assert_eq!(get(endpoint, &path).json()["timedOut"], true);
    post(endpoint, "/_localtrail/events", &record("B", 1));
    assert_eq!(names(&get(endpoint, &path).json()), ["B"]);
}

/// A stream of server-sent events.
struct Listener {
    lines: std::io::Lines<BufReader<TcpStream>>,
}

impl Listener {
    fn open(endpoint: &str, query: &str, header: &str) -> Self {
        let mut stream = connect(endpoint);
        write!(
            stream,
            "GET /_localtrail/events/stream{query} HTTP/1.1\r\nHost: x\r\n{header}\r\n"
        )
        .unwrap();
        let mut lines = BufReader::new(stream).lines();
        let status = lines.next().unwrap().unwrap();
        assert!(status.contains(" 200 "), "{status}");
        let mut listener = Self { lines };
        // Only then it listens.
        listener.next_with(": localtrail");
        listener
    }

    fn next_with(&mut self, prefix: &str) -> String {
        let lines = self.lines.by_ref().map(Result::unwrap);
        let mut found = lines.filter_map(|line| line.strip_prefix(prefix).map(str::to_owned));
        found.next().unwrap()
    }

    /// The id and the name of the next event.
    fn next_event(&mut self) -> (String, String) {
        let id = self.next_with("id: ");
        let record: Value = serde_json::from_str(&self.next_with("data: ")).unwrap();
        (id, record["eventName"].as_str().unwrap().to_owned())
    }
}

#[test]
fn the_stream_shows_what_comes_and_goes_on_where_it_was_left() {
    let emulator = emulator();
    let endpoint = emulator.endpoint_url();
    post(endpoint, "/_localtrail/events", &record("Before", 1));
    let mut all = Listener::open(endpoint, "", "");
    let mut some = Listener::open(endpoint, "?eventName=Second", "");
    for (id, name) in [(2, "First"), (3, "Second"), (4, "Third")] {
        post(endpoint, "/_localtrail/events", &record(name, id));
    }
    let (first, name) = all.next_event();
    assert_eq!(name, "First", "and nothing from before");
    assert_eq!(all.next_event().1, "Second");
    assert_eq!(some.next_event().1, "Second");
    assert_eq!(all.next_event().1, "Third");
    drop(all);
    let mut again = Listener::open(endpoint, "", &format!("Last-Event-ID: {first}\r\n"));
    assert_eq!(again.next_event().1, "Second");
    let mut from_start = Listener::open(endpoint, "?after=0", "");
    assert_eq!(from_start.next_event().1, "Before");
    let mut since = Listener::open(endpoint, "?since=2026-11-23T16:00:00Z", "");
    assert_eq!(since.next_event().1, "Before");
    for bad in ["?after=x", "?since=noon"] {
        assert_eq!(
            get(endpoint, &format!("/_localtrail/events/stream{bad}")).status,
            400
        );
    }
    let wrong = send(endpoint, "POST", "/_localtrail/events/stream", &[], "");
    assert_eq!((wrong.status, wrong.header("allow")), (405, Some("GET")));
    drop(emulator);
    // It ends with the emulator, and does not hold it up.
    assert!(again.lines.by_ref().filter_map(Result::ok).count() > 0);
}

#[test]
fn a_place_of_an_earlier_run_is_the_beginning() {
    let endpoint = |emulator: &Emulator| emulator.endpoint_url().to_owned();
    let earlier = emulator();
    let many: String = (1..=50).map(|id| record("Old", id) + "\n").collect();
    post(&endpoint(&earlier), "/_localtrail/events", &many);
    drop(earlier);
    let emulator = emulator();
    post(
        emulator.endpoint_url(),
        "/_localtrail/events",
        &record("New", 1),
    );
    let mut again = Listener::open(emulator.endpoint_url(), "", "Last-Event-ID: 50\r\n");
    assert_eq!(again.next_event(), ("1".to_owned(), "New".to_owned()));
    let page = get(emulator.endpoint_url(), "/_localtrail/events?after=50").json();
    assert_eq!((names(&page), &page["next"]), (vec!["New"], &json!(1)));
    // The end is no other run's place.
    let page = get(emulator.endpoint_url(), "/_localtrail/events?after=1").json();
    assert!(names(&page).is_empty(), "{page}");
}

#[test]
fn records_are_there_as_they_come_and_stay_when_the_rest_does_not() {
    let emulator = emulator();
    let endpoint = emulator.endpoint_url();
    let mut stream = connect(endpoint);
    let head =
        "POST /_localtrail/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n";
    let line = record("Live", 1) + "\n{\"eventN";
    write!(stream, "{head}Content-Length: 9000\r\n\r\n{line}").unwrap();
    let waited = get(endpoint, "/_localtrail/events?eventName=Live&wait=20s").json();
    assert_eq!(names(&waited), ["Live"]);
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let answer = Answer::read(&mut stream).unwrap();
    assert_eq!(
        (answer.status, &answer.json()["accepted"]),
        (400, &json!(1))
    );
}

#[test]
fn aggregated_events_are_kept_and_shown_to_whoever_asks_for_events() {
    let emulator = emulator();
    let endpoint = emulator.endpoint_url();
    let aggregate = r#"{"eventVersion":"1.0","accountId":"111122223333","eventId":"a-1","eventCategory":"Aggregated","eventType":"AwsAggregatedEvent","awsRegion":"us-east-1","eventSource":"s3.amazonaws.com","timeWindow":{"windowStart":"2026-11-23T15:55:00Z","windowEnd":"2026-11-23T16:00:00Z","windowSize":"PT5M"},"summary":{}}"#;
    let answer = post(endpoint, "/_localtrail/events", aggregate).json();
    assert_eq!(answer["eventIds"], json!(["a-1"]));
    for query in [
        "eventCategory=Aggregated",
        "since=2026-11-23T16:00:00Z",
        "until=2026-11-23T16:00:00Z",
    ] {
        let found = get(endpoint, &format!("/_localtrail/events?{query}")).body;
        assert_eq!(found, format!("{{\"events\":[{aggregate}]}}"), "{query}");
    }
    let later = get(endpoint, "/_localtrail/events?since=2026-11-23T16:00:01Z").json();
    assert!(names(&later).is_empty());
    let history = cloudtrail(endpoint, "111122223333", "LookupEvents", "{}").json();
    assert!(
        history["Events"].as_array().unwrap().is_empty(),
        "{history}"
    );
}

#[test]
fn a_listener_that_does_not_read_holds_up_nobody() {
    let emulator = emulator();
    let endpoint = emulator.endpoint_url();
    let mut slow = Listener::open(endpoint, "", "");
    let lines: String = (0..20_000).map(|id| record("Many", id) + "\n").collect();
    assert_eq!(
        post(endpoint, "/_localtrail/events", &lines).json()["accepted"],
        20_000
    );
    assert_eq!(cloudtrail(endpoint, "test", "ListTrails", "{}").status, 200);
    for _ in 0..20_000 {
        assert_eq!(
            slow.next_event().1,
            "Many",
            "nothing is lost to who reads late"
        );
    }
    assert_eq!(slow.next_event().1, "ListTrails");
}

#[test]
fn policies_are_written_for_principals() {
    let emulator = emulator();
    let endpoint = emulator.endpoint_url();
    let sketch = |user: &str, source: &str, name: &str, parameters: Value| {
        json!({"eventName": name, "eventSource": format!("{source}.amazonaws.com"),
            "userIdentity": {"type": "IAMUser", "userName": user, "accountId": "111122223333"},
            "requestParameters": parameters})
        .to_string()
    };
    let object = json!({"bucketName": "b", "key": "k"});
    let body = [
        sketch("bob", "s3", "GetObject", object.clone()),
        sketch("bob", "sts", "GetCallerIdentity", Value::Null),
        sketch("eve", "s3", "DeleteObject", object),
    ]
    .join("\n");
    assert_eq!(
        post(endpoint, "/_localtrail/events", &body).json()["accepted"],
        3
    );
    let policy = get(endpoint, "/_localtrail/policy?principal=bob").json();
    assert_eq!(
        policy,
        json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/k"}]})
    );
    let all = get(endpoint, "/_localtrail/policy").json();
    assert_eq!(
        all["Statement"][0]["Action"],
        json!(["s3:DeleteObject", "s3:GetObject"])
    );
    let nobody = get(endpoint, "/_localtrail/policy?principal=mallory");
    assert_eq!(nobody.status, 404);
    assert!(nobody.json()["error"].as_str().unwrap().contains("0 calls"));
    assert_eq!(
        get(endpoint, "/_localtrail/policy?denied=perhaps").status,
        400
    );
}
