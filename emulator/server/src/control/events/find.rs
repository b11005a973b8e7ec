//! Looks at the journal for the records that a filter admits, and what is found, as an answer tells it.

use std::ops::ControlFlow;

use localtrail_core::StoreError;

use crate::control::Filter;
use crate::engine::Engine;

/// Bytes of records in an answer; one that is cut here says so.
const LARGEST_ANSWER: usize = 64 << 20;

/// How much one look may find.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) events: usize,
    pub(crate) bytes: usize,
}

impl Span {
    /// However much there is.
    pub(crate) const ALL: Self = Self {
        events: usize::MAX,
        bytes: usize::MAX,
    };

    pub(super) fn of_answer(events: usize) -> Self {
        Self {
            events,
            bytes: LARGEST_ANSWER,
        }
    }
}

/// Records that a query admits.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) records: Vec<String>,
    /// The place behind each record, where they are in the order of arrival.
    pub(in crate::control) places: Vec<u64>,
    /// Where to look for what comes next.
    pub(in crate::control) next: Option<u64>,
    /// There are more, but the answer would be too large.
    pub(super) cut: bool,
    pub(super) timed_out: bool,
}

impl Found {
    /// The records go out byte for byte as log files have them.
    pub(super) fn json(&self) -> String {
        let cut = if self.cut { ",\"truncated\":true" } else { "" };
        let late = if self.timed_out {
            ",\"timedOut\":true"
        } else {
            ""
        };
        let next = self.next.map(|next| format!(",\"next\":{next}"));
        let records = self.records.join(",");
        format!(
            "{{\"events\":[{records}]{}{cut}{late}}}",
            next.unwrap_or_default()
        )
    }
}

impl Engine {
    /// The newest kept records that the filter admits, as many as the span has room for.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub(crate) fn find_newest(&self, filter: &Filter, span: Span) -> Result<Found, StoreError> {
        let (snapshot, place) = self.snapshot_and_place()?;
        let mut found = Found {
            next: Some(place),
            ..Found::default()
        };
        let mut bytes = 0;
        snapshot.visit_newest_first(&mut |record| {
            if filter.admits(record) {
                bytes += record.len();
                found.cut = bytes > span.bytes;
                if !found.cut {
                    found.records.push(record.to_owned());
                }
            }
            if !found.cut && found.records.len() < span.events {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })?;
        Ok(found)
    }

    /// The records from a place on that the filter admits, in the order of arrival: those of one look, up to a limit.
    /// There is no more when `next` is the place asked for.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub(in crate::control) fn find_from(
        &self,
        filter: &Filter,
        place: u64,
        span: Span,
    ) -> Result<Found, StoreError> {
        let mut found = Found::default();
        let mut bytes = 0;
        let next = self.arrivals(place)?.visit(&mut |at, record| {
            if filter.admits(record) {
                bytes += record.len();
                found.records.push(record.to_owned());
                found.places.push(at + 1);
            }
            if bytes < span.bytes && found.records.len() < span.events {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })?;
        found.next = Some(next);
        found.cut = bytes >= span.bytes;
        Ok(found)
    }
}
