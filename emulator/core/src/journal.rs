//! The journal: every event ever taken in, in the order of arrival, and the index that event history is read by.
//!
//! New events wait in a tail in memory and are moved to the store as a block: the records in chunks, and one index row
//! for every attribute value of the block. What a reader may see of an event is not decided here.

mod arrivals;
pub(crate) mod block;
pub(crate) mod history;
mod kept;
mod snapshot;

use std::collections::BTreeMap;

use redb::{AccessGuard, Database, ReadableDatabase, ReadableTable, TableDefinition};

use crate::rows::{ROWS, Rows};
use crate::store::StoreError;
use crate::time::Timestamp;
pub use arrivals::Arrivals;
use block::Chunk;
pub(crate) use kept::Kept;
pub use snapshot::Snapshot;

/// First sequence number of a block → its length, and the seconds of its oldest and newest event.
const BLOCKS: TableDefinition<'_, u64, (u32, i64, i64)> = TableDefinition::new("blocks");
/// A block without events, which keeps the place of the next one when there is no other.
const EMPTY: (u32, i64, i64) = (0, i64::MAX, i64::MAX);

/// A row of `BLOCKS`.
type BlockRow<'a> = (AccessGuard<'a, u64>, AccessGuard<'a, (u32, i64, i64)>);

/// First sequence number of a chunk → its events, see `block::pack`.
const CHUNKS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("chunks");
/// See `block::index_rows`.
const INDEX: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("index");

/// The tail is moved to the store when it has this many events.
const TAIL_LIMIT: usize = 1024;

/// … or records of so many bytes, so that large ones need no more memory than many.
const TAIL_BYTES: usize = 16 << 20;

/// A place in the order of arrival; the first event is 0.
pub(crate) type Seq = u64;

/// The journal of one store.
pub(crate) struct Journal {
    database: Database,
    /// The sequence number of the tail's first event.
    base: Seq,
    tail: Vec<Kept>,
    /// The bytes of the tail's records.
    tail_bytes: usize,
    /// Events in the store.
    stored: u64,
    groups: Groups,
}

impl Journal {
    /// Opens the journal, and makes its tables in a new store.
    pub(crate) fn open(database: Database) -> Result<Self, StoreError> {
        let write = database.begin_write()?;
        write.open_table(CHUNKS)?;
        write.open_table(INDEX)?;
        write.open_table(ROWS)?;
        let mut groups = Groups::default();
        let (base, stored) = {
            let blocks = write.open_table(BLOCKS)?;
            let base = blocks.last()?.map_or(0, end_of);
            let mut stored = 0;
            for row in blocks.iter()? {
                let (first, at) = row?;
                let (count, oldest, newest) = at.value();
                stored += u64::from(count);
                if count == 0 {
                    continue;
                }
                groups.note(
                    first.value(),
                    Timestamp::from_seconds(oldest),
                    Timestamp::from_seconds(newest),
                );
            }
            (base, stored)
        };
        write.commit()?;
        Ok(Self {
            database,
            base,
            tail: Vec::new(),
            tail_bytes: 0,
            stored,
            groups,
        })
    }

    /// The sequence number that the next event will have.
    pub(crate) fn next_seq(&self) -> Seq {
        self.base + self.tail.len() as u64
    }

    /// How many events are kept.
    pub(crate) fn len(&self) -> u64 {
        self.stored + self.tail.len() as u64
    }

    /// Adds an event at the end.
    pub(crate) fn append(&mut self, kept: Kept) -> Seq {
        let seq = self.next_seq();
        self.tail_bytes += kept.record.len();
        self.tail.push(kept);
        seq
    }

    /// Whether the tail should be moved to the store now.
    pub(crate) fn is_full(&self) -> bool {
        self.tail.len() >= TAIL_LIMIT || self.tail_bytes >= TAIL_BYTES
    }

