//! Declared organizations: those of the configuration, and the replacing of them all. Their rules are core's.

use localtrail_core::{CloudTrail, Organization, OrganizationError, OrganizationId, Timestamp};

/// At most so many organizations can be declared at run time.
pub(crate) const ORGANIZATIONS_LIMIT: usize = 1000;

/// Declares organizations beside those that there are.
///
/// # Errors
///
/// At the first that cannot be; those before it stay.
pub(crate) fn declare(
    trail: &mut CloudTrail,
    organizations: &[Organization],
    now: Timestamp,
) -> Result<(), (OrganizationId, OrganizationError)> {
    for organization in organizations {
        trail
            .declare_organization(organization.clone(), now)
            .map_err(|error| (organization.id.clone(), error))?;
    }
    Ok(())
}

/// Makes these all the organizations that there are.
///
/// # Errors
///
/// When they contradict themselves or each other; then nothing is changed.
pub(crate) fn replace(
    trail: &mut CloudTrail,
    wanted: Vec<Organization>,
    now: Timestamp,
) -> Result<(), OrganizationError> {
    let before: Vec<Organization> = trail.organizations().cloned().collect();
    let replaced = settle(trail, wanted, now);
    if replaced.is_err() {
        let restored = settle(trail, before, now);
        debug_assert_eq!(restored, Ok(()), "they were together before");
    }
    replaced
}

/// An organization that stays is never dissolved on the way, so that its trails do not notice, unless accounts change
/// places between two that stay.
fn settle(
    trail: &mut CloudTrail,
    mut waiting: Vec<Organization>,
    now: Timestamp,
) -> Result<(), OrganizationError> {
    let stays = |id| waiting.iter().any(|organization| organization.id == id);
    let gone: Vec<_> = trail
        .organizations()
        .map(|organization| organization.id.clone())
        .filter(|id| !stays(id.clone()))
        .collect();
    for id in gone {
        trail.dissolve_organization(&id, now);
    }
    let mut gave_up_places = false;
    loop {
        let count = waiting.len();
        let mut failed = None;
        waiting.retain(|organization| {
            let declared = trail.declare_organization(organization.clone(), now);
            declared.map_err(|error| failed = Some(error)).is_err()
        });
        match failed {
            None => return Ok(()),
            Some(_) if waiting.len() < count => {}
            Some(error) if gave_up_places => return Err(error),
            Some(_) => {
                gave_up_places = true;
                for organization in &waiting {
                    trail.dissolve_organization(&organization.id, now);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use localtrail_core::{BucketPolicy, Pace, Settings, Throttling};

    fn organizations(all: &[(&str, &[u64])]) -> Vec<Organization> {
        all.iter()
            .map(|(id, accounts)| {
                let accounts: Vec<_> = accounts.iter().map(|n| format!("{n:012}")).collect();
                let json = serde_json::json!({
                    "id": id, "managementAccount": accounts[0], "members": accounts[1..],
                });
                serde_json::from_value(json).unwrap()
            })
            .collect()
    }

    fn trail() -> CloudTrail {
        let settings = Settings {
            seed: [0; 32],
            pace: Pace::FAST,
            bucket_policy: BucketPolicy::Enforced,
            throttling: Throttling::Off,
        };
        CloudTrail::open(crate::store::in_memory().unwrap(), settings).unwrap()
    }

    #[test]
    fn all_are_replaced_or_none() {
        let mut trail = trail();
        let now = Timestamp::from_seconds(0);
        let all = |trail: &CloudTrail| -> Vec<_> { trail.organizations().cloned().collect() };
        let (a, b, c) = ("o-aaaaaaaaaa", "o-bbbbbbbbbb", "o-cccccccccc");
        for wanted in [
            organizations(&[(a, &[1, 2]), (b, &[3, 4])]),
            // Members change places.
            organizations(&[(a, &[1, 4]), (b, &[3, 2])]),
            // One moves on, one goes, one comes.
            organizations(&[(a, &[1, 2, 3]), (c, &[4])]),
            vec![],
            organizations(&[(b, &[1])]),
        ] {
            replace(&mut trail, wanted.clone(), now).unwrap();
            assert_eq!(all(&trail), wanted);
        }
        let before = all(&trail);
        for contradiction in [
            organizations(&[(a, &[2, 3]), (c, &[3])]),
            organizations(&[(b, &[7]), (a, &[1]), (c, &[1])]),
        ] {
            replace(&mut trail, contradiction, now).unwrap_err();
            assert_eq!(all(&trail), before);
        }
    }
}
