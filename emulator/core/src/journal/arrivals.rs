//! Events from a place in the order of arrival on, oldest first: what a follower reads, one look after the other.
//!
//! A look holds little and only for a moment, so that a follower who is slow, or far behind, costs neither memory nor
//! time of others. What has expired is passed over.

use std::ops::ControlFlow;

use redb::{Database, ReadTransaction, ReadableDatabase};

use super::block::Chunk;
use super::{CHUNKS, Kept, Seq};
use crate::store::StoreError;

/// A look takes so many bytes of records that are not in the store yet.
const LOOK_BYTES: usize = 4 << 20;

/// The events from a place on.
pub struct Arrivals {
    from: Seq,
    rest: Rest,
}

/// Where the events are: those in the store first, the others at the next look.
enum Rest {
    Stored { read: ReadTransaction, end: Seq },
    Tail { first: Seq, records: Vec<String> },
}

impl Arrivals {
    pub(super) fn of(
        database: &Database,
        base: Seq,
        tail: &[Kept],
        from: Seq,
    ) -> Result<Self, StoreError> {
        let rest = match from.checked_sub(base) {
            None => Rest::Stored {
                read: database.begin_read()?,
                end: base,
            },
            Some(skipped) => {
                let skipped = usize::try_from(skipped).unwrap_or(usize::MAX);
                let mut bytes = 0;
                let records = tail.iter().skip(skipped).map(|kept| kept.record.clone());
                let within = |record: &String| {
                    let fits = bytes < LOOK_BYTES;
                    bytes += record.len();
                    fits
                };
                Rest::Tail {
                    first: from,
                    records: records.take_while(within).collect(),
                }
            }
        };
        Ok(Self { from, rest })
    }

    /// Visits the places and records, oldest first, until told to stop. Answers the place to look from next: behind the
    /// last that was visited. It is the one asked for only when there was nothing new.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn visit(
        self,
        visit: &mut dyn FnMut(u64, &str) -> ControlFlow<()>,
    ) -> Result<u64, StoreError> {
        match self.rest {
            Rest::Tail { first, records } => {
                let mut next = first;
                for record in &records {
                    let flow = visit(next, record);
                    next += 1;
                    if flow.is_break() {
                        break;
                    }
                }
                Ok(next)
            }
            Rest::Stored { read, end } => {
                let chunks = read.open_table(CHUNKS)?;
                let start = match chunks.range(..=self.from)?.next_back().transpose()? {
                    Some((first, _)) => first.value(),
                    None => self.from,
                };
                for row in chunks.range(start..)? {
                    let (first, bytes) = row?;
                    for (seq, kept) in (first.value()..).zip(&Chunk::read(bytes.value())?.all()?) {
                        if seq >= self.from && visit(seq, &kept.record).is_break() {
                            return Ok(seq + 1);
                        }
                    }
                }
                Ok(end)
            }
        }
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

    /// Places from `from` on, looked for until there is nothing new, `most` at each look.
    fn follow(journal: &Journal, mut from: Seq, most: usize) -> Vec<Seq> {
        let mut seen = Vec::new();
        loop {
            let before = seen.len();
            let mut visit = |seq: Seq, record: &str| {
                assert!(record.contains(&format!("\"eventID\":\"{seq}\"")));
                seen.push(seq);
                match seen.len() - before < most {
                    true => ControlFlow::Continue(()),
                    false => ControlFlow::Break(()),
                }
            };
            let next = journal.arrivals(from).unwrap().visit(&mut visit).unwrap();
            if next == from {
                return seen;
            }
            from = next;
        }
    }

    #[test]
    fn every_event_comes_once_from_wherever_it_is() {
        let mut journal = Journal::open(memory()).unwrap();
        keep(&mut journal, 0..40);
        journal.flush(&mut Rows::default()).unwrap();
        keep(&mut journal, 40..45);
        for from in [0, 1, 17, 39, 40, 44, 45, 100] {
            for most in [1, 7, 1000] {
                let expected: Vec<Seq> = (from..45).collect();
                assert_eq!(follow(&journal, from, most), expected, "{from} {most}");
            }
        }
    }

    #[test]
    fn places_go_on_when_all_was_forgotten() {
        let mut journal = Journal::open(memory()).unwrap();
        keep(&mut journal, 0..3);
        journal.flush(&mut Rows::default()).unwrap();
        journal.clear(&mut Rows::default()).unwrap();
        keep(&mut journal, 3..5);
        assert_eq!(follow(&journal, 1, 10), [3, 4]);
    }
}
