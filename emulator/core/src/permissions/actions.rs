//! IAM's actions for calls (D, the Service Authorization Reference): prefixes that differ from event sources, names that
//! differ from event names, calls that need several permissions or none.

use serde_json::Value;

use super::Called;

/// IAM's prefix of event sources that have another name there; all others have the same.
const PREFIXES: [(&str, &str); 23] = [
    ("amazonmq", "mq"),
    ("apigatewayv2", "apigateway"),
    ("application-insights", "applicationinsights"),
    ("catalog.marketplace", "aws-marketplace"),
    ("cloudcontrolapi", "cloudformation"),
    ("cognitoidentity", "cognito-identity"),
    ("edgekeyvaluestore", "cloudfront-keyvaluestore"),
    ("email", "ses"),
    ("entitlement.marketplace", "aws-marketplace"),
    ("iotdata", "iot"),
    ("metering-marketplace", "aws-marketplace"),
    ("migrationhub", "mgh"),
    ("models.lex", "lex"),
    ("monitoring", "cloudwatch"),
    ("mturk-requester", "mechanicalturk"),
    ("opensearch", "es"),
    ("rdsdata", "rds-data"),
    ("runtime.lex", "lex"),
    ("runtime.sagemaker", "sagemaker"),
    ("servicecatalog-appregistry", "servicecatalog"),
    ("streams.dynamodb", "dynamodb"),
    ("tagging", "tag"),
    ("transcribestreaming", "transcribe"),
];

