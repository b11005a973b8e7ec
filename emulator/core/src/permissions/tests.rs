//! Policies from records.

mod document;

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

/// All actions of one call, sorted.
fn actions(source: &str, name: &str, parameters: Value) -> Vec<String> {
    let policy = policy(&[record(source, name, parameters)]);
    let statements = policy["Statement"].as_array().cloned().unwrap_or_default();
    let listed = statements
        .iter()
        .flat_map(|statement| match &statement["Action"] {
            Value::Array(many) => many.clone(),
            one => vec![one.clone()],
        });
    let mut listed: Vec<String> = listed
        .map(|action| action.as_str().unwrap().to_owned())
        .collect();
    listed.sort();
    listed
}

#[test]
fn parameters_ask_for_more_permissions() {
    let tags = json!([{"key": "a", "value": "b"}]);
    for (source, name, parameters, expected) in [
        (
            "sts",
            "AssumeRole",
            json!({"roleArn": "arn:aws:iam::1:role/r", "tags": tags, "sourceIdentity": "bob"}),
            vec!["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"],
        ),
        (
            "iam",
            "CreateUser",
            json!({"userName": "u", "tags": tags}),
            vec!["iam:CreateUser", "iam:TagUser"],
        ),
        (
            "iam",
            "CreateUser",
            json!({"userName": "u", "tags": []}),
            vec!["iam:CreateUser"],
        ),
        (
            "iam",
            "AddRoleToInstanceProfile",
            json!({"roleName": "r", "instanceProfileName": "p"}),
            vec!["iam:AddRoleToInstanceProfile", "iam:PassRole"],
        ),
        (
            "ec2",
            "CreateFlowLogs",
            json!({"CreateFlowLogsRequest": {"TagSpecification": {"ResourceType": "x"}}}),
            vec!["ec2:CreateFlowLogs", "ec2:CreateTags"],
        ),
        (
            "ec2",
            "AssociateIamInstanceProfile",
            json!({"AssociateIamInstanceProfileRequest": {"IamInstanceProfile": {"Name": "web"}}}),
            vec!["ec2:AssociateIamInstanceProfile", "iam:PassRole"],
        ),
        (
            "s3",
            "PutObject",
            json!({"bucketName": "b", "key": "k", "x-amz-acl": "private"}),
            vec!["s3:PutObject", "s3:PutObjectAcl"],
        ),
        (
            "s3",
            "HeadObject",
            json!({"bucketName": "b", "key": "k", "versionId": "v1"}),
            vec!["s3:GetObjectVersion"],
        ),
        (
            "s3",
            "CopyObject",
            json!({"bucketName": "b", "key": "k", "x-amz-copy-source": "a/x?versionId=1"}),
            vec!["s3:GetObjectVersion", "s3:PutObject"],
        ),
    ] {
        assert_eq!(
            actions(source, name, parameters),
            expected,
            "{source} {name}"
        );
    }
}

#[test]
fn names_follow_rules_and_what_is_no_name_needs_nothing() {
    for (source, name, expected) in [
        (
            "s3",
            "ListBucketMetricsConfigurations",
            "s3:GetMetricsConfiguration",
        ),
        (
            "s3",
            "DeleteBucketIntelligentTieringConfiguration",
            "s3:PutIntelligentTieringConfiguration",
        ),
        ("s3", "GetBucketLifecycle", "s3:GetLifecycleConfiguration"),
        ("memory-db", "CreateCluster", "memorydb:CreateCluster"),
        (
            "entitlement-marketplace",
            "GetEntitlements",
            "aws-marketplace:GetEntitlements",
        ),
        ("cassandra", "CreateTable", "cassandra:Create"),
    ] {
        assert_eq!(actions(source, name, Value::Null), [expected]);
    }
    for (source, name) in [
        ("what", "POST /some/path"),
        ("", "X"),
        ("a b", "X"),
        ("ec2", ""),
        ("sso", "Logout"),
    ] {
        assert!(
            actions(source, name, Value::Null).is_empty(),
            "{source} {name}"
        );
    }
}

#[test]
fn without_a_name_it_is_the_caller() {
    let mut own = record("iam", "GetUser", Value::Null);
    own["userIdentity"]["arn"] = json!("arn:aws:iam::111122223333:user/team/bob");
    let policy = policy(&[own]);
    let user = "arn:aws:iam::111122223333:user/team/bob";
    assert_eq!(policy["Statement"][0]["Resource"], user);
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
