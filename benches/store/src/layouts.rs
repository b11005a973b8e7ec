//! The two layouts of journal and index under test, over any store: a row per
//! entry, or blocks. Times are in milliseconds, sequence numbers from 0.

use crate::events::{ATTRIBUTES, Event, event};
use crate::stores::{Batch, IndexKey, Reader, Result, Store};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// Events in a full block.
pub const BLOCK: usize = 1024;
const SCOPE: &str = "123456789012/us-east-1";

/// How events are laid out.
#[derive(Clone, Copy, PartialEq)]
pub enum Layout {
    /// One journal row per event, one index row per attribute.
    Rows,
    /// Chunks of `chunk` events, perhaps compressed; one index row per block and
    /// value. Index keys begin with the number of their group of `group` blocks,
    /// newest first, so that a commit touches few pages; 0 is one group for all.
    Blocks { chunk: usize, lz4: bool, group: u64 },
}

impl Layout {
    /// `a`, `b32`, `blz4-32`, `g16-blz4-32` and the like.
    pub fn named(name: &str) -> Result<Self> {
        if let Some((group, rest)) = name.strip_prefix('g').and_then(|name| name.split_once('-')) {
            return match Self::named(rest)? {
                Self::Rows => Err("rows have no groups".into()),
                Self::Blocks { chunk, lz4, .. } => Ok(Self::Blocks {
                    chunk,
                    lz4,
                    group: group.parse()?,
                }),
            };
        }
        let (chunk, lz4) = match (name.strip_prefix("blz4-"), name.strip_prefix('b')) {
            _ if name == "a" => return Ok(Self::Rows),
            (Some(chunk), _) => (chunk, true),
            (None, Some(chunk)) => (chunk, false),
            (None, None) => return Err(format!("no layout is called {name}").into()),
        };
        Ok(Self::Blocks {
            chunk: chunk.parse()?,
            lz4,
            group: 0,
        })
    }
}

/// Appends events to a store and finds them again.
pub struct Journal {
    pub store: Box<dyn Store>,
    layout: Layout,
    next: u64,
    /// The events of the open block and their sequence numbers; in the tail on disk.
    open: Vec<Event>,
    open_rows: Vec<u64>,
}

impl Journal {
    /// A journal over `store`, which holds `next` events in full blocks.
    pub fn over(store: Box<dyn Store>, layout: Layout, next: u64) -> Self {
        Self {
            store,
            layout,
            next,
            open: Vec::new(),
            open_rows: Vec::new(),
        }
    }

    /// Appends `events` in one commit.
    pub fn append(&mut self, events: Vec<Event>) -> Result<()> {
        let mut batch = Batch::default();
        let first = self.next;
        self.next += events.len() as u64;
        match self.layout {
            Layout::Rows => rows(first, events, &mut batch),
            Layout::Blocks { chunk, lz4, group } => {
                if self.open.len() + events.len() < BLOCK {
                    batch.tail.push((first, pack(&events)));
                    self.open_rows.push(first);
                    self.open.extend(events);
                } else {
                    self.open.extend(events);
                    assert_eq!(self.open.len(), BLOCK, "commits divide a block");
                    batch.sealed = std::mem::take(&mut self.open_rows);
                    let block = std::mem::take(&mut self.open);
                    seal(
                        self.next / BLOCK as u64 - 1,
                        &block,
                        (chunk, lz4, group),
                        &mut batch,
                    );
                }
            }
        }
        batch.index.sort_unstable_by_key(|row| row.0);
        self.store.commit(&batch)
    }

    /// The newest `page` events whose attribute is `value`; hands each text to `with`.
    pub fn find(
        &self,
        attribute: usize,
        value: &str,
        page: usize,
        with: &mut dyn FnMut(&[u8]),
    ) -> Result<usize> {
        let reader = self.store.reader()?;
        let mut found: Vec<(u64, u32)> = Vec::with_capacity(page);
        let hash = hash(attribute, value);
        let (mut block, group) = match self.layout {
            Layout::Rows | Layout::Blocks { group: 0, .. } => (0, 0),
            Layout::Blocks { group, .. } => ((self.next / BLOCK as u64).saturating_sub(1), group),
        };
        loop {
            reader.index(prefix(hash, block, group), &mut |key, postings| {
                let number = !u64::from_be_bytes(key[24..].try_into().expect("32 bytes"));
                match self.layout {
                    Layout::Rows => found.push((number, 0)),
                    Layout::Blocks { .. } => {
                        found.extend(offsets(postings).map(|at| (number, at)));
                    }
                }
                found.len() < page
            })?;
            if found.len() >= page || group == 0 || block < group {
                break;
            }
            block -= group;
        }
        found.truncate(page);
        self.fetch(reader.as_ref(), &found, with)?;
        Ok(found.len())
    }

    fn fetch(
        &self,
        reader: &dyn Reader,
        found: &[(u64, u32)],
        with: &mut dyn FnMut(&[u8]),
    ) -> Result<()> {
        let Layout::Blocks { chunk, lz4, .. } = self.layout else {
            for (seq, _) in found {
                reader.journal(*seq, with)?;
            }
            return Ok(());
        };
        // A chunk is opened once for all of its events that are on the page.
        let mut at = 0;
        while at < found.len() {
            let row = chunk_key(found[at].0, found[at].1 as usize / chunk);
            let same = found[at..]
                .iter()
                .take_while(|(block, offset)| chunk_key(*block, *offset as usize / chunk) == row);
            let count = same.count();
            reader.journal(row, &mut |bytes| {
                let opened = open_chunk(bytes, lz4);
                for (_, offset) in &found[at..at + count] {
                    with(
                        unpack(&opened)
                            .nth(*offset as usize % chunk)
                            .expect("the chunk holds it"),
                    );
                }
            })?;
            at += count;
        }
        Ok(())
    }