    /// Moves the tail and the changed rows to the store, all or nothing.
    pub(crate) fn flush(&mut self, rows: &mut Rows) -> Result<(), StoreError> {
        if self.tail.is_empty() && rows.is_clean() {
            return Ok(());
        }
        let write = self.database.begin_write()?;
        if !self.tail.is_empty() {
            let (oldest, newest) = self.span_of_tail();
            let count = u32::try_from(self.tail.len()).expect("the tail is flushed long before");
            write
                .open_table(BLOCKS)?
                .insert(self.base, (count, oldest.seconds(), newest.seconds()))?;
            let mut chunks = write.open_table(CHUNKS)?;
            for (first, bytes) in block::pack(self.base, &self.tail) {
                chunks.insert(first, bytes.as_slice())?;
            }
            let mut index = write.open_table(INDEX)?;
            for (key, postings) in block::index_rows(self.base, &self.tail) {
                index.insert(key.as_slice(), postings.as_slice())?;
            }
        }
        rows.write(&write)?;
        write.commit()?;
        rows.wrote();
        if !self.tail.is_empty() {
            let (oldest, newest) = self.span_of_tail();
            self.groups.note(self.base, oldest, newest);
        }
        self.base += self.tail.len() as u64;
        self.stored += self.tail.len() as u64;
        self.tail.clear();
        self.tail_bytes = 0;
        Ok(())
    }

    /// The times of the tail's oldest and newest event.
    fn span_of_tail(&self) -> (Timestamp, Timestamp) {
        let times = || self.tail.iter().map(|kept| kept.time);
        (
            times().min().unwrap_or_default(),
            times().max().unwrap_or_default(),
        )
    }

    /// The events of these sequence numbers, in the order given; those that have expired are left out.
    pub(crate) fn read(&self, seqs: &[Seq]) -> Result<Vec<Kept>, StoreError> {
        let read = self.database.begin_read()?;
        let chunks = read.open_table(CHUNKS)?;
        let mut current: Option<(Seq, Chunk)> = None;
        let mut found = Vec::with_capacity(seqs.len());
        for &seq in seqs {
            if let Some(at) = seq.checked_sub(self.base) {
                let at = usize::try_from(at).expect("the tail fits in memory");
                found.extend(self.tail.get(at).cloned());
                continue;
            }
            let held = current
                .as_ref()
                .is_some_and(|(first, chunk)| (*first..*first + chunk.len() as u64).contains(&seq));
            if !held {
                current = match chunks.range(..=seq)?.next_back().transpose()? {
                    Some((first, bytes)) => Some((first.value(), Chunk::read(bytes.value())?)),
                    None => None,
                };
            }
            if let Some((first, chunk)) = &current {
                let at = usize::try_from(seq - first).expect("a chunk fits in memory");
                found.extend(chunk.get(at).transpose()?);
            }
        }
        Ok(found)
    }

    /// Visits the events from `from` on, oldest arrival first.
    pub(crate) fn visit_from(
        &self,
        from: Seq,
        visit: &mut dyn FnMut(Seq, &Kept),
    ) -> Result<(), StoreError> {
        let read = self.database.begin_read()?;
        let chunks = read.open_table(CHUNKS)?;
        let start = match chunks.range(..=from)?.next_back().transpose()? {
            Some((first, _)) => first.value(),
            None => from,
        };
        for row in chunks.range(start..)? {
            let (first, bytes) = row?;
            for (seq, kept) in (first.value()..).zip(&Chunk::read(bytes.value())?.all()?) {
                if seq >= from {
                    visit(seq, kept);
                }
            }
        }
        for (seq, kept) in (self.base..).zip(&self.tail) {
            if seq >= from {
                visit(seq, kept);
            }
        }
        Ok(())
    }

    /// All that is kept now, to be read without the journal.
    pub(crate) fn snapshot(&self) -> Result<Snapshot, StoreError> {
        Snapshot::of(&self.database, &self.tail)
    }

