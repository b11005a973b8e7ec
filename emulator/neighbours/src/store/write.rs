//! Writing objects: into a temporary file first, then into place in one step. An unfinished one leaves nothing.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use localtrail_core::Timestamp;
use s3s::S3ErrorCode;
use s3s::dto::ETagCondition;

use super::bucket::BucketName;
use super::key::as_path;
use super::object::Found;
use super::sidecar::{ByteFacts, Described, Digest, FileMark, PartFact, Sidecar};
use super::{Store, if_present};
use crate::error::{Result, disk, refuse};

/// A file on its way in. Dropped before it lands, it is removed.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(super) path: PathBuf,
}

/// What is known of an incoming file's bytes once they are all there.
#[derive(Debug, Clone)]
pub(crate) struct Landed {
    /// Without quotes.
    pub(crate) etag: String,
    pub(crate) digest: Option<Digest>,
    pub(crate) parts: Vec<PartFact>,
    pub(crate) described: Described,
    pub(crate) now: Timestamp,
}

/// What must hold of the key for a write to happen (D, S3 "Conditional writes").
#[derive(Debug, Clone, Default)]
pub(crate) struct Precondition {
    pub(crate) if_match: Option<ETagCondition>,
    pub(crate) if_none_match: Option<ETagCondition>,
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // Nothing is there any more when it landed; a leftover is swept away at the next start.
        let _ = fs::remove_file(&self.path);
    }
}

impl Store {
    /// A new temporary file, open for writing.
    pub(crate) fn incoming(&self) -> Result<(Incoming, File)> {
        let path = self.tmp().join(format!("in-{}", self.fresh()));
        let file = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(disk)?;
        Ok((Incoming { path }, file))
    }

    /// Puts a finished file into its place and tells what is there now.
    pub(crate) fn land(
        &self,
        bucket: &BucketName,
        key: &str,
        incoming: Incoming,
        landed: Landed,
        precondition: &Precondition,
    ) -> Result<Found> {
        let modified = self.mark_time(&incoming, landed.now).map_err(disk)?;
        let _turn = self.exclusive();
        self.bucket_unlocked(bucket)?;
        if precondition.asks() {
            let existing = self.find_unlocked(bucket, key).map_err(disk)?;
            precondition.check(existing.as_ref())?;
        }
        self.settle(bucket, key, &incoming, &modified, &landed)
            .map_err(disk)?;
        Ok(Found {
            key: key.to_owned(),
            size: modified.len(),
            etag: landed.etag,
            last_modified: landed.now,
            digest: landed.digest,
            parts: landed.parts,
            described: landed.described,
        })
    }

    /// Sets the file's time to the call's time, with a fraction that no hand would choose: an edit of the same length
    /// within one tick of the system's clock is told apart all the same.
    fn mark_time(&self, incoming: &Incoming, now: Timestamp) -> io::Result<Metadata> {
        let file = File::options().write(true).open(&incoming.path)?;
        let millis = u64::try_from(now.millis()).unwrap_or(0);
        let fraction = 1 + self.fresh() % 999_999;
        let time = Duration::from_millis(millis) + Duration::from_nanos(fraction);
        file.set_modified(UNIX_EPOCH + time)?;
        file.metadata()
    }

    fn settle(
        &self,
        bucket: &BucketName,
        key: &str,
        incoming: &Incoming,
        metadata: &Metadata,
        landed: &Landed,
    ) -> io::Result<()> {
        let is_marker = key.ends_with('/');
        let place = match as_path(key) {
            Some(relative) if !is_marker || metadata.len() == 0 => {
                self.make_way(bucket, key, &relative)?
            }
            _ => None,
        };
        let folder_mark = is_marker && place.is_some();
        // The sidecar goes first: it describes the file that is about to arrive, and until then it counts as stale.
        let file = if folder_mark {
            FileMark::of(&fs::symlink_metadata(self.folder(bucket))?)?
        } else {
            FileMark::of(metadata)?
        };
        self.put_sidecar(
            bucket,
            &Sidecar {
                key: key.to_owned(),
                file,
                bytes: ByteFacts {
                    etag: landed.etag.clone(),
                    last_modified: landed.now,
                    digest: landed.digest.clone(),
                    parts: landed.parts.clone(),
                },
                described: landed.described.clone(),
            },
        )?;
        let escaped = self.escaped_path(bucket, key);
        match place {
            Some(_) if folder_mark => if_present(fs::remove_file(escaped)).map(drop),
            Some(path) => {
                fs::rename(&incoming.path, path)?;
                if_present(fs::remove_file(escaped)).map(drop)
            }
            None => {
                fs::create_dir_all(self.backstage(bucket).join("escaped"))?;
                fs::rename(&incoming.path, escaped)
            }
        }
    }

    /// Makes the folders that a path needs; `None` where a file or a link stands in the way.
    fn make_way(
        &self,
        bucket: &BucketName,
        key: &str,
        relative: &Path,
    ) -> io::Result<Option<PathBuf>> {
        let folder = self.folder(bucket);
        let mut path = folder.clone();
        let mut sofar = String::new();
        let mut steps = relative.components().peekable();
        while let Some(step) = steps.next() {
            path.push(step);
            sofar.push_str(&step.as_os_str().to_string_lossy());
            sofar.push('/');
            if steps.peek().is_none() && !key.ends_with('/') {
                return self.clear(bucket, &sofar, path);
            }
            match fs::create_dir(&path) {
                // A marker of a folder that was removed by hand does not come back with the folder.
                Ok(()) => self.remove_sidecar(bucket, &sofar)?,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    if !fs::symlink_metadata(&path)?.is_dir() {
                        return Ok(None);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::InvalidFilename => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Ok(Some(path))
    }

    /// Whether a file can be put at `path`: a folder there must be empty and nobody's marker.
    fn clear(
        &self,
        bucket: &BucketName,
        as_folder: &str,
        path: PathBuf,
    ) -> io::Result<Option<PathBuf>> {
        let is_folder = match fs::symlink_metadata(&path) {
            Ok(metadata) => metadata.is_dir(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) if error.kind() == io::ErrorKind::InvalidFilename => return Ok(None),
            Err(error) => return Err(error),
        };
        let free =
            !is_folder || !self.has_sidecar(bucket, as_folder) && fs::remove_dir(&path).is_ok();
        Ok(free.then_some(path))
    }
}

impl Precondition {
    /// Whether it depends on what is there.
    fn asks(&self) -> bool {
        self.if_match.is_some() || self.if_none_match.is_some()
    }

    fn check(&self, existing: Option<&Found>) -> Result<()> {
        if let Some(wanted) = &self.if_match {
            match existing {
                None => return Err(refuse(S3ErrorCode::NoSuchKey)),
                Some(found) if !etag_fits(wanted, &found.etag) => {
                    return Err(refuse(S3ErrorCode::PreconditionFailed));
                }
                Some(_) => {}
            }
        }
        if let (Some(unwanted), Some(found)) = (&self.if_none_match, existing)
            && etag_fits(unwanted, &found.etag)
        {
            return Err(refuse(S3ErrorCode::PreconditionFailed));
        }
        Ok(())
    }
}

/// Whether an `If-Match` value names this ETag.
pub(crate) fn etag_fits(condition: &ETagCondition, etag: &str) -> bool {
    condition.is_any()
        || condition
            .as_etag()
            .is_some_and(|wanted| wanted.value() == etag)
}
