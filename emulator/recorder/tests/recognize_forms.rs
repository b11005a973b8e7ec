//! Requests that name their operation: by target, by RPC path, by action in a form. Paths and hosts are told in
//! `recognize_paths.rs` and `recognize_s3.rs`, and the laws over all services in `recognize_laws.rs`.

mod sent;

use hyper::header::{HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, Uri};
use localtrail_recorder::{Body, Request, recognize};
use sent::{FORM, NOTHING, Sent, form, path, target};

#[test]
fn a_form_tells_by_its_action() {
    let ec2 = "Action=DescribeInstances&Version=2016-11-15";
    for host in [
        "localhost:4566",
        "127.0.0.1:4566",
        "[::1]:4566",
        "",
        "ec2.us-east-1.amazonaws.com",
    ] {
        form(host, Some("ec2"), ec2, "ec2.DescribeInstances by Ec2");
        form(host, None, ec2, "ec2.DescribeInstances by Ec2");
    }
    let sts = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=x";
    form(
        "localhost:4566",
        None,
        sts,
        "sts.AssumeRoleWithWebIdentity by Query",
    );
    form(
        "localhost:4566",
        None,
        "Action=CreateUser",
        "?.-CreateUser by Query",
    );
    form(
        "localhost:4566",
        None,
        "Action=CreateAccessKey",
        "iam.CreateAccessKey by Query",
    );
    form(
        "localhost:4566",
        Some("iam"),
        "Action=CreateUzer",
        "iam.-CreateUzer by Query",
    );
    form(
        "localhost:4566",
        Some("iam"),
        "UserName=x",
        "iam.? by Query",
    );
    form("iam.amazonaws.com", None, "", "iam.? by Query");
    form(
        "localhost:4566",
        None,
        "Action=Nothing&Version=1",
        "?.-Nothing by Query",
    );
    let url = "GET /?Action=ListUsers&Version=2010-05-08";
    path(
        "iam.amazonaws.com",
        Some("iam"),
        url,
        "iam.ListUsers by Query",
    );
    path("localhost", None, url, "iam.ListUsers by Query");
}

#[test]
fn a_version_tells_services_of_one_scope_apart() {
    let scope = Some("elasticloadbalancing");
    let body = |version: &str| format!("Version={version}&Action=DescribeLoadBalancers");
    form(
        "localhost",
        scope,
        &body("2012-06-01"),
        "elb.DescribeLoadBalancers by Query",
    );
    form(
        "localhost",
        scope,
        &body("2015-12-01"),
        "elbv2.DescribeLoadBalancers by Query",
    );
    form(
        "localhost",
        None,
        &body("2015-12-01"),
        "elbv2.DescribeLoadBalancers by Query",
    );
    let body = "Action=CreateTargetGroup";
    form("localhost", scope, body, "elbv2.CreateTargetGroup by Query");
    let body = "Action=CreateDBCluster&Version=2014-10-31";
    form(
        "localhost",
        Some("rds"),
        body,
        "rds.CreateDBCluster by Query",
    );
    form(
        "rds.eu-west-1.amazonaws.com",
        None,
        body,
        "rds.CreateDBCluster by Query",
    );
    let body = "Action=SendEmail&Version=2010-12-01";
    form("localhost", Some("ses"), body, "ses.SendEmail by Query");
    path(
        "localhost",
        Some("ses"),
        "POST /v2/email/outbound-emails",
        "sesv2.SendEmail by RestJson",
    );
}

#[test]
fn a_form_is_found_in_a_packed_body_and_in_a_cut_one() {
    use std::io::Write;
    let headers = HeaderMap::from_iter([
        (
            HeaderName::from_static("content-type"),
            HeaderValue::from_static(FORM.1),
        ),
        (
            HeaderName::from_static("content-encoding"),
            HeaderValue::from_static("gzip"),
        ),
    ]);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder
        .write_all(b"Action=PutMetricData&Version=2010-08-01&Namespace=x")
        .expect("a vector takes all");
    let body = encoder.finish().expect("a vector takes all");
    let request = Request {
        method: &Method::POST,
        uri: &Uri::from_static("/"),
        headers: &headers,
        host: "localhost",
        signed_for: Some("monitoring"),
    };
    for body in [Body::Whole(&body), Body::Cut(&body[..body.len() - 8])] {
        assert_eq!(recognize(&request, body).operation_name, "PutMetricData");
    }
    let head = recognize(&request, Body::default());
    assert_eq!(head.service.map(|one| one.id), Some("cloudwatch"));
    assert!(head.is_told_by_body());
}

