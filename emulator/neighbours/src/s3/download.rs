//! Reading objects: GetObject, HeadObject, GetObjectAttributes. Large ones stream from the disk.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use bytes::Bytes;
use http_body_util::StreamBody;
use hyper::StatusCode;
use hyper::body::Frame;
use hyper::header::{CONTENT_RANGE, HeaderMap, HeaderValue};
use s3s::dto::*;
use s3s::{Body, S3ErrorCode, S3Request, S3Response};

use super::conditions::Conditions;
use super::context::Context;
use super::described;
use super::objects::{Sums, etag, time};
use crate::error::{Result, disk, refuse, refuse_by_name};
use crate::store::{Content, Found, Span};

/// How much is read from the disk at a time, in bytes; up to here an object is one piece.
const PIECE: u64 = 256 * 1024;

/// The stretch of an object that is asked for, and whether it is only a part.
struct Stretch {
    span: Span,
    content_range: Option<String>,
    parts_count: Option<i32>,
}

pub(super) async fn get(request: S3Request<GetObjectInput>) -> Result<S3Response<GetObjectOutput>> {
    let context = Context::of(&request)?;
    let input = request.input;
    let (bucket, _) = context
        .bucket(&input.bucket, input.expected_bucket_owner.as_deref())
        .await?;
    let overrides = overrides(&input);
    let wants_sums = input.checksum_mode.is_some();
    let opened = context.blocking(move |store| {
        let (found, content) = store.open_object(&bucket, &input.key)?;
        Conditions::of_get(&input).check(&found)?;
        let stretch = stretch(&found, input.range, input.part_number)?;
        let body = body(content, stretch.span)?;
        Ok((found, stretch, body))
    });
    let (found, stretch, body) = opened.await?;
    context.facts().object_size = Some(found.size);
    let whole = stretch.content_range.is_none();
    let sums = Sums::of(found.digest.as_ref().filter(|_| wants_sums && whole));
    let described = &found.described;
    let output = GetObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        body: Some(StreamingBlob::new(body)),
        cache_control: described.cache_control.clone(),
        checksum_crc32: sums.crc32,
        checksum_crc32c: sums.crc32c,
        checksum_crc64nvme: sums.crc64nvme,
        checksum_sha1: sums.sha1,
        checksum_sha256: sums.sha256,
        checksum_type: sums.kind,
        content_disposition: described.content_disposition.clone(),
        content_encoding: described.content_encoding.clone(),
        content_language: described.content_language.clone(),
        content_length: i64::try_from(stretch.span.length).ok(),
        content_range: stretch.content_range,
        content_type: Some(content_type(&found)),
        e_tag: Some(etag(&found)),
        expires: described::expires(described),
        last_modified: Some(time(found.last_modified)),
        metadata: metadata(&found),
        parts_count: stretch.parts_count,
        server_side_encryption: Some(described::encryption(described)),
        ssekms_key_id: described.kms_key.clone(),
        storage_class: described.storage_class.clone().map(StorageClass::from),
        tag_count: i32::try_from(described.tags.len())
            .ok()
            .filter(|count| *count > 0),
        website_redirect_location: described.website_redirect.clone(),
        ..Default::default()
    };
    let mut response = S3Response::new(output);
    response.headers = overrides;
    Ok(response)
}

