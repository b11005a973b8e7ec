//! A digest: its name, its content and what is signed (formats.md 5; native.md, Digests and public keys).

use serde::{Deserialize, Serialize};

use super::outbox::Filed;
use crate::place::{Place, Region};
use crate::time::Timestamp;

const SIGNATURE_ALGORITHM: &str = "SHA256withRSA";
const HASH_ALGORITHM: &str = "SHA-256";

/// What the next digest says of the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Previous {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) hash: String,
    pub(crate) signature: String,
}

/// Whose digest it is and where it goes.
#[derive(Debug, Clone)]
pub(crate) struct Heading<'a> {
    pub(crate) trail_name: &'a str,
    pub(crate) place: &'a Place,
    pub(crate) home: &'a Region,
    pub(crate) bucket: &'a str,
    pub(crate) account_folder: String,
}

/// The digest file in AWS's key order. Every key is always there (D).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Digest<'a> {
    aws_account_id: &'a str,
    digest_start_time: String,
    digest_end_time: &'a str,
    #[serde(rename = "digestS3Bucket")]
    bucket: &'a str,
    #[serde(rename = "digestS3Object")]
    object: &'a str,
    digest_public_key_fingerprint: &'a str,
    digest_signature_algorithm: &'static str,
    newest_event_time: Option<String>,
    oldest_event_time: Option<String>,
    #[serde(rename = "previousDigestS3Bucket")]
    previous_bucket: Option<&'a str>,
    #[serde(rename = "previousDigestS3Object")]
    previous_object: Option<&'a str>,
    previous_digest_hash_value: Option<&'a str>,
    previous_digest_hash_algorithm: Option<&'static str>,
    previous_digest_signature: Option<&'a str>,
    log_files: Vec<LogFile<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogFile<'a> {
    #[serde(rename = "s3Bucket")]
    bucket: &'a str,
    #[serde(rename = "s3Object")]
    object: &'a str,
    hash_value: &'a str,
    hash_algorithm: &'static str,
    newest_event_time: String,
    oldest_event_time: String,
}

/// The object key; its stamp is the end of the window (D, formats.md 1.1).
pub(crate) fn key(heading: &Heading<'_>, end: Timestamp) -> String {
    let Heading {
        place: Place { account, region },
        home,
        trail_name,
        account_folder,
        ..
    } = heading;
    let (date, stamp) = (end.date_folder(), end.second_stamp());
    format!(
        "{account_folder}CloudTrail-Digest/{region}/{date}/{account}_CloudTrail-Digest_{region}_{trail_name}_{home}_{stamp}.json.gz"
    )
}

/// The digest's JSON on one line.
pub(crate) fn text(
    heading: &Heading<'_>,
    key: &str,
    window: (Timestamp, Timestamp),
    files: &[Filed],
    previous: Option<&Previous>,
    fingerprint: &str,
) -> String {
    let account = heading.place.account;
    let digest = Digest {
        aws_account_id: account.as_str(),
        digest_start_time: window.0.iso(),
        digest_end_time: &window.1.iso(),
        bucket: heading.bucket,
        object: key,
        digest_public_key_fingerprint: fingerprint,
        digest_signature_algorithm: SIGNATURE_ALGORITHM,
        newest_event_time: files
            .iter()
            .map(|file| file.newest)
            .max()
            .map(Timestamp::iso),
        oldest_event_time: files
            .iter()
            .map(|file| file.oldest)
            .min()
            .map(Timestamp::iso),
        previous_bucket: previous.map(|p| p.bucket.as_str()),
        previous_object: previous.map(|p| p.key.as_str()),
        previous_digest_hash_value: previous.map(|p| p.hash.as_str()),
        previous_digest_hash_algorithm: previous.map(|_| HASH_ALGORITHM),
        previous_digest_signature: previous.map(|p| p.signature.as_str()),
        // The newest delivered comes first (O, formats.md 5.1).
        log_files: files.iter().rev().map(LogFile::from).collect(),
    };
    serde_json::to_string(&digest).expect("a digest has only string keys")
}

impl<'a> From<&'a Filed> for LogFile<'a> {
    fn from(file: &'a Filed) -> Self {
        Self {
            bucket: &file.bucket,
            object: &file.key,
            hash_value: &file.hash,
            hash_algorithm: HASH_ALGORITHM,
            newest_event_time: file.newest.iso(),
            oldest_event_time: file.oldest.iso(),
        }
    }
}

/// What is signed: four lines without a newline at the end (D, formats.md 5.2).
pub(crate) fn string_to_sign(
    end: Timestamp,
    bucket: &str,
    key: &str,
    hash: &str,
    previous: Option<&Previous>,
) -> String {
    let previous = previous.map_or("null", |previous| previous.signature.as_str());
    format!("{}\n{bucket}/{key}\n{hash}\n{previous}", end.iso())
}

/// The object's user metadata (D, formats.md 5.2).
pub(crate) fn metadata(signature: &str) -> Vec<(String, String)> {
    vec![
        ("signature".to_owned(), signature.to_owned()),
        (
            "signature-algorithm".to_owned(),
            SIGNATURE_ALGORITHM.to_owned(),
        ),
    ]
}
