//! The resources of calls, as policies name them: of the record's `resources`, of the parameters of well-known services,
//! of any parameter that is an ARN of the service. Where none says, and for actions that know no resources: `*`.

mod services;

use super::Called;
use services::{dynamodb, ec2, events, iam, kms, lambda, logs, s3, secrets, ssm, sts};

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
