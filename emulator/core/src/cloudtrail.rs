//! The whole of CloudTrail behind one struct.

use std::time::Duration;

use serde::Serialize;

use crate::copies;
use crate::draft::Draft;
use crate::effect::{Effect, EffectId, Outcome};
use crate::ids::Purpose;
use crate::journal::{Arrivals, Journal, Kept, Snapshot};
use crate::keys::PublicKey;
use crate::organization::{Organization, OrganizationError, OrganizationId, Organizations};
use crate::place::AccountId;
use crate::quotas::HISTORY_DAYS;
use crate::record::injected::{self, RecordError};
use crate::record::sketch::{self, Fresh, SketchDefaults};
use crate::settings::Settings;
use crate::state::State;
use crate::store::StoreError;
use crate::throttle::Throttle;
use crate::time::Timestamp;

/// Old events are looked for this often.
const EXPIRY: Duration = Duration::from_secs(24 * 3600);

/// Streams write down how far they have gathered at least this often, in events.
const CHECKPOINT: u64 = 64 * 1024;

/// Names an event: a UUID in lower-case text.
pub type EventId = String;

/// CloudTrail: trails, journal and deliveries of every account and region.
pub struct CloudTrail {
    pub(crate) journal: Journal,
    pub(crate) state: State,
    pub(crate) settings: Settings,
    pub(crate) throttle: Throttle,
    /// The latest time that core was told.
    now: Timestamp,
    next_expiry: Option<Timestamp>,
    /// Request ids drawn for neighbours since the store was opened.
    drawn: u64,
    /// A flush that failed inside a call that could not say so; the next `commit` reports it.
    failure: Option<StoreError>,
}

/// How much is kept, for the info endpoint.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Census {
    /// Events in the journal.
    pub events: u64,
    /// Trails of all accounts and regions.
    pub trails: u64,
    /// Deliveries that wait in the outbox.
    pub outbox: u64,
}

impl CloudTrail {
    /// Opens CloudTrail on a store; a new store takes the seed of the settings, an old one keeps its own.
    ///
    /// # Errors
    /// When the store cannot be read, or holds what this version does not understand.
    pub fn open(store: redb::Database, settings: Settings) -> Result<Self, StoreError> {
        let journal = Journal::open(store)?;
        let mut state = State::open(&journal, &settings)?;
        state.delivery.gather_again(&journal)?;
        Ok(Self {
            journal,
            state,
            settings,
            throttle: Throttle::default(),
            now: Timestamp::MIN,
            next_expiry: None,
            drawn: 0,
            failure: None,
        })
    }

    /// Takes in a call made elsewhere: the caller's event, whose id is returned, and where the draft names another
    /// account as owner, that account's as well.
    pub fn record(&mut self, draft: Draft, now: Timestamp) -> EventId {
        let seq = self.journal.next_seq();
        let shared =
            copies::is_shared(&draft).then(|| self.state.ids.uuid(Purpose::SharedEvent, seq));
        let owners = copies::of_owner(&draft);
        let id = self.take(draft, shared.as_deref(), now);
        if let Some(copy) = owners {
            self.take(copy, shared.as_deref(), now);
        }
        id
    }

    fn take(&mut self, draft: Draft, shared: Option<&str>, now: Timestamp) -> EventId {
        let seq = self.journal.next_seq();
        self.state.visit(draft.recipient, &draft.region, seq, now);
        let id = self.state.ids.uuid(Purpose::Event, seq);
        self.keep(Kept::from_draft(draft, id.clone(), shared, now), now);
        id
    }

    /// Takes in a whole record, byte for byte but for white space between tokens.
    ///
    /// # Errors
    /// When it is not a record, or lacks what an event needs to have a place: nothing is kept then.
    pub fn inject(&mut self, record: &str, now: Timestamp) -> Result<EventId, RecordError> {
        let seq = self.journal.next_seq();
        let kept = injected::read(record, || self.state.ids.uuid(Purpose::Event, seq))?;
        self.state
            .visit(kept.account, &kept.region, self.journal.next_seq(), now);
        let id = kept.id.clone();
        self.keep(kept, now);
        Ok(id)
    }

    /// Takes in what people write: a whole record as [`inject`](Self::inject) does, an element of LookupEvents' answer
    /// (the record in it), or a sketch, which is completed first.
    ///
    /// # Errors
    /// When it is none of them, or cannot be completed: nothing is kept then.
    pub fn put_in(
        &mut self,
        json: &str,
        defaults: &SketchDefaults,
        now: Timestamp,
    ) -> Result<EventId, RecordError> {
        let json = injected::unwrap_lookup(json)?;
        let Some(sketch) = sketch::read(&json)? else {
            return self.inject(&json, now);
        };
        let fresh = Fresh {
            event_id: self.state.ids.uuid(Purpose::Event, self.journal.next_seq()),
            request_id: self.request_id(),
        };
        let record = sketch::complete(sketch, defaults, &fresh, now)?;
        self.inject(&record, now)
    }

    /// The place in the order of arrival that the next event will have; it never goes back.
    #[must_use]
    pub fn next_place(&self) -> u64 {
        self.journal.next_seq()
    }

