//! Whether a trail may deliver where it wants to: the checks that CreateTrail and UpdateTrail share, in the order in
//! which AWS notices (trails.md 3.3; native.md, Trails).

use crate::delivery::account_folder;
use crate::names::is_dotted_quad;
use crate::operations::Desk;
use crate::organization::{FeatureSet, OrganizationId, ServiceAccess, ServiceLinkedRole};
use crate::place::{AccountId, Region};
use crate::quotas::{KEY_PREFIX, TOPIC_NAME};
use crate::refusal::Refusal;
use crate::settings::BucketPolicy;
use crate::surroundings::{Admission, BucketAction, BucketRequest, LogsAccess};
use crate::trail::Trail;

/// What a client says of where a trail delivers, before names are resolved.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wishes {
    /// `SnsTopicName`, a name or an ARN; `None` when it is not to change.
    pub(crate) topic: Option<String>,
    /// `KmsKeyId`, in any of its forms; `None` when it is not to change.
    pub(crate) key: Option<String>,
    /// Whether this call says something about CloudWatch Logs.
    pub(crate) logs: LogsWish,
}

/// What a call says about CloudWatch Logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum LogsWish {
    #[default]
    Unchanged,
    Set,
}

/// Folders of a bucket that its policy lets CloudTrail write to.
#[must_use]
pub(crate) struct Folders(Vec<String>);

/// Checks a trail as it would be, fills in the ARNs that its wishes stand for, and puts the folder markers. A refusal may leave markers behind, as AWS does (O, native.md: a create refused by the ACL statement
/// leaves one, a create refused by the put leaves none).
pub(crate) fn admit(
    trail: &mut Trail,
    wishes: &Wishes,
    desk: &mut Desk<'_>,
) -> Result<(), Refusal> {
    let folders = admit_bucket(trail, desk)?;
    admit_rest(trail, wishes, folders, desk)
}

/// The bucket, which is looked at first (O, native.md). Answers the folders that CloudTrail may write to.
pub(crate) fn admit_bucket(trail: &Trail, desk: &mut Desk<'_>) -> Result<Folders, Refusal> {
    validate_bucket_name(&trail.settings.bucket)?;
    let bucket = trail.settings.bucket.clone();
    if desk.surroundings.bucket(&bucket).is_none() {
        return Err(Refusal::S3BucketDoesNotExist(bucket));
    }
    validate_prefix(trail.settings.prefix.as_deref())?;
    let organization = organization_of(trail, desk)?;
    admitted_folders(trail, organization.as_ref(), desk)
}

/// Everything else, once the bucket is admitted; then the folder markers are put.
pub(crate) fn admit_rest(
    trail: &mut Trail,
    wishes: &Wishes,
    folders: Folders,
    desk: &mut Desk<'_>,
) -> Result<(), Refusal> {
    resolve_topic(trail, wishes, desk)?;
    resolve_key(trail, wishes, desk)?;
    validate_logs(trail, wishes, desk)?;
    mark(trail, &folders.0, desk);
    Ok(())
}

/// 3 to 63 characters, lower case, digits, dots and hyphens; labels begin and end with a letter or digit (D, trails.md 3.1).
fn validate_bucket_name(name: &str) -> Result<(), Refusal> {
    let refused = |sentence: String| Err(Refusal::InvalidS3BucketName(sentence));
    if name.trim().is_empty() {
        return refused("Bucket name cannot be blank!".to_owned());
    }
    let is_label_end = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let is_label = |label: &str| {
        let bytes = label.as_bytes();
        bytes.first().is_some_and(is_label_end)
            && bytes.last().is_some_and(is_label_end)
            && bytes.iter().all(|b| is_label_end(b) || *b == b'-')
    };
    let well_formed =
        (3..=63).contains(&name.len()) && name.split('.').all(is_label) && !is_dotted_quad(name);
    if well_formed {
        Ok(())
    } else {
        refused(format!("The bucket name {name} is not valid."))
    } // (I)
}

fn validate_prefix(prefix: Option<&str>) -> Result<(), Refusal> {
    let Some(prefix) = prefix else { return Ok(()) };
    if prefix.chars().count() > KEY_PREFIX {
        return Err(Refusal::InvalidS3Prefix(format!(
            "S3 prefix is longer than maximum length:{KEY_PREFIX}"
        )));
    }
    if prefix.contains(char::is_control) {
        return Err(Refusal::InvalidS3Prefix(
            "S3 prefix must not contain control characters.".to_owned(), // (I)
        ));
    }
    if prefix.starts_with('/') {
        return Err(Refusal::InvalidS3Prefix(
            "S3 prefix must not begin with a slash.".to_owned(),
        )); // (I)
    }
    Ok(())
}