    /// What came from a place on, to be read without the journal.
    pub(crate) fn arrivals(&self, from: Seq) -> Result<Arrivals, StoreError> {
        Arrivals::of(&self.database, self.base, &self.tail, from)
    }

    /// Deletes the blocks whose events are all older than `cutoff`.
    pub(crate) fn expire(&mut self, cutoff: Timestamp) -> Result<(), StoreError> {
        let write = self.database.begin_write()?;
        let mut expired = 0;
        {
            let mut blocks = write.open_table(BLOCKS)?;
            let mut chunks = write.open_table(CHUNKS)?;
            let mut index = write.open_table(INDEX)?;
            for (base, count) in expired_blocks(&blocks, cutoff)? {
                let mut events = Vec::new();
                let mut firsts = Vec::new();
                for row in chunks.range(base..base + u64::from(count))? {
                    let (first, bytes) = row?;
                    firsts.push(first.value());
                    events.extend(Chunk::read(bytes.value())?.all()?);
                }
                for (key, _) in block::index_rows(base, &events) {
                    index.remove(key.as_slice())?;
                }
                for first in firsts {
                    chunks.remove(first)?;
                }
                blocks.remove(base)?;
                expired += u64::from(count);
            }
            let end = blocks.last()?.map(end_of);
            if end != Some(self.base) {
                blocks.insert(self.base, EMPTY)?;
            }
        }
        write.commit()?;
        self.stored -= expired;
        Ok(())
    }

    /// Forgets every event. Sequence numbers go on, so that identifiers are never drawn twice.
    pub(crate) fn clear(&mut self, rows: &mut Rows) -> Result<(), StoreError> {
        self.flush(rows)?;
        let write = self.database.begin_write()?;
        write.delete_table(CHUNKS)?;
        write.delete_table(INDEX)?;
        write.delete_table(BLOCKS)?;
        write.open_table(CHUNKS)?;
        write.open_table(INDEX)?;
        write.open_table(BLOCKS)?.insert(self.base, EMPTY)?;
        write.commit()?;
        self.stored = 0;
        self.groups = Groups::default();
        Ok(())
    }

    /// All rows of state, for opening.
    pub(crate) fn load_rows(
        &self,
        visit: &mut dyn FnMut(&str, &str) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let read = self.database.begin_read()?;
        for row in read.open_table(ROWS)?.iter()? {
            let (key, value) = row?;
            visit(key.value(), value.value())?;
        }
        Ok(())
    }

    #[cfg(test)]
    pub(crate) fn into_store(self) -> Database {
        self.database
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }
}

/// The span of time of every group of blocks: which groups a question about some time must look into. Spans only grow;
/// that a group has expired in part is found when it is read.
#[derive(Debug, Default)]
struct Groups(BTreeMap<u32, (Timestamp, Timestamp)>);

impl Groups {
    fn note(&mut self, base: Seq, oldest: Timestamp, newest: Timestamp) {
        let span = self.0.entry(block::group(base)).or_insert((oldest, newest));
        *span = (span.0.min(oldest), span.1.max(newest));
    }

    /// The groups that may have events of this span, with their newest time, newest first.
    fn within(&self, from: Timestamp, to: Timestamp) -> Vec<(Timestamp, u32)> {
        let overlapping = self
            .0
            .iter()
            .filter(|(_, (oldest, newest))| *oldest <= to && *newest >= from);
        let mut groups: Vec<_> = overlapping
            .map(|(group, (_, newest))| (*newest, *group))
            .collect();
        groups.sort_unstable_by(|a, b| b.cmp(a));
        groups
    }
}

/// The sequence number after a block.
fn end_of(row: BlockRow<'_>) -> Seq {
    let (first, at) = row;
    first.value() + u64::from(at.value().0)
}

