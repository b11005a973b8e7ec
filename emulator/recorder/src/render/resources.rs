//! `resources`: what a call was made on, for the services that say so (formats.md 3.6).

mod data;

use localtrail_core::{AccountId, Resource};
use serde_json::Value;

use super::Told;

/// Operations of SSM on parameters (O for Get, Put and DeleteParameter; D for the others).
const SSM_PARAMETERS: [&str; 9] = [
    "DeleteParameter",
    "DeleteParameters",
    "GetParameter",
    "GetParameterHistory",
    "GetParameters",
    "GetParametersByPath",
    "LabelParameterVersion",
    "PutParameter",
    "UnlabelParameterVersion",
];

/// Operations of CloudWatch Logs that name their group (O native.md; writes on groups do not).
const LOGS_READS: [&str; 4] = [
    "DescribeLogGroups",
    "DescribeLogStreams",
    "FilterLogEvents",
    "GetLogEvents",
];

/// At most so many are told of one call: a request of some megabytes can name a hundred thousand (I).
const MOST: usize = 100;

/// The resources of a call that succeeded; a call that failed names them where the service does not hide its parameters.
pub(super) fn of(told: &Told<'_>) -> Vec<Resource> {
    let mut resources = all(told);
    resources.truncate(MOST);
    resources
}

fn all(told: &Told<'_>) -> Vec<Resource> {
    let failed = told.outcome.result.is_err();
    match told.service_id {
        // A failed call of STS or KMS names nothing (O).
        "sts" | "kms" if failed => Vec::new(),
        "sts" => sts(told),
        "kms" => kms(told),
        "ssm" => ssm(told),
        "logs" if LOGS_READS.contains(&told.operation_name) && !failed => logs(told),
        _ => told
            .data_kind
            .map_or_else(Vec::new, |kind| data::of(told, kind)),
    }
}

/// Whose the first resource is, when an ARN says so.
pub(super) fn owner(told: &Told<'_>, resources: &[Resource]) -> Option<AccountId> {
    // A key is always made in the caller's own account, whatever account an upstream writes into its ARN.
    let is_made = told.operation_name == "CreateKey";
    if !matches!(told.service_id, "sts" | "kms") || is_made {
        return None;
    }
    let arn = resources.first()?.arn.as_deref()?;
    AccountId::parse(arn.split(':').nth(4)?)
}

/// The ARN of a function that is named, given by a partial ARN, or by a whole one.
pub(super) fn lambda_function(told: &Told<'_>, name: &str) -> String {
    if name.starts_with("arn:") {
        return name.to_owned();
    }
    let Some((account, name)) = name.split_once("function:") else {
        return told.arn("lambda", &format!("function:{name}"));
    };
    let account = account.trim_end_matches(':');
    let account = AccountId::parse(account).unwrap_or_else(|| told.account());
    told.arn_in(account, "lambda", &format!("function:{name}"))
}

/// The role, and who vouched for the caller (O; the provider D).
fn sts(told: &Told<'_>) -> Vec<Resource> {
    let mut resources = Vec::new();
    if let Some(role) = told.text("RoleArn") {
        resources.push(resource(told, "AWS::IAM::Role", role.to_owned()));
    }
    if let Some(provider) = told.text("PrincipalArn") {
        resources.push(resource(
            told,
            "AWS::IAM::SAMLProvider",
            provider.to_owned(),
        ));
    }
    let provider = told.output().get("Provider").and_then(Value::as_str);
    if let Some(provider) = provider.filter(|provider| provider.starts_with("arn:")) {
        let kind = "AWS::IAM::OIDCProvider";
        resources.push(resource(told, kind, provider.to_owned()));
    }
    resources
}

