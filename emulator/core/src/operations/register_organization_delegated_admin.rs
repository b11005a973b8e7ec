//! RegisterOrganizationDelegatedAdmin: a member may act for the management account (trails.md 10).

use serde::Deserialize;

use super::{Desk, Nothing, Operation};
use crate::draft::Access;
use crate::organization::{FeatureSet, Organization, ServiceAccess, ServiceLinkedRole};
use crate::place::AccountId;
use crate::quotas::DELEGATED_ADMINISTRATORS;
use crate::refusal::Refusal;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RegisterOrganizationDelegatedAdmin {
    member_account_id: String,
}

impl Operation for RegisterOrganizationDelegatedAdmin {
    const NAME: &'static str = "RegisterOrganizationDelegatedAdmin";
    const ACCESS: Access = Access::Write;
    type Output = Nothing;

    fn call(self, desk: &mut Desk<'_>) -> Result<Nothing, Refusal> {
        let organization = managed(desk)?;
        let account = account_of(&self.member_account_id)?;
        if account == organization.management_account {
            return Err(Refusal::CannotDelegateManagementAccount);
        }
        if !organization.members.contains(&account) {
            return Err(Refusal::AccountNotFound(self.member_account_id));
        }
        if organization.delegated_administrators.contains(&account) {
            return Err(Refusal::AccountRegistered(account));
        }
        if organization.delegated_administrators.len() >= DELEGATED_ADMINISTRATORS {
            return Err(Refusal::DelegatedAdminAccountLimitExceeded);
        }
        // The role is made with the first delegated administrator (D, user guide).
        if organization.service_linked_role == ServiceLinkedRole::Denied {
            return Err(Refusal::InsufficientIamAccess);
        }
        let mut administrators = organization.delegated_administrators.clone();
        administrators.insert(account);
        desk.keep_administrators(administrators);
        Ok(Nothing {})
    }
}

/// The organization that the caller manages (D; the order is I).
pub(super) fn managed<'a>(desk: &'a Desk<'_>) -> Result<&'a Organization, Refusal> {
    let Some(organization) = desk.state.organizations.of(desk.account) else {
        return Err(Refusal::OrganizationsNotInUse);
    };
    if organization.management_account != desk.account {
        return Err(Refusal::NotOrganizationManagementAccount(desk.account));
    }
    if organization.feature_set != FeatureSet::All {
        return Err(Refusal::OrganizationNotInAllFeaturesMode);
    }
    if organization.cloud_trail_access == ServiceAccess::Disabled {
        return Err(Refusal::AccessNotEnabled);
    }
    Ok(organization)
}

/// The model allows up to sixteen digits, accounts have twelve: longer ones cannot be found.
pub(super) fn account_of(text: &str) -> Result<AccountId, Refusal> {
    AccountId::parse(text).ok_or_else(|| Refusal::AccountNotFound(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::World;

    fn register(account: &str) -> serde_json::Value {
        json!({"MemberAccountId": account})
    }

    #[test]
    fn three_members_at_most_become_administrators() {
        let mut world = World::with_organization();
        for member in ["444455556661", "444455556662", "444455556663"] {
            assert_eq!(
                world.ok("RegisterOrganizationDelegatedAdmin", register(member)),
                json!({})
            );
        }
        for (account, code) in [
            ("444455556661", "AccountRegisteredException"),
            (
                "444455556664",
                "DelegatedAdminAccountLimitExceededException",
            ),
            ("111122223333", "CannotDelegateManagementAccountException"),
            ("999999999999", "AccountNotFoundException"),
            ("4444555566611234", "AccountNotFoundException"),
        ] {
            world.refused_with(
                "RegisterOrganizationDelegatedAdmin",
                register(account),
                code,
            );
        }
    }

    #[test]
    fn only_the_management_account_of_an_organization_that_trusts_cloudtrail_may() {
        let operation = "RegisterOrganizationDelegatedAdmin";
        let input = || register("444455556661");
        World::new().refused_with(operation, input(), "OrganizationsNotInUseException");
        let mut world = World::with_organization();
        world.account("444455556662");
        world.refused_with(
            operation,
            input(),
            "NotOrganizationManagementAccountException",
        );
        world.account("111122223333");
        for (change, code) in [
            (
                json!({"featureSet": "CONSOLIDATED_BILLING"}),
                "OrganizationNotInAllFeaturesModeException",
            ),
            (
                json!({"cloudTrailAccess": false}),
                "CloudTrailAccessNotEnabledException",
            ),
            (
                json!({"serviceLinkedRole": false}),
                "InsufficientIAMAccessPermissionException",
            ),
        ] {
            world.declare(change);
            world.refused_with(operation, input(), code);
        }
    }
}
