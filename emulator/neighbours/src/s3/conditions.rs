//! Conditional requests: If-Match and its kin (D, RFC 9110 section 13; S3 GetObject).

use hyper::header::{ETAG, HeaderMap, HeaderValue, LAST_MODIFIED};
use s3s::dto::{
    CopyObjectInput, ETagCondition, GetObjectInput, HeadObjectInput, Timestamp, TimestampFormat,
    UploadPartCopyInput,
};
use s3s::{S3Error, S3ErrorCode};

use crate::error::{Result, refuse};
use crate::store::{Found, etag_fits};

/// What a request wants to be true of an object.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    matches: Option<ETagCondition>,
    matches_not: Option<ETagCondition>,
    modified_since: Option<Timestamp>,
    unmodified_since: Option<Timestamp>,
}

impl Conditions {
    pub(super) fn of_get(input: &GetObjectInput) -> Self {
        Self {
            matches: input.if_match.clone(),
            matches_not: input.if_none_match.clone(),
            modified_since: input.if_modified_since.clone(),
            unmodified_since: input.if_unmodified_since.clone(),
        }
    }

    pub(super) fn of_head(input: &HeadObjectInput) -> Self {
        Self {
            matches: input.if_match.clone(),
            matches_not: input.if_none_match.clone(),
            modified_since: input.if_modified_since.clone(),
            unmodified_since: input.if_unmodified_since.clone(),
        }
    }

    pub(super) fn of_copy(input: &CopyObjectInput) -> Self {
        Self {
            matches: input.copy_source_if_match.clone(),
            matches_not: input.copy_source_if_none_match.clone(),
            modified_since: input.copy_source_if_modified_since.clone(),
            unmodified_since: input.copy_source_if_unmodified_since.clone(),
        }
    }

    pub(super) fn of_part_copy(input: &UploadPartCopyInput) -> Self {
        Self {
            matches: input.copy_source_if_match.clone(),
            matches_not: input.copy_source_if_none_match.clone(),
            modified_since: input.copy_source_if_modified_since.clone(),
            unmodified_since: input.copy_source_if_unmodified_since.clone(),
        }
    }

    /// For reading: what has not changed is `NotModified`, what is not as wanted is `PreconditionFailed`.
    pub(super) fn check(&self, found: &Found) -> Result<()> {
        self.check_wanted(found)?;
        if self.is_unwanted(found) {
            Err(not_modified(found))
        } else {
            Ok(())
        }
    }

    /// For copying: both are `PreconditionFailed`.
    pub(super) fn check_copy(&self, found: &Found) -> Result<()> {
        self.check_wanted(found)?;
        if self.is_unwanted(found) {
            Err(refuse(S3ErrorCode::PreconditionFailed))
        } else {
            Ok(())
        }
    }

    fn check_wanted(&self, found: &Found) -> Result<()> {
        let holds = match (&self.matches, &self.unmodified_since) {
            // If-Match outweighs If-Unmodified-Since.
            (Some(wanted), _) => etag_fits(wanted, &found.etag),
            (None, Some(since)) => last_modified(found) <= *since,
            (None, None) => true,
        };
        if holds {
            Ok(())
        } else {
            Err(refuse(S3ErrorCode::PreconditionFailed))
        }
    }

    fn is_unwanted(&self, found: &Found) -> bool {
        match (&self.matches_not, &self.modified_since) {
            // If-None-Match outweighs If-Modified-Since.
            (Some(unwanted), _) => etag_fits(unwanted, &found.etag),
            (None, Some(since)) => last_modified(found) <= *since,
            (None, None) => false,
        }
    }
}

/// HTTP dates know whole seconds only.
fn last_modified(found: &Found) -> Timestamp {
    super::objects::time(found.last_modified.whole_second())
}

fn not_modified(found: &Found) -> S3Error {
    let mut headers = HeaderMap::new();
    let mut date = Vec::new();
    if last_modified(found)
        .format(TimestampFormat::HttpDate, &mut date)
        .is_ok()
        && let Ok(date) = HeaderValue::from_bytes(&date)
    {
        headers.insert(LAST_MODIFIED, date);
    }
    if let Ok(etag) = HeaderValue::from_str(&format!("\"{}\"", found.etag)) {
        headers.insert(ETAG, etag);
    }
    let mut error = refuse(S3ErrorCode::NotModified);
    error.set_headers(headers);
    error
}
