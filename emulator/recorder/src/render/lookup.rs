//! What LookupEvents shows and finds as an event's resources, which is not `resources` (formats.md 7; native.md,
//! LookupEvents): a table of member names, looked for in the parameters and the answer.

use std::borrow::Cow;

use localtrail_core::{Access, LookupResource};
use localtrail_model::catalogue::{Entry, ShapeId};
use serde_json::{Map, Value};

use super::Told;
use super::hidden::Hiding;

/// A service, a member of its shapes, and the resource's type (O for EC2's instances, groups, STS and IAM's roles; I for
/// the others).
struct Row(&'static str, &'static str, &'static str);

/// By service.
const ROWS: &[Row] = &[
    Row(
        "autoscaling",
        "AutoScalingGroupName",
        "AWS::AutoScaling::AutoScalingGroup",
    ),
    Row(
        "autoscaling",
        "LaunchConfigurationName",
        "AWS::AutoScaling::LaunchConfiguration",
    ),
    Row("cloudformation", "StackId", "AWS::CloudFormation::Stack"),
    Row("cloudformation", "StackName", "AWS::CloudFormation::Stack"),
    Row("cloudwatch", "AlarmName", "AWS::CloudWatch::Alarm"),
    Row("cloudwatch", "AlarmNames", "AWS::CloudWatch::Alarm"),
    Row("dynamodb", "TableArn", "AWS::DynamoDB::Table"),
    Row("dynamodb", "TableName", "AWS::DynamoDB::Table"),
    Row("ec2", "AllocationId", "AWS::EC2::EIP"),
    Row("ec2", "GroupId", "AWS::EC2::SecurityGroup"),
    Row("ec2", "GroupIds", "AWS::EC2::SecurityGroup"),
    Row("ec2", "GroupName", "AWS::EC2::SecurityGroup"),
    Row("ec2", "ImageId", "AWS::EC2::Ami"),
    Row("ec2", "InstanceId", "AWS::EC2::Instance"),
    Row("ec2", "InstanceIds", "AWS::EC2::Instance"),
    Row("ec2", "InternetGatewayId", "AWS::EC2::InternetGateway"),
    Row("ec2", "KeyName", "AWS::EC2::KeyPair"),
    Row("ec2", "LaunchTemplateId", "AWS::EC2::LaunchTemplate"),
    Row("ec2", "NatGatewayId", "AWS::EC2::NatGateway"),
    Row("ec2", "NetworkAclId", "AWS::EC2::NetworkAcl"),
    Row("ec2", "NetworkInterfaceId", "AWS::EC2::NetworkInterface"),
    Row("ec2", "RouteTableId", "AWS::EC2::RouteTable"),
    Row("ec2", "SecurityGroupIds", "AWS::EC2::SecurityGroup"),
    Row("ec2", "SecurityGroups", "AWS::EC2::SecurityGroup"),
    Row("ec2", "SnapshotId", "AWS::EC2::Snapshot"),
    Row("ec2", "SubnetId", "AWS::EC2::Subnet"),
    Row("ec2", "VolumeId", "AWS::EC2::Volume"),
    Row("ec2", "VpcEndpointId", "AWS::EC2::VPCEndpoint"),
    Row("ec2", "VpcId", "AWS::EC2::VPC"),
    Row("ec2", "VpnGatewayId", "AWS::EC2::VPNGateway"),
    Row("ecr", "repositoryName", "AWS::ECR::Repository"),
    Row("ecs", "cluster", "AWS::ECS::Cluster"),
    Row("ecs", "clusterName", "AWS::ECS::Cluster"),
    Row("ecs", "service", "AWS::ECS::Service"),
    Row("eks", "name", "AWS::EKS::Cluster"),
    Row(
        "elb",
        "LoadBalancerName",
        "AWS::ElasticLoadBalancing::LoadBalancer",
    ),
    Row(
        "elbv2",
        "LoadBalancerArn",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
    ),
    Row(
        "elbv2",
        "TargetGroupArn",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
    ),
    Row("iam", "AccessKeyId", "AWS::IAM::AccessKey"),
    Row("iam", "GroupName", "AWS::IAM::Group"),
    Row("iam", "InstanceProfileName", "AWS::IAM::InstanceProfile"),
    Row("iam", "PolicyArn", "AWS::IAM::Policy"),
    Row("iam", "PolicyName", "AWS::IAM::Policy"),
    Row("iam", "RoleId", "AWS::IAM::Role"),
    Row("iam", "RoleName", "AWS::IAM::Role"),
    Row("iam", "UserName", "AWS::IAM::User"),
    Row("kinesis", "StreamName", "AWS::Kinesis::Stream"),
    Row("lambda", "FunctionArn", "AWS::Lambda::Function"),
    Row("lambda", "FunctionName", "AWS::Lambda::Function"),
    Row("logs", "logGroupName", "AWS::Logs::LogGroup"),
    Row("logs", "resourceArn", "AWS::Logs::LogGroup"),
    Row("rds", "DBClusterIdentifier", "AWS::RDS::DBCluster"),
    Row("rds", "DBInstanceIdentifier", "AWS::RDS::DBInstance"),
    Row("rds", "DBSnapshotIdentifier", "AWS::RDS::DBSnapshot"),
    Row("rds", "DBSubnetGroupName", "AWS::RDS::DBSubnetGroup"),
    Row("route53", "HostedZoneId", "AWS::Route53::HostedZone"),
    Row("secretsmanager", "ARN", "AWS::SecretsManager::Secret"),
    Row("secretsmanager", "SecretId", "AWS::SecretsManager::Secret"),
    Row("sns", "TopicArn", "AWS::SNS::Topic"),
    Row("sqs", "QueueUrl", "AWS::SQS::Queue"),
    Row(
        "stepfunctions",
        "stateMachineArn",
        "AWS::StepFunctions::StateMachine",
    ),
];

/// Members called `Arn` stand for what holds them: IAM's users, roles and the like (O for roles).
const IAM_HOLDERS: [(&str, &str); 5] = [
    ("Group", "AWS::IAM::Group"),
    ("InstanceProfile", "AWS::IAM::InstanceProfile"),
    ("Policy", "AWS::IAM::Policy"),
    ("Role", "AWS::IAM::Role"),
    ("User", "AWS::IAM::User"),
];

/// Reads that show their resources all the same; others show none (O for DescribeLaunchTemplateVersions and for the reads
/// of logs and SQS; I for the others).
const READS_SHOWN: [(&str, &str); 6] = [
    ("ec2", "DescribeLaunchTemplateVersions"),
    ("logs", "*"),
    ("lambda", "*"),
    ("secretsmanager", "*"),
    ("sqs", "*"),
    ("ssm", "*"),
];

/// At most so many are kept for one event.
const MOST: usize = 100;

/// The resources; none for data events, which history does not show.
pub(super) fn of(told: &Told<'_>, access: Access) -> Vec<LookupResource> {
    if told.data_kind.is_some() {
        return Vec::new();
    }
    let mut found = Found::default();
    match told.service_id {
        "sts" => assumed(told, &mut found),
        "kms" => keys(told, access, &mut found),
        "ssm" => parameters(told, &mut found),
        _ if access == Access::Write || is_shown(told) => walk(told, &mut found),
        _ => (),
    }
    found.0
}

#[derive(Default)]
struct Found(Vec<LookupResource>);

impl Found {
    fn add(&mut self, kind: Option<&str>, name: &Value) {
        let Some(name) = name.as_str().filter(|name| !name.is_empty()) else {
            return;
        };
        let resource = LookupResource {
            kind: kind.map(str::to_owned),
            name: name.to_owned(),
        };
        if self.0.len() < MOST && !self.0.contains(&resource) {
            self.0.push(resource);
        }
    }

    fn search(&mut self, rows: &Rows, members: &Map<String, Value>) {
        for (name, value) in members {
            let row = rows.members.iter().find(|Row(_, told, _)| told == name);
            match (row, value) {
                (Some(Row(.., kind)), Value::String(_)) => self.add(Some(kind), value),
                (Some(Row(.., kind)), Value::Array(names)) => {
                    for name in names {
                        self.add(Some(kind), name);
                    }
                }
                _ => (),
            }
            let holder = rows.holders.iter().find(|(holder, _)| *holder == name);
            if let (Some((_, kind)), Some(arn)) = (holder, value.get("Arn")) {
                self.add(Some(kind), arn);
            }
            self.descend(rows, value);
        }
    }

    fn descend(&mut self, rows: &Rows, value: &Value) {
        match value {
            Value::Object(members) => self.search(rows, members),
            Value::Array(items) => items.iter().for_each(|item| self.descend(rows, item)),
            _ => (),
        }
    }
}

/// What is looked for in a service's calls.
struct Rows {
    members: &'static [Row],
    holders: &'static [(&'static str, &'static str)],
}

impl Rows {
    fn of(service: &str) -> Self {
        let service = match service {
            "docdb" | "neptune" => "rds",
            other => other,
        };
        let start = ROWS.partition_point(|Row(id, ..)| *id < service);
        let length = ROWS[start..].partition_point(|Row(id, ..)| *id == service);
        Self {
            members: &ROWS[start..start + length],
            holders: if service == "iam" { &IAM_HOLDERS } else { &[] },
        }
    }
}

fn walk(told: &Told<'_>, found: &mut Found) {
    let rows = Rows::of(told.service_id);
    if rows.members.is_empty() {
        return;
    }
    let inputs = told.operation.and_then(|operation| operation.input);
    let outputs = told.operation.and_then(|operation| operation.output);
    if let Some(input) = told.input {
        found.search(&rows, &shown(told, input, inputs));
    }
    found.search(&rows, &shown(told, told.output(), outputs));
}

/// The members that the record shows: what stands in hidden ones is no resource either.
fn shown<'m>(
    told: &Told<'_>,
    members: &'m Map<String, Value>,
    shape: Option<ShapeId>,
) -> Cow<'m, Map<String, Value>> {
    let hiding = Hiding::of(told.service_id, told.operation_name);
    let api = told.service.map(Entry::api);
    let structure = api.zip(shape).and_then(|(api, shape)| api.structure(shape));
    let is_hidden = |(name, value): (&String, &Value)| {
        let member = structure.and_then(|structure| structure.member(name));
        hiding.mark(name, member, value).is_some()
    };
    if !members.iter().any(is_hidden) {
        return Cow::Borrowed(members);
    }
    let shown = members.iter().filter(|member| !is_hidden(*member));
    Cow::Owned(
        shown
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    )
}