    /// The events from a place on, as many as fit in one look, to be read without holding up calls.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn arrivals(&self, from: u64) -> Result<Arrivals, StoreError> {
        self.journal.arrivals(from)
    }

    fn keep(&mut self, kept: Kept, now: Timestamp) {
        self.now = self.now.max(now);
        self.next_expiry.get_or_insert(now.plus(EXPIRY));
        self.state
            .delivery
            .take(self.journal.next_seq(), &kept, now);
        let seq = self.journal.append(kept);
        if seq % CHECKPOINT == CHECKPOINT - 1 {
            let (delivery, mut tools) = self.state.delivery_and_tools(seq + 1, now);
            delivery.checkpoint(&mut tools);
        }
        if self.journal.is_full()
            && let Err(error) = self.journal.flush(&mut self.state.rows)
        {
            self.failure = Some(error);
        }
    }

    /// A request id for a call that a neighbour answers. Many may be under way before one is recorded, so these have a
    /// count of their own; after a restart it begins anew at a later event.
    pub fn request_id(&mut self) -> String {
        self.drawn += 1;
        let parts = [
            self.journal.next_seq().to_be_bytes(),
            self.drawn.to_be_bytes(),
        ];
        self.state
            .ids
            .uuid_of(Purpose::NeighbourRequest, &parts.concat())
    }

    /// When there is next something to do; `None` while nothing waits.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        let delivery = self.state.delivery.next_due(self.now);
        delivery.into_iter().chain(self.next_expiry).min()
    }

    /// Does what is due at `now`: files log files, writes digests, lets refused deliveries go out again, expires events.
    pub fn run_due(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
        let (delivery, mut tools) = self.state.delivery_and_tools(self.journal.next_seq(), now);
        delivery.run_due(&mut tools);
        if self.next_expiry.is_some_and(|due| due <= now) {
            self.next_expiry = Some(now.plus(EXPIRY));
            let cutoff = now.minus(Duration::from_secs(HISTORY_DAYS * 24 * 3600));
            if let Err(error) = self.journal.expire(cutoff) {
                self.failure = Some(error);
            }
        }
    }

    /// Makes every waiting delivery due now, digests included: a digest's window ends now, once its files are delivered.
    pub fn flush(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
        let (delivery, mut tools) = self.state.delivery_and_tools(self.journal.next_seq(), now);
        delivery.flush(&mut tools);
    }

    /// What the outside must be told next. Handed out once until it is settled; after a refusal again when its wait is
    /// over, after a crash again with the same bytes.
    pub fn next_effect(&mut self) -> Option<(EffectId, Effect)> {
        match self
            .state
            .delivery
            .next_effect(&self.journal, &self.state.keys, self.now)
        {
            Ok(effect) => effect,
            Err(error) => {
                self.failure = Some(error);
                None
            }
        }
    }

    /// How the telling went. An id that is not handed out is passed over.
    pub fn settle(&mut self, id: EffectId, outcome: Outcome, now: Timestamp) {
        self.now = self.now.max(now);
        let (delivery, mut tools) = self.state.delivery_and_tools(self.journal.next_seq(), now);
        delivery.settle(id, &outcome, &mut tools);
    }

    /// Makes everything answered so far durable, in one transaction.
    ///
    /// # Errors
    /// When the store cannot be written; nothing is lost from memory, and the next commit tries again.
    pub fn commit(&mut self) -> Result<(), StoreError> {
        self.journal.flush(&mut self.state.rows)?;
        self.failure.take().map_or(Ok(()), Err)
    }

    /// All events that are kept now, to be read without holding up calls.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn snapshot(&self) -> Result<Snapshot, StoreError> {
        self.journal.snapshot()
    }

    /// The signing keys made so far, all regions.
    #[must_use]
    pub fn public_keys(&self) -> Vec<PublicKey> {
        self.state.keys.public().cloned().collect()
    }

    /// Forgets every event, trail, delivery and organization. The seed, the keys and the numbers behind identifiers stay.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn reset(&mut self) -> Result<(), StoreError> {
        self.state.reset(&self.settings);
        self.next_expiry = None;
        self.throttle = Throttle::default();
        self.journal.clear(&mut self.state.rows)
    }

    /// Takes in an organization, in place of an earlier one of the same id. Its trails log accordingly from now on.
    ///
    /// # Errors
    /// When it contradicts itself or another organization; nothing is changed then.
    pub fn declare_organization(
        &mut self,
        organization: Organization,
        now: Timestamp,
    ) -> Result<(), OrganizationError> {
        let mut organizations = self.state.organizations.clone();
        organizations.declare(organization)?;
        self.take_organizations(organizations, now);
        Ok(())
    }

    /// Makes these all the organizations that there are.
    ///
    /// # Errors
    ///
    /// When one contradicts itself or another; nothing is changed then.
    pub fn replace_organizations(
        &mut self,
        organizations: Vec<Organization>,
        now: Timestamp,
    ) -> Result<(), OrganizationError> {
        let organizations = Organizations::of_all(organizations)?;
        self.take_organizations(organizations, now);
        Ok(())
    }

    /// Forgets an organization; whether there was one. Its trails stay with their owner.
    pub fn dissolve_organization(&mut self, id: &OrganizationId, now: Timestamp) -> bool {
        let mut organizations = self.state.organizations.clone();
        let was = organizations.dissolve(id);
        if was {
            self.take_organizations(organizations, now);
        }
        was
    }

    fn take_organizations(&mut self, organizations: Organizations, now: Timestamp) {
        self.now = self.now.max(now);
        self.state
            .set_organizations(organizations, self.journal.next_seq(), now);
    }

    /// The organizations, by id.
    pub fn organizations(&self) -> impl Iterator<Item = &Organization> {
        self.state.organizations.all()
    }

    /// The organization of an account.
    #[must_use]
    pub fn organization_of(&self, account: AccountId) -> Option<&Organization> {
        self.state.organizations.of(account)
    }

    /// The store, for opening it again.
    #[cfg(test)]
    pub(crate) fn into_store(self) -> redb::Database {
        self.journal.into_store()
    }

    /// How much is kept.
    #[must_use]
    pub fn census(&self) -> Census {
        Census {
            events: self.journal.len(),
            trails: self.state.trails.len() as u64,
            outbox: self.state.delivery.waiting(),
        }
    }
}
