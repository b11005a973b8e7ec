//! STS: sessions of every kind, and who may have them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use localtrail_core::{Caller, Identity, Mfa, Timestamp};
use localtrail_neighbours::Standing;
use serde_json::{Value, json};

use crate::street::Street;
use crate::town::{Answer, NOW, OWNER, STRANGER, anonymous, user};

pub(crate) const ROLE: &str = "arn:aws:iam::111122223333:role/ci/deploy";

fn caller(identity: Value) -> Caller {
    Caller {
        identity: serde_json::from_value(identity).unwrap(),
        access_key_id: None,
    }
}

pub(crate) fn root() -> Caller {
    caller(json!({"type": "Root", "accountId": OWNER}))
}

pub(crate) async fn make_role(street: &Street, statement: Value) {
    let trust = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    let input = json!({"RoleName": "deploy", "Path": "/ci/", "AssumeRolePolicyDocument": trust});
    street.ok("iam", "CreateRole", input).await;
}

pub(crate) fn key(answer: &Answer) -> String {
    answer.one("AccessKeyId").unwrap()
}

pub(crate) fn identity(street: &Street, key: &str) -> Identity {
    let now = Timestamp::from_millis(NOW);
    street.town.neighbours.issued(key, now).unwrap().identity
}

pub(crate) async fn denied(street: &Street, operation: &str, input: Value) -> String {
    let (status, code, message) = street.refused("sts", operation, input).await;
    assert_eq!((status, code.as_str()), (403, "AccessDenied"), "{message}");
    message
}

#[tokio::test]
async fn who_am_i() {
    let mut street = Street::new();
    let role = json!({"type": "AssumedRole", "accountId": OWNER, "roleName": "Ops", "roleId": "AROAEXAMPLE", "sessionName": "me"});
    for (caller, arn, id) in [
        (
            user(OWNER),
            "arn:aws:iam::111122223333:user/alice",
            "AIDAEXAMPLE",
        ),
        (root(), "arn:aws:iam::111122223333:root", OWNER),
        (
            caller(role),
            "arn:aws:sts::111122223333:assumed-role/Ops/me",
            "AROAEXAMPLE:me",
        ),
    ] {
        street.become_caller(caller);
        let answer = street.ok("sts", "GetCallerIdentity", json!({})).await;
        assert_eq!(answer.one("Arn").as_deref(), Some(arn));
        assert_eq!(answer.one("UserId").as_deref(), Some(id));
        assert_eq!(answer.one("Account").as_deref(), Some(OWNER));
        assert_eq!(
            answer.one("RequestId").as_deref(),
            Some(answer.header("x-amzn-requestid"))
        );
        let extended = STANDARD
            .decode(answer.header("x-amz-sts-extended-request-id"))
            .unwrap();
        assert!(
            String::from_utf8(extended)
                .unwrap()
                .starts_with("1:us-east-1:S:")
        );
    }
    street.become_caller(anonymous());
    let nobody = street.call("sts", "GetCallerIdentity", json!({})).await;
    assert_eq!(
        nobody.refusal(),
        (403, "MissingAuthenticationToken".to_owned())
    );
    assert_eq!(nobody.header("x-amz-sts-extended-request-id"), "");
}

