//! How deliveries went: what GetTrailStatus tells. Only `delivered` writes it, so nothing is ever invented.

use serde::{Deserialize, Serialize};

use crate::effect::Outcome;
use crate::time::Timestamp;

/// The story of one kind of delivery.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attempts {
    /// The latest attempt, whatever came of it.
    pub(crate) latest: Option<Timestamp>,
    /// The latest success.
    pub(crate) succeeded: Option<Timestamp>,
    /// The service's error code, while the latest attempt is a failure.
    pub(crate) error: Option<String>,
}

impl Attempts {
    pub(crate) fn note(&mut self, outcome: &Outcome, now: Timestamp) {
        self.latest = Some(now);
        match outcome {
            Outcome::Done => {
                self.succeeded = Some(now);
                self.error = None;
            }
            Outcome::Failed { code } => self.error = Some(code.clone()),
        }
    }
}

/// Of a trail in one region.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Status {
    pub(crate) log_files: Attempts,
    pub(crate) digests: Attempts,
}
