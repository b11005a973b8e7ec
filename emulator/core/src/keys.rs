//! Signing keys: one after another in every region, each valid for 30 days, a new one every 20 (O, trails.md 8).
//!
//! A key is drawn from the seed when it is first needed and kept; making one takes a good part of a second.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use md5::{Digest as _, Md5};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rsa::PrivateKey;
use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey, EncodeRsaPublicKey};
use rsa::pkcs1v15::SigningKey as Pkcs1v15;
use rsa::signature::{SignatureEncoding, Signer};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::ids::{Ids, Purpose};
use crate::place::Region;
use crate::rows::Rows;
use crate::store::StoreError;
use crate::time::Timestamp;

const KEY_BITS: usize = 2048;
const VALIDITY: Duration = Duration::from_secs(30 * 24 * 3600);
const PERIOD: Duration = Duration::from_secs(20 * 24 * 3600);

/// A public key as ListPublicKeys shows it, with its region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicKey {
    /// The region whose digests it signs.
    pub region: Region,
    /// Lower-case hex MD5 of the DER bytes (O).
    pub fingerprint: String,
    /// Base64 of the PKCS#1 `RSAPublicKey` in DER (O).
    pub value: String,
    /// Signs from here,
    pub validity_start_time: Timestamp,
    /// to here.
    pub validity_end_time: Timestamp,
}

/// A signature and the key it was made with.
pub(crate) struct Signed {
    /// Lower-case hex.
    pub(crate) signature: String,
    pub(crate) fingerprint: String,
}

/// All keys that were ever needed.
pub(crate) struct Keys {
    made: BTreeMap<(Region, i64), Key>,
}

struct Key {
    signing: Pkcs1v15<Sha256>,
    public: PublicKey,
}

/// A key in the store: the private half as base64 of its PKCS#1 DER.
#[derive(Serialize, Deserialize)]
pub(crate) struct KeyRow {
    region: Region,
    number: i64,
    private: String,
    public: PublicKey,
}

impl Keys {
    pub(crate) const PREFIX: &'static str = "key/";

    pub(crate) fn new() -> Self {
        Self {
            made: BTreeMap::new(),
        }
    }

    /// Takes in a key from the store.
    pub(crate) fn load(&mut self, row: KeyRow) -> Result<(), StoreError> {
        let der = BASE64.decode(&row.private).map_err(StoreError::damaged)?;
        let private = PrivateKey::from_pkcs1_der(&der).map_err(StoreError::damaged)?;
        let key = Key {
            signing: Pkcs1v15::new(private),
            public: row.public,
        };
        self.made.insert((row.region, row.number), key);
        Ok(())
    }

    /// The keys made so far.
    pub(crate) fn public(&self) -> impl Iterator<Item = &PublicKey> {
        self.made.values().map(|key| &key.public)
    }

    /// The key with this fingerprint.
    pub(crate) fn by_fingerprint(&self, fingerprint: &str) -> Option<&PublicKey> {
        self.public().find(|key| key.fingerprint == fingerprint)
    }

    /// The key that signs in this region at this time.
    pub(crate) fn current(
        &mut self,
        region: &Region,
        at: Timestamp,
        ids: &Ids,
        rows: &mut Rows,
    ) -> &PublicKey {
        &self.key(region, at, ids, rows).public
    }

    /// The fingerprint that a signature made at this time will name.
    pub(crate) fn sign(
        &mut self,
        region: &Region,
        at: Timestamp,
        text: impl FnOnce(&str) -> String,
        ids: &Ids,
        rows: &mut Rows,
    ) -> Signed {
        let key = self.key(region, at, ids, rows);
        let fingerprint = key.public.fingerprint.clone();
        let text = text(&fingerprint);
        let signature = key.signing.sign(text.as_bytes());
        Signed {
            signature: hex::encode(signature.to_bytes()),
            fingerprint,
        }
    }

    fn key(&mut self, region: &Region, at: Timestamp, ids: &Ids, rows: &mut Rows) -> &Key {
        let phase = ids.draw(Purpose::KeyPhase, &[region.as_str().as_bytes()]);
        let phase = i64::from(u32::from_be_bytes(
            phase[..4].try_into().expect("four of 32 bytes"),
        ));
        let period = i64::try_from(PERIOD.as_secs()).expect("twenty days");
        let number = (at.seconds() - phase).div_euclid(period);
        self.made
            .entry((region.clone(), number))
            .or_insert_with(|| {
                let start = Timestamp::from_seconds(phase + number * period);
                let seed = ids.draw(
                    Purpose::SigningKey,
                    &[region.as_str().as_bytes(), &number.to_be_bytes()],
                );
                let key = Key::make(seed, region, start);
                let private: &PrivateKey = key.signing.as_ref();
                let der = private.to_pkcs1_der().expect("a fresh key can be written");
                let row = KeyRow {
                    region: region.clone(),
                    number,
                    private: BASE64.encode(der.as_bytes()),
                    public: key.public.clone(),
                };
                rows.put(format!("{}{region}/{number}", Self::PREFIX), &row);
                key
            })
    }
}

impl Key {
    fn make(seed: [u8; 32], region: &Region, start: Timestamp) -> Self {
        let mut random = ChaCha20Rng::from_seed(seed);
        let private = PrivateKey::new(&mut random, KEY_BITS).expect("2048 bits are a valid size");
        let der = private
            .to_public_key()
            .to_pkcs1_der()
            .expect("a fresh key can be written");
        let public = PublicKey {
            region: region.clone(),
            fingerprint: hex::encode(Md5::digest(der.as_bytes())),
            value: BASE64.encode(der.as_bytes()),
            validity_start_time: start,
            validity_end_time: start.plus(VALIDITY),
        };
        Self {
            signing: Pkcs1v15::new(private),
            public,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_aws_size_and_windows_and_come_back_from_the_store() {
        let ids = Ids::new([1; 32]);
        let (region, now) = (Region::us_east_1(), Timestamp::from_seconds(1_795_449_900));
        let mut rows = Rows::default();
        let mut keys = Keys::new();
        let key = keys.current(&region, now, &ids, &mut rows).clone();
        assert_eq!(BASE64.decode(&key.value).unwrap().len(), 270);
        assert_eq!(key.fingerprint.len(), 32);
        assert!(key.validity_start_time <= now && now < key.validity_end_time);
        assert_eq!(
            key.validity_end_time.since(key.validity_start_time),
            VALIDITY
        );

        let next = keys
            .current(&region, now.plus(PERIOD), &ids, &mut rows)
            .clone();
        assert_ne!(next.fingerprint, key.fingerprint);
        assert!(
            next.validity_start_time < key.validity_end_time,
            "windows overlap"
        );
        assert_eq!(keys.public().count(), 2);

        let mut again = Keys::new();
        let same = again.current(&region, now, &ids, &mut Rows::default());
        assert_eq!(*same, key, "the same seed makes the same key");
    }
}
