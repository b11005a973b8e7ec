//! The pattern language by its documented examples and by AWS's recorded answers.
//!
//! Not here: the refusals of single operators, which stand beside them.

use serde_json::{Value, json};

use super::EventPattern;

mod limits;

/// A pattern, events that it picks, and events that it does not.
struct Case {
    pattern: &'static str,
    picked: Vec<Value>,
    left: Vec<Value>,
}

fn case<const P: usize, const L: usize>(
    pattern: &'static str,
    picked: [Value; P],
    left: [Value; L],
) -> Case {
    Case {
        pattern,
        picked: picked.into(),
        left: left.into(),
    }
}

fn check(cases: Vec<Case>) {
    for Case {
        pattern,
        picked,
        left,
    } in cases
    {
        let read =
            EventPattern::parse(pattern).unwrap_or_else(|refusal| panic!("{pattern}: {refusal}"));
        for event in picked {
            assert!(read.matches(&event), "{pattern} must pick {event}");
        }
        for event in left {
            assert!(!read.matches(&event), "{pattern} must leave {event}");
        }
    }
}

/// The event of the user guide's first page on patterns.
fn instance_event() -> Value {
    json!({
        "version": "0",
        "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "detail-type": "EC2 Instance State-change Notification",
        "source": "aws.ec2",
        "account": "111122223333",
        "time": "2017-12-22T18:43:48Z",
        "region": "us-west-1",
        "resources": ["arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0"],
        "detail": {"instance-id": "i-1234567890abcdef0", "state": "terminated", "c-count": 5, "d-count": 3,
            "x-limit": 301.8, "source-ip": "10.0.0.33"}
    })
}

