//! What the outside must be told, and how the telling went. Core fills the outbox; couriers empty it.

use crate::keys::PublicKey;
use crate::place::{AccountId, Region};

/// Names one effect until it is settled.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct EffectId(pub u64);

/// One thing to do outside. Doing it twice must do no harm: after a crash it is asked for again, with the same bytes.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Put an object into a bucket, as the CloudTrail service.
    PutObject(Box<PutObject>),
}

/// An object that CloudTrail delivers.
#[derive(Debug, Clone)]
pub struct PutObject {
    /// The account of the trail.
    pub account: AccountId,
    /// The region whose events these are.
    pub region: Region,
    /// The trail's ARN: `aws:SourceArn` of the put.
    pub trail_arn: String,
    /// The bucket.
    pub bucket: String,
    /// The object key.
    pub key: String,
    /// The bytes, gzip for logs and digests, empty for folder markers.
    pub body: Vec<u8>,
    /// `application/json`.
    pub content_type: &'static str,
    /// `gzip`.
    pub content_encoding: &'static str,
    /// `x-amz-meta-…` without that prefix, for digests: `signature` and `signature-algorithm`.
    pub metadata: Vec<(String, String)>,
    /// The key that signed this object, so that a courier can keep it beside the data for offline validation.
    pub signed_with: Option<PublicKey>,
}

/// How an effect went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// It failed with this error code of the service, such as `NoSuchBucket` or `AccessDenied`.
    Failed {
        /// The code, which GetTrailStatus shows.
        code: String,
    },
}
