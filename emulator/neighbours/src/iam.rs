//! IAM, as far as identities need it: users, roles, access keys, the account's alias, and the policies and tags that hang
//! on users and roles.
//!
//! Policies are kept and given back, and not judged: whom the server names may do everything. The one exception is the
//! trust policy of a role, which `sts` judges. Groups, managed policies of one's own, instance profiles, providers and
//! devices are not here.

mod alias;
mod attached;
mod inline;
mod keys;
mod page;
mod roles;
mod tagging;
mod trust_document;
mod users;

use hyper::{Response, StatusCode};
use localtrail_core::{AccountId, Identity};
use serde_json::{Map, Value, json};

use crate::asked::{AnswerBody, Asked};
use crate::directory::{Change, Directory, Entity, Role, State, User};
use crate::query::{self, Fault, Input, Rule, Said, lower_first};

const NAMESPACE: &str = "https://iam.amazonaws.com/doc/2010-05-08/";

/// So many users, roles and keys may there be at all, of all accounts: what a machine holds, not a rule of AWS's.
pub(crate) const TOTAL: usize = 100_000;

/// Of a policy.
const ARN: Rule = Rule::length(20, 2048);
/// A policy.
pub(crate) const DOCUMENT: Rule = Rule::length(1, 131_072).of(is_document_letter, DOCUMENT_LETTERS);
pub(crate) const DOCUMENT_LETTERS: &str = r"[\u0009\u000A\u000D\u0020-\u00FF]+";

type Operation = fn(&mut Ask<'_>) -> Said;

/// The operations that are answered.
const TABLE: [(&str, Operation); 46] = [
    ("AttachRolePolicy", attached::attach_to_role),
    ("AttachUserPolicy", attached::attach_to_user),
    ("CreateAccessKey", keys::create),
    ("CreateAccountAlias", alias::create),
    ("CreateRole", roles::create),
    ("CreateUser", users::create),
    ("DeleteAccessKey", keys::delete),
    ("DeleteAccountAlias", alias::delete),
    ("DeleteRole", roles::delete),
    ("DeleteRolePermissionsBoundary", roles::delete_boundary),
    ("DeleteRolePolicy", inline::delete_of_role),
    ("DeleteUser", users::delete),
    ("DeleteUserPermissionsBoundary", users::delete_boundary),
    ("DeleteUserPolicy", inline::delete_of_user),
    ("DetachRolePolicy", attached::detach_from_role),
    ("DetachUserPolicy", attached::detach_from_user),
    ("GetAccessKeyLastUsed", keys::last_used),
    ("GetRole", roles::get),
    ("GetRolePolicy", inline::get_of_role),
    ("GetUser", users::get),
    ("GetUserPolicy", inline::get_of_user),
    ("ListAccessKeys", keys::list),
    ("ListAccountAliases", alias::list),
    ("ListAttachedRolePolicies", attached::list_of_role),
    ("ListAttachedUserPolicies", attached::list_of_user),
    ("ListGroupsForUser", users::groups),
    ("ListInstanceProfilesForRole", roles::instance_profiles),
    ("ListRolePolicies", inline::list_of_role),
    ("ListRoleTags", tagging::list_of_role),
    ("ListRoles", roles::list),
    ("ListUserPolicies", inline::list_of_user),
    ("ListUserTags", tagging::list_of_user),
    ("ListUsers", users::list),
    ("PutRolePermissionsBoundary", roles::put_boundary),
    ("PutRolePolicy", inline::put_of_role),
    ("PutUserPermissionsBoundary", users::put_boundary),
    ("PutUserPolicy", inline::put_of_user),
    ("TagRole", tagging::tag_role),
    ("TagUser", tagging::tag_user),
    ("UntagRole", tagging::untag_role),
    ("UntagUser", tagging::untag_user),
    ("UpdateAccessKey", keys::update),
    ("UpdateAssumeRolePolicy", roles::update_trust),
    ("UpdateRole", roles::update),
    ("UpdateRoleDescription", roles::update_description),
    ("UpdateUser", users::update),
];

/// One call.
pub(crate) struct Ask<'a> {
    directory: &'a Directory,
    input: Input<'a>,
    asked: &'a Asked,
}

/// The names of the operations that are answered.
pub(crate) fn operations() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|(name, _)| *name)
}

/// Answers a call; `None` for an operation that is not answered here.
pub(crate) fn answer(
    directory: &Directory,
    operation: &str,
    input: Option<&Map<String, Value>>,
    asked: &Asked,
) -> Option<Response<AnswerBody>> {
    let (name, run) = TABLE.iter().find(|(name, _)| *name == operation)?;
    let mut ask = Ask {
        directory,
        input: Input::new(input),
        asked,
    };
    let said = match asked.caller.identity {
        Identity::Anonymous { .. } => Err(Fault::new(
            StatusCode::FORBIDDEN,
            "MissingAuthenticationToken",
            "Request is missing Authentication Token",
        )),
        _ => run(&mut ask),
    };
    Some(query::respond(NAMESPACE, name, &said, &asked.request_id))
}

