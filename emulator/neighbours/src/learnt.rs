//! What calls that another STS or IAM answered say of users, roles and keys: what is there, under which id, and whose.
//!
//! Nothing is judged here, and only what identities need is kept.

use localtrail_core::{Caller, Identity, Mfa, Session, Timestamp};
use serde_json::{Map, Value};

use crate::directory::{
    AccessKey, Change, Entity, KeyOwner, Role, SessionKey, State, Status, User,
};
use crate::iam::{TOTAL, is_path};
use crate::sts::identities::{self, Target};

/// A role that was made elsewhere is held to no shorter sessions here, in seconds.
const LONGEST_SESSION: u64 = 43_200;

/// A call that was answered elsewhere with success.
#[derive(Debug, Clone, Copy)]
pub struct Elsewhere<'a> {
    /// botocore's name: `sts` or `iam`.
    pub service: &'a str,
    /// Such as `CreateUser`.
    pub operation: &'a str,
    /// Under the names of the service's model, times in seconds since the epoch.
    pub input: &'a Map<String, Value>,
    /// The same of the answer.
    pub output: &'a Map<String, Value>,
    /// Who called.
    pub caller: &'a Caller,
    /// When.
    pub now: Timestamp,
}

/// What is to be changed here after such a call.
pub(crate) fn changes(call: &Elsewhere<'_>, state: &State) -> Vec<Change> {
    let change = match call.service {
        "sts" => temporary(call).map(Change::Session),
        "iam" if call.operation == "UpdateUser" => return renamed(call, state).unwrap_or_default(),
        "iam" => of_iam(call, state),
        _ => None,
    };
    let grows = matches!(
        change,
        Some(Change::User(_) | Change::Role(_) | Change::Key(_))
    );
    let change = change.filter(|_| !grows || state.entities() < TOTAL);
    change.into_iter().collect()
}

fn of_iam(call: &Elsewhere<'_>, state: &State) -> Option<Change> {
    let account = call.caller.account();
    match call.operation {
        "CreateUser" | "GetUser" => user(call, state).map(Change::User),
        "DeleteUser" => {
            let user = state.user(account, text(call.input, "UserName")?)?;
            Some(Change::NoUser(account, user.entity.name.clone()))
        }
        "CreateRole" | "GetRole" => role(call, state).map(|role| Change::Role(Box::new(role))),
        "DeleteRole" => {
            // The account of the role is that of its ARN, which this call does not tell.
            let role = state.roles_named(text(call.input, "RoleName")?);
            let role = role.max_by_key(|role| role.account == account)?;
            Some(Change::NoRole(role.account, role.entity.name.clone()))
        }
        "CreateAccessKey" => key(call, state).map(Change::Key),
        "UpdateAccessKey" => {
            let key = state.key(text(call.input, "AccessKeyId")?)?;
            let status = match text(call.input, "Status")? {
                "Inactive" => Status::Inactive,
                _ => Status::Active,
            };
            Some(Change::Key(AccessKey {
                status,
                ..key.clone()
            }))
        }
        "DeleteAccessKey" => {
            let key = state.key(text(call.input, "AccessKeyId")?)?;
            Some(Change::NoKey(key.id.clone()))
        }
        "CreateAccountAlias" => {
            let alias = text(call.input, "AccountAlias")?;
            Some(Change::Alias(account, Some(alias.to_owned())))
        }
        "DeleteAccountAlias" => Some(Change::Alias(account, None)),
        _ => None,
    }
}

/// The user that an answer tells of, unless that is known. It is of the calling account, where its calls are recorded,
/// whatever account the other IAM takes the caller for.
fn user(call: &Elsewhere<'_>, state: &State) -> Option<User> {
    let account = call.caller.account();
    let entity = entity(call, "User")?;
    let known = state.user(account, &entity.name);
    let is_new = known.is_none_or(|known| !is_same(&known.entity, &entity));
    is_new.then_some(User { account, entity })
}

/// The role that an answer tells of, unless that is known. It is of the account of its ARN, by which it will be assumed.
fn role(call: &Elsewhere<'_>, state: &State) -> Option<Role> {
    let entity = entity(call, "Role")?;
    let told = call.output.get("Role")?.as_object()?;
    let account = Target::parse(text(told, "Arn")?)?.account;
    let known = state.role(account, &entity.name);
    let is_new = known.is_none_or(|known| !is_same(&known.entity, &entity));
    is_new.then_some(Role {
        account,
        entity,
        trust: None,
        description: None,
        max_session: LONGEST_SESSION,
    })
}

fn is_same(known: &Entity, told: &Entity) -> bool {
    (&known.id, &known.name, &known.path) == (&told.id, &told.name, &told.path)
}