#[test]
fn the_guide_s_first_examples() {
    let all = r#"{"source": ["aws.ec2"], "detail-type": ["EC2 Instance State-change Notification"],
        "detail": {"state": ["terminated"]}}"#;
    let other = r#"{"detail": {"state": ["stopped", "running"]}}"#;
    let event = instance_event();
    let cases = [
        (all, true),
        (other, false),
        (r#"{"time": [{"prefix": "2017-12-22"}]}"#, true),
        (
            r#"{"resources": ["arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0", "x"]}"#,
            true,
        ),
        (r#"{"Source": ["aws.ec2"]}"#, false),
        (r#"{"account": [111122223333]}"#, false),
        (r#"{"source": ["aws.ec2"], "nowhere": ["aws.ec2"]}"#, false),
        (
            r#"{"time": [{"prefix": "2017-12-22"}], "detail": {"state": [{"anything-but": "initializing"}],
                "c-count": [{"numeric": [">", 0, "<=", 5]}], "d-count": [{"numeric": ["<", 10]}],
                "x-limit": [{"anything-but": [100, 200, 300]}]}}"#,
            true,
        ),
        (
            r#"{"detail": {"c-count": [{"numeric": [">", 0, "<", 5]}], "x-limit": [{"numeric": ["=", 3.018e2]}]}}"#,
            false,
        ),
        (
            r#"{"detail": {"x-limit": [{"numeric": ["=", 3.018e2]}], "source-ip": [{"cidr": "10.0.0.0/24"}]}}"#,
            true,
        ),
    ];
    for (pattern, picked) in cases {
        assert_eq!(
            EventPattern::parse(pattern).expect(pattern).matches(&event),
            picked,
            "{pattern}"
        );
    }
}

#[test]
fn values_are_equal_or_not() {
    check(vec![
        case(
            r#"{"a": [""]}"#,
            [json!({"a": ""})],
            [json!({"a": null}), json!({}), json!({"a": []})],
        ),
        case(
            r#"{"a": [null]}"#,
            [json!({"a": null}), json!({"a": [1, null]})],
            [
                json!({"a": []}),
                json!({}),
                json!({"a": "null"}),
                json!({"a": {}}),
            ],
        ),
        case(
            r#"{"a": [true]}"#,
            [json!({"a": true})],
            [json!({"a": false}), json!({"a": "true"})],
        ),
        case(
            r#"{"a": [5]}"#,
            [json!({"a": 5}), json!({"a": 5.0}), json!({"a": [4, 5]})],
            [json!({"a": "5"}), json!({"a": 5.1})],
        ),
        case(r#"{"a": ["5"]}"#, [json!({"a": "5"})], [json!({"a": 5})]),
        case(
            r#"{"a": ["*"], "b": ["\\"]}"#,
            [json!({"a": "*", "b": "\\"})],
            [json!({"a": "x", "b": "\\"})],
        ),
        case(
            r#"{"a": ["::1"]}"#,
            [json!({"a": "0:0:0:0:0:0:0:1"}), json!({"a": "::1"})],
            [json!({"a": "::2"})],
        ),
        case(
            r#"{"a": [{"exactly": "x"}]}"#,
            [json!({"a": "x"})],
            [json!({"a": "X"})],
        ),
    ]);
}

#[test]
fn strings_are_compared() {
    let name = |text: &str| json!({"detail": {"n": text}});
    check(vec![
        case(
            r#"{"detail": {"n": [{"prefix": "us-"}]}}"#,
            [name("us-east-1")],
            [name("eu-us-"), json!({"n": "us-"})],
        ),
        case(
            r#"{"detail": {"n": [{"prefix": {"equals-ignore-case": "EventB"}}]}}"#,
            [name("eventbridge"), name("EVENTB")],
            [name("event")],
        ),
        case(
            r#"{"detail": {"n": [{"suffix": ".png"}]}}"#,
            [name("x.png")],
            [name("x.PNG")],
        ),
        case(
            r#"{"detail": {"n": [{"suffix": {"equals-ignore-case": ".png"}}]}}"#,
            [name("x.PNG")],
            [name("png")],
        ),
        case(
            r#"{"detail": {"n": [{"equals-ignore-case": "alice"}]}}"#,
            [name("Alice")],
            [name("Alicia")],
        ),
        case(
            r#"{"detail": {"n": [{"wildcard": "dir/*.png"}]}}"#,
            [name("dir/a/b.png")],
            [name("dir/b.jpg")],
        ),
        case(
            r#"{"detail": {"n": [{"wildcard": "/Users/*/dir/dir/dir/dir/dir/doc.txt"}]}}"#,
            [name("/Users/me/dir/dir/dir/dir/dir/dir/doc.txt")],
            [name("/Users/me/dir/doc.txt")],
        ),
        case(
            r#"{"detail": {"n": [{"wildcard": "a\\*\\\\*"}]}}"#,
            [name("a*\\b")],
            [name("ax\\b"), name("a*b")],
        ),
        case(
            r#"{"detail": {"n": ["x", {"prefix": "y"}, {"suffix": "z"}]}}"#,
            [name("yz"), name("x")],
            [name("w")],
        ),
    ]);
}

#[test]
fn anything_but_wants_something() {
    let state = |value: Value| json!({"detail": {"state": value}});
    check(vec![
        case(
            r#"{"detail": {"state": [{"anything-but": "initializing"}]}}"#,
            [
                state(json!("running")),
                state(json!(5)),
                state(json!(null)),
                state(json!(["initializing", "x"])),
            ],
            [
                state(json!("initializing")),
                json!({"detail": {}}),
                state(json!([])),
                state(json!({"x": 1})),
            ],
        ),
        case(
            r#"{"detail": {"state": [{"anything-but": ["stopped", "overloaded"]}]}}"#,
            [state(json!("running"))],
            [state(json!("overloaded"))],
        ),
        case(
            r#"{"detail": {"state": [{"anything-but": [100, 200, 300]}]}}"#,
            [state(json!(301)), state(json!("100"))],
            [state(json!(200)), state(json!(300.0))],
        ),
        case(
            r#"{"detail": {"state": [{"anything-but": 123}]}}"#,
            [state(json!(0))],
            [state(json!(123))],
        ),
        case(
            r#"{"detail": {"state": [{"anything-but": {"prefix": ["init", "err"]}}]}}"#,
            [state(json!("post-init")), state(json!(123))],
            [state(json!("initializing")), state(json!("error"))],
        ),
        case(
            r#"{"detail": {"state": [{"anything-but": {"suffix": ".txt"}}]}}"#,
            [state(json!("a.png"))],
            [state(json!("a.txt"))],
        ),
        case(
            r#"{"detail": {"state": [{"anything-but": {"equals-ignore-case": ["initializing", "stopped"]}}]}}"#,
            [state(json!("running")), state(json!(null))],
            [state(json!("STOPPED"))],
        ),
        case(
            r#"{"detail": {"state": [{"anything-but": {"wildcard": ["*/init/*", "*/dir/*"]}}]}}"#,
            [state(json!("dir/post/dir"))],
            [state(json!("a/dir/b"))],
        ),
        case(
            r#"{"detail": {"state": [{"anything-but": {"wildcard": ""}}]}}"#,
            [state(json!("dir/init/file"))],
            [state(json!(""))],
        ),
    ]);
}

#[test]
fn numbers_addresses_and_existence() {
    let of = |value: Value| json!({"detail": {"f": value}});
    check(vec![
        case(
            r#"{"detail": {"f": [{"numeric": [">", 0, "<=", 5]}]}}"#,
            [of(json!(5)), of(json!(0.000_001)), of(json!([9, 3]))],
            [
                of(json!(0)),
                of(json!(5.1)),
                of(json!("3")),
                of(json!(null)),
            ],
        ),
        case(
            r#"{"detail": {"f": [{"numeric": ["=", 5]}]}}"#,
            [of(json!(5)), of(json!(5.0))],
            [of(json!("5")), of(json!(6e10))],
        ),
        case(
            r#"{"detail": {"f": [{"numeric": [">=", -5e9]}]}}"#,
            [of(json!(-5e9))],
            [of(json!(-5.1e9))],
        ),
        case(
            r#"{"detail": {"f": [{"cidr": "10.0.0.0/24"}]}}"#,
            [of(json!("10.0.0.255"))],
            [of(json!("10.0.1.255")), of(json!(123))],
        ),
        case(
            r#"{"detail": {"f": [{"cidr": "2001:db8::/32"}]}}"#,
            [of(json!("2001:db8:ffff::1"))],
            [of(json!("2001:db9::"))],
        ),
        case(
            r#"{"detail": {"f": [{"exists": true}]}}"#,
            [of(json!("")), of(json!(null)), of(json!([[1]]))],
            [
                of(json!({"S": 1})),
                of(json!([])),
                of(json!([{"S": 1}])),
                json!({"detail": {}}),
                json!({}),
            ],
        ),
        case(
            r#"{"detail": {"f": [{"exists": false}]}}"#,
            [
                of(json!({"c1": 100})),
                of(json!([])),
                json!({}),
                json!({"detail": 1}),
            ],
            [of(json!(null)), of(json!(1))],
        ),
        case(
            r#"{"detail": {"f": {"S": [{"anything-but": ["roses"]}, {"exists": false}]}}}"#,
            [
                json!({"detail": {}}),
                of(json!({"N": "1"})),
                of(json!({"S": "tulips"})),
            ],
            [of(json!({"S": "roses"}))],
        ),
    ]);
}

#[test]
fn names_with_dots_are_paths() {
    check(vec![
        case(
            r#"{"detail": {"state.status": ["running"]}}"#,
            [
                json!({"detail": {"state": {"status": "running"}}}),
                json!({"detail": {"state.status": "running"}}),
            ],
            [
                json!({"detail": {"state": "running"}}),
                json!({"detail": {"state.status": {"status": "running"}}}),
            ],
        ),
        case(
            r#"{"detail": {"state": {"status": ["running"]}}}"#,
            [
                json!({"detail": {"state.status": "running"}}),
                json!({"detail.state.status": "running"}),
            ],
            [json!({"detail": {"state.status": {"status": "running"}}})],
        ),
        case(
            r#"{"detail": {"state.status": {"status": ["running"]}}}"#,
            [json!({"detail": {"state": {"status.status": "running"}}})],
            [json!({"detail": {"state": {"status": "running"}}})],
        ),
    ]);
}

#[test]
fn or_needs_one_of_its_objects() {
    check(vec![
        case(
            r#"{"source": ["aws.cloudwatch"], "$or": [{"metricName": ["CPUUtilization", "ReadLatency"]},
                {"metricType": ["MetricType"], "namespace": ["AWS/EC2", "AWS/ES"],
                    "$or": [{"metricId": [1234]}, {"spaceId": [1000]}]},
                {"scope": ["Service"]}]}"#,
            [
                json!({"source": "aws.cloudwatch", "metricName": "ReadLatency"}),
                json!({"source": "aws.cloudwatch", "scope": "Service"}),
                json!({"source": "aws.cloudwatch", "metricType": "MetricType", "namespace": "AWS/ES", "spaceId": 1000}),
            ],
            [
                json!({"metricName": "ReadLatency"}),
                json!({"source": "aws.cloudwatch"}),
                json!({"source": "aws.cloudwatch", "metricType": "MetricType", "namespace": "AWS/ES"}),
                json!({"source": "aws.cloudwatch", "metricId": 1234}),
            ],
        ),
        case(
            r#"{"detail": {"$or": [{"c-count": [{"numeric": [">", 0, "<=", 5]}]},
                {"d-count": [{"numeric": ["<", 10]}]}, {"x-limit": [{"numeric": ["=", 3.018e2]}]}]}}"#,
            [
                json!({"detail": {"c-count": 1}}),
                json!({"detail": {"c-count": 9, "x-limit": 301.8}}),
            ],
            [
                json!({"detail": {"c-count": 9, "d-count": 10}}),
                json!({"c-count": 1}),
                json!({"detail": {}}),
            ],
        ),
        case(
            r#"{"$or": [{"a": {"b": [1]}}, {"x": [1]}], "a": {"c": [2]}}"#,
            [
                json!({"a": [{"b": 1, "c": 2}]}),
                json!({"a": [{"c": 2}], "x": 1}),
            ],
            [json!({"a": [{"b": 1}, {"c": 2}]})],
        ),
    ]);
}

