//! localtrail: AWS CloudTrail on localhost, as a library for tests and as the binary's insides.
//!
//! ```no_run
//! # async fn test() -> Result<(), Box<dyn std::error::Error>> {
//! let emulator = localtrail::Emulator::start().await?;
//! // Give emulator.endpoint_url() to the client under test, let it work, then ask what it called:
//! let created = emulator.events(&[("eventName", "CreateTrail")])?;
//! assert_eq!(created.len(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! Here are sockets, TLS, identities, the clock, the couriers and the control endpoints. What CloudTrail does stands in
//! core, what S3 and STS do in neighbours; no rule of AWS's is here.

mod alarm;
mod around;
mod backlog;
mod capture;
mod clock;
mod control;
mod credential;
mod drive;
mod emulator;
mod engine;
mod exchange;
mod forward;
mod identity;
mod notice;
mod options;
mod organizations;
mod passing;
mod proxy;
mod refusal;
mod reply;
mod router;
mod serve;
mod server;
mod signature;
mod site;
mod store;
mod tls;
mod unserved;
mod upstream;

pub use clock::ClockMode;
#[doc(hidden)] // What the binary takes apart files with, as the endpoint takes apart bodies.
pub use control::lines::{Cut, Cutter, Garbled, RECORD_LIMIT};
pub use drive::{Advanced, DeliveredObject, FailedObject, Flushed};
pub use emulator::{Builder, Emulator};
pub use identity::DeclaredIdentity;
pub use localtrail_core::{
    AccountId, FeatureSet, Identity, Organization, OrganizationId, RecordError, Region,
    ServiceAccess, ServiceLinkedRole, StoreError, Throttling, Timestamp,
};
pub use options::{
    Options, PaceName, Policies, ProxyOthers, Signatures, Unserved, parse_seconds, parse_seed,
};
pub use server::{Server, StartError, runtime};
pub use upstream::{UpstreamChoice, UpstreamKeys, UpstreamUrl};
