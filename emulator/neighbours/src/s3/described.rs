//! Between the headers of a request and what is kept of an object besides its bytes.

use std::collections::BTreeMap;
use std::time::UNIX_EPOCH;

use percent_encoding::percent_decode_str;
use s3s::S3ErrorCode;
use s3s::dto::*;

use crate::error::{Result, refuse_with};
use crate::store::Described;

/// The most that user metadata may take, in bytes (D, S3 "Working with object metadata").
const MAX_METADATA: usize = 2 * 1024;
/// The most tags of an object (D, S3 "Object tagging").
const MAX_TAGS: usize = 10;

pub(super) fn of_put(input: &PutObjectInput) -> Result<Described> {
    Ok(Described {
        content_type: input.content_type.clone(),
        content_encoding: input.content_encoding.clone(),
        content_language: input.content_language.clone(),
        content_disposition: input.content_disposition.clone(),
        cache_control: input.cache_control.clone(),
        expires: input.expires.clone().and_then(seconds),
        website_redirect: input.website_redirect_location.clone(),
        metadata: metadata(input.metadata.as_ref())?,
        acl: input.acl.as_ref().map(|acl| acl.as_str().to_owned()),
        storage_class: storage_class(input.storage_class.as_ref()),
        encryption: kept_encryption(input.server_side_encryption.as_ref()),
        kms_key: input.ssekms_key_id.clone(),
        tags: tags(input.tagging.as_deref())?,
    })
}

pub(super) fn of_upload(input: &CreateMultipartUploadInput) -> Result<Described> {
    Ok(Described {
        content_type: input.content_type.clone(),
        content_encoding: input.content_encoding.clone(),
        content_language: input.content_language.clone(),
        content_disposition: input.content_disposition.clone(),
        cache_control: input.cache_control.clone(),
        expires: input.expires.clone().and_then(seconds),
        website_redirect: input.website_redirect_location.clone(),
        metadata: metadata(input.metadata.as_ref())?,
        acl: input.acl.as_ref().map(|acl| acl.as_str().to_owned()),
        storage_class: storage_class(input.storage_class.as_ref()),
        encryption: kept_encryption(input.server_side_encryption.as_ref()),
        kms_key: input.ssekms_key_id.clone(),
        tags: tags(input.tagging.as_deref())?,
    })
}

/// A copy keeps the original's headers unless it is told to replace them; ACL, storage class and encryption never come
/// along (D, S3 CopyObject).
pub(super) fn of_copy(
    input: &CopyObjectInput,
    original: Described,
    replaces: bool,
) -> Result<Described> {
    let mut described = if replaces {
        Described {
            content_type: input.content_type.clone(),
            content_encoding: input.content_encoding.clone(),
            content_language: input.content_language.clone(),
            content_disposition: input.content_disposition.clone(),
            cache_control: input.cache_control.clone(),
            expires: input.expires.clone().and_then(seconds),
            metadata: metadata(input.metadata.as_ref())?,
            tags: original.tags,
            ..Described::default()
        }
    } else {
        original
    };
    let replaces_tags = input
        .tagging_directive
        .as_ref()
        .is_some_and(|directive| directive.as_str() == TaggingDirective::REPLACE);
    if replaces_tags {
        described.tags = tags(input.tagging.as_deref())?;
    }
    described.website_redirect = input.website_redirect_location.clone();
    described.acl = input.acl.as_ref().map(|acl| acl.as_str().to_owned());
    described.storage_class = storage_class(input.storage_class.as_ref());
    described.encryption = kept_encryption(input.server_side_encryption.as_ref());
    described.kms_key = input.ssekms_key_id.clone();
    Ok(described)
}

/// How an object is said to be encrypted: every object is, one way or another (D, S3 "default encryption").
pub(super) fn encryption(described: &Described) -> ServerSideEncryption {
    match &described.encryption {
        Some(other) => ServerSideEncryption::from(other.clone()),
        None => ServerSideEncryption::from_static(ServerSideEncryption::AES256),
    }
}

fn kept_encryption(encryption: Option<&ServerSideEncryption>) -> Option<String> {
    encryption
        .map(|encryption| encryption.as_str().to_owned())
        .filter(|name| name != ServerSideEncryption::AES256)
}

fn storage_class(class: Option<&StorageClass>) -> Option<String> {
    class
        .map(|class| class.as_str().to_owned())
        .filter(|name| name != StorageClass::STANDARD)
}

fn seconds(expires: Timestamp) -> Option<i64> {
    use std::io::Write as _;
    // The library's time gives itself away only as text.
    let mut text = Vec::new();
    expires
        .format(TimestampFormat::EpochSeconds, &mut text)
        .ok()?;
    text.flush().ok()?;
    std::str::from_utf8(&text)
        .ok()?
        .split('.')
        .next()?
        .parse()
        .ok()
}

/// The time for an Expires header.
pub(super) fn expires(described: &Described) -> Option<Timestamp> {
    let seconds = u64::try_from(described.expires?).ok()?;
    UNIX_EPOCH
        .checked_add(std::time::Duration::from_secs(seconds))
        .map(Timestamp::from)
}

fn metadata(given: Option<&Metadata>) -> Result<BTreeMap<String, String>> {
    let all: BTreeMap<String, String> = given
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
        .collect();
    let size: usize = all
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if size > MAX_METADATA {
        return Err(refuse_with(
            S3ErrorCode::MetadataTooLarge,
            "Your metadata headers exceed the maximum allowed metadata size",
        ));
    }
    Ok(all)
}

fn tags(header: Option<&str>) -> Result<BTreeMap<String, String>> {
    let decode = |text: &str| {
        percent_decode_str(&text.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned()
    };
    let pairs = header
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty());
    let tags: BTreeMap<String, String> = pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (decode(key), decode(value)))
        .collect();
    if tags.len() > MAX_TAGS {
        return Err(refuse_with(
            S3ErrorCode::InvalidTag,
            "Object tags cannot be greater than 10",
        ));
    }
    Ok(tags)
}
