//! IAM's actions for calls (D, the Service Authorization Reference): calls that need several permissions or none, roles
//! that are handed over. Which names differ stands in `tables`.

mod tables;

use serde_json::Value;

use super::Called;
use tables::{NAMES, PREFIXES};

/// The actions that a call needs, without PassRole; none for calls that everybody may make (D), and for what cannot be an
/// action's name, such as that of a call which nobody knows.
pub(super) fn of(called: &Called<'_>) -> Vec<String> {
    let listed = NAMES
        .iter()
        .find(|(source, name, _)| *source == called.source && *name == called.name);
    let mut actions: Vec<String> = match listed {
        Some((_, _, actions)) => actions.iter().map(|&action| action.to_owned()).collect(),
        None => named_alike(called).into_iter().collect(),
    };
    actions.extend(beside(called).map(str::to_owned));
    if called.source == "s3" {
        for action in &mut actions {
            name_the_version(called, action);
        }
    }
    actions
}

/// The action of a call by the rules of names.
fn named_alike(called: &Called<'_>) -> Option<String> {
    let (source, name) = (called.source, without_date(called.name));
    if source == "apigateway" {
        return Some(format!("apigateway:{}", verb(name)));
    }
    if source == "s3"
        && let Some(action) = of_bucket_configuration(name)
    {
        return Some(action);
    }
    let is_word = |text: &str| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !text.is_empty() && text.bytes().all(fits)
    };
    let known = is_word(source) || source.contains('.');
    (known && is_word(name)).then(|| format!("{}:{name}", prefix(source)))
}

/// `GetBucketMetricsConfiguration`, `ListBucketMetricsConfigurations` and the like are `s3:GetMetricsConfiguration`; who may
/// put one may also delete it (D).
fn of_bucket_configuration(name: &str) -> Option<String> {
    const KINDS: [&str; 6] = [
        "Accelerate",
        "Analytics",
        "IntelligentTiering",
        "Inventory",
        "Lifecycle",
        "Metrics",
    ];
    let verbs = [
        ("Get", "Get"),
        ("List", "Get"),
        ("Put", "Put"),
        ("Delete", "Put"),
    ];
    let (verb, rest) = verbs.iter().find_map(|(begin, verb)| {
        Some((verb, name.strip_prefix(begin)?.strip_prefix("Bucket")?))
    })?;
    let kind = rest.trim_end_matches('s').strip_suffix("Configuration")?;
    let known = KINDS.contains(&kind);
    known.then(|| format!("s3:{verb}{kind}Configuration"))
}

/// A version of an object that is asked for by its id has actions of its own (D).
fn name_the_version(called: &Called<'_>, action: &mut String) {
    const VERSIONED: [&str; 9] = [
        "s3:DeleteObject",
        "s3:DeleteObjectTagging",
        "s3:GetObject",
        "s3:GetObjectAcl",
        "s3:GetObjectAttributes",
        "s3:GetObjectTagging",
        "s3:GetObjectTorrent",
        "s3:PutObjectAcl",
        "s3:PutObjectTagging",
    ];
    let is_copied = action == "s3:GetObject" && called.parameter("x-amz-copy-source").is_some();
    let is_of_version = match called.parameter("x-amz-copy-source").filter(|_| is_copied) {
        Some(source) => source.contains("?versionId="),
        None => called.parameter("versionId").is_some(),
    };
    if is_of_version && VERSIONED.contains(&action.as_str()) {
        *action = action.replacen("Object", "ObjectVersion", 1);
    }
}

