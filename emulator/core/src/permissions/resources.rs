//! The resources of calls, as policies name them: of the record's `resources`, of the parameters of well-known services,
//! of any parameter that is an ARN of the service. Where none says, and for actions that know no resources: `*`.

use serde_json::Value;

use super::Called;

/// Actions of listed services that can only be allowed on `*` (D, the Service Authorization Reference), though a record
/// may tell a resource.
const UNSCOPED: [&str; 13] = [
    "dynamodb:ListTables",
    "kms:CreateKey",
    "kms:ListAliases",
    "kms:ListKeys",
    "lambda:ListFunctions",
    "logs:DescribeLogGroups",
    "s3:ListAllMyBuckets",
    "secretsmanager:ListSecrets",
    "sns:ListTopics",
    "sqs:ListQueues",
    "ssm:DescribeParameters",
    "ssm:PutInventory",
    "sts:GetCallerIdentity",
];

/// The resources that an action of a call needs; never none.
pub(super) fn of(called: &Called<'_>, action: &str) -> Vec<String> {
    let found = if UNSCOPED.contains(&action) {
        Vec::new()
    } else {
        let known = known(called, action);
        if known.is_empty() {
            told(called, action)
        } else {
            known
        }
    };
    if found.is_empty() {
        vec!["*".to_owned()]
    } else {
        found
    }
}

/// Of the record's own list, else of the parameters: the ARNs of the service itself.
fn told(called: &Called<'_>, action: &str) -> Vec<String> {
    let prefix = action.split(':').next().unwrap_or_default();
    let is_own = |arn: &str| {
        let service = arn.split(':').nth(2);
        arn.starts_with("arn:") && (service == Some(called.source) || service == Some(prefix))
    };
    let listed = called.resources.as_array().into_iter().flatten();
    let listed: Vec<String> = listed
        .filter_map(|one| one["ARN"].as_str())
        .filter(|arn| is_own(arn) || action == "sts:AssumeRole")
        .map(str::to_owned)
        .collect();
    if !listed.is_empty() {
        return listed;
    }
    let parameters = called.parameters.as_object().into_iter().flatten();
    parameters
        .filter_map(|(_, value)| value.as_str())
        .filter(|text| is_own(text))
        .map(str::to_owned)
        .collect()
}

impl Called<'_> {
    /// A parameter that is text.
    fn parameter(&self, member: &str) -> Option<&str> {
        self.parameters[member]
            .as_str()
            .filter(|text| !text.is_empty())
    }

    fn first(&self, members: &[&str]) -> Option<&str> {
        members.iter().find_map(|member| self.parameter(member))
    }

    /// An ARN in region and account of the call.
    fn arn(&self, service: &str, rest: &str) -> String {
        let (partition, region, account) = (self.partition, self.region, self.account);
        format!("arn:{partition}:{service}:{region}:{account}:{rest}")
    }

    /// A name made an ARN, unless it is one.
    fn named(&self, service: &str, before: &str, name: &str) -> String {
        if name.starts_with("arn:") {
            name.to_owned()
        } else {
            self.arn(service, &format!("{before}{name}"))
        }
    }

    /// One resource of this service whose name stands in one of these parameters.
    fn one(&self, service: &str, before: &str, members: &[&str]) -> Vec<String> {
        let name = self.first(members);
        name.map(|name| self.named(service, before, name))
            .into_iter()
            .collect()
    }
}

