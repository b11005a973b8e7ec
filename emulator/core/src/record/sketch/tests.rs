//! Sketches from what people write to what AWS would have written.

use serde_json::{Value, json};

use super::*;
use crate::caller::Identity;

fn now() -> Timestamp {
    Timestamp::parse_iso("2026-11-23T16:00:00Z").unwrap()
}

fn written(sketch: &Value) -> Result<String, RecordError> {
    let defaults = SketchDefaults {
        caller: Caller {
            identity: Identity::IamUser {
                account_id: AccountId::parse("000000000000").unwrap(),
                user_name: "localtrail".to_owned(),
                path: "/".to_owned(),
                principal_id: None,
                session: None,
            },
            access_key_id: None,
        },
        region: Region::parse("eu-west-1").unwrap(),
    };
    let fresh = Fresh {
        event_id: "11111111-0000-4000-8000-000000000001".to_owned(),
        request_id: "22222222-0000-4000-8000-000000000002".to_owned(),
    };
    let sketch = read(&sketch.to_string())?.expect("a sketch");
    complete(sketch, &defaults, &fresh, now())
}

fn record(sketch: &Value) -> Value {
    serde_json::from_str(&written(sketch).unwrap()).unwrap()
}

fn keys(object: &Value) -> String {
    let object = object.as_object().unwrap();
    object.keys().cloned().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_whole_record_is_no_sketch() {
    let whole = r#"{"eventVersion":"1.0","eventTime":"2013-01-01T00:00:00Z"}"#;
    assert_eq!(read(whole), Ok(None));
    for sketch in [
        r#"{"eventName":"RunInstances"}"#,
        r#"{"eventVersion":"1.08","eventName":"X"}"#,
        r#"{"sketch":"ConsoleLogin","eventVersion":"1.08","eventTime":"2013-01-01T00:00:00Z"}"#,
    ] {
        assert!(read(sketch).unwrap().is_some(), "{sketch}");
    }
    assert!(read("[]").is_err() && read("{").is_err());
}

#[test]
fn a_call_gets_every_member_in_aws_order() {
    let text = written(&json!({
        "recipientAccountId": "111122223333",
        "note": {"kept": true},
        "eventName": "RunInstances",
        "eventSource": "ec2.amazonaws.com",
        "requestParameters": {"b": 1, "a": 2},
    }))
    .unwrap();
    let record: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        keys(&record),
        "eventVersion userIdentity eventTime eventSource eventName awsRegion sourceIPAddress userAgent \
         requestParameters responseElements requestID eventID readOnly eventType managementEvent \
         recipientAccountId eventCategory note"
    );
    assert!(text.contains(r#""requestParameters":{"b":1,"a":2},"responseElements":null"#));
    assert_eq!(record["awsRegion"], "eu-west-1");
    assert_eq!(record["eventTime"], "2026-11-23T16:00:00Z");
    assert_eq!(record["readOnly"], false);
    assert_eq!(record["eventCategory"], "Management");
    let identity = &record["userIdentity"];
    assert_eq!(
        keys(identity),
        "type principalId arn accountId accessKeyId userName"
    );
    assert_eq!(identity["arn"], "arn:aws:iam::111122223333:user/localtrail");
    assert_eq!(identity["accessKeyId"].as_str().unwrap().len(), 20);
}

#[test]
fn what_is_said_wins_and_null_leaves_out() {
    let record = record(&json!({
        "eventName": "DescribeInstances",
        "eventSource": "ec2.amazonaws.com",
        "eventVersion": "1.05",
        "readOnly": false,
        "userAgent": null,
        "awsRegion": "us-gov-west-1",
        "requestParameters": null,
        "userIdentity": {"type": "IAMUser", "userName": "bob", "arn": "x", "accessKeyId": null},
    }));
    assert_eq!(record["eventVersion"], "1.05");
    assert_eq!(record["readOnly"], false);
    assert!(record.get("userAgent").is_none());
    assert_eq!(record["requestParameters"], Value::Null);
    assert_eq!(
        keys(&record["userIdentity"]),
        "type principalId arn accountId userName"
    );
    assert_eq!(record["userIdentity"]["arn"], "x");
}

#[test]
fn identities_are_completed_by_their_type() {
    let identity = |given: Value| {
        record(
            &json!({"eventName": "X", "eventSource": "ec2.amazonaws.com", "userIdentity": given}),
        )["userIdentity"]
            .clone()
    };
    let root = identity(json!({"type": "Root", "accountId": "111122223333"}));
    assert_eq!(keys(&root), "type principalId arn accountId accessKeyId");
    assert_eq!(root["arn"], "arn:aws:iam::111122223333:root");
    let role = identity(json!({"type": "AssumedRole", "roleName": "deploy", "sessionName": "run"}));
    assert_eq!(
        keys(&role),
        "type principalId arn accountId accessKeyId sessionContext"
    );
    assert_eq!(
        role["arn"],
        "arn:aws:sts::000000000000:assumed-role/deploy/run"
    );
    let issuer = &role["sessionContext"]["sessionIssuer"];
    assert_eq!(issuer["arn"], "arn:aws:iam::000000000000:role/deploy");
    let id = format!("{}:run", issuer["principalId"].as_str().unwrap());
    assert_eq!(role["principalId"], id.as_str());
    assert_eq!(
        role["sessionContext"]["attributes"]["mfaAuthenticated"],
        "false"
    );
    let by_arn = identity(json!({"arn": "arn:aws:sts::111122223333:assumed-role/a/b",
        "sessionContext": {"attributes": {"mfaAuthenticated": "true"}}}));
    assert_eq!(by_arn["type"], "AssumedRole");
    assert_eq!(by_arn["accountId"], "111122223333");
    let attributes = &by_arn["sessionContext"]["attributes"];
    assert_eq!(attributes["mfaAuthenticated"], "true");
    assert_eq!(attributes["creationDate"], "2026-11-23T16:00:00Z");
    assert_eq!(
        identity(json!({"type": "AWSService", "invokedBy": "config.amazonaws.com"})),
        json!({"type": "AWSService", "invokedBy": "config.amazonaws.com"})
    );
    let federated = identity(json!({"type": "FederatedUser", "userName": "eve"}));
    assert_eq!(federated["principalId"], "000000000000:eve");
    assert_eq!(
        identity(
            json!({"type": "AWSAccount", "principalId": "AROAX:run", "accountId": "999988887777"})
        ),
        json!({"type": "AWSAccount", "principalId": "AROAX:run", "accountId": "999988887777"})
    );
    for (given, needs) in [
        (json!({}), "a type"),
        (json!({"type": "IAMUser"}), "userName"),
        (json!({"type": "AssumedRole"}), "roleName"),
        (json!({"type": 1}), "text"),
    ] {
        let sketch =
            json!({"eventName": "X", "eventSource": "ec2.amazonaws.com", "userIdentity": given});
        let text = written(&sketch).unwrap_err().to_string();
        assert!(text.contains(needs), "{text}");
    }
}

#[test]
fn console_logins_are_as_observed() {
    let login = record(&json!({"eventName": "ConsoleLogin", "userIdentity": {"type": "Root"}}));
    assert_eq!(login["eventSource"], "signin.amazonaws.com");
    assert_eq!(login["eventType"], "AwsConsoleSignIn");
    assert_eq!(login["awsRegion"], "us-east-1");
    assert_eq!(
        login["responseElements"],
        json!({"ConsoleLogin": "Success"})
    );
    assert_eq!(login["additionalEventData"]["MFAUsed"], "No");
    assert_eq!(login["userIdentity"]["accessKeyId"], "");
    assert!(login.get("requestID").is_none());
    assert_eq!(login["readOnly"], false);

    let user = json!({"type": "IAMUser", "userName": "bob"});
    let login = record(&json!({"eventName": "ConsoleLogin", "userIdentity": user}));
    assert_eq!(
        keys(&login["userIdentity"]),
        "type principalId arn accountId userName"
    );

    for sketch in [
        json!({"sketch": "ConsoleLoginFailure", "userIdentity": user}),
        json!({"eventName": "ConsoleLogin", "userIdentity": user,
            "responseElements": {"ConsoleLogin": "Failure"}}),
        json!({"eventName": "ConsoleLogin", "userIdentity": user, "errorMessage": "Failed authentication"}),
    ] {
        let failure = record(&sketch);
        assert_eq!(failure["errorMessage"], "Failed authentication", "{sketch}");
        assert!(failure.get("errorCode").is_none());
        assert_eq!(
            failure["responseElements"],
            json!({"ConsoleLogin": "Failure"})
        );
        let identity = &failure["userIdentity"];
        assert_eq!(
            keys(identity),
            "type principalId accountId accessKeyId userName",
            "{sketch}"
        );
        assert_eq!(identity["accessKeyId"], "");
    }

    let unknown = record(&json!({"sketch": "ConsoleLoginUnknownUser"}));
    assert_eq!(
        keys(&unknown["userIdentity"]),
        "type accountId accessKeyId userName"
    );
    assert_eq!(
        unknown["userIdentity"]["userName"],
        "HIDDEN_DUE_TO_SECURITY_REASONS"
    );

    for sketch in [
        json!({"sketch": "ConsoleLoginMfa"}),
        json!({"eventName": "ConsoleLogin", "additionalEventData": {"MFAUsed": "Yes"}}),
    ] {
        let extra = record(&sketch)["additionalEventData"].clone();
        assert_eq!(
            keys(&extra),
            "LoginTo MobileVersion MFAIdentifier MFAUsed",
            "{sketch}"
        );
        assert_eq!(extra["MFAUsed"], "Yes");
    }
    let role = json!({"type": "AssumedRole", "roleName": "sso", "sessionName": "bob"});
    let login = record(&json!({"eventName": "ConsoleLogin", "userIdentity": role}));
    assert!(login["additionalEventData"].get("LoginTo").is_none());
}

#[test]
fn every_ready_sketch_is_a_record() {
    let names = written(&json!({"sketch": "Nothing"})).unwrap_err();
    let RecordError::NoSuchSketch(_, names) = names else {
        panic!("{names}");
    };
    assert!(names.split(", ").count() > 20, "{names}");
    for name in names.split(", ") {
        let text = written(&json!({"sketch": name})).unwrap();
        let kept = crate::record::injected::read(&text, || panic!("{name} has an id")).unwrap();
        assert_eq!(kept.record, text, "compact already");
        assert!(!text.contains("\"sketch\""));
    }
}

#[test]
fn service_events_have_no_typed_identity_and_no_request() {
    let rotated = record(
        &json!({"eventName": "RotateKey", "recipientAccountId": "111122223333",
        "serviceEventDetails": {"keyId": "1234"}}),
    );
    assert_eq!(
        rotated["userIdentity"],
        json!({"accountId": "111122223333", "invokedBy": "AWS Internal"})
    );
    assert_eq!(rotated["sourceIPAddress"], "AWS Internal");
    assert_eq!(
        rotated["resources"][0]["ARN"],
        "arn:aws:kms:eu-west-1:111122223333:key/1234"
    );
    let details = json!({"rotationType": "AUTOMATIC", "keyId": "1234"});
    assert_eq!(rotated["serviceEventDetails"], details);
    assert!(rotated.get("requestID").is_none());
    let disabled = record(&json!({"eventName": "LambdaESMDisabled"}));
    assert_eq!(
        disabled["serviceEventDetails"]["ESMDisableReason"],
        "Lambda Function not found"
    );
    assert_eq!(disabled["eventCategory"], "Management");
    let deleted = record(&json!({"eventName": "EndSecretVersionDelete"}));
    assert_eq!(deleted["userAgent"], "secretsmanager.amazonaws.com");
    assert_eq!(keys(&deleted["additionalEventData"]), "ARN Name");
    // As in all observed ones.
    assert_eq!(
        deleted["requestID"],
        "SecretDeleteMessage:arn:aws:secretsmanager:eu-west-1:000000000000:secret:localtrail-AbCdEf:2026-11-23T16:00:00Z:Forced"
    );
    let own = record(
        &json!({"eventName": "NewThing", "eventSource": "new.amazonaws.com",
        "userIdentity": {"invokedBy": "new.amazonaws.com"}}),
    );
    assert_eq!(own["eventType"], "AwsServiceEvent");
}

#[test]
fn network_activity_and_insights_lack_what_aws_leaves_out() {
    let denied = record(&json!({"sketch": "VpceAccessDenied", "eventName": "GetObject"}));
    assert_eq!(
        keys(&denied),
        "eventVersion userIdentity eventTime eventSource eventName awsRegion sourceIPAddress errorCode \
         errorMessage requestID eventID eventType recipientAccountId sharedEventID vpcEndpointId \
         vpcEndpointAccountId eventCategory"
    );
    assert_eq!(denied["eventName"], "GetObject");
    assert_eq!(denied["eventCategory"], "NetworkActivity");
    let insight = record(&json!({"sketch": "ApiCallRateInsight", "eventName": "StopLogging"}));
    assert_eq!(
        keys(&insight),
        "eventVersion eventTime awsRegion eventID eventType recipientAccountId sharedEventID \
         insightDetails eventCategory"
    );
    assert_eq!(insight["insightDetails"]["eventName"], "StopLogging");
    let statistics = &insight["insightDetails"]["insightContext"]["statistics"];
    assert_eq!(keys(statistics), "baseline insight baselineDuration");
    let end = json!({"sketch": "ApiErrorRateInsight",
        "insightDetails": {"state": "End", "errorCode": "ThrottlingException"}});
    let details = record(&end)["insightDetails"].clone();
    assert_eq!(
        keys(&details),
        "state eventSource eventName insightType errorCode insightContext"
    );
    let context = &details["insightContext"];
    assert_eq!(
        keys(&context["statistics"]),
        "baseline insight insightDuration baselineDuration"
    );
    assert_eq!(
        context["attributions"][2]["insight"][0]["value"],
        "ThrottlingException"
    );
}

#[test]
fn calls_of_others_belong_to_the_owner_and_are_shared() {
    let across = record(
        &json!({"eventName": "PutObject", "eventSource": "s3.amazonaws.com",
        "userIdentity": {"type": "AWSAccount", "accountId": "999988887777"}}),
    );
    assert_eq!(across["recipientAccountId"], "000000000000");
    assert_eq!(across["userAgent"], "[localtrail]");
    let service = record(
        &json!({"eventName": "AssumeRole", "eventSource": "sts.amazonaws.com",
        "userIdentity": {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}}),
    );
    for record in [&across, &service] {
        assert_eq!(
            record["sharedEventID"].as_str().unwrap().len(),
            36,
            "{record}"
        );
        assert_ne!(record["sharedEventID"], record["requestID"]);
    }
    assert_eq!(service["sourceIPAddress"], "ec2.amazonaws.com");
    let own = record(&json!({"eventName": "PutRule", "eventSource": "events.amazonaws.com"}));
    assert!(own.get("sharedEventID").is_none());
    assert_eq!(own["apiVersion"], "2015-10-07");
}

#[test]
fn a_session_begins_before_its_event() {
    let past = record(
        &json!({"eventName": "X", "eventSource": "ec2.amazonaws.com", "eventTime": "2024-02-03T04:05:06Z",
        "userIdentity": {"type": "AssumedRole", "roleName": "a"}}),
    );
    let created = &past["userIdentity"]["sessionContext"]["attributes"]["creationDate"];
    assert_eq!(created, "2024-02-03T04:05:06Z");
}

#[test]
fn data_events_have_resources() {
    let put = record(
        &json!({"eventName": "PutObject", "eventSource": "s3.amazonaws.com",
        "requestParameters": {"bucketName": "b", "key": "k/1"}}),
    );
    assert_eq!(
        (&put["eventCategory"], &put["managementEvent"]),
        (&json!("Data"), &json!(false))
    );
    assert_eq!(
        put["resources"][0],
        json!({"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::b/k/1"})
    );
    assert_eq!(put["requestID"].as_str().unwrap().len(), 16);
    let sent = record(
        &json!({"eventName": "SendMessage", "eventSource": "sqs.amazonaws.com",
        "requestParameters": {"queueUrl": "https://sqs.eu-west-1.amazonaws.com/000000000000/q"}}),
    );
    assert_eq!(
        sent["resources"][0]["ARN"],
        "arn:aws:sqs:eu-west-1:000000000000:q"
    );
}

#[test]
fn what_cannot_be_completed_says_what_is_missing() {
    for (sketch, told) in [
        (json!({}), "eventName"),
        (json!({"eventSource": "ec2.amazonaws.com"}), "eventName"),
        (json!({"eventName": "RunInstances"}), "eventSource"),
        (json!({"eventName": 1}), "eventName must be text"),
        (
            json!({"eventName": "X", "readOnly": "yes"}),
            "true or false",
        ),
        (json!({"eventName": "X", "eventTime": "noon"}), "eventTime"),
        (
            json!({"eventName": "X", "recipientAccountId": "1"}),
            "12 digits",
        ),
        (
            json!({"eventName": "X", "userIdentity": "bob"}),
            "an object",
        ),
        (json!({"sketch": "Nope"}), "ConsoleLogin"),
    ] {
        let text = written(&sketch).unwrap_err().to_string();
        assert!(text.contains(told), "{sketch}: {text}");
    }
}

/// Whatever stands at a member, alone or beside a ready sketch: a record or a sentence, and never a panic.
#[test]
fn no_value_of_any_member_stops_it() {
    let values = [
        json!(null),
        json!(true),
        json!(-1.5e300),
        json!(""),
        json!("é\u{0}\u{1F600}:/"),
        json!("arn:aws:iam::1:user/"),
        json!("arn:aws:sts::111122223333:assumed-role/"),
        json!([]),
        json!([{}, null]),
        json!({}),
        json!({"type": "AssumedRole", "arn": "::::::", "sessionContext": {"sessionIssuer": []}}),
        json!({"type": "FederatedUser", "principalId": ":", "sessionContext": 1}),
        json!({"Name": 1, "keyId": {}, "bucketName": "", "functionName": ":function:", "queueUrl": "/"}),
    ];
    let bases = [
        json!({"eventName": "PutObject", "eventSource": "s3.amazonaws.com"}),
        json!({"eventName": "Invoke", "eventSource": "lambda.amazonaws.com"}),
        json!({"eventName": "SendMessage", "eventSource": "sqs.amazonaws.com"}),
        json!({"sketch": "ConsoleLogin"}),
        json!({"sketch": "RotateKey"}),
        json!({"sketch": "RotationSucceeded"}),
        json!({"sketch": "ApiErrorRateInsight"}),
    ];
    let mut told = 0;
    for base in &bases {
        for member in ORDER.iter().chain(&["sketch", "other", ""]) {
            for value in &values {
                let mut sketch = base.clone();
                sketch[*member] = value.clone();
                match written(&sketch) {
                    Ok(text) => assert!(serde_json::from_str::<Value>(&text).is_ok()),
                    Err(error) => {
                        assert!(!error.to_string().is_empty());
                        told += 1;
                    }
                }
            }
        }
    }
    assert!(told > 100, "{told}");
}
