//! Which organizations there are at the start: those of the configuration, beside what the store kept. Their rules are
//! core's.

use localtrail_core::Organization;

/// At most so many organizations can be declared at run time.
pub(crate) const ORGANIZATIONS_LIMIT: usize = 1000;

/// The organizations of the configuration, and the kept ones that it does not name. What the configuration says of its
/// own holds; delegated administrators who were registered meanwhile stay while they are members.
pub(crate) fn at_start<'a>(
    kept: impl Iterator<Item = &'a Organization>,
    configured: &[Organization],
) -> Vec<Organization> {
    let mut all = configured.to_vec();
    for earlier in kept {
        match all.iter_mut().find(|one| one.id == earlier.id) {
            Some(one) => {
                let registered = earlier.delegated_administrators.iter();
                let still_members = registered.filter(|account| one.members.contains(account));
                one.delegated_administrators.extend(still_members);
            }
            None => all.push(earlier.clone()),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organization(id: &str, members: &[&str], administrators: &[&str]) -> Organization {
        let json = serde_json::json!({
            "id": id, "managementAccount": "000000000001", "members": members,
            "delegatedAdministrators": administrators,
        });
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn the_configuration_holds_and_registered_administrators_stay() {
        let (two, three, four) = ("000000000002", "000000000003", "000000000004");
        let (ours, other) = ("o-aaaaaaaaaa", "o-bbbbbbbbbb");
        let configured = [organization(ours, &[two, three], &[])];
        let kept = [
            organization(ours, &[two, three, four], &[three, four]),
            organization(other, &[], &[]),
        ];
        assert_eq!(
            at_start(kept.iter(), &configured),
            [
                organization(ours, &[two, three], &[three]),
                organization(other, &[], &[])
            ]
        );
        assert_eq!(at_start(kept.iter(), &[]), kept);
        assert_eq!(at_start([].iter(), &configured), configured);
    }
}
