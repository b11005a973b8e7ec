//! IAM users, roles, keys and what hangs on them.

use localtrail_core::{Caller, Identity, Timestamp};
use localtrail_neighbours::{Neighbours, Standing};
use serde_json::{Value, json};

use crate::street::Street;
use crate::town::{Answer, OWNER, STRANGER, account, options, user};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}]}"#;

fn refusal(status: u16, code: &str, message: &str) -> (u16, String, String) {
    (status, code.to_owned(), message.to_owned())
}

/// The call is refused so.
async fn assert_refused(
    street: &Street,
    operation: &str,
    input: Value,
    (status, code): (u16, &str),
    message: &str,
) {
    let refused = street.refused("iam", operation, input).await;
    assert_eq!(refused, refusal(status, code, message), "{operation}");
}

const EVE: &str = "eve";

#[tokio::test]
async fn a_user_is_made_and_found() {
    let street = Street::new();
    let input = json!({"UserName": EVE, "Path": "/team/", "Tags": [{"Key": "a", "Value": "1"}]});
    let made = street.ok("iam", "CreateUser", input).await;
    let told = |member: &str| made.one(member).unwrap();
    assert_eq!(told("Arn"), "arn:aws:iam::111122223333:user/team/eve");
    assert_eq!(told("CreateDate"), "2026-11-23T16:05:00Z");
    assert!(told("UserId").starts_with("AIDA") && told("UserId").len() == 21);
    assert_eq!(made.all("member"), ["<Key>a</Key><Value>1</Value>"]);
    let sentence = "User with name EVE already exists.";
    let twin = json!({"UserName": "EVE"});
    assert_refused(
        &street,
        "CreateUser",
        twin,
        (409, "EntityAlreadyExists"),
        sentence,
    )
    .await;
    let got = street.ok("iam", "GetUser", json!({"UserName": EVE})).await;
    assert_eq!(got.one("UserId"), made.one("UserId"));
}

#[tokio::test]
async fn a_user_keeps_its_keys_under_another_name_and_goes_without_them() {
    let street = Street::new();
    let made = street
        .ok("iam", "CreateUser", json!({"UserName": EVE}))
        .await;
    let key = street
        .ok("iam", "CreateAccessKey", json!({"UserName": EVE}))
        .await;
    let key = key.one("AccessKeyId").unwrap();
    let change = json!({"UserName": EVE, "NewUserName": "eva", "NewPath": "/x/"});
    street.ok("iam", "UpdateUser", change).await;
    let issued = street
        .town
        .neighbours
        .issued(&key, Timestamp::from_millis(0));
    let identity = issued.unwrap().identity;
    assert_eq!(
        identity.arn().unwrap(),
        "arn:aws:iam::111122223333:user/x/eva"
    );
    assert_eq!(identity.principal_id(), made.one("UserId"));

    let sentence = "The user with name eve cannot be found.";
    assert_refused(
        &street,
        "GetUser",
        json!({"UserName": EVE}),
        (404, "NoSuchEntity"),
        sentence,
    )
    .await;
    let sentence = "Cannot delete entity, must delete access keys first.";
    let eva = json!({"UserName": "eva"});
    assert_refused(
        &street,
        "DeleteUser",
        eva.clone(),
        (409, "DeleteConflict"),
        sentence,
    )
    .await;
    let its_key = json!({"UserName": "eva", "AccessKeyId": key});
    street.ok("iam", "DeleteAccessKey", its_key).await;
    let gone = street.ok("iam", "DeleteUser", eva).await.text();
    let expected = "<DeleteUserResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><ResponseMetadata>";
    assert!(gone.starts_with(expected), "{gone}");
    assert_eq!(street.standing(&key), None);
}

