//! Requests as clients send them, and what they are recognised as. No test uses all of it.

#![allow(dead_code)]

use hyper::header::{HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, Uri};

use localtrail_recorder::{Body, Recognized, Request, recognize};

/// A request: `METHOD URI` to `host`, with `headers` as `name: value` lines.
pub(crate) struct Sent<'a> {
    pub(crate) line: &'a str,
    pub(crate) host: &'a str,
    pub(crate) scope: Option<&'a str>,
    pub(crate) headers: &'a [(&'static str, &'a str)],
    pub(crate) body: &'a str,
}

pub(crate) const NOTHING: Sent<'_> = Sent {
    line: "POST /",
    host: "localhost:4566",
    scope: None,
    headers: &[],
    body: "",
};

impl Sent<'_> {
    pub(crate) fn recognized(&self) -> Recognized {
        let (method, uri) = self.line.split_once(' ').expect("a method and a URI");
        let method: Method = method.parse().expect("a method");
        let uri: Uri = uri.parse().expect("a URI");
        let mut headers = HeaderMap::new();
        for (name, value) in self.headers {
            let value = HeaderValue::from_str(value).expect("a value");
            headers.insert(HeaderName::from_static(name), value);
        }
        let request = Request {
            method: &method,
            uri: &uri,
            headers: &headers,
            host: self.host,
            signed_for: self.scope,
        };
        recognize(&request, Body::Whole(self.body.as_bytes()))
    }

    /// As `service.Operation by Protocol`, with `-` for what is not in the catalogue and `?` for what nothing says.
    pub(crate) fn told(&self) -> String {
        let found = self.recognized();
        let sure = |known: bool, name: &str| match (known, name) {
            (_, "") => "?".to_owned(),
            (true, name) => name.to_owned(),
            (false, name) => format!("-{name}"),
        };
        let service = sure(found.service.is_some(), &found.service_name);
        let operation = sure(found.operation.is_some(), &found.operation_name);
        let protocol = found
            .protocol
            .map_or("?".to_owned(), |one| format!("{one:?}"));
        format!("{service}.{operation} by {protocol}")
    }
}

pub(crate) const FORM: (&str, &str) = (
    "content-type",
    "application/x-www-form-urlencoded; charset=utf-8",
);

#[track_caller]
pub(crate) fn form(host: &str, scope: Option<&str>, body: &str, told: &str) {
    let headers = &[FORM];
    let sent = Sent {
        host,
        scope,
        headers,
        body,
        ..NOTHING
    };
    assert_eq!(sent.told(), told, "{host} {body}");
}

#[track_caller]
pub(crate) fn target(host: &str, scope: Option<&str>, target: &str, told: &str) {
    let headers = &[
        ("x-amz-target", target),
        ("content-type", "application/x-amz-json-1.1"),
    ];
    let sent = Sent {
        host,
        scope,
        headers,
        ..NOTHING
    };
    assert_eq!(sent.told(), told, "{host} {target}");
}

#[track_caller]
pub(crate) fn path(host: &str, scope: Option<&str>, line: &str, told: &str) {
    let sent = Sent {
        line,
        host,
        scope,
        ..NOTHING
    };
    assert_eq!(sent.told(), told, "{host} {line}");
}