fn entity(call: &Elsewhere<'_>, what: &str) -> Option<Entity> {
    let told = call.output.get(what)?.as_object()?;
    let path = text(told, "Path").filter(|path| is_path(path));
    Some(Entity {
        id: text(told, &format!("{what}Id"))?.to_owned(),
        name: text(told, &format!("{what}Name"))?.to_owned(),
        path: path.unwrap_or("/").to_owned(),
        created: call.now.whole_second(),
        ..Entity::default()
    })
}

fn renamed(call: &Elsewhere<'_>, state: &State) -> Option<Vec<Change>> {
    let user = state.user(call.caller.account(), text(call.input, "UserName")?)?;
    let path = text(call.input, "NewPath").filter(|path| is_path(path));
    Some(state.renamed(user, text(call.input, "NewUserName"), path))
}

fn key(call: &Elsewhere<'_>, state: &State) -> Option<AccessKey> {
    let told = call.output.get("AccessKey")?.as_object()?;
    let account = call.caller.account();
    let owner = match (&call.caller.identity, text(call.input, "UserName")) {
        (Identity::Root { .. }, None) => KeyOwner::Root,
        _ => owner(call, state, text(told, "UserName")?),
    };
    Some(AccessKey {
        id: text(told, "AccessKeyId")?.to_owned(),
        secret: text(told, "SecretAccessKey")?.to_owned(),
        account,
        owner,
        created: call.now.whole_second(),
        status: Status::Active,
    })
}

/// The user of this name: as it is known, as the caller, or as nobody more than a name.
fn owner(call: &Elsewhere<'_>, state: &State, name: &str) -> KeyOwner {
    let account = call.caller.account();
    if let Some(user) = state.user(account, name) {
        return KeyOwner::User(user.entity.name.clone());
    }
    let mut identity = match &call.caller.identity {
        own @ Identity::IamUser { user_name, .. } if user_name == name => own.clone(),
        _ => Identity::IamUser {
            account_id: account,
            user_name: name.to_owned(),
            path: "/".to_owned(),
            principal_id: None,
            session: None,
        },
    };
    if let Identity::IamUser { session, .. } = &mut identity {
        *session = None;
    }
    KeyOwner::Other(Box::new(identity))
}

fn temporary(call: &Elsewhere<'_>) -> Option<SessionKey> {
    let (input, output) = (call.input, call.output);
    let caller = &call.caller.identity;
    let mfa = Mfa::from(text(input, "TokenCode").is_some());
    let session = |mfa| identities::session(call.now, mfa);
    let identity = match call.operation {
        "AssumeRole" | "AssumeRoleWithSAML" => assumed(call, session(mfa))?,
        "AssumeRoleWithWebIdentity" => {
            let said = |name| text(output, name).unwrap_or_default();
            let (provider, audience) = (said("Provider"), said("Audience"));
            let subject = said("SubjectFromWebIdentityToken");
            assumed(
                call,
                identities::web_session(call.now, provider, audience, subject),
            )?
        }
        "GetSessionToken" => identities::with_session(caller, session(mfa))?,
        "GetFederationToken" => {
            identities::federated(caller, text(input, "Name")?, session(Mfa::Absent))?
        }
        _ => return None,
    };
    let key = output.get("Credentials")?.as_object()?;
    let expires = key.get("Expiration").and_then(Value::as_f64);
    Some(SessionKey {
        id: text(key, "AccessKeyId")?.to_owned(),
        secret: text(key, "SecretAccessKey")?.to_owned(),
        token: text(key, "SessionToken").map(str::to_owned),
        issued: call.now.whole_second(),
        expires: expires.map(|seconds| {
            #[expect(clippy::cast_possible_truncation, reason = "times are whole seconds")]
            let seconds = seconds as i64;
            Timestamp::from_seconds(seconds)
        }),
        identity,
        tags: Vec::new(),
        transitive: Vec::new(),
    })
}

/// The session that `AssumedRoleUser` names.
fn assumed(call: &Elsewhere<'_>, session: Session) -> Option<Identity> {
    let user = call.output.get("AssumedRoleUser")?.as_object()?;
    let (role_id, session_name) = text(user, "AssumedRoleId")?.split_once(':')?;
    let target = Target::parse(text(call.input, "RoleArn")?)?;
    let source = text(call.output, "SourceIdentity").map(str::to_owned);
    Some(target.session(role_id.to_owned(), session_name, session, source))
}

fn text<'a>(object: &'a Map<String, Value>, member: &str) -> Option<&'a str> {
    object.get(member)?.as_str()
}

#[cfg(test)]
mod tests;
