//! What core must know of the services next door. The neighbours answer; core decides what it means.

use crate::place::{AccountId, Region};

/// Facts about the neighbourhood, asked while an operation is resolved. Answers are of this moment; nothing is cached.
pub trait Surroundings {
    /// The bucket of that name, whoever owns it.
    fn bucket(&self, name: &str) -> Option<Bucket>;

    /// Whether the bucket's policy lets the CloudTrail service do this. Only called for a bucket that exists.
    fn bucket_admits(&self, request: &BucketRequest<'_>) -> Admission;

    /// Whether this topic exists and its policy lets CloudTrail publish.
    fn topic_admits(&self, topic_arn: &str, trail_arn: &str) -> Admission;

    /// The key that a key id, key ARN, alias name or alias ARN stands for.
    fn key(&self, key: &str, account: AccountId, region: &Region) -> Option<Key>;

    /// How far a log group and a role would let CloudTrail in.
    fn log_group(&self, log_group_arn: &str, role_arn: &str) -> LogsAccess;
}

/// A bucket that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Who owns it.
    pub owner: AccountId,
    /// Where it lies.
    pub region: Region,
}

/// One action that the CloudTrail service would take on a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BucketRequest<'a> {
    /// The bucket.
    pub bucket: &'a str,
    /// The action.
    pub action: BucketAction<'a>,
    /// The trail for which CloudTrail acts (`aws:SourceArn`).
    pub trail_arn: &'a str,
    /// The trail's account (`aws:SourceAccount`).
    pub account: AccountId,
}

/// The two actions that CloudTrail needs (D, trails.md 14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BucketAction<'a> {
    /// `s3:GetBucketAcl` on the bucket.
    GetBucketAcl,
    /// `s3:PutObject` on this key with `x-amz-acl: bucket-owner-full-control`.
    PutObject {
        /// The object key.
        key: &'a str,
    },
}

/// A yes or no of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// The policy lets CloudTrail in.
    Admitted,
    /// It does not, or there is none.
    Refused,
}

/// A KMS key that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The full key ARN.
    pub arn: String,
    /// Whether its policy lets CloudTrail encrypt.
    pub admission: Admission,
}

/// How far CloudTrail gets with a log group and a role (O, native.md, CloudWatch Logs destination).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogsAccess {
    /// All is well.
    Granted,
    /// The role is missing or does not trust CloudTrail.
    RoleNotAssumable,
    /// The group is missing, or the role lacks the permissions.
    NotPermitted,
}