/// The organization that an organization trail is for (D and O, trails.md 3.3; the order is I). Where no organization is
/// declared at all, service access is what is missing (I).
fn organization_of(trail: &Trail, desk: &Desk<'_>) -> Result<Option<OrganizationId>, Refusal> {
    if !trail.settings.organization {
        return Ok(None);
    }
    let declared = &desk.state.organizations;
    let Some(organization) = declared.of(trail.account) else {
        return Err(if declared.is_empty() {
            Refusal::AccessNotEnabled
        } else {
            Refusal::OrganizationsNotInUse
        });
    };
    if organization.feature_set != FeatureSet::All {
        return Err(Refusal::OrganizationNotInAllFeaturesMode);
    }
    if organization.management_account != trail.account {
        return Err(Refusal::NotOrganizationMasterAccount);
    }
    if organization.cloud_trail_access == ServiceAccess::Disabled {
        return Err(Refusal::AccessNotEnabled);
    }
    match organization.service_linked_role {
        ServiceLinkedRole::Available => Ok(Some(organization.id.clone())),
        // The management account would make the role, a delegated administrator needs it there (D).
        ServiceLinkedRole::Denied if desk.account == trail.account => {
            Err(Refusal::InsufficientDependencyServiceAccess)
        }
        ServiceLinkedRole::Denied => Err(Refusal::NoManagementAccountSlrExists),
    }
}

fn resolve_topic(trail: &mut Trail, wishes: &Wishes, desk: &Desk<'_>) -> Result<(), Refusal> {
    let Some(topic) = &wishes.topic else {
        return Ok(());
    };
    let is_arn = topic.starts_with("arn:");
    let name = match topic.split(':').collect::<Vec<_>>()[..] {
        ["arn", _, "sns", region, account, name] => {
            let has_place = Region::parse(region).is_some() && AccountId::parse(account).is_some();
            if has_place { name } else { "" }
        }
        [name] => name,
        _ => "",
    };
    let is_name_character = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let well_formed =
        (1..=TOPIC_NAME).contains(&name.chars().count()) && name.chars().all(is_name_character);
    if !well_formed {
        return Err(Refusal::InvalidSnsTopicName(format!(
            "The topic name {topic} is not valid."
        ))); // (I)
    }
    let arn = if is_arn {
        topic.clone()
    } else {
        format!(
            "arn:{}:sns:{}:{}:{name}",
            trail.home.partition(),
            trail.home,
            trail.account
        )
    };
    match desk.surroundings.topic_admits(&arn, &trail.arn()) {
        Admission::Admitted => trail.settings.topic_arn = Some(arn),
        Admission::Refused => return Err(Refusal::InsufficientSnsTopicPolicy),
    }
    Ok(())
}

fn resolve_key(trail: &mut Trail, wishes: &Wishes, desk: &Desk<'_>) -> Result<(), Refusal> {
    let Some(key) = &wishes.key else {
        return Ok(());
    };
    let is_id = |id: &str| {
        crate::ids::is_uuid(id) || id.strip_prefix("mrk-").is_some_and(|hex| hex.len() == 32)
    };
    let is_resource =
        |part: &str| part.starts_with("alias/") || part.strip_prefix("key/").is_some_and(is_id);
    let well_formed = match key.split(':').collect::<Vec<_>>()[..] {
        [plain] => {
            is_id(plain)
                || plain
                    .strip_prefix("alias/")
                    .is_some_and(|name| !name.is_empty())
        }
        ["arn", _, "kms", _, _, resource] => is_resource(resource),
        _ => false,
    };
    if !well_formed {
        return Err(Refusal::InvalidKmsKeyId(key.clone()));
    }
    let bucket = trail.settings.bucket.clone();
    match desk.surroundings.key(key, trail.account, &trail.home) {
        None => Err(Refusal::KmsKeyNotFound {
            key: key.clone(),
            bucket,
        }),
        Some(found) if found.admission == Admission::Refused => {
            Err(Refusal::InsufficientEncryptionPolicy {
                key: found.arn,
                bucket,
            })
        }
        Some(found) => {
            trail.settings.key_arn = Some(found.arn);
            Ok(())
        }
    }
}

