//! How a block of events is laid out: records in chunks, and an index row for every attribute value of the block.
//!
//! A posting is one number: the second of the event (40 bits, counted from year 1) and its place in the block (24 bits).
//! Postings of a row, and the rows of a value, are sorted newest first, so that event history reads only what it shows.

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

use super::{Kept, Seq};
use crate::draft::Category;
use crate::place::{AccountId, Region};
use crate::store::StoreError;
use crate::time::Timestamp;

/// Blocks of this many sequence numbers share a group. A group's index rows lie together, so that taking in events
/// dirties few pages however many there are already: see `docs/decisions/0001-store.md`.
const GROUP: Seq = 16 * 1024;

/// The bytes of an index key: group 4, value 16, newest posting 8, block 8.
pub(crate) const KEY: usize = 36;

/// Events of a chunk: large enough to compress well, small enough that reading one event stays cheap.
const CHUNK: usize = 32;

/// The bits of a posting that say the place in the block.
const PLACE_BITS: u32 = 24;

/// What event history can be asked by (D, trails.md 9.1), and `Any` for the question without an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Attribute {
    Any,
    EventId,
    EventName,
    ReadOnly,
    Username,
    ResourceType,
    ResourceName,
    EventSource,
    AccessKeyId,
}

/// How many attributes there are.
const ATTRIBUTES: usize = Attribute::AccessKeyId as usize + 1;

/// The events of a block in chunks: the first sequence number and the bytes of each.
///
/// A chunk is the number of its events, the length of each, and the events, all compressed together.
pub(crate) fn pack(base: Seq, events: &[Kept]) -> Vec<(Seq, Vec<u8>)> {
    let firsts = (base..).step_by(CHUNK);
    firsts
        .zip(events.chunks(CHUNK))
        .map(|(first, chunk)| {
            let mut head = number(chunk.len()).to_vec();
            let mut bodies = Vec::new();
            for kept in chunk {
                let before = bodies.len();
                bodies = postcard::to_extend(kept, bodies).expect("events have only plain data");
                head.extend(number(bodies.len() - before));
            }
            head.append(&mut bodies);
            (first, lz4_flex::block::compress_prepend_size(&head))
        })
        .collect()
}

fn number(number: usize) -> [u8; 4] {
    u32::try_from(number)
        .expect("events are far below 4 GiB")
        .to_le_bytes()
}

/// The events of a chunk, each read only when it is asked for.
pub(crate) struct Chunk {
    plain: Vec<u8>,
    /// Where each event ends.
    ends: Vec<usize>,
}

