//! Finding, opening and removing objects.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use localtrail_core::Timestamp;
use s3s::S3ErrorCode;
use s3s::crypto::{Checksum as _, Md5};

use super::bucket::BucketName;
use super::key::{as_path, hashed};
use super::sidecar::{Described, Digest, FileMark, PartFact};
use super::{Store, if_present};
use crate::error::{Result, disk, refuse};

/// Up to this size, in bytes, a file that came by hand gets the MD5 of its content as ETag. Larger ones get an opaque
/// one with a hyphen, as large uploads do on AWS, so that listing them does not read them.
const MAX_HASHED_BY_HAND: u64 = 16 * 1024 * 1024;

/// An object that exists.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) key: String,
    pub(crate) size: u64,
    /// Without quotes.
    pub(crate) etag: String,
    pub(crate) last_modified: Timestamp,
    pub(crate) digest: Option<Digest>,
    /// Empty unless it came by multipart upload.
    pub(crate) parts: Vec<PartFact>,
    pub(crate) described: Described,
}

impl Store {
    /// The object of a key.
    pub(crate) fn find(&self, bucket: &BucketName, key: &str) -> Result<Found> {
        let _turn = self.shared();
        self.bucket_unlocked(bucket)?;
        self.find_unlocked(bucket, key)
            .map_err(disk)?
            .ok_or_else(|| refuse(S3ErrorCode::NoSuchKey))
    }

    /// The object of a key and its bytes, which stay readable whatever happens to the key afterwards.
    pub(crate) fn open_object(&self, bucket: &BucketName, key: &str) -> Result<(Found, Content)> {
        let _turn = self.shared();
        self.bucket_unlocked(bucket)?;
        let opened = self
            .locate(bucket, key)
            .map_err(disk)?
            .map(|(path, metadata)| {
                if metadata.is_dir() {
                    return Ok((path, metadata, Content::Empty));
                }
                let file = File::open(&path)?;
                // The state that is described is the state that was opened.
                let metadata = file.metadata()?;
                Ok((path, metadata, Content::File(file)))
            });
        let Some(opened) = opened else {
            return Err(refuse(S3ErrorCode::NoSuchKey));
        };
        let (path, metadata, content) = opened.map_err(disk)?;
        Ok((
            self.describe(bucket, key, &path, &metadata).map_err(disk)?,
            content,
        ))
    }

