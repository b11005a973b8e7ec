//! SQLite by rusqlite, in memory or as a file with a write-ahead log that is not
//! synced (which survives kill -9, not a power cut).

use super::{Batch, IndexKey, Reader, Result, Store};
use rusqlite::{Connection, OptionalExtension, params};
use std::path::Path;

pub struct Sqlite(Connection);

pub fn open(path: Option<&Path>, cache: usize) -> Result<Sqlite> {
    let connection = match path {
        Some(path) => Connection::open(path)?,
        None => Connection::open_in_memory()?,
    };
    connection.set_prepared_statement_cache_capacity(32);
    connection.execute_batch(&format!(
        "PRAGMA journal_mode = {};
         PRAGMA synchronous = OFF;
         PRAGMA cache_size = -{};
         CREATE TABLE IF NOT EXISTS journal (key INTEGER PRIMARY KEY, value BLOB NOT NULL);
         CREATE TABLE IF NOT EXISTS tail (key INTEGER PRIMARY KEY, value BLOB NOT NULL);
         CREATE TABLE IF NOT EXISTS idx (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;",
        if path.is_some() { "WAL" } else { "MEMORY" },
        cache / 1024,
    ))?;
    Ok(Sqlite(connection))
}

impl Store for Sqlite {
    fn commit(&self, batch: &Batch) -> Result<()> {
        let write = self.0.unchecked_transaction()?;
        {
            let mut journal = write.prepare_cached("INSERT INTO journal VALUES (?, ?)")?;
            for (key, value) in &batch.journal {
                journal.execute(params![*key as i64, value])?;
            }
            let mut index = write.prepare_cached("INSERT INTO idx VALUES (?, ?)")?;
            for (key, value) in &batch.index {
                index.execute(params![key, value])?;
            }
            let mut tail = write.prepare_cached("INSERT INTO tail VALUES (?, ?)")?;
            for (key, value) in &batch.tail {
                tail.execute(params![*key as i64, value])?;
            }
            let mut remove = write.prepare_cached("DELETE FROM tail WHERE key = ?")?;
            for key in &batch.sealed {
                remove.execute([*key as i64])?;
            }
        }
        Ok(write.commit()?)
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>> {
        Ok(Box::new(View(&self.0)))
    }

    fn expire(&self, rows: std::ops::Range<u64>, keys: &[IndexKey]) -> Result<()> {
        let write = self.0.unchecked_transaction()?;
        {
            let mut remove =
                write.prepare_cached("DELETE FROM journal WHERE key >= ? AND key < ?")?;
            remove.execute([rows.start as i64, rows.end as i64])?;
            let mut remove = write.prepare_cached("DELETE FROM idx WHERE key = ?")?;
            for key in keys {
                remove.execute([key])?;
            }
        }
        Ok(write.commit()?)
    }
}

struct View<'a>(&'a Connection);

impl Reader for View<'_> {
    fn journal(&self, key: u64, with: &mut dyn FnMut(&[u8])) -> Result<bool> {
        let mut select = self
            .0
            .prepare_cached("SELECT value FROM journal WHERE key = ?")?;
        let found = select.query_row([key as i64], |row| {
            with(row.get_ref(0)?.as_blob()?);
            Ok(())
        });
        Ok(found.optional()?.is_some())
    }

    fn index(
        &self,
        prefix: [u8; 16],
        each: &mut dyn FnMut(&IndexKey, &[u8]) -> bool,
    ) -> Result<()> {
        let (mut low, mut high) = ([0; 32], [0xff; 32]);
        low[..16].copy_from_slice(&prefix);
        high[..16].copy_from_slice(&prefix);
        let mut select = self
            .0
            .prepare_cached("SELECT key, value FROM idx WHERE key BETWEEN ? AND ? ORDER BY key")?;
        let mut rows = select.query([low, high])?;
        while let Some(row) = rows.next()? {
            if !each(
                row.get_ref(0)?.as_blob()?.try_into()?,
                row.get_ref(1)?.as_blob()?,
            ) {
                break;
            }
        }
        Ok(())
    }

    fn tail(&self, each: &mut dyn FnMut(u64, &[u8])) -> Result<()> {
        self.all("SELECT key, value FROM tail ORDER BY key", each)
    }

    fn journal_rows(&self, each: &mut dyn FnMut(u64, &[u8])) -> Result<()> {
        self.all("SELECT key, value FROM journal ORDER BY key", each)
    }
}

impl View<'_> {
    fn all(&self, sql: &str, each: &mut dyn FnMut(u64, &[u8])) -> Result<()> {
        let mut select = self.0.prepare_cached(sql)?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            each(row.get::<_, i64>(0)? as u64, row.get_ref(1)?.as_blob()?);
        }
        Ok(())
    }
}