#[tokio::test]
async fn keys_two_for_each_and_of_no_use_when_inactive() {
    let street = Street::new();
    street
        .ok("iam", "CreateUser", json!({"UserName": "eve"}))
        .await;
    let mut keys = Vec::new();
    for _ in 0..2 {
        let made = street
            .ok("iam", "CreateAccessKey", json!({"UserName": "eve"}))
            .await;
        assert_eq!(made.one("SecretAccessKey").unwrap().len(), 40);
        keys.push(made.one("AccessKeyId").unwrap());
    }
    assert_ne!(keys[0], keys[1]);
    assert!(keys[0].starts_with("AKIA"));
    assert_eq!(
        street
            .refused("iam", "CreateAccessKey", json!({"UserName": "eve"}))
            .await,
        refusal(
            409,
            "LimitExceeded",
            "Cannot exceed quota for AccessKeysPerUser: 2"
        )
    );
    assert_eq!(street.standing(&keys[0]), Some(Standing::Good));
    let change = json!({"UserName": "eve", "AccessKeyId": keys[0], "Status": "Inactive"});
    street.ok("iam", "UpdateAccessKey", change).await;
    assert_eq!(street.standing(&keys[0]), Some(Standing::Inactive));
    let mut listed = street
        .ok("iam", "ListAccessKeys", json!({"UserName": "eve"}))
        .await
        .all("AccessKeyId");
    listed.sort();
    keys.sort();
    assert_eq!(listed, keys);
    assert_eq!(
        street
            .refused(
                "iam",
                "DeleteAccessKey",
                json!({"UserName": "eve", "AccessKeyId": "AKIAIOSFODNN7EXAMPLE"})
            )
            .await,
        refusal(
            404,
            "NoSuchEntity",
            "The Access Key with id AKIAIOSFODNN7EXAMPLE cannot be found."
        )
    );
}

#[tokio::test]
async fn the_last_use_of_a_key_is_told() {
    let mut street = Street::new();
    street
        .ok("iam", "CreateUser", json!({"UserName": "eve"}))
        .await;
    let made = street
        .ok("iam", "CreateAccessKey", json!({"UserName": "eve"}))
        .await;
    let key = made.one("AccessKeyId").unwrap();
    let asked = json!({"AccessKeyId": key});
    let unused = street
        .ok("iam", "GetAccessKeyLastUsed", asked.clone())
        .await;
    assert_eq!(unused.one("ServiceName").as_deref(), Some("N/A"));
    assert_eq!(unused.one("LastUsedDate"), None);
    street.become_key(&key);
    street.later(60);
    street.note_use("sts.amazonaws.com");
    let used = street.ok("iam", "GetAccessKeyLastUsed", asked).await;
    assert_eq!(used.one("ServiceName").as_deref(), Some("sts"));
    assert_eq!(
        used.one("LastUsedDate").as_deref(),
        Some("2026-11-23T16:06:00Z")
    );
    assert_eq!(used.one("UserName").as_deref(), Some("eve"));
}

#[tokio::test]
async fn a_caller_needs_no_name_for_its_own_and_a_session_does() {
    let mut street = Street::new();
    let own = street.ok("iam", "GetUser", json!({})).await;
    assert_eq!(own.one("UserName").as_deref(), Some("alice"));
    assert_eq!(own.one("UserId").as_deref(), Some("AIDAEXAMPLE"));
    let made = street.ok("iam", "CreateAccessKey", json!({})).await;
    let key = made.one("AccessKeyId").unwrap();
    street.become_key(&key);
    let again = street.ok("sts", "GetCallerIdentity", json!({})).await;
    assert_eq!(again.one("UserId").as_deref(), Some("AIDAEXAMPLE"));
    street.become_caller(Caller {
        identity: serde_json::from_value::<Identity>(
            json!({"type": "AssumedRole", "accountId": OWNER, "roleName": "r", "sessionName": "s"}),
        )
        .unwrap(),
        access_key_id: None,
    });
    assert_eq!(
        street.refused("iam", "GetUser", json!({})).await,
        refusal(
            400,
            "ValidationError",
            "Must specify userName when calling with non-User credentials"
        )
    );
}

async fn make_role(street: &Street) -> Answer {
    let input = json!({"RoleName": "deploy", "Path": "/ci/", "AssumeRolePolicyDocument": TRUST, "Description": "d"});
    street.ok("iam", "CreateRole", input).await
}

/// The role's name, and more members.
fn of_role(more: &Value) -> Value {
    let mut input = json!({"RoleName": "deploy"});
    let members = input.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    input
}

#[tokio::test]
async fn a_role_is_made_changed_and_deleted() {
    let street = Street::new();
    let made = make_role(&street).await;
    let told = |member: &str| made.one(member).unwrap();
    assert_eq!(told("Arn"), "arn:aws:iam::111122223333:role/ci/deploy");
    assert!(told("RoleId").starts_with("AROA"));
    assert!(told("AssumeRolePolicyDocument").starts_with("%7B%22Version%22%3A%222012-10-17%22"));
    let change = of_role(&json!({"MaxSessionDuration": 7200}));
    street.ok("iam", "UpdateRole", change).await;
    let got = street.ok("iam", "GetRole", of_role(&json!({}))).await;
    assert_eq!(got.one("MaxSessionDuration").as_deref(), Some("7200"));
    assert_eq!(got.one("Description").as_deref(), Some("d"));
    let none = street
        .ok("iam", "ListInstanceProfilesForRole", of_role(&json!({})))
        .await;
    assert!(
        none.text()
            .contains("<InstanceProfiles></InstanceProfiles>")
    );
    street.ok("iam", "DeleteRole", of_role(&json!({}))).await;
    let sentence = "The role with name deploy cannot be found.";
    assert_refused(
        &street,
        "GetRole",
        of_role(&json!({})),
        (404, "NoSuchEntity"),
        sentence,
    )
    .await;
}

