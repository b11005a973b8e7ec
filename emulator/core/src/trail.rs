//! A trail: what is kept of it. Shadows in other regions are not kept, they are this trail seen from there.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::aggregation::AggregationConfiguration;
use crate::delivery::Address;
use crate::draft::Category;
use crate::insights::InsightSelector;
use crate::journal::Kept;
use crate::names::{TrailArn, TrailName};
use crate::organization::{Organization, OrganizationId};
use crate::place::{AccountId, Place, Region};
use crate::selectors::Selectors;
use crate::tags::Tags;
use crate::time::Timestamp;

/// A trail's number, never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct TrailId(pub(crate) u64);

/// Where a trail stands: one per account, home region and name (I, trails.md 11).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TrailKey {
    pub(crate) account: AccountId,
    pub(crate) home: Region,
    pub(crate) name: TrailName,
}

/// A trail.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Trail {
    pub(crate) id: TrailId,
    pub(crate) name: TrailName,
    pub(crate) account: AccountId,
    pub(crate) home: Region,
    pub(crate) settings: TrailSettings,
    pub(crate) selectors: Selectors,
    pub(crate) insights: Vec<InsightSelector>,
    /// Stores of earlier versions do not have it.
    #[serde(default)]
    pub(crate) aggregations: Vec<AggregationConfiguration>,
    pub(crate) tags: Tags,
    pub(crate) logging: Logging,
}

/// What CreateTrail and UpdateTrail set, as they answer it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TrailSettings {
    pub(crate) bucket: String,
    pub(crate) prefix: Option<String>,
    pub(crate) topic_arn: Option<String>,
    pub(crate) global_events: bool,
    pub(crate) multi_region: bool,
    pub(crate) validation: bool,
    pub(crate) log_group_arn: Option<String>,
    pub(crate) role_arn: Option<String>,
    pub(crate) key_arn: Option<String>,
    pub(crate) organization: bool,
    pub(crate) recursive_logging: bool,
}

/// The switch and its history.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Logging {
    pub(crate) on: bool,
    pub(crate) started: Option<Timestamp>,
    pub(crate) stopped: Option<Timestamp>,
}

impl Trail {
    pub(crate) const PREFIX: &'static str = "trail/";

    pub(crate) fn row(&self) -> String {
        format!("{}{}", Self::PREFIX, self.id.0)
    }

    pub(crate) fn key(&self) -> TrailKey {
        TrailKey {
            account: self.account,
            home: self.home.clone(),
            name: self.name.clone(),
        }
    }

    pub(crate) fn arn(&self) -> String {
        let arn = TrailArn {
            region: self.home.clone(),
            account: self.account,
            name: self.name.clone(),
        };
        arn.to_string()
    }

    /// Whether this region shows the trail: its home, and for a multi-region trail every region (D, trails.md 11).
    pub(crate) fn is_seen_from(&self, region: &Region) -> bool {
        self.home == *region || self.settings.multi_region
    }

    /// Where it logs now: at home, and wherever its account, and for an organization trail every account of the
    /// organization, is known to be active within the trail's reach.
    pub(crate) fn places(
        &self,
        organization: Option<&Organization>,
        active: &BTreeMap<AccountId, BTreeSet<Region>>,
    ) -> BTreeSet<Place> {
        if !self.logging.on {
            return BTreeSet::new();
        }
        let members = organization.map(Organization::logged_accounts);
        let accounts = std::iter::once(self.account).chain(members.into_iter().flatten());
        let home = std::iter::once((self.account, &self.home));
        let elsewhere = accounts.flat_map(|account| {
            let regions = active.get(&account).into_iter().flatten();
            regions.map(move |region| (account, region))
        });
        home.chain(elsewhere.filter(|(_, region)| self.is_seen_from(region)))
            .map(|(account, region)| Place {
                account,
                region: region.clone(),
            })
            .collect()
    }

    pub(crate) fn address(&self, region: &Region) -> Address {
        Address {
            account: self.account,
            region: region.clone(),
            trail_arn: self.arn(),
        }
    }
}

/// The part of a trail that its deliveries go by.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) name: String,
    pub(crate) trail_arn: String,
    pub(crate) account: AccountId,
    /// Whose folder the files lie in, for an organization trail.
    #[serde(default)]
    pub(crate) organization: Option<OrganizationId>,
    pub(crate) home: Region,
    pub(crate) bucket: String,
    pub(crate) prefix: Option<String>,
    pub(crate) validation: bool,
    pub(crate) global_events: bool,
    pub(crate) selectors: Selectors,
}

impl Plan {
    /// The plan of a trail, which is an organization's or its account's own.
    pub(crate) fn of(trail: &Trail, organization: Option<&Organization>) -> Self {
        Self {
            name: trail.name.as_str().to_owned(),
            trail_arn: trail.arn(),
            account: trail.account,
            organization: organization.map(|organization| organization.id.clone()),
            home: trail.home.clone(),
            bucket: trail.settings.bucket.clone(),
            prefix: trail.settings.prefix.clone(),
            validation: trail.settings.validation,
            global_events: trail.settings.global_events,
            selectors: trail.selectors.clone(),
        }
    }

    /// Whether the trail logs this event, if it is of an account and region that it reaches.
    pub(crate) fn logs(&self, kept: &Kept) -> bool {
        let is_global = kept.category == Category::Management
            && kept.region == Region::us_east_1()
            && GLOBAL_SOURCES.contains(&kept.source.as_str());
        (self.global_events || !is_global) && self.selectors.select(kept)
    }
}

/// Sources whose events count as global: they are recorded in us-east-1 wherever the caller is (D, formats.md 3.2).
const GLOBAL_SOURCES: [&str; 3] = [
    "iam.amazonaws.com",
    "sts.amazonaws.com",
    "cloudfront.amazonaws.com",
];
