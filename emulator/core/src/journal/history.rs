//! Event history: pages of events that have one attribute value, newest first, within a span of time.

use std::collections::BinaryHeap;
use std::iter::Peekable;

use redb::ReadableDatabase;

use super::block::{self, Attribute};
use super::{INDEX, Journal, Kept, Seq};
use crate::draft::Category;
use crate::place::{AccountId, Region};
use crate::rows::Rows;
use crate::store::StoreError;
use crate::time::Timestamp;

/// What is asked.
#[derive(Debug, Clone)]
pub(crate) struct Question<'a> {
    pub(crate) account: AccountId,
    pub(crate) region: &'a Region,
    pub(crate) category: Category,
    pub(crate) attribute: Attribute,
    pub(crate) value: &'a str,
    /// Inclusive.
    pub(crate) from: Timestamp,
    /// Inclusive.
    pub(crate) to: Timestamp,
    /// Only what comes after this place.
    pub(crate) after: Option<Place>,
    pub(crate) limit: usize,
}

/// A place in the order of history: by time, then by arrival, both descending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) time: Timestamp,
    pub(crate) seq: Seq,
}

/// One page.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) events: Vec<Kept>,
    /// The place of the last event, when there are more behind it.
    pub(crate) more: Option<Place>,
}

impl Journal {
    /// Answers with one page. The tail is moved to the store first, so that there is one place to look.
    pub(crate) fn history(
        &mut self,
        question: &Question<'_>,
        rows: &mut Rows,
    ) -> Result<Page, StoreError> {
        self.flush(rows)?;
        let mut places = self.places(question)?;
        let more = places.len() > question.limit;
        places.truncate(question.limit);
        let seqs: Vec<Seq> = places.iter().map(|place| place.seq).collect();
        Ok(Page {
            events: self.read(&seqs)?,
            more: places.last().copied().filter(|_| more),
        })
    }

    /// The places of the page and of one event more, if there is one.
    fn places(&self, question: &Question<'_>) -> Result<Vec<Place>, StoreError> {
        let key = block::value_key(
            question.account,
            question.region,
            question.category,
            question.attribute,
            question.value,
        );
        let read = self.database().begin_read()?;
        let index = read.open_table(INDEX)?;
        let newest_asked = question
            .after
            .map_or(question.to, |after| after.time.min(question.to));
        let mut groups = self
            .groups
            .within(question.from, newest_asked)
            .into_iter()
            .peekable();
        let mut scans: Vec<Scan<'_>> = Vec::new();
        let mut open: BinaryHeap<Cursor> = BinaryHeap::new();
        let mut places = Vec::new();
        while places.len() <= question.limit {
            // A group is opened, and a row of it, only when its newest event may be the next.
            let reached = open.peek().map(|cursor| cursor.place.time);
            let may_be_next = |newest: Timestamp| reached.is_none_or(|reached| newest >= reached);
            if let Some((_, group)) = groups.next_if(|(newest, _)| may_be_next(*newest)) {
                let first = block::row_key(group, key, 0, 0);
                let last = block::row_key(group, key, u64::MAX, u64::MAX);
                scans.push(
                    index
                        .range::<&[u8]>(first.as_slice()..=last.as_slice())?
                        .peekable(),
                );
                continue;
            }
            let newest_row = scans
                .iter_mut()
                .filter_map(|scan| newest_of(scan).map(|newest| (newest, scan)))
                .max_by_key(|(newest, _)| *newest);
            if let Some((_, scan)) = newest_row.filter(|(newest, _)| may_be_next(*newest)) {
                if let Some(row) = scan.next() {
                    let (row_key, postings) = row?;
                    open.extend(Cursor::open(row_key.value(), postings.value(), question));
                }
                continue;
            }
            let Some(cursor) = open.pop() else { break };
            places.push(cursor.place);
            open.extend(cursor.step(question));
        }
        Ok(places)
    }
}

/// The rows of one value in one group, newest first.
type Scan<'a> = Peekable<redb::Range<'a, &'static [u8], &'static [u8]>>;

