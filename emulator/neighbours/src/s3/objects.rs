//! Operations on single objects: putting, copying, deleting, and what is known of them besides their bytes.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::StreamExt;
use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::*;
use s3s::{S3ErrorCode, S3Request, S3Response};
use tokio::io::AsyncWriteExt;

use super::context::Context;
use super::described;
use crate::access::permit;
use crate::error::{Result, disk, refuse, refuse_with};
use crate::store::{BucketName, Digest, Found, Incoming, Landed, Precondition, Span};

/// The largest object that one request can put or copy, in bytes (D, S3 quotas).
const MAX_SINGLE: u64 = 5 * 1024 * 1024 * 1024;
/// The most keys that one DeleteObjects can name (D, S3 DeleteObjects).
const MAX_DELETED: usize = 1000;

/// A body that has arrived on the disk.
pub(super) struct Received {
    pub(super) incoming: Incoming,
    pub(super) size: u64,
    /// In lower-case hex.
    pub(super) md5: String,
}

/// Streams a body into a new file. What is wrong with the body is in the context's report.
pub(super) async fn receive(context: &Context, body: Option<StreamingBlob>) -> Result<Received> {
    let (incoming, file) = context.blocking(|store| store.incoming()).await?;
    let mut file = tokio::fs::File::from_std(file);
    let mut md5 = Md5::new();
    let mut size = 0;
    if let Some(mut body) = body {
        while let Some(piece) = body.next().await {
            let piece = piece.map_err(|_| refuse(S3ErrorCode::IncompleteBody))?;
            size += piece.len() as u64;
            if size > MAX_SINGLE {
                return Err(too_large());
            }
            md5.update(&piece);
            file.write_all(&piece).await.map_err(disk)?;
        }
    }
    file.flush().await.map_err(disk)?;
    Ok(Received {
        incoming,
        size,
        md5: hex::encode(md5.finalize()),
    })
}

/// Reads a body to its end, so that a client that is still sending gets to read why it was refused.
pub(super) async fn drain(body: Option<StreamingBlob>) {
    if let Some(mut body) = body {
        while let Some(Ok(_)) = body.next().await {}
    }
}

fn too_large() -> s3s::S3Error {
    refuse_with(
        S3ErrorCode::EntityTooLarge,
        "Your proposed upload exceeds the maximum allowed size",
    )
}

/// A body must say how long it is (D, S3 PutObject).
pub(super) fn check_length(length: Option<i64>, body: Option<&StreamingBlob>) -> Result<()> {
    use s3s::stream::ByteStream as _;
    match length {
        Some(length) if u64::try_from(length).is_ok_and(|length| length > MAX_SINGLE) => {
            Err(too_large())
        }
        Some(_) => Ok(()),
        None if body.is_none_or(|body| body.remaining_length().exact() == Some(0)) => Ok(()),
        None => Err(refuse(S3ErrorCode::MissingContentLength)),
    }
}

pub(super) async fn put(request: S3Request<PutObjectInput>) -> Result<S3Response<PutObjectOutput>> {
    let context = Context::of(&request)?;
    let mut input = request.input;
    let body = input.body.take();
    let ready = async {
        check_length(input.content_length, body.as_ref())?;
        context
            .bucket(&input.bucket, input.expected_bucket_owner.as_deref())
            .await
    };
    let (bucket, _) = match ready.await {
        Ok(ready) => ready,
        Err(error) => {
            drain(body).await;
            return Err(error);
        }
    };
    let received = receive(&context, body).await?;
    let digest = context.body.get().digest.clone();
    let landed = Landed {
        etag: received.md5,
        digest: digest.clone(),
        parts: Vec::new(),
        described: described::of_put(&input)?,
        now: context.now(),
    };
    let precondition = Precondition {
        if_match: input.if_match,
        if_none_match: input.if_none_match,
    };
    let found = context.blocking(move |store| {
        store.land(
            &bucket,
            &input.key,
            received.incoming,
            landed,
            &precondition,
        )
    });
    let found = found.await?;
    context.facts().object_size = Some(found.size);
    let sums = Sums::of(digest.as_ref());
    Ok(S3Response::new(PutObjectOutput {
        e_tag: Some(etag(&found)),
        checksum_crc32: sums.crc32,
        checksum_crc32c: sums.crc32c,
        checksum_crc64nvme: sums.crc64nvme,
        checksum_sha1: sums.sha1,
        checksum_sha256: sums.sha256,
        checksum_type: sums.kind,
        server_side_encryption: Some(described::encryption(&found.described)),
        ssekms_key_id: found.described.kms_key,
        ..Default::default()
    }))
}