    pub(super) fn find_unlocked(
        &self,
        bucket: &BucketName,
        key: &str,
    ) -> io::Result<Option<Found>> {
        let Some((path, metadata)) = self.locate(bucket, key)? else {
            return Ok(None);
        };
        match self.describe(bucket, key, &path, &metadata) {
            Ok(found) => Ok(Some(found)),
            // It was removed by hand in this moment.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The file, or for a folder marker the folder, that holds a key. No symbolic link is followed on the way.
    fn locate(&self, bucket: &BucketName, key: &str) -> io::Result<Option<(PathBuf, Metadata)>> {
        if let Some(relative) = as_path(key)
            && let Some((path, metadata)) = plain(&self.folder(bucket), &relative)?
        {
            let is_marker = key.ends_with('/');
            if metadata.is_file() && !is_marker
                || metadata.is_dir() && is_marker && self.has_sidecar(bucket, key)
            {
                return Ok(Some((path, metadata)));
            }
        }
        let escaped = self.escaped_path(bucket, key);
        let metadata = if_present(fs::symlink_metadata(&escaped))?.filter(Metadata::is_file);
        Ok(metadata.map(|metadata| (escaped, metadata)))
    }

    pub(super) fn escaped_path(&self, bucket: &BucketName, key: &str) -> PathBuf {
        self.backstage(bucket).join("escaped").join(hashed(key))
    }

    fn describe(
        &self,
        bucket: &BucketName,
        key: &str,
        path: &Path,
        metadata: &Metadata,
    ) -> io::Result<Found> {
        let mark = FileMark::of(metadata)?;
        let size = if metadata.is_dir() { 0 } else { metadata.len() };
        let sidecar = self.sidecar(bucket, key)?;
        let (described, bytes) = match sidecar {
            Some(sidecar) if sidecar.file == mark => (sidecar.described, Some(sidecar.bytes)),
            Some(stale) => (stale.described, None),
            None => (Described::default(), None),
        };
        let key = key.to_owned();
        Ok(match bytes {
            Some(bytes) => Found {
                key,
                size,
                etag: bytes.etag,
                last_modified: bytes.last_modified,
                digest: bytes.digest,
                parts: bytes.parts,
                described,
            },
            None => Found {
                key,
                size,
                etag: etag_by_hand(path, metadata)?,
                last_modified: modified(metadata)?,
                digest: None,
                parts: Vec::new(),
                described,
            },
        })
    }

    /// Removes an object and tells how large it was; removing what does not exist succeeds (D, S3 DeleteObject).
    pub(crate) fn delete(&self, bucket: &BucketName, key: &str) -> Result<Option<u64>> {
        let _turn = self.exclusive();
        self.bucket_unlocked(bucket)?;
        let size = self
            .find_unlocked(bucket, key)
            .map_err(disk)?
            .map(|found| found.size);
        self.delete_unlocked(bucket, key).map_err(disk)?;
        Ok(size)
    }

    fn delete_unlocked(&self, bucket: &BucketName, key: &str) -> io::Result<()> {
        while let Some((path, metadata)) = self.locate(bucket, key)? {
            if metadata.is_dir() {
                // A marker is its sidecar; the folder goes with the last thing in it.
                break;
            }
            if_present(fs::remove_file(path))?;
        }
        self.remove_sidecar(bucket, key)?;
        if let Some(relative) = as_path(key) {
            let whole = if key.ends_with('/') {
                relative.join("x")
            } else {
                relative
            };
            self.prune(bucket, &whole);
        }
        Ok(())
    }

    /// Removes the folders above `relative` that nothing needs any more.
    fn prune(&self, bucket: &BucketName, relative: &Path) {
        for folder in relative.ancestors().skip(1) {
            let Some(text) = folder.to_str().filter(|text| !text.is_empty()) else {
                return;
            };
            let marker = format!("{}/", text.replace(std::path::MAIN_SEPARATOR, "/"));
            // A folder that cannot be removed holds something, or is gone already: either way the work is done.
            if self.has_sidecar(bucket, &marker)
                || fs::remove_dir(self.folder(bucket).join(folder)).is_err()
            {
                return;
            }
        }
    }
}

/// The bytes of an object.
#[derive(Debug)]
pub(crate) enum Content {
    /// In a file, from its beginning.
    File(File),
    /// There are none: a folder marker.
    Empty,
}

/// What lies at a path below `folder`, if every step to it is a real folder.
pub(super) fn plain(folder: &Path, relative: &Path) -> io::Result<Option<(PathBuf, Metadata)>> {
    let mut path = folder.to_owned();
    let mut steps = relative.components().peekable();
    while let Some(step) = steps.next() {
        path.push(step);
        let Some(metadata) = if_present(fs::symlink_metadata(&path))? else {
            return Ok(None);
        };
        if steps.peek().is_none() {
            return Ok(Some((path, metadata)));
        }
        if !metadata.is_dir() {
            return Ok(None);
        }
    }
    Ok(None)
}

fn modified(metadata: &Metadata) -> io::Result<Timestamp> {
    let since = metadata
        .modified()?
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    Ok(Timestamp::from_millis(
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
    ))
}

fn etag_by_hand(path: &Path, metadata: &Metadata) -> io::Result<String> {
    let mut md5 = Md5::new();
    if metadata.is_dir() {
        return Ok(hex::encode(md5.finalize()));
    }
    if metadata.len() > MAX_HASHED_BY_HAND {
        md5.update(&metadata.len().to_be_bytes());
        md5.update(format!("{:?}", metadata.modified()?).as_bytes());
        return Ok(format!("{}-1", hex::encode(md5.finalize())));
    }
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(hex::encode(md5.finalize()));
        }
        md5.update(&buffer[..count]);
    }
}

/// Removes all folders below `folder` that hold no file.
pub(super) fn remove_empty_folders(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            remove_empty_folders(&entry.path())?;
            match fs::remove_dir(entry.path()) {
                Err(error) if error.kind() != io::ErrorKind::DirectoryNotEmpty => {
                    return Err(error);
                }
                _ => {}
            }
        }
    }
    Ok(())
}
