//! Who can be in the directory: users, roles and the keys that were given out. No behaviour but what they are called.

use std::collections::{BTreeMap, BTreeSet};

use localtrail_core::{AccountId, Identity, Timestamp};
use serde::{Deserialize, Serialize};

use super::state::folded;

/// A tag of a user, a role or a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tag {
    pub(crate) key: String,
    pub(crate) value: String,
}

/// What users and roles have alike.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entity {
    /// `AIDA…` or `AROA…`.
    pub(crate) id: String,
    pub(crate) name: String,
    /// `/` or `/team/`.
    pub(crate) path: String,
    pub(crate) created: Timestamp,
    pub(crate) boundary: Option<String>,
    pub(crate) tags: Vec<Tag>,
    /// Inline policies by name.
    pub(crate) inline: BTreeMap<String, String>,
    /// The ARNs of managed policies.
    pub(crate) attached: BTreeSet<String>,
}

/// An IAM user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) account: AccountId,
    pub(crate) entity: Entity,
}

/// An IAM role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Role {
    pub(crate) account: AccountId,
    pub(crate) entity: Entity,
    /// The trust policy, as it was sent; `None` for a role that was made elsewhere and that judges elsewhere.
    pub(crate) trust: Option<String>,
    pub(crate) description: Option<String>,
    /// The longest session, in seconds.
    pub(crate) max_session: u64,
}

/// A permanent access key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AccessKey {
    /// `AKIA…`.
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) account: AccountId,
    pub(crate) owner: KeyOwner,
    pub(crate) created: Timestamp,
    pub(crate) status: Status,
}

/// Whose permanent key it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum KeyOwner {
    Root,
    /// By name.
    User(String),
    /// A user whom IAM here does not know: declared, or made up for an undeclared key.
    Other(Box<Identity>),
}

/// Whether a permanent key may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Status {
    Active,
    Inactive,
}

impl Status {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Inactive => "Inactive",
        }
    }
}

/// What STS issued, or what was learnt of another's issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SessionKey {
    /// `ASIA…`.
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
    pub(crate) issued: Timestamp,
    pub(crate) expires: Option<Timestamp>,
    pub(crate) identity: Identity,
    pub(crate) tags: Vec<Tag>,
    /// The keys of those tags that go on into the next session.
    pub(crate) transitive: Vec<String>,
}

/// Whether a key may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It may.
    Good,
    /// It was made inactive.
    Inactive,
    /// Its time is over.
    Expired,
}

impl KeyOwner {
    /// Whether it is the same principal.
    pub(super) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::User(one), Self::User(two)) => folded(one) == folded(two),
            (Self::Other(one), Self::Other(two)) => one.arn() == two.arn(),
            (one, two) => one == two,
        }
    }
}

impl User {
    /// How it calls.
    pub(crate) fn identity(&self) -> Identity {
        Identity::IamUser {
            account_id: self.account,
            user_name: self.entity.name.clone(),
            path: self.entity.path.clone(),
            principal_id: Some(self.entity.id.clone()),
            session: None,
        }
    }

    pub(crate) fn arn(&self) -> String {
        let Entity { path, name, .. } = &self.entity;
        format!("arn:aws:iam::{}:user{path}{name}", self.account)
    }
}

impl Role {
    pub(crate) fn arn(&self) -> String {
        let Entity { path, name, .. } = &self.entity;
        format!("arn:aws:iam::{}:role{path}{name}", self.account)
    }
}
