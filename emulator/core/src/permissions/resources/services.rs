//! The resources of services whose parameters name them by less than ARNs.

use serde_json::Value;

use super::Called;

/// Buckets and objects have no region and no account in their ARNs.
pub(super) fn s3(called: &Called<'_>, action: &str) -> Vec<String> {
    let root = format!("arn:{}:s3:::", called.partition);
    let Some(bucket) = called.parameter("bucketName") else {
        return Vec::new();
    };
    if action.starts_with("s3:GetObject") && matches!(called.name, "CopyObject" | "UploadPartCopy")
    {
        let source = called.parameter("x-amz-copy-source");
        let source = source.map(|source| source.trim_start_matches('/'));
        let source = source.and_then(|source| source.split('?').next());
        return source
            .map(|source| format!("{root}{}", literal(source)))
            .into_iter()
            .collect();
    }
    let is_of_object = called.name.contains("Object")
        && !matches!(
            called.name,
            "ListObjects"
                | "ListObjectVersions"
                | "GetBucketObjectLockConfiguration"
                | "PutBucketObjectLockConfiguration"
        );
    let is_of_upload = matches!(
        called.name,
        "AbortMultipartUpload"
            | "CompleteMultipartUpload"
            | "CreateMultipartUpload"
            | "ListParts"
            | "UploadPart"
            | "UploadPartCopy"
    );
    match called.parameter("key") {
        Some(key) if is_of_object || is_of_upload => {
            vec![format!("{root}{bucket}/{}", literal(key))]
        }
        None if is_of_object => vec![format!("{root}{bucket}/*")],
        Some(_) | None => vec![format!("{root}{bucket}")],
    }
}

/// A key with what policies take for wildcards and variables made literal (D).
fn literal(key: &str) -> String {
    let mut literal = String::with_capacity(key.len());
    for c in key.chars() {
        match c {
            '*' | '?' | '$' => literal.extend(["${", c.encode_utf8(&mut [0; 4]), "}"]),
            c => literal.push(c),
        }
    }
    literal
}

/// What the call is about: of several names the one that permissions are checked on (D). A new thing's path stands in the
/// answer or in a parameter.
pub(super) fn iam(called: &Called<'_>) -> Vec<String> {
    const KINDS: [(&str, &str, &str); 10] = [
        ("instanceProfileName", "instance-profile", "instanceProfile"),
        ("roleName", "role", "role"),
        ("groupName", "group", "group"),
        ("userName", "user", "user"),
        ("policyName", "policy", "policy"),
        ("serverCertificateName", "server-certificate", ""),
        ("openIDConnectProviderArn", "", ""),
        ("sAMLProviderArn", "", ""),
        ("serialNumber", "", ""),
        ("policyArn", "", ""),
    ];
    // AttachUserPolicy and the like name a policy beside the user; the inline ones name it, too.
    for (member, kind, answered) in KINDS {
        let Some(name) = called.parameter(member) else {
            continue;
        };
        if kind.is_empty() {
            return vec![name.to_owned()];
        }
        if let Some(arn) = called.response[answered]["arn"].as_str() {
            return vec![arn.to_owned()];
        }
        let path = called.parameter("path").unwrap_or("/");
        let (partition, account) = (called.partition, called.account);
        return vec![format!("arn:{partition}:iam::{account}:{kind}{path}{name}")];
    }
    let caller = called.caller.filter(|arn| arn.contains(":user/"));
    let own = caller.filter(|_| OF_ONESELF.contains(&called.name));
    own.map(str::to_owned).into_iter().collect()
}

/// Without a name these are about the caller's own user (D).
const OF_ONESELF: [&str; 9] = [
    "ChangePassword",
    "CreateAccessKey",
    "DeleteAccessKey",
    "GetUser",
    "ListAccessKeys",
    "ListMFADevices",
    "ListSSHPublicKeys",
    "ListSigningCertificates",
    "UpdateAccessKey",
];

pub(super) fn sts(called: &Called<'_>) -> Vec<String> {
    let (partition, account) = (called.partition, called.account);
    let name = called.parameter("name");
    let federated = name.filter(|_| called.name == "GetFederationToken");
    let federated =
        federated.map(|name| format!("arn:{partition}:sts::{account}:federated-user/{name}"));
    let role = called.parameter("roleArn").map(str::to_owned);
    role.or(federated).into_iter().collect()
}

/// Whether ARNs of a kind name an account: images and snapshots can be another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    Named,
    Unnamed,
}

/// Parameters that name a thing of EC2, and the thing's kind in ARNs.
const EC2_THINGS: [(&str, &str, Owner); 12] = [
    ("allocationId", "elastic-ip", Owner::Named),
    ("groupId", "security-group", Owner::Named),
    ("imageId", "image", Owner::Unnamed),
    ("instanceId", "instance", Owner::Named),
    ("internetGatewayId", "internet-gateway", Owner::Named),
    ("natGatewayId", "natgateway", Owner::Named),
    ("networkInterfaceId", "network-interface", Owner::Named),
    ("routeTableId", "route-table", Owner::Named),
    ("snapshotId", "snapshot", Owner::Unnamed),
    ("subnetId", "subnet", Owner::Named),
    ("volumeId", "volume", Owner::Named),
    ("vpcId", "vpc", Owner::Named),
];

