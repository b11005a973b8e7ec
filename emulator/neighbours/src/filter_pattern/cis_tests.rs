//! The fourteen metric filters of the CIS AWS Foundations Benchmark, as Security Hub's controls CloudWatch.1 to
//! CloudWatch.14 ask for them, against records like `CloudTrail`'s.

use serde_json::{Value, json};

use super::{FilterPattern, MAX_PATTERN_CHARACTERS};

/// A record as trails write it, with `changes` laid over its top level.
fn record(changes: &Value) -> String {
    let mut record = json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": "AIDACKCEVSQ6C2EXAMPLE",
            "arn": "arn:aws:iam::111122223333:user/alice",
            "accountId": "111122223333",
            "userName": "alice",
        },
        "eventTime": "2025-03-01T12:00:00Z",
        "eventSource": "ec2.amazonaws.com",
        "eventName": "DescribeInstances",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "192.0.2.1",
        "userAgent": "aws-cli/2.15.0",
        "requestParameters": null,
        "responseElements": null,
        "readOnly": true,
        "resources": [{"accountId": "111122223333", "ARN": "arn:aws:s3:::bucket"}],
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": "111122223333",
    });
    for (key, value) in changes.as_object().unwrap() {
        record[key] = value.clone();
    }
    record.to_string()
}

/// `source` must match all of `hits` and none of `misses`, nor the plain record, nor what is no record.
#[track_caller]
fn check(source: &str, hits: &[Value], misses: &[Value]) {
    assert!(source.len() <= MAX_PATTERN_CHARACTERS);
    let pattern = FilterPattern::parse(source).unwrap();
    for hit in hits {
        assert!(pattern.matches(&record(hit)), "{source} misses {hit}");
        assert!(
            pattern
                .extract(&record(hit))
                .is_some_and(|values| !values.is_empty())
        );
    }
    for miss in misses {
        assert!(!pattern.matches(&record(miss)), "{source} hits {miss}");
        assert_eq!(pattern.extract(&record(miss)), None);
    }
    for other in [
        record(&json!({})).as_str(),
        "",
        "{}",
        "[]",
        "null",
        "plain text",
        "{\"eventName\":",
    ] {
        assert!(!pattern.matches(other), "{source} hits {other}");
    }
}

/// A check of a filter that wants one of `names`, and a source where one is given.
#[track_caller]
fn check_names(source: Option<&str>, names: &[&str]) {
    let clauses: Vec<String> = names
        .iter()
        .map(|name| format!("($.eventName={name})"))
        .collect();
    let names_clause = clauses.join(" || ");
    let pattern = match source {
        Some(source) => format!("{{($.eventSource={source}) && ({names_clause})}}"),
        None => format!("{{{names_clause}}}"),
    };
    let from = source.unwrap_or("ec2.amazonaws.com");
    let hits: Vec<Value> = names
        .iter()
        .map(|name| json!({"eventSource": from, "eventName": name}))
        .collect();
    let mut misses = vec![
        json!({"eventSource": from, "eventName": "DescribeSomething"}),
        json!({"eventSource": from, "eventName": format!("{}Batch", names[0])}),
        json!({"eventSource": from, "eventName": names[0].to_lowercase()}),
        json!({"eventSource": from, "eventName": null}),
        json!({"eventSource": from, "eventName": [names[0]]}),
    ];
    if source.is_some() {
        misses.push(json!({"eventSource": "other.amazonaws.com", "eventName": names[0]}));
    }
    check(&pattern, &hits, &misses);
}

#[test]
fn root_use() {
    check(
        r#"{$.userIdentity.type="Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType !="AwsServiceEvent"}"#,
        &[
            json!({"userIdentity": {"type": "Root", "accountId": "111122223333"}}),
            json!({"userIdentity": {"type": "Root"}, "eventType": "AwsConsoleSignIn", "eventName": "ConsoleLogin"}),
        ],
        &[
            json!({"userIdentity": {"type": "Root", "invokedBy": "support.amazonaws.com"}}),
            json!({"userIdentity": {"type": "Root"}, "eventType": "AwsServiceEvent"}),
            json!({"userIdentity": {"type": "Root"}, "eventType": null}),
            json!({"userIdentity": "Root"}),
        ],
    );
}

#[test]
fn unauthorized_api_calls() {
    check(
        r#"{($.errorCode="*UnauthorizedOperation") || ($.errorCode="AccessDenied*")}"#,
        &[
            json!({"errorCode": "Client.UnauthorizedOperation"}),
            json!({"errorCode": "UnauthorizedOperation"}),
            json!({"errorCode": "AccessDenied"}),
            json!({"errorCode": "AccessDeniedException"}),
        ],
        &[
            json!({"errorCode": "ThrottlingException"}),
            json!({"errorCode": "UnauthorizedOperationX"}),
            json!({"errorCode": "KMS.AccessDenied"}),
            json!({"errorMessage": "AccessDenied"}),
        ],
    );
}

/// The benchmark's later wording adds exceptions, which only hold where the fields are there.
#[test]
fn unauthorized_api_calls_with_exceptions() {
    check(
        "{ (($.errorCode = \"*UnauthorizedOperation\") || ($.errorCode = \"AccessDenied*\")) && \
         ($.sourceIPAddress!=\"delivery.logs.amazonaws.com\") && ($.eventName!=\"HeadBucket\") }",
        &[json!({"errorCode": "AccessDenied"})],
        &[
            json!({"errorCode": "AccessDenied", "eventName": "HeadBucket"}),
            json!({"errorCode": "AccessDenied", "sourceIPAddress": "delivery.logs.amazonaws.com"}),
            json!({"errorCode": "AccessDenied", "sourceIPAddress": null}),
        ],
    );
}

