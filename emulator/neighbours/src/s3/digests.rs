//! What a request says of its body, and whether it is true: lengths, Content-MD5, SHA-256 and checksums.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::StatusCode;
use hyper::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap};
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Md5, Sha1, Sha256};
use s3s::{S3Error, S3ErrorCode};

use super::chunked::malformed_trailer;
use crate::error::{Result, refuse, refuse_by_name, refuse_with};
use crate::store::Digest;

const SHA256_HEADER: &str = "x-amz-content-sha256";
const CHECKSUM_PREFIX: &str = "x-amz-checksum-";

/// The checksums that S3 knows, by the end of their header's name (D, S3 "Checking object integrity").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
}

/// What the headers promise of the body.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    /// Whether the body comes in `aws-chunked` framing.
    pub(crate) is_chunked: bool,
    /// The length without framing.
    pub(crate) length: Option<u64>,
    md5: Option<Vec<u8>>,
    sha256: Option<String>,
    checksum: Option<(Algorithm, Promise)>,
}

#[derive(Debug)]
enum Promise {
    Header(String),
    Trailer,
}

/// Hashes that are being computed over the body.
pub(crate) struct Digests {
    expected: Expected,
    md5: Option<Md5>,
    sha256: Option<Sha256>,
    checksum: ChecksumHasher,
}

impl Expected {
    /// Reads the headers, and takes away those that only speak of the framing.
    ///
    /// # Errors
    /// For values that no body could fit.
    pub(crate) fn read(headers: &mut HeaderMap) -> Result<Self> {
        let text = |name: &str| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        let payload = text(SHA256_HEADER);
        let encodings = text(CONTENT_ENCODING.as_str());
        let declared = encodings
            .as_deref()
            .is_some_and(|all| encodings_of(all).any(is_aws_chunked));
        let streaming = payload
            .as_deref()
            .is_some_and(|value| value.starts_with("STREAMING-"));
        let is_chunked = declared || streaming;
        let length = text(if is_chunked {
            "x-amz-decoded-content-length"
        } else {
            CONTENT_LENGTH.as_str()
        });
        let mut expected = Self {
            is_chunked,
            length: length
                .map(|text| text.parse().map_err(|_| bad_length()))
                .transpose()?,
            md5: text("content-md5")
                .map(|value| read_md5(&value))
                .transpose()?,
            sha256: payload
                .filter(|_| !streaming)
                .map(read_sha256)
                .transpose()?
                .flatten(),
            checksum: None,
        };
        expected.checksum = match text("x-amz-trailer") {
            Some(name) => algorithm(name.trim()).map(|algorithm| (algorithm, Promise::Trailer)),
            None => None,
        }
        .or_else(|| {
            headers.iter().find_map(|(name, value)| {
                Some((
                    algorithm(name.as_str())?,
                    Promise::Header(value.to_str().ok()?.to_owned()),
                ))
            })
        });
        expected.strip(headers, encodings.as_deref());
        Ok(expected)
    }

    fn strip(&self, headers: &mut HeaderMap, encodings: Option<&str>) {
        for name in [
            SHA256_HEADER,
            "x-amz-trailer",
            "x-amz-decoded-content-length",
        ] {
            headers.remove(name);
        }
        if !self.is_chunked {
            return;
        }
        headers.remove(CONTENT_LENGTH);
        if let Some(length) = self.length {
            headers.insert(CONTENT_LENGTH, length.into());
        }
        let rest: Vec<&str> = encodings
            .map(|all| {
                encodings_of(all)
                    .filter(|one| !is_aws_chunked(one))
                    .collect()
            })
            .unwrap_or_default();
        headers.remove(CONTENT_ENCODING);
        if !rest.is_empty()
            && let Ok(value) = rest.join(",").parse()
        {
            headers.insert(CONTENT_ENCODING, value);
        }
    }
}

