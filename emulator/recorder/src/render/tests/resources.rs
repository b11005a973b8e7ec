//! Resources, endpoints, and events that come in pairs.

use localtrail_core::{AccountId, Category, Identity, Region};
use serde_json::{Value, json};

use super::{Call, shown};

#[test]
fn sts_tells_its_endpoint() {
    let call = |host| Call {
        service: "sts",
        operation: "AssumeRole",
        host,
        input: json!({"RoleArn": "arn:aws:iam::444455556666:role/team/r", "RoleSessionName": "s"}),
        output: json!({"Credentials": {"AccessKeyId": "ASIA"},
            "AssumedRoleUser": {"AssumedRoleId": "AROA:s", "Arn": "arn:aws:sts::444455556666:assumed-role/r/s"}}),
        answer_headers: &[("x-amz-sts-extended-request-id", "MTpl")],
        ..Call::default()
    };
    let told = call("sts.amazonaws.com").told();
    assert_eq!(told.region, Region::us_east_1());
    let extra = json!({"ExtendedRequestId": "MTpl",
        "RequestDetails": {"awsServingRegion": "us-east-1", "endpointType": "global"}});
    assert_eq!(shown(told.additional_event_data.as_ref()), extra);
    assert_eq!(
        serde_json::to_value(&told.resources).unwrap(),
        json!([{"accountId": "444455556666", "type": "AWS::IAM::Role", "ARN": "arn:aws:iam::444455556666:role/team/r"}])
    );
    assert_eq!(told.owner, AccountId::parse("444455556666"));
    assert_eq!(told.lookup_resources.len(), 5);

    let told = call("localhost:4566").told();
    assert_eq!(told.region.as_str(), "eu-west-1");
    let details = &told.additional_event_data.unwrap()["RequestDetails"];
    assert_eq!(details["endpointType"], "regional");
}

#[test]
fn data_events_name_their_resource() {
    for (service, operation, input, kind, arn) in [
        (
            "sqs",
            "ReceiveMessage",
            json!({"QueueUrl": "http://localhost:4566/444455556666/q"}),
            "AWS::SQS::Queue",
            "arn:aws:sqs:eu-west-1:444455556666:q",
        ),
        (
            "sqs",
            "ListQueues",
            json!({}),
            "AWS::SQS::Queue",
            "arn:aws:sqs:eu-west-1:111122223333:*",
        ),
        (
            "dynamodb",
            "GetItem",
            json!({"TableName": "T"}),
            "AWS::DynamoDB::Table",
            "arn:aws:dynamodb:eu-west-1:111122223333:table/T",
        ),
        (
            "lambda",
            "Invoke",
            json!({"FunctionName": "f"}),
            "AWS::Lambda::Function",
            "arn:aws:lambda:eu-west-1:111122223333:function:f",
        ),
        (
            "sns",
            "Publish",
            json!({"TopicArn": "arn:aws:sns:eu-west-1:111122223333:t"}),
            "AWS::SNS::Topic",
            "arn:aws:sns:eu-west-1:111122223333:t",
        ),
    ] {
        let told = Call {
            service,
            operation,
            input,
            ..Call::default()
        }
        .told();
        assert_eq!(told.category, Category::Data, "{operation}");
        assert_eq!(told.resources.len(), 1, "{operation}");
        assert_eq!(told.resources[0].kind.as_deref(), Some(kind), "{operation}");
        assert_eq!(told.resources[0].arn.as_deref(), Some(arn), "{operation}");
        assert!(told.lookup_resources.is_empty(), "{operation}");
    }
}

#[test]
fn an_asynchronous_invocation_is_two_events() {
    let call = Call {
        service: "lambda",
        operation: "Invoke",
        input: json!({"FunctionName": "f", "InvocationType": "Event"}),
        ..Call::default()
    };
    let drafts = call.drafts();
    let names: Vec<_> = drafts
        .iter()
        .map(|draft| draft.event_name.as_ref())
        .collect();
    assert_eq!(names, ["Invoke", "InvokeExecution"]);
    assert_eq!(drafts[1].request_id, drafts[0].request_id);
    assert!(matches!(
        &drafts[1].caller.identity,
        Identity::AwsService { .. }
    ));
}

#[test]
fn history_finds_what_was_touched() {
    let found = |service: &str,
                 operation: &str,
                 input: Value,
                 output: Value|
     -> Vec<(Option<String>, String)> {
        let told = Call {
            service,
            operation,
            input,
            output,
            ..Call::default()
        }
        .told();
        let pairs = told.lookup_resources.into_iter();
        pairs
            .map(|resource| (resource.kind, resource.name))
            .collect()
    };
    let pair = |kind: &str, name: &str| (Some(kind.to_owned()), name.to_owned());
    assert_eq!(
        found(
            "ec2",
            "TerminateInstances",
            json!({"InstanceIds": ["i-1"]}),
            json!({})
        ),
        [pair("AWS::EC2::Instance", "i-1")]
    );
    let role = json!({"Role": {"RoleName": "r", "RoleId": "AROA", "Arn": "arn:aws:iam::1:role/r"}});
    let names = found("iam", "CreateRole", json!({"RoleName": "r"}), role);
    assert_eq!(names.len(), 3);
    for name in ["r", "AROA", "arn:aws:iam::1:role/r"] {
        assert!(names.contains(&pair("AWS::IAM::Role", name)), "{name}");
    }
    assert_eq!(
        found(
            "ec2",
            "DescribeInstances",
            json!({"InstanceIds": ["i-1"]}),
            json!({})
        ),
        []
    );
    assert_eq!(
        found(
            "kms",
            "Decrypt",
            json!({}),
            json!({"KeyId": "arn:aws:kms:eu-west-1:1:key/k"})
        ),
        [(None, "arn:aws:kms:eu-west-1:1:key/k".to_owned())]
    );
}
