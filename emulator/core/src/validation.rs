//! Validation: whether the digests and log files of a bucket are as they were delivered.
//!
//! The same walk and the same words as `aws cloudtrail validate-logs` (D, formats.md 5.5 and 5.6): from the newest digest
//! of a chain back, each held against its signature and its log files against their hashes. Not here: where files lie.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::io::{self, Read};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use flate2::bufread::GzDecoder;
use rsa::pkcs1::DecodeRsaPublicKey;
use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::signature::Verifier;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::keys::PublicKey;

/// Where a file lies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The bucket.
    pub bucket: String,
    /// The object key.
    pub key: String,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)
    }
}

/// A file as it is found.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The bytes, still compressed.
    pub body: Vec<u8>,
    /// The user metadata `signature`, for digests.
    pub signature: Option<String>,
}

/// The files of a bucket.
pub trait Files {
    /// The file at this place; `None` when there is none.
    fn get(&self, at: &Location) -> Option<Stored>;
}

/// What was found out about one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Digest or log file.
    pub kind: FileKind,
    /// The file.
    pub at: Location,
    /// What it is.
    pub verdict: Verdict,
}

/// The two kinds of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A digest file.
    Digest,
    /// A log file.
    Log,
}

/// What a file is found to be. `Display` gives the words of AWS's CLI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// As delivered.
    Valid,
    /// Named by a valid digest, and not there.
    NotFound,
    /// A digest that lies elsewhere than it says.
    Moved,
    /// Not gzip, or not a digest.
    InvalidFormat,
    /// A log file whose content was changed.
    HashMismatch,
    /// A log file with bytes behind the compressed content.
    TrailingData,
    /// A digest that the key did not sign as it is.
    SignatureFailed,
    /// A digest signed with a key that is not among those given.
    KeyNotFound {
        /// The fingerprint that it names.
        fingerprint: String,
        /// The region of the digest.
        region: String,
    },
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Valid => f.write_str("valid"),
            Self::NotFound => f.write_str("INVALID: not found"),
            Self::Moved => f.write_str("INVALID: has been moved from its original location"),
            Self::InvalidFormat => f.write_str("INVALID: invalid format"),
            Self::HashMismatch => f.write_str("INVALID: hash value doesn't match"),
            Self::TrailingData => {
                f.write_str("INVALID: unexpected data after end of compressed stream")
            }
            Self::SignatureFailed => f.write_str("INVALID: signature verification failed"),
            Self::KeyNotFound {
                fingerprint,
                region,
            } => write!(
                f,
                "INVALID: public key not found in region {region} for fingerprint {fingerprint}"
            ),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            FileKind::Digest => "Digest file",
            FileKind::Log => "Log file",
        };
        write!(f, "{kind}\t{}\t{}", self.at, self.verdict)
    }
}

/// The members of a digest that validation needs; the CLI requires the same.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Digest {
    digest_end_time: String,
    #[serde(rename = "digestS3Bucket")]
    bucket: String,
    #[serde(rename = "digestS3Object")]
    object: String,
    digest_public_key_fingerprint: String,
    #[serde(rename = "previousDigestS3Bucket")]
    previous_bucket: Option<String>,
    #[serde(rename = "previousDigestS3Object")]
    previous_object: Option<String>,
    previous_digest_signature: Option<String>,
    log_files: Vec<LogFile>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogFile {
    #[serde(rename = "s3Bucket")]
    bucket: String,
    #[serde(rename = "s3Object")]
    object: String,
    hash_value: String,
}

/// Validates every chain that these digests make up. Objects that are not named like digests are passed over.
pub fn validate(
    files: &dyn Files,
    objects: impl IntoIterator<Item = Location>,
    keys: &[PublicKey],
    report: &mut dyn FnMut(Finding),
) {
    let mut trails: BTreeMap<(String, String), VecDeque<Named>> = BTreeMap::new();
    for named in objects.into_iter().filter_map(Named::read) {
        let group = (named.at.bucket.clone(), named.series.clone());
        trails.entry(group).or_default().push_back(named);
    }
    for mut digests in trails.into_values() {
        digests
            .make_contiguous()
            .sort_by(|a, b| a.stamp.cmp(&b.stamp));
        Walk {
            files,
            keys,
            report,
            left: digests,
        }
        .run();
    }
}

/// A digest's object and what its key says.
struct Named {
    at: Location,
    /// Bucket folder, account, region, trail and home region: all that stays the same along a trail's digests.
    series: String,
    region: String,
    stamp: String,
}

impl Named {
    fn read(at: Location) -> Option<Self> {
        let (folder, file) = at.key.rsplit_once('/')?;
        let (series, stamp) = file.strip_suffix(".json.gz")?.rsplit_once('_')?;
        let region = series
            .split_once("_CloudTrail-Digest_")?
            .1
            .split_once('_')?
            .0
            .to_owned();
        let is_stamp = stamp.len() == 16 && stamp.ends_with('Z');
        let root = folder.split_once("AWSLogs/")?.0;
        is_stamp.then(|| Self {
            series: format!("{root}{series}"),
            region,
            stamp: stamp.to_owned(),
            at: at.clone(),
        })
    }
}

