//! State as rows: everything but the journal, kept as JSON under readable keys. Changes gather here and reach the store
//! with the next flush of the journal, in the same transaction.

use std::collections::BTreeMap;

use redb::{TableDefinition, WriteTransaction};
use serde::Serialize;

use crate::store::StoreError;

/// Key → JSON.
pub(crate) const ROWS: TableDefinition<'_, &str, &str> = TableDefinition::new("rows");

/// Rows that have changed since the last flush; `None` is a deletion.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    changed: BTreeMap<String, Option<String>>,
}

impl Rows {
    /// Writes a row.
    pub(crate) fn put(&mut self, key: String, value: &impl Serialize) {
        let json = serde_json::to_string(value).expect("state has only string keys");
        self.changed.insert(key, Some(json));
    }

    /// Deletes a row.
    pub(crate) fn delete(&mut self, key: String) {
        self.changed.insert(key, None);
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.changed.is_empty()
    }

    /// Puts the changes into the transaction.
    pub(crate) fn write(&self, write: &WriteTransaction) -> Result<(), StoreError> {
        if self.changed.is_empty() {
            return Ok(());
        }
        let mut table = write.open_table(ROWS)?;
        for (key, value) in &self.changed {
            match value {
                Some(json) => table.insert(key.as_str(), json.as_str())?,
                None => table.remove(key.as_str())?,
            };
        }
        Ok(())
    }

    /// The transaction is committed.
    pub(crate) fn wrote(&mut self) {
        self.changed.clear();
    }
}
