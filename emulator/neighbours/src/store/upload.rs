//! Multipart uploads: parts wait backstage until the upload is completed into an object or aborted.

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;

use localtrail_core::Timestamp;
use s3s::S3ErrorCode;
use s3s::crypto::{Checksum as _, Md5};
use serde::{Deserialize, Serialize};

use super::copy::pour;
use super::key::hashed;
use super::{
    BucketName, Described, Digest, Found, Incoming, Landed, PartFact, Precondition, Store,
    if_present,
};
use crate::error::{Result, disk, refuse};

/// The smallest size of a part that is not the last, in bytes (D, S3 multipart upload limits).
const MIN_PART: u64 = 5 * 1024 * 1024;

/// An upload's id: 64 hexadecimal digits. Never a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct UploadId(String);

impl UploadId {
    /// Reads an upload id; anything else can name no upload.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let well_formed = text.len() == 64
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if well_formed {
            Ok(Self(text.to_owned()))
        } else {
            Err(refuse(S3ErrorCode::NoSuchUpload))
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// 1 to 10,000 (D, S3 multipart upload limits).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct PartNumber(pub(crate) i32);

/// An upload that has begun.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Upload {
    pub(crate) id: UploadId,
    pub(crate) key: String,
    pub(crate) begun: Timestamp,
    pub(crate) described: Described,
}

/// A part that has arrived.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) number: PartNumber,
    /// Without quotes: the MD5 of its bytes.
    pub(crate) etag: String,
    pub(crate) size: u64,
    pub(crate) arrived: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) digest: Option<Digest>,
}

impl Store {
    fn uploads_folder(&self, bucket: &BucketName) -> PathBuf {
        self.backstage(bucket).join("uploads")
    }

    fn upload_folder(&self, bucket: &BucketName, id: &UploadId) -> PathBuf {
        self.uploads_folder(bucket).join(id.as_str())
    }

    /// Begins an upload.
    pub(crate) fn begin_upload(
        &self,
        bucket: &BucketName,
        key: &str,
        described: Described,
        now: Timestamp,
        nonce: &str,
    ) -> Result<Upload> {
        let _turn = self.exclusive();
        self.bucket_unlocked(bucket)?;
        let id = UploadId(hashed(&format!(
            "{}\n{key}\n{nonce}\n{}",
            bucket.as_str(),
            self.fresh()
        )));
        let upload = Upload {
            id,
            key: key.to_owned(),
            begun: now,
            described,
        };
        let bytes = serde_json::to_vec(&upload)
            .map_err(io::Error::other)
            .map_err(disk)?;
        let path = self.upload_folder(bucket, &upload.id).join("upload.json");
        self.write_atomically(&path, &bytes).map_err(disk)?;
        Ok(upload)
    }

    /// The upload of this id, which must be of this key.
    pub(crate) fn upload(&self, bucket: &BucketName, key: &str, id: &UploadId) -> Result<Upload> {
        self.bucket(bucket)?;
        let path = self.upload_folder(bucket, id).join("upload.json");
        let bytes = if_present(fs::read(path)).map_err(disk)?;
        let upload: Option<Upload> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        upload
            .filter(|upload| upload.key == key)
            .ok_or_else(|| refuse(S3ErrorCode::NoSuchUpload))
    }

    /// Every unfinished upload of a bucket, by key and then by id.
    pub(crate) fn uploads(&self, bucket: &BucketName) -> Result<Vec<Upload>> {
        self.bucket(bucket)?;
        let mut uploads: Vec<Upload> = Vec::new();
        let Some(entries) = if_present(fs::read_dir(self.uploads_folder(bucket))).map_err(disk)?
        else {
            return Ok(uploads);
        };
        for entry in entries {
            let path = entry.map_err(disk)?.path().join("upload.json");
            if let Some(bytes) = if_present(fs::read(path)).map_err(disk)?
                && let Ok(upload) = serde_json::from_slice(&bytes)
            {
                uploads.push(upload);
            }
        }
        uploads.sort_by(|a, b| (&a.key, &a.id).cmp(&(&b.key, &b.id)));
        Ok(uploads)
    }

    /// Puts a finished file into place as a part; a part of the same number is replaced.
    pub(crate) fn land_part(
        &self,
        bucket: &BucketName,
        key: &str,
        id: &UploadId,
        part: &Part,
        incoming: &Incoming,
    ) -> Result<()> {
        let _turn = self.exclusive();
        self.upload_unlocked(bucket, key, id)?;
        let folder = self.upload_folder(bucket, id);
        let bytes = serde_json::to_vec(part)
            .map_err(io::Error::other)
            .map_err(disk)?;
        fs::rename(&incoming.path, folder.join(part.number.file_name())).map_err(disk)?;
        self.write_atomically(
            &folder.join(format!("{}.json", part.number.file_name())),
            &bytes,
        )
        .map_err(disk)
    }