/// What a parameter makes a call need beside its own action (D): source, how the event's name begins, parameter, action.
const BESIDE: [(&str, &str, &str, &str); 28] = [
    (
        "cloudtrail",
        "CreateTrail",
        "tagsList",
        "cloudtrail:AddTags",
    ),
    ("dynamodb", "CreateTable", "tags", "dynamodb:TagResource"),
    ("ecr", "CreateRepository", "tags", "ecr:TagResource"),
    ("eks", "Create", "tags", "eks:TagResource"),
    ("events", "PutRule", "tags", "events:TagResource"),
    (
        "iam",
        "CreateInstanceProfile",
        "tags",
        "iam:TagInstanceProfile",
    ),
    ("iam", "CreatePolicy", "tags", "iam:TagPolicy"),
    ("iam", "CreateRole", "tags", "iam:TagRole"),
    ("iam", "CreateUser", "tags", "iam:TagUser"),
    ("kms", "CreateKey", "tags", "kms:TagResource"),
    ("lambda", "CreateFunction", "tags", "lambda:TagResource"),
    ("logs", "CreateLogGroup", "tags", "logs:TagResource"),
    ("rds", "Create", "tags", "rds:AddTagsToResource"),
    ("s3", "CopyObject", "x-amz-acl", "s3:PutObjectAcl"),
    ("s3", "CopyObject", "x-amz-copy-source", "s3:GetObject"),
    ("s3", "CopyObject", "x-amz-tagging", "s3:PutObjectTagging"),
    ("s3", "CreateBucket", "x-amz-acl", "s3:PutBucketAcl"),
    (
        "s3",
        "CreateMultipartUpload",
        "x-amz-acl",
        "s3:PutObjectAcl",
    ),
    (
        "s3",
        "CreateMultipartUpload",
        "x-amz-tagging",
        "s3:PutObjectTagging",
    ),
    ("s3", "PutObject", "x-amz-acl", "s3:PutObjectAcl"),
    ("s3", "PutObject", "x-amz-tagging", "s3:PutObjectTagging"),
    ("s3", "UploadPartCopy", "x-amz-copy-source", "s3:GetObject"),
    (
        "secretsmanager",
        "CreateSecret",
        "tags",
        "secretsmanager:TagResource",
    ),
    ("sns", "CreateTopic", "tags", "sns:TagResource"),
    ("sqs", "CreateQueue", "tags", "sqs:TagQueue"),
    ("ssm", "PutParameter", "tags", "ssm:AddTagsToResource"),
    (
        "sts",
        "AssumeRole",
        "sourceIdentity",
        "sts:SetSourceIdentity",
    ),
    ("sts", "AssumeRole", "tags", "sts:TagSession"),
];

fn beside<'a>(called: &'a Called<'_>) -> impl Iterator<Item = &'static str> + 'a {
    let rows = BESIDE.iter().filter(|(source, begin, parameter, _)| {
        *source == called.source
            && called.name.starts_with(begin)
            && is_something(&called.parameters[*parameter])
    });
    let tagged = called.source == "ec2"
        && called.name != "CreateTags"
        && (is_something(&called.parameters["tagSpecificationSet"])
            || is_something(&called.wrapped()["TagSpecification"]));
    rows.map(|(_, _, _, action)| *action)
        .chain(tagged.then_some("ec2:CreateTags"))
}

/// Neither absent nor empty.
fn is_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(elements) => !elements.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
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
    if (called.source, called.name) == ("iam", "AddRoleToInstanceProfile") {
        // The one call of IAM's own that hands a role over (D).
        let (partition, account) = (called.partition, called.account);
        let name = called.parameter("roleName");
        roles.extend(name.map(|name| format!("arn:{partition}:iam::{account}:role/{name}")));
    } else if !matches!(
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
    let old = &called.parameters["iamInstanceProfile"];
    let new = &called.wrapped()["IamInstanceProfile"];
    let told = [&old["name"], &new["Name"], &old["arn"], &new["Arn"]];
    let told = told.iter().find_map(|value| value.as_str())?;
    let name = told.rsplit('/').next()?;
    let (partition, account) = (called.partition, called.account);
    Some(format!("arn:{partition}:iam::{account}:role/{name}"))
}

/// All actions that the tables name.
#[cfg(test)]
pub(super) fn listed() -> impl Iterator<Item = &'static str> {
    let of_names = NAMES.iter().flat_map(|(_, _, actions)| actions.iter());
    let beside = BESIDE.iter().map(|(_, _, _, action)| *action);
    of_names.copied().chain(beside)
}