impl Chunk {
    /// Unpacks a chunk.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, StoreError> {
        let plain =
            lz4_flex::block::decompress_size_prepended(bytes).map_err(StoreError::damaged)?;
        let cut_short = || StoreError::damaged("a chunk is cut short");
        let number_at = |at: usize| {
            let bytes = plain.get(at * 4..at * 4 + 4)?;
            usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()
        };
        let count = number_at(0)
            .filter(|count| *count <= CHUNK)
            .ok_or_else(cut_short)?;
        let mut end = (count + 1) * 4;
        let mut ends = Vec::with_capacity(count);
        for at in 1..=count {
            end += number_at(at).ok_or_else(cut_short)?;
            ends.push(end);
        }
        if end == plain.len() {
            Ok(Self { plain, ends })
        } else {
            Err(cut_short())
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The event at this place; `None` behind the last.
    pub(crate) fn get(&self, at: usize) -> Option<Result<Kept, StoreError>> {
        let end = *self.ends.get(at)?;
        let start = if at == 0 {
            (self.ends.len() + 1) * 4
        } else {
            self.ends[at - 1]
        };
        Some(postcard::from_bytes(&self.plain[start..end]).map_err(StoreError::damaged))
    }

    /// All events in order.
    pub(crate) fn all(&self) -> Result<Vec<Kept>, StoreError> {
        (0..self.len()).filter_map(|at| self.get(at)).collect()
    }
}

/// The 16 bytes that stand for a value in the keys of its index rows.
pub(crate) fn value_key(
    account: AccountId,
    region: &Region,
    category: Category,
    attribute: Attribute,
    value: &str,
) -> [u8; 16] {
    let mut hash = Sha256::new();
    hash.update(account.as_str());
    hash.update(region.as_str());
    hash.update([0, category as u8, attribute as u8]);
    hash.update(value);
    hash.finalize()[..16]
        .try_into()
        .expect("32 bytes have a first half")
}

/// The group of a block.
pub(crate) fn group(base: Seq) -> u32 {
    u32::try_from(base / GROUP).expect("fewer than 2^46 events")
}

/// The index rows of a block. Data and network events are not in event history (D, trails.md 9.2) and not indexed.
pub(crate) fn index_rows(base: Seq, events: &[Kept]) -> Vec<([u8; KEY], Vec<u8>)> {
    let mut groups = Groupings::default();
    for (place, kept) in (0_u64..).zip(events) {
        if !is_in_history(kept.category) {
            continue;
        }
        let posting = posting(kept.time, place);
        for_each_attribute(kept, &mut |attribute, value| {
            let group = (kept.account, &kept.region, kept.category, attribute, value);
            let postings = groups.of(group);
            // An event that names a value twice is found once.
            if postings.last() != Some(&posting) {
                postings.push(posting);
            }
        });
    }
    groups
        .all
        .into_iter()
        .map(
            |((account, region, category, attribute, value), mut postings)| {
                postings.sort_unstable_by(|a, b| b.cmp(a));
                let value = value_key(account, region, category, attribute, value);
                let key = row_key(group(base), value, !postings[0], !base);
                (key, postings.iter().flat_map(|p| p.to_be_bytes()).collect())
            },
        )
        .collect()
}

/// An attribute value of a place.
type Group<'a> = (AccountId, &'a Region, Category, Attribute, &'a str);

/// The postings of each group. Most events share most values with the one before, so that one is looked at first.
#[derive(Default)]
struct Groupings<'a> {
    all: Vec<(Group<'a>, Vec<u64>)>,
    at: FxHashMap<Group<'a>, usize>,
    /// Where the latest value of each attribute is.
    latest: [usize; ATTRIBUTES],
}

impl<'a> Groupings<'a> {
    fn of(&mut self, group: Group<'a>) -> &mut Vec<u64> {
        let latest = self.latest[group.3 as usize];
        let at = if self
            .all
            .get(latest)
            .is_some_and(|(there, _)| *there == group)
        {
            latest
        } else {
            *self.at.entry(group).or_insert_with(|| {
                self.all.push((group, Vec::new()));
                self.all.len() - 1
            })
        };
        self.latest[group.3 as usize] = at;
        &mut self.all[at].1
    }
}

/// A row's key; newest posting and block are inverted, so that the newest come first.
pub(crate) fn row_key(group: u32, value: [u8; 16], newest: u64, block: u64) -> [u8; KEY] {
    let mut key = [0; KEY];
    key[..4].copy_from_slice(&group.to_be_bytes());
    key[4..20].copy_from_slice(&value);
    key[20..28].copy_from_slice(&newest.to_be_bytes());
    key[28..].copy_from_slice(&block.to_be_bytes());
    key
}

/// The inverted newest posting and block of a row's key.
pub(crate) fn read_row_key(key: &[u8]) -> (u64, u64) {
    let number_at =
        |at: usize| u64::from_be_bytes(key[at..at + 8].try_into().expect("eight bytes"));
    (number_at(20), number_at(28))
}

/// Whether event history shows events of this category.
pub(crate) fn is_in_history(category: Category) -> bool {
    match category {
        Category::Management | Category::Insight => true,
        Category::Data | Category::NetworkActivity | Category::Aggregated => false,
    }
}

fn for_each_attribute<'a>(kept: &'a Kept, take: &mut dyn FnMut(Attribute, &'a str)) {
    take(Attribute::Any, "");
    take(Attribute::EventId, &kept.id);
    take(Attribute::EventName, &kept.name);
    take(Attribute::EventSource, &kept.source);
    if let Some(read_only) = kept.read_only {
        take(
            Attribute::ReadOnly,
            if read_only { "true" } else { "false" },
        );
    }
    if let Some(username) = &kept.username {
        take(Attribute::Username, username);
    }
    if let Some(access_key) = &kept.access_key {
        take(Attribute::AccessKeyId, access_key);
    }
    for resource in &kept.resources {
        take(Attribute::ResourceName, &resource.name);
        if let Some(kind) = &resource.kind {
            take(Attribute::ResourceType, kind);
        }
    }
}

/// The posting of an event at this place of its block.
pub(crate) fn posting(time: Timestamp, place: u64) -> u64 {
    let seconds = time.seconds() - Timestamp::MIN.seconds();
    (u64::try_from(seconds).expect("no earlier than year 1") << PLACE_BITS) | place
}

/// The second and the place of a posting.
pub(crate) fn read_posting(posting: u64) -> (Timestamp, u64) {
    let seconds = i64::try_from(posting >> PLACE_BITS).expect("40 bits");
    let time = Timestamp::from_seconds(seconds + Timestamp::MIN.seconds());
    (time, posting & ((1 << PLACE_BITS) - 1))
}

#[cfg(test)]
mod tests {
    use super::super::kept::tests::kept;
    use super::*;

    #[test]
    fn packing_keeps_every_event() {
        let events: Vec<Kept> = (0..100).map(|n| kept(n, "E")).collect();
        let chunks = pack(7, &events);
        assert_eq!(
            chunks.iter().map(|c| c.0).collect::<Vec<_>>(),
            [7, 39, 71, 103]
        );
        let back: Vec<Kept> = chunks
            .iter()
            .flat_map(|c| Chunk::read(&c.1).unwrap().all().unwrap())
            .collect();
        assert_eq!(back, events);
        assert!(Chunk::read(&chunks[0].1[..20]).is_err());
    }

    #[test]
    fn postings_hold_time_and_place_and_sort_by_time() {
        for seconds in [
            Timestamp::MIN.seconds(),
            -1,
            0,
            1_795_449_900,
            Timestamp::MAX.seconds(),
        ] {
            let time = Timestamp::from_seconds(seconds);
            assert_eq!(read_posting(posting(time, 1023)), (time, 1023));
        }
        assert!(posting(Timestamp::from_seconds(2), 0) > posting(Timestamp::from_seconds(1), 9));
    }

    #[test]
    fn a_block_has_one_row_per_value_and_none_for_data_events() {
        let mut events = vec![kept(1, "A"), kept(2, "B"), kept(3, "A")];
        let rows = index_rows(0, &events).len();
        // Any, EventSource, ReadOnly, Username, AccessKeyId; two names; three ids.
        assert_eq!(rows, 5 + 2 + 3);
        for event in &mut events {
            event.category = Category::Data;
        }
        assert!(index_rows(0, &events).is_empty());
    }
}
