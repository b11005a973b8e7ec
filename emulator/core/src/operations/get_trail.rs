//! GetTrail (trails.md 4.5).

use serde::{Deserialize, Serialize};

use super::trail_view::TrailDescription;
use super::{Desk, Operation, Reach};
use crate::draft::Access;
use crate::names::NameOrArn;
use crate::refusal::Refusal;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetTrail {
    name: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Got {
    trail: TrailDescription,
}

impl Operation for GetTrail {
    const NAME: &'static str = "GetTrail";
    const ACCESS: Access = Access::Read;
    type Output = Got;

    fn call(self, desk: &mut Desk<'_>) -> Result<Got, Refusal> {
        let key = desk
            .find(&self.name, Reach::Read)
            .map_err(|refusal| self.by_name(refusal))?;
        Ok(Got {
            trail: desk.trail(&key).into(),
        })
    }
}

impl GetTrail {
    /// This operation names an unknown trail by its bare name even when an ARN was passed (O, native.md).
    fn by_name(&self, refusal: Refusal) -> Refusal {
        match (refusal, NameOrArn::parse(&self.name)) {
            (Refusal::TrailNotFound { account, .. }, Ok(NameOrArn::Name(name))) => {
                Refusal::TrailNotFound {
                    shown: name.to_string(),
                    account,
                }
            }
            (Refusal::TrailNotFound { account, .. }, Ok(NameOrArn::Arn(arn))) => {
                Refusal::TrailNotFound {
                    shown: arn.name.to_string(),
                    account,
                }
            }
            (other, _) => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::World;

    #[test]
    fn an_unknown_trail_is_named_by_its_bare_name() {
        let mut world = World::new();
        for name in [
            "my-trail",
            "arn:aws:cloudtrail:us-east-1:111122223333:trail/my-trail",
        ] {
            world.refused(
                "GetTrail",
                json!({"Name": name}),
                "TrailNotFoundException",
                "Unknown trail: my-trail for the user: 111122223333",
            );
        }
    }

    #[test]
    fn a_trail_is_described_whole() {
        let mut world = World::new();
        world.ok(
            "CreateTrail",
            json!({"Name": "my-trail", "S3BucketName": "logs", "S3KeyPrefix": "p"}),
        );
        let trail = &world.ok("GetTrail", json!({"Name": "my-trail"}))["Trail"];
        assert_eq!(trail["HomeRegion"], "us-east-1");
        assert_eq!(trail["HasCustomEventSelectors"], false);
        assert_eq!(trail["HasInsightSelectors"], false);
        assert_eq!(trail["S3KeyPrefix"], "p");
    }
}
