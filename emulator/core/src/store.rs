//! What the embedded store can fail with. The store itself is redb, handed in by the server: see
//! `docs/decisions/0001-store.md`.

/// The store could not be read or written: a full disk, a damaged file.
#[derive(Debug, thiserror::Error)]
#[error("the store failed: {0}")]
pub struct StoreError(String);

impl StoreError {
    pub(crate) fn damaged(what: impl std::fmt::Display) -> Self {
        Self(format!("it holds something that cannot be read: {what}"))
    }
}

impl<E: Into<redb::Error>> From<E> for StoreError {
    fn from(error: E) -> Self {
        Self(error.into().to_string())
    }
}
