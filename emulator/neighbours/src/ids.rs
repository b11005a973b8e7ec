//! The ids that answers carry, all derived from the one that the server drew: same request, same ids.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha512};

/// S3's `x-amz-request-id`: 16 capital letters and digits (O, formats.md 3.5).
pub(crate) fn s3_request_id(seed: &str) -> String {
    letters(seed, "request-id", 16)
}

/// S3's `x-amz-id-2`: 76 characters of base64 (O, formats.md 3.5).
pub(crate) fn s3_extended_id(seed: &str) -> String {
    STANDARD.encode(&digest(seed, "id-2")[..56])
}

/// STS's extended request id: base64 of version, region, scope, time and eight characters (O, native.md).
pub(crate) fn sts_extended_id(seed: &str, region: &str, millis: i64, scope: StsEndpoint) -> String {
    let letter = match scope {
        StsEndpoint::Regional => 'R',
        StsEndpoint::Global => 'G',
    };
    STANDARD.encode(format!(
        "1:{region}:S:{millis}:{letter}:{}",
        letters(seed, "sts", 8)
    ))
}

/// Which of STS's endpoints was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StsEndpoint {
    /// `sts.REGION.amazonaws.com`, and every address that is not AWS's.
    Regional,
    /// `sts.amazonaws.com`.
    Global,
}

/// The canonical user id of an account: 64 hexadecimal digits.
pub(crate) fn canonical_user(account: &str) -> String {
    hex::encode(&digest(account, "canonical-user")[..32])
}

fn letters(seed: &str, purpose: &str, count: usize) -> String {
    const ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    digest(seed, purpose)
        .iter()
        .take(count)
        .map(|byte| char::from(ALPHABET[usize::from(*byte) % 36]))
        .collect()
}

fn digest(seed: &str, purpose: &str) -> [u8; 64] {
    Sha512::digest(format!("{purpose}\n{seed}")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_aws_forms_and_repeat() {
        let id = s3_request_id("a");
        assert_eq!(id.len(), 16);
        assert!(
            id.bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        );
        assert_eq!(id, s3_request_id("a"));
        assert_ne!(id, s3_request_id("b"));
        assert_eq!(s3_extended_id("a").len(), 76);
        assert_eq!(canonical_user("111122223333").len(), 64);
        let decoded = STANDARD
            .decode(sts_extended_id("a", "us-east-1", 17, StsEndpoint::Global))
            .unwrap();
        assert!(
            String::from_utf8(decoded)
                .unwrap()
                .starts_with("1:us-east-1:S:17:G:")
        );
    }
}
