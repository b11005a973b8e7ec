//! Delivery: from the events that trails log to the files in their buckets.
//!
//! A trail has a stream in every place it logs in: an account and a region. A stream gathers events, files them, and keeps
//! the chain of digests. What is to be put outside waits in the outbox until a courier has said how it went.

mod chain;
mod digest;
mod log_file;
mod outbox;
mod status;
mod stream;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::effect::{Effect, EffectId, Outcome, PutObject};
use crate::ids::Ids;
use crate::journal::{Journal, Kept, Seq};
use crate::keys::Keys;
use crate::organization::Organization;
use crate::place::Place;
use crate::rows::Rows;
use crate::settings::Pace;
use crate::store::StoreError;
use crate::time::Timestamp;
use crate::trail::{Plan, Trail, TrailId};
pub(crate) use log_file::account_folder;
pub(crate) use outbox::Outbox as OutboxRows;
pub(crate) use outbox::{Address, Entry};
use outbox::{Content, Outbox};
pub(crate) use status::Status;
pub(crate) use stream::{Stream, StreamKey};

/// All streams and the outbox.
pub(crate) struct Delivery {
    streams: BTreeMap<StreamKey, Stream>,
    /// The open streams of a place, so that an event finds them at once.
    open: HashMap<Place, Vec<StreamKey>>,
    outbox: Outbox,
    pace: Pace,
    /// What `next_due` last answered, until something changes: it is asked after every call.
    due: Cell<Option<Option<Timestamp>>>,
}

/// What delivery borrows while it works.
pub(crate) struct Tools<'a> {
    pub(crate) rows: &'a mut Rows,
    pub(crate) keys: &'a mut Keys,
    pub(crate) ids: &'a Ids,
    /// The sequence number of the next event.
    pub(crate) next_seq: Seq,
    pub(crate) now: Timestamp,
}

impl Delivery {
    pub(crate) fn new(pace: Pace) -> Self {
        Self {
            streams: BTreeMap::new(),
            open: HashMap::new(),
            outbox: Outbox::default(),
            pace,
            due: Cell::new(None),
        }
    }

    /// Takes in a stream from the store.
    pub(crate) fn load_stream(&mut self, mut stream: Stream) {
        stream.resume();
        if stream.gathers() {
            self.open
                .entry(stream.place())
                .or_default()
                .push(stream.key());
        }
        self.streams.insert(stream.key(), stream);
    }

    /// Takes in the number that the next delivery will have.
    pub(crate) fn load_next(&mut self, next: u64) {
        self.outbox.load_next(next);
    }

    /// Takes in a delivery that was waiting when the store was closed.
    pub(crate) fn load_entry(&mut self, id: EffectId, entry: Entry) {
        self.outbox.load(id, entry);
    }

    /// Gathers again what was gathered but not filed when the store was closed. Files are due as they were.
    pub(crate) fn gather_again(&mut self, journal: &Journal) -> Result<(), StoreError> {
        let gathering = self.streams.values().filter(|stream| stream.gathers());
        let scanned = gathering.map(Stream::scanned);
        let Some(from) = scanned.min() else {
            return Ok(());
        };
        journal.visit_from(from, &mut |seq, kept| self.take(seq, kept, kept.time))
    }

    /// An event was kept: every stream that logs it gathers it.
    pub(crate) fn take(&mut self, seq: Seq, kept: &Kept, now: Timestamp) {
        if self.open.is_empty() {
            return;
        }
        let place = Place {
            account: kept.account,
            region: kept.region.clone(),
        };
        let Some(keys) = self.open.get(&place) else {
            return;
        };
        for key in keys {
            if let Some(stream) = self.streams.get_mut(key) {
                let due = stream.file_due();
                stream.take(seq, kept, now, &self.pace);
                if stream.file_due() != due {
                    self.due.set(None);
                }
            }
        }
    }

    /// Writes down how far the streams have gathered, so that a restart need not go back further.
    pub(crate) fn checkpoint(&mut self, tools: &mut Tools<'_>) {
        for stream in self
            .streams
            .values_mut()
            .filter(|s| s.is_open() && s.has_gathered_nothing())
        {
            stream.keep(tools);
        }
    }

