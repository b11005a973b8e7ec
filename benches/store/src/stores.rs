//! What the layouts need of a store, and the stores under test behind it. Not an
//! abstraction to build the product on: it is as thin as comparing allows.

mod fjall;
mod redb;
mod sqlite;

use std::error::Error;
use std::path::Path;

/// Any failure of a store; a benchmark only ever prints it.
pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// An index key: 16 bytes of hash, 8 of inverted time, 8 of inverted number.
pub type IndexKey = [u8; 32];

/// What one commit writes. Everything in it becomes visible and durable at once.
#[derive(Default)]
pub struct Batch {
    /// Journal rows to put: events or chunks of events.
    pub journal: Vec<(u64, Vec<u8>)>,
    /// Index rows to put, sorted by key.
    pub index: Vec<(IndexKey, Vec<u8>)>,
    /// Tail rows to put: events of a block that is not full yet.
    pub tail: Vec<(u64, Vec<u8>)>,
    /// Tail rows to delete, because their block is full.
    pub sealed: Vec<u64>,
}

/// A store open for writing.
pub trait Store {
    fn commit(&self, batch: &Batch) -> Result<()>;
    fn reader(&self) -> Result<Box<dyn Reader + '_>>;
    /// Deletes `count` of the oldest journal rows and `keys`; how expiry works.
    fn expire(&self, rows: std::ops::Range<u64>, keys: &[IndexKey]) -> Result<()>;
}

/// A snapshot of a store.
pub trait Reader {
    fn journal(&self, key: u64, with: &mut dyn FnMut(&[u8])) -> Result<bool>;
    /// Calls `each` for the index rows that begin with `prefix` until it says false.
    fn index(&self, prefix: [u8; 16], each: &mut dyn FnMut(&IndexKey, &[u8]) -> bool)
    -> Result<()>;
    fn tail(&self, each: &mut dyn FnMut(u64, &[u8])) -> Result<()>;
    fn journal_rows(&self, each: &mut dyn FnMut(u64, &[u8])) -> Result<()>;
}

/// Opens the store called `name` at `path` (which memory stores ignore) with a
/// cache of `cache` bytes.
pub fn open(name: &str, path: &Path, cache: usize) -> Result<Box<dyn Store>> {
    Ok(match name {
        "redb-mem" => Box::new(redb::in_memory(cache)?),
        "redb-seg" => Box::new(redb::in_segments(cache)?),
        "redb-nosync" => Box::new(redb::on_disk(path, cache, redb::Sync::Never, false)?),
        "redb-nosync-quick" => Box::new(redb::on_disk(path, cache, redb::Sync::Never, true)?),
        "redb-fsync" => Box::new(redb::on_disk(path, cache, redb::Sync::EachCommit, false)?),
        "fjall" => Box::new(fjall::open(path, cache)?),
        "sqlite-mem" => Box::new(sqlite::open(None, cache)?),
        "sqlite-wal" => Box::new(sqlite::open(Some(path), cache)?),
        other => return Err(format!("no store is called {other}").into()),
    })
}
