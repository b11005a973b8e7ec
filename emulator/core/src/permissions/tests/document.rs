//! The document as a whole: whose calls count, how it is grouped, and how long it gets.

use super::*;

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

#[test]
fn what_policies_take_for_patterns_is_written_literally() {
    let parameters = json!({"bucketName": "b", "key": "a*?${x}"});
    let (_, resource) = needs("s3", "GetObject", parameters);
    assert_eq!(resource, "arn:aws:s3:::b/a${*}${?}${$}{x}");
}

#[test]
fn a_long_policy_is_written_with_wildcards_until_iam_takes_it() {
    const CALLS: [&str; 7] = [
        "DeleteItem",
        "DescribeTable",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "UpdateItem",
    ];
    let name = "n".repeat(60);
    let some = |count: usize| -> Vec<Value> {
        let each = (0..count).flat_map(|n| {
            let table = |call: &str| json!({"tableName": format!("{call}{n}{name}")});
            CALLS.map(|call| record("dynamodb", call, table(call)))
        });
        each.collect()
    };
    let few = policy(&some(1));
    assert!(!few.to_string().contains('*'));
    // 140 resources of 110 characters are too many.
    let many = policy(&some(20));
    assert!(Permissions::fits_managed_policy(&many));
    assert!(many.to_string().contains("table/*"), "{many}");
    let calls: Vec<Value> = (0..400)
        .map(|n| record("ec2", &format!("Describe{n}{name}"), Value::Null))
        .collect();
    let widest = policy(&calls);
    assert!(!Permissions::fits_managed_policy(&widest), "actions stay");
}

#[test]
fn who_is_no_principal_needs_nothing_and_owners_things_are_theirs() {
    let mut anonymous = record("s3", "GetObject", json!({"bucketName": "b", "key": "k"}));
    anonymous["userIdentity"] =
        json!({"type": "AWSAccount", "principalId": "", "accountId": "anonymous"});
    assert_eq!(policy(std::slice::from_ref(&anonymous)), Value::Null);
    let mut across = record("sqs", "SendMessage", json!({"queueUrl": "q"}));
    across["userIdentity"] = json!({"type": "AWSAccount", "accountId": "999988887777"});
    across["recipientAccountId"] = json!("111122223333");
    let policy = policy(&[across]);
    let queue = "arn:aws:sqs:eu-west-1:111122223333:q";
    assert_eq!(policy["Statement"][0]["Resource"], queue);
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