impl<'a> Ask<'a> {
    fn account(&self) -> AccountId {
        self.asked.caller.account()
    }

    /// Changes the directory, once the input is found right.
    fn change<T>(
        &self,
        decide: impl FnOnce(&State) -> Result<(T, Vec<Change>), Fault>,
    ) -> Result<T, Fault> {
        self.input.done()?;
        self.directory.change(decide)
    }

    /// Looks into the directory, once the input is found right.
    fn look<T>(&self, look: impl FnOnce(&State) -> Result<T, Fault>) -> Result<T, Fault> {
        self.input.done()?;
        self.directory.read(look)
    }

    /// The name of a user or a role, in a member that must be there.
    fn name(&mut self, member: &str) -> Result<&'a str, Fault> {
        let name = self.input.required(member, Rule::length(1, limit(member)));
        well_named(member, name)?;
        Ok(name)
    }

    fn optional_name(&mut self, member: &str) -> Result<Option<&'a str>, Fault> {
        let name = self.input.text(member, Rule::length(1, limit(member)));
        name.map_or(Ok(()), |name| well_named(member, name))?;
        Ok(name)
    }

    /// A path, in a member that may be absent.
    fn path(&mut self, member: &str) -> Result<Option<&'a str>, Fault> {
        let path = self.input.text(member, Rule::length(1, 512));
        match path {
            Some(path) if !is_path(path) => Err(Fault::validation(format!(
                "The specified value for {} is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.",
                lower_first(member),
            ))),
            path => Ok(path),
        }
    }
}

/// Role names are longer than a session's place for them, user names are not; policies' names are longest (D, IAM quotas).
fn limit(member: &str) -> usize {
    match member {
        "UserName" | "NewUserName" | "RoleName" => 64,
        _ => 128,
    }
}

/// The sentence is IAM's own, and not that of its model (O).
fn well_named(member: &str, name: &str) -> Result<(), Fault> {
    if name.chars().all(is_name_letter) {
        return Ok(());
    }
    Err(Fault::validation(format!(
        "The specified value for {} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-",
        lower_first(member),
    )))
}

/// `[\w+=,.@-]`.
pub(crate) fn is_name_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)
}

pub(crate) fn is_document_letter(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{ff}')
}

/// `/`, or something between two of them.
pub(crate) fn is_path(path: &str) -> bool {
    path == "/"
        || (3..=512).contains(&path.len())
            && path.starts_with('/')
            && path.ends_with('/')
            && path.chars().all(|c| ('!'..='~').contains(&c))
}

fn missing(what: &str, name: &str) -> Fault {
    Fault::new(
        StatusCode::NOT_FOUND,
        "NoSuchEntity",
        format!("The {what} with name {name} cannot be found."),
    )
}

fn exists(what: &str, name: &str) -> Fault {
    Fault::new(
        StatusCode::CONFLICT,
        "EntityAlreadyExists",
        format!("{what} with name {name} already exists."),
    )
}

fn in_use(first: &str) -> Fault {
    Fault::new(
        StatusCode::CONFLICT,
        "DeleteConflict",
        format!("Cannot delete entity, must {first} first."),
    )
}

fn limited(quota: &str, limit: usize) -> Fault {
    Fault::new(
        StatusCode::CONFLICT,
        "LimitExceeded",
        format!("Cannot exceed quota for {quota}: {limit}"),
    )
}

/// Refuses what no machine has room for.
fn has_room(state: &State) -> Result<(), Fault> {
    if state.entities() < TOTAL {
        return Ok(());
    }
    Err(limited("EntitiesOfThisEmulator", TOTAL))
}

/// The user of exactly this name.
fn user<'a>(state: &'a State, account: AccountId, name: &str) -> Result<&'a User, Fault> {
    state
        .user(account, name)
        .filter(|user| user.entity.name == name)
        .ok_or_else(|| missing("user", name))
}

/// The role of exactly this name.
fn role<'a>(state: &'a State, account: AccountId, name: &str) -> Result<&'a Role, Fault> {
    state
        .role(account, name)
        .filter(|role| role.entity.name == name)
        .ok_or_else(|| missing("role", name))
}

/// `PermissionsBoundary` as answers tell it; null where there is none.
fn boundary(entity: &Entity) -> Value {
    entity.boundary.as_ref().map_or(
        Value::Null,
        |arn| json!({"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}),
    )
}

/// `Tags` as answers tell them; null where there are none.
fn told_tags(entity: &Entity) -> Value {
    if entity.tags.is_empty() {
        return Value::Null;
    }
    let tags = entity.tags.iter();
    tags.map(|tag| json!({"Key": tag.key, "Value": tag.value}))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_names_nothing_twice() {
        assert!(TABLE.is_sorted_by(|one, next| one.0 < next.0));
    }

    #[test]
    fn paths_begin_and_end_with_a_slash() {
        for (path, fits) in [
            ("/", true),
            ("/a/b/", true),
            ("a/", false),
            ("/a", false),
            ("/ /", false),
            ("//", false),
            ("///", true),
            ("", false),
        ] {
            assert_eq!(is_path(path), fits, "{path}");
        }
    }
}
