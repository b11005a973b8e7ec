//! Measures recognition: the first request of a service, and each one after it. Not a benchmark suite: one figure each, on
//! this machine, now.

use std::hint::black_box;
use std::time::Instant;

use hyper::header::{HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, Uri};
use localtrail_recorder::{Body, Request, recognize};

const ROUNDS: u32 = 100_000;

fn main() {
    let form = ("content-type", "application/x-www-form-urlencoded");
    let target = ("x-amz-target", "DynamoDB_20120810.PutItem");
    let action = b"Action=RunInstances&Version=2016-11-15&MinCount=1&MaxCount=1";
    let host = "bucket.s3.eu-west-1.amazonaws.com";
    measure(
        "JSON",
        "localhost",
        "dynamodb",
        "POST",
        "/",
        Some(target),
        b"",
    );
    measure("EC2", "localhost", "ec2", "POST", "/", Some(form), action);
    let path = "/2015-03-31/functions/f/invocations";
    measure("REST JSON", "localhost", "lambda", "POST", path, None, b"");
    let path = "/assets/models";
    measure(
        "REST JSON of nine services",
        "localhost",
        "sagemaker",
        "GET",
        path,
        None,
        b"",
    );
    let path = "/accounts/111122223333/analyses/a";
    measure(
        "REST JSON of 244 operations",
        "localhost",
        "quicksight",
        "GET",
        path,
        None,
        b"",
    );
    let path = "/a/b/c?uploadId=1&partNumber=2";
    measure("S3 at its host", host, "s3", "PUT", path, None, b"");
}

fn measure(
    name: &str,
    host: &str,
    scope: &str,
    method: &str,
    uri: &str,
    header: Option<(&'static str, &'static str)>,
    body: &[u8],
) {
    let method: Method = method.parse().expect("a method");
    let uri: Uri = uri.parse().expect("a URI");
    let of = |(name, value)| {
        (
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )
    };
    let headers: HeaderMap = header.into_iter().map(of).collect();
    let request = Request {
        method: &method,
        uri: &uri,
        headers: &headers,
        host,
        signed_for: Some(scope),
    };
    let start = Instant::now();
    black_box(recognize(&request, Body::Whole(body)));
    let first = start.elapsed();
    let start = Instant::now();
    for _ in 0..ROUNDS {
        black_box(recognize(black_box(&request), Body::Whole(body)));
    }
    println!(
        "{name}: first {first:?}, then {:?}",
        start.elapsed() / ROUNDS
    );
}
