//! What AWS says about CloudTrail's APIs, as data: operations, shapes and
//! constraints of `cloudtrail` and `cloudtrail-data`, a check of a JSON value
//! against a shape, and values made from a shape.
//!
//! There is no behaviour here: nothing knows what a trail does, and nothing
//! reads a clock, a file or a socket. The facts live in `data/*.json`; one
//! command takes them afresh from the newest botocore on PyPI:
//!
//! ```text
//! python3 emulator/model/extract.py
//! ```
//!
//! ```
//! use serde_json::json;
//!
//! let service = localtrail_model::cloudtrail();
//! let operation = service.operation("GetTrailStatus").expect("CloudTrail has it");
//! assert!(localtrail_model::check(service, operation.input, &json!({"Name": "audit"})).is_ok());
//!
//! let violation = localtrail_model::check(service, operation.input, &json!({})).unwrap_err();
//! assert_eq!(
//!     violation.sentence(),
//!     "1 validation error detected: Value null at 'name' failed to satisfy constraint: \
//!      Member must not be null"
//! );
//! ```

pub mod breaks;
pub mod catalogue;
mod check;
mod load;
mod output;
mod path;
mod pattern;
mod rule;
pub mod sample;
mod scalar;
mod service;
mod violation;

use std::sync::LazyLock;

pub use check::check;
pub use output::{OutputFault, OutputFaultKind, check_output};
pub use path::{Path, Step};
pub use pattern::Pattern;
pub use rule::Rule;
pub use scalar::JsonKind;
pub use service::{
    Http, Kind, Location, Member, Operation, Paginator, Service, Shape, ShapeId, Structure,
};
pub use violation::Violation;

/// The API of CloudTrail itself (`cloudtrail`, 2013-11-01, JSON 1.1). Its data
/// is parsed at the first call.
pub fn cloudtrail() -> &'static Service {
    static SERVICE: LazyLock<Service> =
        LazyLock::new(|| load::load(include_str!("../data/cloudtrail.json")));
    &SERVICE
}

/// The API that takes in events made elsewhere (`cloudtrail-data`, 2021-08-11,
/// REST JSON). Its data is parsed at the first call.
pub fn cloudtrail_data() -> &'static Service {
    static SERVICE: LazyLock<Service> =
        LazyLock::new(|| load::load(include_str!("../data/cloudtrail-data.json")));
    &SERVICE
}
