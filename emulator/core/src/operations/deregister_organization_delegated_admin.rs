//! DeregisterOrganizationDelegatedAdmin: a member no longer acts for the management account (trails.md 10).

use serde::Deserialize;

use super::register_organization_delegated_admin::{account_of, managed};
use super::{Desk, Nothing, Operation};
use crate::draft::Access;
use crate::refusal::Refusal;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DeregisterOrganizationDelegatedAdmin {
    delegated_admin_account_id: String,
}

impl Operation for DeregisterOrganizationDelegatedAdmin {
    const NAME: &'static str = "DeregisterOrganizationDelegatedAdmin";
    const ACCESS: Access = Access::Write;
    type Output = Nothing;

    fn call(self, desk: &mut Desk<'_>) -> Result<Nothing, Refusal> {
        let organization = managed(desk)?;
        let account = account_of(&self.delegated_admin_account_id)?;
        if !organization.accounts().any(|one| one == account) {
            return Err(Refusal::AccountNotFound(self.delegated_admin_account_id));
        }
        let mut administrators = organization.delegated_administrators.clone();
        if !administrators.remove(&account) {
            return Err(Refusal::AccountNotRegistered(account));
        }
        desk.keep_administrators(administrators);
        Ok(Nothing {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::World;

    #[test]
    fn an_administrator_is_a_plain_member_again() {
        let mut world = World::with_organization();
        let operation = "DeregisterOrganizationDelegatedAdmin";
        let input = |account: &str| json!({"DelegatedAdminAccountId": account});
        world.ok(
            "RegisterOrganizationDelegatedAdmin",
            json!({"MemberAccountId": "444455556661"}),
        );
        assert_eq!(world.ok(operation, input("444455556661")), json!({}));
        for (account, code) in [
            ("444455556661", "AccountNotRegisteredException"),
            ("111122223333", "AccountNotRegisteredException"),
            ("999999999999", "AccountNotFoundException"),
        ] {
            world.refused_with(operation, input(account), code);
        }
    }
}
