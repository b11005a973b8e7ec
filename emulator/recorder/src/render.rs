//! How CloudTrail writes a call of a service: source, name, region, parameters, answer, resources.

use localtrail_core::Draft;
use serde_json::{Map, Value};

use crate::{Answer, Circumstances, Outcome, Recognized, Request};

/// The events of a call: one, or none for what CloudTrail never records.
///
/// `input` is what [`crate::input`] read, `outcome` what [`crate::output`] read.
#[must_use]
pub fn draft(
    recognized: &Recognized,
    request: &Request<'_>,
    input: Option<&Map<String, Value>>,
    answer: &Answer<'_>,
    outcome: &Outcome,
    circumstances: Circumstances,
) -> Vec<Draft> {
    let _ = (recognized, request, input, answer, outcome, circumstances);
    Vec::new()
}
