//! Identifiers drawn from the seed. Not random: the same seed and number give the same identifier, so that a run can be
//! repeated and a restart never repeats itself.

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// What a drawn identifier is for; each purpose has its own sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// `eventID`.
    Event,
    /// `sharedEventID`.
    SharedEvent,
    /// `requestID` of a call that core answers.
    Request,
    /// `requestID` of a call that a neighbour answers.
    NeighbourRequest,
    /// The 16 characters that end a log file's name.
    LogFile,
    /// The seed of a region's signing key.
    SigningKey,
    /// Where in its period a region's first key begins.
    KeyPhase,
    /// The check sum in a page token.
    Token,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Event => b"event",
            Self::SharedEvent => b"shared-event",
            Self::Request => b"request",
            Self::NeighbourRequest => b"neighbour-request",
            Self::LogFile => b"log-file",
            Self::SigningKey => b"signing-key",
            Self::KeyPhase => b"key-phase",
            Self::Token => b"token",
        }
    }
}

/// Draws identifiers.
#[derive(Debug, Clone)]
pub(crate) struct Ids {
    seeded: Sha256,
}

impl Ids {
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self {
            seeded: Sha256::new().chain_update(seed),
        }
    }

    /// 32 bytes for this purpose and these parts.
    pub(crate) fn draw(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        let mut hash = self.seeded.clone();
        hash.update(purpose.label());
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }

    /// A version 4 UUID in lower-case text.
    pub(crate) fn uuid(&self, purpose: Purpose, number: u64) -> String {
        self.uuid_of(purpose, &number.to_be_bytes())
    }

    /// A version 4 UUID of whatever the bytes stand for.
    pub(crate) fn uuid_of(&self, purpose: Purpose, bytes: &[u8]) -> String {
        let drawn = self.draw(purpose, &[bytes]);
        let half: [u8; 16] = drawn[..16].try_into().expect("32 bytes have a first half");
        let uuid = uuid::Builder::from_random_bytes(half).into_uuid();
        uuid.to_string()
    }

    /// Sixteen characters of `[A-Za-z0-9]` (D, formats.md 1.1).
    pub(crate) fn sixteen(&self, number: u64) -> String {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let bytes = self.draw(Purpose::LogFile, &[&number.to_be_bytes()]);
        bytes[..16]
            .iter()
            .map(|byte| char::from(alphabet[usize::from(*byte) % alphabet.len()]))
            .collect()
    }
}

/// An id such as `AIDA…` or `AROA…`: the prefix and 17 characters that depend only on what is named, so that an
/// undeclared principal has the same id in every run.
pub(crate) fn principal(prefix: &str, parts: &[&str]) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut hash = Sha256::new().chain_update(prefix);
    for part in parts {
        hash.update([0]);
        hash.update(part);
    }
    let bytes = hash.finalize();
    let tail = bytes[..17]
        .iter()
        .map(|byte| char::from(alphabet[usize::from(*byte) % alphabet.len()]));
    prefix.chars().chain(tail).collect()
}

/// Whether the text has the form of a UUID.
pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}

/// A version 4 UUID that depends only on these parts.
pub(crate) fn named_uuid(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let named: [u8; 32] = hash.finalize().into();
    let half: [u8; 16] = named[..16].try_into().expect("32 bytes have a first half");
    uuid::Builder::from_random_bytes(half)
        .into_uuid()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_number_gives_the_same_id_and_another_another() {
        let ids = Ids::new([7; 32]);
        assert_eq!(ids.uuid(Purpose::Event, 1), ids.uuid(Purpose::Event, 1));
        assert_ne!(ids.uuid(Purpose::Event, 1), ids.uuid(Purpose::Event, 2));
        assert_ne!(ids.uuid(Purpose::Event, 1), ids.uuid(Purpose::Request, 1));
        assert_eq!(
            Uuid::parse_str(&ids.uuid(Purpose::Event, 1))
                .unwrap()
                .get_version_num(),
            4
        );
    }

    #[test]
    fn log_file_names_end_in_sixteen_letters_or_digits() {
        let name = Ids::new([7; 32]).sixteen(3);
        assert_eq!(name.len(), 16);
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric()));
    }

    #[test]
    fn principals_look_like_iam_ids() {
        let id = principal("AIDA", &["111122223333", "bob"]);
        assert_eq!(id.len(), 21);
        assert!(id.starts_with("AIDA"));
        assert_ne!(id, principal("AIDA", &["111122223333", "eve"]));
    }
}
