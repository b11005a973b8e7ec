//! A bucket directory seen from outside, for validation: nothing is written, and no emulator need run.

use std::io;
use std::path::{Path, PathBuf};

use localtrail_core::{Files, Location, PublicKey, Stored};

use crate::store::{BucketName, Content, Listed, Query, Store, read_public_keys};

/// Entries of a listing that are read at once.
const PAGE: usize = 1000;

/// A bucket directory, or one bucket of it.
#[derive(Debug)]
pub struct Archive {
    store: Store,
    /// The buckets that are looked at.
    buckets: Vec<BucketName>,
}

impl Archive {
    /// Opens the directory of all buckets, or the folder of one bucket in it, to read.
    ///
    /// # Errors
    /// When it cannot be read, or is neither.
    pub fn open(directory: &Path) -> io::Result<Self> {
        let directory = directory.canonicalize()?;
        if let Some(store) = Store::read_only(&directory)? {
            let buckets = store
                .buckets()
                .map_err(|error| io::Error::other(error.to_string()))?;
            let buckets = buckets.into_iter().map(|(name, _)| name).collect();
            return Ok(Self { store, buckets });
        }
        let name = directory
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(BucketName::parse);
        let store = directory
            .parent()
            .map(Store::read_only)
            .transpose()?
            .flatten();
        match (store, name) {
            (Some(store), Some(name)) => Ok(Self {
                store,
                buckets: vec![name],
            }),
            _ => Err(io::Error::new(
                io::ErrorKind::NotFound,
                "this is neither a bucket directory of localtrail nor a bucket in one",
            )),
        }
    }

    /// The public keys that were kept beside the data.
    ///
    /// # Errors
    /// When their file cannot be read.
    pub fn public_keys(&self) -> io::Result<Vec<PublicKey>> {
        read_public_keys(&self.keys_file())
    }

    /// Where the public keys are kept.
    #[must_use]
    pub fn keys_file(&self) -> PathBuf {
        self.store.public_keys_file()
    }

    /// Every object whose key holds `/CloudTrail-Digest/`, in all buckets that are looked at.
    ///
    /// # Errors
    /// When a bucket cannot be listed.
    pub fn digests(&self) -> io::Result<Vec<Location>> {
        let mut found = Vec::new();
        for bucket in &self.buckets {
            let mut query = Query {
                limit: PAGE,
                ..Query::default()
            };
            loop {
                let page = self.store.page(bucket, &query);
                let page = page.map_err(|error| io::Error::other(error.to_string()))?;
                query.after = page.entries.last().map(|entry| entry.name().to_owned());
                for entry in page.entries {
                    if let Listed::Object(object) = entry
                        && object.key.contains("/CloudTrail-Digest/")
                        && !object.key.ends_with('/')
                    {
                        found.push(Location {
                            bucket: bucket.as_str().to_owned(),
                            key: object.key,
                        });
                    }
                }
                if !page.truncated {
                    break;
                }
            }
        }
        Ok(found)
    }
}

impl Files for Archive {
    fn get(&self, at: &Location) -> Option<Stored> {
        let bucket = BucketName::parse(&at.bucket)?;
        let (found, content) = self.store.open_object(&bucket, &at.key).ok()?;
        let mut body = Vec::new();
        match content {
            Content::Empty => {}
            Content::File(mut file) => {
                io::Read::read_to_end(&mut file, &mut body).ok()?;
            }
        }
        Some(Stored {
            body,
            signature: found.described.metadata.get("signature").cloned(),
        })
    }
}
