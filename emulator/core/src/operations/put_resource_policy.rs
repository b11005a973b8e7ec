//! PutResourcePolicy (trails.md 10). The document is read before the resource is looked for (I).

use localtrail_model::Violation;
use serde::Deserialize;

use super::get_resource_policy::{absent, parse, refuse_arn};
use super::{Desk, Nothing, Operation};
use crate::draft::Access;
use crate::refusal::Refusal;
use crate::resource_policy::ResourcePolicy;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PutResourcePolicy {
    resource_arn: String,
    resource_policy: String,
}

impl Operation for PutResourcePolicy {
    const NAME: &'static str = "PutResourcePolicy";
    const ACCESS: Access = Access::Write;
    type Output = Nothing;

    fn call(self, desk: &mut Desk<'_>) -> Result<Nothing, Refusal> {
        let resource = parse(&self.resource_arn, desk)?;
        ResourcePolicy::parse(&self.resource_policy)?;
        Err(absent(&resource, &self.resource_arn))
    }

    fn refuse(violation: &Violation) -> Refusal {
        if violation.path.to_string() == "ResourcePolicy" {
            Refusal::ResourcePolicyNotValid(violation.sentence())
        } else {
            refuse_arn(violation)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::World;

    #[test]
    fn the_arn_comes_first_then_the_document_then_the_resource() {
        let mut world = World::new();
        let good = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "cloudtrail:StartQuery",
        }]})
        .to_string();
        let store = "arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/abc";
        let trail = "arn:aws:cloudtrail:us-east-1:111122223333:trail/abc";
        for (arn, policy, code) in [
            ("abc", "{", "ResourceARNNotValidException"),
            (trail, "{", "ResourceTypeNotSupportedException"),
            (store, "{", "ResourcePolicyNotValidException"),
            (store, "", "ResourcePolicyNotValidException"),
            (store, &good, "ResourceNotFoundException"),
        ] {
            let input = json!({"ResourceArn": arn, "ResourcePolicy": policy});
            world.refused_with("PutResourcePolicy", input, code);
        }
        let long = format!("{good}{}", " ".repeat(8192));
        let input = json!({"ResourceArn": store, "ResourcePolicy": long});
        world.refused_with(
            "PutResourcePolicy",
            input,
            "ResourcePolicyNotValidException",
        );
    }
}
