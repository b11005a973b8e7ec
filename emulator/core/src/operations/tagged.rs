//! Which resource a tag operation means. Tags are of the home region, even those of multi-region trails (D, O, trails.md 7).

use super::desk::key_of;
use super::{Desk, Power};
use crate::names::{NoResource, ResourceArn, ResourceKind, TrailArn};
use crate::place::{AccountId, Region};
use crate::refusal::Refusal;
use crate::trail::TrailKey;

/// The trail that an ARN names. Names are not accepted.
pub(super) fn find(arn: &str, desk: &Desk<'_>) -> Result<TrailKey, Refusal> {
    match ResourceArn::parse(arn) {
        Err(NoResource::OtherService | NoResource::OtherKind) => {
            return Err(Refusal::ResourceTypeNotSupported(arn.to_owned()));
        }
        // Event data stores, dashboards and channels do not exist here yet.
        Ok(resource) if resource.kind != ResourceKind::Trail => {
            refuse_account(resource.account, desk)?;
            refuse_region(&resource.region, desk)?;
            return Err(Refusal::ResourceNotFound(arn.to_owned()));
        }
        Ok(_) | Err(NoResource::Malformed) => {}
    }
    let trail = TrailArn::parse(arn)?;
    let key = key_of(&trail);
    let found = desk.state.trails.get(&key);
    // Delegated administrators tag the organization's trails as their own (I).
    let is_ours = found.is_some_and(|trail| desk.power_over(trail) == Some(Power::Change));
    if !is_ours {
        refuse_account(trail.account, desk)?;
    }
    refuse_region(&trail.region, desk)?;
    if found.is_some() {
        Ok(key)
    } else {
        Err(Refusal::ResourceNotFound(arn.to_owned()))
    }
}

/// The sentences are AWS's (O, trails.md 2.2); that accounts come before regions is (I).
fn refuse_account(account: AccountId, desk: &Desk<'_>) -> Result<(), Refusal> {
    if account == desk.account {
        return Ok(());
    }
    Err(Refusal::ArnInvalid(format!(
        "AccountID in ARN is wrong, you can only access resources with AccountID {}.",
        desk.account
    )))
}

fn refuse_region(region: &Region, desk: &Desk<'_>) -> Result<(), Refusal> {
    if region == desk.region {
        return Ok(());
    }
    Err(Refusal::ArnInvalid(format!(
        "Region in ARN is wrong, you can only access resources in region {}.",
        desk.region
    )))
}
