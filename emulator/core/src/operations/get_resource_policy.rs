//! GetResourcePolicy (trails.md 10). Event data stores, dashboards and channels have policies, trails do not.

use localtrail_model::Violation;
use serde::Deserialize;

use super::{Desk, Nothing, Operation};
use crate::draft::Access;
use crate::names::{NoResource, ResourceArn, ResourceKind};
use crate::refusal::Refusal;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetResourcePolicy {
    resource_arn: String,
}

impl Operation for GetResourcePolicy {
    const NAME: &'static str = "GetResourcePolicy";
    const ACCESS: Access = Access::Read;
    type Output = Nothing;

    fn call(self, desk: &mut Desk<'_>) -> Result<Nothing, Refusal> {
        let resource = parse(&self.resource_arn, desk)?;
        Err(absent(&resource, &self.resource_arn))
    }

    fn refuse(violation: &Violation) -> Refusal {
        refuse_arn(violation)
    }
}

/// A resource of this account and region that may have a policy. An ARN of elsewhere counts as not valid, since the
/// exception is for what does not exist too (D exception, I choice).
pub(super) fn parse(arn: &str, desk: &Desk<'_>) -> Result<ResourceArn, Refusal> {
    let not_valid = || Refusal::ResourceArnNotValid(arn.to_owned());
    let resource = match ResourceArn::parse(arn) {
        Ok(resource) => resource,
        Err(NoResource::Malformed | NoResource::OtherService) => return Err(not_valid()),
        Err(NoResource::OtherKind) => {
            return Err(Refusal::ResourceTypeNotSupported(arn.to_owned()));
        }
    };
    match resource.kind {
        ResourceKind::Trail => Err(Refusal::ResourceTypeNotSupported(arn.to_owned())),
        ResourceKind::EventDataStore | ResourceKind::Dashboard | ResourceKind::Channel => {
            let is_here = resource.account == desk.account && resource.region == *desk.region;
            if is_here {
                Ok(resource)
            } else {
                Err(not_valid())
            }
        }
    }
}

/// No event data store, dashboard or channel exists here yet.
pub(super) fn absent(resource: &ResourceArn, arn: &str) -> Refusal {
    match resource.kind {
        ResourceKind::Trail
        | ResourceKind::EventDataStore
        | ResourceKind::Dashboard
        | ResourceKind::Channel => Refusal::ResourceNotFound(arn.to_owned()),
    }
}

/// The ARN is the only member that all three operations constrain.
pub(super) fn refuse_arn(violation: &Violation) -> Refusal {
    Refusal::ResourceArnNotValid(violation.value().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::World;

    #[test]
    fn arns_are_sorted_by_what_they_name_and_where() {
        let mut world = World::new();
        let here = "arn:aws:cloudtrail:us-east-1:111122223333";
        world.ok(
            "CreateTrail",
            json!({"Name": "my-trail", "S3BucketName": "logs"}),
        );
        for (arn, code) in [
            (
                format!("{here}:eventdatastore/abc"),
                "ResourceNotFoundException",
            ),
            (format!("{here}:dashboard/abc"), "ResourceNotFoundException"),
            (format!("{here}:channel/abc"), "ResourceNotFoundException"),
            (
                format!("{here}:trail/my-trail"),
                "ResourceTypeNotSupportedException",
            ),
            (
                format!("{here}:import/abc"),
                "ResourceTypeNotSupportedException",
            ),
            (format!("{here}:channel/"), "ResourceARNNotValidException"),
            ("my-trail".to_owned(), "ResourceARNNotValidException"),
            (
                "arn:aws:s3:::logs".to_owned(),
                "ResourceARNNotValidException",
            ),
            (
                "arn:aws:cloudtrail:eu-west-1:111122223333:channel/abc".to_owned(),
                "ResourceARNNotValidException",
            ),
            (
                "arn:aws:cloudtrail:us-east-1:999999999999:channel/abc".to_owned(),
                "ResourceARNNotValidException",
            ),
            (
                "arn:aws-cn:cloudtrail:us-east-1:111122223333:channel/abc".to_owned(),
                "ResourceARNNotValidException",
            ),
            ("x y".to_owned(), "ResourceARNNotValidException"),
        ] {
            let policy = json!({"ResourceArn": arn});
            world.refused_with("GetResourcePolicy", policy.clone(), code);
            world.refused_with("DeleteResourcePolicy", policy, code);
        }
        world.refused_with("GetResourcePolicy", json!({}), "InvalidParameterException");
    }
}
