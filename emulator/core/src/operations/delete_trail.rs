//! DeleteTrail (trails.md 4.3). What the trail has gathered is still delivered.

use serde::Deserialize;

use super::{Desk, Nothing, Operation, Reach};
use crate::draft::Access;
use crate::refusal::Refusal;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DeleteTrail {
    name: String,
}

impl Operation for DeleteTrail {
    const NAME: &'static str = "DeleteTrail";
    const ACCESS: Access = Access::Write;
    type Output = Nothing;

    fn call(self, desk: &mut Desk<'_>) -> Result<Nothing, Refusal> {
        let key = desk.find(&self.name, Reach::Change)?;
        desk.remove(&key);
        Ok(Nothing {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::World;

    #[test]
    fn a_deleted_trail_is_gone_and_its_name_free() {
        let mut world = World::new();
        let create = json!({"Name": "my-trail", "S3BucketName": "logs"});
        world.ok("CreateTrail", create.clone());
        assert_eq!(
            world.ok("DeleteTrail", json!({"Name": "my-trail"})),
            json!({})
        );
        world.refused_with(
            "DeleteTrail",
            json!({"Name": "my-trail"}),
            "TrailNotFoundException",
        );
        world.ok("CreateTrail", create);
    }
}