/// The key; CreateAlias and UpdateAlias name the alias as well (O).
fn kms(told: &Told<'_>) -> Vec<Resource> {
    let output = told.output();
    let of_output = output
        .get("KeyMetadata")
        .and_then(|metadata| metadata.get("Arn"))
        .or_else(|| output.get("KeyId"))
        .and_then(Value::as_str)
        .filter(|key| key.starts_with("arn:"));
    let asked = told.text("TargetKeyId").or_else(|| told.text("KeyId"));
    let key = match (of_output, asked) {
        (Some(arn), _) => Some(arn.to_owned()),
        (None, Some(key)) => Some(kms_arn(told, key)),
        (None, None) => None,
    };
    let alias = told.text("AliasName").map(|alias| kms_arn(told, alias));
    let named = key.into_iter().chain(alias);
    named
        .map(|arn| resource(told, "AWS::KMS::Key", arn))
        .collect()
}

fn kms_arn(told: &Told<'_>, key: &str) -> String {
    match key {
        _ if key.starts_with("arn:") => key.to_owned(),
        _ if key.starts_with("alias/") => told.arn("kms", key),
        _ => told.arn("kms", &format!("key/{key}")),
    }
}

/// Parameters, instances and associations, without a type (O).
fn ssm(told: &Told<'_>) -> Vec<Resource> {
    if told
        .outcome
        .result
        .as_ref()
        .is_err_and(|error| error.code == "ThrottlingException")
    {
        return Vec::new();
    }
    let instance = || told.text("InstanceId");
    let arns: Vec<String> = match told.operation_name {
        name if SSM_PARAMETERS.contains(&name) => {
            let one = told.text("Name").or_else(|| told.text("Path"));
            let named = one.into_iter().chain(told.texts("Names")).take(MOST);
            named.map(|name| ssm_parameter(told, name)).collect()
        }
        "ListInstanceAssociations" | "DescribeInstanceAssociationsStatus" => instance()
            .map(|id| instance_arn(told, id))
            .into_iter()
            .collect(),
        "UpdateInstanceAssociationStatus" => {
            let association = told.text("AssociationId");
            let association = association.map(|id| told.arn("ssm", &format!("association/{id}")));
            let instance = instance().map(|id| instance_arn(told, id));
            association.into_iter().chain(instance).collect()
        }
        "PutInventory" => {
            let inventory = |id: &str| told.arn("ssm", &format!("managed-instance-inventory/{id}"));
            let both = instance().map(|id| [instance_arn(told, id), inventory(id)]);
            both.into_iter().flatten().collect()
        }
        _ => Vec::new(),
    };
    arns.into_iter()
        .map(|arn| Resource {
            account_id: Some(account_of(told, &arn)),
            kind: None,
            arn: Some(arn),
            arn_prefix: None,
        })
        .collect()
}

/// A parameter's path is told without its first slash doubled (O).
fn ssm_parameter(told: &Told<'_>, name: &str) -> String {
    if name.starts_with("arn:") {
        return name.to_owned();
    }
    let name = name.trim_start_matches('/');
    // A version or a label behind the name is no part of the ARN (I).
    let name = name.split(':').next().unwrap_or(name);
    told.arn("ssm", &format!("parameter/{name}"))
}

fn instance_arn(told: &Told<'_>, id: &str) -> String {
    told.arn("ec2", &format!("instance/{id}"))
}

/// The group (O native.md that there is one; its form I).
fn logs(told: &Told<'_>) -> Vec<Resource> {
    let name = told
        .text("logGroupIdentifier")
        .or_else(|| told.text("logGroupName"))
        .or_else(|| told.text("logGroupNamePrefix"))
        .unwrap_or("*");
    let arn = match name.starts_with("arn:") {
        true => name.to_owned(),
        false => told.arn("logs", &format!("log-group:{name}")),
    };
    vec![resource(told, "AWS::Logs::LogGroup", arn)]
}

fn resource(told: &Told<'_>, kind: &str, arn: String) -> Resource {
    Resource {
        account_id: Some(account_of(told, &arn)),
        kind: Some(kind.to_owned()),
        arn: Some(arn),
        arn_prefix: None,
    }
}

/// The account that an ARN names, else the caller's.
fn account_of(told: &Told<'_>, arn: &str) -> String {
    let named = arn.split(':').nth(4).and_then(AccountId::parse);
    named.unwrap_or_else(|| told.account()).to_string()
}
