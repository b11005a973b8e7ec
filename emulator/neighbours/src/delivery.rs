//! CloudTrail's own deliveries into a bucket, and whether the bucket's policy lets it in.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use localtrail_core::{
    Admission, BucketAction, BucketPolicy, BucketRequest, PublicKey, PutObject, Timestamp,
};
use s3s::crypto::{Checksum as _, Md5};

use crate::access::arn_of;
use crate::error::{Result, disk, refuse};
use crate::policy::{Ask, Facts, Policy, Principal, Verdict};
use crate::store::{
    BucketInfo, BucketName, Described, Landed, Precondition, Store, read_public_keys,
};

/// The ACL that CloudTrail puts on everything, and that bucket policies ask for (D, trails.md 14).
pub const ACL: &str = "bucket-owner-full-control";

/// Whether a bucket's policy admits the CloudTrail service.
pub(crate) fn admits(
    name: &BucketName,
    info: &BucketInfo,
    request: &BucketRequest<'_>,
) -> Admission {
    let key = match request.action {
        BucketAction::GetBucketAcl => None,
        BucketAction::PutObject { key } => Some(key),
    };
    let resource = arn_of(info, name.as_str(), key);
    let policy = info.policy.as_deref().unwrap_or_default();
    policy_admits(policy, &resource, request)
}

/// Whether this text of a bucket policy lets the CloudTrail service do what is asked, on the resource of this ARN.
#[must_use]
pub fn policy_admits(policy: &str, resource: &str, request: &BucketRequest<'_>) -> Admission {
    let Ok(policy) = Policy::parse(policy) else {
        return Admission::Refused;
    };
    let mut facts = Facts::default()
        .with("aws:SourceArn", request.trail_arn)
        .with("aws:SourceAccount", request.account.as_str())
        .with("aws:SecureTransport", "true")
        .with("aws:PrincipalIsAWSService", "true")
        .with("aws:PrincipalServiceName", "cloudtrail.amazonaws.com")
        // As AWS's own check has it (O, native.md).
        .with("aws:PrincipalType", "AssumedRole");
    let action = match request.action {
        BucketAction::GetBucketAcl => "s3:GetBucketAcl",
        BucketAction::PutObject { .. } => {
            facts = facts
                .with("s3:x-amz-acl", ACL)
                .with("s3:x-amz-server-side-encryption", "AES256");
            "s3:PutObject"
        }
    };
    let principal = Principal::Service("cloudtrail.amazonaws.com");
    match policy.judge(&Ask {
        principal,
        action,
        resource,
        facts: &facts,
    }) {
        Verdict::Allowed => Admission::Admitted,
        Verdict::Denied | Verdict::Silent => Admission::Refused,
    }
}

/// Puts one object as the CloudTrail service. Putting the same one twice does no harm.
pub(crate) fn put(store: &Store, object: &PutObject, now: Timestamp) -> Result<()> {
    let name =
        BucketName::parse(&object.bucket).ok_or_else(|| refuse(s3s::S3ErrorCode::NoSuchBucket))?;
    let info = store.bucket(&name)?;
    let request = BucketRequest {
        bucket: &object.bucket,
        action: BucketAction::PutObject { key: &object.key },
        trail_arn: &object.trail_arn,
        account: object.account,
    };
    let enforced = store.options().bucket_policy == BucketPolicy::Enforced;
    if enforced && admits(&name, &info, &request) == Admission::Refused {
        return Err(refuse(s3s::S3ErrorCode::AccessDenied));
    }
    if let Some(key) = &object.signed_with {
        keep_key(store, key).map_err(disk)?;
    }
    let (incoming, mut file) = store.incoming()?;
    file.write_all(&object.body).map_err(disk)?;
    let landed = Landed {
        etag: hex::encode(Md5::checksum(&object.body)),
        digest: None,
        parts: Vec::new(),
        described: Described {
            content_type: Some(object.content_type.to_owned()),
            content_encoding: Some(object.content_encoding.to_owned())
                .filter(|encoding| !encoding.is_empty()),
            metadata: object.metadata.iter().cloned().collect::<BTreeMap<_, _>>(),
            acl: Some(ACL.to_owned()),
            ..Described::default()
        },
        now,
    };
    store
        .land(
            &name,
            &object.key,
            incoming,
            landed,
            &Precondition::default(),
        )
        .map(drop)
}

/// Keeps the public key of an object that is delivered elsewhere.
pub(crate) fn keep_key_of(store: &Store, object: &PutObject) -> io::Result<()> {
    match &object.signed_with {
        Some(key) => keep_key(store, key),
        None => Ok(()),
    }
}

/// Keeps a public key beside the data, so that digests can be verified without the emulator.
fn keep_key(store: &Store, key: &PublicKey) -> io::Result<()> {
    let _turn = store.keys_turn();
    let path = store.public_keys_file();
    let mut keys = read_public_keys(&path)?;
    let known = keys
        .iter()
        .any(|known| known.fingerprint == key.fingerprint && known.region == key.region);
    if known {
        return Ok(());
    }
    keys.push(key.clone());
    let bytes = serde_json::to_vec_pretty(&keys).map_err(io::Error::other)?;
    store.write_atomically(&path, &bytes)
}
