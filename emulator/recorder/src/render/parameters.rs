//! `requestParameters` (formats.md 3.4, and 2.5 for failed calls).

use localtrail_core::EventError;
use serde_json::{Map, Value, json};

use super::tree::{Writer, lowered_members};
use super::{Told, defaults, dynamodb, ec2, resources, s3control};

/// Services that show no parameters of a call that was not allowed (O).
const NULL_WHEN_DENIED: [&str; 6] = [
    "ec2-instance-connect",
    "iam",
    "lambda",
    "logs",
    "organizations",
    "sts",
];

/// Services that show no parameters of any failed call (O).
const NULL_WHEN_FAILED: [&str; 2] = ["cloudwatch", "securityhub"];

/// Other failures that are shown without parameters: a service and a code (O).
const NULL_ON_CODE: [(&str, &str); 2] = [
    ("kms", "NotFoundException"),   // an alias that does not exist
    ("ssm", "ThrottlingException"), // 102 of 102
];

/// Operations that never show any (O).
const ALWAYS_NULL: [(&str, &str); 2] = [
    ("bedrock", "PutUseCaseForModelAccess"),
    ("logs", "TestMetricFilter"),
];

/// The parameters; `None` where the record has null.
pub(super) fn of(told: &Told<'_>, error: Option<&EventError>) -> Option<Map<String, Value>> {
    if error.is_some_and(|error| is_silent(told.service_id, &error.code))
        || ALWAYS_NULL.contains(&(told.service_id, told.operation_name))
    {
        return None;
    }
    if let (Some(service), s3control::ID) = (told.service, told.service_id) {
        let parameters = s3control::parameters(service, told, told.input);
        return (!parameters.is_empty()).then_some(parameters);
    }
    let input = told.input?;
    let parameters = match (told.service, told.service_id) {
        (Some(service), "ec2") => ec2::parameters(service, told, input),
        (Some(service), "dynamodb") if told.data_kind.is_some() => {
            dynamodb::parameters(service, told.operation_name, input)
        }
        (Some(service), _) => general(service, told, input),
        (None, _) => lowered_members(input),
    };
    (!parameters.is_empty()).then_some(parameters)
}

fn general(
    service: &localtrail_model::catalogue::Entry,
    told: &Told<'_>,
    input: &Map<String, Value>,
) -> Map<String, Value> {
    let shape = told.operation.and_then(|operation| operation.input);
    let mut parameters = Writer::of(service, told.operation_name).structure(input, shape);
    defaults::add(told.service_id, told.operation_name, &mut parameters);
    if (told.service_id, told.operation_name) == ("lambda", "UpdateFunctionCode") {
        add_qualified_arn(told, &mut parameters);
    }
    parameters
}

/// UpdateFunctionCode tells the function's ARN in parts (O).
fn add_qualified_arn(told: &Told<'_>, parameters: &mut Map<String, Value>) {
    let Some(name) = parameters.get("functionName").and_then(Value::as_str) else {
        return;
    };
    let arn = resources::lambda_function(told, name);
    let parts: Vec<&str> = arn.splitn(8, ':').collect();
    let [_, partition, _, region, account, _, name, ..] = parts[..] else {
        return;
    };
    let mut qualifier = Map::new();
    if let Some(version) = parts.get(7) {
        qualifier.insert("qualifier".to_owned(), (*version).into());
    }
    let arn = json!({
        "arnPrefix": {"partition": partition, "region": region, "account": account},
        "relativeId": {"functionName": name},
        "functionQualifier": qualifier,
    });
    parameters.insert("fullyQualifiedArn".to_owned(), arn);
}

/// Whether a failure is told without the call's parameters.
fn is_silent(service: &str, code: &str) -> bool {
    NULL_WHEN_FAILED.contains(&service)
        || NULL_ON_CODE.contains(&(service, code))
        || (code == "AccessDenied" && NULL_WHEN_DENIED.contains(&service))
}
