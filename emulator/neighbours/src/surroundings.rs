//! What core asks of the neighbourhood. Topics, keys and log groups do not exist here yet, and core is told so.

use localtrail_core::{
    AccountId, Admission, Bucket, BucketRequest, Key, LogsAccess, Region, Surroundings,
};

use crate::Neighbours;
use crate::delivery;
use crate::store::BucketName;

impl Surroundings for Neighbours {
    fn bucket(&self, name: &str) -> Option<Bucket> {
        let info = self.store().bucket(&BucketName::parse(name)?).ok()?;
        Some(Bucket {
            owner: info.owner,
            region: info.region,
        })
    }

    fn bucket_admits(&self, request: &BucketRequest<'_>) -> Admission {
        let Some(name) = BucketName::parse(request.bucket) else {
            return Admission::Refused;
        };
        match self.store().bucket(&name) {
            Ok(info) => delivery::admits(&name, &info, request),
            Err(_) => Admission::Refused,
        }
    }

    fn topic_admits(&self, _topic_arn: &str, _trail_arn: &str) -> Admission {
        Admission::Refused
    }

    fn key(&self, _key: &str, _account: AccountId, _region: &Region) -> Option<Key> {
        None
    }

    fn log_group(&self, _log_group_arn: &str, _role_arn: &str) -> LogsAccess {
        LogsAccess::RoleNotAssumable
    }
}