#[test]
fn a_target_tells_with_and_without_a_signature() {
    let put = "DynamoDB_20120810.PutItem";
    target("localhost", None, put, "dynamodb.PutItem by Json");
    target(
        "localhost",
        Some("dynamodb"),
        put,
        "dynamodb.PutItem by Json",
    );
    let streams = "DynamoDBStreams_20120810.ListStreams";
    target(
        "localhost",
        Some("dynamodb"),
        streams,
        "dynamodbstreams.ListStreams by Json",
    );
    let whole = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";
    target("localhost", None, whole, "cloudtrail.LookupEvents by Json");
    target(
        "localhost",
        None,
        "CloudTrail_20131101.LookupEvents",
        "cloudtrail.LookupEvents by Json",
    );
    target(
        "localhost",
        None,
        "AmazonSQS.SendMessage",
        "sqs.SendMessage by Json",
    );
    target(
        "localhost",
        Some("logs"),
        "Logs_20990101.CreateLogGroup",
        "logs.CreateLogGroup by Json",
    );
    target(
        "localhost",
        Some("logs"),
        "Logs_20140328.Nothing",
        "logs.-Nothing by Json",
    );
    target(
        "localhost",
        Some("novel"),
        "Novel_1.Do",
        "-novel.-Do by Json",
    );
    target("localhost", None, "Novel_1.Do", "-Novel_1.-Do by Json");
    target(
        "novel.us-east-1.amazonaws.com",
        None,
        "N_1.Do",
        "-novel.-Do by Json",
    );
    target("localhost", None, "Nothing", "?.-Nothing by Json");
}

#[test]
fn a_target_of_two_services_is_told_by_the_host() {
    let write = "Timestream_20181101.WriteRecords";
    target(
        "localhost",
        Some("timestream"),
        write,
        "timestream-write.WriteRecords by Json",
    );
    let describe = "Timestream_20181101.DescribeEndpoints";
    let host = "ingest.timestream.us-east-1.amazonaws.com";
    target(
        host,
        Some("timestream"),
        describe,
        "timestream-write.DescribeEndpoints by Json",
    );
    let host = "query.timestream.us-east-1.amazonaws.com";
    target(
        host,
        Some("timestream"),
        describe,
        "timestream-query.DescribeEndpoints by Json",
    );
}

#[test]
fn a_service_of_three_protocols_is_told_as_it_is_spoken() {
    let scope = Some("monitoring");
    let name = "GraniteServiceVersion20100801";
    target(
        "localhost",
        scope,
        &format!("{name}.PutMetricData"),
        "cloudwatch.PutMetricData by Json",
    );
    let body = "Action=PutMetricData&Version=2010-08-01";
    form(
        "localhost",
        scope,
        body,
        "cloudwatch.PutMetricData by Query",
    );
    let line = &format!("POST /service/{name}/operation/PutMetricData");
    for (header, value) in [
        ("smithy-protocol", "rpc-v2-cbor"),
        ("content-type", "application/cbor"),
    ] {
        for scope in [scope, None] {
            let headers = &[(header, value)];
            let sent = Sent {
                line,
                scope,
                headers,
                ..NOTHING
            };
            assert_eq!(sent.told(), "cloudwatch.PutMetricData by RpcV2Cbor");
        }
    }
    let body = "Action=SendMessage&Version=2012-11-05";
    form("localhost", Some("sqs"), body, "sqs.SendMessage by Query");
    form("localhost", None, body, "sqs.SendMessage by Query");
    form(
        "queue.amazonaws.com",
        None,
        body,
        "sqs.SendMessage by Query",
    );
}

#[test]
fn cbor_of_unknown_names_keeps_them() {
    let headers = &[("smithy-protocol", "rpc-v2-cbor")];
    let line = "POST /service/Novel/operation/Do";
    let sent = Sent {
        line,
        headers,
        ..NOTHING
    };
    assert_eq!(sent.told(), "-Novel.-Do by RpcV2Cbor");
    let line = "POST /service/CodeConnections_20231201/operation/ListHosts";
    let sent = Sent {
        line,
        headers,
        ..NOTHING
    };
    assert_eq!(sent.told(), "codeconnections.ListHosts by RpcV2Cbor");
    let headers = &[
        ("x-amz-target", "Kinesis_20131202.PutRecord"),
        ("content-type", "application/x-amz-cbor-1.1"),
    ];
    let sent = Sent { headers, ..NOTHING };
    assert_eq!(sent.told(), "kinesis.PutRecord by RpcV2Cbor");
}