/// The order and the sentences of native.md, CloudWatch Logs destination.
fn validate_logs(trail: &Trail, wishes: &Wishes, desk: &Desk<'_>) -> Result<(), Refusal> {
    if wishes.logs == LogsWish::Unchanged {
        return Ok(());
    }
    let settings = &trail.settings;
    let (Some(group), Some(role)) = (&settings.log_group_arn, &settings.role_arn) else {
        return Ok(());
    };
    let refused_group = |sentence: &str| Err(Refusal::InvalidLogGroupArn(sentence.to_owned()));
    let refused_role = |sentence: &str| Err(Refusal::InvalidLogsRoleArn(sentence.to_owned()));
    let (region, owner) = match group.split(':').collect::<Vec<_>>()[..] {
        ["arn", _, "logs", region, owner, "log-group", name, "*"] if !name.is_empty() => {
            (region, owner)
        }
        _ => return refused_group("CloudTrail cannot validate the specified log group ARN."),
    };
    if region != desk.region.as_str() {
        return refused_group("You must specify a log group that is in the current region.");
    }
    // A delegated administrator may log to its own account (D, user guide). The sentences are (I).
    let is_ours = |owner: &str| owner == desk.account.as_str() || owner == trail.account.as_str();
    if !is_ours(owner) {
        return refused_group("You must specify a log group that is in the current account.");
    }
    let owner = match role.splitn(6, ':').collect::<Vec<_>>()[..] {
        ["arn", _, "iam", "", owner, resource] if resource.starts_with("role/") => owner,
        _ => return refused_role("CloudTrail cannot validate the specified role ARN."),
    };
    if !is_ours(owner) {
        return refused_role("You must specify a role that is in the current account.");
    }
    match desk.surroundings.log_group(group, role) {
        LogsAccess::Granted => Ok(()),
        LogsAccess::RoleNotAssumable => refused_role(
            "Access denied. Verify in IAM that the role has adequate trust relationships.",
        ),
        LogsAccess::NotPermitted => {
            refused_group("Access denied. Verify in IAM that the role has adequate permissions.")
        }
    }
}

/// The folders that the bucket's policy lets CloudTrail write to. The put is tried before GetBucketAcl, for log files
/// before digests, and what was put before a refusal stays (O, native.md).
fn admitted_folders(
    trail: &Trail,
    organization: Option<&OrganizationId>,
    desk: &mut Desk<'_>,
) -> Result<Folders, Refusal> {
    let folder = account_folder(
        trail.settings.prefix.as_deref(),
        organization,
        trail.account,
    );
    let mut folders = vec![format!("{folder}CloudTrail/")];
    if trail.settings.validation {
        folders.push(format!("{folder}CloudTrail-Digest/"));
    }
    for (put, key) in folders.iter().enumerate() {
        if let Err(refusal) = check_policy(trail, BucketAction::PutObject { key }, desk) {
            mark(trail, &folders[..put], desk);
            return Err(refusal);
        }
    }
    if let Err(refusal) = check_policy(trail, BucketAction::GetBucketAcl, desk) {
        mark(trail, &folders, desk);
        return Err(refusal);
    }
    Ok(Folders(folders))
}

fn mark(trail: &Trail, folders: &[String], desk: &mut Desk<'_>) {
    for folder in folders {
        desk.mark(trail, folder.clone());
    }
}

fn check_policy(trail: &Trail, action: BucketAction<'_>, desk: &Desk<'_>) -> Result<(), Refusal> {
    let arn = trail.arn();
    let bucket = &trail.settings.bucket;
    let request = BucketRequest {
        bucket,
        action,
        trail_arn: &arn,
        account: trail.account,
    };
    let admission = match desk.bucket_policy {
        BucketPolicy::Ignored => Admission::Admitted,
        BucketPolicy::Enforced => desk.surroundings.bucket_admits(&request),
    };
    match admission {
        Admission::Admitted => Ok(()),
        Admission::Refused => Err(Refusal::InsufficientS3BucketPolicy(bucket.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_names_are_dns_labels() {
        for good in ["abc", "my-logs.eu", &"a".repeat(63)] {
            assert!(validate_bucket_name(good).is_ok(), "{good}");
        }
        for bad in [
            "ab",
            "My-logs",
            "my_logs",
            "logs-",
            "-logs",
            "my..logs",
            "my-.logs",
            "my.-logs",
            "192.168.5.4",
            "999.1.1.1",
            &"a".repeat(64),
        ] {
            assert!(validate_bucket_name(bad).is_err(), "{bad}");
        }
        assert_eq!(
            validate_bucket_name("").unwrap_err().to_string(),
            "Bucket name cannot be blank!"
        );
    }
}