    /// Makes the streams of a trail what the trail says, after any change of it or of where it logs.
    pub(crate) fn follow(
        &mut self,
        trail: &Trail,
        organization: Option<&Organization>,
        places: &BTreeSet<Place>,
        tools: &mut Tools<'_>,
    ) {
        let plan = Plan::of(trail, organization);
        self.close_all(trail.id, |place| !places.contains(place), tools);
        for place in places {
            self.enter(trail.id, &plan, place, tools);
        }
        // Of accounts that are no longer the trail's, nothing needs to be remembered once all is delivered.
        let belongs = |account| {
            account == trail.account
                || organization.is_some_and(|organization| organization.logs(account))
        };
        for stream in self.of_trail(trail.id) {
            if !belongs(stream.place().account) {
                stream.orphan(tools);
            }
        }
        self.index_open();
        self.prune(tools);
    }

    /// A trail logs in one more place, or follows its plan there.
    pub(crate) fn enter(
        &mut self,
        trail: TrailId,
        plan: &Plan,
        place: &Place,
        tools: &mut Tools<'_>,
    ) {
        self.due.set(None);
        let key = StreamKey {
            trail,
            place: place.clone(),
        };
        let open = self.open.entry(place.clone()).or_default();
        if !open.contains(&key) {
            open.push(key.clone());
        }
        let stream = self
            .streams
            .entry(key)
            .or_insert_with_key(|key| Stream::new(key.clone(), plan.clone()));
        stream.follow(plan.clone(), &mut self.outbox, &self.pace, tools);
    }

    /// A trail is gone: what it gathered is still delivered, and its chains end.
    pub(crate) fn forget(&mut self, trail: TrailId, tools: &mut Tools<'_>) {
        self.due.set(None);
        self.close_all(trail, |_| true, tools);
        for stream in self.of_trail(trail) {
            stream.orphan(tools);
        }
        self.index_open();
        self.prune(tools);
    }

    fn of_trail(&mut self, trail: TrailId) -> impl Iterator<Item = &mut Stream> {
        self.streams
            .values_mut()
            .filter(move |stream| stream.key().trail == trail)
    }

    fn close_all(&mut self, trail: TrailId, which: impl Fn(&Place) -> bool, tools: &mut Tools<'_>) {
        for stream in self.streams.values_mut() {
            let key = stream.key();
            if key.trail == trail && which(&key.place) && stream.is_open() {
                stream.close(tools);
            }
        }
    }

    fn index_open(&mut self) {
        self.open.clear();
        for stream in self.streams.values().filter(|stream| stream.gathers()) {
            self.open
                .entry(stream.place())
                .or_default()
                .push(stream.key());
        }
    }

    /// How deliveries of a trail went in a place.
    pub(crate) fn status(&self, trail: TrailId, place: Place) -> Status {
        let key = StreamKey { trail, place };
        self.streams
            .get(&key)
            .map(|stream| stream.status.clone())
            .unwrap_or_default()
    }

    /// Puts a folder marker into the outbox.
    pub(crate) fn mark(&mut self, trail: &Trail, key: String, tools: &mut Tools<'_>) -> EffectId {
        self.due.set(None);
        let entry = Entry::new(
            trail.address(&trail.home),
            trail.settings.bucket.clone(),
            key,
            Content::Marker,
            None,
            tools.now,
        );
        self.outbox.add(entry, tools.rows)
    }

    /// When there is next something to do.
    pub(crate) fn next_due(&self, now: Timestamp) -> Option<Timestamp> {
        if let Some(due) = self.due.get() {
            return due;
        }
        let streams = self
            .streams
            .values()
            .filter_map(|stream| stream.next_due(&self.outbox));
        let due = streams.chain(self.outbox.next_retry(now)).min();
        self.due.set(Some(due));
        due
    }

    /// Files what is due and writes the digests that are due.
    pub(crate) fn run_due(&mut self, tools: &mut Tools<'_>) {
        self.due.set(None);
        for stream in self.streams.values_mut() {
            if stream.file_due().is_some_and(|due| due <= tools.now) {
                stream.file(&mut self.outbox, tools);
                stream.keep(tools);
            }
        }
        self.digests(tools);
    }