#[tokio::test]
async fn policies_hang_on_a_role_and_hold_it() {
    let street = Street::new();
    make_role(&street).await;
    let inline = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let put = of_role(&json!({"PolicyName": "p", "PolicyDocument": inline}));
    street.ok("iam", "PutRolePolicy", put).await;
    let named = of_role(&json!({"PolicyName": "p"}));
    let told = street.ok("iam", "GetRolePolicy", named.clone()).await;
    let document = told.one("PolicyDocument").unwrap();
    assert!(document.contains("Effect%22%3A%22Allow"), "{document}");
    let listed = street
        .ok("iam", "ListRolePolicies", of_role(&json!({})))
        .await;
    assert_eq!(listed.all("member"), ["p"]);
    let managed =
        of_role(&json!({"PolicyArn": "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"}));
    street.ok("iam", "AttachRolePolicy", managed.clone()).await;
    let attached = street
        .ok("iam", "ListAttachedRolePolicies", of_role(&json!({})))
        .await;
    assert_eq!(
        attached.one("PolicyName").as_deref(),
        Some("ViewOnlyAccess")
    );
    for (operation, input, what) in [
        ("DetachRolePolicy", managed, "detach all policies"),
        ("DeleteRolePolicy", named, "delete policies"),
    ] {
        let sentence = format!("Cannot delete entity, must {what} first.");
        assert_refused(
            &street,
            "DeleteRole",
            of_role(&json!({})),
            (409, "DeleteConflict"),
            &sentence,
        )
        .await;
        street.ok("iam", operation, input).await;
    }
    street.ok("iam", "DeleteRole", of_role(&json!({}))).await;
}

#[tokio::test]
async fn lists_come_in_pages() {
    let street = Street::new();
    let names = ["Zoe", "ada", "Bob", "cyd", "eve"];
    for name in names {
        let path = if name == "cyd" { "/x/" } else { "/" };
        street
            .ok("iam", "CreateUser", json!({"UserName": name, "Path": path}))
            .await;
    }
    let mut found = Vec::new();
    let mut marker = Value::Null;
    for more in ["true", "true", "false"] {
        let page = street
            .ok("iam", "ListUsers", json!({"MaxItems": 2, "Marker": marker}))
            .await;
        assert_eq!(page.one("IsTruncated").as_deref(), Some(more));
        found.extend(page.all("UserName"));
        marker = page.one("Marker").map_or(Value::Null, Value::String);
    }
    assert_eq!(found, ["ada", "Bob", "cyd", "eve", "Zoe"]);
    let under = street
        .ok("iam", "ListUsers", json!({"PathPrefix": "/x/"}))
        .await;
    assert_eq!(under.all("UserName"), ["cyd"]);
    let (status, code, _) = street
        .refused("iam", "ListUsers", json!({"Marker": "!"}))
        .await;
    assert_eq!((status, code.as_str()), (400, "ValidationError"));
}

#[tokio::test]
async fn what_is_wrong_is_refused_in_aws_words() {
    let street = Street::new();
    for (operation, input, code, message) in [
        (
            "CreateUser",
            json!({}),
            "ValidationError",
            "1 validation error detected: Value null at 'userName' failed to satisfy constraint: Member must not be null",
        ),
        (
            "CreateUser",
            json!({"UserName": "a b"}),
            "ValidationError",
            "The specified value for userName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-",
        ),
        (
            "CreateUser",
            json!({"UserName": "a", "Path": "x"}),
            "ValidationError",
            "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.",
        ),
        (
            "CreateRole",
            json!({"RoleName": "r", "AssumeRolePolicyDocument": "{"}),
            "MalformedPolicyDocument",
            "This policy contains invalid Json",
        ),
        (
            "CreateRole",
            json!({"RoleName": "r", "AssumeRolePolicyDocument": TRUST, "MaxSessionDuration": 1}),
            "ValidationError",
            "1 validation error detected: Value '1' at 'maxSessionDuration' failed to satisfy constraint: Member must have value greater than or equal to 3600",
        ),
        (
            "TagUser",
            json!({"UserName": "alice", "Tags": [{"Key": "a", "Value": ""}, {"Key": "A", "Value": ""}]}),
            "InvalidInput",
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ),
    ] {
        assert_eq!(
            street.refused("iam", operation, input).await,
            refusal(400, code, message)
        );
    }
    let nothing = street.ok("iam", "ListUsers", json!({})).await;
    assert!(
        nothing.all("UserName").is_empty(),
        "what is refused changes nothing"
    );
}

