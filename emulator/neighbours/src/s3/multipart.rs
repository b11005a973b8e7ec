//! Multipart uploads.

use s3s::dto::*;
use s3s::{S3ErrorCode, S3Request, S3Response};

use super::conditions::Conditions;
use super::context::Context;
use super::described;
use super::objects::{Received, Sums, check_length, drain, etag, receive, source_of, time};
use crate::error::{Result, refuse, refuse_with};
use crate::store::{Part as KeptPart, PartNumber as Number, Precondition, Span, UploadId};

/// The most parts or uploads of a page (D, S3 ListParts, ListMultipartUploads).
const MAX_PAGE: i32 = 1000;

pub(super) async fn create(
    request: S3Request<CreateMultipartUploadInput>,
) -> Result<S3Response<CreateMultipartUploadOutput>> {
    let context = Context::of(&request)?;
    let input = request.input;
    let (bucket, _) = context
        .bucket(&input.bucket, input.expected_bucket_owner.as_deref())
        .await?;
    let described = described::of_upload(&input)?;
    let encryption = described::encryption(&described);
    let (now, nonce, key) = (
        context.now(),
        context.asked.request_id.clone(),
        input.key.clone(),
    );
    let upload = context
        .blocking(move |store| store.begin_upload(&bucket, &key, described, now, &nonce))
        .await?;
    Ok(S3Response::new(CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(upload.id.as_str().to_owned()),
        server_side_encryption: Some(encryption),
        checksum_algorithm: input.checksum_algorithm,
        ..Default::default()
    }))
}

fn number(given: i32) -> Result<Number> {
    if (1..=10_000).contains(&given) {
        return Ok(Number(given));
    }
    Err(refuse_with(
        S3ErrorCode::InvalidArgument,
        "Part number must be an integer between 1 and 10000, inclusive",
    ))
}

pub(super) async fn upload_part(
    request: S3Request<UploadPartInput>,
) -> Result<S3Response<UploadPartOutput>> {
    let context = Context::of(&request)?;
    let mut input = request.input;
    let body = input.body.take();
    let ready = async {
        check_length(input.content_length, body.as_ref())?;
        let number = number(input.part_number)?;
        let id = UploadId::parse(&input.upload_id)?;
        let (bucket, _) = context
            .bucket(&input.bucket, input.expected_bucket_owner.as_deref())
            .await?;
        let upload = {
            let (bucket, key, id) = (bucket.clone(), input.key.clone(), id.clone());
            context
                .blocking(move |store| store.upload(&bucket, &key, &id))
                .await?
        };
        Ok((number, id, bucket, upload))
    };
    let (number, id, bucket, upload) = match ready.await {
        Ok(ready) => ready,
        Err(error) => {
            drain(body).await;
            return Err(error);
        }
    };
    let Received {
        incoming,
        size,
        md5,
    } = receive(&context, body).await?;
    let digest = context.body.get().digest.clone();
    let part = KeptPart {
        number,
        etag: md5.clone(),
        size,
        arrived: context.now(),
        digest: digest.clone(),
    };
    context
        .blocking(move |store| store.land_part(&bucket, &input.key, &id, &part, &incoming))
        .await?;
    let sums = Sums::of(digest.as_ref());
    Ok(S3Response::new(UploadPartOutput {
        e_tag: Some(ETag::Strong(md5)),
        checksum_crc32: sums.crc32,
        checksum_crc32c: sums.crc32c,
        checksum_crc64nvme: sums.crc64nvme,
        checksum_sha1: sums.sha1,
        checksum_sha256: sums.sha256,
        server_side_encryption: Some(described::encryption(&upload.described)),
        ..Default::default()
    }))
}

