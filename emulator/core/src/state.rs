//! Everything that is kept besides the journal, in memory and in rows.

use std::collections::{BTreeMap, BTreeSet};

use crate::delivery::{Delivery, OutboxRows, StreamKey, Tools};
use crate::effect::EffectId;
use crate::ids::Ids;
use crate::journal::{Journal, Seq};
use crate::keys::Keys;
use crate::organization::{Organization, OrganizationError, OrganizationId, Organizations};
use crate::place::{AccountId, Region};
use crate::rows::Rows;
use crate::settings::Settings;
use crate::store::StoreError;
use crate::time::Timestamp;
use crate::trail::{Plan, Trail, TrailId, TrailKey};

const SEED: &str = "seed";
const NEXT_TRAIL: &str = "next-trail";
const REGIONS: &str = "regions/";

/// The state.
pub(crate) struct State {
    pub(crate) trails: BTreeMap<TrailKey, Trail>,
    /// The regions that each account has called: a multi-region trail logs in these and in its home.
    pub(crate) regions: BTreeMap<AccountId, BTreeSet<Region>>,
    pub(crate) organizations: Organizations,
    pub(crate) delivery: Delivery,
    pub(crate) keys: Keys,
    pub(crate) ids: Ids,
    pub(crate) rows: Rows,
    next_trail: u64,
}

impl State {
    /// Reads the state of a store; a new store takes the seed of the settings.
    pub(crate) fn open(journal: &Journal, settings: &Settings) -> Result<Self, StoreError> {
        let mut state = Self::empty(settings);
        let mut seed = None;
        journal.load_rows(&mut |key, json| {
            if key == SEED {
                seed = Some(parsed::<[u8; 32]>(key, json)?);
            }
            state.load(key, json)
        })?;
        match seed {
            Some(seed) => state.ids = Ids::new(seed),
            None => state.rows.put(SEED.to_owned(), &settings.seed),
        }
        Ok(state)
    }

    fn empty(settings: &Settings) -> Self {
        Self {
            trails: BTreeMap::new(),
            regions: BTreeMap::new(),
            organizations: Organizations::default(),
            delivery: Delivery::new(settings.pace),
            keys: Keys::new(),
            ids: Ids::new(settings.seed),
            rows: Rows::default(),
            next_trail: 0,
        }
    }

    fn load(&mut self, key: &str, json: &str) -> Result<(), StoreError> {
        if key == NEXT_TRAIL {
            self.next_trail = parsed(key, json)?;
        } else if key == OutboxRows::NEXT {
            self.delivery.load_next(parsed(key, json)?);
        } else if key.starts_with(Trail::PREFIX) {
            let trail: Trail = parsed(key, json)?;
            self.trails.insert(trail.key(), trail);
        } else if key.starts_with(StreamKey::PREFIX) {
            self.delivery.load_stream(parsed(key, json)?);
        } else if let Some(number) = key.strip_prefix(OutboxRows::PREFIX) {
            let id = EffectId(number.parse().map_err(StoreError::damaged)?);
            self.delivery.load_entry(id, parsed(key, json)?);
        } else if key.starts_with(Keys::PREFIX) {
            self.keys.load(parsed(key, json)?)?;
        } else if key.starts_with(Organization::PREFIX) {
            self.organizations
                .declare(parsed(key, json)?)
                .map_err(StoreError::damaged)?;
        } else if let Some(account) = key.strip_prefix(REGIONS) {
            let account = AccountId::parse(account).ok_or_else(|| StoreError::damaged(key))?;
            self.regions.insert(account, parsed(key, json)?);
        }
        Ok(())
    }

    /// Forgets everything but the seed, the keys and the numbers that must not be used twice.
    pub(crate) fn reset(&mut self, settings: &Settings) {
        let mut fresh = Self::empty(settings);
        for trail in self.trails.values() {
            self.rows.delete(trail.row());
        }
        for account in self.regions.keys() {
            self.rows.delete(format!("{REGIONS}{account}"));
        }
        for organization in self.organizations.all() {
            self.rows.delete(Organization::row(&organization.id));
        }
        self.delivery.delete_rows(&mut self.rows);
        fresh.delivery.load_next(self.delivery.next_number());
        self.trails = fresh.trails;
        self.regions = fresh.regions;
        self.organizations = fresh.organizations;
        self.delivery = fresh.delivery;
    }

