//! Who may do what with a bucket. Only what needs no identity policy is judged: callers of the bucket's own account may
//! do everything, as the emulator trusts whom the server names; others need the bucket's policy or a public ACL.

use localtrail_core::{AccountId, Caller, Identity};
use s3s::S3ErrorCode;

use crate::error::{Result, refuse};
use crate::policy::{Ask, Facts, Policy, Principal, Verdict};
use crate::store::BucketInfo;

/// Whether the caller may take an action on a bucket, or on a key in it.
///
/// # Errors
/// `AccessDenied`.
pub(crate) fn permit(
    caller: &Caller,
    name: &str,
    info: &BucketInfo,
    action: &str,
    key: Option<&str>,
) -> Result<()> {
    let account = match &caller.identity {
        Identity::Anonymous { .. } => None,
        known => Some(known.account()),
    };
    if account == Some(info.owner)
        || by_acl(info, action, account)
        || by_policy(caller, account, name, info, action, key)
    {
        return Ok(());
    }
    Err(refuse(S3ErrorCode::AccessDenied))
}

/// The canned ACLs that let others in (D, S3 "Canned ACL"). They speak of listing and writing, not of reading objects.
fn by_acl(info: &BucketInfo, action: &str, account: Option<AccountId>) -> bool {
    match (info.acl.as_deref(), action) {
        (
            Some("public-read"),
            "ListBucket" | "ListBucketVersions" | "ListBucketMultipartUploads",
        ) => true,
        (
            Some("public-read-write"),
            "ListBucket" | "ListBucketVersions" | "ListBucketMultipartUploads",
        ) => true,
        (Some("public-read-write"), "PutObject" | "DeleteObject") => true,
        (Some("authenticated-read"), "ListBucket") => account.is_some(),
        _ => false,
    }
}

fn by_policy(
    caller: &Caller,
    account: Option<AccountId>,
    name: &str,
    info: &BucketInfo,
    action: &str,
    key: Option<&str>,
) -> bool {
    let Some(policy) = info
        .policy
        .as_deref()
        .and_then(|text| Policy::parse(text).ok())
    else {
        return false;
    };
    let account = account
        .map(|account| account.to_string())
        .unwrap_or_default();
    let arn = caller.identity.arn_in(&info.region).unwrap_or_default();
    let principal = match &caller.identity {
        Identity::Anonymous { .. } => Principal::Anonymous,
        Identity::AwsService { invoked_by, .. } => Principal::Service(invoked_by),
        _ => Principal::Aws {
            arn: &arn,
            account: &account,
        },
    };
    // The wire is this machine's own: it counts as secure, or the usual deny of plain HTTP would shut every door.
    let mut facts = Facts::default().with("aws:SecureTransport", "true");
    if !account.is_empty() {
        facts = facts
            .with("aws:PrincipalAccount", &account)
            .with("aws:PrincipalArn", &arn);
    }
    let resource = arn_of(info, name, key);
    let ask = Ask {
        principal,
        action: &format!("s3:{action}"),
        resource: &resource,
        facts: &facts,
    };
    policy.judge(&ask) == Verdict::Allowed
}

/// The ARN of a bucket or of an object in it.
pub(crate) fn arn_of(info: &BucketInfo, name: &str, key: Option<&str>) -> String {
    let partition = info.region.partition();
    match key {
        Some(key) => format!("arn:{partition}:s3:::{name}/{key}"),
        None => format!("arn:{partition}:s3:::{name}"),
    }
}
