//! fjall: a log-structured merge tree in a directory, three keyspaces. Batches go
//! to the operating system at commit and are never synced.

use super::{Batch, IndexKey, Reader, Result, Store};
use fjall::{Database, Keyspace, KeyspaceCreateOptions, Readable, Snapshot};
use std::path::Path;

pub struct Fjall {
    database: Database,
    journal: Keyspace,
    index: Keyspace,
    tail: Keyspace,
}

pub fn open(path: &Path, cache: usize) -> Result<Fjall> {
    let database = Database::builder(path).cache_size(cache as u64).open()?;
    let keyspace = |name: &str| database.keyspace(name, KeyspaceCreateOptions::default);
    let (journal, index, tail) = (keyspace("journal")?, keyspace("index")?, keyspace("tail")?);
    Ok(Fjall {
        database,
        journal,
        index,
        tail,
    })
}

impl Store for Fjall {
    fn commit(&self, batch: &Batch) -> Result<()> {
        let mut write = self.database.batch();
        for (key, value) in &batch.journal {
            write.insert(&self.journal, key.to_be_bytes(), value.as_slice());
        }
        for (key, value) in &batch.index {
            write.insert(&self.index, key.as_slice(), value.as_slice());
        }
        for (key, value) in &batch.tail {
            write.insert(&self.tail, key.to_be_bytes(), value.as_slice());
        }
        for key in &batch.sealed {
            write.remove(&self.tail, key.to_be_bytes().as_slice());
        }
        Ok(write.commit()?)
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>> {
        Ok(Box::new(View {
            store: self,
            at: self.database.snapshot(),
        }))
    }

    fn expire(&self, rows: std::ops::Range<u64>, keys: &[IndexKey]) -> Result<()> {
        let mut write = self.database.batch();
        for row in rows {
            write.remove(&self.journal, row.to_be_bytes().as_slice());
        }
        for key in keys {
            write.remove(&self.index, key.as_slice());
        }
        Ok(write.commit()?)
    }
}

struct View<'a> {
    store: &'a Fjall,
    at: Snapshot,
}

impl Reader for View<'_> {
    fn journal(&self, key: u64, with: &mut dyn FnMut(&[u8])) -> Result<bool> {
        let Some(row) = self.at.get(&self.store.journal, key.to_be_bytes())? else {
            return Ok(false);
        };
        with(&row);
        Ok(true)
    }

    fn index(
        &self,
        prefix: [u8; 16],
        each: &mut dyn FnMut(&IndexKey, &[u8]) -> bool,
    ) -> Result<()> {
        for row in self.at.prefix(&self.store.index, prefix) {
            let (key, value) = row.into_inner()?;
            if !each(key[..].try_into()?, &value) {
                break;
            }
        }
        Ok(())
    }

    fn tail(&self, each: &mut dyn FnMut(u64, &[u8])) -> Result<()> {
        self.all(&self.store.tail, each)
    }

    fn journal_rows(&self, each: &mut dyn FnMut(u64, &[u8])) -> Result<()> {
        self.all(&self.store.journal, each)
    }
}

impl View<'_> {
    fn all(&self, keyspace: &Keyspace, each: &mut dyn FnMut(u64, &[u8])) -> Result<()> {
        for row in self.at.iter(keyspace) {
            let (key, value) = row.into_inner()?;
            each(u64::from_be_bytes(key[..].try_into()?), &value);
        }
        Ok(())
    }
}
