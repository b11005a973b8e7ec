//! What botocore does not write but other clients, services and proxies do.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use hyper::{HeaderMap, Method, StatusCode};
use localtrail_model::catalogue::{Protocol, service};
use localtrail_recorder::{Body, Recognized, Request, input};
use serde_json::{Value, json};

use crate::calls::Call;

/// A call of an operation; of an unknown one where the catalogue does not have it.
fn call(service_id: &str, operation: &str, protocol: Option<Protocol>, uri: &str) -> Call {
    let entry = service(service_id);
    Call {
        recognized: Recognized {
            service: entry,
            operation: entry.and_then(|entry| entry.operation(operation)),
            protocol,
            service_name: service_id.to_owned(),
            operation_name: operation.to_owned(),
        },
        method: Method::POST,
        uri: uri.parse().unwrap(),
        request_headers: HeaderMap::new(),
        request_body: Vec::new(),
        input: Value::Null,
        answer: None,
    }
}

fn read(call: &Call, body: &[u8]) -> Value {
    call.input(Body::Whole(body))
        .map_or(Value::Null, Value::Object)
}

fn answered(call: &Call, body: &str) -> (Value, Option<String>) {
    let headers = HeaderMap::new();
    let body = Body::Whole(body.as_bytes());
    let outcome = call.output(StatusCode::OK, &headers, body);
    (
        Value::Object(outcome.result.unwrap().clone()),
        outcome.request_id,
    )
}

#[test]
fn parameters_in_the_query_string() {
    let uri = "/?Action=AssumeRole&Version=2011-06-15&X-Amz-Signature=ab&X-Amz-Date=x&RoleArn=arn%3Ax&DurationSeconds=900";
    let call = call("sts", "AssumeRole", Some(Protocol::Query), uri);
    // Lists without their `member`, and out of order.
    let body = b"Tags.2.Key=b&Tags.2.Value=2&Tags.1.Key=a&Tags.1.Value=1&Unknown.member.1=x";
    assert_eq!(
        read(&call, body),
        json!({
            "RoleArn": "arn:x",
            "DurationSeconds": 900,
            "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}],
            "Unknown": ["x"],
        })
    );
}

#[test]
fn numbers_of_lists_are_their_order() {
    let call = call("ec2", "DescribeInstances", Some(Protocol::Ec2), "/");
    let body = b"InstanceId.10=c&InstanceId.9=b&InstanceId.1=a&Filter.1.Name=n&Filter.1.Value.1=v&MaxResults=many";
    assert_eq!(
        read(&call, body),
        json!({
            "InstanceIds": ["a", "b", "c"],
            "Filters": [{"Name": "n", "Values": ["v"]}],
            "MaxResults": "many",
        })
    );
}

#[test]
fn nulls_fractions_and_unknown_members() {
    let call = call("kinesis", "GetShardIterator", Some(Protocol::Json), "/");
    let body = br#"{"StreamName":null,"Timestamp":1763892000.5,"New":{"a":[null]},"ShardId":"s"}"#;
    assert_eq!(
        read(&call, body),
        json!({"Timestamp": 1_763_892_000.5, "New": {"a": [null]}, "ShardId": "s"})
    );
    let body = br#"{"Timestamp":"2025-11-23T10:00:00Z"}"#;
    assert_eq!(read(&call, body), json!({"Timestamp": 1_763_892_000}));
}