pub(super) async fn upload_part_copy(
    request: S3Request<UploadPartCopyInput>,
) -> Result<S3Response<UploadPartCopyOutput>> {
    let context = Context::of(&request)?;
    let input = request.input;
    let number = number(input.part_number)?;
    let id = UploadId::parse(&input.upload_id)?;
    let (bucket, _) = context
        .bucket(&input.bucket, input.expected_bucket_owner.as_deref())
        .await?;
    let (source, source_key) = source_of(
        &context,
        &input.copy_source,
        input.expected_source_bucket_owner.as_deref(),
    )
    .await?;
    let conditions = Conditions::of_part_copy(&input);
    let range = input
        .copy_source_range
        .as_deref()
        .map(read_range)
        .transpose()?;
    let now = context.now();
    let landed = context.blocking(move |store| {
        let upload = store.upload(&bucket, &input.key, &id)?;
        let (_, copied) = store.copy(&source, &source_key, |found| {
            conditions.check_copy(found)?;
            let whole = Span {
                start: 0,
                length: found.size,
            };
            match range {
                None => Ok(whole),
                Some(span) if span.start + span.length <= found.size => Ok(span),
                Some(_) => Err(refuse(S3ErrorCode::InvalidRange)),
            }
        })?;
        let part = KeptPart {
            number,
            etag: copied.md5,
            size: copied.size,
            arrived: now,
            digest: None,
        };
        store.land_part(&bucket, &input.key, &id, &part, &copied.incoming)?;
        Ok((part, upload))
    });
    let (part, upload) = landed.await?;
    Ok(S3Response::new(UploadPartCopyOutput {
        copy_part_result: Some(CopyPartResult {
            e_tag: Some(ETag::Strong(part.etag)),
            last_modified: Some(time(part.arrived)),
            ..Default::default()
        }),
        server_side_encryption: Some(described::encryption(&upload.described)),
        ..Default::default()
    }))
}

/// A copy's range must name both ends (D, S3 UploadPartCopy).
fn read_range(text: &str) -> Result<Span> {
    match Range::parse(text) {
        Ok(Range::Int {
            first,
            last: Some(last),
        }) => Ok(Span {
            start: first,
            length: last - first + 1,
        }),
        _ => Err(refuse_with(
            S3ErrorCode::InvalidArgument,
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
        )),
    }
}

pub(super) async fn complete(
    request: S3Request<CompleteMultipartUploadInput>,
) -> Result<S3Response<CompleteMultipartUploadOutput>> {
    let context = Context::of(&request)?;
    let input = request.input;
    let id = UploadId::parse(&input.upload_id)?;
    let (bucket, _) = context
        .bucket(&input.bucket, input.expected_bucket_owner.as_deref())
        .await?;
    let given = input
        .multipart_upload
        .and_then(|upload| upload.parts)
        .unwrap_or_default();
    let mut wanted = Vec::with_capacity(given.len());
    for part in given {
        let number = part
            .part_number
            .ok_or_else(|| refuse(S3ErrorCode::MalformedXML))?;
        wanted.push((Number(number), part.e_tag.map(ETag::into_value)));
    }
    let precondition = Precondition {
        if_match: input.if_match,
        if_none_match: input.if_none_match,
    };
    let (now, key) = (context.now(), input.key.clone());
    let completed = context.blocking(move |store| {
        store.complete_upload(&bucket, &key, &id, &wanted, now, &precondition)
    });
    let found = completed.await?;
    context.facts().object_size = Some(found.size);
    Ok(S3Response::new(CompleteMultipartUploadOutput {
        location: Some(format!(
            "https://{}.s3.amazonaws.com/{}",
            input.bucket, input.key
        )),
        bucket: Some(input.bucket),
        key: Some(input.key),
        e_tag: Some(etag(&found)),
        server_side_encryption: Some(described::encryption(&found.described)),
        ..Default::default()
    }))
}

pub(super) async fn abort(
    request: S3Request<AbortMultipartUploadInput>,
) -> Result<S3Response<AbortMultipartUploadOutput>> {
    let context = Context::of(&request)?;
    let input = request.input;
    let id = UploadId::parse(&input.upload_id)?;
    let (bucket, _) = context
        .bucket(&input.bucket, input.expected_bucket_owner.as_deref())
        .await?;
    context
        .blocking(move |store| store.abort_upload(&bucket, &input.key, &id))
        .await?;
    Ok(S3Response::new(AbortMultipartUploadOutput::default()))
}

