//! ListTrails: the trails that the called region shows (O, trails.md 4.5). There are never enough for a second page.

use serde::{Deserialize, Serialize};

use super::{Desk, Operation};
use crate::draft::Access;
use crate::refusal::Refusal;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListTrails {}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Listed {
    trails: Vec<TrailInfo>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct TrailInfo {
    #[serde(rename = "TrailARN")]
    trail_arn: String,
    name: String,
    home_region: String,
}

impl Operation for ListTrails {
    const NAME: &'static str = "ListTrails";
    const ACCESS: Access = Access::Read;
    type Output = Listed;

    fn call(self, desk: &mut Desk<'_>) -> Result<Listed, Refusal> {
        let trails = desk.visible().map(|trail| TrailInfo {
            trail_arn: trail.arn(),
            name: trail.name.to_string(),
            home_region: trail.home.to_string(),
        });
        Ok(Listed {
            trails: trails.collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::World;

    #[test]
    fn other_regions_show_multi_region_trails_only() {
        let mut world = World::new();
        world.ok(
            "CreateTrail",
            json!({"Name": "single", "S3BucketName": "logs"}),
        );
        world.ok(
            "CreateTrail",
            json!({"Name": "multi", "S3BucketName": "logs", "IsMultiRegionTrail": true}),
        );
        world.region("eu-west-1");
        assert_eq!(
            world.ok("ListTrails", json!({})),
            json!({"Trails": [{
                "TrailARN": "arn:aws:cloudtrail:us-east-1:111122223333:trail/multi",
                "Name": "multi", "HomeRegion": "us-east-1",
            }]})
        );
    }
}