#[test]
fn a_packed_body() {
    let mut call = call("logs", "CreateLogGroup", Some(Protocol::Json), "/");
    call.request_headers
        .insert("content-encoding", "gzip".parse().unwrap());
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(br#"{"logGroupName":"g"}"#).unwrap();
    let body = packer.finish().unwrap();
    assert_eq!(read(&call, &body), json!({"logGroupName": "g"}));
    assert_eq!(read(&call, &body[..12]), Value::Null);
}

#[test]
fn what_nobody_knows() {
    let mut unknown = call("nobody", "DoIt", None, "/a?b=c");
    assert_eq!(read(&unknown, b"no JSON"), json!({"b": "c"}));
    unknown.request_headers.insert(
        "content-type",
        "application/x-amz-json-1.1".parse().unwrap(),
    );
    assert_eq!(
        read(&unknown, br#"{"Name":"x","Gone":null}"#),
        json!({"Name": "x"})
    );
    unknown
        .request_headers
        .insert("content-type", "text/xml".parse().unwrap());
    assert_eq!(
        read(&unknown, b"<R><A>1</A></R>"),
        json!({"b": "c", "A": "1"})
    );
    unknown.request_headers.insert(
        "content-type",
        "application/x-www-form-urlencoded".parse().unwrap(),
    );
    assert_eq!(
        read(&unknown, b"Action=DoIt&L.member.1=x"),
        json!({"b": "c", "L": ["x"]})
    );
}

#[test]
fn answers_of_ec2() {
    let simple = call("ec2", "DeleteVpc", Some(Protocol::Ec2), "/");
    let body = r#"<DeleteVpcResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>7</requestId><return>true</return></DeleteVpcResponse>"#;
    assert_eq!(
        answered(&simple, body),
        (json!({"return": true}), Some("7".to_owned()))
    );
    let list = call("ec2", "DescribeVpcs", Some(Protocol::Ec2), "/");
    let body = "<DescribeVpcsResponse><vpcSet><item><vpcId>v</vpcId><isDefault>false</isDefault><tagSet/></item></vpcSet><requestId>7</requestId></DescribeVpcsResponse>";
    assert_eq!(
        answered(&list, body).0,
        json!({"Vpcs": [{"VpcId": "v", "IsDefault": false, "Tags": []}]})
    );
}

#[test]
fn prefixes_comments_and_blanks_in_xml() {
    let call = call("route53", "GetHostedZone", Some(Protocol::RestXml), "/");
    let body = "<?xml version='1.0'?>\n<!-- x --><n:R xmlns:n='urn:x'>\n <n:HostedZone>\n  <n:Id> Z1 </n:Id><ResourceRecordSetCount> 2 </ResourceRecordSetCount>\n </n:HostedZone>\n</n:R>";
    assert_eq!(
        answered(&call, body).0,
        json!({"HostedZone": {"Id": " Z1 ", "ResourceRecordSetCount": 2}})
    );
}

#[test]
fn payloads_are_told_and_streams_are_not() {
    let uri = "/2015-03-31/functions/f/invocations?Qualifier=1";
    let invoke = call("lambda", "Invoke", Some(Protocol::RestJson), uri);
    assert_eq!(
        read(&invoke, b"{}"),
        json!({"FunctionName": "f", "Qualifier": "1", "Payload": "e30="})
    );
    assert_eq!(
        answered(&invoke, "hi").0,
        json!({"StatusCode": 200, "Payload": "aGk="})
    );
    let speak = call(
        "polly",
        "SynthesizeSpeech",
        Some(Protocol::RestJson),
        "/v1/speech",
    );
    assert_eq!(answered(&speak, "sound").0, json!({}));
}

#[test]
fn the_bucket_in_a_host_is_the_bucket() {
    let call = call(
        "s3",
        "GetObject",
        Some(Protocol::RestXml),
        "/a%20b/c?versionId=1",
    );
    for (host, uri, key) in [
        (
            "b.s3.eu-west-1.amazonaws.com",
            "/a%20b/c?versionId=1",
            "a b/c",
        ),
        ("b.s3.localhost:4566", "/c?versionId=1", "c"),
        ("s3.eu-west-1.amazonaws.com", "/b/c?versionId=1", "c"),
        ("localhost:4566", "/b/c/?versionId=1", "c/"),
    ] {
        let request = Request {
            method: &Method::GET,
            uri: &uri.parse().unwrap(),
            headers: &HeaderMap::new(),
            host,
            signed_for: None,
        };
        let read = input(&call.recognized, &request, Body::Whole(b"")).map(Value::Object);
        let expected = json!({"Bucket": "b", "Key": key, "VersionId": "1"});
        assert_eq!(read, Some(expected), "{host}");
    }
}