fn is_shown(told: &Told<'_>) -> bool {
    let shown = |(id, name): &(&str, &str)| {
        *id == told.service_id && (*name == "*" || *name == told.operation_name)
    };
    READS_SHOWN.iter().any(shown)
}

/// The issued key, the session by three names, and the role (O).
fn assumed(told: &Told<'_>, found: &mut Found) {
    let output = told.output();
    let inside = |outer: &str, inner: &str| {
        output
            .get(outer)
            .and_then(|outer| outer.get(inner))
            .unwrap_or(&Value::Null)
    };
    found.add(
        Some("AWS::IAM::AccessKey"),
        inside("Credentials", "AccessKeyId"),
    );
    let session = Some("AWS::STS::AssumedRole");
    if !output.is_empty() && output.contains_key("AssumedRoleUser") {
        found.add(
            session,
            told.value("RoleSessionName").unwrap_or(&Value::Null),
        );
    }
    found.add(session, inside("AssumedRoleUser", "AssumedRoleId"));
    found.add(session, inside("AssumedRoleUser", "Arn"));
    if !output.is_empty() {
        let role = told.value("RoleArn").unwrap_or(&Value::Null);
        found.add(Some("AWS::IAM::Role"), role);
    }
}

/// A crypto call names its key without a type, a mutation by id and ARN (O native.md).
fn keys(told: &Told<'_>, access: Access, found: &mut Found) {
    let output = told.output();
    let metadata = output.get("KeyMetadata");
    let arn = metadata
        .and_then(|key| key.get("Arn"))
        .or_else(|| output.get("KeyId"));
    if access == Access::Read {
        let asked = arn.or_else(|| told.value("KeyId"));
        found.add(None, asked.unwrap_or(&Value::Null));
        return;
    }
    let kind = Some("AWS::KMS::Key");
    let id = metadata.and_then(|key| key.get("KeyId"));
    let asked = ["KeyId", "TargetKeyId", "AliasName"].map(|member| told.value(member));
    for name in asked.into_iter().chain([id, arn]).flatten() {
        found.add(kind, name);
    }
}

/// Parameters by their names (I).
fn parameters(told: &Told<'_>, found: &mut Found) {
    if !told.operation_name.contains("Parameter") {
        return;
    }
    let kind = Some("AWS::SSM::Parameter");
    if let Some(name) = told.value("Name") {
        found.add(kind, name);
    }
    let names = told.value("Names").and_then(Value::as_array);
    for name in names.into_iter().flatten() {
        found.add(kind, name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_by_service() {
        assert!(ROWS.is_sorted_by_key(|Row(id, ..)| id));
    }
}