/// The blocks that have expired: first sequence number and length. Not always the oldest arrivals, since records that
/// are put in may tell of any time.
fn expired_blocks(
    blocks: &redb::Table<'_, u64, (u32, i64, i64)>,
    cutoff: Timestamp,
) -> Result<Vec<(Seq, u32)>, StoreError> {
    let mut expired = Vec::new();
    for row in blocks.iter()? {
        let (base, at) = row?;
        let (count, _, newest) = at.value();
        if newest < cutoff.seconds() {
            expired.push((base.value(), count));
        }
    }
    Ok(expired)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::memory;

    fn kept(seconds: i64, name: &str) -> Kept {
        kept::tests::kept(seconds, name)
    }

    #[test]
    fn what_is_appended_is_read_from_tail_and_store_alike() {
        let mut journal = Journal::open(memory()).unwrap();
        let mut rows = Rows::default();
        for n in 0..100 {
            assert_eq!(journal.append(kept(n, &format!("Event{n}"))), n as u64);
            if n % 7 == 0 {
                journal.flush(&mut rows).unwrap();
            }
        }
        let read = journal.read(&[3, 99, 50, 0]).unwrap();
        let names: Vec<&str> = read.iter().map(|k| k.name.as_str()).collect();
        assert_eq!(names, ["Event3", "Event99", "Event50", "Event0"]);
        let mut seen = Vec::new();
        journal
            .visit_from(95, &mut |seq, k| seen.push((seq, k.name.clone())))
            .unwrap();
        assert_eq!(seen.len(), 5);
        assert_eq!(seen[0], (95, "Event95".to_owned()));
    }

    #[test]
    fn the_tail_is_full_of_many_events_or_of_large_ones() {
        let mut journal = Journal::open(memory()).unwrap();
        for n in 0..1023 {
            journal.append(kept(n, "Small"));
        }
        assert!(!journal.is_full());
        journal.append(kept(1023, "Small"));
        assert!(journal.is_full());
        journal.flush(&mut Rows::default()).unwrap();
        assert!(!journal.is_full());
        let mut large = kept(2000, "Large");
        large.record = "x".repeat(TAIL_BYTES);
        journal.append(large);
        assert!(journal.is_full());
    }

    #[test]
    fn expiry_removes_old_blocks_and_nothing_else() {
        let mut journal = Journal::open(memory()).unwrap();
        let mut rows = Rows::default();
        for n in 0..10 {
            journal.append(kept(n, "Old"));
        }
        journal.flush(&mut rows).unwrap();
        journal.append(kept(1000, "New"));
        journal.flush(&mut rows).unwrap();
        journal.expire(Timestamp::from_seconds(500)).unwrap();
        assert_eq!(journal.len(), 1);
        assert!(journal.read(&[4]).unwrap().is_empty());
        assert_eq!(journal.read(&[10]).unwrap()[0].name, "New");
        let read = journal.database.begin_read().unwrap();
        let rows_left = read.open_table(INDEX).unwrap().iter().unwrap().count();
        assert_eq!(rows_left, block::index_rows(10, &[kept(1000, "New")]).len());
    }

    #[test]
    fn sequence_numbers_survive_when_everything_expires() {
        let mut journal = Journal::open(memory()).unwrap();
        journal.append(kept(1, "A"));
        journal.flush(&mut Rows::default()).unwrap();
        journal.expire(Timestamp::from_seconds(500)).unwrap();
        assert_eq!(journal.len(), 0);
        let mut journal = Journal::open(journal.database).unwrap();
        assert_eq!(journal.next_seq(), 1);
        journal.append(kept(2, "B"));
        journal.flush(&mut Rows::default()).unwrap();
        assert_eq!(journal.read(&[1]).unwrap()[0].name, "B");
    }

    #[test]
    fn sequence_numbers_survive_clearing() {
        let mut journal = Journal::open(memory()).unwrap();
        let mut rows = Rows::default();
        journal.append(kept(1, "A"));
        journal.clear(&mut rows).unwrap();
        assert_eq!(journal.len(), 0);
        assert_eq!(journal.next_seq(), 1);
        let journal = Journal::open(journal.database).unwrap();
        assert_eq!(journal.next_seq(), 1);
    }
}