pub(super) async fn head(
    request: S3Request<HeadObjectInput>,
) -> Result<S3Response<HeadObjectOutput>> {
    let context = Context::of(&request)?;
    let input = request.input;
    let (bucket, _) = context
        .bucket(&input.bucket, input.expected_bucket_owner.as_deref())
        .await?;
    let wants_sums = input.checksum_mode.is_some();
    let looked = context.blocking(move |store| {
        let found = store.find(&bucket, &input.key)?;
        Conditions::of_head(&input).check(&found)?;
        let stretch = stretch(&found, input.range, input.part_number)?;
        Ok((found, stretch))
    });
    let (found, stretch) = looked.await?;
    context.facts().object_size = Some(found.size);
    let whole = stretch.content_range.is_none();
    let sums = Sums::of(found.digest.as_ref().filter(|_| wants_sums && whole));
    let described = &found.described;
    let output = HeadObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        cache_control: described.cache_control.clone(),
        checksum_crc32: sums.crc32,
        checksum_crc32c: sums.crc32c,
        checksum_crc64nvme: sums.crc64nvme,
        checksum_sha1: sums.sha1,
        checksum_sha256: sums.sha256,
        checksum_type: sums.kind,
        content_disposition: described.content_disposition.clone(),
        content_encoding: described.content_encoding.clone(),
        content_language: described.content_language.clone(),
        content_length: i64::try_from(stretch.span.length).ok(),
        content_range: stretch.content_range,
        content_type: Some(content_type(&found)),
        e_tag: Some(etag(&found)),
        expires: described::expires(described),
        last_modified: Some(time(found.last_modified)),
        metadata: metadata(&found),
        parts_count: stretch.parts_count,
        server_side_encryption: Some(described::encryption(described)),
        ssekms_key_id: described.kms_key.clone(),
        storage_class: described.storage_class.clone().map(StorageClass::from),
        website_redirect_location: described.website_redirect.clone(),
        ..Default::default()
    };
    Ok(S3Response::new(output))
}

pub(super) async fn attributes(
    request: S3Request<GetObjectAttributesInput>,
) -> Result<S3Response<GetObjectAttributesOutput>> {
    let context = Context::of(&request)?;
    let input = request.input;
    let (bucket, _) = context
        .bucket(&input.bucket, input.expected_bucket_owner.as_deref())
        .await?;
    let found = context
        .blocking(move |store| store.find(&bucket, &input.key))
        .await?;
    // The library leaves a list in one header as it came.
    let wants = |name: &str| {
        input
            .object_attributes
            .iter()
            .flat_map(|some| some.as_str().split(','))
            .any(|one| one.trim() == name)
    };
    let class = found
        .described
        .storage_class
        .clone()
        .unwrap_or_else(|| StorageClass::STANDARD.to_owned());
    let count = i32::try_from(found.parts.len())
        .ok()
        .filter(|count| *count > 0);
    let sums = Sums::of(found.digest.as_ref());
    let checksum = Checksum {
        checksum_crc32: sums.crc32,
        checksum_crc32c: sums.crc32c,
        checksum_crc64nvme: sums.crc64nvme,
        checksum_sha1: sums.sha1,
        checksum_sha256: sums.sha256,
        checksum_type: sums.kind,
    };
    Ok(S3Response::new(GetObjectAttributesOutput {
        checksum: (wants("Checksum") && found.digest.is_some()).then_some(checksum),
        e_tag: wants("ETag").then(|| etag(&found)),
        last_modified: Some(time(found.last_modified)),
        object_parts: count.filter(|_| wants("ObjectParts")).map(|count| {
            GetObjectAttributesParts {
                total_parts_count: Some(count),
                ..Default::default()
            }
        }),
        object_size: i64::try_from(found.size)
            .ok()
            .filter(|_| wants("ObjectSize")),
        storage_class: wants("StorageClass").then(|| StorageClass::from(class)),
        ..Default::default()
    }))
}

fn content_type(found: &Found) -> String {
    // What S3 says of an object that was put without a type (O, S3).
    found
        .described
        .content_type
        .clone()
        .unwrap_or_else(|| "binary/octet-stream".to_owned())
}

fn metadata(found: &Found) -> Option<Metadata> {
    let all: Metadata = found.described.metadata.clone().into_iter().collect();
    (!all.is_empty()).then_some(all)
}