#[test]
fn sign_in_without_mfa() {
    let login = |mfa: &str, user: &str, outcome: &str| {
        json!({
            "eventName": "ConsoleLogin",
            "eventSource": "signin.amazonaws.com",
            "eventType": "AwsConsoleSignIn",
            "additionalEventData": {"MobileVersion": "No", "MFAUsed": mfa},
            "userIdentity": {"type": user},
            "responseElements": {"ConsoleLogin": outcome},
        })
    };
    let mut without_data = login("No", "IAMUser", "Success");
    without_data["additionalEventData"] = Value::Null;
    check(
        "{ ($.eventName = \"ConsoleLogin\") && ($.additionalEventData.MFAUsed != \"Yes\") && \
         ($.userIdentity.type = \"IAMUser\") && ($.responseElements.ConsoleLogin = \"Success\") }",
        &[login("No", "IAMUser", "Success")],
        &[
            login("Yes", "IAMUser", "Success"),
            login("No", "AssumedRole", "Success"),
            login("No", "IAMUser", "Failure"),
            without_data,
        ],
    );
}

#[test]
fn console_sign_in_failures() {
    check(
        r#"{($.eventName=ConsoleLogin) && ($.errorMessage="Failed authentication")}"#,
        &[json!({"eventName": "ConsoleLogin", "errorMessage": "Failed authentication"})],
        &[
            json!({"eventName": "ConsoleLogin"}),
            json!({"eventName": "ConsoleLogin", "errorMessage": "No username found in supplied account"}),
            json!({"eventName": "AssumeRole", "errorMessage": "Failed authentication"}),
        ],
    );
}

#[test]
fn iam_changes() {
    check_names(
        Some("iam.amazonaws.com"),
        &[
            "DeleteGroupPolicy",
            "DeleteRolePolicy",
            "DeleteUserPolicy",
            "PutGroupPolicy",
            "PutRolePolicy",
            "PutUserPolicy",
            "CreatePolicy",
            "DeletePolicy",
            "CreatePolicyVersion",
            "DeletePolicyVersion",
            "AttachRolePolicy",
            "DetachRolePolicy",
            "AttachUserPolicy",
            "DetachUserPolicy",
            "AttachGroupPolicy",
            "DetachGroupPolicy",
        ],
    );
}

#[test]
fn trail_changes() {
    check_names(
        None,
        &[
            "CreateTrail",
            "UpdateTrail",
            "DeleteTrail",
            "StartLogging",
            "StopLogging",
        ],
    );
}

#[test]
fn disabling_of_keys() {
    check_names(
        Some("kms.amazonaws.com"),
        &["DisableKey", "ScheduleKeyDeletion"],
    );
}

#[test]
fn bucket_policy_changes() {
    check_names(
        Some("s3.amazonaws.com"),
        &[
            "PutBucketAcl",
            "PutBucketPolicy",
            "PutBucketCors",
            "PutBucketLifecycle",
            "PutBucketReplication",
            "DeleteBucketPolicy",
            "DeleteBucketCors",
            "DeleteBucketLifecycle",
            "DeleteBucketReplication",
        ],
    );
}

#[test]
fn config_changes() {
    check_names(
        Some("config.amazonaws.com"),
        &[
            "StopConfigurationRecorder",
            "DeleteDeliveryChannel",
            "PutDeliveryChannel",
            "PutConfigurationRecorder",
        ],
    );
}

#[test]
fn security_group_changes() {
    check_names(
        None,
        &[
            "AuthorizeSecurityGroupIngress",
            "AuthorizeSecurityGroupEgress",
            "RevokeSecurityGroupIngress",
            "RevokeSecurityGroupEgress",
            "CreateSecurityGroup",
            "DeleteSecurityGroup",
        ],
    );
}

#[test]
fn network_acl_changes() {
    check_names(
        None,
        &[
            "CreateNetworkAcl",
            "CreateNetworkAclEntry",
            "DeleteNetworkAcl",
            "DeleteNetworkAclEntry",
            "ReplaceNetworkAclEntry",
            "ReplaceNetworkAclAssociation",
        ],
    );
}

#[test]
fn gateway_changes() {
    check_names(
        None,
        &[
            "CreateCustomerGateway",
            "DeleteCustomerGateway",
            "AttachInternetGateway",
            "CreateInternetGateway",
            "DeleteInternetGateway",
            "DetachInternetGateway",
        ],
    );
}

#[test]
fn route_table_changes() {
    check_names(
        Some("ec2.amazonaws.com"),
        &[
            "CreateRoute",
            "CreateRouteTable",
            "ReplaceRoute",
            "ReplaceRouteTableAssociation",
            "DeleteRouteTable",
            "DeleteRoute",
            "DisassociateRouteTable",
        ],
    );
}

#[test]
fn vpc_changes() {
    check_names(
        None,
        &[
            "CreateVpc",
            "DeleteVpc",
            "ModifyVpcAttribute",
            "AcceptVpcPeeringConnection",
            "CreateVpcPeeringConnection",
            "DeleteVpcPeeringConnection",
            "RejectVpcPeeringConnection",
            "AttachClassicLinkVpc",
            "DetachClassicLinkVpc",
            "DisableVpcClassicLink",
            "EnableVpcClassicLink",
        ],
    );
}
