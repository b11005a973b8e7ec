//! What is known after calls that another STS or IAM answered.

use localtrail_core::AccountId;
use serde_json::json;

use super::*;
use crate::directory::{Directory, Standing};

struct World {
    directory: Directory,
    caller: Caller,
}

impl World {
    fn new() -> Self {
        let identity = Identity::IamUser {
            account_id: AccountId::parse("111122223333").unwrap(),
            user_name: "bob".to_owned(),
            path: "/".to_owned(),
            principal_id: None,
            session: None,
        };
        Self {
            directory: Directory::open(None).unwrap(),
            caller: Caller {
                identity,
                access_key_id: Some("AKIA".to_owned()),
            },
        }
    }

    /// An operation that only IAM or only STS has was answered.
    fn answered(&self, service: &str, operation: &str, input: &Value, output: &Value) {
        let call = Elsewhere {
            service,
            operation,
            input: input.as_object().unwrap(),
            output: output.as_object().unwrap(),
            caller: &self.caller,
            now: Timestamp::from_seconds(1000),
        };
        self.directory.learn(|state| changes(&call, state)).unwrap();
    }

    fn iam(&self, operation: &str, input: &Value, output: &Value) {
        self.answered("iam", operation, input, output);
    }

    fn who(&self, key: &str) -> Option<Identity> {
        let issued = self.directory.issued(key, Timestamp::from_seconds(1000))?;
        Some(issued.identity)
    }

    fn standing(&self, key: &str) -> Option<Standing> {
        let issued = self.directory.issued(key, Timestamp::from_seconds(1000))?;
        Some(issued.standing)
    }
}

fn new_key(user: &str) -> Value {
    json!({"AccessKey": {"UserName": user, "AccessKeyId": "AKIA1", "SecretAccessKey": "s"}})
}

#[test]
fn sessions_of_another_sts() {
    let world = World::new();
    let credentials = |id: &str| json!({"AccessKeyId": id, "SecretAccessKey": "s", "SessionToken": "t", "Expiration": 4600});
    let sts = |operation: &str, input: &Value, output: &Value| {
        world.answered("sts", operation, input, output);
    };
    sts(
        "AssumeRole",
        &json!({"RoleArn": "arn:aws:iam::444455556666:role/ci/deploy", "RoleSessionName": "run"}),
        &json!({"Credentials": credentials("A"), "AssumedRoleUser": {"AssumedRoleId": "AROAX:run", "Arn": "arn:aws:sts::444455556666:assumed-role/deploy/run"}}),
    );
    let role = world.who("A").unwrap();
    let arn = "arn:aws:sts::444455556666:assumed-role/deploy/run";
    assert_eq!(role.arn().unwrap(), arn);
    assert_eq!(role.principal_id().unwrap(), "AROAX:run");
    let over = world.directory.issued("A", Timestamp::from_seconds(4600));
    assert_eq!(over.unwrap().standing, Standing::Expired);
    let output = json!({"Credentials": credentials("B")});
    sts("GetSessionToken", &json!({"TokenCode": "123456"}), &output);
    let session = world.who("B").unwrap().session().cloned().unwrap();
    assert_eq!(session.mfa_authenticated, Mfa::Used);
    let output = json!({"Credentials": credentials("C")});
    sts("GetFederationToken", &json!({"Name": "guest"}), &output);
    let guest = world.who("C").unwrap();
    assert_eq!(guest.principal_id().unwrap(), "111122223333:guest");
    sts("GetCallerIdentity", &json!({}), &json!({}));
    sts("AssumeRole", &json!({}), &json!({}));
}

