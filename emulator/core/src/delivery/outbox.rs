//! Deliveries that wait: written down before they are handed out, kept until they succeed or are given up.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Tools;
use super::stream::StreamKey;
use crate::effect::{EffectId, Outcome};
use crate::journal::Seq;
use crate::place::{AccountId, Region};
use crate::quotas::RETRY_DAYS;
use crate::rows::Rows;
use crate::settings::Pace;
use crate::time::Timestamp;

/// For whom something is delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Address {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) trail_arn: String,
}

/// One object that waits to be put.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) address: Address,
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) content: Content,
    /// The stream that wants to hear of it; none for folder markers.
    pub(crate) stream: Option<StreamKey>,
    attempts: u32,
    made: Timestamp,
    not_before: Timestamp,
    /// The hash of a log file, known once it was handed out.
    #[serde(skip)]
    pub(crate) hash: Option<String>,
}

/// From what the object's bytes are made, the same at every attempt.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Content {
    Marker,
    Log {
        seqs: Vec<Seq>,
        oldest: Timestamp,
        newest: Timestamp,
        /// The chain whose digest will name it.
        chain: Option<u64>,
    },
    Digest {
        text: String,
        signature: String,
        fingerprint: String,
    },
}

/// A delivered log file, as digests name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Filed {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) hash: String,
    pub(crate) oldest: Timestamp,
    pub(crate) newest: Timestamp,
    pub(crate) delivered: Timestamp,
}

impl Entry {
    pub(crate) fn new(
        address: Address,
        bucket: String,
        key: String,
        content: Content,
        stream: Option<StreamKey>,
        now: Timestamp,
    ) -> Self {
        Self {
            address,
            bucket,
            key,
            content,
            stream,
            attempts: 0,
            made: now,
            not_before: now,
            hash: None,
        }
    }

    /// What a digest will say of this log file, once it is delivered.
    pub(crate) fn filed(&self, now: Timestamp) -> Option<(Filed, u64)> {
        match &self.content {
            Content::Log {
                oldest,
                newest,
                chain,
                ..
            } => {
                let filed = Filed {
                    bucket: self.bucket.clone(),
                    key: self.key.clone(),
                    hash: self.hash.clone()?,
                    oldest: *oldest,
                    newest: *newest,
                    delivered: now,
                };
                chain.map(|chain| (filed, chain))
            }
            Content::Marker | Content::Digest { .. } => None,
        }
    }
}

/// All that waits, by number; numbers are never used twice.
#[derive(Default)]
pub(crate) struct Outbox {
    entries: BTreeMap<EffectId, Entry>,
    /// Handed out and not yet settled.
    handed_out: BTreeSet<EffectId>,
    next: u64,
}

/// How far a chain's log files are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Underway {
    /// None waits.
    Nothing,
    /// Some were refused at least once and wait for another attempt.
    Refused,
    /// Some were never tried, or are with a courier.
    Fresh,
}

impl Outbox {
    pub(crate) const PREFIX: &'static str = "outbox/";
    pub(crate) const NEXT: &'static str = "next-effect";

    pub(crate) fn load(&mut self, id: EffectId, entry: Entry) {
        self.entries.insert(id, entry);
    }

    pub(crate) fn load_next(&mut self, next: u64) {
        self.next = next;
    }

    pub(crate) fn next_number(&self) -> u64 {
        self.next
    }

    pub(crate) fn add(&mut self, entry: Entry, rows: &mut Rows) -> EffectId {
        let id = EffectId(self.next);
        self.next += 1;
        rows.put(Self::NEXT.to_owned(), &self.next);
        rows.put(row(id), &entry);
        self.entries.insert(id, entry);
        id
    }

    /// The first entry that may go out now.
    pub(crate) fn hand_out(&mut self, now: Timestamp) -> Option<(EffectId, &mut Entry)> {
        let handed_out = &mut self.handed_out;
        let (id, entry) = self
            .entries
            .iter_mut()
            .find(|(id, entry)| entry.not_before <= now && !handed_out.contains(id))?;
        handed_out.insert(*id);
        Some((*id, entry))
    }

    /// Notes how an entry went: done and given-up ones are gone, refused ones wait. Answers the entry as it was.
    pub(crate) fn settle(
        &mut self,
        id: EffectId,
        outcome: &Outcome,
        pace: &Pace,
        tools: &mut Tools<'_>,
    ) -> Option<Entry> {
        if !self.handed_out.remove(&id) {
            return None;
        }
        let entry = self.entries.get_mut(&id)?;
        let gives_up = |entry: &Entry| match entry.content {
            Content::Marker => true,
            Content::Log { .. } | Content::Digest { .. } => {
                tools.now.since(entry.made) > Duration::from_secs(RETRY_DAYS * 24 * 3600)
            }
        };
        if *outcome == Outcome::Done || gives_up(entry) {
            tools.rows.delete(row(id));
            return self.entries.remove(&id);
        }
        let wait = pace.retry.saturating_mul(1 << entry.attempts.min(16));
        entry.not_before = tools.now.plus(wait.min(pace.retry_limit));
        entry.attempts += 1;
        tools.rows.put(row(id), entry);
        Some(entry.clone())
    }

    /// Lets refused entries go out again at once.
    pub(crate) fn retry_all(&mut self, now: Timestamp) {
        for entry in self.entries.values_mut() {
            entry.not_before = entry.not_before.min(now);
        }
    }

    /// When the next refused entry may go out again.
    pub(crate) fn next_retry(&self, now: Timestamp) -> Option<Timestamp> {
        let waiting = self.entries.values().map(|entry| entry.not_before);
        waiting.filter(|at| *at > now).min()
    }

    /// How far the log files of a chain are.
    pub(crate) fn underway(&self, stream: &StreamKey, chain: u64) -> Underway {
        let mut found = Underway::Nothing;
        for (id, entry) in &self.entries {
            let Content::Log {
                chain: Some(of), ..
            } = entry.content
            else {
                continue;
            };
            if of != chain || entry.stream.as_ref() != Some(stream) {
                continue;
            }
            if entry.attempts == 0 || self.handed_out.contains(id) {
                return Underway::Fresh;
            }
            found = Underway::Refused;
        }
        found
    }

    /// Whether anything of this stream waits.
    pub(crate) fn has(&self, stream: &StreamKey) -> bool {
        self.entries
            .values()
            .any(|entry| entry.stream.as_ref() == Some(stream))
    }

    pub(crate) fn delete_rows(&self, rows: &mut Rows) {
        for id in self.entries.keys() {
            rows.delete(row(*id));
        }
    }

    pub(crate) fn len(&self) -> u64 {
        self.entries.len() as u64
    }
}

fn row(id: EffectId) -> String {
    format!("{}{:020}", Outbox::PREFIX, id.0)
}
