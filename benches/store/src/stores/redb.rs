//! redb over three backends: its own memory backend, memory in segments, and a
//! file whose sync may be left out (which survives kill -9, not a power cut).

use super::{Batch, IndexKey, Reader, Result, Store};
use redb::backends::{FileBackend, InMemoryBackend};
use redb::{BackendError, StorageBackend, TableDefinition};
use redb::{Builder, Database, ReadTransaction, ReadableDatabase, ReadableTable};
use std::fs::OpenOptions;
use std::io;
use std::ops::Bound;
use std::path::Path;
use std::sync::RwLock;

const JOURNAL: TableDefinition<u64, &[u8]> = TableDefinition::new("journal");
const INDEX: TableDefinition<&IndexKey, &[u8]> = TableDefinition::new("index");
const TAIL: TableDefinition<u64, &[u8]> = TableDefinition::new("tail");

pub struct Redb {
    database: Database,
    quick_repair: bool,
}

/// When the file is synced.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sync {
    Never,
    EachCommit,
}

pub fn in_memory(cache: usize) -> Result<Redb> {
    Redb::over(
        Builder::new()
            .set_cache_size(cache)
            .create_with_backend(InMemoryBackend::new())?,
        false,
    )
}

pub fn in_segments(cache: usize) -> Result<Redb> {
    Redb::over(
        Builder::new()
            .set_cache_size(cache)
            .create_with_backend(Segments::default())?,
        false,
    )
}

pub fn on_disk(path: &Path, cache: usize, sync: Sync, quick_repair: bool) -> Result<Redb> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    let backend = File {
        inner: FileBackend::new(file)?,
        sync,
    };
    Redb::over(
        Builder::new()
            .set_cache_size(cache)
            .create_with_backend(backend)?,
        quick_repair,
    )
}

impl Redb {
    fn over(database: Database, quick_repair: bool) -> Result<Self> {
        let write = database.begin_write()?;
        write.open_table(JOURNAL)?;
        write.open_table(INDEX)?;
        write.open_table(TAIL)?;
        write.commit()?;
        Ok(Self {
            database,
            quick_repair,
        })
    }
}

impl Store for Redb {
    fn commit(&self, batch: &Batch) -> Result<()> {
        let mut write = self.database.begin_write()?;
        write.set_quick_repair(self.quick_repair);
        if !batch.journal.is_empty() {
            let mut journal = write.open_table(JOURNAL)?;
            for (key, value) in &batch.journal {
                journal.insert(key, value.as_slice())?;
            }
        }
        if !batch.index.is_empty() {
            let mut index = write.open_table(INDEX)?;
            for (key, value) in &batch.index {
                index.insert(key, value.as_slice())?;
            }
        }
        if !batch.tail.is_empty() || !batch.sealed.is_empty() {
            let mut tail = write.open_table(TAIL)?;
            for (key, value) in &batch.tail {
                tail.insert(key, value.as_slice())?;
            }
            for key in &batch.sealed {
                tail.remove(key)?;
            }
        }
        Ok(write.commit()?)
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>> {
        Ok(Box::new(Snapshot(self.database.begin_read()?)))
    }

    fn expire(&self, rows: std::ops::Range<u64>, keys: &[IndexKey]) -> Result<()> {
        let write = self.database.begin_write()?;
        {
            let mut journal = write.open_table(JOURNAL)?;
            journal.retain_in(rows, |_, _| false)?;
            let mut index = write.open_table(INDEX)?;
            for key in keys {
                index.remove(key)?;
            }
        }
        Ok(write.commit()?)
    }
}

struct Snapshot(ReadTransaction);

impl Reader for Snapshot {
    fn journal(&self, key: u64, with: &mut dyn FnMut(&[u8])) -> Result<bool> {
        let table = self.0.open_table(JOURNAL)?;
        let Some(row) = ReadableTable::get(&table, key)? else {
            return Ok(false);
        };
        with(row.value());
        Ok(true)
    }

    fn index(
        &self,
        prefix: [u8; 16],
        each: &mut dyn FnMut(&IndexKey, &[u8]) -> bool,
    ) -> Result<()> {
        let (mut low, mut high) = ([0; 32], [0xff; 32]);
        low[..16].copy_from_slice(&prefix);
        high[..16].copy_from_slice(&prefix);
        let table = self.0.open_table(INDEX)?;
        for row in ReadableTable::range::<&IndexKey>(&table, &low..=&high)? {
            let (key, value) = row?;
            if !each(key.value(), value.value()) {
                break;
            }
        }
        Ok(())
    }

