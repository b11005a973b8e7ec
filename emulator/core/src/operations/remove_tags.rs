//! RemoveTags: goes by key; values do not matter and unknown keys are passed over (trails.md 7).

use localtrail_model::Violation;
use serde::Deserialize;

use super::add_tags::refuse_tags;
use super::{Desk, Nothing, Operation, tagged};
use crate::draft::Access;
use crate::refusal::Refusal;
use crate::tags::Tag;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RemoveTags {
    resource_id: String,
    tags_list: Vec<Tag>,
}

impl Operation for RemoveTags {
    const NAME: &'static str = "RemoveTags";
    const ACCESS: Access = Access::Write;
    type Output = Nothing;

    fn call(self, desk: &mut Desk<'_>) -> Result<Nothing, Refusal> {
        let key = tagged::find(&self.resource_id, desk)?;
        let mut trail = desk.trail(&key).clone();
        trail.tags = trail.tags.without(&self.tags_list);
        desk.keep(trail);
        Ok(Nothing {})
    }

    fn refuse(violation: &Violation) -> Refusal {
        refuse_tags(violation)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::World;

    #[test]
    fn tags_go_by_key() {
        let mut world = World::new();
        let created = world.ok(
            "CreateTrail",
            json!({"Name": "my-trail", "S3BucketName": "logs", "TagsList": [{"Key": "a", "Value": "1"}, {"Key": "b"}]}),
        );
        let arn = &created["TrailARN"];
        world.ok(
            "RemoveTags",
            json!({"ResourceId": arn, "TagsList": [{"Key": "a"}, {"Key": "unknown"}]}),
        );
        let listed = world.ok("ListTags", json!({"ResourceIdList": [arn]}));
        assert_eq!(
            listed["ResourceTagList"][0]["TagsList"],
            json!([{"Key": "b"}])
        );
    }
}
