//! Buckets: which exist, and what is known of each. A folder made by hand is a bucket with the default owner and region.

use std::collections::BTreeMap;
use std::fs;
use std::io;

use localtrail_core::{AccountId, Region, Timestamp};
use s3s::S3ErrorCode;
use serde::{Deserialize, Serialize};

use super::{Query, Store, if_present};
use crate::error::{Result, disk, refuse};

/// The name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens (D, S3 bucket naming rules). Never a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BucketName(String);

impl BucketName {
    /// Reads a bucket name; `None` for one that S3 does not allow.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        s3s::path::check_bucket_name(text).then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is known of a bucket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BucketInfo {
    pub(crate) owner: AccountId,
    pub(crate) region: Region,
    pub(crate) created: Timestamp,
    /// The policy's text, as it was put.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) policy: Option<String>,
    /// The canned ACL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) acl: Option<String>,
    /// Settings that are kept and answered, by the name of their query flag.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) configs: BTreeMap<String, serde_json::Value>,
}

impl Store {
    /// The bucket of this name.
    pub(crate) fn bucket(&self, name: &BucketName) -> Result<BucketInfo> {
        let _turn = self.shared();
        self.bucket_unlocked(name)
    }

    pub(super) fn bucket_unlocked(&self, name: &BucketName) -> Result<BucketInfo> {
        // Symbolic links are not followed: a bucket is a folder of this directory and no other's.
        let metadata = if_present(fs::symlink_metadata(self.folder(name))).map_err(disk)?;
        let Some(metadata) = metadata.filter(fs::Metadata::is_dir) else {
            return Err(refuse(S3ErrorCode::NoSuchBucket));
        };
        let kept = if_present(fs::read(self.backstage(name).join("bucket.json"))).map_err(disk)?;
        if let Some(info) = kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
            return Ok(info);
        }
        let made = metadata
            .created()
            .or_else(|_| metadata.modified())
            .map_err(disk)?;
        let since = made
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        Ok(BucketInfo {
            owner: self.options.default_owner,
            region: self.options.default_region.clone(),
            created: Timestamp::from_seconds(i64::try_from(since.as_secs()).unwrap_or(i64::MAX)),
            policy: None,
            acl: None,
            configs: BTreeMap::new(),
        })
    }

    /// Every bucket, in the order of names.
    pub(crate) fn buckets(&self) -> Result<Vec<(BucketName, BucketInfo)>> {
        let _turn = self.shared();
        let mut buckets = Vec::new();
        for name in self.bucket_names().map_err(disk)? {
            if let Ok(info) = self.bucket_unlocked(&name) {
                buckets.push((name, info));
            }
        }
        Ok(buckets)
    }

    pub(super) fn bucket_names(&self) -> io::Result<Vec<BucketName>> {
        let mut names = Vec::new();
        let entries = match fs::read_dir(&self.root) {
            // The whole directory was removed by hand: there is no bucket.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(names),
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir()
                && let Some(name) = entry.file_name().to_str().and_then(BucketName::parse)
            {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    /// Makes a bucket that does not exist; the existing one is given back as the error.
    pub(crate) fn create_bucket(
        &self,
        name: &BucketName,
        info: &BucketInfo,
    ) -> Result<std::result::Result<(), BucketInfo>> {
        let _turn = self.exclusive();
        if let Ok(existing) = self.bucket_unlocked(name) {
            return Ok(Err(existing));
        }
        // Whatever lies backstage belonged to a bucket whose folder was removed by hand.
        if_present(fs::remove_dir_all(self.backstage(name))).map_err(disk)?;
        self.lay().map_err(disk)?;
        match fs::create_dir(self.folder(name)) {
            Ok(()) => {}
            // A file or a link of this name is in the way: the name is taken.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(refuse(S3ErrorCode::BucketAlreadyExists));
            }
            Err(error) => return Err(disk(error)),
        }
        self.put_bucket(name, info)?;
        Ok(Ok(()))
    }

    fn put_bucket(&self, name: &BucketName, info: &BucketInfo) -> Result<()> {
        let bytes = serde_json::to_vec(info)
            .map_err(io::Error::other)
            .map_err(disk)?;
        self.write_atomically(&self.backstage(name).join("bucket.json"), &bytes)
            .map_err(disk)
    }

    /// Changes what is known of a bucket.
    pub(crate) fn update_bucket(
        &self,
        name: &BucketName,
        change: impl FnOnce(&mut BucketInfo),
    ) -> Result<()> {
        let _turn = self.exclusive();
        let mut info = self.bucket_unlocked(name)?;
        change(&mut info);
        self.put_bucket(name, &info)
    }

    /// Removes a bucket that holds no object. Unfinished uploads do not count (O, S3).
    pub(crate) fn delete_bucket(&self, name: &BucketName) -> Result<()> {
        let _turn = self.exclusive();
        self.bucket_unlocked(name)?;
        let page = self.page_unlocked(
            name,
            &Query {
                limit: 1,
                ..Query::default()
            },
        )?;
        if !page.entries.is_empty() {
            return Err(refuse(S3ErrorCode::BucketNotEmpty));
        }
        // Only empty folders are left. A file that lands by hand in this moment makes the removal fail, and stays.
        super::object::remove_empty_folders(&self.folder(name)).map_err(disk)?;
        fs::remove_dir(self.folder(name)).map_err(|error| match error.kind() {
            io::ErrorKind::DirectoryNotEmpty => refuse(S3ErrorCode::BucketNotEmpty),
            _ => disk(error),
        })?;
        if_present(fs::remove_dir_all(self.backstage(name)))
            .map_err(disk)
            .map(drop)
    }
}
