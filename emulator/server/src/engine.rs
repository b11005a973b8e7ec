//! Core at work: the one lock around it, the clock it is given, and the promise that an answered call is kept.
//!
//! What becomes due and what the outside is told is driven by `drive`. No rule of CloudTrail stands here.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use localtrail_core::{
    AccountId, Answer, Arrivals, Call, Census, CloudTrail, Draft, EventId, Organization,
    RecordError, SketchDefaults, Snapshot, StoreError, Timestamp,
};
use localtrail_neighbours::Neighbours;
use tokio::sync::watch;

use crate::alarm::Alarm;
use crate::around::Around;
use crate::backlog::Backlog;
use crate::clock::Clock;
use crate::notice::{self, Refusals};
use crate::upstream::Buckets;

/// How long an answer waits for an effect that its client may look for at once.
const EFFECT_WAIT: Duration = Duration::from_secs(5);

/// The service that core answers for.
const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

/// Whether an answer waits for a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// Nothing outlives the process, so nothing is committed.
    Memory,
    /// An answered call survives `kill -9`.
    Directory,
}

/// CloudTrail, its clock and its neighbours.
pub(crate) struct Engine {
    guarded: Mutex<Guarded>,
    /// Held by whoever drives: the courier, a flush, an advance. Always taken before `guarded`.
    pub(crate) driving: Mutex<()>,
    pub(crate) alarm: Alarm,
    /// Forwarded calls whose events are still to be made.
    pub(crate) backlog: Backlog,
    pub(crate) clock: Clock,
    pub(crate) neighbours: Neighbours,
    /// What core asks and delivers to: the neighbours, and buckets that lie elsewhere.
    pub(crate) around: Around,
    pub(crate) refusals: Mutex<Refusals>,
    pub(crate) keeping: Keeping,
    /// Wakes those who wait for events.
    arrived: watch::Sender<Hearing>,
}

/// Whether more events can come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hearing {
    /// They can.
    Open,
    /// The server stops; whoever listens should end.
    Ended,
}

/// Core, and how much of what it took in is committed.
pub(crate) struct Guarded {
    pub(crate) trail: CloudTrail,
    taken: u64,
    committed: u64,
    /// The courier sleeps until then; something due earlier wakes it.
    pub(crate) courier_sleeps_until: Timestamp,
}

/// Stands for everything taken in so far; redeemed by `Engine::kept`.
#[derive(Debug, Clone, Copy)]
#[must_use = "what is not kept must not be answered"]
pub(crate) struct Ticket(u64);

/// What became of injected records.
pub(crate) struct Injected {
    /// The events of those that were taken in, in order.
    pub(crate) ids: Vec<EventId>,
    /// Why the next one was not.
    pub(crate) refused: Option<RecordError>,
    pub(crate) ticket: Ticket,
}

impl Guarded {
    /// Counts a change.
    pub(crate) fn touch(&mut self) -> Ticket {
        self.taken += 1;
        Ticket(self.taken)
    }

    /// Makes everything taken in so far durable.
    fn commit(&mut self) -> Result<(), StoreError> {
        if self.committed < self.taken {
            self.trail.commit()?;
            self.committed = self.taken;
        }
        Ok(())
    }
}

impl Engine {
    pub(crate) fn new(
        trail: CloudTrail,
        clock: Clock,
        neighbours: Neighbours,
        buckets: Option<Arc<Buckets>>,
        keeping: Keeping,
    ) -> Self {
        // A new store is a change already.
        let guarded = Guarded {
            trail,
            taken: 1,
            committed: 0,
            courier_sleeps_until: Timestamp::MAX,
        };
        Self {
            guarded: Mutex::new(guarded),
            driving: Mutex::new(()),
            alarm: Alarm::default(),
            backlog: Backlog::default(),
            clock,
            around: Around::new(neighbours.clone(), buckets),
            neighbours,
            refusals: Mutex::new(Refusals::default()),
            keeping,
            arrived: watch::Sender::new(Hearing::Open),
        }
    }

    /// Answers one API call; the answer is kept before it is returned.
    ///
    /// # Errors
    ///
    /// When the store could not keep it.
    pub(crate) async fn call(self: &Arc<Self>, call: Call<'_>) -> Result<Answer, StoreError> {
        self.catch_up();
        let (answer, ticket) = {
            let mut guarded = self.lock();
            let now = self.clock.now();
            self.neighbours
                .note_use(&call.caller, CLOUDTRAIL, &call.region, now);
            let answer = guarded.trail.call(call, &self.around, now);
            (answer, self.note(&mut guarded))
        };
        if answer.after.is_some() {
            self.told().await;
        }
        self.kept(ticket).await?;
        Ok(answer)
    }

    /// Takes in calls that a neighbour answered at `now`.
    ///
    /// # Errors
    ///
    /// When the store could not keep them.
    pub(crate) async fn record(
        &self,
        drafts: Vec<Draft>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if drafts.is_empty() {
            return Ok(());
        }
        self.catch_up();
        let ticket = {
            let mut guarded = self.lock();
            for draft in drafts {
                self.note_use(&draft, now);
                guarded.trail.record(draft, now);
            }
            self.note(&mut guarded)
        };
        self.kept(ticket).await
    }

    fn note_use(&self, draft: &Draft, at: Timestamp) {
        self.neighbours
            .note_use(&draft.caller, &draft.event_source, &draft.region, at);
    }

    /// Takes in calls that were answered elsewhere, each at its time, and keeps them.
    ///
    /// # Errors
    ///
    /// When the store could not keep them.
    pub(crate) fn take_in(&self, calls: Vec<(Timestamp, Vec<Draft>)>) -> Result<(), StoreError> {
        let mut guarded = self.lock();
        for (at, drafts) in calls {
            for draft in drafts {
                self.note_use(&draft, at);
                guarded.trail.record(draft, at);
            }
        }
        let _ticket = self.note(&mut guarded);
        self.commit(&mut guarded)
    }

