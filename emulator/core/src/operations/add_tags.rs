//! AddTags: a key that is there takes the new value (trails.md 7).

use localtrail_model::Violation;
use serde::Deserialize;

use super::{Desk, Nothing, Operation, tagged};
use crate::draft::Access;
use crate::refusal::Refusal;
use crate::tags::Tag;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AddTags {
    resource_id: String,
    tags_list: Vec<Tag>,
}

impl Operation for AddTags {
    const NAME: &'static str = "AddTags";
    const ACCESS: Access = Access::Write;
    type Output = Nothing;

    fn call(self, desk: &mut Desk<'_>) -> Result<Nothing, Refusal> {
        let key = tagged::find(&self.resource_id, desk)?;
        let mut trail = desk.trail(&key).clone();
        trail.tags = trail.tags.with(&self.tags_list, &self.resource_id)?;
        desk.keep(trail);
        Ok(Nothing {})
    }

    fn refuse(violation: &Violation) -> Refusal {
        refuse_tags(violation)
    }
}

/// Keys and values out of bounds, and lists that are too long (D, code; I, sentence).
pub(super) fn refuse_tags(violation: &Violation) -> Refusal {
    if violation.path.to_string().starts_with("ResourceId") {
        Refusal::ArnInvalid(violation.sentence())
    } else {
        Refusal::InvalidTagParameter(violation.sentence())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::World;

    #[test]
    fn only_resources_of_this_place_can_be_tagged() {
        let mut world = World::new();
        let arn = "arn:aws:cloudtrail:us-east-1:111122223333:trail/my-trail";
        let add = |arn: &str| json!({"ResourceId": arn, "TagsList": [{"Key": "a", "Value": "1"}]});
        world.refused_with("AddTags", add(arn), "ResourceNotFoundException");
        world.ok(
            "CreateTrail",
            json!({"Name": "my-trail", "S3BucketName": "logs", "IsMultiRegionTrail": true}),
        );
        assert_eq!(world.ok("AddTags", add(arn)), json!({}));
        world.refused_with("AddTags", add("my-trail"), "CloudTrailARNInvalidException");
        world.refused_with(
            "AddTags",
            add("arn:aws:s3:::logs"),
            "ResourceTypeNotSupportedException",
        );
        for kind in ["eventdatastore", "dashboard", "channel"] {
            let there = |place: &str| add(&format!("arn:aws:cloudtrail:{place}:{kind}/abc"));
            world.refused_with(
                "AddTags",
                there("us-east-1:111122223333"),
                "ResourceNotFoundException",
            );
            for elsewhere in ["us-east-1:999999999999", "eu-west-1:111122223333"] {
                world.refused_with("AddTags", there(elsewhere), "CloudTrailARNInvalidException");
            }
        }
        world.refused_with(
            "AddTags",
            add("arn:aws:cloudtrail:us-east-1:111122223333:import/abc"),
            "ResourceTypeNotSupportedException",
        );
        world.refused(
            "AddTags",
            add("arn:aws:cloudtrail:us-east-1:999999999999:trail/my-trail"),
            "CloudTrailARNInvalidException",
            "AccountID in ARN is wrong, you can only access resources with AccountID 111122223333.",
        );
        world.region("eu-west-1");
        world.refused(
            "AddTags",
            add(arn),
            "CloudTrailARNInvalidException",
            "Region in ARN is wrong, you can only access resources in region eu-west-1.",
        );
    }
}