/// Calls whose actions have other names: source, event name, actions with their prefixes.
const NAMES: [(&str, &str, &[&str]); 57] = [
    ("bedrock", "Converse", &["bedrock:InvokeModel"]),
    (
        "bedrock",
        "ConverseStream",
        &["bedrock:InvokeModelWithResponseStream"],
    ),
    ("dynamodb", "BatchExecuteStatement", PARTIQL),
    ("dynamodb", "ExecuteStatement", PARTIQL),
    ("dynamodb", "ExecuteTransaction", PARTIQL),
    ("dynamodb", "TransactGetItems", &["dynamodb:GetItem"]),
    ("dynamodb", "TransactWriteItems", WRITING_ITEMS),
    (
        "kms",
        "ReEncrypt",
        &["kms:ReEncryptFrom", "kms:ReEncryptTo"],
    ),
    ("lambda", "Invoke", &["lambda:InvokeFunction"]),
    ("lambda", "InvokeAsync", &["lambda:InvokeFunction"]),
    ("lambda", "InvokeExecution", &[]),
    (
        "lambda",
        "InvokeWithResponseStream",
        &["lambda:InvokeFunction"],
    ),
    ("s3", "CompleteMultipartUpload", &["s3:PutObject"]),
    ("s3", "CopyObject", &["s3:PutObject"]),
    ("s3", "CreateMultipartUpload", &["s3:PutObject"]),
    (
        "s3",
        "DeleteBucketAnalyticsConfiguration",
        &["s3:PutAnalyticsConfiguration"],
    ),
    ("s3", "DeleteBucketCors", &["s3:PutBucketCORS"]),
    (
        "s3",
        "DeleteBucketEncryption",
        &["s3:PutEncryptionConfiguration"],
    ),
    (
        "s3",
        "DeleteBucketInventoryConfiguration",
        &["s3:PutInventoryConfiguration"],
    ),
    (
        "s3",
        "DeleteBucketLifecycle",
        &["s3:PutLifecycleConfiguration"],
    ),
    (
        "s3",
        "DeleteBucketMetricsConfiguration",
        &["s3:PutMetricsConfiguration"],
    ),
    (
        "s3",
        "DeleteBucketOwnershipControls",
        &["s3:PutBucketOwnershipControls"],
    ),
    (
        "s3",
        "DeleteBucketPublicAccessBlock",
        &["s3:PutBucketPublicAccessBlock"],
    ),
    (
        "s3",
        "DeleteBucketReplication",
        &["s3:PutReplicationConfiguration"],
    ),
    ("s3", "DeleteBucketTagging", &["s3:PutBucketTagging"]),
    ("s3", "DeleteObjects", &["s3:DeleteObject"]),
    (
        "s3",
        "GetBucketAnalyticsConfiguration",
        &["s3:GetAnalyticsConfiguration"],
    ),
    ("s3", "GetBucketCors", &["s3:GetBucketCORS"]),
    (
        "s3",
        "GetBucketEncryption",
        &["s3:GetEncryptionConfiguration"],
    ),
    (
        "s3",
        "GetBucketInventoryConfiguration",
        &["s3:GetInventoryConfiguration"],
    ),
    (
        "s3",
        "GetBucketLifecycle",
        &["s3:GetLifecycleConfiguration"],
    ),
    (
        "s3",
        "GetBucketMetricsConfiguration",
        &["s3:GetMetricsConfiguration"],
    ),
    (
        "s3",
        "GetBucketReplication",
        &["s3:GetReplicationConfiguration"],
    ),
    ("s3", "HeadBucket", &["s3:ListBucket"]),
    ("s3", "HeadObject", &["s3:GetObject"]),
    ("s3", "ListBuckets", &["s3:ListAllMyBuckets"]),
    (
        "s3",
        "ListMultipartUploads",
        &["s3:ListBucketMultipartUploads"],
    ),
    ("s3", "ListObjectVersions", &["s3:ListBucketVersions"]),
    ("s3", "ListObjects", &["s3:ListBucket"]),
    ("s3", "ListParts", &["s3:ListMultipartUploadParts"]),
    ("s3", "PutBucketCors", &["s3:PutBucketCORS"]),
    (
        "s3",
        "PutBucketEncryption",
        &["s3:PutEncryptionConfiguration"],
    ),
    (
        "s3",
        "PutBucketInventoryConfiguration",
        &["s3:PutInventoryConfiguration"],
    ),
    (
        "s3",
        "PutBucketLifecycle",
        &["s3:PutLifecycleConfiguration"],
    ),
    (
        "s3",
        "PutBucketReplication",
        &["s3:PutReplicationConfiguration"],
    ),
    ("s3", "SelectObjectContent", &["s3:GetObject"]),
    ("s3", "UploadPart", &["s3:PutObject"]),
    ("s3", "UploadPartCopy", &["s3:PutObject"]),
    ("sns", "PublishBatch", &["sns:Publish"]),
    (
        "sqs",
        "ChangeMessageVisibilityBatch",
        &["sqs:ChangeMessageVisibility"],
    ),
    ("sqs", "DeleteMessageBatch", &["sqs:DeleteMessage"]),
    ("sqs", "SendMessageBatch", &["sqs:SendMessage"]),
    ("sts", "AssumeRoleWithSAML", &[]),
    ("sts", "AssumeRoleWithWebIdentity", &[]),
    ("sts", "GetAccessKeyInfo", &[]),
    ("sts", "GetCallerIdentity", &[]),
    ("sts", "GetSessionToken", &[]),
];

const PARTIQL: &[&str] = &[
    "dynamodb:PartiQLDelete",
    "dynamodb:PartiQLInsert",
    "dynamodb:PartiQLSelect",
    "dynamodb:PartiQLUpdate",
];

const WRITING_ITEMS: &[&str] = &[
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
];

/// The actions that a call needs, without PassRole; none for calls that everybody may make (D).
pub(super) fn of(called: &Called<'_>) -> Vec<String> {
    let listed = NAMES
        .iter()
        .find(|(source, name, _)| *source == called.source && *name == called.name);
    if let Some((_, _, actions)) = listed {
        let mut actions: Vec<String> = actions.iter().map(|&action| action.to_owned()).collect();
        actions.extend(beside(called).map(str::to_owned));
        return actions;
    }
    if called.source.is_empty() || called.name.is_empty() {
        return Vec::new();
    }
    if called.source == "apigateway" {
        return vec![format!("apigateway:{}", verb(called.name))];
    }
    let name = without_date(called.name);
    let mut actions = vec![format!("{}:{name}", prefix(called.source))];
    actions.extend(beside(called).map(str::to_owned));
    actions
}

