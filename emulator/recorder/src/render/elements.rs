//! `responseElements` (formats.md 3.4).

use localtrail_core::Access;
use localtrail_model::catalogue::{Entry, Operation};
use serde_json::{Map, Value};

use super::tree::{Writer, lowered_members};
use super::{Told, defaults, ec2};

/// Reads that show their answer all the same (O).
const READS_SHOWN: [(&str, &str); 4] = [
    ("application-insights", "ListApplications"),
    ("sts", "AssumeRole"),
    ("sts", "AssumeRoleWithSAML"),
    ("sts", "AssumeRoleWithWebIdentity"),
];

/// Writes that never show their answer (D: Lambda's own example; O for S3's management calls; I for the others).
const WRITES_HIDDEN: [(&str, &str); 13] = [
    ("bedrock-runtime", "*"),
    ("dynamodb", "BatchWriteItem"),
    ("dynamodb", "DeleteItem"),
    ("dynamodb", "ExecuteStatement"),
    ("dynamodb", "ExecuteTransaction"),
    ("dynamodb", "BatchExecuteStatement"),
    ("dynamodb", "PutItem"),
    ("dynamodb", "TransactWriteItems"),
    ("dynamodb", "UpdateItem"),
    ("lambda", "Invoke"),
    ("lambda", "InvokeAsync"),
    ("lambda", "InvokeWithResponseStream"),
    ("s3control", "*"),
];

/// Services whose records show what the answer's only member holds instead of the member (O for RDS; D for ElastiCache; I
/// for Redshift).
const UNWRAPPED: [&str; 5] = ["docdb", "elasticache", "neptune", "rds", "redshift"];

/// Answers of Secrets Manager that show the ARN alone, with a small name (O; UpdateSecret I).
const ARN_ALONE: [&str; 3] = ["CreateSecret", "PutSecretValue", "UpdateSecret"];

/// The answer of a call that succeeded; `None` where the record has null.
pub(super) fn of(told: &Told<'_>, access: Access) -> Option<Map<String, Value>> {
    let asked = (told.service_id, told.operation_name);
    if (access == Access::Read && !READS_SHOWN.contains(&asked))
        || WRITES_HIDDEN.contains(&asked)
        || WRITES_HIDDEN.contains(&(told.service_id, "*"))
    {
        return None;
    }
    let output = told.outcome.result.as_ref().ok()?;
    let elements = match (told.service, told.operation) {
        (Some(service), operation) if told.service_id == "ec2" => {
            ec2::elements(service, operation, told, output)
        }
        (Some(service), Some(operation)) => general(service, operation, told, output),
        (Some(_) | None, _) => lowered_members(output),
    };
    (!elements.is_empty()).then_some(elements)
}

fn general(
    service: &Entry,
    operation: &Operation,
    told: &Told<'_>,
    output: &Map<String, Value>,
) -> Map<String, Value> {
    if told.service_id == "secretsmanager" && ARN_ALONE.contains(&told.operation_name) {
        let arn = output.get("ARN").map(|arn| ("arn".to_owned(), arn.clone()));
        return arn.into_iter().collect();
    }
    let writer = Writer::of(service, operation.name);
    let mut elements = writer.structure(output, operation.output);
    match (told.service_id, told.operation_name) {
        (id, _) if UNWRAPPED.contains(&id) => unwrap(&mut elements),
        ("lambda", "CreateFunction" | "UpdateFunctionConfiguration" | "UpdateFunctionCode") => {
            defaults::add("lambda", "UpdateFunctionConfiguration", &mut elements);
        }
        ("ec2-instance-connect", _) => add_request_id(told, &mut elements),
        _ => (),
    }
    elements
}

/// Puts an only member's own members in its place.
fn unwrap(elements: &mut Map<String, Value>) {
    if elements.len() != 1 {
        return;
    }
    if let Some(Value::Object(inner)) = elements.values_mut().next() {
        *elements = std::mem::take(inner);
    }
}

/// EC2 Instance Connect answers with its request's id (O).
fn add_request_id(told: &Told<'_>, elements: &mut Map<String, Value>) {
    elements
        .entry("requestId")
        .or_insert_with(|| told.request_id().into());
}
