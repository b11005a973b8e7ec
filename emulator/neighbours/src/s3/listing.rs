//! ListObjects, both versions: pages of keys and common prefixes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::dto::*;
use s3s::{S3ErrorCode, S3Request, S3Response};

use super::buckets::owner;
use super::context::Context;
use super::objects::{etag, time};
use crate::error::{Result, refuse_with};
use crate::store::{BucketName, Found, Listed, Page, Query};

/// The most entries of a page (D, S3 ListObjects).
const MAX_KEYS: i32 = 1000;

/// What stays as it is under `encoding-type=url`.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'*');

/// How names are written in the answer.
#[derive(Clone, Copy)]
struct Writing {
    url: bool,
}

impl Writing {
    fn read(encoding: Option<&EncodingType>) -> Result<Self> {
        match encoding.map(EncodingType::as_str) {
            None => Ok(Self { url: false }),
            Some(EncodingType::URL) => Ok(Self { url: true }),
            Some(_) => Err(refuse_with(
                S3ErrorCode::InvalidArgument,
                "Invalid Encoding Method specified in Request",
            )),
        }
    }

    fn write(self, text: &str) -> String {
        if self.url {
            utf8_percent_encode(text, PLAIN).to_string()
        } else {
            text.to_owned()
        }
    }
}

pub(super) async fn v1(
    request: S3Request<ListObjectsInput>,
) -> Result<S3Response<ListObjectsOutput>> {
    let context = Context::of(&request)?;
    let input = request.input;
    let (bucket, info) = context
        .bucket(&input.bucket, input.expected_bucket_owner.as_deref())
        .await?;
    let writing = Writing::read(input.encoding_type.as_ref())?;
    let limit = limit(input.max_keys)?;
    let after = input.marker.clone().filter(|marker| !marker.is_empty());
    let page = page(
        &context,
        bucket,
        &input.prefix,
        after,
        &input.delimiter,
        limit,
    )
    .await?;
    // NextMarker is given with a delimiter only; without one the last key serves (D, S3 ListObjects).
    let delimited = input
        .delimiter
        .as_ref()
        .is_some_and(|delimiter| !delimiter.is_empty());
    let next = page
        .entries
        .last()
        .filter(|_| page.truncated && delimited)
        .map(|entry| writing.write(entry.name()));
    let by = owner(info.owner.as_str());
    Ok(S3Response::new(ListObjectsOutput {
        name: Some(input.bucket),
        marker: Some(writing.write(&input.marker.unwrap_or_default())),
        prefix: Some(writing.write(&input.prefix.unwrap_or_default())),
        max_keys: Some(limit),
        is_truncated: Some(page.truncated),
        contents: Some(objects(&page, writing, Some(&by))),
        common_prefixes: Some(prefixes(&page, writing)),
        delimiter: input.delimiter.map(|delimiter| writing.write(&delimiter)),
        next_marker: next,
        encoding_type: input.encoding_type,
        request_charged: None,
    }))
}

pub(super) async fn v2(
    request: S3Request<ListObjectsV2Input>,
) -> Result<S3Response<ListObjectsV2Output>> {
    let context = Context::of(&request)?;
    let input = request.input;
    let (bucket, info) = context
        .bucket(&input.bucket, input.expected_bucket_owner.as_deref())
        .await?;
    let writing = Writing::read(input.encoding_type.as_ref())?;
    let limit = limit(input.max_keys)?;
    let after = match &input.continuation_token {
        Some(token) => Some(read_token(token)?),
        None => input.start_after.clone().filter(|after| !after.is_empty()),
    };
    let page = page(
        &context,
        bucket,
        &input.prefix,
        after,
        &input.delimiter,
        limit,
    )
    .await?;
    let next = page
        .entries
        .last()
        .filter(|_| page.truncated)
        .map(|entry| URL_SAFE_NO_PAD.encode(entry.name()));
    let by = owner(info.owner.as_str());
    let by = input.fetch_owner.unwrap_or(false).then_some(&by);
    Ok(S3Response::new(ListObjectsV2Output {
        name: Some(input.bucket),
        prefix: Some(writing.write(&input.prefix.unwrap_or_default())),
        max_keys: Some(limit),
        key_count: i32::try_from(page.entries.len()).ok(),
        continuation_token: input.continuation_token,
        is_truncated: Some(page.truncated),
        next_continuation_token: next,
        contents: Some(objects(&page, writing, by)),
        common_prefixes: Some(prefixes(&page, writing)),
        delimiter: input.delimiter.map(|delimiter| writing.write(&delimiter)),
        encoding_type: input.encoding_type,
        start_after: input.start_after.map(|after| writing.write(&after)),
        request_charged: None,
    }))
}

async fn page(
    context: &Context,
    bucket: BucketName,
    prefix: &Option<String>,
    after: Option<String>,
    delimiter: &Option<String>,
    limit: i32,
) -> Result<Page> {
    let query = Query {
        prefix: prefix.clone().unwrap_or_default(),
        after,
        delimiter: delimiter.clone(),
        limit: usize::try_from(limit).unwrap_or(0),
    };
    context
        .blocking(move |store| store.page(&bucket, &query))
        .await
}

fn limit(asked: Option<i32>) -> Result<i32> {
    match asked {
        Some(asked) if asked < 0 => Err(refuse_with(
            S3ErrorCode::InvalidArgument,
            "Argument maxKeys must be an integer between 0 and 2147483647",
        )),
        Some(asked) => Ok(asked.min(MAX_KEYS)),
        None => Ok(MAX_KEYS),
    }
}

fn read_token(token: &str) -> Result<String> {
    let bytes = URL_SAFE_NO_PAD
        .decode(token)
        .ok()
        .filter(|bytes| !bytes.is_empty());
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    text.ok_or_else(|| {
        refuse_with(
            S3ErrorCode::InvalidArgument,
            "The continuation token provided is incorrect",
        )
    })
}

fn objects(page: &Page, writing: Writing, owner: Option<&Owner>) -> Vec<Object> {
    let object = |found: &Found| Object {
        key: Some(writing.write(&found.key)),
        e_tag: Some(etag(found)),
        size: i64::try_from(found.size).ok(),
        last_modified: Some(time(found.last_modified)),
        owner: owner.cloned(),
        storage_class: Some(ObjectStorageClass::from(
            found
                .described
                .storage_class
                .clone()
                .unwrap_or_else(|| ObjectStorageClass::STANDARD.to_owned()),
        )),
        ..Default::default()
    };
    let found = page.entries.iter().filter_map(|entry| match entry {
        Listed::Object(found) => Some(found),
        Listed::Prefix(_) => None,
    });
    found.map(|found| object(found)).collect()
}

fn prefixes(page: &Page, writing: Writing) -> Vec<CommonPrefix> {
    let prefixes = page.entries.iter().filter_map(|entry| match entry {
        Listed::Prefix(prefix) => Some(CommonPrefix {
            prefix: Some(writing.write(prefix)),
        }),
        Listed::Object(_) => None,
    });
    prefixes.collect()
}
