//! EC2's records, which are written in one of two styles by the operation's age (formats.md 3.4).
//!
//! The classic style follows EC2's former SOAP schema: `{"instancesSet":{"items":[{"instanceId":…}]}}`. The new style is a
//! generic conversion of XML: `{"DescribeNatGatewaysRequest":{"NatGatewayId":{"tag":1,"content":…}}}`.

mod answer;
mod classic;
mod fills;
mod forms;
mod modern;
mod style;

use localtrail_model::catalogue::{Entry, Operation};
use serde_json::{Map, Value};

use self::style::Style;
use super::Told;

/// The parameters of a call.
pub(super) fn parameters(
    service: &'static Entry,
    told: &Told<'_>,
    input: &Map<String, Value>,
) -> Map<String, Value> {
    match Style::of(told.operation_name) {
        Style::Classic => classic::parameters(service, told.operation_name, input),
        Style::Modern => modern::parameters(service, told.operation_name, input),
    }
}

/// The answer to a write.
pub(super) fn elements(
    service: &'static Entry,
    operation: Option<&Operation>,
    told: &Told<'_>,
    output: &Map<String, Value>,
) -> Map<String, Value> {
    match (Style::of(told.operation_name), operation) {
        (Style::Classic, Some(operation)) => answer::classic(service, operation, told, output),
        (Style::Modern, _) | (Style::Classic, None) => answer::modern(service, operation, told),
    }
}
