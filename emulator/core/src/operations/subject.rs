//! What some operations are about: a trail or an event data store, exactly one of them.

use super::Desk;
use crate::names::{NoResource, ResourceArn, ResourceKind};
use crate::refusal::Refusal;

/// The one that was given, as it was given.
#[derive(Debug)]
pub(super) enum Subject {
    Trail(String),
    Store(String),
}

impl Subject {
    /// Both are one too many, and neither is one too few (D, trails.md 6.1 and 6.2; sentences I).
    pub(super) fn of(trail: Option<String>, store: Option<String>) -> Result<Self, Refusal> {
        match (trail, store) {
            (Some(trail), None) => Ok(Self::Trail(trail)),
            (None, Some(store)) => Ok(Self::Store(store)),
            (Some(_), Some(_)) => Err(Refusal::InvalidParameterCombination(
                "Specify either a trail name or an event data store, but not both.".to_owned(),
            )),
            (None, None) => Err(Refusal::InvalidParameter(
                "Specify a trail name or an event data store.".to_owned(),
            )),
        }
    }
}

/// Why this event data store, given by ARN or by the id that ends it, is refused: none exists here yet. What is
/// malformed or of another account has a name of its own (D names, I split).
pub(super) fn no_store(given: &str, desk: &Desk<'_>) -> Refusal {
    let is_mine = if given.starts_with("arn:") {
        is_store_of(given, desk)
    } else {
        (3..=256).contains(&given.len())
            && given
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    if is_mine {
        Refusal::EventDataStoreNotFound(given.to_owned())
    } else {
        Refusal::EventDataStoreArnInvalid(given.to_owned())
    }
}

fn is_store_of(arn: &str, desk: &Desk<'_>) -> bool {
    match ResourceArn::parse(arn) {
        Ok(arn) => arn.kind == ResourceKind::EventDataStore && arn.account == desk.account,
        Err(NoResource::Malformed | NoResource::OtherService | NoResource::OtherKind) => false,
    }
}
