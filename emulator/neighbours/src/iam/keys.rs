//! Permanent access keys.

use hyper::StatusCode;
use localtrail_core::Identity;
use serde_json::{Value, json};

use super::{Ask, has_room, limited, user};
use crate::directory::{AccessKey, Change, KeyOwner, State, Status, access_key};
use crate::query::{Fault, Rule, Said, time};

/// D, IAM quotas.
const KEYS_PER_USER: usize = 2;

const KEY_ID: Rule = Rule::length(16, 128).of(|c| c.is_ascii_alphanumeric() || c == '_', "[\\w]+");

pub(super) fn create(ask: &mut Ask<'_>) -> Said {
    let name = ask.optional_name("UserName")?;
    let (account, asked) = (ask.account(), ask.asked);
    ask.change(|state| {
        let owner = owner(state, &asked.caller.identity, name)?;
        if state.keys_of(account, &owner).len() >= KEYS_PER_USER {
            return Err(limited("AccessKeysPerUser", KEYS_PER_USER));
        }
        has_room(state)?;
        let (id, secret) = access_key("AKIA", account, &asked.request_id);
        let key = AccessKey {
            id,
            secret,
            account,
            owner,
            created: asked.now.whole_second(),
            status: Status::Active,
        };
        let told = json!({"AccessKey": {
            "UserName": owner_name(&key),
            "AccessKeyId": key.id,
            "Status": key.status.as_str(),
            "SecretAccessKey": key.secret,
            "CreateDate": time(key.created),
        }});
        Ok((told, vec![Change::Key(key)]))
    })
}

pub(super) fn list(ask: &mut Ask<'_>) -> Said {
    let name = ask.optional_name("UserName")?;
    let page = ask.page()?;
    let (account, caller) = (ask.account(), &ask.asked.caller.identity);
    ask.look(|state| {
        let owner = owner(state, caller, name)?;
        let mut keys = state.keys_of(account, &owner);
        keys.sort_by(|one, other| one.id.cmp(&other.id));
        let keys = keys.iter().map(|key| {
            let told = json!({
                "UserName": owner_name(key),
                "AccessKeyId": key.id,
                "Status": key.status.as_str(),
                "CreateDate": time(key.created),
            });
            (key.id.as_str(), told)
        });
        Ok(page.of("AccessKeyMetadata", keys))
    })
}

pub(super) fn update(ask: &mut Ask<'_>) -> Said {
    let status = match ask.input.choice("Status", &["Active", "Inactive"]) {
        None => {
            ask.input.missing("Status");
            Status::Active
        }
        Some("Inactive") => Status::Inactive,
        Some(_) => Status::Active,
    };
    change(ask, |key| {
        let changed = AccessKey {
            status,
            ..key.clone()
        };
        Change::Key(changed)
    })
}

pub(super) fn delete(ask: &mut Ask<'_>) -> Said {
    change(ask, |key| Change::NoKey(key.id.clone()))
}

fn change(ask: &mut Ask<'_>, how: impl FnOnce(&AccessKey) -> Change) -> Said {
    let name = ask.optional_name("UserName")?;
    let id = ask.input.required("AccessKeyId", KEY_ID);
    let (account, caller) = (ask.account(), &ask.asked.caller.identity);
    ask.change(|state| {
        let owner = owner(state, caller, name)?;
        let keys = state.keys_of(account, &owner);
        let key = keys.iter().find(|key| key.id == id).ok_or_else(|| {
            Fault::new(
                StatusCode::NOT_FOUND,
                "NoSuchEntity",
                format!("The Access Key with id {id} cannot be found."),
            )
        })?;
        Ok((Value::Null, vec![how(key)]))
    })
}

pub(super) fn last_used(ask: &mut Ask<'_>) -> Said {
    let id = ask.input.required("AccessKeyId", KEY_ID);
    let account = ask.account();
    ask.look(|state| {
        // AWS denies what is another's or nobody's alike (O).
        let key = state.key(id).filter(|key| key.account == account);
        let key = key.ok_or_else(|| {
            Fault::denied(format!(
                "User: {} is not authorized to perform: iam:GetAccessKeyLastUsed on resource: access key {id}",
                ask.asked.caller.identity.arn_in(&ask.asked.region).unwrap_or_default(),
            ))
        })?;
        let used = match state.last_use(id) {
            Some(used) => json!({
                "LastUsedDate": time(used.at.whole_second()),
                "ServiceName": used.service,
                "Region": used.region.as_str(),
            }),
            None => json!({"ServiceName": "N/A", "Region": "N/A"}),
        };
        Ok(json!({"UserName": owner_name(key), "AccessKeyLastUsed": used}))
    })
}

/// Whose keys are meant: those of the named user, else the caller's own.
fn owner(state: &State, caller: &Identity, name: Option<&str>) -> Result<KeyOwner, Fault> {
    let account = caller.account();
    match (name, caller) {
        (None, Identity::Root { .. }) => Ok(KeyOwner::Root),
        (None, Identity::IamUser { user_name, .. }) => Ok(own(state, caller, user_name)),
        (Some(name), Identity::IamUser { user_name, .. }) if name == user_name => {
            Ok(own(state, caller, user_name))
        }
        (Some(name), _) => {
            let user = user(state, account, name)?;
            Ok(KeyOwner::User(user.entity.name.clone()))
        }
        (None, _) => Err(Fault::validation(
            "Must specify userName when calling with non-User credentials",
        )),
    }
}

/// A user who calls is there, even if nobody made it here.
fn own(state: &State, caller: &Identity, name: &str) -> KeyOwner {
    match state.user(caller.account(), name) {
        Some(user) => KeyOwner::User(user.entity.name.clone()),
        None => KeyOwner::Other(Box::new(without_session(caller))),
    }
}

fn without_session(caller: &Identity) -> Identity {
    let mut identity = caller.clone();
    if let Identity::IamUser { session, .. } = &mut identity {
        *session = None;
    }
    identity
}

fn owner_name(key: &AccessKey) -> Value {
    match &key.owner {
        // Root's keys are told under the account's number (I).
        KeyOwner::Root => Value::String(key.account.to_string()),
        KeyOwner::User(name) => Value::String(name.clone()),
        KeyOwner::Other(identity) => identity.user_name().map_or(Value::Null, Value::String),
    }
}
