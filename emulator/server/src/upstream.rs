//! Upstreams: which calls go to which, and the connections to them. What is sent, `forward` says.

mod buckets;
mod choice;
mod pool;
mod resign;

use std::path::PathBuf;
use std::time::Duration;

use localtrail_model::catalogue::{Entry, services};

use crate::notice;

pub(crate) use buckets::Buckets;
pub use choice::{UpstreamChoice, UpstreamKeys, UpstreamUrl};
pub(crate) use pool::{Failure, Outgoing, Pool};
pub(crate) use resign::{RESIGN_LIMIT, Resigned, Signed, resign};

/// How long an upstream may keep silent, where nothing else was chosen: as long as the longest Lambda function runs (D,
/// Lambda quotas), so that no call that AWS would answer is given up.
pub(crate) const SILENCE: Duration = Duration::from_secs(900);

/// The upstreams that were named.
#[derive(Debug)]
pub(crate) struct Upstreams {
    /// For one service each.
    named: Vec<UpstreamChoice>,
    /// For all that are not emulated here.
    general: Option<UpstreamUrl>,
    /// What forwarded calls are signed with anew.
    pub(crate) keys: Option<UpstreamKeys>,
    /// How long one may keep silent.
    pub(crate) silence: Duration,
    pub(crate) pool: Pool,
}

/// What was chosen about upstreams.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Choices<'a> {
    pub(crate) upstreams: &'a [UpstreamChoice],
    pub(crate) keys: Option<&'a UpstreamKeys>,
    pub(crate) silence: Duration,
    pub(crate) ca_file: Option<&'a PathBuf>,
}

impl Upstreams {
    /// Takes what was chosen; of several for the same, the first.
    ///
    /// # Errors
    ///
    /// A sentence when the file of authorities cannot be used.
    pub(crate) fn new(choices: Choices<'_>) -> Result<Self, String> {
        let (named, general): (Vec<_>, Vec<_>) = choices
            .upstreams
            .iter()
            .cloned()
            .partition(|choice| choice.service.is_some());
        for service in named.iter().filter_map(|choice| choice.service.as_deref()) {
            if !services().iter().any(|entry| is_called(entry, service)) {
                notice::warn(&format!(
                    "no service is called {service}, so nothing may ever go to its upstream. Names are those of the AWS CLI, such as dynamodb or logs."
                ));
            }
        }
        Ok(Self {
            named,
            general: general.into_iter().next().map(|choice| choice.url),
            keys: choices.keys.cloned(),
            silence: choices.silence,
            pool: Pool::new(choices.upstreams, choices.ca_file)?,
        })
    }

    /// The upstream that was named for this service alone.
    pub(crate) fn of(&self, service: Option<&Entry>, name: &str) -> Option<&UpstreamUrl> {
        if self.named.is_empty() {
            return None;
        }
        let named = |wanted: &str| {
            let is_wanted = |choice: &&UpstreamChoice| choice.service.as_deref() == Some(wanted);
            self.named.iter().find(is_wanted).map(|choice| &choice.url)
        };
        match service {
            Some(entry) => named(entry.id)
                .or_else(|| named(entry.signing_name))
                .or_else(|| named(entry.endpoint_prefix)),
            None => named(name),
        }
    }

    /// The upstream of all services that are not emulated here.
    pub(crate) fn general(&self) -> Option<&UpstreamUrl> {
        self.general.as_ref()
    }
}

/// Whether a service goes by this name: botocore's, that of signatures or that of hosts.
fn is_called(entry: &Entry, name: &str) -> bool {
    [entry.id, entry.signing_name, entry.endpoint_prefix].contains(&name)
}
