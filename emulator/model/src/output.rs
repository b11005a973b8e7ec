//! Holds an answer against its shape, for suites that judge a server: wrong
//! types, missing required members, nulls and members that the model does not
//! know. Not constraints: AWS's own answers break them now and then.

use std::fmt;

use serde_json::Value;

use crate::path::{Path, Step};
use crate::rule::Rule;
use crate::scalar::{self, JsonKind};
use crate::service::{Service, Shape, ShapeId};

/// One fault of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFault {
    /// Where the fault is.
    pub path: Path,
    /// What is wrong there.
    pub kind: OutputFaultKind,
}

/// What can be wrong with an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutputFaultKind {
    /// The value is of another JSON type; the rule says of which.
    Type(Rule),
    /// A required member is absent.
    Missing,
    /// The model does not know the member.
    Unknown,
    /// A null was written. AWS leaves unset members out.
    Null,
}

impl fmt::Display for OutputFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match &self.kind {
            OutputFaultKind::Type(Rule::Type { expected, found }) => {
                write!(f, "{path}: expected {expected:?}, found {found:?}")
            }
            OutputFaultKind::Type(rule) => write!(f, "{path}: {}", rule.words()),
            OutputFaultKind::Missing => write!(f, "{path}: a required member is absent"),
            OutputFaultKind::Unknown => write!(f, "{path}: the model has no such member"),
            OutputFaultKind::Null => write!(f, "{path}: null was written for an unset member"),
        }
    }
}

/// Finds every fault of an answer, in the order of the answer's members;
/// missing ones first.
pub fn check_output(service: &Service, shape: ShapeId, value: &Value) -> Vec<OutputFault> {
    let mut faults = Vec::new();
    gather(service, shape, value, &Path::default(), &mut faults);
    faults
}

fn gather(
    service: &Service,
    shape: ShapeId,
    value: &Value,
    path: &Path,
    faults: &mut Vec<OutputFault>,
) {
    let shape = service.shape(shape);
    let fault = |path: Path, kind| OutputFault { path, kind };
    if value.is_null() {
        return faults.push(fault(path.clone(), OutputFaultKind::Null));
    }
    if !scalar::fits(shape.kind(), value) {
        let rule = Rule::Type {
            expected: shape.kind(),
            found: JsonKind::of(value),
        };
        return faults.push(fault(path.clone(), OutputFaultKind::Type(rule)));
    }
    match (shape, value) {
        (Shape::Structure(structure), Value::Object(object)) => {
            let to = |name: &str| path.then(Step::Member(name.to_owned()));
            for member in structure.members.iter().filter(|member| member.required) {
                if !object.contains_key(&member.name) {
                    faults.push(fault(to(&member.name), OutputFaultKind::Missing));
                }
            }
            for (name, value) in object {
                match structure.member(name) {
                    Some(member) => gather(service, member.shape, value, &to(name), faults),
                    None => faults.push(fault(to(name), OutputFaultKind::Unknown)),
                }
            }
        }
        (Shape::List { member, .. }, Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                gather(
                    service,
                    *member,
                    item,
                    &path.then(Step::Index(index)),
                    faults,
                );
            }
        }
        (Shape::Map { value: member, .. }, Value::Object(entries)) => {
            for (key, value) in entries {
                gather(
                    service,
                    *member,
                    value,
                    &path.then(Step::Value(key.clone())),
                    faults,
                );
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cloudtrail;

    #[test]
    fn every_fault_of_an_answer_is_found() {
        let service = cloudtrail();
        let shape = service
            .shape_named("DescribeTrailsResponse")
            .expect("a shape of CloudTrail");
        let answer = json!({"trailList": [
            {"Name": "a", "IsMultiRegionTrail": "yes", "SnsTopicName": null},
            {"Name": "b", "Colour": "red"},
        ]});
        let faults: Vec<String> = check_output(service, shape, &answer)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            faults,
            [
                "trailList[0].IsMultiRegionTrail: expected Boolean, found String",
                "trailList[0].SnsTopicName: null was written for an unset member",
                "trailList[1].Colour: the model has no such member",
            ]
        );
        assert_eq!(check_output(service, shape, &json!({"trailList": []})), []);
    }

    #[test]
    fn a_missing_member_is_a_fault() {
        let service = crate::cloudtrail_data();
        let operation = service
            .operation("PutAuditEvents")
            .expect("the only operation");
        let output = operation.output.expect("it has an output");
        let faults = check_output(service, output, &json!({"successful": []}));
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].to_string(), "failed: a required member is absent");
    }
}