/// One series of digests, walked from the newest back.
struct Walk<'a> {
    files: &'a dyn Files,
    keys: &'a [PublicKey],
    report: &'a mut dyn FnMut(Finding),
    /// Digests in the bucket that the walk has not come to, oldest first.
    left: VecDeque<Named>,
}

impl Walk<'_> {
    fn run(&mut self) {
        let Some(newest) = self.left.pop_back() else {
            return;
        };
        let region = newest.region;
        let mut next = Some(newest.at);
        while let Some(at) = next {
            let judged = self.judge(&at, &region);
            let previous = judged.as_ref().ok().and_then(|digest| {
                Some(Location {
                    bucket: digest.previous_bucket.clone()?,
                    key: digest.previous_object.clone()?,
                })
            });
            let verdict = judged.as_ref().err().cloned().unwrap_or(Verdict::Valid);
            (self.report)(Finding {
                kind: FileKind::Digest,
                at: at.clone(),
                verdict,
            });
            if let Ok(digest) = &judged {
                self.judge_log_files(digest);
            }
            // Where a chain begins or breaks, the next older digest in the bucket goes on.
            next = previous.or_else(|| self.older_than(&at));
        }
    }

    /// The newest digest that is older than this one.
    fn older_than(&mut self, at: &Location) -> Option<Location> {
        let stamp = Named::read(at.clone())?.stamp;
        while let Some(older) = self.left.pop_back() {
            if older.stamp < stamp {
                return Some(older.at);
            }
        }
        None
    }

    fn judge(&self, at: &Location, region: &str) -> Result<Digest, Verdict> {
        let stored = self.files.get(at).ok_or(Verdict::NotFound)?;
        let text = unzipped(&stored.body).map_err(|_| Verdict::InvalidFormat)?;
        let value: serde_json::Value =
            serde_json::from_slice(&text).map_err(|_| Verdict::InvalidFormat)?;
        let signature = stored.signature.ok_or(Verdict::SignatureFailed)?;
        let digest: Digest = serde_json::from_value(value).map_err(|_| Verdict::InvalidFormat)?;
        if digest.bucket != at.bucket || digest.object != at.key {
            return Err(Verdict::Moved);
        }
        let fingerprint = &digest.digest_public_key_fingerprint;
        let key = self.keys.iter().find(|key| key.fingerprint == *fingerprint);
        let key = key.ok_or_else(|| Verdict::KeyNotFound {
            fingerprint: fingerprint.clone(),
            region: region.to_owned(),
        })?;
        let signed = format!(
            "{}\n{at_bucket}/{at_key}\n{}\n{}",
            digest.digest_end_time,
            hex::encode(Sha256::digest(&text)),
            digest
                .previous_digest_signature
                .as_deref()
                .unwrap_or("null"),
            at_bucket = at.bucket,
            at_key = at.key,
        );
        if verifies(key, &signature, &signed) {
            Ok(digest)
        } else {
            Err(Verdict::SignatureFailed)
        }
    }

    fn judge_log_files(&mut self, digest: &Digest) {
        for file in &digest.log_files {
            let at = Location {
                bucket: file.bucket.clone(),
                key: file.object.clone(),
            };
            let verdict = match self.files.get(&at) {
                None => Verdict::NotFound,
                Some(stored) => match unzipped(&stored.body) {
                    Err(Damage::Unreadable) => Verdict::InvalidFormat,
                    // What there is of it unpacks; it is only not all.
                    Err(Damage::CutShort) => Verdict::HashMismatch,
                    Err(Damage::TrailingData) => Verdict::TrailingData,
                    Ok(text) if hex::encode(Sha256::digest(&text)) == file.hash_value => {
                        Verdict::Valid
                    }
                    Ok(_) => Verdict::HashMismatch,
                },
            };
            (self.report)(Finding {
                kind: FileKind::Log,
                at,
                verdict,
            });
        }
    }
}

fn verifies(key: &PublicKey, signature: &str, signed: &str) -> bool {
    let key = BASE64
        .decode(&key.value)
        .ok()
        .and_then(|der| rsa::PublicKey::from_pkcs1_der(&der).ok());
    let signature = hex::decode(signature)
        .ok()
        .and_then(|bytes| Signature::try_from(&bytes[..]).ok());
    key.zip(signature).is_some_and(|(key, signature)| {
        VerifyingKey::<Sha256>::new(key)
            .verify(signed.as_bytes(), &signature)
            .is_ok()
    })
}

/// How gzip begins (RFC 1952).
const GZIP: &[u8] = &[0x1f, 0x8b];

/// What is wrong with compressed bytes.
enum Damage {
    Unreadable,
    CutShort,
    TrailingData,
}

/// The content of exactly one gzip member.
fn unzipped(body: &[u8]) -> Result<Vec<u8>, Damage> {
    // Bytes that never were gzip are told from gzip that ends too early, as zlib does.
    if !GZIP.starts_with(&body[..body.len().min(GZIP.len())]) {
        return Err(Damage::Unreadable);
    }
    let mut decoder = GzDecoder::new(body);
    let mut text = Vec::new();
    decoder
        .read_to_end(&mut text)
        .map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => Damage::CutShort,
            _ => Damage::Unreadable,
        })?;
    if decoder.into_inner().is_empty() {
        Ok(text)
    } else {
        Err(Damage::TrailingData)
    }
}
