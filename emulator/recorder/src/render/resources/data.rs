//! The resources of data events: what selectors ask for as `resources.type` and `resources.ARN` (D, formats.md 3.6).

use localtrail_core::{AccountId, Resource};
use serde_json::{Map, Value};

use super::{MOST, lambda_function, resource};
use crate::render::{Told, dynamodb};

/// What else data events are about: a service, a parameter, the service that its ARN names, and what precedes the name
/// there (D: the formats of the services' ARNs; that records have them is I). A parameter that is an ARN is one already.
const NAMED: [(&str, &str, &str, &str); 10] = [
    (
        "bedrock-agent-runtime",
        "knowledgeBaseId",
        "bedrock",
        "knowledge-base/",
    ),
    ("cloudtrail-data", "channelArn", "cloudtrail", "channel/"),
    (
        "cognito-identity",
        "IdentityPoolId",
        "cognito-identity",
        "identitypool/",
    ),
    (
        "firehose",
        "DeliveryStreamName",
        "firehose",
        "deliverystream/",
    ),
    ("iot-data", "thingName", "iot", "thing/"),
    (
        "kinesis-video-archived-media",
        "StreamName",
        "kinesisvideo",
        "stream/",
    ),
    (
        "kinesis-video-media",
        "StreamName",
        "kinesisvideo",
        "stream/",
    ),
    ("rds-data", "resourceArn", "rds", "cluster:"),
    (
        "sagemaker-featurestore-runtime",
        "FeatureGroupName",
        "sagemaker",
        "feature-group/",
    ),
    (
        "sagemaker-runtime",
        "EndpointName",
        "sagemaker",
        "endpoint/",
    ),
];

/// The resources of a data event, of the type that selectors ask for (D).
pub(super) fn of(told: &Told<'_>, kind: &str) -> Vec<Resource> {
    let arns: Vec<String> = match told.service_id {
        "dynamodb" => dynamodb_tables(told),
        "sns" => sns(told),
        "sqs" => vec![sqs_queue(told)],
        "lambda" => one(told, "FunctionName", |name| {
            unqualified(lambda_function(told, name))
        }),
        "events" => return event_buses(told),
        "kinesis" => kinesis(told),
        "ebs" => ["SnapshotId", "FirstSnapshotId", "SecondSnapshotId"]
            .iter()
            .flat_map(|member| {
                one(told, member, |id| {
                    told.arn_of_nobody("ec2", &format!("snapshot/{id}"))
                })
            })
            .collect(),
        "cloudwatch" => vec![told.arn("cloudwatch", "*")], // I
        "bedrock-agent-runtime" => bedrock_agent(told),
        _ => named(told),
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

/// By the table above, else the first parameter that is an ARN.
fn named(told: &Told<'_>) -> Vec<String> {
    let mut rows = NAMED.iter().filter(|(id, ..)| *id == told.service_id);
    let found = rows.find_map(|(_, member, service, before)| {
        let name = told.text(member)?;
        Some(match name.starts_with("arn:") {
            true => name.to_owned(),
            false => told.arn(service, &format!("{before}{name}")),
        })
    });
    found.or_else(|| told.any_arn()).into_iter().collect()
}

/// An agent's or a flow's alias, or a knowledge base (D: the formats of the ARNs).
fn bedrock_agent(told: &Told<'_>) -> Vec<String> {
    let alias = |of: &str, named: &str, joint: &str| {
        let (of, alias) = (told.text(of)?, told.text(named)?);
        Some(format!("{of}{joint}{alias}"))
    };
    let agent = alias("agentId", "agentAliasId", "/").map(|path| format!("agent-alias/{path}"));
    let flow = || alias("flowIdentifier", "flowAliasIdentifier", "/alias/");
    let flow = || flow().map(|path| format!("flow/{path}"));
    match agent.or_else(flow) {
        Some(path) => vec![told.arn("bedrock", &path)],
        None => named(told),
    }
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

/// Tables by name, by ARN, in batches, in transactions and in statements.
fn dynamodb_tables(told: &Told<'_>) -> Vec<String> {
    let in_batch = told
        .value("RequestItems")
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(Map::keys);
    let items = |member: &str| told.value(member).and_then(Value::as_array).into_iter();
    let in_transaction = items("TransactItems").flatten().filter_map(|item| {
        let mut acts = item.as_object()?.values();
        acts.find_map(|act| act.get("TableName")?.as_str())
    });
    let statements = items("Statements").chain(items("TransactStatements"));
    let statements = statements.flatten();
    let statements = statements.filter_map(|one| one.get("Statement")?.as_str());
    let in_statements = told
        .text("Statement")
        .into_iter()
        .chain(statements)
        .filter_map(dynamodb::table_of);
    let tables = told
        .text("TableName")
        .into_iter()
        .chain(in_batch.map(String::as_str))
        .chain(in_transaction)
        .chain(in_statements);
    distinct(tables, |name| match name.starts_with("arn:") {
        true => name.to_owned(),
        false => told.arn("dynamodb", &format!("table/{name}")),
    })
}

/// Each ARN once, and not more of them than are told.
fn distinct<'n>(names: impl Iterator<Item = &'n str>, arn: impl Fn(&str) -> String) -> Vec<String> {
    let mut arns: Vec<String> = Vec::new();
    for name in names {
        let arn = arn(name);
        if !arns.contains(&arn) {
            arns.push(arn);
        }
        if arns.len() == MOST {
            break;
        }
    }
    arns
}

/// The queue of a URL `…/ACCOUNT/NAME`, or of a name; without either, all queues (O native.md: ListQueues ends in a star, and
/// a queue's bare name stands for its URL).
fn sqs_queue(told: &Told<'_>) -> String {
    let Some(url) = told.text("QueueUrl") else {
        let owner = told
            .text("QueueOwnerAWSAccountId")
            .and_then(AccountId::parse);
        let owner = owner.unwrap_or_else(|| told.account());
        return told.arn_in(owner, "sqs", told.text("QueueName").unwrap_or("*"));
    };
    let mut parts = url.trim_end_matches('/').rsplit('/');
    let name = parts.next().unwrap_or_default();
    let owner = parts.next().and_then(AccountId::parse);
    told.arn_in(owner.unwrap_or_else(|| told.account()), "sqs", name)
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
    let names = entries.into_iter().flatten().map(|entry| {
        let name = entry.get("EventBusName").and_then(Value::as_str);
        name.unwrap_or("default")
    });
    let arns = distinct(names, |name| match name.starts_with("arn:") {
        true => name.to_owned(),
        false => told.arn("events", &format!("event-bus/{name}")),
    });
    arns.into_iter()
        .map(|arn| Resource {
            account_id: None,
            kind: Some("AWS::Events::EventBus".to_owned()),
            arn: Some(arn),
            arn_prefix: None,
        })
        .collect()
}