impl Digests {
    pub(crate) fn new(expected: Expected) -> Self {
        let mut checksum = ChecksumHasher::default();
        match expected.checksum.as_ref().map(|(algorithm, _)| *algorithm) {
            Some(Algorithm::Crc32) => checksum.crc32 = Some(Crc32::new()),
            Some(Algorithm::Crc32c) => checksum.crc32c = Some(Crc32c::new()),
            Some(Algorithm::Crc64Nvme) => checksum.crc64nvme = Some(Crc64Nvme::new()),
            Some(Algorithm::Sha1) => checksum.sha1 = Some(Sha1::new()),
            Some(Algorithm::Sha256) => checksum.sha256 = Some(Sha256::new()),
            None => {}
        }
        let md5 = expected.md5.is_some().then(Md5::new);
        let sha256 = expected.sha256.is_some().then(Sha256::new);
        Self {
            expected,
            md5,
            sha256,
            checksum,
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        if let Some(md5) = &mut self.md5 {
            md5.update(bytes);
        }
        if let Some(sha256) = &mut self.sha256 {
            sha256.update(bytes);
        }
        self.checksum.update(bytes);
    }

    /// Compares everything that was promised; gives back the checksum, found true.
    pub(crate) fn check(self, trailers: &[(String, String)]) -> Result<Option<Digest>> {
        if let (Some(md5), Some(expected)) = (self.md5, &self.expected.md5)
            && md5.finalize().as_ref() != expected.as_slice()
        {
            return Err(refuse(S3ErrorCode::BadDigest));
        }
        if let (Some(sha256), Some(expected)) = (self.sha256, &self.expected.sha256)
            && hex::encode(sha256.finalize()) != *expected
        {
            return Err(refuse_by_name(
                "XAmzContentSHA256Mismatch",
                StatusCode::BAD_REQUEST,
            ));
        }
        let Some((algorithm, promise)) = self.expected.checksum else {
            return Ok(None);
        };
        let promised = match promise {
            Promise::Header(value) => value,
            Promise::Trailer => {
                let header = algorithm.header();
                let trailer = trailers.iter().find(|(name, _)| *name == header);
                trailer
                    .map(|(_, value)| value.clone())
                    .ok_or_else(malformed_trailer)?
            }
        };
        let sum = self.checksum.finalize();
        let computed = match algorithm {
            Algorithm::Crc32 => sum.checksum_crc32,
            Algorithm::Crc32c => sum.checksum_crc32c,
            Algorithm::Crc64Nvme => sum.checksum_crc64nvme,
            Algorithm::Sha1 => sum.checksum_sha1,
            Algorithm::Sha256 => sum.checksum_sha256,
        };
        if computed.as_deref() == Some(promised.as_str()) {
            return Ok(Some(Digest {
                algorithm: algorithm.name().to_owned(),
                value: promised,
            }));
        }
        Err(mismatch(algorithm, &promised))
    }
}

impl Algorithm {
    fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    fn header(self) -> String {
        format!("{CHECKSUM_PREFIX}{}", self.name().to_ascii_lowercase())
    }

    fn digest_length(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64Nvme => 8,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }
}

fn algorithm(header: &str) -> Option<Algorithm> {
    let name = header.to_ascii_lowercase();
    [
        Algorithm::Crc32,
        Algorithm::Crc32c,
        Algorithm::Crc64Nvme,
        Algorithm::Sha1,
        Algorithm::Sha256,
    ]
    .into_iter()
    .find(|algorithm| algorithm.header() == name)
}

fn mismatch(algorithm: Algorithm, promised: &str) -> S3Error {
    let readable = STANDARD
        .decode(promised)
        .is_ok_and(|bytes| bytes.len() == algorithm.digest_length());
    if readable {
        let text = format!(
            "The {} you specified did not match the calculated checksum.",
            algorithm.name()
        );
        refuse_with(S3ErrorCode::BadDigest, text)
    } else {
        let text = format!("Value for {} header is invalid.", algorithm.header());
        refuse_with(S3ErrorCode::InvalidRequest, text)
    }
}

fn read_md5(value: &str) -> Result<Vec<u8>> {
    let bytes = STANDARD
        .decode(value.trim())
        .ok()
        .filter(|bytes| bytes.len() == 16);
    bytes.ok_or_else(|| refuse(S3ErrorCode::InvalidDigest))
}

/// The digest in `x-amz-content-sha256`; `None` where the payload is declared unsigned.
fn read_sha256(value: String) -> Result<Option<String>> {
    if value == "UNSIGNED-PAYLOAD" {
        return Ok(None);
    }
    if value.len() == 64 && value.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(Some(value.to_ascii_lowercase()));
    }
    Err(refuse_with(
        S3ErrorCode::InvalidArgument,
        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
    ))
}

fn bad_length() -> S3Error {
    refuse_with(
        S3ErrorCode::InvalidArgument,
        "The length of the body is not a number.",
    )
}

fn encodings_of(all: &str) -> impl Iterator<Item = &str> {
    all.split(',').map(str::trim).filter(|one| !one.is_empty())
}

fn is_aws_chunked(encoding: &str) -> bool {
    encoding.eq_ignore_ascii_case("aws-chunked")
}
