//! Users.

use localtrail_core::{Identity, Region, Timestamp, localized};
use serde_json::{Value, json};

use super::{ARN, Ask, boundary, exists, has_room, in_use, limited, told_tags, user};
use crate::directory::{Change, Entity, KeyOwner, State, User, unique_id};
use crate::query::{Fault, Rule, Said, time};

/// D, IAM quotas.
const USERS_PER_ACCOUNT: usize = 5000;

pub(super) fn create(ask: &mut Ask<'_>) -> Said {
    let name = ask.name("UserName")?;
    let path = ask.path("Path")?.unwrap_or("/");
    let boundary = ask.input.text("PermissionsBoundary", ARN);
    let tags = ask.input.tags();
    let (account, asked) = (ask.account(), ask.asked);
    ask.change(|state| {
        if state.user(account, name).is_some() {
            return Err(exists("User", name));
        }
        has_room(state)?;
        if state.users(account).count() >= USERS_PER_ACCOUNT {
            return Err(limited("UsersPerAccount", USERS_PER_ACCOUNT));
        }
        let user = User {
            account,
            entity: Entity {
                id: unique_id("AIDA", account, &asked.request_id),
                name: name.to_owned(),
                path: path.to_owned(),
                created: asked.now.whole_second(),
                boundary: boundary.map(str::to_owned),
                tags: super::tagging::checked(tags)?,
                ..Entity::default()
            },
        };
        Ok((
            json!({"User": told(&user, Detail::Whole, &asked.region)}),
            vec![Change::User(user)],
        ))
    })
}

pub(super) fn get(ask: &mut Ask<'_>) -> Said {
    let name = ask.optional_name("UserName")?;
    let (account, caller) = (ask.account(), &ask.asked.caller.identity);
    let region = &ask.asked.region;
    ask.look(|state| {
        let own = match caller {
            Identity::IamUser { user_name, .. } => Some(user_name.as_str()),
            _ => None,
        };
        let told = match (name, own) {
            (None, None) => unnamed(caller, region)?,
            (Some(name), own) | (None, own @ Some(name)) => match user(state, account, name) {
                Ok(user) => told(user, Detail::Whole, region),
                // A user who calls is there, even if nobody made it here.
                Err(_) if own == Some(name) => undeclared(caller, region),
                Err(fault) => return Err(fault),
            },
        };
        Ok(json!({"User": told}))
    })
}

/// What root is told of itself; nobody else is told anything without a name.
fn unnamed(caller: &Identity, region: &Region) -> Result<Value, Fault> {
    match caller {
        Identity::Root { account_id, .. } => Ok(json!({
            "UserId": account_id,
            "Arn": caller.arn_in(region),
            "CreateDate": time(Timestamp::from_seconds(0)),
        })),
        _ => Err(Fault::validation(
            "Must specify userName when calling with non-User credentials",
        )),
    }
}

/// A user of whom nobody knows since when it is there: since ever (I).
fn undeclared(caller: &Identity, region: &Region) -> Value {
    let Identity::IamUser {
        user_name, path, ..
    } = caller
    else {
        return Value::Null;
    };
    json!({
        "Path": path,
        "UserName": user_name,
        "UserId": caller.principal_id(),
        "Arn": caller.arn_in(region),
        "CreateDate": time(Timestamp::from_seconds(0)),
    })
}

pub(super) fn list(ask: &mut Ask<'_>) -> Said {
    let prefix = ask
        .input
        .text("PathPrefix", Rule::length(1, 512))
        .unwrap_or("/");
    let page = ask.page()?;
    let (account, region) = (ask.account(), &ask.asked.region);
    ask.look(|state| {
        let users = state
            .users(account)
            .filter(|user| user.entity.path.starts_with(prefix));
        let users = users.map(|user| {
            (
                user.entity.name.as_str(),
                told(user, Detail::Listed, region),
            )
        });
        Ok(page.of("Users", users))
    })
}

pub(super) fn update(ask: &mut Ask<'_>) -> Said {
    let name = ask.name("UserName")?;
    let new_name = ask.optional_name("NewUserName")?;
    let new_path = ask.path("NewPath")?;
    let account = ask.account();
    ask.change(|state| {
        let user = user(state, account, name)?;
        if let Some(new_name) = new_name {
            let taken = state.user(account, new_name);
            if taken.is_some_and(|taken| taken.entity.id != user.entity.id) {
                return Err(exists("User", new_name));
            }
        }
        Ok((Value::Null, state.renamed(user, new_name, new_path)))
    })
}

pub(super) fn delete(ask: &mut Ask<'_>) -> Said {
    let name = ask.name("UserName")?;
    let account = ask.account();
    ask.change(|state| {
        let user = user(state, account, name)?;
        let keys = state.keys_of(account, &KeyOwner::User(name.to_owned()));
        if !keys.is_empty() {
            return Err(in_use("delete access keys"));
        }
        if !user.entity.attached.is_empty() {
            return Err(in_use("detach all policies"));
        }
        if !user.entity.inline.is_empty() {
            return Err(in_use("delete policies"));
        }
        Ok((Value::Null, vec![Change::NoUser(account, name.to_owned())]))
    })
}

/// None: no group can be made here. Tools ask before they delete a user.
pub(super) fn groups(ask: &mut Ask<'_>) -> Said {
    let name = ask.name("UserName")?;
    let page = ask.page()?;
    let account = ask.account();
    ask.look(|state| {
        user(state, account, name)?;
        Ok(page.of("Groups", std::iter::empty()))
    })
}

pub(super) fn put_boundary(ask: &mut Ask<'_>) -> Said {
    let boundary = ask.input.required("PermissionsBoundary", ARN);
    change(ask, |_, user| {
        user.entity.boundary = Some(boundary.to_owned());
        Ok(())
    })
}

pub(super) fn delete_boundary(ask: &mut Ask<'_>) -> Said {
    change(ask, |_, user| {
        user.entity.boundary = None;
        Ok(())
    })
}

/// Changes the user that `UserName` names.
pub(super) fn change(
    ask: &mut Ask<'_>,
    how: impl FnOnce(&State, &mut User) -> Result<(), Fault>,
) -> Said {
    let name = ask.name("UserName")?;
    let account = ask.account();
    ask.change(|state| {
        let mut user = user(state, account, name)?.clone();
        how(state, &mut user)?;
        Ok((Value::Null, vec![Change::User(user)]))
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    /// Lists leave tags and boundary out (D, API reference of ListUsers).
    Listed,
    Whole,
}

fn told(user: &User, detail: Detail, region: &Region) -> Value {
    let entity = &user.entity;
    let mut told = json!({
        "Path": entity.path,
        "UserName": entity.name,
        "UserId": entity.id,
        "Arn": localized(user.arn(), region),
        "CreateDate": time(entity.created),
    });
    if detail == Detail::Whole {
        told["PermissionsBoundary"] = boundary(entity);
        told["Tags"] = told_tags(entity);
    }
    told
}