    /// Takes in whole records and sketches under one lock, in order, up to the first that is neither.
    pub(crate) fn put_in(&self, records: &[&str], defaults: &SketchDefaults) -> Injected {
        self.catch_up();
        let mut guarded = self.lock();
        let now = self.clock.now();
        let mut ids = Vec::with_capacity(records.len());
        let mut refused = None;
        for record in records {
            match guarded.trail.put_in(record, defaults, now) {
                Ok(id) => ids.push(id),
                Err(error) => {
                    refused = Some(error);
                    break;
                }
            }
        }
        Injected {
            ids,
            refused,
            ticket: self.note(&mut guarded),
        }
    }

    /// A fresh request id.
    pub(crate) fn request_id(&self) -> String {
        self.lock().trail.request_id()
    }

    /// All events that are kept now. Reading them blocks no call.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub(crate) fn snapshot(&self) -> Result<Snapshot, StoreError> {
        self.catch_up();
        self.lock().trail.snapshot()
    }

    /// All events that are kept now, and the place in the order of arrival that the next one will have.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub(crate) fn snapshot_and_place(&self) -> Result<(Snapshot, u64), StoreError> {
        self.catch_up();
        let guarded = self.lock();
        Ok((guarded.trail.snapshot()?, guarded.trail.next_place()))
    }

    /// A place that a reader was told before; the very first, when it lies ahead of all: then it is of an earlier run that
    /// kept nothing, and everything is new to this reader.
    pub(crate) fn known_place(&self, place: u64) -> u64 {
        if place <= self.next_place() { place } else { 0 }
    }

    /// The place in the order of arrival that the next event will have.
    pub(crate) fn next_place(&self) -> u64 {
        self.catch_up();
        self.lock().trail.next_place()
    }

    /// The events from a place on, to be read while calls go on.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub(crate) fn arrivals(&self, from: u64) -> Result<Arrivals, StoreError> {
        self.catch_up();
        self.lock().trail.arrivals(from)
    }

    /// Wakes whenever something may have arrived after this call. A look at the events comes after it, or misses some.
    pub(crate) fn listen(&self) -> watch::Receiver<Hearing> {
        self.arrived.subscribe()
    }

    /// Ends all who listen.
    pub(crate) fn hang_up(&self) {
        self.arrived.send_replace(Hearing::Ended);
    }

    /// The organization of an account, if it is in one.
    pub(crate) fn organization_of(&self, account: AccountId) -> Option<Organization> {
        self.lock().trail.organization_of(account).cloned()
    }

    /// How much is kept.
    pub(crate) fn census(&self) -> Census {
        self.catch_up();
        self.lock().trail.census()
    }

    /// Forgets all events, trails and deliveries, and all organizations but these.
    ///
    /// # Errors
    ///
    /// When the store cannot be emptied.
    pub(crate) fn reset(&self, organizations: &[Organization]) -> Result<(), StoreError> {
        self.catch_up();
        let _turn = self.turn();
        let mut guarded = self.lock();
        guarded.trail.reset()?;
        let now = self.clock.now();
        if let Err(why) = guarded
            .trail
            .replace_organizations(organizations.to_vec(), now)
        {
            // They could be at the start, beside at least as many others.
            notice::warn(&format!("the configured organizations are gone: {why}."));
        }
        let _ticket = self.note(&mut guarded);
        self.commit(&mut guarded)
    }

    /// Waits until everything up to `ticket` is durable. Whoever comes first commits for all who came meanwhile: the
    /// yield lets the calls that arrived together run before the first of them commits.
    ///
    /// # Errors
    ///
    /// When the store could not commit.
    pub(crate) async fn kept(&self, ticket: Ticket) -> Result<(), StoreError> {
        if self.keeping == Keeping::Memory {
            return Ok(());
        }
        tokio::task::yield_now().await;
        let mut guarded = self.lock();
        if guarded.committed >= ticket.0 {
            return Ok(());
        }
        guarded.commit()
    }

    /// Makes everything so far durable, where anything is.
    ///
    /// # Errors
    ///
    /// When the store could not commit.
    pub(crate) fn commit(&self, guarded: &mut Guarded) -> Result<(), StoreError> {
        match self.keeping {
            Keeping::Memory => Ok(()),
            Keeping::Directory => guarded.commit(),
        }
    }

    /// Counts a change, and wakes the courier when it has something to do earlier than it knows.
    pub(crate) fn note(&self, guarded: &mut Guarded) -> Ticket {
        if let Some(due) = guarded.trail.next_due()
            && due < guarded.courier_sleeps_until
        {
            guarded.courier_sleeps_until = due;
            self.alarm.ring();
        }
        // A listener subscribes before it looks, so one that is not counted yet sees what is there now.
        if self.arrived.receiver_count() > 0 {
            self.arrived.send_modify(|_| ());
        }
        guarded.touch()
    }

    /// Empties the outbox, which holds an effect that a client may look for as soon as it is answered. A courier does
    /// it, not this task, so that it is done even when the client goes away.
    async fn told(self: &Arc<Self>) {
        let engine = Arc::clone(self);
        let telling = tokio::task::spawn_blocking(move || engine.tell_outside());
        // Too late is not wrong: the effect stays in the outbox, and the answer need not wait for it.
        let _late_or_done = tokio::time::timeout(EFFECT_WAIT, telling).await;
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Guarded> {
        // A poisoned lock means that core panicked in another call. To go on serving is the lesser evil.
        self.guarded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn turn(&self) -> MutexGuard<'_, ()> {
        self.driving.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
