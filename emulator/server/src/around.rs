//! What is around core: the neighbours, and for S3 the upstream where one was named for it.

use std::sync::Arc;

use localtrail_core::{
    AccountId, Admission, Bucket, BucketRequest, Key, LogsAccess, PutObject, Region, Surroundings,
    Timestamp,
};
use localtrail_neighbours::Neighbours;

use crate::upstream::Buckets;

/// Who answers core's questions and takes its deliveries.
#[derive(Debug, Clone)]
pub(crate) struct Around {
    neighbours: Neighbours,
    /// Instead of the neighbours' buckets.
    buckets: Option<Arc<Buckets>>,
}

impl Around {
    pub(crate) fn new(neighbours: Neighbours, buckets: Option<Arc<Buckets>>) -> Self {
        Self {
            neighbours,
            buckets,
        }
    }

    /// The buckets that lie elsewhere, where they do.
    pub(crate) fn buckets(&self) -> Option<&Arc<Buckets>> {
        self.buckets.as_ref()
    }

    /// Delivers one object as the CloudTrail service. Blocks.
    ///
    /// # Errors
    ///
    /// S3's error code.
    pub(crate) fn put_object(&self, object: &PutObject, now: Timestamp) -> Result<(), String> {
        let Some(buckets) = &self.buckets else {
            return self.neighbours.put_object(object, now);
        };
        buckets.put_object(object)?;
        self.neighbours
            .keep_public_key(object)
            .map_err(|_| "InternalError".to_owned())
    }
}

impl Surroundings for Around {
    fn bucket(&self, name: &str) -> Option<Bucket> {
        match &self.buckets {
            Some(buckets) => buckets.bucket(name),
            None => self.neighbours.bucket(name),
        }
    }

    fn bucket_admits(&self, request: &BucketRequest<'_>) -> Admission {
        match &self.buckets {
            Some(buckets) => buckets.admits(request),
            None => self.neighbours.bucket_admits(request),
        }
    }

    fn topic_admits(&self, topic_arn: &str, trail_arn: &str) -> Admission {
        self.neighbours.topic_admits(topic_arn, trail_arn)
    }

    fn key(&self, key: &str, account: AccountId, region: &Region) -> Option<Key> {
        self.neighbours.key(key, account, region)
    }

    fn log_group(&self, log_group_arn: &str, role_arn: &str) -> LogsAccess {
        self.neighbours.log_group(log_group_arn, role_arn)
    }
}