pub(super) async fn list_parts(
    request: S3Request<ListPartsInput>,
) -> Result<S3Response<ListPartsOutput>> {
    let context = Context::of(&request)?;
    let input = request.input;
    let id = UploadId::parse(&input.upload_id)?;
    let (bucket, info) = context
        .bucket(&input.bucket, input.expected_bucket_owner.as_deref())
        .await?;
    let parts = {
        let key = input.key.clone();
        context
            .blocking(move |store| store.parts(&bucket, &key, &id))
            .await?
    };
    let limit = input.max_parts.unwrap_or(MAX_PAGE).clamp(0, MAX_PAGE);
    let after = input.part_number_marker.unwrap_or(0);
    let mut rest = parts.into_iter().filter(|part| part.number.0 > after);
    let page: Vec<KeptPart> = rest
        .by_ref()
        .take(usize::try_from(limit).unwrap_or(0))
        .collect();
    let truncated = rest.next().is_some();
    let owner = super::buckets::owner(info.owner.as_str());
    Ok(S3Response::new(ListPartsOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(input.upload_id),
        part_number_marker: Some(after),
        next_part_number_marker: Some(page.last().map_or(0, |part| part.number.0)),
        max_parts: Some(limit),
        is_truncated: Some(truncated),
        initiator: Some(Initiator {
            display_name: None,
            id: owner.id.clone(),
        }),
        owner: Some(owner),
        storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
        parts: Some(page.into_iter().map(shown).collect()),
        ..Default::default()
    }))
}

fn shown(part: KeptPart) -> Part {
    let sums = Sums::of(part.digest.as_ref());
    Part {
        part_number: Some(part.number.0),
        e_tag: Some(ETag::Strong(part.etag)),
        size: i64::try_from(part.size).ok(),
        last_modified: Some(time(part.arrived)),
        checksum_crc32: sums.crc32,
        checksum_crc32c: sums.crc32c,
        checksum_crc64nvme: sums.crc64nvme,
        checksum_sha1: sums.sha1,
        checksum_sha256: sums.sha256,
    }
}

pub(super) async fn list_uploads(
    request: S3Request<ListMultipartUploadsInput>,
) -> Result<S3Response<ListMultipartUploadsOutput>> {
    let context = Context::of(&request)?;
    let input = request.input;
    if input.delimiter.is_some() {
        return Err(refuse_with(
            S3ErrorCode::NotImplemented,
            "A delimiter is not implemented for listing uploads.",
        ));
    }
    let (bucket, info) = context
        .bucket(&input.bucket, input.expected_bucket_owner.as_deref())
        .await?;
    let uploads = context
        .blocking(move |store| store.uploads(&bucket))
        .await?;
    let limit = input.max_uploads.unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE);
    let prefix = input.prefix.clone().unwrap_or_default();
    let (key_marker, id_marker) = (input.key_marker.clone(), input.upload_id_marker.clone());
    let mut rest = uploads.into_iter().filter(|upload| {
        // Without an upload id, the marker's own key is left out too (D, S3 ListMultipartUploads).
        let after = match (&key_marker, &id_marker) {
            (None, _) => true,
            (Some(key), None) => upload.key > *key,
            (Some(key), Some(id)) => {
                (upload.key.as_str(), upload.id.as_str()) > (key.as_str(), id.as_str())
            }
        };
        after && upload.key.starts_with(&prefix)
    });
    let page: Vec<_> = rest
        .by_ref()
        .take(usize::try_from(limit).unwrap_or(0))
        .collect();
    let truncated = rest.next().is_some();
    let last = page.last().filter(|_| truncated);
    let owner = super::buckets::owner(info.owner.as_str());
    let shown = page.iter().map(|upload| MultipartUpload {
        key: Some(upload.key.clone()),
        upload_id: Some(upload.id.as_str().to_owned()),
        initiated: Some(time(upload.begun)),
        initiator: Some(Initiator {
            display_name: None,
            id: owner.id.clone(),
        }),
        owner: Some(owner.clone()),
        storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
        ..Default::default()
    });
    Ok(S3Response::new(ListMultipartUploadsOutput {
        bucket: Some(input.bucket),
        uploads: Some(shown.collect()),
        prefix: input.prefix,
        key_marker: input.key_marker,
        upload_id_marker: input.upload_id_marker,
        next_key_marker: last.map(|upload| upload.key.clone()),
        next_upload_id_marker: last.map(|upload| upload.id.as_str().to_owned()),
        max_uploads: Some(limit),
        is_truncated: Some(truncated),
        ..Default::default()
    }))
}
