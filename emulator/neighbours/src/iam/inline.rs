//! Inline policies of users and roles: kept and given back, not judged.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::roles::encoded;
use super::{Ask, DOCUMENT, missing, role, roles, user, users};
use crate::directory::Entity;
use crate::query::{Fault, Said};

/// All inline policies of a user together, in characters without white space (D, IAM quotas).
const USER_LIMIT: usize = 2048;
/// The same of a role.
const ROLE_LIMIT: usize = 10_240;

pub(super) fn put_of_user(ask: &mut Ask<'_>) -> Said {
    let (name, document) = given(ask)?;
    users::change(ask, |_, user| {
        put(&mut user.entity, name, document, USER_LIMIT, "user")
    })
}

pub(super) fn put_of_role(ask: &mut Ask<'_>) -> Said {
    let (name, document) = given(ask)?;
    roles::change(ask, |_, role| {
        put(&mut role.entity, name, document, ROLE_LIMIT, "role")
    })
}

fn given<'a>(ask: &mut Ask<'a>) -> Result<(&'a str, &'a str), Fault> {
    let name = ask.name("PolicyName")?;
    Ok((name, ask.input.required("PolicyDocument", DOCUMENT)))
}

fn put(
    entity: &mut Entity,
    name: &str,
    document: &str,
    limit: usize,
    what: &str,
) -> Result<(), Fault> {
    check(document)?;
    entity.inline.insert(name.to_owned(), document.to_owned());
    let all = entity.inline.values();
    let size: usize = all
        .map(|document| document.chars().filter(|c| !c.is_whitespace()).count())
        .sum();
    if size > limit {
        return Err(Fault::new(
            StatusCode::CONFLICT,
            "LimitExceeded",
            format!(
                "Maximum policy size of {limit} bytes exceeded for {what} {}",
                entity.name
            ),
        ));
    }
    Ok(())
}

/// As far as the form is concerned: JSON, with statements that have an effect and no principal.
fn check(document: &str) -> Result<(), Fault> {
    let malformed = |sentence: &str| Fault::bad("MalformedPolicyDocument", sentence);
    let parsed: Value =
        serde_json::from_str(document).map_err(|_| malformed("Syntax errors in policy."))?;
    let statements: Vec<&Value> = match parsed.get("Statement") {
        Some(Value::Array(all)) => all.iter().collect(),
        Some(one @ Value::Object(_)) => vec![one],
        _ => return Err(malformed("Syntax errors in policy.")),
    };
    for statement in statements {
        if statement.get("Principal").is_some() || statement.get("NotPrincipal").is_some() {
            return Err(malformed("Policy document should not specify a principal."));
        }
        match statement.get("Effect").and_then(Value::as_str) {
            Some("Allow" | "Deny") => {}
            _ => return Err(malformed("Syntax errors in policy.")),
        }
        if statement.get("Action").is_none() && statement.get("NotAction").is_none() {
            return Err(malformed("Policy statement must contain actions."));
        }
        if statement.get("Resource").is_none() && statement.get("NotResource").is_none() {
            return Err(malformed("Policy statement must contain resources."));
        }
    }
    Ok(())
}

pub(super) fn get_of_user(ask: &mut Ask<'_>) -> Said {
    let (owner, name) = (ask.name("UserName")?, ask.name("PolicyName")?);
    let account = ask.account();
    ask.look(|state| get(&user(state, account, owner)?.entity, "UserName", name))
}

pub(super) fn get_of_role(ask: &mut Ask<'_>) -> Said {
    let (owner, name) = (ask.name("RoleName")?, ask.name("PolicyName")?);
    let account = ask.account();
    ask.look(|state| get(&role(state, account, owner)?.entity, "RoleName", name))
}

fn get(entity: &Entity, member: &str, name: &str) -> Said {
    let document = entity
        .inline
        .get(name)
        .ok_or_else(|| absent(member, name))?;
    Ok(json!({
        member: entity.name,
        "PolicyName": name,
        "PolicyDocument": encoded(document),
    }))
}

fn absent(member: &str, name: &str) -> Fault {
    match member {
        "UserName" => missing("user policy", name),
        _ => missing("role policy", name),
    }
}

pub(super) fn delete_of_user(ask: &mut Ask<'_>) -> Said {
    let name = ask.name("PolicyName")?;
    users::change(ask, |_, user| delete(&mut user.entity, "UserName", name))
}

pub(super) fn delete_of_role(ask: &mut Ask<'_>) -> Said {
    let name = ask.name("PolicyName")?;
    roles::change(ask, |_, role| delete(&mut role.entity, "RoleName", name))
}

fn delete(entity: &mut Entity, member: &str, name: &str) -> Result<(), Fault> {
    let was = entity.inline.remove(name);
    was.map(drop).ok_or_else(|| absent(member, name))
}

pub(super) fn list_of_user(ask: &mut Ask<'_>) -> Said {
    let owner = ask.name("UserName")?;
    let page = ask.page()?;
    let account = ask.account();
    ask.look(|state| {
        let names = user(state, account, owner)?.entity.inline.keys();
        Ok(page.of(
            "PolicyNames",
            names.map(|name| (name.as_str(), json!(name))),
        ))
    })
}

pub(super) fn list_of_role(ask: &mut Ask<'_>) -> Said {
    let owner = ask.name("RoleName")?;
    let page = ask.page()?;
    let account = ask.account();
    ask.look(|state| {
        let names = role(state, account, owner)?.entity.inline.keys();
        Ok(page.of(
            "PolicyNames",
            names.map(|name| (name.as_str(), json!(name))),
        ))
    })
}
