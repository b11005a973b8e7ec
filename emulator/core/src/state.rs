//! Everything that is kept besides the journal, in memory and in rows.

use std::collections::{BTreeMap, BTreeSet};

use crate::delivery::{Delivery, OutboxRows, Stream, StreamKey, Tools};
use crate::effect::EffectId;
use crate::ids::Ids;
use crate::journal::{Journal, Seq};
use crate::keys::Keys;
use crate::migration;
use crate::organization::{Organization, Organizations};
use crate::place::{AccountId, Place, Region};
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
            let stream: Stream = parsed(key, &migration::with_place(json))?;
            if stream.key().row() != key {
                self.rows.delete(key.to_owned());
                self.rows.put(stream.key().row(), &stream);
            }
            self.delivery.load_stream(stream);
        } else if let Some(number) = key.strip_prefix(OutboxRows::PREFIX) {
            let id = EffectId(number.parse().map_err(StoreError::damaged)?);
            let entry = parsed(key, &migration::with_place(json))?;
            self.delivery.load_entry(id, entry);
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
        let place = Place {
            account,
            region: region.clone(),
        };
        let logging = self.trails.values().filter(|trail| trail.logging.on);
        let reaching = logging.filter_map(|trail| {
            let organization = self.organization_of(trail);
            let is_reached = trail.account == account
                || organization.is_some_and(|organization| organization.logs(account));
            let is_there = is_reached && trail.is_seen_from(region);
            is_there.then(|| (trail.id, Plan::of(trail, organization)))
        });
        let reaching: Vec<_> = reaching.collect();
        let (delivery, mut tools) = self.delivery_and_tools(next_seq, now);
        for (trail, plan) in reaching {
            delivery.enter(trail, &plan, &place, &mut tools);
        }
    }

    /// The organization that a trail logs; none for a trail that is its account's alone.
    fn organization_of(&self, trail: &Trail) -> Option<&Organization> {
        self.organizations
            .managed_by(trail.account)
            .filter(|_| trail.settings.organization)
    }

    /// Lets the deliveries of a trail follow what it says now.
    pub(crate) fn follow(&mut self, trail: &Trail, next_seq: Seq, now: Timestamp) {
        let organization = self.organization_of(trail).cloned();
        let places = trail.places(organization.as_ref(), &self.regions);
        let (delivery, mut tools) = self.delivery_and_tools(next_seq, now);
        delivery.follow(trail, organization.as_ref(), &places, &mut tools);
    }

    /// Takes in what the organizations are now. An account that left one is logged by it no further, not even with the
    /// next call.
    pub(crate) fn set_organizations(
        &mut self,
        organizations: Organizations,
        next_seq: Seq,
        now: Timestamp,
    ) {
        let before = std::mem::replace(&mut self.organizations, organizations);
        for gone in before
            .all()
            .filter(|one| self.organizations.get(&one.id).is_none())
        {
            self.rows.delete(Organization::row(&gone.id));
        }
        for kept in self.organizations.all() {
            if before.get(&kept.id) != Some(kept) {
                self.rows.put(Organization::row(&kept.id), kept);
            }
        }
        let trails = std::mem::take(&mut self.trails);
        for trail in trails.values().filter(|trail| trail.settings.organization) {
            self.follow(trail, next_seq, now);
        }
        self.trails = trails;
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
