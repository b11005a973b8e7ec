//! Failed calls, calls that leave no event, and calls that nobody knows.

use serde_json::{Value, json};

use super::{Call, failed, shown};

#[test]
fn failures_are_called_as_cloudtrail_calls_them() {
    let input = || json!({"RoleName": "r"});
    let kept = || json!({"roleName": "r"});
    let failed_iam = |code: &str| failed("iam", "GetRole", code, input());
    assert_eq!(
        failed_iam("NoSuchEntity"),
        ("NoSuchEntityException".to_owned(), kept())
    );
    assert_eq!(
        failed_iam("AccessDenied"),
        ("AccessDenied".to_owned(), Value::Null)
    );
    assert_eq!(failed_iam("Throttling"), ("Throttling".to_owned(), kept()));

    let ec2 = failed(
        "ec2",
        "DeleteVpc",
        "InvalidVpcID.NotFound",
        json!({"VpcId": "v"}),
    );
    assert_eq!(
        ec2,
        (
            "Client.InvalidVpcID.NotFound".to_owned(),
            json!({"vpcId": "v"})
        )
    );
    let secret = failed(
        "secretsmanager",
        "GetSecretValue",
        "AccessDeniedException",
        json!({"SecretId": "s"}),
    );
    assert_eq!(
        secret,
        ("AccessDenied".to_owned(), json!({"secretId": "s"}))
    );
    let logs = failed(
        "logs",
        "DeleteLogGroup",
        "AccessDeniedException",
        json!({"logGroupName": "g"}),
    );
    assert_eq!(logs, ("AccessDenied".to_owned(), Value::Null));
    let throttled = failed(
        "ssm",
        "PutParameter",
        "ThrottlingException",
        json!({"Name": "n"}),
    );
    assert_eq!(throttled, ("ThrottlingException".to_owned(), Value::Null));
}

#[test]
fn exceptions_have_their_names() {
    let queue = failed(
        "sqs",
        "DeleteQueue",
        "AWS.SimpleQueueService.NonExistentQueue",
        json!({"QueueUrl": "q"}),
    );
    assert_eq!(queue.0, "QueueDoesNotExist");
    for (service, operation, code, name) in [
        (
            "rds",
            "DeleteDBInstance",
            "InvalidDBInstanceState",
            "InvalidDBInstanceStateFault",
        ),
        (
            "cloudwatch",
            "GetDashboard",
            "ResourceNotFound",
            "DashboardNotFoundError",
        ),
        (
            "sqs",
            "SendMessageBatch",
            "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
            "BatchEntryIdsNotDistinct",
        ),
        ("sns", "Publish", "AuthorizationError", "AccessDenied"),
        (
            "iam",
            "DeleteLoginProfile",
            "EntityTemporarilyUnmodifiable",
            "EntityTemporarilyUnmodifiableException",
        ),
        (
            "lambda",
            "CreateFunction",
            "InvalidParameterValueException",
            "InvalidParameterValueException",
        ),
        (
            "s3control",
            "GetPublicAccessBlock",
            "NoSuchPublicAccessBlockConfiguration",
            "NoSuchPublicAccessBlockConfiguration",
        ),
    ] {
        assert_eq!(failed(service, operation, code, json!({})).0, name);
    }
}

#[test]
fn servers_faults_of_ec2_say_so() {
    let failure = Some(("InternalError", ""));
    let call = Call {
        service: "ec2",
        operation: "DeleteVpc",
        failure,
        status: 500,
        ..Call::default()
    };
    let error = call.told().error.unwrap();
    assert_eq!(
        (error.code.as_str(), error.message),
        ("Server.InternalError", None)
    );
}

#[test]
fn some_calls_leave_no_event() {
    for (service, operation, code) in [
        ("logs", "PutLogEvents", None),
        ("apigateway", "TestInvokeMethod", None),
        ("s3", "PutObject", None),
        ("cloudtrail", "CreateTrail", None),
        ("iam", "ListUsers", Some("InvalidClientTokenId")),
        (
            "dynamodb",
            "ListTables",
            Some("UnrecognizedClientException"),
        ),
        ("", "", None),
        // The tests' calls are unsigned.
        ("sns", "Unsubscribe", None),
    ] {
        let failure = code.map(|code| (code, ""));
        let call = Call {
            service,
            operation,
            failure,
            status: 403,
            ..Call::default()
        };
        assert!(call.drafts().is_empty(), "{service}:{operation}");
    }
}

#[test]
fn what_the_catalogue_lacks_is_told_as_it_is_called() {
    let call = Call {
        service: "Quantum",
        operation: "Entangle",
        input: json!({"Pair": {"Left": 1}}),
        ..Call::default()
    };
    let told = call.told();
    assert_eq!(told.event_source, "quantum.amazonaws.com");
    assert_eq!(told.event_name, "Entangle");
    assert_eq!(
        shown(told.request_parameters.as_ref()),
        json!({"pair": {"left": 1}})
    );
    let nameless = Call {
        service: "lambda",
        ..Call::default()
    };
    assert_eq!(nameless.told().event_name, "POST /some/path");
}

#[test]
fn messages_do_not_repeat_what_is_hidden() {
    let call = Call {
        service: "rds",
        operation: "CreateDBInstance",
        input: json!({"MasterUserPassword": "hunter22", "DBName": "db"}),
        failure: Some((
            "InvalidParameterValue",
            "The password hunter22 of db is bad.",
        )),
        status: 400,
        ..Call::default()
    };
    let message = "The password HIDDEN_DUE_TO_SECURITY_REASONS of db is bad.";
    assert_eq!(call.told().error.unwrap().message.as_deref(), Some(message));
}

#[test]
fn secrets_of_what_the_catalogue_lacks_are_hidden() {
    let input = || json!({"Settings": [{"AdminPassword": "hunter22"}], "UserData": "hunter22", "clientSecret": "hunter22"});
    for (service, operation) in [
        ("ec2", "EntangleVpc"),
        ("quantum", "Entangle"),
        ("iam", "Entangle"),
        ("s3control", "Entangle"),
    ] {
        let call = Call {
            service,
            operation,
            input: input(),
            output: input(),
            ..Call::default()
        };
        let told = call.told();
        let mut told = json!([told.request_parameters, told.response_elements]).to_string();
        if service != "ec2" {
            told = told.replace("\"userData\":\"hunter22\"", "");
        }
        assert!(!told.contains("hunter22"), "{service}: {told}");
    }
}
