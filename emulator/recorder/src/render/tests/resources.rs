//! Resources, endpoints, and events that come in pairs.

use localtrail_core::{AccountId, Category, Identity, Region};
use serde_json::{Value, json};

use super::{Call, shown};

#[test]
fn a_key_is_made_in_the_callers_own_account() {
    let arn = "arn:aws:kms:eu-west-1:444455556666:key/k";
    let made = Call {
        service: "kms",
        operation: "CreateKey",
        output: json!({"KeyMetadata": {"KeyId": "k", "Arn": arn}}),
        ..Call::default()
    };
    assert_eq!(made.told().owner, None);
    let used = Call {
        service: "kms",
        operation: "Encrypt",
        input: json!({"KeyId": arn}),
        ..Call::default()
    };
    assert_eq!(used.told().owner, AccountId::parse("444455556666"));
}

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

fn named(rows: &[(&str, &str, Value, &str, &str)]) {
    for (service, operation, input, kind, arn) in rows {
        let told = Call {
            service,
            operation,
            input: input.clone(),
            ..Call::default()
        }
        .told();
        assert_eq!(told.category, Category::Data, "{operation}");
        assert_eq!(told.resources.len(), 1, "{operation}");
        assert_eq!(
            told.resources[0].kind.as_deref(),
            Some(*kind),
            "{operation}"
        );
        assert_eq!(told.resources[0].arn.as_deref(), Some(*arn), "{operation}");
        assert!(told.lookup_resources.is_empty(), "{operation}");
    }
}

#[test]
fn data_events_name_their_resource() {
    named(&[
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
    ]);
}

#[test]
fn data_events_find_their_resource_wherever_it_is_named() {
    named(&[
        (
            "sqs",
            "GetQueueUrl",
            json!({"QueueName": "q", "QueueOwnerAWSAccountId": "444455556666"}),
            "AWS::SQS::Queue",
            "arn:aws:sqs:eu-west-1:444455556666:q",
        ),
        (
            "sqs",
            "SendMessage",
            json!({"QueueUrl": "q"}),
            "AWS::SQS::Queue",
            "arn:aws:sqs:eu-west-1:111122223333:q",
        ),
        (
            "lambda",
            "Invoke",
            json!({"FunctionName": "444455556666:function:f:live"}),
            "AWS::Lambda::Function",
            "arn:aws:lambda:eu-west-1:444455556666:function:f",
        ),
        (
            "dynamodb",
            "ExecuteStatement",
            json!({"Statement": "SELECT * FROM \"T\" WHERE a = 1"}),
            "AWS::DynamoDB::Table",
            "arn:aws:dynamodb:eu-west-1:111122223333:table/T",
        ),
        (
            "dynamodbstreams",
            "GetRecords",
            json!({"ShardIterator": "arn:aws:dynamodb:eu-west-1:111122223333:table/T/stream/2015|1|AAAA"}),
            "AWS::DynamoDB::Stream",
            "arn:aws:dynamodb:eu-west-1:111122223333:table/T/stream/2015",
        ),
        (
            "rds-data",
            "ExecuteStatement",
            json!({"secretArn": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:s",
                   "resourceArn": "arn:aws:rds:eu-west-1:111122223333:cluster:c"}),
            "AWS::RDS::DBCluster",
            "arn:aws:rds:eu-west-1:111122223333:cluster:c",
        ),
        (
            "sagemaker-runtime",
            "InvokeEndpoint",
            json!({"EndpointName": "e"}),
            "AWS::SageMaker::Endpoint",
            "arn:aws:sagemaker:eu-west-1:111122223333:endpoint/e",
        ),
        (
            "bedrock-agent-runtime",
            "InvokeAgent",
            json!({"agentId": "A", "agentAliasId": "B"}),
            "AWS::Bedrock::AgentAlias",
            "arn:aws:bedrock:eu-west-1:111122223333:agent-alias/A/B",
        ),
    ]);
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

#[test]
fn a_flood_of_names_is_cut() {
    let entries: Vec<Value> = (0..5000)
        .map(|n| json!({"EventBusName": n.to_string()}))
        .collect();
    let call = Call {
        service: "events",
        operation: "PutEvents",
        input: json!({"Entries": entries}),
        ..Call::default()
    };
    assert_eq!(call.told().resources.len(), 100);
}

#[test]
fn nobody_knows_who_asks_an_identity_pool_unsigned() {
    let call = Call {
        service: "cognito-identity",
        operation: "GetId",
        ..Call::default()
    };
    assert!(matches!(
        call.told().caller.identity,
        Identity::Unknown { .. }
    ));
}
