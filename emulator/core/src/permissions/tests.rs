//! Policies from records.

use serde_json::json;

use super::*;

fn record(source: &str, name: &str, parameters: Value) -> Value {
    json!({
        "userIdentity": {"type": "IAMUser", "accountId": "111122223333"},
        "eventSource": format!("{source}.amazonaws.com"),
        "eventName": name,
        "awsRegion": "eu-west-1",
        "requestParameters": parameters,
        "responseElements": null,
        "eventType": "AwsApiCall",
    })
}

fn policy(records: &[Value]) -> Value {
    let mut permissions = Permissions::default();
    for record in records {
        permissions.add(&record.to_string());
    }
    permissions.policy().unwrap_or_default()
}

/// The one statement's actions and resources.
fn needs(source: &str, name: &str, parameters: Value) -> (Value, Value) {
    let policy = policy(&[record(source, name, parameters)]);
    let statement = &policy["Statement"][0];
    (statement["Action"].clone(), statement["Resource"].clone())
}

#[test]
fn a_policy_is_sorted_and_groups_by_resources() {
    let bucket = json!({"bucketName": "b"});
    let object = json!({"bucketName": "b", "key": "k"});
    let policy = policy(&[
        record("s3", "PutObject", object.clone()),
        record("s3", "HeadObject", object.clone()),
        record("s3", "GetObject", object),
        record("s3", "ListObjects", bucket),
        record("s3", "ListBuckets", Value::Null),
        record("monitoring", "PutMetricData", json!({"namespace": "x"})),
        record("sts", "GetCallerIdentity", Value::Null),
    ]);
    assert_eq!(
        policy,
        json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["cloudwatch:PutMetricData", "s3:ListAllMyBuckets"], "Resource": "*"},
            {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::b/k"},
            {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b"},
        ]})
    );
}

fn expect(rows: Vec<(&str, &str, Value, &str, &str)>) {
    for (source, name, parameters, action, resource) in rows {
        let got = needs(source, name, parameters);
        assert_eq!(got, (json!(action), json!(resource)), "{source} {name}");
    }
}

#[test]
fn calls_have_the_actions_and_resources_of_iam() {
    expect(vec![
        (
            "lambda",
            "CreateFunction20150331",
            json!({"functionName": "f"}),
            "lambda:CreateFunction",
            "arn:aws:lambda:eu-west-1:111122223333:function:f",
        ),
        (
            "lambda",
            "Invoke",
            json!({"functionName": "arn:aws:lambda:eu-west-1:1:function:f"}),
            "lambda:InvokeFunction",
            "arn:aws:lambda:eu-west-1:1:function:f",
        ),
        (
            "lambda",
            "GetFunction20150331v2",
            json!({"functionName": "1:function:f"}),
            "lambda:GetFunction",
            "arn:aws:lambda:eu-west-1:111122223333:function:f",
        ),
        (
            "cloudfront",
            "GetDistribution2020_05_31",
            Value::Null,
            "cloudfront:GetDistribution",
            "*",
        ),
        (
            "dynamodb",
            "Query",
            json!({"tableName": "t", "indexName": "i"}),
            "dynamodb:Query",
            "arn:aws:dynamodb:eu-west-1:111122223333:table/t/index/i",
        ),
        (
            "sqs",
            "SendMessageBatch",
            json!({"queueUrl": "http://localhost:4566/111122223333/q"}),
            "sqs:SendMessage",
            "arn:aws:sqs:eu-west-1:111122223333:q",
        ),
        (
            "iam",
            "AttachUserPolicy",
            json!({"userName": "bob", "policyArn": "arn:aws:iam::aws:policy/X"}),
            "iam:AttachUserPolicy",
            "arn:aws:iam::111122223333:user/bob",
        ),
        (
            "secretsmanager",
            "GetSecretValue",
            json!({"secretId": "s"}),
            "secretsmanager:GetSecretValue",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:s-??????",
        ),
        (
            "ssm",
            "GetParameter",
            json!({"name": "/a/b"}),
            "ssm:GetParameter",
            "arn:aws:ssm:eu-west-1:111122223333:parameter/a/b",
        ),
    ]);
}

