//! Unpacks the catalogue's data: an index of all services, and each service's shapes packed by themselves.

use super::{Api, Entry};

/// Every service, by id.
pub fn services() -> &'static [Entry] {
    &[]
}

pub(super) fn unpack(entry: &Entry) -> Api {
    let _ = &entry.packed;
    Api {
        operations: Vec::new(),
        shapes: Vec::new(),
    }
}