    /// The number that the next trail has.
    pub(crate) fn next_trail(&self) -> TrailId {
        TrailId(self.next_trail)
    }

    /// The next trail is made.
    pub(crate) fn count_trail(&mut self) {
        self.next_trail += 1;
        self.rows.put(NEXT_TRAIL.to_owned(), &self.next_trail);
    }

    /// Notes that an account uses a region. The trails that reach it there begin to log.
    pub(crate) fn visit(
        &mut self,
        account: AccountId,
        region: &Region,
        next_seq: Seq,
        now: Timestamp,
    ) {
        if self
            .regions
            .get(&account)
            .is_some_and(|known| known.contains(region))
        {
            return;
        }
        let known = self.regions.entry(account).or_default();
        known.insert(region.clone());
        self.rows.put(format!("{REGIONS}{account}"), known);
        let reaches = |trail: &Trail| {
            trail.settings.organization || (trail.account == account && trail.settings.multi_region)
        };
        self.follow_where(reaches, next_seq, now);
    }

    /// Lets the deliveries of these trails follow where they log now.
    pub(crate) fn follow_where(
        &mut self,
        which: impl Fn(&Trail) -> bool,
        next_seq: Seq,
        now: Timestamp,
    ) {
        let trails = std::mem::take(&mut self.trails);
        for trail in trails.values().filter(|trail| which(trail)) {
            self.follow(trail, next_seq, now);
        }
        self.trails = trails;
    }

    /// Lets the deliveries of a trail follow what it says now.
    pub(crate) fn follow(&mut self, trail: &Trail, next_seq: Seq, now: Timestamp) {
        let organization = self
            .organizations
            .managed_by(trail.account)
            .filter(|_| trail.settings.organization);
        let places = trail.places(organization, &self.regions);
        let plan = Plan::of(trail, organization);
        let (delivery, mut tools) = self.delivery_and_tools(next_seq, now);
        delivery.follow(trail.id, &plan, &places, &mut tools);
    }

    /// Takes in what an organization is now, or that it is no more.
    pub(crate) fn keep_organization(
        &mut self,
        organization: Organization,
        next_seq: Seq,
        now: Timestamp,
    ) -> Result<(), OrganizationError> {
        let id = organization.id.clone();
        self.organizations.declare(organization)?;
        if let Some(kept) = self.organizations.get(&id) {
            self.rows.put(Organization::row(&id), kept);
        }
        self.follow_organizations(next_seq, now);
        Ok(())
    }

    /// Forgets an organization; whether there was one.
    pub(crate) fn dissolve(&mut self, id: &OrganizationId, next_seq: Seq, now: Timestamp) -> bool {
        let was = self.organizations.dissolve(id);
        if was {
            self.rows.delete(Organization::row(id));
            self.follow_organizations(next_seq, now);
        }
        was
    }

    /// Lets organization trails follow. An account that left is logged no further, not even with the next call.
    fn follow_organizations(&mut self, next_seq: Seq, now: Timestamp) {
        self.follow_where(|trail| trail.settings.organization, next_seq, now);
        let (delivery, mut tools) = self.delivery_and_tools(next_seq, now);
        delivery.file_closing(&mut tools);
    }

    /// Delivery and what it works with.
    pub(crate) fn delivery_and_tools(
        &mut self,
        next_seq: Seq,
        now: Timestamp,
    ) -> (&mut Delivery, Tools<'_>) {
        let Self {
            delivery,
            rows,
            keys,
            ids,
            ..
        } = self;
        (
            delivery,
            Tools {
                rows,
                keys,
                ids,
                next_seq,
                now,
            },
        )
    }
}

fn parsed<T: serde::de::DeserializeOwned>(key: &str, json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|error| StoreError::damaged(format!("{key}: {error}")))
}
