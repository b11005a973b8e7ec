//! Every event that was kept at one moment, to be read while new ones come.

use std::ops::ControlFlow;

use redb::{Database, ReadTransaction, ReadableDatabase, ReadableTable};

use super::block::Chunk;
use super::{CHUNKS, Kept};
use crate::store::StoreError;

/// The kept events of one moment. Reading them holds up nobody.
pub struct Snapshot {
    read: ReadTransaction,
    /// The records that had not reached the store, oldest arrival first: at most a block of them.
    tail: Vec<String>,
}

impl Snapshot {
    pub(super) fn of(database: &Database, tail: &[Kept]) -> Result<Self, StoreError> {
        Ok(Self {
            read: database.begin_read()?,
            tail: tail.iter().map(|kept| kept.record.clone()).collect(),
        })
    }

    /// Visits the records, each its JSON exactly as in log files, from the newest taken in to the oldest until told to
    /// stop.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn visit_newest_first(
        &self,
        visit: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        for record in self.tail.iter().rev() {
            if visit(record).is_break() {
                return Ok(());
            }
        }
        let chunks = self.read.open_table(CHUNKS)?;
        for row in chunks.iter()?.rev() {
            for kept in Chunk::read(row?.1.value())?.all()?.iter().rev() {
                if visit(&kept.record).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Journal;
    use super::*;
    use crate::rows::Rows;
    use crate::testing::{draft, memory};
    use crate::time::Timestamp;

    fn keep(journal: &mut Journal, ids: std::ops::Range<u32>) {
        for id in ids {
            let now = Timestamp::from_seconds(1_795_449_900);
            journal.append(Kept::from_draft(
                draft("ListTrails"),
                id.to_string(),
                None,
                now,
            ));
        }
    }

    fn ids(snapshot: &Snapshot, most: usize) -> Vec<String> {
        let mut ids = Vec::new();
        let mut visit = |record: &str| {
            let record: serde_json::Value = serde_json::from_str(record).unwrap();
            ids.push(record["eventID"].as_str().unwrap().to_owned());
            if ids.len() == most {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        snapshot.visit_newest_first(&mut visit).unwrap();
        ids
    }

    #[test]
    fn what_comes_later_is_not_seen_whether_it_is_stored_or_not() {
        let mut journal = Journal::open(memory()).unwrap();
        keep(&mut journal, 0..40);
        journal.flush(&mut Rows::default()).unwrap();
        keep(&mut journal, 40..45);
        let snapshot = journal.snapshot().unwrap();
        journal.flush(&mut Rows::default()).unwrap();
        keep(&mut journal, 45..50);
        let all: Vec<String> = (0..45).rev().map(|id| id.to_string()).collect();
        assert_eq!(ids(&snapshot, 100), all);
        assert_eq!(ids(&snapshot, 3), ["44", "43", "42"]);
        assert_eq!(ids(&journal.snapshot().unwrap(), 1), ["49"]);
    }
}
