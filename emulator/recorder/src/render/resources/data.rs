//! The resources of data events: what selectors ask for as `resources.type` and `resources.ARN` (D, formats.md 3.6).

use localtrail_core::{AccountId, Resource};
use serde_json::{Map, Value};

use super::{lambda_function, resource};
use crate::render::{Told, category};

/// The resource of a data event, with the type that selectors ask for (D).
pub(super) fn of(told: &Told<'_>) -> Vec<Resource> {
    let Some(kind) = category::kind(told.service_id, told.operation_name) else {
        return Vec::new();
    };
    let arns: Vec<String> = match told.service_id {
        "dynamodb" => dynamodb_tables(told),
        "sns" => sns(told),
        "sqs" => vec![sqs_queue(told)],
        "lambda" => one(told, "FunctionName", |name| {
            unqualified(lambda_function(told, name))
        }),
        "events" => return event_buses(told),
        "kinesis" => kinesis(told),
        "ebs" => ["SnapshotId", "SecondSnapshotId"]
            .iter()
            .flat_map(|member| {
                one(told, member, |id| {
                    told.arn_of_nobody("ec2", &format!("snapshot/{id}"))
                })
            })
            .collect(),
        "cognito-identity" => one(told, "IdentityPoolId", |id| {
            told.arn("cognito-identity", &format!("identitypool/{id}"))
        }),
        "cloudwatch" => vec![told.arn("cloudwatch", "*")], // I
        _ => told.any_arn().into_iter().collect(),
    };
    arns.into_iter()
        .map(|arn| match told.service_id {
            // A platform endpoint is a resource of another type (D).
            "sns" if arn.contains(":endpoint/") => {
                resource(told, "AWS::SNS::PlatformEndpoint", arn)
            }
            _ => resource(told, kind, arn),
        })
        .collect()
}

/// A function's ARN without version or alias: seven parts (O).
fn unqualified(arn: String) -> String {
    match arn.match_indices(':').nth(6) {
        Some((end, _)) => arn[..end].to_owned(),
        None => arn,
    }
}

fn one(told: &Told<'_>, member: &str, arn: impl Fn(&str) -> String) -> Vec<String> {
    told.text(member).map(arn).into_iter().collect()
}

fn sns(told: &Told<'_>) -> Vec<String> {
    let target = told.text("TopicArn").or_else(|| told.text("TargetArn"));
    target.map(str::to_owned).into_iter().collect()
}

fn dynamodb_tables(told: &Told<'_>) -> Vec<String> {
    let in_batch = told
        .value("RequestItems")
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(Map::keys);
    let in_transaction = told
        .value("TransactItems")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|item| {
            let mut acts = item.as_object()?.values();
            acts.find_map(|act| act.get("TableName")?.as_str())
        });
    let mut tables: Vec<String> = told
        .text("TableName")
        .into_iter()
        .chain(in_batch.map(String::as_str))
        .chain(in_transaction)
        .map(|name| match name.starts_with("arn:") {
            true => name.to_owned(),
            false => told.arn("dynamodb", &format!("table/{name}")),
        })
        .collect();
    let mut seen = std::collections::HashSet::new();
    tables.retain(|arn| seen.insert(arn.clone()));
    tables
}

/// The queue of a URL `…/ACCOUNT/NAME`; without one, all queues (O native.md: ListQueues ends in a star).
fn sqs_queue(told: &Told<'_>) -> String {
    let of_url = told.text("QueueUrl").and_then(|url| {
        let mut parts = url.rsplit('/');
        let (name, account) = (parts.next()?, parts.next()?);
        AccountId::parse(account)?;
        Some(format!(
            "arn:{}:sqs:{}:{account}:{name}",
            told.region.partition(),
            told.region
        ))
    });
    of_url.unwrap_or_else(|| told.arn("sqs", told.text("QueueName").unwrap_or("*")))
}

fn kinesis(told: &Told<'_>) -> Vec<String> {
    let arn = told.text("ConsumerARN").or_else(|| told.text("StreamARN"));
    match arn {
        Some(arn) => vec![arn.to_owned()],
        None => one(told, "StreamName", |name| {
            told.arn("kinesis", &format!("stream/{name}"))
        }),
    }
}

/// Buses go without an account (O native.md).
fn event_buses(told: &Told<'_>) -> Vec<Resource> {
    let entries = told.value("Entries").and_then(Value::as_array);
    let mut arns: Vec<String> = Vec::new();
    for entry in entries.into_iter().flatten() {
        let name = entry
            .get("EventBusName")
            .and_then(Value::as_str)
            .unwrap_or("default");
        let arn = match name.starts_with("arn:") {
            true => name.to_owned(),
            false => told.arn("events", &format!("event-bus/{name}")),
        };
        if !arns.contains(&arn) {
            arns.push(arn);
        }
    }
    arns.into_iter()
        .map(|arn| Resource {
            account_id: None,
            kind: Some("AWS::Events::EventBus".to_owned()),
            arn: Some(arn),
            arn_prefix: None,
        })
        .collect()
}