    fn upload_unlocked(&self, bucket: &BucketName, key: &str, id: &UploadId) -> Result<Upload> {
        self.bucket_unlocked(bucket)?;
        let bytes = if_present(fs::read(self.upload_folder(bucket, id).join("upload.json")))
            .map_err(disk)?;
        let upload: Option<Upload> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        upload
            .filter(|upload| upload.key == key)
            .ok_or_else(|| refuse(S3ErrorCode::NoSuchUpload))
    }

    /// The parts that have arrived, by number.
    pub(crate) fn parts(&self, bucket: &BucketName, key: &str, id: &UploadId) -> Result<Vec<Part>> {
        self.upload(bucket, key, id)?;
        let mut parts: Vec<Part> = Vec::new();
        for entry in fs::read_dir(self.upload_folder(bucket, id)).map_err(disk)? {
            let path = entry.map_err(disk)?.path();
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .unwrap_or_default();
            if name.starts_with("part-")
                && name.ends_with(".json")
                && let Some(bytes) = if_present(fs::read(&path)).map_err(disk)?
                && let Ok(part) = serde_json::from_slice(&bytes)
            {
                parts.push(part);
            }
        }
        parts.sort_by_key(|part| part.number);
        Ok(parts)
    }

    /// Forgets an upload and its parts.
    pub(crate) fn abort_upload(&self, bucket: &BucketName, key: &str, id: &UploadId) -> Result<()> {
        let _turn = self.exclusive();
        self.upload_unlocked(bucket, key, id)?;
        fs::remove_dir_all(self.upload_folder(bucket, id)).map_err(disk)
    }

    /// Joins the named parts into the object.
    pub(crate) fn complete_upload(
        &self,
        bucket: &BucketName,
        key: &str,
        id: &UploadId,
        wanted: &[(PartNumber, Option<String>)],
        now: Timestamp,
        precondition: &Precondition,
    ) -> Result<Found> {
        let upload = self.upload(bucket, key, id)?;
        let chosen = choose(&self.parts(bucket, key, id)?, wanted)?;
        let folder = self.upload_folder(bucket, id);
        let (incoming, mut target) = self.incoming()?;
        let mut of_parts = Md5::new();
        for part in &chosen {
            let mut source = File::open(folder.join(part.number.file_name())).map_err(disk)?;
            let mut md5 = Md5::new();
            pour(&mut source, &mut target, &mut md5).map_err(disk)?;
            of_parts.update(md5.finalize().as_ref());
        }
        let landed = Landed {
            etag: format!("{}-{}", hex::encode(of_parts.finalize()), chosen.len()),
            digest: None,
            parts: chosen
                .iter()
                .map(|part| PartFact {
                    number: part.number.0,
                    size: part.size,
                })
                .collect(),
            described: upload.described,
            now,
        };
        let found = self.land(bucket, key, incoming, landed, precondition)?;
        // The object is there; a folder that cannot be removed now is only litter.
        let _ = fs::remove_dir_all(folder);
        Ok(found)
    }
}

impl PartNumber {
    fn file_name(self) -> String {
        format!("part-{:05}", self.0)
    }
}

/// The named parts, which must exist, be in order and, all but the last, be large enough.
fn choose(parts: &[Part], wanted: &[(PartNumber, Option<String>)]) -> Result<Vec<Part>> {
    if wanted.is_empty() {
        return Err(refuse(S3ErrorCode::MalformedXML));
    }
    if !wanted.is_sorted_by(|a, b| a.0 < b.0) {
        return Err(refuse(S3ErrorCode::InvalidPartOrder));
    }
    let mut chosen = Vec::with_capacity(wanted.len());
    for (number, etag) in wanted {
        let part = parts.iter().find(|part| part.number == *number);
        match part {
            Some(part) if etag.as_ref().is_none_or(|etag| *etag == part.etag) => {
                chosen.push(part.clone());
            }
            _ => return Err(refuse(S3ErrorCode::InvalidPart)),
        }
    }
    let all_but_last = &chosen[..chosen.len() - 1];
    if all_but_last.iter().any(|part| part.size < MIN_PART) {
        return Err(refuse(S3ErrorCode::EntityTooSmall));
    }
    Ok(chosen)
}