/// Of services whose parameters name resources by less than ARNs.
fn known(called: &Called<'_>, action: &str) -> Vec<String> {
    match called.source {
        "s3" => s3(called, action),
        "iam" => iam(called),
        "ec2" => ec2(called),
        "sts" => sts(called),
        "bedrock" => called
            .parameter("modelId")
            .filter(|_| called.name.starts_with("Invoke") || called.name.starts_with("Converse"))
            .map(|model| match model.starts_with("arn:") {
                true => model.to_owned(),
                false => {
                    let (partition, region) = (called.partition, called.region);
                    format!("arn:{partition}:bedrock:{region}::foundation-model/{model}")
                }
            })
            .into_iter()
            .collect(),
        "sqs" => {
            let url = called.first(&["queueUrl", "queueName"]);
            let name = url.and_then(|url| url.rsplit('/').next());
            name.map(|name| called.arn("sqs", name))
                .into_iter()
                .collect()
        }
        "sns" if called.name == "CreateTopic" => called.one("sns", "", &["name"]),
        "sns" => called.one("sns", "", &["topicArn", "targetArn"]),
        "lambda" => lambda(called),
        "dynamodb" => dynamodb(called),
        "kms" => kms(called),
        "logs" => logs(called),
        "secretsmanager" => secrets(called),
        "ssm" => ssm(called),
        "cloudtrail" => called.one("cloudtrail", "trail/", &["name", "trailName"]),
        "events" => events(called),
        "states" if called.name == "CreateStateMachine" => {
            called.one("states", "stateMachine:", &["name"])
        }
        "ecr" => called.one("ecr", "repository/", &["repositoryName"]),
        "kinesis" => called.one("kinesis", "stream/", &["streamARN", "streamName"]),
        "firehose" => called.one("firehose", "deliverystream/", &["deliveryStreamName"]),
        "rds" => called.one("rds", "db:", &["dBInstanceIdentifier"]),
        "eks" => called.one("eks", "cluster/", &["clusterName", "name"]),
        "cloudformation" => match called.first(&["stackName"]) {
            Some(arn) if arn.starts_with("arn:") => vec![arn.to_owned()],
            Some(name) => vec![called.arn("cloudformation", &format!("stack/{name}/*"))],
            None => Vec::new(),
        },
        "apigateway" => vec![format!(
            "arn:{}:apigateway:{}::/*",
            called.partition, called.region
        )],
        "route53" => match called.parameter("hostedZoneId") {
            Some(zone) => {
                let zone = zone.rsplit('/').next().unwrap_or(zone);
                vec![format!(
                    "arn:{}:route53:::hostedzone/{zone}",
                    called.partition
                )]
            }
            None => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Buckets and objects have no region and no account in their ARNs.
fn s3(called: &Called<'_>, action: &str) -> Vec<String> {
    let root = format!("arn:{}:s3:::", called.partition);
    let Some(bucket) = called.parameter("bucketName") else {
        return Vec::new();
    };
    if action == "s3:GetObject" && matches!(called.name, "CopyObject" | "UploadPartCopy") {
        let source = called.parameter("x-amz-copy-source");
        let source = source.map(|source| source.trim_start_matches('/'));
        let source = source.and_then(|source| source.split('?').next());
        return source
            .map(|source| format!("{root}{source}"))
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
        Some(key) if is_of_object || is_of_upload => vec![format!("{root}{bucket}/{key}")],
        None if is_of_object => vec![format!("{root}{bucket}/*")],
        Some(_) | None => vec![format!("{root}{bucket}")],
    }
}

/// What the call is about: of several names the one that permissions are checked on (D). A new thing's path stands in the
/// answer or in a parameter.
fn iam(called: &Called<'_>) -> Vec<String> {
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

fn sts(called: &Called<'_>) -> Vec<String> {
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

fn ec2(called: &Called<'_>) -> Vec<String> {
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

fn lambda(called: &Called<'_>) -> Vec<String> {
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

fn dynamodb(called: &Called<'_>) -> Vec<String> {
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
fn kms(called: &Called<'_>) -> Vec<String> {
    let id = called.parameter("keyId");
    let id = id.filter(|id| !id.starts_with("alias/") && !id.contains(":alias/"));
    let key = id.map(|id| called.named("kms", "key/", id));
    let alias = called.parameter("aliasName");
    let alias = alias.map(|alias| called.named("kms", "", alias));
    key.into_iter().chain(alias).collect()
}

/// Actions on streams are checked on the stream, others on the group with everything in it.
fn logs(called: &Called<'_>) -> Vec<String> {
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
fn secrets(called: &Called<'_>) -> Vec<String> {
    let Some(secret) = called.first(&["secretId", "name"]) else {
        return Vec::new();
    };
    if secret.starts_with("arn:") {
        return vec![secret.to_owned()];
    }
    vec![called.arn("secretsmanager", &format!("secret:{secret}-??????"))]
}

fn ssm(called: &Called<'_>) -> Vec<String> {
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

fn events(called: &Called<'_>) -> Vec<String> {
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
