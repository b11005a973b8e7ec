//! Buckets and objects in a directory. The directory is the truth: nothing about it is remembered between calls.
//!
//! ```text
//! ROOT/BUCKET/KEY/PATH                          the object, a plain file
//! ROOT/.localtrail/buckets/BUCKET/bucket.json   owner, region, policy, settings
//! ROOT/.localtrail/buckets/BUCKET/objects/      what files cannot carry: one JSON document for each key
//! ROOT/.localtrail/buckets/BUCKET/escaped/      objects whose key cannot be a path
//! ROOT/.localtrail/buckets/BUCKET/uploads/      unfinished multipart uploads
//! ROOT/.localtrail/tmp/                         files on their way in
//! ```
//!
//! Synchronous. Who may do what, HTTP and records are not known here.

mod bucket;
mod configs;
mod copy;
mod key;
mod object;
mod page;
mod sidecar;
mod upload;
mod walk;
mod write;

pub(crate) use bucket::{BucketInfo, BucketName};
pub(crate) use copy::Span;
pub(crate) use object::{Content, Found};
pub(crate) use page::{Listed, Page, Query};
pub(crate) use sidecar::{Described, Digest, PartFact};
pub(crate) use upload::{Part, PartNumber, UploadId};
pub(crate) use write::{Incoming, Landed, Precondition, etag_fits};

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use localtrail_core::PublicKey;

use crate::Options;

/// The folder beside the buckets that holds everything that is not an object. No bucket can have this name.
const CONTROL: &str = ".localtrail";

/// The bucket directory.
#[derive(Debug)]
pub(crate) struct Store {
    root: PathBuf,
    options: Options,
    /// Held to write while a file and its sidecar change together, and to read while they are read together.
    turn: RwLock<()>,
    /// Held while the list of public keys is read and written.
    keys: Mutex<()>,
    counter: AtomicU64,
}

impl Store {
    /// Opens a directory, making it where it is missing, and sweeps away what an earlier process left half-written.
    pub(crate) fn open(root: &Path, options: Options) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        let store = Self::at(root.canonicalize()?, options);
        match fs::remove_dir_all(store.tmp()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => fs::create_dir_all(store.tmp())?,
        }
        store.lay()?;
        Ok(store)
    }

    /// Makes the folders that everything else lies in, where they are missing.
    fn lay(&self) -> io::Result<()> {
        fs::create_dir_all(self.control().join("buckets"))?;
        fs::create_dir_all(self.tmp())
    }

    /// The same directory for somebody who only reads; `None` when it has no control folder, so is none of ours.
    pub(crate) fn read_only(root: &Path) -> io::Result<Option<Self>> {
        let store = Self::at(root.to_owned(), Options::for_readers());
        Ok(store.control().try_exists()?.then_some(store))
    }

    fn at(root: PathBuf, options: Options) -> Self {
        Self {
            root,
            options,
            turn: RwLock::new(()),
            keys: Mutex::new(()),
            counter: AtomicU64::new(0),
        }
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    /// Removes every bucket with all it holds. Other files in the directory stay.
    pub(crate) fn reset(&self) -> io::Result<()> {
        let _turn = self.exclusive();
        for name in self.bucket_names()? {
            fs::remove_dir_all(self.folder(&name))?;
        }
        if_present(fs::remove_dir_all(self.control().join("buckets")))?;
        self.lay()
    }

    pub(crate) fn control(&self) -> PathBuf {
        self.root.join(CONTROL)
    }

    /// Where the public keys of CloudTrail's digests are kept, for offline validation.
    pub(crate) fn public_keys_file(&self) -> PathBuf {
        self.control().join("public-keys.json")
    }

    fn tmp(&self) -> PathBuf {
        self.control().join("tmp")
    }

    fn folder(&self, bucket: &BucketName) -> PathBuf {
        self.root.join(bucket.as_str())
    }

    fn backstage(&self, bucket: &BucketName) -> PathBuf {
        self.control().join("buckets").join(bucket.as_str())
    }

    /// A number that no other call of this process gets.
    fn fresh(&self) -> u64 {
        self.counter.fetch_add(1, Ordering::Relaxed)
    }

    fn exclusive(&self) -> RwLockWriteGuard<'_, ()> {
        // The lock guards files, not memory: a panic elsewhere leaves nothing behind that poisoning could warn of.
        self.turn.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn shared(&self) -> RwLockReadGuard<'_, ()> {
        self.turn.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn keys_turn(&self) -> MutexGuard<'_, ()> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a small file whole or not at all.
    pub(crate) fn write_atomically(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let tmp = self.tmp().join(format!("small-{}", self.fresh()));
        fs::write(&tmp, bytes)?;
        fs::rename(&tmp, path).inspect_err(|_| {
            // The rename's own error is the one that matters.
            let _ = fs::remove_file(&tmp);
        })
    }
}

/// Absence is an answer, not an error.
fn if_present<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound
                    | io::ErrorKind::NotADirectory
                    | io::ErrorKind::InvalidFilename
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// The public keys in this file; none when there is no file.
pub(crate) fn read_public_keys(path: &Path) -> io::Result<Vec<PublicKey>> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(io::Error::other),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}
