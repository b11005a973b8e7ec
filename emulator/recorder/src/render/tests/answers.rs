//! What records show of answers.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};

use super::{Call, elements, shown};

#[test]
fn answers_of_ec2() {
    let done = Call {
        service: "ec2",
        operation: "DeleteVpc",
        output: json!({"return": true}),
        ..Call::default()
    };
    let expected = json!({"requestId": "id-of-answer", "_return": true});
    assert_eq!(shown(done.told().response_elements.as_ref()), expected);

    let told = elements(
        "ec2",
        "RunInstances",
        json!({"OwnerId": "1", "Groups": [],
        "Instances": [{"InstanceId": "i-1", "LaunchTime": 1_688_990_121}]}),
    );
    let expected = json!({"requestId": "id-of-answer", "ownerId": "1", "groupSet": {},
        "instancesSet": {"items": [{"instanceId": "i-1", "launchTime": 1_688_990_121_000_i64}]}});
    assert_eq!(told, expected);

    let modern = Call {
        service: "ec2",
        operation: "DeleteFlowLogs",
        answer_body: b"<DeleteFlowLogsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
            <requestId>r</requestId><unsuccessful/></DeleteFlowLogsResponse>",
        ..Call::default()
    };
    let expected = json!({"DeleteFlowLogsResponse": {
        "xmlns": "http://ec2.amazonaws.com/doc/2016-11-15/", "requestId": "r", "unsuccessful": ""}});
    assert_eq!(shown(modern.told().response_elements.as_ref()), expected);

    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer
        .write_all(b"<CreateFlowLogsResponse><flowLogIdSet/></CreateFlowLogsResponse>")
        .unwrap();
    let packed = Call {
        service: "ec2",
        operation: "CreateFlowLogs",
        answer_headers: &[("content-encoding", "gzip")],
        answer_body: &packer.finish().unwrap(),
        ..Call::default()
    };
    let expected = json!({"CreateFlowLogsResponse": {"flowLogIdSet": ""}});
    assert_eq!(shown(packed.told().response_elements.as_ref()), expected);

    let key = elements(
        "ec2",
        "CreateKeyPair",
        json!({"KeyName": "k", "KeyMaterial": "secret"}),
    );
    assert_eq!(key["keyMaterial"], "<sensitiveDataRemoved>");
}

#[test]
fn answers_of_reads_are_null_with_few_exceptions() {
    let credentials = json!({"AccessKeyId": "ASIA", "SecretAccessKey": "secret", "SessionToken": "t",
        "Expiration": 1_688_995_633});
    assert_eq!(
        elements("sts", "AssumeRole", json!({"Credentials": credentials})),
        json!({"credentials": {"accessKeyId": "ASIA", "sessionToken": "t", "expiration": "Jul 10, 2023, 1:27:13 PM"}})
    );
    assert_eq!(
        elements("sts", "GetCallerIdentity", json!({"Account": "1"})),
        Value::Null
    );
    assert_eq!(elements("iam", "AttachRolePolicy", json!({})), Value::Null);
    let key = json!({"UserName": "u", "AccessKeyId": "AKIA", "SecretAccessKey": "s", "CreateDate": 1_688_991_869});
    assert_eq!(
        elements("iam", "CreateAccessKey", json!({"AccessKey": key})),
        json!({"accessKey": {"userName": "u", "accessKeyId": "AKIA", "createDate": "Jul 10, 2023 12:24:29 PM"}})
    );
    assert_eq!(
        elements(
            "rds",
            "DeleteDBSnapshot",
            json!({"DBSnapshot": {"DBSnapshotIdentifier": "s"}})
        ),
        json!({"dBSnapshotIdentifier": "s"})
    );
    assert_eq!(
        elements(
            "secretsmanager",
            "CreateSecret",
            json!({"ARN": "a", "Name": "n", "VersionId": "v"})
        ),
        json!({"arn": "a"})
    );
}

#[test]
fn the_status_of_an_answer_is_no_element() {
    assert_eq!(
        elements("lambda", "DeleteFunction", json!({"StatusCode": 204})),
        Value::Null
    );
}
