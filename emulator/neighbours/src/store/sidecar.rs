//! What an object has beyond its bytes, kept beside the bucket as one JSON document for each key.
//!
//! A file may be changed by hand at any time. The sidecar knows the size and modification time of the file that it was
//! written for; when they differ, what it says about the bytes (ETag, checksum, parts) is not believed, and what it
//! says about the object (content type, user metadata, ACL) still is: a tampered log keeps its headers.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use localtrail_core::Timestamp;
use serde::{Deserialize, Serialize};

use super::bucket::BucketName;
use super::key::hashed;
use super::{Store, if_present};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sidecar {
    pub(super) key: String,
    /// The file that `bytes` describes.
    pub(super) file: FileMark,
    pub(super) bytes: ByteFacts,
    pub(super) described: Described,
}

/// Tells one state of a file from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FileMark {
    size: u64,
    seconds: u64,
    nanos: u32,
}

/// What depends on the bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ByteFacts {
    /// Without quotes.
    pub(super) etag: String,
    pub(super) last_modified: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) digest: Option<Digest>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) parts: Vec<PartFact>,
}

/// A checksum that the client gave and that was found true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Digest {
    /// `CRC32`, `CRC32C`, `CRC64NVME`, `SHA1` or `SHA256`.
    pub(crate) algorithm: String,
    /// In base64.
    pub(crate) value: String,
}

/// One part of an object that came by multipart upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PartFact {
    pub(crate) number: i32,
    pub(crate) size: u64,
}

/// What the client said of an object when it was put.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Described {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content_encoding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content_language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content_disposition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cache_control: Option<String>,
    /// Seconds since the epoch, for the Expires header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) website_redirect: Option<String>,
    /// User metadata by its name without `x-amz-meta-`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) metadata: BTreeMap<String, String>,
    /// The canned ACL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) acl: Option<String>,
    /// `STANDARD` is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) storage_class: Option<String>,
    /// `AES256` is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) encryption: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kms_key: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) tags: BTreeMap<String, String>,
}

impl FileMark {
    pub(super) fn of(metadata: &Metadata) -> io::Result<Self> {
        // A folder's size and time change with what lies in it, which says nothing about its marker.
        if metadata.is_dir() {
            return Ok(Self {
                size: 0,
                seconds: 0,
                nanos: 0,
            });
        }
        let since = metadata
            .modified()?
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Ok(Self {
            size: metadata.len(),
            seconds: since.as_secs(),
            nanos: since.subsec_nanos(),
        })
    }
}

impl Store {
    fn sidecar_path(&self, bucket: &BucketName, key: &str) -> PathBuf {
        let name = hashed(key);
        let (shelf, rest) = name.split_at(2);
        self.backstage(bucket)
            .join("objects")
            .join(shelf)
            .join(format!("{rest}.json"))
    }

    /// The sidecar of a key; one that cannot be read counts as none.
    pub(super) fn sidecar(&self, bucket: &BucketName, key: &str) -> io::Result<Option<Sidecar>> {
        let bytes = if_present(fs::read(self.sidecar_path(bucket, key)))?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    pub(super) fn has_sidecar(&self, bucket: &BucketName, key: &str) -> bool {
        self.sidecar_path(bucket, key).exists()
    }

    pub(super) fn put_sidecar(&self, bucket: &BucketName, sidecar: &Sidecar) -> io::Result<()> {
        let bytes = serde_json::to_vec(sidecar).map_err(io::Error::other)?;
        self.write_atomically(&self.sidecar_path(bucket, &sidecar.key), &bytes)
    }

    pub(super) fn remove_sidecar(&self, bucket: &BucketName, key: &str) -> io::Result<()> {
        if_present(fs::remove_file(self.sidecar_path(bucket, key))).map(drop)
    }
}

impl Store {
    /// The key whose hash this is, from its sidecar.
    pub(super) fn key_by_hash(
        &self,
        bucket: &BucketName,
        hash: &str,
    ) -> io::Result<Option<String>> {
        let Some((shelf, rest)) = hash.split_at_checked(2) else {
            return Ok(None);
        };
        let path = self
            .backstage(bucket)
            .join("objects")
            .join(shelf)
            .join(format!("{rest}.json"));
        let bytes = if_present(fs::read(path))?;
        let sidecar = bytes.and_then(|bytes| serde_json::from_slice::<Sidecar>(&bytes).ok());
        Ok(sidecar.map(|sidecar| sidecar.key))
    }
}