pub(super) async fn copy(
    request: S3Request<CopyObjectInput>,
) -> Result<S3Response<CopyObjectOutput>> {
    let context = Context::of(&request)?;
    let input = request.input;
    let (bucket, _) = context
        .bucket(&input.bucket, input.expected_bucket_owner.as_deref())
        .await?;
    let (source, source_key) = source_of(
        &context,
        &input.copy_source,
        input.expected_source_bucket_owner.as_deref(),
    )
    .await?;
    let conditions = super::conditions::Conditions::of_copy(&input);
    let replaces = input
        .metadata_directive
        .as_ref()
        .is_some_and(|directive| directive.as_str() == MetadataDirective::REPLACE);
    let onto_itself = source == bucket && source_key == input.key;
    let changes =
        replaces || input.storage_class.is_some() || input.server_side_encryption.is_some();
    if onto_itself && !changes {
        return Err(refuse_with(
            S3ErrorCode::InvalidRequest,
            "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
        ));
    }
    let now = context.now();
    let found = context.blocking(move |store| {
        let (original, copied) = store.copy(&source, &source_key, |found| {
            conditions.check_copy(found)?;
            Ok(Span {
                start: 0,
                length: found.size,
            })
        })?;
        let landed = Landed {
            etag: copied.md5,
            digest: original.digest.filter(|_| original.parts.is_empty()),
            parts: Vec::new(),
            described: described::of_copy(&input, original.described, replaces)?,
            now,
        };
        store.land(
            &bucket,
            &input.key,
            copied.incoming,
            landed,
            &Precondition::default(),
        )
    });
    let found = found.await?;
    context.facts().object_size = Some(found.size);
    let sums = Sums::of(found.digest.as_ref());
    Ok(S3Response::new(CopyObjectOutput {
        copy_object_result: Some(CopyObjectResult {
            e_tag: Some(etag(&found)),
            last_modified: Some(time(found.last_modified)),
            checksum_crc32: sums.crc32,
            checksum_crc32c: sums.crc32c,
            checksum_crc64nvme: sums.crc64nvme,
            checksum_sha1: sums.sha1,
            checksum_sha256: sums.sha256,
            checksum_type: sums.kind,
        }),
        server_side_encryption: Some(described::encryption(&found.described)),
        ssekms_key_id: found.described.kms_key,
        ..Default::default()
    }))
}

/// The bucket and key that are copied from, which the caller must be allowed to read.
pub(super) async fn source_of(
    context: &Context,
    source: &CopySource,
    expected_owner: Option<&str>,
) -> Result<(BucketName, String)> {
    let CopySource::Bucket { bucket, key, .. } = source else {
        return Err(refuse_with(
            S3ErrorCode::NotImplemented,
            "Access points are not implemented.",
        ));
    };
    let (name, info) = context.bucket(bucket, expected_owner).await?;
    permit(
        &context.asked.caller,
        name.as_str(),
        &info,
        "GetObject",
        Some(key),
    )?;
    Ok((name, key.to_string()))
}

pub(super) async fn delete(
    request: S3Request<DeleteObjectInput>,
) -> Result<S3Response<DeleteObjectOutput>> {
    let context = Context::of(&request)?;
    let input = request.input;
    let (bucket, _) = context
        .bucket(&input.bucket, input.expected_bucket_owner.as_deref())
        .await?;
    let size = context
        .blocking(move |store| store.delete(&bucket, &input.key))
        .await?;
    context.facts().object_size = size;
    Ok(S3Response::new(DeleteObjectOutput::default()))
}

