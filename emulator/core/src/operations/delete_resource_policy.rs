//! DeleteResourcePolicy (trails.md 10).

use localtrail_model::Violation;
use serde::Deserialize;

use super::get_resource_policy::{absent, parse, refuse_arn};
use super::{Desk, Nothing, Operation};
use crate::draft::Access;
use crate::refusal::Refusal;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DeleteResourcePolicy {
    resource_arn: String,
}

impl Operation for DeleteResourcePolicy {
    const NAME: &'static str = "DeleteResourcePolicy";
    const ACCESS: Access = Access::Write;
    type Output = Nothing;

    fn call(self, desk: &mut Desk<'_>) -> Result<Nothing, Refusal> {
        let resource = parse(&self.resource_arn, desk)?;
        Err(absent(&resource, &self.resource_arn))
    }

    fn refuse(violation: &Violation) -> Refusal {
        refuse_arn(violation)
    }
}