/// What a call needs beside its own action, where a parameter says so (D).
fn beside(called: &Called<'_>) -> Option<&'static str> {
    let has = |member: &str| !called.parameters[member].is_null();
    match (called.source, called.name) {
        ("s3", "CopyObject" | "UploadPartCopy") => Some("s3:GetObject"),
        ("sts", "AssumeRole") if has("tags") => Some("sts:TagSession"),
        ("sts", "AssumeRole") if has("sourceIdentity") => Some("sts:SetSourceIdentity"),
        ("secretsmanager", "CreateSecret") if has("tags") => Some("secretsmanager:TagResource"),
        ("kms", "CreateKey") if has("tags") => Some("kms:TagResource"),
        ("ec2", "RunInstances") if has("tagSpecificationSet") => Some("ec2:CreateTags"),
        _ => None,
    }
}

/// API Gateway's actions are HTTP's methods (D).
fn verb(name: &str) -> &'static str {
    let verbs = [
        ("Get", "GET"),
        ("Delete", "DELETE"),
        ("Untag", "DELETE"),
        ("Update", "PATCH"),
        ("Put", "PUT"),
        ("Tag", "PUT"),
        ("Reimport", "PUT"),
    ];
    let listed = verbs.iter().find(|(begin, _)| name.starts_with(begin));
    listed.map_or("POST", |(_, verb)| verb)
}

fn prefix(source: &str) -> &str {
    let listed = PREFIXES.iter().find(|(name, _)| *name == source);
    listed.map_or(source, |(_, prefix)| prefix)
}

/// `CreateFunction20150331` and `GetFunction20150331v2` of Lambda, `CreateDistribution2020_05_31` of CloudFront are
/// `CreateFunction`, `GetFunction` and `CreateDistribution` (D and O, formats.md 3.3).
fn without_date(name: &str) -> &str {
    let plain = name
        .strip_suffix("v2")
        .filter(|rest| rest.ends_with(|c: char| c.is_ascii_digit()))
        .unwrap_or(name);
    let stem = plain.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
    let date = &plain[stem.len()..];
    let digits = date.bytes().filter(u8::is_ascii_digit).count();
    if digits == 8 && date.starts_with('2') {
        stem
    } else {
        name
    }
}

/// The roles that a call hands to a service, which `iam:PassRole` must allow (D): ARNs in parameters that are named after
/// roles. IAM and STS name roles without handing them over.
pub(super) fn roles_handed_over(called: &Called<'_>) -> Vec<String> {
    let mut roles = Vec::new();
    if !matches!(
        called.source,
        "iam" | "sts" | "organizations" | "kms" | "s3"
    ) && !crate::record::sketch::reads_only(called.source, called.name)
    {
        gather(called.parameters, "", &mut roles);
        roles.extend(of_profile(called));
    }
    roles
}

fn gather(value: &Value, name: &str, roles: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                gather(member, name, roles);
            }
        }
        Value::Array(elements) => {
            for element in elements {
                gather(element, name, roles);
            }
        }
        Value::String(text) if name.to_ascii_lowercase().contains("role") => {
            let parts: Vec<&str> = text.splitn(6, ':').collect();
            if let ["arn", _, "iam", "", _, resource] = parts.as_slice()
                && resource.starts_with("role/")
            {
                roles.push(text.clone());
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// An instance profile hands over its role, which has the profile's name where a console made both (I).
fn of_profile(called: &Called<'_>) -> Option<String> {
    let profile = &called.parameters["iamInstanceProfile"];
    let named = profile["name"].as_str();
    let name = named.or_else(|| profile["arn"].as_str()?.rsplit('/').next())?;
    let (partition, account) = (called.partition, called.account);
    Some(format!("arn:{partition}:iam::{account}:role/{name}"))
}

/// All actions that the tables name.
#[cfg(test)]
pub(super) fn listed() -> impl Iterator<Item = &'static str> {
    let of_names = NAMES.iter().flat_map(|(_, _, actions)| actions.iter());
    of_names.copied()
}
