//! A chain of digests: from StartLogging, or from when validation was enabled, to the end of either.
//!
//! The clock of a chain is fixed by the second in which it began (O, formats.md 5.3). The first digest ends there, with a
//! window of the hour before and no files; then one follows another without a gap.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::digest::{self, Heading, Previous};
use super::outbox::Filed;
use super::{Tools, log_file};
use crate::settings::Pace;
use crate::time::Timestamp;

/// The window of the starting digest, whatever the pace (O, native.md).
const STARTING_WINDOW: Duration = Duration::from_secs(3600);

/// One chain.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Chain {
    pub(crate) id: u64,
    /// Where the starting digest ends and the clock begins.
    began: Timestamp,
    /// When the next digest is to be written.
    due: Timestamp,
    /// Where the next digest's window begins; `None` before the starting digest.
    window_start: Option<Timestamp>,
    /// Write a digest up to now, then go on by the clock: a flush, or the end of the chain.
    cut: bool,
    previous: Option<Previous>,
    /// Delivered since the last digest, oldest first.
    files: Vec<Filed>,
}

/// A digest that is ready to be put.
pub(crate) struct Written {
    pub(crate) end: Timestamp,
    pub(crate) key: String,
    pub(crate) text: String,
    pub(crate) signature: String,
    pub(crate) fingerprint: String,
}

impl Chain {
    pub(crate) fn begin(id: u64, now: Timestamp, pace: &Pace) -> Self {
        let began = now.whole_second();
        Self {
            id,
            began,
            due: began.plus(pace.starting_digest),
            window_start: None,
            cut: false,
            previous: None,
            files: Vec::new(),
        }
    }

    pub(crate) fn due(&self) -> Timestamp {
        self.due
    }

    /// Lets the next digest be written now.
    pub(crate) fn cut(&mut self, now: Timestamp) {
        self.cut = true;
        self.due = self.due.min(now);
    }

    /// A log file of this chain is in its bucket.
    pub(crate) fn delivered(&mut self, file: Filed, pace: &Pace) {
        self.files.push(file);
        if let Some(start) = self.window_start.filter(|_| !self.cut) {
            self.due = self.due_after(start, pace);
        }
    }

    /// The digest that is due now, if any. Call again until there is none. It ends at `earliest` or later: names have
    /// whole seconds, and two digests of a stream, even of different chains, must not share one.
    pub(crate) fn next(
        &mut self,
        heading: &Heading<'_>,
        earliest: Timestamp,
        pace: &Pace,
        tools: &mut Tools<'_>,
    ) -> Option<Written> {
        if self.due > tools.now {
            return None;
        }
        let Some(start) = self.window_start else {
            self.began = self.began.max(earliest);
            let written = self.write(
                heading,
                (self.began.minus(STARTING_WINDOW), self.began),
                Vec::new(),
                tools,
            );
            self.window_start = Some(self.began);
            if !self.cut {
                self.due = self.due_after(self.began, pace);
            }
            return Some(written);
        };
        let end = if self.cut {
            self.end_of_cut(start, tools.now)
        } else {
            self.due
        };
        self.cut = false;
        if end <= start {
            self.due = self.due_after(start, pace);
            return None;
        }
        let end = end.max(earliest);
        let files = self
            .files
            .extract_if(.., |file| file.delivered.whole_second() <= end)
            .collect();
        let written = self.write(heading, (start, end), files, tools);
        self.window_start = Some(end);
        self.due = self.due_after(end, pace);
        Some(written)
    }

    /// When the digest of a window that begins at `start` is due: soon after a log file, else after a longer time.
    fn due_after(&self, start: Timestamp, pace: &Pace) -> Timestamp {
        let empty = self.tick_after(start, pace.empty_digest);
        let filed = self
            .files
            .first()
            .map(|file| self.tick_after(file.delivered.max(start), pace.digest));
        filed.map_or(empty, |filed| filed.min(empty))
    }

    /// The first tick of the chain's clock after `at`.
    fn tick_after(&self, at: Timestamp, period: Duration) -> Timestamp {
        let period = i64::try_from(period.as_secs().max(1)).expect("a pace is at most hours");
        let ticks = (at.seconds() - self.began.seconds()).div_euclid(period) + 1;
        Timestamp::from_seconds(self.began.seconds() + ticks * period)
    }

    /// A second cut within the same second reaches into the next one if it has files to tell of, and is left out if not.
    fn end_of_cut(&self, start: Timestamp, now: Timestamp) -> Timestamp {
        let now = now.whole_second();
        if self.files.is_empty() {
            now
        } else {
            now.max(start.plus(Duration::from_secs(1)))
        }
    }

    fn write(
        &mut self,
        heading: &Heading<'_>,
        window: (Timestamp, Timestamp),
        files: Vec<Filed>,
        tools: &mut Tools<'_>,
    ) -> Written {
        let key = digest::key(heading, window.1);
        let previous = self.previous.as_ref();
        let mut text = String::new();
        let mut hash = String::new();
        let signed = tools.keys.sign(
            &heading.place.region,
            tools.now,
            |fingerprint| {
                text = digest::text(heading, &key, window, &files, previous, fingerprint);
                hash = log_file::hash(&text);
                digest::string_to_sign(window.1, heading.bucket, &key, &hash, previous)
            },
            tools.ids,
            tools.rows,
        );
        self.previous = Some(Previous {
            bucket: heading.bucket.to_owned(),
            key: key.clone(),
            hash,
            signature: signed.signature.clone(),
        });
        Written {
            end: window.1,
            key,
            text,
            signature: signed.signature,
            fingerprint: signed.fingerprint,
        }
    }
}