/// The `response-…` parameters replace headers of the answer (D, S3 GetObject).
fn overrides(input: &GetObjectInput) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        (hyper::header::CONTENT_TYPE, &input.response_content_type),
        (
            hyper::header::CONTENT_LANGUAGE,
            &input.response_content_language,
        ),
        (hyper::header::CACHE_CONTROL, &input.response_cache_control),
        (
            hyper::header::CONTENT_DISPOSITION,
            &input.response_content_disposition,
        ),
        (
            hyper::header::CONTENT_ENCODING,
            &input.response_content_encoding,
        ),
    ] {
        if let Some(value) = value
            .as_ref()
            .and_then(|value| HeaderValue::from_str(value).ok())
        {
            headers.insert(name, value);
        }
    }
    headers
}

fn stretch(found: &Found, range: Option<Range>, part: Option<i32>) -> Result<Stretch> {
    let whole = Span {
        start: 0,
        length: found.size,
    };
    let span = match (range, part) {
        (Some(range), _) => {
            let bytes = range
                .check(found.size)
                .map_err(|_| out_of_range(found.size))?;
            Some(Span {
                start: bytes.start,
                length: bytes.end - bytes.start,
            })
        }
        (None, Some(part)) => Some(span_of_part(found, part)?),
        (None, None) => None,
    };
    let Some(span) = span else {
        return Ok(Stretch {
            span: whole,
            content_range: None,
            parts_count: None,
        });
    };
    let last = (span.start + span.length).saturating_sub(1);
    Ok(Stretch {
        span,
        content_range: (span.length > 0)
            .then(|| format!("bytes {}-{last}/{}", span.start, found.size)),
        parts_count: part.and_then(|_| i32::try_from(found.parts.len().max(1)).ok()),
    })
}

fn span_of_part(found: &Found, number: i32) -> Result<Span> {
    if found.parts.is_empty() && number == 1 {
        return Ok(Span {
            start: 0,
            length: found.size,
        });
    }
    // Parts may have gaps in their numbers when they are put together; afterwards they are counted (D, S3 GetObject).
    let index = usize::try_from(number)
        .ok()
        .and_then(|number| number.checked_sub(1));
    let wrong = || refuse_by_name("InvalidPartNumber", StatusCode::RANGE_NOT_SATISFIABLE);
    let part = index.and_then(|index| found.parts.get(index).map(|part| (index, part)));
    let (index, part) = part.ok_or_else(wrong)?;
    let start = found.parts[..index].iter().map(|part| part.size).sum();
    Ok(Span {
        start,
        length: part.size,
    })
}

fn out_of_range(size: u64) -> s3s::S3Error {
    let mut error = refuse(S3ErrorCode::InvalidRange);
    if let Ok(value) = HeaderValue::from_str(&format!("bytes */{size}")) {
        error.set_headers(HeaderMap::from_iter([(CONTENT_RANGE, value)]));
    }
    error
}

/// The bytes of a stretch, at once when they are few.
fn body(content: Content, span: Span) -> Result<Body> {
    let Content::File(mut file) = content else {
        return Ok(Body::empty());
    };
    file.seek(SeekFrom::Start(span.start)).map_err(disk)?;
    if span.length <= PIECE {
        let mut bytes = Vec::new();
        file.take(span.length)
            .read_to_end(&mut bytes)
            .map_err(disk)?;
        return Ok(Body::from(bytes));
    }
    let pieces = futures_util::stream::try_unfold((file, span.length), |(file, left)| async move {
        if left == 0 {
            return Ok::<_, std::io::Error>(None);
        }
        let read = tokio::task::spawn_blocking(move || read_piece(file, left.min(PIECE)));
        let (file, bytes) = read.await.map_err(std::io::Error::other)??;
        let left = left - bytes.len() as u64;
        Ok(Some((Frame::data(bytes), (file, left))))
    });
    Ok(Body::http_body_unsync(StreamBody::new(pieces)))
}

fn read_piece(mut file: File, count: u64) -> std::io::Result<(File, Bytes)> {
    let mut bytes = Vec::new();
    (&mut file).take(count).read_to_end(&mut bytes)?;
    if bytes.is_empty() {
        // Cut short by hand while it was being sent: the connection must break, the length has been promised.
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok((file, bytes.into()))
}
