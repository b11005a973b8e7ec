//! What an identity is called: its ARN, its id, its name in event history.

use super::{Identity, Issuer};
use crate::ids;
use crate::place::{AccountId, Region};

impl Identity {
    /// The principal's ARN in the partition of a region: `arn:aws-cn:…` in China.
    #[must_use]
    pub fn arn_in(&self, region: &Region) -> Option<String> {
        self.arn().map(|arn| localized(arn, region))
    }

    /// The principal's ARN in the partition `aws`; `None` for those that have none, such as AWS services and anonymous callers.
    #[must_use]
    pub fn arn(&self) -> Option<String> {
        match self {
            Self::Root { account_id, .. } => Some(root_arn(*account_id)),
            Self::IamUser {
                account_id,
                user_name,
                path,
                ..
            } => Some(user_arn(*account_id, path, user_name)),
            Self::AssumedRole {
                account_id,
                role_name,
                session_name,
                ..
            }
            | Self::Role {
                account_id,
                role_name,
                session_name,
                ..
            } => Some(format!(
                "arn:aws:sts::{account_id}:assumed-role/{role_name}/{session_name}"
            )),
            Self::FederatedUser {
                account_id,
                user_name,
                ..
            } => Some(format!(
                "arn:aws:sts::{account_id}:federated-user/{user_name}"
            )),
            Self::SamlUser { .. }
            | Self::WebIdentityUser { .. }
            | Self::AwsAccount { .. }
            | Self::IdentityCenterUser { .. }
            | Self::Directory { .. }
            | Self::Unknown { .. }
            | Self::ServiceEvent { .. }
            | Self::AwsService { .. }
            | Self::Anonymous { .. } => None,
        }
    }

    /// The principal's id: `AIDA…`, `AROA…:session`, `account:name` for a federated user, the account for root, empty for
    /// anonymous callers.
    #[must_use]
    pub fn principal_id(&self) -> Option<String> {
        match self {
            Self::Root { account_id, .. } => Some(account_id.to_string()),
            Self::IamUser {
                account_id,
                user_name,
                principal_id,
                ..
            } => Some(user_id(*account_id, user_name, principal_id.as_deref())),
            Self::AssumedRole { session_name, .. } | Self::Role { session_name, .. } => {
                Some(format!("{}:{session_name}", self.role_id()))
            }
            Self::FederatedUser {
                account_id,
                user_name,
                ..
            } => Some(format!("{account_id}:{user_name}")),
            Self::SamlUser { principal_id, .. } | Self::WebIdentityUser { principal_id, .. } => {
                Some(principal_id.clone())
            }
            Self::AwsAccount { principal_id, .. }
            | Self::Directory { principal_id, .. }
            | Self::Unknown { principal_id, .. } => principal_id.clone(),
            Self::IdentityCenterUser { .. }
            | Self::ServiceEvent { .. }
            | Self::AwsService { .. } => None,
            Self::Anonymous { .. } => Some(String::new()),
        }
    }

    /// What LookupEvents shows as `Username`: the user's name, the session's name, `root` (O, formats.md 7).
    #[must_use]
    pub fn user_name(&self) -> Option<String> {
        match self {
            Self::Root { .. } => Some("root".to_owned()),
            Self::IamUser { user_name, .. }
            | Self::FederatedUser { user_name, .. }
            | Self::SamlUser { user_name, .. }
            | Self::WebIdentityUser { user_name, .. } => Some(user_name.clone()),
            Self::AssumedRole { session_name, .. } | Self::Role { session_name, .. } => {
                Some(session_name.clone())
            }
            Self::Directory { user_name, .. } | Self::Unknown { user_name, .. } => {
                user_name.clone()
            }
            Self::AwsAccount { .. }
            | Self::IdentityCenterUser { .. }
            | Self::ServiceEvent { .. }
            | Self::AwsService { .. }
            | Self::Anonymous { .. } => None,
        }
    }

    /// The `AROA…` id of a role's session; empty for everybody else.
    pub(crate) fn role_id(&self) -> String {
        match self {
            Self::AssumedRole {
                account_id,
                role_name,
                role_id,
                ..
            }
            | Self::Role {
                account_id,
                role_name,
                role_id,
                ..
            } => role_id
                .clone()
                .unwrap_or_else(|| derived_role_id(*account_id, role_name)),
            _ => String::new(),
        }
    }
}

impl Issuer {
    /// The ARN of the principal of this account.
    pub(crate) fn arn(&self, account: AccountId) -> String {
        match self {
            Self::Root => root_arn(account),
            Self::IamUser {
                user_name, path, ..
            } => user_arn(account, path, user_name),
        }
    }

    /// The id of the principal of this account.
    pub(crate) fn principal_id(&self, account: AccountId) -> String {
        match self {
            Self::Root => account.to_string(),
            Self::IamUser {
                user_name,
                principal_id,
                ..
            } => user_id(account, user_name, principal_id.as_deref()),
        }
    }
}

/// An ARN of the partition `aws`, as it is in the partition of a region.
#[must_use]
pub fn localized(arn: String, region: &Region) -> String {
    match (region.partition(), arn.strip_prefix("arn:aws:")) {
        ("aws", _) | (_, None) => arn,
        (partition, Some(rest)) => format!("arn:{partition}:{rest}"),
    }
}

/// The id that a role has which nobody gave one, so that an undeclared principal has the same id in every run.
#[must_use]
pub fn derived_role_id(account: AccountId, role_name: &str) -> String {
    ids::principal("AROA", &[account.as_str(), role_name])
}

fn user_id(account: AccountId, user_name: &str, given: Option<&str>) -> String {
    given.map_or_else(
        || ids::principal("AIDA", &[account.as_str(), user_name]),
        str::to_owned,
    )
}

fn user_arn(account: AccountId, path: &str, user_name: &str) -> String {
    format!("arn:aws:iam::{account}:user{path}{user_name}")
}

fn root_arn(account: AccountId) -> String {
    format!("arn:aws:iam::{account}:root")
}
