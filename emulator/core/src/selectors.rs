//! Event selectors: what a trail logs.

pub(crate) mod advanced;
pub(crate) mod basic;
mod facts;
mod resource_types;

use serde::{Deserialize, Serialize};

use crate::journal::Kept;
use advanced::AdvancedSelector;
use basic::BasicSelector;
pub(crate) use facts::Facts;

/// The selectors of a trail: one kind or the other, never both (D, trails.md 5.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Selectors {
    Basic(Vec<BasicSelector>),
    Advanced(Vec<AdvancedSelector>),
}

impl Default for Selectors {
    /// What a new trail has (O, native.md): every management event and nothing else.
    fn default() -> Self {
        Self::Basic(vec![BasicSelector::default()])
    }
}

impl Selectors {
    /// Whether they differ from what a new trail has. A put of the very default counts as none (I, trails.md 15.3).
    pub(crate) fn are_custom(&self) -> bool {
        *self != Self::default()
    }

    /// Whether a trail with these selectors logs the event.
    pub(crate) fn select(&self, kept: &Kept) -> bool {
        let facts = Facts::of(kept);
        match self {
            Self::Basic(selectors) => selectors.iter().any(|selector| selector.selects(&facts)),
            Self::Advanced(selectors) => selectors.iter().any(|selector| selector.selects(&facts)),
        }
    }
}
