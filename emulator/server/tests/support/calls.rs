//! One call of every protocol, and how its services write errors and empty successes.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use localtrail::Emulator;
use serde_json::Value;

use super::{Answer, send, signature};

pub const JSON: &str = "application/x-amz-json-1.0";
const FORM: &str = "application/x-www-form-urlencoded";

/// A call that some service would answer.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    pub service: &'static str,
    /// The name of its event.
    pub event: &'static str,
    pub method: &'static str,
    pub path: &'static str,
    pub headers: &'static [(&'static str, &'static str)],
    pub body: &'static str,
    /// What stands before the code of an error.
    pub before_code: &'static str,
    /// What an empty success holds.
    pub empty: &'static str,
}

const WRAPPED: &str = "<ErrorResponse><Error><Type>Sender</Type><Code>";

/// One for each protocol whose bodies are text.
pub const CALLS: [Call; 5] = [
    Call {
        service: "dynamodb",
        event: "ListTables",
        method: "POST",
        path: "/",
        headers: &[
            ("X-Amz-Target", "DynamoDB_20120810.ListTables"),
            ("Content-Type", JSON),
        ],
        body: "{}",
        before_code: "\"__type\":\"",
        empty: "{}",
    },
    Call {
        service: "lambda",
        event: "ListFunctions20150331",
        method: "GET",
        path: "/2015-03-31/functions",
        headers: &[],
        body: "",
        before_code: "\"__type\":\"",
        empty: "{}",
    },
    Call {
        service: "sns",
        event: "ListTopics",
        method: "POST",
        path: "/",
        headers: &[("Content-Type", FORM)],
        body: "Action=ListTopics&Version=2010-03-31",
        before_code: WRAPPED,
        empty: "<ListTopicsResult/><ResponseMetadata><RequestId>",
    },
    Call {
        service: "ec2",
        event: "DescribeVpcs",
        method: "POST",
        path: "/",
        headers: &[("Content-Type", FORM)],
        body: "Action=DescribeVpcs&Version=2016-11-15",
        before_code: "<Response><Errors><Error><Code>",
        empty: "<return>true</return></DescribeVpcsResponse>",
    },
    Call {
        service: "route53",
        event: "ListHostedZones",
        method: "GET",
        path: "/2013-04-01/hostedzone",
        headers: &[],
        body: "",
        before_code: WRAPPED,
        empty: "<ListHostedZonesResponse/>",
    },
];

impl Call {
    /// Makes it, signed.
    pub fn make(&self, endpoint: &str) -> Answer {
        let scope = signature("test", self.service);
        let headers = [&[("Authorization", scope.as_str())], self.headers].concat();
        send(endpoint, self.method, self.path, &headers, self.body)
    }
}

/// A signed call of DynamoDB.
pub fn dynamodb(endpoint: &str, operation: &str, body: &str) -> Answer {
    let target = format!("DynamoDB_20120810.{operation}");
    let headers = [
        ("X-Amz-Target", target.as_str()),
        ("Content-Type", JSON),
        ("Authorization", &signature("123456789012", "dynamodb")),
        ("User-Agent", "a-test/1"),
    ];
    send(endpoint, "POST", "/", &headers, body)
}

/// The events of this name.
pub fn events(emulator: &Emulator, name: &str) -> Vec<Value> {
    emulator.events(&[("eventName", name)]).unwrap()
}

/// The one event of this name.
pub fn event(emulator: &Emulator, name: &str) -> Value {
    let mut all = events(emulator, name);
    assert_eq!(all.len(), 1, "events of {name}");
    all.remove(0)
}

/// A URL that nobody listens on any more.
pub fn nowhere() -> String {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", gone.local_addr().unwrap())
}
