//! Managed policies on users and roles. Those of AWS's own can be attached; others cannot be made here and so are not
//! there.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::{ARN, Ask, is_name_letter, limited, role, roles, user, users};
use crate::directory::Entity;
use crate::query::{Fault, Said};

/// D, IAM quotas.
const PER_ENTITY: usize = 10;

pub(super) fn attach_to_user(ask: &mut Ask<'_>) -> Said {
    let arn = ask.input.required("PolicyArn", ARN);
    users::change(ask, |_, user| {
        attach(&mut user.entity, arn, "PoliciesPerUser")
    })
}

pub(super) fn attach_to_role(ask: &mut Ask<'_>) -> Said {
    let arn = ask.input.required("PolicyArn", ARN);
    roles::change(ask, |_, role| {
        attach(&mut role.entity, arn, "PoliciesPerRole")
    })
}

fn attach(entity: &mut Entity, arn: &str, quota: &str) -> Result<(), Fault> {
    // Which of AWS's own there are is not known here; their names are like others'.
    let is_aws = |name: &str| {
        name.split('/')
            .all(|part| !part.is_empty() && part.chars().all(is_name_letter))
    };
    let parts = arn.split_once(":iam::aws:policy/");
    if !parts.is_some_and(|(head, name)| head.starts_with("arn:aws") && is_aws(name)) {
        return Err(match arn.contains(":policy/") {
            true => Fault::new(
                StatusCode::NOT_FOUND,
                "NoSuchEntity",
                format!("Policy {arn} does not exist or is not attachable."),
            ),
            false => Fault::bad("InvalidInput", format!("ARN {arn} is not valid.")),
        });
    }
    entity.attached.insert(arn.to_owned());
    if entity.attached.len() > PER_ENTITY {
        return Err(limited(quota, PER_ENTITY));
    }
    Ok(())
}

pub(super) fn detach_from_user(ask: &mut Ask<'_>) -> Said {
    let arn = ask.input.required("PolicyArn", ARN);
    users::change(ask, |_, user| detach(&mut user.entity, arn))
}

pub(super) fn detach_from_role(ask: &mut Ask<'_>) -> Said {
    let arn = ask.input.required("PolicyArn", ARN);
    roles::change(ask, |_, role| detach(&mut role.entity, arn))
}

fn detach(entity: &mut Entity, arn: &str) -> Result<(), Fault> {
    if entity.attached.remove(arn) {
        return Ok(());
    }
    Err(Fault::new(
        StatusCode::NOT_FOUND,
        "NoSuchEntity",
        format!("Policy {arn} was not found."),
    ))
}

pub(super) fn list_of_user(ask: &mut Ask<'_>) -> Said {
    let owner = ask.name("UserName")?;
    let page = ask.page()?;
    let account = ask.account();
    ask.look(|state| {
        let entity = &user(state, account, owner)?.entity;
        Ok(page.of("AttachedPolicies", listed(entity)))
    })
}

pub(super) fn list_of_role(ask: &mut Ask<'_>) -> Said {
    let owner = ask.name("RoleName")?;
    let page = ask.page()?;
    let account = ask.account();
    ask.look(|state| {
        let entity = &role(state, account, owner)?.entity;
        Ok(page.of("AttachedPolicies", listed(entity)))
    })
}

fn listed(entity: &Entity) -> impl Iterator<Item = (&str, Value)> {
    entity.attached.iter().map(|arn| {
        let name = arn.rsplit('/').next().unwrap_or(arn);
        (arn.as_str(), json!({"PolicyName": name, "PolicyArn": arn}))
    })
}
