//! Where core's store lies: in memory, or in one file of the data directory. What is in it, only core knows.
//!
//! The file survives `kill -9`: what was written is in the operating system's page cache, and no commit waits for the
//! disk. It is not made for power cuts.

mod segments;

use std::fs::{File, OpenOptions};
use std::io;
use std::ops::Bound;
use std::panic::AssertUnwindSafe;
use std::path::Path;

use redb::backends::FileBackend;
use redb::{BackendError, Builder, Database, DatabaseError, StorageBackend, StorageError};

use segments::Segments;

/// Bytes of page cache over the memory backend, which needs none; redb only wants a little to work in.
const MEMORY_CACHE: usize = 1 << 20;

/// Bytes of page cache over the file; more hardly helps (`docs/decisions/0001-store.md`).
const FILE_CACHE: usize = 8 << 20;

/// A store that ends with the process.
///
/// # Errors
///
/// When redb cannot make one.
pub(crate) fn in_memory() -> Result<Database, DatabaseError> {
    Builder::new()
        .set_cache_size(MEMORY_CACHE)
        .create_with_backend(Segments::default())
}

/// Opens or makes the store in this file.
///
/// # Errors
///
/// When the file cannot be opened, is not a store, or is held by another process.
pub(crate) fn in_file(path: &Path) -> Result<Database, DatabaseError> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    let backend = Unsynced(FileBackend::new(file)?);
    // redb panics over some kinds of damage; that must end in a sentence, too.
    std::panic::catch_unwind(AssertUnwindSafe(|| {
        Builder::new()
            .set_cache_size(FILE_CACHE)
            .create_with_backend(backend)
    }))
    .unwrap_or_else(|_| {
        Err(DatabaseError::Storage(StorageError::Corrupted(
            "it is damaged".to_owned(),
        )))
    })
}

/// Takes the data directory for this process; `None` when another process holds it. Held until dropped.
///
/// # Errors
///
/// When the lock file cannot be made.
pub(crate) fn take(directory: &Path) -> io::Result<Option<File>> {
    let file = File::create(directory.join("localtrail.lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => Ok(None),
        Err(std::fs::TryLockError::Error(error)) => Err(error),
    }
}

/// A file that is never synced to the disk.
#[derive(Debug)]
struct Unsynced(FileBackend);

impl StorageBackend for Unsynced {
    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.0.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.0.try_lock_range(start, end)
    }

    fn try_lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, BackendError> {
        self.0.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.0.query_lock_range(start, end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use redb::{ReadableDatabase, TableDefinition};

    const TABLE: TableDefinition<'_, u8, u8> = TableDefinition::new("table");

    fn write(store: &Database) {
        let write = store.begin_write().unwrap();
        write.open_table(TABLE).unwrap().insert(1, 2).unwrap();
        write.commit().unwrap();
    }

    #[test]
    fn a_file_keeps_what_memory_forgets() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store");
        write(&in_memory().unwrap());
        write(&in_file(&path).unwrap());
        let again = in_file(&path).unwrap();
        let read = again.begin_read().unwrap();
        let kept = read
            .open_table(TABLE)
            .unwrap()
            .get(1)
            .unwrap()
            .unwrap()
            .value();
        assert_eq!(kept, 2);
    }

    #[test]
    fn a_directory_has_one_owner() {
        let dir = tempfile::tempdir().unwrap();
        let held = take(dir.path()).unwrap();
        assert!(held.is_some());
        assert!(take(dir.path()).unwrap().is_none());
        drop(held);
        assert!(take(dir.path()).unwrap().is_some());
    }
}
