//! The arithmetic of Signature Version 4: keys, strings to sign, and whether a signature is the right one.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::claim::{ALGORITHM, Scope, TERMINATOR};

/// A key for one day, region and service, so that a secret is not used itself.
#[derive(Clone)]
pub(super) struct SigningKey([u8; 32]);

impl SigningKey {
    /// Derives it from a secret access key.
    pub(super) fn derive(secret: &str, scope: &Scope) -> Self {
        let first = [b"AWS4", secret.as_bytes()].concat();
        let date = hmac(&first, scope.date.as_bytes());
        let region = hmac(&date, scope.region.as_bytes());
        let service = hmac(&region, scope.service.as_bytes());
        Self(hmac(&service, TERMINATOR.as_bytes()))
    }

    /// The signature of a string, in hexadecimal.
    pub(super) fn sign(&self, text: &str) -> String {
        hex::encode(hmac(&self.0, text.as_bytes()))
    }

    /// Whether this is the signature of that string. It takes as long whether it is or not.
    pub(super) fn verify(&self, text: &str, signature: &str) -> bool {
        let mut provided = [0; 32];
        let has_form = hex::decode_to_slice(signature, &mut provided).is_ok()
            && !signature.bytes().any(|byte| byte.is_ascii_uppercase());
        has_form
            && mac(&self.0, text.as_bytes())
                .verify_slice(&provided)
                .is_ok()
    }
}

/// What is signed of a whole request.
pub(super) fn string_to_sign(stamp: &str, scope: &Scope, canonical: &[u8]) -> String {
    format!("{ALGORITHM}\n{stamp}\n{scope}\n{}", hash(canonical))
}

/// The SHA-256 of some bytes, in hexadecimal.
pub(super) fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    mac(key, text).finalize().into_bytes().into()
}

fn mac(key: &[u8], text: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text);
    mac
}
