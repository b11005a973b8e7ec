//! Organizations, as far as trails care: who manages, who is a member, who may act for the management account.
//!
//! An organization is declared from outside and kept here, since deliveries go by it between calls too. Which calls it
//! allows, the operations decide.

#[cfg(test)]
mod rights;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::place::AccountId;
use crate::quotas::DELEGATED_ADMINISTRATORS;

/// An organization's id: `o-` and 10 to 32 lower-case letters or digits (D, Organizations API reference).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrganizationId(String);

impl OrganizationId {
    /// Reads an id; `None` where the form is wrong.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("o-")?;
        let well_formed = (10..=32).contains(&rest.len())
            && rest
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        well_formed.then(|| Self(text.to_owned()))
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OrganizationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for OrganizationId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| {
            format!(
                "\"{text}\" is not an organization id: o- and 10 to 32 lower-case letters or digits"
            )
        })
    }
}

impl From<OrganizationId> for String {
    fn from(id: OrganizationId) -> Self {
        id.0
    }
}

/// An organization. In JSON: `{"id":"o-a1b2c3d4e5","managementAccount":"111122223333","members":["444455556666"]}`, with
/// `featureSet` (`ALL`), `cloudTrailAccess` (true), `serviceLinkedRole` (true) and `delegatedAdministrators` (none).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// The account that owns the organization's trails.
    pub management_account: AccountId,
    /// The other accounts.
    #[serde(default)]
    pub members: BTreeSet<AccountId>,
    /// What the organization is for.
    #[serde(default)]
    pub feature_set: FeatureSet,
    /// Whether CloudTrail may work for the whole organization.
    #[serde(default)]
    pub cloud_trail_access: ServiceAccess,
    /// Whether `AWSServiceRoleForCloudTrail` exists in the management account or may be made there.
    #[serde(default)]
    pub service_linked_role: ServiceLinkedRole,
    /// Members that may manage the organization's trails.
    #[serde(default)]
    pub delegated_administrators: BTreeSet<AccountId>,
}

/// An organization's feature set, by the names of the Organizations API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FeatureSet {
    /// Organization trails can be made.
    #[default]
    All,
    /// They cannot.
    ConsolidatedBilling,
}

/// Trusted access of CloudTrail to an organization; in JSON a boolean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "bool", into = "bool")]
pub enum ServiceAccess {
    /// CloudTrail logs in member accounts.
    #[default]
    Enabled,
    /// It does not.
    Disabled,
}

/// The role that CloudTrail needs in the management account; in JSON a boolean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "bool", into = "bool")]
pub enum ServiceLinkedRole {
    /// It is there, or CloudTrail makes it.
    #[default]
    Available,
    /// It is not there, and the caller may not make it.
    Denied,
}

impl From<bool> for ServiceAccess {
    fn from(enabled: bool) -> Self {
        if enabled {
            Self::Enabled
        } else {
            Self::Disabled
        }
    }
}

impl From<ServiceAccess> for bool {
    fn from(access: ServiceAccess) -> Self {
        access == ServiceAccess::Enabled
    }
}

impl From<bool> for ServiceLinkedRole {
    fn from(available: bool) -> Self {
        if available {
            Self::Available
        } else {
            Self::Denied
        }
    }
}

impl From<ServiceLinkedRole> for bool {
    fn from(role: ServiceLinkedRole) -> Self {
        role == ServiceLinkedRole::Available
    }
}

/// Why an organization cannot be declared so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrganizationError {
    /// An account is in one organization at most.
    #[error("the account {account} is in the organization {id} already")]
    Taken {
        /// The account.
        account: AccountId,
        /// Its organization.
        id: OrganizationId,
    },
    /// Only members can be delegated administrators.
    #[error("the delegated administrator {0} is not a member")]
    NotAMember(AccountId),
    /// AWS allows three (D, trails.md 13).
    #[error("an organization has at most {DELEGATED_ADMINISTRATORS} delegated administrators")]
    TooManyAdministrators,
}

impl Organization {
    pub(crate) const PREFIX: &'static str = "organization/";

    pub(crate) fn row(id: &OrganizationId) -> String {
        format!("{}{id}", Self::PREFIX)
    }

    /// Every account, the management account among them.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = AccountId> {
        std::iter::once(self.management_account).chain(self.members.iter().copied())
    }

    /// The accounts whose events an organization trail logs: without service access it is left with its owner
    /// (D: members are lost; I: the owner stays).
    pub(crate) fn logged_accounts(&self) -> impl Iterator<Item = AccountId> {
        let members = (self.cloud_trail_access == ServiceAccess::Enabled).then_some(&self.members);
        std::iter::once(self.management_account).chain(members.into_iter().flatten().copied())
    }

    /// Whether an organization trail logs the events of this account.
    pub(crate) fn logs(&self, account: AccountId) -> bool {
        let reaches_members = self.cloud_trail_access == ServiceAccess::Enabled;
        account == self.management_account || (reaches_members && self.members.contains(&account))
    }

    /// What an account is here.
    pub(crate) fn standing(&self, account: AccountId) -> Standing {
        if account == self.management_account {
            Standing::Management
        } else if self.delegated_administrators.contains(&account) {
            Standing::DelegatedAdministrator
        } else {
            Standing::Member
        }
    }
}

/// What an account is in its organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Management,
    DelegatedAdministrator,
    Member,
}

/// All organizations, and whose account is where.
#[derive(Debug, Clone, Default)]
pub(crate) struct Organizations {
    declared: BTreeMap<OrganizationId, Organization>,
    of_account: BTreeMap<AccountId, OrganizationId>,
}