    /// How many events the store holds, from the first one on and each with the
    /// text it was given.
    pub fn count(&self) -> Result<u64> {
        let reader = self.store.reader()?;
        let mut count = 0;
        let mut check = |text: &[u8]| {
            if text == event(count).text {
                count += 1;
            }
        };
        reader.journal_rows(&mut |_, bytes| match self.layout {
            Layout::Rows => check(bytes),
            Layout::Blocks { lz4, .. } => unpack(&open_chunk(bytes, lz4)).for_each(&mut check),
        })?;
        reader.tail(&mut |_, bytes| unpack(bytes).for_each(&mut check))?;
        Ok(count)
    }

    /// Deletes the `block`-th 1024 events with their index rows, in one commit.
    pub fn expire(&self, block: u64) -> Result<()> {
        let size = BLOCK as u64;
        let events: Vec<_> = (block * size..(block + 1) * size).map(event).collect();
        let mut batch = Batch::default();
        let range = match self.layout {
            Layout::Rows => {
                rows(block * size, events, &mut batch);
                block * size..(block + 1) * size
            }
            Layout::Blocks { chunk, lz4, group } => {
                seal(block, &events, (chunk, lz4, group), &mut batch);
                chunk_key(block, 0)..chunk_key(block + 1, 0)
            }
        };
        batch.index.sort_unstable_by_key(|row| row.0);
        let keys: Vec<_> = batch.index.iter().map(|row| row.0).collect();
        self.store.expire(range, &keys)
    }
}

fn rows(first: u64, events: Vec<Event>, batch: &mut Batch) {
    for (seq, event) in (first..).zip(events) {
        for (attribute, value) in event.attributes.iter().enumerate() {
            batch
                .index
                .push((index_key(attribute, value, event.time, seq), Vec::new()));
        }
        batch.journal.push((seq, event.text));
    }
}

fn seal(block: u64, events: &[Event], (chunk, lz4, group): (usize, bool, u64), batch: &mut Batch) {
    for (number, events) in events.chunks(chunk).enumerate() {
        let plain = pack(events);
        let row = if lz4 {
            lz4_flex::compress_prepend_size(&plain)
        } else {
            plain
        };
        batch.journal.push((chunk_key(block, number), row));
    }
    for attribute in 0..ATTRIBUTES {
        let mut values: HashMap<&str, (u64, Vec<u8>)> = HashMap::new();
        for (offset, event) in events.iter().enumerate().rev() {
            let entry = values.entry(&event.attributes[attribute]);
            let (_, postings) = entry.or_insert_with(|| (event.time, Vec::new()));
            postings.extend(((event.time / 1000) as u32).to_be_bytes());
            postings.extend((offset as u32).to_be_bytes());
        }
        for (value, (newest, postings)) in values {
            let mut key = index_key(attribute, value, newest, block);
            key[..16].copy_from_slice(&prefix(hash(attribute, value), block, group));
            batch.index.push((key, postings));
        }
    }
}

fn hash(attribute: usize, value: &str) -> [u8; 16] {
    let mut hasher = Sha256::new();
    hasher.update(SCOPE);
    hasher.update([attribute as u8]);
    hasher.update(value);
    hasher.finalize()[..16]
        .try_into()
        .expect("a SHA-256 hash has 32 bytes")
}

/// What the index rows of a value begin with, in the group that holds `block`.
fn prefix(mut hash: [u8; 16], block: u64, group: u64) -> [u8; 16] {
    if let Some(number) = block.checked_div(group) {
        hash[..4].copy_from_slice(&(!(number as u32)).to_be_bytes());
    }
    hash
}

fn index_key(attribute: usize, value: &str, time: u64, number: u64) -> IndexKey {
    let mut key = [0; 32];
    key[..16].copy_from_slice(&hash(attribute, value));
    key[16..24].copy_from_slice(&(!time).to_be_bytes());
    key[24..].copy_from_slice(&(!number).to_be_bytes());
    key
}

fn chunk_key(block: u64, chunk: usize) -> u64 {
    block * BLOCK as u64 + chunk as u64
}

fn offsets(postings: &[u8]) -> impl Iterator<Item = u32> {
    postings
        .chunks_exact(8)
        .map(|posting| u32::from_be_bytes(posting[4..].try_into().expect("8 bytes")))
}

fn pack(events: &[Event]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(events.iter().map(|event| event.text.len() + 4).sum());
    for event in events {
        packed.extend((event.text.len() as u32).to_be_bytes());
        packed.extend(&event.text);
    }
    packed
}

fn open_chunk(bytes: &[u8], lz4: bool) -> std::borrow::Cow<'_, [u8]> {
    if !lz4 {
        return bytes.into();
    }
    lz4_flex::decompress_size_prepended(bytes)
        .expect("the store gives back what it was given")
        .into()
}

fn unpack(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let (event, rest) = rest.split_at(u32::from_be_bytes(*length) as usize);
        bytes = rest;
        Some(event)
    })
}