/// Calls that change things which they name. What describes needs `*`, and what makes things has no ARN of them yet.
const EC2_CHANGES: [&str; 11] = [
    "Associate",
    "Attach",
    "Authorize",
    "Delete",
    "Deregister",
    "Detach",
    "GetPasswordData",
    "Modify",
    "Release",
    "Replace",
    "Revoke",
];

pub(super) fn ec2(called: &Called<'_>) -> Vec<String> {
    let on_instances = matches!(
        called.name,
        "StartInstances" | "StopInstances" | "RebootInstances" | "TerminateInstances"
    );
    if on_instances {
        let items = called.parameters["instancesSet"]["items"].as_array();
        let ids = items.into_iter().flatten();
        return ids
            .filter_map(|item| item["instanceId"].as_str())
            .map(|id| called.arn("ec2", &format!("instance/{id}")))
            .collect();
    }
    if !EC2_CHANGES.iter().any(|verb| called.name.starts_with(verb)) {
        return Vec::new();
    }
    let things = EC2_THINGS.iter().filter_map(|(member, kind, owner)| {
        let id = called.parameter(member)?;
        let (partition, region) = (called.partition, called.region);
        let account = match owner {
            Owner::Named => called.account,
            Owner::Unnamed => "",
        };
        Some(format!(
            "arn:{partition}:ec2:{region}:{account}:{kind}/{id}"
        ))
    });
    things.collect()
}

pub(super) fn lambda(called: &Called<'_>) -> Vec<String> {
    let Some(name) = called.parameter("functionName") else {
        return Vec::new();
    };
    // Also `123456789012:function:name`.
    let name = match name.rsplit_once(":function:") {
        Some((before, name)) if !before.starts_with("arn:") => name,
        _ => name,
    };
    vec![called.named("lambda", "function:", name)]
}

pub(super) fn dynamodb(called: &Called<'_>) -> Vec<String> {
    if let Some(table) = called.parameter("tableName") {
        let table = called.named("dynamodb", "table/", table);
        return match called.parameter("indexName") {
            Some(index) => vec![format!("{table}/index/{index}")],
            None => vec![table],
        };
    }
    // Batches name tables as the keys of a map.
    let tables = called.parameters["requestItems"].as_object();
    let tables = tables.into_iter().flatten();
    tables
        .map(|(table, _)| called.named("dynamodb", "table/", table))
        .collect()
}

/// Aliases are no resources of most actions: the key stands in the record's list.
pub(super) fn kms(called: &Called<'_>) -> Vec<String> {
    let id = called.parameter("keyId");
    let id = id.filter(|id| !id.starts_with("alias/") && !id.contains(":alias/"));
    let key = id.map(|id| called.named("kms", "key/", id));
    let alias = called.parameter("aliasName");
    let alias = alias.map(|alias| called.named("kms", "", alias));
    key.into_iter().chain(alias).collect()
}

/// Actions on streams are checked on the stream, others on the group with everything in it.
pub(super) fn logs(called: &Called<'_>) -> Vec<String> {
    let Some(group) = called.first(&["logGroupName", "logGroupIdentifier"]) else {
        return Vec::new();
    };
    let group = called.named("logs", "log-group:", group);
    let group = group.trim_end_matches(":*");
    match called.parameter("logStreamName") {
        Some(stream) => vec![format!("{group}:log-stream:{stream}")],
        None => vec![format!("{group}:*")],
    }
}

/// ARNs of secrets end in six characters that names do not tell (D).
pub(super) fn secrets(called: &Called<'_>) -> Vec<String> {
    let Some(secret) = called.first(&["secretId", "name"]) else {
        return Vec::new();
    };
    if secret.starts_with("arn:") {
        return vec![secret.to_owned()];
    }
    vec![called.arn("secretsmanager", &format!("secret:{secret}-??????"))]
}

pub(super) fn ssm(called: &Called<'_>) -> Vec<String> {
    let parameter = |name: &str| {
        let name = name.strip_prefix('/').unwrap_or(name);
        called.named("ssm", "parameter/", name)
    };
    if called.name.contains("Parameter") {
        let names = called.parameters["names"].as_array().into_iter().flatten();
        let names = names.filter_map(Value::as_str);
        let one = called.first(&["name"]).into_iter();
        let by_path = called.parameter("path").map(|path| {
            let path = path.trim_matches('/');
            called.arn("ssm", &format!("parameter/{path}*"))
        });
        return names.chain(one).map(parameter).chain(by_path).collect();
    }
    Vec::new()
}

pub(super) fn events(called: &Called<'_>) -> Vec<String> {
    let bus = called
        .parameter("eventBusName")
        .filter(|bus| *bus != "default");
    let bus = bus.map(|bus| bus.rsplit('/').next().unwrap_or(bus));
    let rule = called.first(&["rule"]).or_else(|| {
        let of_rule = called.name.ends_with("Rule");
        called.parameter("name").filter(|_| of_rule)
    });
    match (rule, bus) {
        (Some(rule), Some(bus)) => vec![called.arn("events", &format!("rule/{bus}/{rule}"))],
        (Some(rule), None) => vec![called.arn("events", &format!("rule/{rule}"))],
        (None, Some(bus)) => vec![called.arn("events", &format!("event-bus/{bus}"))],
        (None, None) if called.name == "PutEvents" => {
            vec![called.arn("events", "event-bus/default")]
        }
        (None, None) => Vec::new(),
    }
}
