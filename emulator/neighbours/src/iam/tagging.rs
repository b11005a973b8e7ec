//! Tags of users and roles.

use serde_json::{Value, json};

use super::{Ask, limited, role, roles, user, users};
use crate::directory::{Entity, Tag};
use crate::query::{Fault, Said, has_twins};

/// D, IAM quotas.
const PER_ENTITY: usize = 50;

/// Tags as they may stand on something: what no rule of the model says.
///
/// # Errors
/// `InvalidInput` for keys given twice or reserved.
pub(super) fn checked(tags: Vec<Tag>) -> Result<Vec<Tag>, Fault> {
    let reserved = |tag: &Tag| tag.key.to_lowercase().starts_with("aws:");
    if tags.iter().any(reserved) {
        return Err(Fault::bad(
            "InvalidInput",
            "Tag keys starting with aws: are reserved for system use.",
        ));
    }
    if has_twins(&tags) {
        return Err(Fault::bad(
            "InvalidInput",
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ));
    }
    Ok(tags)
}

pub(super) fn tag_user(ask: &mut Ask<'_>) -> Said {
    let new = checked(ask.input.required_tags())?;
    users::change(ask, |_, user| tag(&mut user.entity, new, "TagsPerUser"))
}

pub(super) fn tag_role(ask: &mut Ask<'_>) -> Said {
    let new = checked(ask.input.required_tags())?;
    roles::change(ask, |_, role| tag(&mut role.entity, new, "TagsPerRole"))
}

fn tag(entity: &mut Entity, new: Vec<Tag>, quota: &str) -> Result<(), Fault> {
    for tag in new {
        let twin = |old: &&mut Tag| old.key.eq_ignore_ascii_case(&tag.key);
        match entity.tags.iter_mut().find(twin) {
            Some(old) => *old = tag,
            None => entity.tags.push(tag),
        }
    }
    if entity.tags.len() > PER_ENTITY {
        return Err(limited(quota, PER_ENTITY));
    }
    Ok(())
}

pub(super) fn untag_user(ask: &mut Ask<'_>) -> Said {
    let keys = keys(ask);
    users::change(ask, |_, user| {
        untag(&mut user.entity, &keys);
        Ok(())
    })
}

pub(super) fn untag_role(ask: &mut Ask<'_>) -> Said {
    let keys = keys(ask);
    roles::change(ask, |_, role| {
        untag(&mut role.entity, &keys);
        Ok(())
    })
}

fn keys(ask: &mut Ask<'_>) -> Vec<String> {
    if ask.input.raw("TagKeys").is_none() {
        ask.input.missing("TagKeys");
    }
    ask.input.tag_keys("TagKeys")
}

fn untag(entity: &mut Entity, keys: &[String]) {
    entity
        .tags
        .retain(|tag| !keys.iter().any(|key| key.eq_ignore_ascii_case(&tag.key)));
}

pub(super) fn list_of_user(ask: &mut Ask<'_>) -> Said {
    let owner = ask.name("UserName")?;
    let page = ask.page()?;
    let account = ask.account();
    ask.look(|state| Ok(page.of("Tags", listed(&user(state, account, owner)?.entity))))
}

pub(super) fn list_of_role(ask: &mut Ask<'_>) -> Said {
    let owner = ask.name("RoleName")?;
    let page = ask.page()?;
    let account = ask.account();
    ask.look(|state| Ok(page.of("Tags", listed(&role(state, account, owner)?.entity))))
}

fn listed(entity: &Entity) -> impl Iterator<Item = (&str, Value)> {
    let tags = entity.tags.iter();
    tags.map(|tag| {
        (
            tag.key.as_str(),
            json!({"Key": tag.key, "Value": tag.value}),
        )
    })
}
