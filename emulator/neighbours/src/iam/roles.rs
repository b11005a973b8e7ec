//! Roles.

use localtrail_core::{Region, localized};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{
    ARN, Ask, DOCUMENT, boundary, exists, has_room, in_use, limited, role, told_tags,
    trust_document,
};
use crate::directory::{Change, Entity, Role, State, unique_id};
use crate::query::{Fault, Rule, Said, time};

/// D, IAM quotas.
const ROLES_PER_ACCOUNT: usize = 1000;
/// An hour, in seconds (D).
const USUAL_SESSION: u64 = 3600;
/// Policies in answers are encoded as in URLs (D, RFC 3986).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

const DESCRIPTION: Rule = Rule::length(0, 1000).of(
    |c| matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{a1}'..='\u{ff}'),
    r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*",
);

pub(super) fn create(ask: &mut Ask<'_>) -> Said {
    let name = ask.name("RoleName")?;
    let path = ask.path("Path")?.unwrap_or("/");
    let trust = ask.input.required("AssumeRolePolicyDocument", DOCUMENT);
    let description = description(ask);
    let max_session = ask.input.number("MaxSessionDuration", 3600..=43_200);
    let boundary = ask.input.text("PermissionsBoundary", ARN);
    let tags = ask.input.tags();
    let (account, asked) = (ask.account(), ask.asked);
    ask.change(|state| {
        trust_document::check(trust)?;
        if state.role(account, name).is_some() {
            return Err(exists("Role", name));
        }
        has_room(state)?;
        if state.roles(account).count() >= ROLES_PER_ACCOUNT {
            return Err(limited("RolesPerAccount", ROLES_PER_ACCOUNT));
        }
        let role = Role {
            account,
            entity: Entity {
                id: unique_id("AROA", account, &asked.request_id),
                name: name.to_owned(),
                path: path.to_owned(),
                created: asked.now.whole_second(),
                boundary: boundary.map(str::to_owned),
                tags: super::tagging::checked(tags)?,
                ..Entity::default()
            },
            trust: Some(trust.to_owned()),
            description: description.map(str::to_owned),
            max_session: max_session.unwrap_or(USUAL_SESSION),
        };
        let mut told = told(&role, Detail::Created, &asked.region);
        // What was not asked for is not told back (O).
        if let (Some(seconds), Some(told)) = (max_session, told.as_object_mut()) {
            told.insert("MaxSessionDuration".to_owned(), seconds.into());
        }
        Ok((json!({"Role": told}), vec![Change::Role(Box::new(role))]))
    })
}

pub(super) fn get(ask: &mut Ask<'_>) -> Said {
    let name = ask.name("RoleName")?;
    let (account, region) = (ask.account(), &ask.asked.region);
    ask.look(|state| {
        let role = role(state, account, name)?;
        Ok(json!({"Role": told(role, Detail::Whole, region)}))
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
        let roles = state
            .roles(account)
            .filter(|role| role.entity.path.starts_with(prefix));
        let roles = roles.map(|role| {
            (
                role.entity.name.as_str(),
                told(role, Detail::Listed, region),
            )
        });
        Ok(page.of("Roles", roles))
    })
}

pub(super) fn delete(ask: &mut Ask<'_>) -> Said {
    let name = ask.name("RoleName")?;
    let account = ask.account();
    ask.change(|state| {
        let entity = &role(state, account, name)?.entity;
        if !entity.attached.is_empty() {
            return Err(in_use("detach all policies"));
        }
        if !entity.inline.is_empty() {
            return Err(in_use("delete policies"));
        }
        Ok((Value::Null, vec![Change::NoRole(account, name.to_owned())]))
    })
}

pub(super) fn update(ask: &mut Ask<'_>) -> Said {
    let description = description(ask);
    let max_session = ask.input.number("MaxSessionDuration", 3600..=43_200);
    change(ask, |_, role| {
        if let Some(description) = description {
            role.description = Some(description.to_owned());
        }
        role.max_session = max_session.unwrap_or(role.max_session);
        Ok(())
    })?;
    // The one update whose answer has an empty result (D, UpdateRoleResponse).
    Ok(json!({}))
}

pub(super) fn update_description(ask: &mut Ask<'_>) -> Said {
    let description = description(ask);
    if description.is_none() {
        ask.input.missing("Description");
    }
    change(ask, |_, role| {
        role.description = description.map(str::to_owned);
        Ok(())
    })?;
    get(ask)
}

pub(super) fn update_trust(ask: &mut Ask<'_>) -> Said {
    let trust = ask.input.required("PolicyDocument", DOCUMENT);
    change(ask, |_, role| {
        trust_document::check(trust)?;
        role.trust = Some(trust.to_owned());
        Ok(())
    })
}

/// None: no instance profile can be made here. Tools ask before they delete a role.
pub(super) fn instance_profiles(ask: &mut Ask<'_>) -> Said {
    let name = ask.name("RoleName")?;
    let page = ask.page()?;
    let account = ask.account();
    ask.look(|state| {
        role(state, account, name)?;
        Ok(page.of("InstanceProfiles", std::iter::empty()))
    })
}

pub(super) fn put_boundary(ask: &mut Ask<'_>) -> Said {
    let boundary = ask.input.required("PermissionsBoundary", ARN);
    change(ask, |_, role| {
        role.entity.boundary = Some(boundary.to_owned());
        Ok(())
    })
}

pub(super) fn delete_boundary(ask: &mut Ask<'_>) -> Said {
    change(ask, |_, role| {
        role.entity.boundary = None;
        Ok(())
    })
}

/// Changes the role that `RoleName` names.
pub(super) fn change(
    ask: &mut Ask<'_>,
    how: impl FnOnce(&State, &mut Role) -> Result<(), Fault>,
) -> Said {
    let name = ask.name("RoleName")?;
    let account = ask.account();
    ask.change(|state| {
        let mut role = role(state, account, name)?.clone();
        how(state, &mut role)?;
        Ok((Value::Null, vec![Change::Role(Box::new(role))]))
    })
}

fn description<'a>(ask: &mut Ask<'a>) -> Option<&'a str> {
    ask.input.text("Description", DESCRIPTION)
}

/// A policy as answers tell it.
pub(super) fn encoded(policy: &str) -> String {
    utf8_percent_encode(policy, UNRESERVED).to_string()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    /// Lists leave tags and boundary out (D, API reference of ListRoles).
    Listed,
    /// CreateRole tells no duration of its own accord.
    Created,
    Whole,
}

fn told(role: &Role, detail: Detail, region: &Region) -> Value {
    let entity = &role.entity;
    let mut told = json!({
        "Path": entity.path,
        "RoleName": entity.name,
        "RoleId": entity.id,
        "Arn": localized(role.arn(), region),
        "CreateDate": time(entity.created),
        "AssumeRolePolicyDocument": role.trust.as_deref().map(encoded),
        "Description": role.description,
    });
    if detail != Detail::Created {
        told["MaxSessionDuration"] = role.max_session.into();
    }
    if detail != Detail::Listed {
        told["PermissionsBoundary"] = boundary(entity);
        told["Tags"] = told_tags(entity);
    }
    if detail == Detail::Whole {
        told["RoleLastUsed"] = json!({});
    }
    told
}
