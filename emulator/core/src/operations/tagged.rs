//! Which resource a tag operation means. Tags are of the home region, even those of multi-region trails (D, O, trails.md 7).

use super::desk::key_of;
use super::{Desk, Power};
use crate::names::TrailArn;
use crate::refusal::Refusal;
use crate::trail::TrailKey;

/// The trail that an ARN names. Names are not accepted.
pub(super) fn find(arn: &str, desk: &Desk<'_>) -> Result<TrailKey, Refusal> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    if let ["arn", _, service, _, _, resource] = parts[..]
        && !(service == "cloudtrail" && resource.starts_with("trail/"))
    {
        // Event data stores, dashboards and channels do not exist here yet.
        let ours = ["eventdatastore/", "dashboard/", "channel/"]
            .iter()
            .any(|kind| resource.starts_with(kind));
        return Err(if service == "cloudtrail" && ours {
            Refusal::ResourceNotFound(arn.to_owned())
        } else {
            Refusal::ResourceTypeNotSupported(arn.to_owned())
        });
    }
    let trail = TrailArn::parse(arn)?;
    let key = key_of(&trail);
    let found = desk.state.trails.get(&key);
    // Delegated administrators tag the organization's trails as their own (I).
    let is_ours = found.is_some_and(|trail| desk.power_over(trail) == Some(Power::Change));
    if trail.account != desk.account && !is_ours {
        return Err(Refusal::ArnInvalid(format!(
            "AccountID in ARN is wrong, you can only access resources with AccountID {}.",
            desk.account
        )));
    }
    if trail.region != *desk.region {
        return Err(Refusal::ArnInvalid(format!(
            "Region in ARN is wrong, you can only access resources in region {}.",
            desk.region
        )));
    }
    if found.is_some() {
        Ok(key)
    } else {
        Err(Refusal::ResourceNotFound(arn.to_owned()))
    }
}