    /// Files what closing streams have gathered, without waiting for a last call.
    pub(crate) fn file_closing(&mut self, tools: &mut Tools<'_>) {
        self.due.set(None);
        let closing = |stream: &&mut Stream| !stream.is_open() && stream.gathers();
        for stream in self.streams.values_mut().filter(closing) {
            stream.file(&mut self.outbox, tools);
            stream.keep(tools);
        }
        self.index_open();
        self.prune(tools);
    }

    /// Makes everything due now: gathered events, refused deliveries, digests.
    pub(crate) fn flush(&mut self, tools: &mut Tools<'_>) {
        self.due.set(None);
        self.outbox.retry_all(tools.now);
        for stream in self.streams.values_mut() {
            stream.cut(tools.now);
        }
        self.run_due(tools);
    }

    fn digests(&mut self, tools: &mut Tools<'_>) {
        for stream in self.streams.values_mut() {
            stream.write_digests(&mut self.outbox, &self.pace, tools);
        }
    }

    /// The next delivery that a courier should make.
    pub(crate) fn next_effect(
        &mut self,
        journal: &Journal,
        keys: &Keys,
        now: Timestamp,
    ) -> Result<Option<(EffectId, Effect)>, StoreError> {
        self.due.set(None);
        let Some((id, entry)) = self.outbox.hand_out(now) else {
            return Ok(None);
        };
        let (body, metadata, signed_with) = match &entry.content {
            Content::Marker => (Vec::new(), Vec::new(), None),
            Content::Log { seqs, .. } => {
                let text = log_file::text(&journal.read(seqs)?);
                entry.hash = Some(log_file::hash(&text));
                (log_file::gzip(&text), Vec::new(), None)
            }
            Content::Digest {
                text,
                signature,
                fingerprint,
            } => {
                let key = keys.by_fingerprint(fingerprint).cloned();
                (log_file::gzip(text), digest::metadata(signature), key)
            }
        };
        let put = PutObject {
            account: entry.address.account,
            region: entry.address.region.clone(),
            trail_arn: entry.address.trail_arn.clone(),
            bucket: entry.bucket.clone(),
            key: entry.key.clone(),
            body,
            content_type: "application/json",
            content_encoding: "gzip",
            metadata,
            signed_with,
        };
        Ok(Some((id, Effect::PutObject(Box::new(put)))))
    }

    /// A courier says how a delivery went.
    pub(crate) fn settle(&mut self, id: EffectId, outcome: &Outcome, tools: &mut Tools<'_>) {
        self.due.set(None);
        let Some(entry) = self.outbox.settle(id, outcome, &self.pace, tools) else {
            return;
        };
        let stream = entry
            .stream
            .as_ref()
            .and_then(|key| self.streams.get_mut(key));
        if let Some(stream) = stream {
            stream.delivered(&entry, outcome, &self.pace, tools.now);
            stream.write_digests(&mut self.outbox, &self.pace, tools);
            stream.keep(tools);
        }
        self.prune(tools);
    }

    /// Drops the streams of deleted trails that have nothing left to do.
    fn prune(&mut self, tools: &mut Tools<'_>) {
        let outbox = &self.outbox;
        self.streams.retain(|key, stream| {
            let done = stream.is_done(outbox);
            if done {
                tools.rows.delete(key.row());
            }
            !done
        });
    }

    /// The number that the next delivery will have.
    pub(crate) fn next_number(&self) -> u64 {
        self.outbox.next_number()
    }

    /// Deletes what is written down of streams and the outbox.
    pub(crate) fn delete_rows(&self, rows: &mut Rows) {
        for key in self.streams.keys() {
            rows.delete(key.row());
        }
        self.outbox.delete_rows(rows);
    }

    #[cfg(test)]
    pub(crate) fn stream_keys(&self) -> Vec<StreamKey> {
        self.streams.keys().cloned().collect()
    }

    /// How many deliveries wait.
    pub(crate) fn waiting(&self) -> u64 {
        self.outbox.len()
    }
}