/// The newest time of the next row. A row that cannot be read counts as the newest, so that its error is met at once.
fn newest_of(scan: &mut Scan<'_>) -> Option<Timestamp> {
    scan.peek().map(|row| match row {
        Ok((key, _)) => block::read_posting(!block::read_row_key(key.value()).0).0,
        Err(_) => Timestamp::MAX,
    })
}

/// An index row that is being read, ordered by the place it stands at.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Cursor {
    place: Place,
    base: Seq,
    postings: Vec<u64>,
    at: usize,
}

impl Cursor {
    fn open(row_key: &[u8], bytes: &[u8], question: &Question<'_>) -> Option<Self> {
        let base = !block::read_row_key(row_key).1;
        let posting_at = |at: usize| {
            u64::from_be_bytes(bytes[at * 8..at * 8 + 8].try_into().expect("eight bytes"))
        };
        let place_at = |at: usize| place_of(base, posting_at(at));
        let skipped = |place: Place| {
            place.time > question.to || question.after.is_some_and(|after| place >= after)
        };
        let count = bytes.len() / 8;
        // Deep pages pass over whole rows by their oldest posting.
        if count == 0 || skipped(place_at(count - 1)) {
            return None;
        }
        let (mut low, mut high) = (0, count - 1);
        while low < high {
            let middle = usize::midpoint(low, high);
            if skipped(place_at(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let postings = (low..count)
            .take(question.limit + 1)
            .map(posting_at)
            .collect();
        let cursor = Self {
            place: place_at(low),
            base,
            postings,
            at: 0,
        };
        (cursor.place.time >= question.from).then_some(cursor)
    }

    fn step(mut self, question: &Question<'_>) -> Option<Self> {
        self.at += 1;
        self.place = place_of(self.base, *self.postings.get(self.at)?);
        (self.place.time >= question.from).then_some(self)
    }
}

fn place_of(base: Seq, posting: u64) -> Place {
    let (time, place) = block::read_posting(posting);
    Place {
        time,
        seq: base + place,
    }
}

#[cfg(test)]
mod tests {
    use super::super::kept::tests::kept;
    use super::*;
    use crate::testing::memory;

    /// Random histories against a naive filter: same events, same order, whatever the page size.
    #[test]
    fn pages_agree_with_a_naive_filter() {
        let mut journal = Journal::open(memory()).unwrap();
        let mut rows = Rows::default();
        let mut random = 0x9e37_79b9_u64;
        let mut all = Vec::new();
        for _ in 0..2_000 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let time = i64::try_from((random >> 33) % 300).unwrap();
            let event = kept(
                time,
                ["A", "B", "C"][usize::try_from((random >> 20) % 3).unwrap()],
            );
            all.push((
                Place {
                    time: event.time,
                    seq: journal.append(event.clone()),
                },
                event,
            ));
            if random.is_multiple_of(97) {
                journal.flush(&mut rows).unwrap();
                // Skipped numbers spread the blocks over several groups.
                journal.base += 5_000;
            }
        }
        for (name, from, to, limit) in [
            ("A", 0, 300, 7),
            ("B", 50, 120, 50),
            ("C", 299, 299, 1),
            ("D", 0, 9, 5),
        ] {
            let (from, to) = (Timestamp::from_seconds(from), Timestamp::from_seconds(to));
            let mut wanted: Vec<_> = all
                .iter()
                .filter(|(place, event)| {
                    event.name == name && place.time >= from && place.time <= to
                })
                .collect();
            wanted.sort_by_key(|(place, _)| std::cmp::Reverse(*place));
            let wanted: Vec<&Kept> = wanted.into_iter().map(|(_, event)| event).collect();
            let region = Region::us_east_1();
            let mut question = Question {
                account: crate::testing::account(),
                region: &region,
                category: Category::Management,
                attribute: Attribute::EventName,
                value: name,
                from,
                to,
                after: None,
                limit,
            };
            let mut found = Vec::new();
            loop {
                let page = journal.history(&question, &mut rows).unwrap();
                assert!(page.events.len() <= limit);
                found.extend(page.events);
                question.after = page.more;
                if question.after.is_none() {
                    break;
                }
            }
            assert!(found.iter().eq(wanted), "{name}");
        }
    }
}
