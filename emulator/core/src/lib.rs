//! What CloudTrail does: trails, events, event history, log files, digests.
//!
//! Pure and synchronous. No clock, socket, file, thread or entropy: `now` is an argument, the store is handed in, ids
//! and keys are drawn from a seed, and what the outside must be told waits in an outbox. Same store, seed and calls at
//! the same times give the same bytes. Core never logs; it returns.

mod aggregation;
mod answer;
mod bus_event;
mod call;
mod caller;
mod cloudtrail;
mod copies;
mod delivery;
mod destination;
mod draft;
mod effect;
mod ids;
mod insights;
mod journal;
mod keys;
#[cfg(test)]
mod laws;
mod migration;
mod names;
mod operations;
mod organization;
mod permissions;
mod place;
mod quotas;
mod record;
mod refusal;
mod resource_policy;
mod rows;
mod selectors;
mod settings;
mod state;
mod store;
mod surroundings;
mod tags;
#[cfg(test)]
mod testing;
mod throttle;
mod time;
mod trail;
mod validation;
mod wire;

pub use bus_event::bus_event;
pub use call::{Answer, CONTENT_TYPE, Call};
pub use caller::{
    Caller, Delegate, Details, Identity, InScopeOf, Issuer, Mfa, OnBehalfOf, Origin, Session,
    SessionDetails, Tls, WebIdFederationData, derived_role_id, localized,
};
pub use cloudtrail::{Census, CloudTrail, EventId};
pub use draft::{Access, Category, Draft, EventError, LookupResource, Resource, VpcEndpoint};
pub use effect::{Effect, EffectId, Outcome, PutObject};
pub use journal::{Arrivals, Snapshot};
pub use keys::PublicKey;
pub use organization::{
    FeatureSet, Organization, OrganizationError, OrganizationId, ServiceAccess, ServiceLinkedRole,
};
pub use permissions::{DeniedCalls, Permissions};
pub use place::{AccountId, Region};
pub use record::injected::{RecordError, is_whole, told_time, unwrap_lookup};
pub use record::sketch::{SketchDefaults, reads_only};
pub use settings::{BucketPolicy, Pace, Settings, Throttling};
pub use store::StoreError;
pub use surroundings::{
    Admission, Bucket, BucketAction, BucketRequest, Key, LogsAccess, Surroundings,
};
pub use time::Timestamp;
pub use validation::{FileKind, Files, Finding, Location, Stored, Verdict, validate};

/// The names of the operations that are answered, alphabetically. The others of the model are recognised and refused.
pub fn answered_operations() -> impl Iterator<Item = &'static str> {
    operations::TABLE.iter().map(|row| row.name)
}