#[tokio::test]
async fn a_role_that_nobody_made_can_be_assumed() {
    let mut street = Street::new();
    let input = json!({"RoleArn": ROLE, "RoleSessionName": "run", "SourceIdentity": "alice", "Policy": r#"{"Statement":[]}"#});
    let answer = street.ok("sts", "AssumeRole", input).await;
    assert_eq!(
        answer.one("Arn").as_deref(),
        Some("arn:aws:sts::111122223333:assumed-role/deploy/run")
    );
    assert_eq!(
        answer.one("Expiration").as_deref(),
        Some("2026-11-23T17:05:00Z")
    );
    assert_eq!(answer.one("PackedPolicySize").as_deref(), Some("1"));
    assert_eq!(answer.one("SourceIdentity").as_deref(), Some("alice"));
    let key = key(&answer);
    assert!(key.starts_with("ASIA") && key.len() == 20);
    let Identity::AssumedRole {
        path,
        source_identity,
        session,
        ..
    } = identity(&street, &key)
    else {
        panic!("a session");
    };
    assert_eq!(
        (path.as_str(), source_identity.as_deref()),
        ("/ci/", Some("alice"))
    );
    assert_eq!(
        session.unwrap().creation_date,
        Timestamp::from_millis(NOW).whole_second()
    );
    let info = street
        .ok("sts", "GetAccessKeyInfo", json!({"AccessKeyId": key}))
        .await;
    assert_eq!(info.one("Account").as_deref(), Some(OWNER));

    street.become_key(&key);
    let me = street.ok("sts", "GetCallerIdentity", json!({})).await;
    assert_eq!(me.one("UserId"), answer.one("AssumedRoleId"));
    street.later(3599);
    assert_eq!(street.standing(&key), Some(Standing::Good));
    street.later(1);
    assert_eq!(street.standing(&key), Some(Standing::Expired));
}

#[tokio::test]
async fn chains_of_roles_keep_source_and_transitive_tags_and_last_an_hour() {
    let mut street = Street::new();
    let first = json!({
        "RoleArn": ROLE, "RoleSessionName": "one", "SourceIdentity": "alice",
        "Tags": [{"Key": "team", "Value": "a"}, {"Key": "own", "Value": "b"}], "TransitiveTagKeys": ["team"],
    });
    let one = key(&street.ok("sts", "AssumeRole", first).await);
    street.become_key(&one);
    let statement = json!({
        "Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {"StringEquals": {"aws:PrincipalTag/team": "a", "aws:SourceIdentity": "alice"}},
    });
    let trust = json!({"Statement": [statement]}).to_string();
    street
        .ok(
            "iam",
            "CreateRole",
            json!({"RoleName": "next", "AssumeRolePolicyDocument": trust}),
        )
        .await;
    let next = "arn:aws:iam::111122223333:role/next";
    let input = |more: Value| {
        let mut input = json!({"RoleArn": next, "RoleSessionName": "two"});
        input
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        input
    };
    let two = street.ok("sts", "AssumeRole", input(json!({}))).await;
    assert_eq!(two.one("SourceIdentity").as_deref(), Some("alice"));
    assert_eq!(
        street
            .refused("sts", "AssumeRole", input(json!({"DurationSeconds": 3601})))
            .await
            .2,
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
    );
    assert_eq!(
        street
            .refused(
                "sts",
                "AssumeRole",
                input(json!({"Tags": [{"Key": "Team", "Value": "x"}]}))
            )
            .await
            .1,
        "InvalidParameterValue"
    );
    denied(
        &street,
        "AssumeRole",
        input(json!({"SourceIdentity": "bob"})),
    )
    .await;
}

#[tokio::test]
async fn only_transitive_tags_go_on_into_the_next_session() {
    let mut street = Street::new();
    let first = json!({
        "RoleArn": ROLE, "RoleSessionName": "one",
        "Tags": [{"Key": "team", "Value": "a"}, {"Key": "own", "Value": "b"}], "TransitiveTagKeys": ["team"],
    });
    let one = key(&street.ok("sts", "AssumeRole", first).await);
    street.become_key(&one);
    let next = json!({"RoleArn": "arn:aws:iam::111122223333:role/next", "RoleSessionName": "two"});
    let two = street.ok("sts", "AssumeRole", next).await;
    street.become_key(&key(&two));
    let third = |tag: &str| {
        json!({"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole",
               "Condition": {"StringLike": {format!("aws:PrincipalTag/{tag}"): "*"}}})
    };
    for (tag, goes_on) in [("team", true), ("own", false)] {
        let trust = json!({"Statement": third(tag)}).to_string();
        street
            .ok(
                "iam",
                "CreateRole",
                json!({"RoleName": tag, "AssumeRolePolicyDocument": trust}),
            )
            .await;
        let input = json!({"RoleArn": format!("arn:aws:iam::111122223333:role/{tag}"), "RoleSessionName": "three"});
        let answer = street.call("sts", "AssumeRole", input).await;
        assert_eq!(answer.status == 200, goes_on, "{tag}");
    }
}

#[tokio::test]
async fn a_role_that_was_made_is_assumed_as_its_trust_policy_says() {
    let mut street = Street::new();
    let statement = json!({
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "secret"}, "Bool": {"aws:MultiFactorAuthPresent": "true"}},
    });
    make_role(&street, statement).await;
    let good = json!({"RoleArn": ROLE, "RoleSessionName": "run", "ExternalId": "secret",
                      "SerialNumber": "arn:aws:iam::444455556666:mfa/alice", "TokenCode": "123456"});
    let sentence = |account: &str, action: &str| {
        format!(
            "User: arn:aws:iam::{account}:user/alice is not authorized to perform: {action} on resource: {ROLE}"
        )
    };
    assert_eq!(
        denied(&street, "AssumeRole", good.clone()).await,
        sentence(OWNER, "sts:AssumeRole")
    );
    street.become_caller(user(STRANGER));
    let answer = street.ok("sts", "AssumeRole", good.clone()).await;
    let session = identity(&street, &key(&answer)).session().cloned().unwrap();
    assert_eq!(session.mfa_authenticated, Mfa::Used);
    for (member, value) in [("ExternalId", json!("wrong")), ("TokenCode", Value::Null)] {
        let mut input = good.clone();
        input[member] = value;
        assert_eq!(
            denied(&street, "AssumeRole", input).await,
            sentence(STRANGER, "sts:AssumeRole")
        );
    }
    let mut tagged = good.clone();
    tagged["Tags"] = json!([{"Key": "a", "Value": "b"}]);
    assert_eq!(
        denied(&street, "AssumeRole", tagged).await,
        sentence(STRANGER, "sts:TagSession")
    );
    let mut long = good.clone();
    long["DurationSeconds"] = json!(3601);
    assert_eq!(
        street.refused("sts", "AssumeRole", long).await.2,
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    );
    let mut elsewhere = good;
    elsewhere["RoleArn"] = json!("arn:aws:iam::111122223333:role/deploy");
    denied(&street, "AssumeRole", elsewhere).await;
}

