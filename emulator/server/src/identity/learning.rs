//! Keys that an upstream issued: learnt from its answers, so that later calls with them are told as their principal's.

use localtrail_core::{Caller, Timestamp};
use localtrail_neighbours::{Neighbours, learnt};
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
    let kept = match taken_back(service, operation, input) {
        Some(access_key) => neighbours.unlearn(access_key),
        None => match learnt(service, operation, input, output, caller, now) {
            Some(learnt) => neighbours.learn(learnt),
            None => return,
        },
    };
    if let Err(error) = kept {
        notice::warn(&format!("an issued access key could not be kept: {error}."));
    }
}

/// The key that a call takes out of use.
fn taken_back<'a>(
    service: &str,
    operation: &str,
    input: &'a Map<String, Value>,
) -> Option<&'a str> {
    let ends = match (service, operation) {
        ("iam", "DeleteAccessKey") => true,
        ("iam", "UpdateAccessKey") => input.get("Status").is_some_and(|to| to == "Inactive"),
        _ => false,
    };
    input.get("AccessKeyId").filter(|_| ends)?.as_str()
}