    fn tail(&self, each: &mut dyn FnMut(u64, &[u8])) -> Result<()> {
        all(&self.0, TAIL, each)
    }

    fn journal_rows(&self, each: &mut dyn FnMut(u64, &[u8])) -> Result<()> {
        all(&self.0, JOURNAL, each)
    }
}

fn all(
    read: &ReadTransaction,
    table: TableDefinition<u64, &[u8]>,
    each: &mut dyn FnMut(u64, &[u8]),
) -> Result<()> {
    for row in ReadableTable::iter(&read.open_table(table)?)? {
        let (key, value) = row?;
        each(key.value(), value.value());
    }
    Ok(())
}

/// A file that is synced as [`Sync`] says. Locks are passed on, so two processes
/// cannot open the same file.
#[derive(Debug)]
struct File {
    inner: FileBackend,
    sync: Sync,
}

impl StorageBackend for File {
    fn len(&self) -> io::Result<u64> {
        self.inner.len()
    }
    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.inner.read(offset, out)
    }
    fn set_len(&self, len: u64) -> io::Result<()> {
        self.inner.set_len(len)
    }
    fn sync_data(&self) -> io::Result<()> {
        match self.sync {
            Sync::Never => Ok(()),
            Sync::EachCommit => self.inner.sync_data(),
        }
    }
    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.inner.write(offset, data)
    }
    fn close(&self) -> io::Result<()> {
        self.inner.close()
    }
    fn try_lock_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> std::result::Result<bool, BackendError> {
        self.inner.try_lock_range(start, end)
    }
    fn try_lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> std::result::Result<bool, BackendError> {
        self.inner.try_lock_shared_range(start, end)
    }
    fn lock_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> std::result::Result<(), BackendError> {
        self.inner.lock_range(start, end)
    }
    fn lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> std::result::Result<(), BackendError> {
        self.inner.lock_shared_range(start, end)
    }
    fn unlock_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> std::result::Result<(), BackendError> {
        self.inner.unlock_range(start, end)
    }
    fn query_lock_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> std::result::Result<bool, BackendError> {
        self.inner.query_lock_range(start, end)
    }
}

/// Memory in segments, so that growing never copies what is there and a segment
/// that was never written takes no memory.
#[derive(Debug, Default)]
struct Segments(RwLock<(u64, Vec<Segment>)>);

/// None until something is written to it; reads as zeros.
type Segment = Option<Box<[u8]>>;

const SEGMENT: usize = 1 << 18;

impl StorageBackend for Segments {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.read().expect("no writer panics").0)
    }
    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.0.read().expect("no writer panics");
        if offset + out.len() as u64 > state.0 {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let (mut at, mut done) = (offset as usize, 0);
        while done < out.len() {
            let (segment, within) = (at / SEGMENT, at % SEGMENT);
            let length = (SEGMENT - within).min(out.len() - done);
            let into = &mut out[done..done + length];
            match &state.1[segment] {
                Some(bytes) => into.copy_from_slice(&bytes[within..within + length]),
                None => into.fill(0),
            }
            at += length;
            done += length;
        }
        Ok(())
    }
    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut state = self.0.write().expect("no writer panics");
        state.1.resize((len as usize).div_ceil(SEGMENT), None);
        let within = len as usize % SEGMENT;
        if let Some(Some(last)) = state.1.last_mut()
            && within > 0
        {
            last[within..].fill(0);
        }
        state.0 = len;
        Ok(())
    }
    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }
    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.0.write().expect("no writer panics");
        let (mut at, mut done) = (offset as usize, 0);
        while done < data.len() {
            let (segment, within) = (at / SEGMENT, at % SEGMENT);
            let length = (SEGMENT - within).min(data.len() - done);
            let bytes = state.1[segment].get_or_insert_with(|| vec![0; SEGMENT].into());
            bytes[within..within + length].copy_from_slice(&data[done..done + length]);
            at += length;
            done += length;
        }
        Ok(())
    }
}