#[tokio::test]
async fn what_is_wrong_is_refused_in_aws_words() {
    let mut street = Street::new();
    let arn = "arn:aws:iam::111122223333:user/bob";
    for (input, code, message) in [
        (
            json!({"RoleArn": ROLE}),
            "ValidationError",
            "1 validation error detected: Value null at 'roleSessionName' failed to satisfy constraint: Member must not be null",
        ),
        (
            json!({"RoleArn": arn, "RoleSessionName": "s1"}),
            "ValidationError",
            "arn:aws:iam::111122223333:user/bob is invalid",
        ),
        (
            json!({"RoleArn": ROLE, "RoleSessionName": "a b"}),
            "ValidationError",
            "1 validation error detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
        ),
        (
            json!({"RoleArn": ROLE, "RoleSessionName": "s1", "DurationSeconds": 899}),
            "ValidationError",
            "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
        ),
        (
            json!({"RoleArn": ROLE, "RoleSessionName": "s1", "Policy": "{"}),
            "MalformedPolicyDocument",
            "This policy contains invalid Json",
        ),
        (
            json!({"RoleArn": ROLE, "RoleSessionName": "s1", "TransitiveTagKeys": ["x"]}),
            "InvalidParameterValue",
            "The specified transitive tag key must be included in the requested tags.",
        ),
    ] {
        let refused = street.refused("sts", "AssumeRole", input).await;
        assert_eq!(refused, (400, code.to_owned(), message.to_owned()));
    }
    street.become_caller(root());
    let input = json!({"RoleArn": ROLE, "RoleSessionName": "s1"});
    assert_eq!(
        denied(&street, "AssumeRole", input).await,
        "Roles may not be assumed by root accounts."
    );
}

#[tokio::test]
async fn the_same_request_is_given_the_same_key_and_others_others() {
    let input = json!({"RoleArn": ROLE, "RoleSessionName": "run"});
    let (one, two) = (Street::new(), Street::new());
    let first = key(&one.ok("sts", "AssumeRole", input.clone()).await);
    assert_eq!(
        first,
        key(&two.ok("sts", "AssumeRole", input.clone()).await)
    );
    assert_ne!(first, key(&one.ok("sts", "AssumeRole", input).await));
}