#[test]
fn fields_below_an_array_are_met_within_one_element() {
    let employees = json!({"employees": [
        {"firstName": "John", "lastName": "Doe", "tags": ["a", "b"]},
        {"firstName": "Anna", "lastName": "Smith", "phones": [{"kind": "home", "no": 1}, {"kind": "work", "no": 2}]},
    ]});
    let cases = [
        (
            r#"{"employees": {"firstName": ["Anna"], "lastName": ["Smith"]}}"#,
            true,
        ),
        (
            r#"{"employees": {"firstName": ["Anna"], "lastName": ["Doe"]}}"#,
            false,
        ),
        (
            r#"{"employees": {"firstName": ["John"], "tags": ["b"]}}"#,
            true,
        ),
        (
            r#"{"employees": {"firstName": ["Anna"], "tags": ["b"]}}"#,
            false,
        ),
        (
            r#"{"employees": {"firstName": ["Anna"], "phones": {"kind": ["work"], "no": [2]}}}"#,
            true,
        ),
        (
            r#"{"employees": {"firstName": ["Anna"], "phones": {"kind": ["work"], "no": [1]}}}"#,
            false,
        ),
    ];
    for (pattern, picked) in cases {
        assert_eq!(
            EventPattern::parse(pattern)
                .expect(pattern)
                .matches(&employees),
            picked,
            "{pattern}"
        );
    }
}

#[test]
fn the_later_of_equal_names_counts() {
    let pattern = r#"{"detail": {"location": [{"prefix": "us-"}], "location": [{"anything-but": "us-east"}]}}"#;
    let read = EventPattern::parse(pattern).expect(pattern);
    assert!(read.matches(&json!({"detail": {"location": "eu-central-1"}})));
    assert!(!read.matches(&json!({"detail": {"location": "us-east"}})));
}
