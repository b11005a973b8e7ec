//! Users, roles and keys that an upstream made: learnt from its answers, so that later calls are told as their principal's.

use localtrail_core::{Caller, Timestamp};
use localtrail_neighbours::{Elsewhere, Neighbours};
use serde_json::{Map, Value};

use crate::notice;

/// Looks at a call of STS or IAM that an upstream answered with success, under the names of the service's model. Other
/// calls are passed over.
pub(crate) fn learn(
    neighbours: &Neighbours,
    service: &str,
    operation: &str,
    input: &Map<String, Value>,
    output: &Map<String, Value>,
    caller: &Caller,
    now: Timestamp,
) {
    let call = Elsewhere {
        service,
        operation,
        input,
        output,
        caller,
        now,
    };
    if let Err(error) = neighbours.learn(&call) {
        notice::warn(&format!(
            "what an upstream's {operation} made could not be kept: {error}."
        ));
    }
}
