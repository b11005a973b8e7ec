//! Tags of users and roles.

use serde_json::{Value, json};

use super::{Ask, limited, role, roles, user, users};
use crate::directory::{Entity, Tag};
use crate::query::{Fault, Said, tags};

/// D, IAM quotas.
const PER_ENTITY: usize = 50;

/// Tags as they may stand on something.
///
/// # Errors
/// `InvalidInput` for keys given twice, `LimitExceeded` for too many, `ValidationError` for keys or values too long.
pub(super) fn checked(tags: Vec<Tag>, quota: &str) -> Result<Vec<Tag>, Fault> {
    for (index, tag) in tags.iter().enumerate() {
        if tag.key.is_empty() || tag.key.chars().count() > 128 || tag.value.chars().count() > 256 {
            return Err(Fault::validation(format!(
                "1 validation error detected: Value '{}' at 'tags.{}.member.key' failed to satisfy constraint: Member must have length less than or equal to 128",
                tag.key,
                index + 1,
            )));
        }
        if tag.key.to_lowercase().starts_with("aws:") {
            return Err(Fault::bad(
                "InvalidInput",
                "Tag keys starting with aws: are reserved for system use.",
            ));
        }
        let twin = |other: &Tag| other.key.eq_ignore_ascii_case(&tag.key);
        if tags[..index].iter().any(twin) {
            return Err(Fault::bad(
                "InvalidInput",
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
            ));
        }
    }
    if tags.len() > PER_ENTITY {
        return Err(limited(quota, PER_ENTITY));
    }
    Ok(tags)
}

pub(super) fn tag_user(ask: &mut Ask<'_>) -> Said {
    let new = checked(tags(ask.input.raw("Tags")), "TagsPerUser")?;
    users::change(ask, |_, user| tag(&mut user.entity, new, "TagsPerUser"))
}

pub(super) fn tag_role(ask: &mut Ask<'_>) -> Said {
    let new = checked(tags(ask.input.raw("Tags")), "TagsPerRole")?;
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
    let Some(keys) = ask.input.raw("TagKeys").and_then(Value::as_array) else {
        ask.input.missing("TagKeys");
        return Vec::new();
    };
    let keys = keys.iter().filter_map(Value::as_str);
    keys.map(str::to_owned).collect()
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