pub(super) async fn delete_many(
    request: S3Request<DeleteObjectsInput>,
) -> Result<S3Response<DeleteObjectsOutput>> {
    let context = Context::of(&request)?;
    let input = request.input;
    let (bucket, _) = context
        .bucket(&input.bucket, input.expected_bucket_owner.as_deref())
        .await?;
    let keys: Vec<String> = input
        .delete
        .objects
        .into_iter()
        .map(|object| object.key)
        .collect();
    if keys.is_empty() || keys.len() > MAX_DELETED {
        return Err(refuse(S3ErrorCode::MalformedXML));
    }
    let removed = context.blocking(move |store| {
        let remove = |key: String| store.delete(&bucket, &key).map(|size| (key, size));
        keys.into_iter().map(remove).collect::<Result<Vec<_>>>()
    });
    let removed = removed.await?;
    let quiet = input.delete.quiet.unwrap_or(false);
    let deleted = removed
        .iter()
        .filter(|_| !quiet)
        .map(|(key, _)| DeletedObject {
            key: Some(key.clone()),
            ..Default::default()
        });
    let output = DeleteObjectsOutput {
        deleted: Some(deleted.collect()),
        ..Default::default()
    };
    context.facts().deleted = removed;
    Ok(S3Response::new(output))
}

pub(super) async fn get_acl(
    request: S3Request<GetObjectAclInput>,
) -> Result<S3Response<GetObjectAclOutput>> {
    let context = Context::of(&request)?;
    let input = request.input;
    let (bucket, info) = context
        .bucket(&input.bucket, input.expected_bucket_owner.as_deref())
        .await?;
    let found = context
        .blocking(move |store| store.find(&bucket, &input.key))
        .await?;
    Ok(S3Response::new(GetObjectAclOutput {
        grants: Some(super::buckets::grants(
            info.owner.as_str(),
            found.described.acl.as_deref(),
        )),
        owner: Some(super::buckets::owner(info.owner.as_str())),
        request_charged: None,
    }))
}

pub(super) async fn get_tagging(
    request: S3Request<GetObjectTaggingInput>,
) -> Result<S3Response<GetObjectTaggingOutput>> {
    let context = Context::of(&request)?;
    let input = request.input;
    let (bucket, _) = context
        .bucket(&input.bucket, input.expected_bucket_owner.as_deref())
        .await?;
    let found = context
        .blocking(move |store| store.find(&bucket, &input.key))
        .await?;
    let tags = found.described.tags.into_iter();
    let tag_set = tags
        .map(|(key, value)| Tag {
            key: Some(key),
            value: Some(value),
        })
        .collect();
    Ok(S3Response::new(GetObjectTaggingOutput {
        tag_set,
        version_id: None,
    }))
}

/// An object's ETag.
pub(super) fn etag(found: &Found) -> ETag {
    ETag::Strong(found.etag.clone())
}

/// A time for headers and documents.
pub(super) fn time(time: localtrail_core::Timestamp) -> Timestamp {
    let millis = u64::try_from(time.millis()).unwrap_or(0);
    Timestamp::from(
        UNIX_EPOCH
            .checked_add(Duration::from_millis(millis))
            .unwrap_or(SystemTime::UNIX_EPOCH),
    )
}

/// A digest in the place where answers want it.
#[derive(Default)]
pub(super) struct Sums {
    pub(super) crc32: Option<String>,
    pub(super) crc32c: Option<String>,
    pub(super) crc64nvme: Option<String>,
    pub(super) sha1: Option<String>,
    pub(super) sha256: Option<String>,
    pub(super) kind: Option<ChecksumType>,
}

impl Sums {
    pub(super) fn of(digest: Option<&Digest>) -> Self {
        let mut sums = Self::default();
        let Some(digest) = digest else { return sums };
        let place = match digest.algorithm.as_str() {
            "CRC32" => &mut sums.crc32,
            "CRC32C" => &mut sums.crc32c,
            "CRC64NVME" => &mut sums.crc64nvme,
            "SHA1" => &mut sums.sha1,
            _ => &mut sums.sha256,
        };
        *place = Some(digest.value.clone());
        sums.kind = Some(ChecksumType::from_static(ChecksumType::FULL_OBJECT));
        sums
    }
}
