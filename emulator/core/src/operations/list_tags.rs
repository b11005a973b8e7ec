//! ListTags: one entry for every ARN asked, in order, with an empty list where there are no tags (trails.md 7).

use localtrail_model::Violation;
use serde::{Deserialize, Serialize};

use super::{Desk, Operation, tagged};
use crate::draft::Access;
use crate::quotas::TAGGED_RESOURCES;
use crate::refusal::Refusal;
use crate::tags::Tags;

/// The token is reserved: like that of ListPublicKeys (O, native.md), a made-up one is ignored (I).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListTags {
    resource_id_list: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Listed {
    resource_tag_list: Vec<ResourceTags>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ResourceTags {
    resource_id: String,
    tags_list: Tags,
}

impl Operation for ListTags {
    const NAME: &'static str = "ListTags";
    const ACCESS: Access = Access::Read;
    type Output = Listed;

    fn call(self, desk: &mut Desk<'_>) -> Result<Listed, Refusal> {
        if self.resource_id_list.len() > TAGGED_RESOURCES {
            return Err(Refusal::ArnInvalid(format!(
                "Specify at most {TAGGED_RESOURCES} resources."
            ))); // (I)
        }
        let listed = self.resource_id_list.into_iter().map(|arn| {
            let key = tagged::find(&arn, desk)?;
            Ok(ResourceTags {
                tags_list: desk.trail(&key).tags.clone(),
                resource_id: arn,
            })
        });
        Ok(Listed {
            resource_tag_list: listed.collect::<Result<_, Refusal>>()?,
        })
    }

    fn refuse(violation: &Violation) -> Refusal {
        Refusal::ArnInvalid(violation.sentence())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::World;

    #[test]
    fn every_arn_has_an_entry_even_without_tags() {
        let mut world = World::new();
        let created = world.ok(
            "CreateTrail",
            json!({"Name": "my-trail", "S3BucketName": "logs"}),
        );
        let arn = &created["TrailARN"];
        assert_eq!(
            world.ok("ListTags", json!({"ResourceIdList": [arn]})),
            json!({"ResourceTagList": [{"ResourceId": arn, "TagsList": []}]})
        );
        world.refused_with(
            "ListTags",
            json!({"ResourceIdList": vec![arn; 21]}),
            "CloudTrailARNInvalidException",
        );
        world.ok(
            "ListTags",
            json!({"ResourceIdList": vec![arn; 20], "NextToken": "made up"}),
        );
    }
}