#[test]
fn more_calls_have_the_actions_and_resources_of_iam() {
    expect(vec![
        (
            "ec2",
            "StopInstances",
            json!({"instancesSet": {"items": [{"instanceId": "i-1"}]}}),
            "ec2:StopInstances",
            "arn:aws:ec2:eu-west-1:111122223333:instance/i-1",
        ),
        (
            "ec2",
            "DescribeInstances",
            json!({"instancesSet": {}}),
            "ec2:DescribeInstances",
            "*",
        ),
        (
            "states",
            "StartExecution",
            json!({"stateMachineArn": "arn:aws:states:eu-west-1:1:stateMachine:m"}),
            "states:StartExecution",
            "arn:aws:states:eu-west-1:1:stateMachine:m",
        ),
        (
            "ec2",
            "ModifySnapshotAttribute",
            json!({"snapshotId": "snap-1"}),
            "ec2:ModifySnapshotAttribute",
            "arn:aws:ec2:eu-west-1::snapshot/snap-1",
        ),
        (
            "bedrock",
            "InvokeModel",
            json!({"modelId": "anthropic.x"}),
            "bedrock:InvokeModel",
            "arn:aws:bedrock:eu-west-1::foundation-model/anthropic.x",
        ),
        ("email", "SendEmail", Value::Null, "ses:SendEmail", "*"),
        (
            "tagging",
            "GetResources",
            Value::Null,
            "tag:GetResources",
            "*",
        ),
        (
            "apigateway",
            "CreateRestApi",
            Value::Null,
            "apigateway:POST",
            "arn:aws:apigateway:eu-west-1::/*",
        ),
        (
            "logs",
            "PutRetentionPolicy",
            json!({"logGroupName": "g"}),
            "logs:PutRetentionPolicy",
            "arn:aws:logs:eu-west-1:111122223333:log-group:g:*",
        ),
        (
            "events",
            "PutRule",
            json!({"name": "r"}),
            "events:PutRule",
            "arn:aws:events:eu-west-1:111122223333:rule/r",
        ),
        (
            "kms",
            "DescribeKey",
            json!({"keyId": "1234"}),
            "kms:DescribeKey",
            "arn:aws:kms:eu-west-1:111122223333:key/1234",
        ),
    ]);
}

#[test]
fn the_records_own_resources_count() {
    let mut decrypt = record("kms", "Decrypt", json!({"encryptionAlgorithm": "X"}));
    let key = "arn:aws:kms:eu-west-1:111122223333:key/1";
    decrypt["resources"] = json!([{"accountId": "1", "type": "AWS::KMS::Key", "ARN": key}]);
    let policy = policy(&[decrypt]);
    assert_eq!(policy["Statement"][0]["Resource"], key);
}

#[test]
fn some_calls_need_several_permissions() {
    let role = "arn:aws:iam::111122223333:role/exec";
    let made = record(
        "lambda",
        "CreateFunction20150331",
        json!({"functionName": "f", "role": role}),
    );
    let statements = policy(&[made])["Statement"].clone();
    assert_eq!(
        statements[0],
        json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": role})
    );
    // Roles that are only named, or only read about, are not handed over.
    for (source, name) in [("iam", "GetRole"), ("lambda", "ListFunctions20150331")] {
        let named = record(source, name, json!({"role": role}));
        assert!(!policy(&[named]).to_string().contains("PassRole"));
    }
    let copied = record(
        "s3",
        "CopyObject",
        json!({"bucketName": "b", "key": "k", "x-amz-copy-source": "a/x"}),
    );
    let statements = policy(&[copied])["Statement"].clone();
    assert_eq!(statements[0]["Action"], "s3:GetObject");
    assert_eq!(statements[0]["Resource"], "arn:aws:s3:::a/x");
    assert_eq!(statements[1]["Resource"], "arn:aws:s3:::b/k");
    let run = record(
        "ec2",
        "RunInstances",
        json!({"iamInstanceProfile": {"name": "web"}}),
    );
    let statements = policy(&[run])["Statement"].clone();
    assert_eq!(
        statements[1]["Resource"],
        "arn:aws:iam::111122223333:role/web"
    );
}