impl Organizations {
    /// These and no others.
    pub(crate) fn of_all(all: Vec<Organization>) -> Result<Self, OrganizationError> {
        let mut organizations = Self::default();
        for organization in all {
            organizations.declare(organization)?;
        }
        Ok(organizations)
    }

    /// Takes in an organization, in place of an earlier one of the same id.
    pub(crate) fn declare(
        &mut self,
        mut organization: Organization,
    ) -> Result<(), OrganizationError> {
        organization
            .members
            .remove(&organization.management_account);
        for account in organization.accounts() {
            if let Some(id) = self.of_account.get(&account)
                && *id != organization.id
            {
                let id = id.clone();
                return Err(OrganizationError::Taken { account, id });
            }
        }
        let stranger = organization
            .delegated_administrators
            .difference(&organization.members)
            .next();
        if let Some(stranger) = stranger {
            return Err(OrganizationError::NotAMember(*stranger));
        }
        if organization.delegated_administrators.len() > DELEGATED_ADMINISTRATORS {
            return Err(OrganizationError::TooManyAdministrators);
        }
        self.dissolve(&organization.id);
        for account in organization.accounts() {
            self.of_account.insert(account, organization.id.clone());
        }
        self.declared.insert(organization.id.clone(), organization);
        Ok(())
    }

    /// Forgets an organization; whether there was one.
    pub(crate) fn dissolve(&mut self, id: &OrganizationId) -> bool {
        let Some(organization) = self.declared.remove(id) else {
            return false;
        };
        for account in organization.accounts() {
            self.of_account.remove(&account);
        }
        true
    }

    /// The organization of an account.
    pub(crate) fn of(&self, account: AccountId) -> Option<&Organization> {
        self.declared.get(self.of_account.get(&account)?)
    }

    /// The organization of an account, whose delegated administrators may change.
    pub(crate) fn of_mut(&mut self, account: AccountId) -> Option<&mut Organization> {
        self.declared.get_mut(self.of_account.get(&account)?)
    }

    pub(crate) fn get(&self, id: &OrganizationId) -> Option<&Organization> {
        self.declared.get(id)
    }

    /// The organization that an account manages.
    pub(crate) fn managed_by(&self, account: AccountId) -> Option<&Organization> {
        self.of(account)
            .filter(|organization| organization.management_account == account)
    }

    /// The standing of an account in the organization that another one manages; `None` when they share none.
    pub(crate) fn standing(&self, account: AccountId, manager: AccountId) -> Option<Standing> {
        self.of(account)
            .filter(|organization| organization.management_account == manager)
            .map(|organization| organization.standing(account))
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Organization> {
        self.declared.values()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.declared.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn account(number: u64) -> AccountId {
        AccountId::from_number(number)
    }

    fn organization(json: serde_json::Value) -> Organization {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_declaration_needs_an_id_and_a_manager() {
        let read = organization(json!({"id": "o-a1b2c3d4e5", "managementAccount": "000000000001"}));
        assert_eq!(read.feature_set, FeatureSet::All);
        assert_eq!(read.cloud_trail_access, ServiceAccess::Enabled);
        assert_eq!(
            serde_json::to_value(&read).unwrap(),
            json!({
                "id": "o-a1b2c3d4e5", "managementAccount": "000000000001", "members": [], "featureSet": "ALL",
                "cloudTrailAccess": true, "serviceLinkedRole": true, "delegatedAdministrators": [],
            })
        );
        for bad in ["o-1", "a1b2c3d4e5", "o-A1B2C3D4E5", ""] {
            assert_eq!(OrganizationId::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_account_is_in_one_organization_and_knows_its_standing() {
        let mut all = Organizations::default();
        let first = json!({
            "id": "o-aaaaaaaaaa", "managementAccount": "000000000001", "members": ["000000000002", "000000000003"],
            "delegatedAdministrators": ["000000000003"],
        });
        all.declare(organization(first.clone())).unwrap();
        let second = organization(
            json!({"id": "o-bbbbbbbbbb", "managementAccount": "000000000004", "members": ["000000000002"]}),
        );
        assert_eq!(
            all.declare(second.clone()).unwrap_err().to_string(),
            "the account 000000000002 is in the organization o-aaaaaaaaaa already"
        );
        assert_eq!(
            all.standing(account(3), account(1)),
            Some(Standing::DelegatedAdministrator)
        );
        assert_eq!(all.standing(account(2), account(1)), Some(Standing::Member));
        assert_eq!(all.standing(account(2), account(3)), None);
        assert_eq!(all.standing(account(4), account(1)), None);
        // Declared anew without its members, who are free then.
        let alone = json!({"id": "o-aaaaaaaaaa", "managementAccount": "000000000001"});
        all.declare(organization(alone)).unwrap();
        all.declare(second).unwrap();
        assert!(all.dissolve(&OrganizationId::parse("o-bbbbbbbbbb").unwrap()));
        assert!(all.of(account(2)).is_none());
    }

    #[test]
    fn administrators_are_members_and_three_at_most() {
        let mut all = Organizations::default();
        let with = |administrators: &[&str]| {
            organization(json!({
                "id": "o-aaaaaaaaaa", "managementAccount": "000000000001",
                "members": ["000000000002", "000000000003", "000000000004", "000000000005"],
                "delegatedAdministrators": administrators,
            }))
        };
        let four = [
            "000000000002",
            "000000000003",
            "000000000004",
            "000000000005",
        ];
        assert_eq!(
            all.declare(with(&four)),
            Err(OrganizationError::TooManyAdministrators)
        );
        assert_eq!(
            all.declare(with(&["000000000009"])),
            Err(OrganizationError::NotAMember(account(9)))
        );
        assert_eq!(all.declare(with(&four[..3])), Ok(()));
    }
}
