//! New ids, keys, secrets and tokens. Not random: drawn from the request's id, which is drawn from the seed, so that a
//! run can be repeated.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use data_encoding::BASE32_NOPAD;
use localtrail_core::AccountId;
use sha2::{Digest as _, Sha512};

/// What a session is signed with.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    /// `ASIA…`.
    pub(crate) access_key: String,
    /// Forty characters.
    pub(crate) secret: String,
    /// The session token.
    pub(crate) token: String,
}

/// New temporary credentials of an account.
pub(crate) fn credentials(account: AccountId, seed: &str) -> Credentials {
    let (access_key, secret) = access_key("ASIA", account, seed);
    // Real tokens begin with these twelve bytes and the origin's region (O).
    let mut token = b"!\n\torigin_ec".to_vec();
    for part in ["token-1", "token-2", "token-3", "token-4"] {
        token.extend_from_slice(&digest(seed, part));
    }
    Credentials {
        access_key,
        secret,
        token: STANDARD.encode(token),
    }
}

/// A new access key id and its secret. Behind the prefix stands the account, in base32 and shifted by one bit, as
/// GetAccessKeyInfo reads it (O).
pub(crate) fn access_key(prefix: &str, account: AccountId, seed: &str) -> (String, String) {
    let tail = digest(seed, "access-key");
    let mut bytes = head(account, tail[0]).to_vec();
    bytes.extend_from_slice(&tail[1..5]);
    let secret = STANDARD.encode(&digest(seed, "secret")[..30]);
    (format!("{prefix}{}", BASE32_NOPAD.encode(&bytes)), secret)
}

/// A unique id such as `AIDA…` or `AROA…`: the prefix and 17 characters, which begin like the account's keys (O, real
/// records).
pub(crate) fn unique_id(prefix: &str, account: AccountId, seed: &str) -> String {
    let tail = digest(seed, prefix);
    let mut bytes = head(account, tail[0]).to_vec();
    bytes.extend_from_slice(&tail[1..6]);
    let mut id = BASE32_NOPAD.encode(&bytes);
    id.truncate(17);
    format!("{prefix}{id}")
}

/// Six bytes: a set bit, forty bits of account, seven of anything.
fn head(account: AccountId, anything: u8) -> [u8; 6] {
    let number: u64 = account.as_str().parse().expect("twelve digits");
    let bits = (1_u64 << 47) | (number << 7) | u64::from(anything & 0x7f);
    let bytes = bits.to_be_bytes();
    [bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]]
}

fn digest(seed: &str, purpose: &str) -> [u8; 64] {
    Sha512::digest(format!("{purpose}\n{seed}")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_aws_forms_and_tell_their_account() {
        let account = AccountId::parse("123456789012").unwrap();
        let made = credentials(account, "a");
        assert_eq!(made.access_key.len(), 20);
        assert!(made.access_key.starts_with("ASIA"));
        assert_eq!(crate::sts::account_of_key(&made.access_key), Some(account));
        assert_eq!(made.secret.len(), 40);
        assert!(made.token.starts_with("IQoJb3JpZ2luX2Vj"));
        assert_eq!(made.access_key, credentials(account, "a").access_key);
        assert_ne!(made.access_key, credentials(account, "b").access_key);
        let largest = AccountId::parse("999999999999").unwrap();
        let (key, _) = access_key("AKIA", largest, "a");
        assert_eq!(crate::sts::account_of_key(&key), Some(largest));
        assert_eq!(unique_id("AIDA", account, "a").len(), 21);
    }
}
