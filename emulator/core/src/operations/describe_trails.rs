//! DescribeTrails: unknown names are left out without an error (trails.md 4.4). Its members begin in lower case.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::trail_view::TrailDescription;
use super::{Desk, Operation, Reach};
use crate::draft::Access;
use crate::names::NameOrArn;
use crate::refusal::Refusal;
use crate::trail::{Trail, TrailKey};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DescribeTrails {
    trail_name_list: Option<Vec<String>>,
    include_shadow_trails: Option<bool>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Described {
    trail_list: Vec<TrailDescription>,
}

impl Operation for DescribeTrails {
    const NAME: &'static str = "DescribeTrails";
    const ACCESS: Access = Access::Read;
    type Output = Described;

    fn call(self, desk: &mut Desk<'_>) -> Result<Described, Refusal> {
        let names = self.trail_name_list.unwrap_or_default();
        let keys = if names.is_empty() {
            let shadows = self.include_shadow_trails.unwrap_or(true);
            let shown = desk
                .visible()
                .filter(|trail| shadows || !is_shadow(trail, desk));
            shown.map(Trail::key).collect()
        } else {
            named(&names, desk)?
        };
        let described = keys
            .iter()
            .map(|key| TrailDescription::from(desk.trail(key)));
        Ok(Described {
            trail_list: described.collect(),
        })
    }
}

/// A trail of another region, or of the organization's management account (D, API reference).
fn is_shadow(trail: &Trail, desk: &Desk<'_>) -> bool {
    trail.home != *desk.region || trail.account != desk.account
}

/// The trails of these names and ARNs, each once. An ARN reaches any region (D).
fn named(names: &[String], desk: &Desk<'_>) -> Result<BTreeSet<TrailKey>, Refusal> {
    let mut keys = BTreeSet::new();
    for name in names {
        let key = match NameOrArn::parse(name)? {
            NameOrArn::Name(_) => desk.find(name, Reach::Read).ok(),
            NameOrArn::Arn(arn) => Some(super::desk::key_of(&arn)).filter(|key| {
                let trail = desk.state.trails.get(key);
                trail.is_some_and(|trail| desk.power_over(trail).is_some())
            }),
        };
        keys.extend(key);
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::World;

    fn names(described: &Value) -> Vec<&str> {
        let trails = described["trailList"].as_array().unwrap().iter();
        trails
            .map(|trail| trail["Name"].as_str().unwrap())
            .collect()
    }

    #[test]
    fn the_list_of_names_is_obeyed_and_unknown_ones_are_left_out() {
        let mut world = World::new();
        for name in ["trail-1", "trail-2"] {
            world.ok("CreateTrail", json!({"Name": name, "S3BucketName": "logs"}));
        }
        let arn = "arn:aws:cloudtrail:us-east-1:111122223333:trail/trail-2";
        let both = world.ok(
            "DescribeTrails",
            json!({"trailNameList": ["trail-2", arn, "unknown"]}),
        );
        assert_eq!(names(&both), ["trail-2"]);
        assert_eq!(
            world.ok("DescribeTrails", json!({"trailNameList": ["unknown"]})),
            json!({"trailList": []})
        );
        world.refused_with(
            "DescribeTrails",
            json!({"trailNameList": ["x"]}),
            "InvalidTrailNameException",
        );
        world.refused_with(
            "DescribeTrails",
            json!({"trailNameList": ["arn:x"]}),
            "CloudTrailARNInvalidException",
        );
    }

    #[test]
    fn shadows_are_shown_elsewhere_unless_unwanted() {
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
        assert_eq!(names(&world.ok("DescribeTrails", json!({}))), ["multi"]);
        assert!(
            names(&world.ok("DescribeTrails", json!({"includeShadowTrails": false}))).is_empty()
        );
        assert!(names(&world.ok("DescribeTrails", json!({"trailNameList": ["multi"]}))).is_empty());
        let arn = "arn:aws:cloudtrail:us-east-1:111122223333:trail/single";
        assert_eq!(
            names(&world.ok("DescribeTrails", json!({"trailNameList": [arn]}))),
            ["single"]
        );
    }
}