#[test]
fn a_denied_call_that_tells_nothing_does_not_widen_the_others() {
    let told = record("ssm", "DeleteParameter", json!({"name": "a"}));
    let mut untold = record("ssm", "DeleteParameter", Value::Null);
    untold["errorCode"] = json!("AccessDenied");
    let alone = policy(std::slice::from_ref(&untold));
    assert_eq!(alone["Statement"][0]["Resource"], "*");
    let both = policy(&[untold, told]);
    let parameter = "arn:aws:ssm:eu-west-1:111122223333:parameter/a";
    assert_eq!(both["Statement"][0]["Resource"], parameter);
}

#[test]
fn without_a_name_it_is_the_caller() {
    let mut own = record("iam", "GetUser", Value::Null);
    own["userIdentity"]["arn"] = json!("arn:aws:iam::111122223333:user/team/bob");
    let policy = policy(&[own]);
    let user = "arn:aws:iam::111122223333:user/team/bob";
    assert_eq!(policy["Statement"][0]["Resource"], user);
}

#[test]
fn denied_calls_are_a_choice() {
    let mut denied = record("iam", "ListUsers", Value::Null);
    denied["errorCode"] = json!("AccessDenied");
    let mut missing = record("iam", "GetUser", json!({"userName": "x"}));
    missing["errorCode"] = json!("NoSuchEntityException");
    for (choice, actions) in [(DeniedCalls::Include, 2), (DeniedCalls::Skip, 1)] {
        let mut permissions = Permissions::new(choice);
        permissions.add(&denied.to_string());
        permissions.add(&missing.to_string());
        let policy = permissions.policy().unwrap();
        assert_eq!(policy["Statement"].as_array().unwrap().len(), actions);
        assert_eq!(permissions.calls(), actions as u64);
    }
}

#[test]
fn what_is_no_principals_call_needs_nothing() {
    for record in [
        json!({"userIdentity": {"type": "AWSService"}, "eventSource": "s3.amazonaws.com", "eventName": "GetBucketAcl", "eventType": "AwsApiCall"}),
        json!({"userIdentity": {"accountId": "1", "invokedBy": "x"}, "eventSource": "kms.amazonaws.com", "eventName": "RotateKey", "eventType": "AwsServiceEvent"}),
        json!({"userIdentity": {"type": "Root"}, "eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin", "eventType": "AwsConsoleSignIn"}),
        json!({"eventType": "AwsCloudTrailInsight"}),
        json!([]),
        record("sts", "GetCallerIdentity", Value::Null),
    ] {
        assert_eq!(
            policy(std::slice::from_ref(&record)),
            Value::Null,
            "{record}"
        );
    }
    let mut permissions = Permissions::default();
    permissions.add("no json");
    assert!(permissions.policy().is_none());
}

#[test]
fn many_resources_become_a_wildcard() {
    let objects: Vec<Value> = (0..30)
        .map(|n| {
            record(
                "s3",
                "PutObject",
                json!({"bucketName": "b", "key": format!("a/{n}")}),
            )
        })
        .collect();
    let resource = |records: &[Value]| policy(records)["Statement"][0]["Resource"].clone();
    assert_eq!(resource(&objects[..20]).as_array().unwrap().len(), 20);
    assert_eq!(resource(&objects), "arn:aws:s3:::b/a/*");
}

/// IAM's grammar: every action `prefix:Name`, every resource `*` or an ARN of six parts.
#[test]
fn every_table_entry_is_in_iams_grammar() {
    for action in actions::listed() {
        let (prefix, name) = action.split_once(':').unwrap();
        assert!(!prefix.is_empty() && !name.is_empty(), "{action}");
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        assert!(
            prefix.chars().all(plain) && name.chars().all(plain),
            "{action}"
        );
    }
}
