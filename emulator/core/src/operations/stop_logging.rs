//! StopLogging: later events are not delivered, earlier ones still are (trails.md 4.7).

use serde::Deserialize;

use super::{Desk, Nothing, Operation, Reach};
use crate::draft::Access;
use crate::refusal::Refusal;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct StopLogging {
    name: String,
}

impl Operation for StopLogging {
    const NAME: &'static str = "StopLogging";
    const ACCESS: Access = Access::Write;
    type Output = Nothing;

    fn call(self, desk: &mut Desk<'_>) -> Result<Nothing, Refusal> {
        let key = desk.find(&self.name, Reach::Change)?;
        let mut trail = desk.trail(&key).clone();
        trail.logging.on = false;
        trail.logging.stopped = Some(desk.now);
        desk.keep(trail);
        Ok(Nothing {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::World;

    #[test]
    fn names_and_arns_are_both_accepted_and_repeating_is_fine() {
        let mut world = World::new();
        let created = world.ok(
            "CreateTrail",
            json!({"Name": "my-trail", "S3BucketName": "logs"}),
        );
        for name in [json!("my-trail"), created["TrailARN"].clone()] {
            assert_eq!(world.ok("StopLogging", json!({"Name": name})), json!({}));
        }
        world.refused_with(
            "StopLogging",
            json!({"Name": "unknown"}),
            "TrailNotFoundException",
        );
    }
}
