//! S3's errors: code, sentence and status in one place. Where each is raised is not known here.

use std::borrow::Cow;
use std::io;

use hyper::StatusCode;
use s3s::{S3Error, S3ErrorCode};

/// What an S3 operation gives back.
pub(crate) type Result<T> = std::result::Result<T, S3Error>;

/// An error with S3's own sentence.
pub(crate) fn refuse(code: S3ErrorCode) -> S3Error {
    let text = sentence(code.as_str());
    S3Error::with_message(code, text)
}

/// An error with a sentence of its own.
pub(crate) fn refuse_with(code: S3ErrorCode, message: impl Into<Cow<'static, str>>) -> S3Error {
    S3Error::with_message(code, message)
}

/// An error whose code the protocol library does not know.
pub(crate) fn refuse_by_name(code: &'static str, status: StatusCode) -> S3Error {
    let mut error = S3Error::with_message(S3ErrorCode::Custom(code.into()), sentence(code));
    error.set_status_code(status);
    error
}

/// A disk that does not do what it is asked: the one error that is not the caller's.
pub(crate) fn disk(error: io::Error) -> S3Error {
    let mut refusal = S3Error::with_message(
        S3ErrorCode::InternalError,
        format!("The bucket directory failed: {error}"),
    );
    refusal.set_source(Box::new(error));
    // Not 500, which SDKs try again and again, so that a test seems to hang.
    refusal.set_status_code(StatusCode::INSUFFICIENT_STORAGE);
    refusal
}

/// S3's sentence for a code (D, S3 API "Error responses"; O where records show them).
pub(crate) fn sentence(code: &str) -> &'static str {
    match code {
        "AccessDenied" => "Access Denied",
        "BadDigest" => "The Content-MD5 you specified did not match what we received.",
        "BucketAlreadyExists" => {
            "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again."
        }
        "BucketAlreadyOwnedByYou" => {
            "Your previous request to create the named bucket succeeded and you already own it."
        }
        "BucketNotEmpty" => "The bucket you tried to delete is not empty",
        "EntityTooSmall" => "Your proposed upload is smaller than the minimum allowed size",
        "IncompleteBody" => {
            "You did not provide the number of bytes specified by the Content-Length HTTP header"
        }
        "InvalidBucketName" => "The specified bucket is not valid.",
        "InvalidDigest" => "The Content-MD5 you specified is not valid.",
        "InvalidLocationConstraint" => "The specified location-constraint is not valid",
        "InvalidPart" => {
            "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag."
        }
        "InvalidPartOrder" => {
            "The list of parts was not in ascending order. Parts must be ordered by part number."
        }
        "InvalidRange" => "The requested range is not satisfiable",
        "InvalidURI" => "Couldn't parse the specified URI.",
        "KeyTooLongError" => "Your key is too long",
        "MalformedXML" => {
            "The XML you provided was not well-formed or did not validate against our published schema"
        }
        "MaxMessageLengthExceeded" => "Your request was too big.",
        "MethodNotAllowed" => "The specified method is not allowed against this resource.",
        "MissingContentLength" => "You must provide the Content-Length HTTP header.",
        "NoSuchBucket" => "The specified bucket does not exist",
        "NoSuchBucketPolicy" => "The bucket policy does not exist",
        "NoSuchCORSConfiguration" => "The CORS configuration does not exist",
        "NoSuchKey" => "The specified key does not exist.",
        "NoSuchLifecycleConfiguration" => "The lifecycle configuration does not exist",
        "NoSuchPublicAccessBlockConfiguration" => {
            "The public access block configuration was not found"
        }
        "NoSuchTagSet" => "The TagSet does not exist",
        "NoSuchUpload" => {
            "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."
        }
        "NoSuchWebsiteConfiguration" => {
            "The specified bucket does not have a website configuration"
        }
        "NotImplemented" => "A header you provided implies functionality that is not implemented",
        "NotModified" => "Not Modified",
        "ObjectLockConfigurationNotFoundError" => {
            "Object Lock configuration does not exist for this bucket"
        }
        "OwnershipControlsNotFoundError" => "The bucket ownership controls were not found",
        "PreconditionFailed" => "At least one of the pre-conditions you specified did not hold",
        "ReplicationConfigurationNotFoundError" => "The replication configuration was not found",
        "ServerSideEncryptionConfigurationNotFoundError" => {
            "The server side encryption configuration was not found"
        }
        "XAmzContentSHA256Mismatch" => {
            "The provided 'x-amz-content-sha256' header does not match what was computed."
        }
        "InternalError" => "We encountered an internal error. Please try again.",
        _ => "The request was not valid.",
    }
}