#[tokio::test]
async fn tags_are_changed_whatever_their_case() {
    let street = Street::new();
    street.ok("iam", "CreateRole", json!({"RoleName": "r", "AssumeRolePolicyDocument": TRUST, "Tags": [{"Key": "team", "Value": "a"}]})).await;
    street.ok("iam", "TagRole", json!({"RoleName": "r", "Tags": [{"Key": "Team", "Value": "b"}, {"Key": "x", "Value": ""}]})).await;
    street
        .ok(
            "iam",
            "UntagRole",
            json!({"RoleName": "r", "TagKeys": ["X"]}),
        )
        .await;
    let tags = street
        .ok("iam", "ListRoleTags", json!({"RoleName": "r"}))
        .await;
    assert_eq!(tags.all("member"), ["<Key>Team</Key><Value>b</Value>"]);
}

#[tokio::test]
async fn accounts_do_not_see_each_other_and_share_no_alias() {
    let mut street = Street::new();
    street
        .ok("iam", "CreateUser", json!({"UserName": "eve"}))
        .await;
    street
        .ok("iam", "CreateAccountAlias", json!({"AccountAlias": "corp"}))
        .await;
    assert_eq!(
        street.town.neighbours.alias(street.account()).as_deref(),
        Some("corp")
    );
    street.become_caller(user(STRANGER));
    assert_eq!(
        street
            .refused("iam", "GetUser", json!({"UserName": "eve"}))
            .await
            .1,
        "NoSuchEntity"
    );
    assert_eq!(
        street
            .refused("iam", "CreateAccountAlias", json!({"AccountAlias": "corp"}))
            .await,
        refusal(
            409,
            "EntityAlreadyExists",
            "The account alias corp already exists."
        )
    );
    assert!(
        street
            .ok("iam", "ListAccountAliases", json!({}))
            .await
            .all("member")
            .is_empty()
    );
    street.become_caller(user(OWNER));
    street
        .ok("iam", "DeleteAccountAlias", json!({"AccountAlias": "corp"}))
        .await;
    assert_eq!(street.town.neighbours.alias(account(OWNER)), None);
}

#[tokio::test]
async fn the_file_survives_and_reset_empties_it() {
    let street = Street::new();
    let file = street.town.outside().join("identities.jsonl");
    let open = || {
        let mut options = options(localtrail_core::BucketPolicy::Enforced);
        options.directory = Some(file.clone());
        Neighbours::open(&street.town.root(), options).unwrap()
    };
    let asked = crate::town::asked();
    let call = |town: &Neighbours, operation: &str, input: Value| {
        let answer = town.answer("iam", operation, input.as_object(), &asked, None);
        answer.unwrap().status().as_u16()
    };
    let town = open();
    assert_eq!(call(&town, "CreateUser", json!({"UserName": "eve"})), 200);
    assert_eq!(
        call(&town, "CreateAccessKey", json!({"UserName": "eve"})),
        200
    );
    drop(town);
    // A line that was cut off is as if it never was.
    let mut text = std::fs::read(&file).unwrap();
    text.extend_from_slice(b"{\"user\":{\"acc");
    std::fs::write(&file, &text).unwrap();
    let town = open();
    assert_eq!(call(&town, "GetUser", json!({"UserName": "eve"})), 200);
    assert_eq!(call(&town, "CreateUser", json!({"UserName": "bob"})), 200);
    drop(town);
    let town = open();
    assert_eq!(call(&town, "GetUser", json!({"UserName": "bob"})), 200);
    town.reset().unwrap();
    assert_eq!(call(&town, "GetUser", json!({"UserName": "bob"})), 404);
    assert_eq!(std::fs::read(&file).unwrap(), b"");
    std::fs::write(&file, "nonsense\n").unwrap();
    let error = Neighbours::open(&street.town.root(), {
        let mut options = options(localtrail_core::BucketPolicy::Enforced);
        options.directory = Some(file.clone());
        options
    });
    assert!(error.unwrap_err().to_string().contains("line 1"));
}