#[test]
fn a_user_of_another_iam_has_its_id_and_path() {
    let world = World::new();
    // Nothing is known of the user but its name.
    world.iam(
        "CreateAccessKey",
        &json!({"UserName": "eve"}),
        &new_key("eve"),
    );
    let unknown = world.who("AKIA1").unwrap();
    assert_eq!(unknown.arn().unwrap(), "arn:aws:iam::111122223333:user/eve");
    let eve = json!({"User": {"UserName": "eve", "UserId": "AIDAEVE", "Path": "/team/", "Arn": "arn:aws:iam::123456789012:user/team/eve"}});
    world.iam("CreateUser", &json!({"UserName": "eve"}), &eve);
    world.iam(
        "CreateAccessKey",
        &json!({"UserName": "eve"}),
        &new_key("eve"),
    );
    let known = world.who("AKIA1").unwrap();
    let arn = "arn:aws:iam::111122223333:user/team/eve";
    assert_eq!(known.arn().unwrap(), arn);
    assert_eq!(known.principal_id().unwrap(), "AIDAEVE");
    let status = |to: &str| json!({"AccessKeyId": "AKIA1", "Status": to});
    world.iam("UpdateAccessKey", &status("Inactive"), &json!({}));
    assert_eq!(world.standing("AKIA1"), Some(Standing::Inactive));
    world.iam("UpdateAccessKey", &status("Active"), &json!({}));
    assert_eq!(world.standing("AKIA1"), Some(Standing::Good));
    let name = json!({"UserName": "eve", "NewUserName": "eva", "NewPath": "/"});
    world.iam("UpdateUser", &name, &json!({}));
    let renamed = world.who("AKIA1").unwrap();
    assert_eq!(renamed.arn().unwrap(), "arn:aws:iam::111122223333:user/eva");
    world.iam(
        "DeleteAccessKey",
        &json!({"AccessKeyId": "AKIA1"}),
        &json!({}),
    );
    assert_eq!(world.who("AKIA1"), None);
    world.iam("DeleteUser", &json!({"UserName": "eva"}), &json!({}));
    assert_eq!(world.directory.read(State::entities), 0);
}

#[test]
fn a_role_of_another_iam_is_known_by_its_arn_until_it_goes() {
    let world = World::new();
    let arn = "arn:aws:iam::123456789012:role/ci/deploy";
    let deploy =
        json!({"Role": {"RoleName": "deploy", "RoleId": "AROAX", "Path": "/ci/", "Arn": arn}});
    for operation in ["CreateRole", "GetRole"] {
        world.iam(operation, &json!({"RoleName": "deploy"}), &deploy);
    }
    let id = || {
        let target = Target::parse(arn).unwrap();
        world.directory.read(|state| target.id(target.find(state)))
    };
    assert_eq!(id(), "AROAX");
    world.iam("DeleteRole", &json!({"RoleName": "deploy"}), &json!({}));
    assert_ne!(id(), "AROAX");
}

#[test]
fn an_answer_that_lacks_something_teaches_nothing() {
    let world = World::new();
    for operation in [
        "CreateUser",
        "GetUser",
        "UpdateUser",
        "DeleteUser",
        "CreateRole",
        "DeleteRole",
        "CreateAccessKey",
        "UpdateAccessKey",
        "DeleteAccessKey",
        "CreateAccountAlias",
        "ListUsers",
    ] {
        world.iam(operation, &json!({}), &json!({}));
        let odd = json!({"User": 1, "Role": {"RoleId": []}, "AccessKey": {"UserName": "x"}});
        world.iam(operation, &json!({"UserName": 1, "Status": "x"}), &odd);
    }
    assert_eq!(world.directory.read(State::len), 0);
}

#[test]
fn the_alias_of_an_account() {
    let world = World::new();
    let account = world.caller.account();
    world.iam(
        "CreateAccountAlias",
        &json!({"AccountAlias": "corp"}),
        &json!({}),
    );
    assert_eq!(world.directory.alias(account).as_deref(), Some("corp"));
    world.iam(
        "DeleteAccountAlias",
        &json!({"AccountAlias": "corp"}),
        &json!({}),
    );
    assert_eq!(world.directory.alias(account), None);
}
