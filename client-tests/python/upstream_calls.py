"""The table of calls that are sent through the emulator to moto, each with the record that CloudTrail makes of it.

A row is a service, a method of its boto3 client, its parameters, and what the record says: event source, event name,
whether it only reads, requestParameters and responseElements. Rows run in order; a name such as `$vpc` stands for
something that an earlier answer said, taken from there by the row's `keep`.
"""

import io
import zipfile


class Any:
    """Equals everything that is there at all."""

    def __eq__(self, other):
        return other is not None

    def __repr__(self):
        return "ANY"


class Some(dict):
    """An object with at least these members."""

    def __eq__(self, other):
        return isinstance(other, dict) and all(name in other and one == other[name] for name, one in self.items())

    __hash__ = None


ANY = Any()
TRUST = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
MACHINE = '{"StartAt":"End","States":{"End":{"Type":"Succeed"}}}'
TEMPLATE = '{"Resources":{"Topic":{"Type":"AWS::SNS::Topic"}}}'
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
READ, WRITE = True, False


def code():
    """The smallest Lambda function."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("main.py", "def handler(event, context): pass")
    return out.getvalue()


def row(service, method, sent, source, name, access, parameters, response=None, keep=None, **more):
    return dict(
        service=service, method=method, sent=sent, source=f"{source}.amazonaws.com", name=name, read=access,
        parameters=parameters, response=response, keep=keep or {}, **more,
    )


def key_resource(record):
    return record["resources"][0]["type"] == "AWS::KMS::Key"


JSON_1_1 = [
    row("kms", "create_key", {"Description": "d"}, "kms", "CreateKey", WRITE, Some(description="d"),
        {"keyMetadata": Some(description="d", keyState="Enabled")}, keep={"key": lambda a: a["KeyMetadata"]["KeyId"], "keyArn": lambda a: a["KeyMetadata"]["Arn"]}, check=key_resource),
    row("kms", "create_alias", {"AliasName": "alias/a", "TargetKeyId": "$key"}, "kms", "CreateAlias", WRITE,
        {"aliasName": "alias/a", "targetKeyId": "$key"}),
    row("kms", "describe_key", {"KeyId": "$key"}, "kms", "DescribeKey", READ, {"keyId": "$key"}, check=key_resource),
    row("kms", "encrypt", {"KeyId": "$key", "Plaintext": b"secret", "EncryptionContext": {"Purpose": "Test"}}, "kms", "Encrypt", READ,
        {"keyId": "$key", "encryptionContext": {"Purpose": "Test"}, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"}, check=key_resource),
    row("kms", "list_aliases", {}, "kms", "ListAliases", READ, None),
    row("logs", "create_log_group", {"logGroupName": "/app"}, "logs", "CreateLogGroup", WRITE, {"logGroupName": "/app"}),
    row("logs", "put_retention_policy", {"logGroupName": "/app", "retentionInDays": 7}, "logs", "PutRetentionPolicy", WRITE,
        {"logGroupName": "/app", "retentionInDays": 7}),
    row("logs", "describe_log_groups", {"logGroupNamePrefix": "/a"}, "logs", "DescribeLogGroups", READ, {"logGroupNamePrefix": "/a"},
        check=lambda record: record["apiVersion"] == "20140328"),
    row("ssm", "put_parameter", {"Name": "/p", "Value": "hush", "Type": "SecureString"}, "ssm", "PutParameter", WRITE,
        {"name": "/p", "value": HIDDEN, "type": "SecureString"}, Some(version=1)),
    row("ssm", "get_parameter", {"Name": "/p", "WithDecryption": True}, "ssm", "GetParameter", READ, {"name": "/p", "withDecryption": True}),
    row("ssm", "delete_parameter", {"Name": "/p"}, "ssm", "DeleteParameter", WRITE, {"name": "/p"}),
    row("secretsmanager", "create_secret", {"Name": "s", "SecretString": "hush", "ClientRequestToken": "0" * 32}, "secretsmanager", "CreateSecret", WRITE,
        {"name": "s", "clientRequestToken": "0" * 32}, {"arn": ANY}),
    row("secretsmanager", "get_secret_value", {"SecretId": "s"}, "secretsmanager", "GetSecretValue", READ, {"secretId": "s"}),
    row("events", "put_rule", {"Name": "r", "ScheduleExpression": "rate(1 hour)"}, "events", "PutRule", WRITE,
        {"name": "r", "scheduleExpression": "rate(1 hour)"}, {"ruleArn": ANY}),
    row("events", "list_rules", {"NamePrefix": "r"}, "events", "ListRules", READ, {"namePrefix": "r"}),
    row("ecs", "create_cluster", {"clusterName": "c"}, "ecs", "CreateCluster", WRITE, {"clusterName": "c"}, {"cluster": Some(clusterName="c")}),
    row("ecs", "list_clusters", {}, "ecs", "ListClusters", READ, None),
    row("kinesis", "create_stream", {"StreamName": "k", "ShardCount": 1}, "kinesis", "CreateStream", WRITE, {"streamName": "k", "shardCount": 1}),
    row("kinesis", "describe_stream_summary", {"StreamName": "k"}, "kinesis", "DescribeStreamSummary", READ, {"streamName": "k"}),
    row("glue", "create_database", {"DatabaseInput": {"Name": "g"}}, "glue", "CreateDatabase", WRITE, {"databaseInput": {"name": "g"}}),
    row("organizations", "create_organization", {"FeatureSet": "ALL"}, "organizations", "CreateOrganization", WRITE, {"featureSet": "ALL"},
        Some(organization=ANY), region="us-east-1"),
]

JSON_1_0 = [
    row("dynamodb", "create_table", {
        "TableName": "t", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    }, "dynamodb", "CreateTable", WRITE, {
        "attributeDefinitions": [{"attributeName": "id", "attributeType": "S"}], "tableName": "t",
        "keySchema": [{"attributeName": "id", "keyType": "HASH"}], "billingMode": "PAY_PER_REQUEST",
    }, {"tableDescription": Some(tableName="t")}),
    row("dynamodb", "put_item", {"TableName": "t", "Item": {"id": {"S": "1"}, "secret": {"S": "x"}}}, "dynamodb", "PutItem", WRITE,
        Some(tableName="t", items=["id", "secret"]), category="Data"),
    row("dynamodb", "get_item", {"TableName": "t", "Key": {"id": {"S": "1"}}}, "dynamodb", "GetItem", READ,
        {"tableName": "t", "key": {"id": "1"}}, category="Data"),
    row("dynamodb", "describe_table", {"TableName": "t"}, "dynamodb", "DescribeTable", READ, {"tableName": "t"}),
    row("sqs", "create_queue", {"QueueName": "q"}, "sqs", "CreateQueue", WRITE, {"queueName": "q"}, {"queueUrl": ANY}, keep={"queue": lambda a: a["QueueUrl"]}),
    row("sqs", "send_message", {"QueueUrl": "$queue", "MessageBody": "hush"}, "sqs", "SendMessage", WRITE,
        {"queueUrl": "$queue", "messageBody": HIDDEN}, Some(messageId=ANY), category="Data"),
    row("sqs", "get_queue_attributes", {"QueueUrl": "$queue", "AttributeNames": ["All"]}, "sqs", "GetQueueAttributes", READ,
        {"queueUrl": "$queue", "attributeNames": ["All"]}, category="Data"),
    row("sqs", "purge_queue", {"QueueUrl": "$queue"}, "sqs", "PurgeQueue", WRITE, {"queueUrl": "$queue"}),
    row("stepfunctions", "create_state_machine", {"name": "m", "definition": MACHINE, "roleArn": "arn:aws:iam::123456789012:role/r"}, "states", "CreateStateMachine", WRITE,
        Some(name="m", roleArn="arn:aws:iam::123456789012:role/r"), Some(stateMachineArn=ANY)),
    row("stepfunctions", "list_state_machines", {}, "states", "ListStateMachines", READ, None),
]

QUERY = [
    row("iam", "create_user", {"UserName": "ann", "Path": "/team/"}, "iam", "CreateUser", WRITE, {"userName": "ann", "path": "/team/"},
        {"user": Some(userName="ann", path="/team/", createDate=ANY)}, region="us-east-1"),
    row("iam", "create_role", {"RoleName": "r", "AssumeRolePolicyDocument": TRUST}, "iam", "CreateRole", WRITE,
        {"roleName": "r", "assumeRolePolicyDocument": TRUST}, {"role": Some(roleName="r")}, region="us-east-1", keep={"role": lambda a: a["Role"]["Arn"]}),
    row("iam", "create_access_key", {"UserName": "ann"}, "iam", "CreateAccessKey", WRITE, {"userName": "ann"},
        {"accessKey": {"userName": "ann", "accessKeyId": ANY, "status": "Active", "createDate": ANY}}, region="us-east-1"),
    row("iam", "attach_user_policy", {"UserName": "ann", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}, "iam", "AttachUserPolicy", WRITE,
        {"userName": "ann", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}, region="us-east-1", fails=ANY),
    row("iam", "list_users", {}, "iam", "ListUsers", READ, None, region="us-east-1"),
    row("iam", "get_user", {"UserName": "nobody"}, "iam", "GetUser", READ, {"userName": "nobody"}, region="us-east-1", fails="NoSuchEntityException"),
    row("sns", "create_topic", {"Name": "n", "Tags": [{"Key": "a", "Value": "b"}]}, "sns", "CreateTopic", WRITE,
        {"name": "n", "tags": [{"key": "a", "value": "b"}]}, {"topicArn": ANY}, keep={"topic": lambda a: a["TopicArn"]}),
    row("sns", "publish", {"TopicArn": "$topic", "Message": "hush"}, "sns", "Publish", WRITE, {"topicArn": "$topic", "message": HIDDEN},
        Some(messageId=ANY), category="Data"),
    row("sns", "list_topics", {}, "sns", "ListTopics", READ, None),
    row("cloudformation", "create_stack", {"StackName": "st", "TemplateBody": TEMPLATE}, "cloudformation", "CreateStack", WRITE,
        Some(stackName="st"), Some(stackId=ANY)),
    row("cloudformation", "describe_stacks", {"StackName": "st"}, "cloudformation", "DescribeStacks", READ, {"stackName": "st"}),
    row("autoscaling", "create_launch_configuration", {"LaunchConfigurationName": "lc", "ImageId": "ami-12345678", "InstanceType": "t3.micro"},
        "autoscaling", "CreateLaunchConfiguration", WRITE, {"launchConfigurationName": "lc", "imageId": "ami-12345678", "instanceType": "t3.micro"}),
    row("autoscaling", "describe_auto_scaling_groups", {"MaxRecords": 5}, "autoscaling", "DescribeAutoScalingGroups", READ, {"maxRecords": 5}),
    row("rds", "create_db_instance", {
        "DBInstanceIdentifier": "db", "DBInstanceClass": "db.t3.micro", "Engine": "postgres", "AllocatedStorage": 20,
        "MasterUsername": "admin", "MasterUserPassword": "hush-hush",
    }, "rds", "CreateDBInstance", WRITE, {
        "dBInstanceIdentifier": "db", "dBInstanceClass": "db.t3.micro", "engine": "postgres", "allocatedStorage": 20,
        "masterUsername": "admin", "masterUserPassword": HIDDEN,
    }, Some(dBInstanceIdentifier="db")),
    row("rds", "describe_db_instances", {"DBInstanceIdentifier": "db"}, "rds", "DescribeDBInstances", READ, {"dBInstanceIdentifier": "db"}),
    row("elbv2", "describe_load_balancers", {"PageSize": 10}, "elasticloadbalancing", "DescribeLoadBalancers", READ, {"pageSize": 10},
        check=lambda record: record["apiVersion"] == "2015-12-01"),
    row("ses", "verify_email_identity", {"EmailAddress": "a@example.org"}, "ses", "VerifyEmailIdentity", READ, {"emailAddress": "a@example.org"}),
]

EC2 = [
    row("ec2", "create_vpc", {"CidrBlock": "10.0.0.0/16"}, "ec2", "CreateVpc", WRITE, Some(cidrBlock="10.0.0.0/16"),
        {"requestId": ANY, "vpc": Some(cidrBlock="10.0.0.0/16")}, keep={"vpc": lambda a: a["Vpc"]["VpcId"]}),
    row("ec2", "describe_vpcs", {"VpcIds": ["$vpc"]}, "ec2", "DescribeVpcs", READ,
        {"vpcSet": {"items": [{"vpcId": "$vpc"}]}, "filterSet": {}}),
    row("ec2", "create_security_group", {"GroupName": "sg", "Description": "d", "VpcId": "$vpc"}, "ec2", "CreateSecurityGroup", WRITE,
        {"groupName": "sg", "groupDescription": "d", "vpcId": "$vpc"}, Some(requestId=ANY, groupId=ANY), keep={"group": lambda a: a["GroupId"]}),
    row("ec2", "authorize_security_group_ingress", {"GroupId": "$group", "IpPermissions": [
        {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]},
        "ec2", "AuthorizeSecurityGroupIngress", WRITE, {"groupId": "$group", "ipPermissions": {"items": [
            {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "groups": {}, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}, "ipv6Ranges": {}, "prefixListIds": {}}]}},
        Some(requestId=ANY)),
    row("ec2", "run_instances", {"ImageId": "ami-12c6146b", "MinCount": 1, "MaxCount": 1, "InstanceType": "t3.micro", "UserData": "hush"},
        "ec2", "RunInstances", WRITE,
        Some(instancesSet={"items": [{"imageId": "ami-12c6146b", "minCount": 1, "maxCount": 1}]}, instanceType="t3.micro", userData="<sensitiveDataRemoved>"),
        Some(requestId=ANY, instancesSet={"items": [Some(instanceType="t3.micro")]}), keep={"instance": lambda a: a["Instances"][0]["InstanceId"]}),
    row("ec2", "describe_instances", {"Filters": [{"Name": "instance-state-name", "Values": ["running"]}]}, "ec2", "DescribeInstances", READ,
        {"instancesSet": {}, "filterSet": {"items": [{"name": "instance-state-name", "valueSet": {"items": [{"value": "running"}]}}]}}),
    row("ec2", "create_tags", {"Resources": ["$instance"], "Tags": [{"Key": "Name", "Value": "x"}]}, "ec2", "CreateTags", WRITE,
        {"resourcesSet": {"items": [{"resourceId": "$instance"}]}, "tagSet": {"items": [{"key": "Name", "value": "x"}]}}, {"requestId": ANY}),
    row("ec2", "terminate_instances", {"InstanceIds": ["$instance"]}, "ec2", "TerminateInstances", WRITE,
        {"instancesSet": {"items": [{"instanceId": "$instance"}]}}, Some(requestId=ANY)),
    row("ec2", "describe_nat_gateways", {"MaxResults": 10}, "ec2", "DescribeNatGateways", READ, {"DescribeNatGatewaysRequest": {"MaxResults": 10}}),
    row("ec2", "create_launch_template", {"LaunchTemplateName": "l", "ClientToken": "t", "LaunchTemplateData": {"InstanceType": "t3.micro"}},
        "ec2", "CreateLaunchTemplate", WRITE, {"CreateLaunchTemplateRequest": Some(LaunchTemplateName="l")},
        {"CreateLaunchTemplateResponse": Some(launchTemplate=Some(launchTemplateName="l"))}),
    row("ec2", "describe_volumes", {"VolumeIds": ["vol-00000000"]}, "ec2", "DescribeVolumes", READ,
        {"volumeSet": {"items": [{"volumeId": "vol-00000000"}]}, "filterSet": {}}, fails="Client.InvalidVolume.NotFound"),
]

REST_JSON = [
    row("lambda", "create_function", {"FunctionName": "f", "Runtime": "python3.12", "Role": "$role", "Handler": "main.handler", "Code": {"ZipFile": code()},
                                      "Environment": {"Variables": {"TOKEN": "hush"}}},
        "lambda", "CreateFunction20150331", WRITE,
        Some(functionName="f", runtime="python3.12", role="$role", handler="main.handler", code={}, environment={}), Some(functionName="f")),
    row("lambda", "get_function", {"FunctionName": "f"}, "lambda", "GetFunction20150331v2", READ, {"functionName": "f"}),
    row("lambda", "list_functions", {"MaxItems": 5}, "lambda", "ListFunctions20150331", READ, {"maxItems": 5}),
    row("lambda", "delete_function", {"FunctionName": "f"}, "lambda", "DeleteFunction20150331", WRITE, {"functionName": "f"}),
    row("apigateway", "create_rest_api", {"name": "api"}, "apigateway", "CreateRestApi", WRITE, ANY, Some(name="api")),
    row("apigateway", "get_rest_apis", {}, "apigateway", "GetRestApis", READ, None),
    row("efs", "create_file_system", {"CreationToken": "c"}, "elasticfilesystem", "CreateFileSystem", WRITE, Some(creationToken="c"), Some(fileSystemId=ANY)),
    row("eks", "list_clusters", {}, "eks", "ListClusters", READ, None),
    row("batch", "describe_job_queues", {}, "batch", "DescribeJobQueues", READ, None),
]

REST_XML = [
    row("route53", "create_hosted_zone", {"Name": "example.org", "CallerReference": "c"}, "route53", "CreateHostedZone", WRITE,
        {"name": "example.org", "callerReference": "c"}, Some(hostedZone=ANY), region="us-east-1"),
    row("route53", "list_hosted_zones", {}, "route53", "ListHostedZones", READ, None, region="us-east-1"),
    row("cloudfront", "list_distributions", {}, "cloudfront", "ListDistributions", READ, None, region="us-east-1"),
]

CBOR = [
    row("cloudwatch", "put_metric_alarm", {
        "AlarmName": "a", "MetricName": "m", "Namespace": "n", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1,
        "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold",
    }, "monitoring", "PutMetricAlarm", WRITE, {
        "alarmName": "a", "metricName": "m", "namespace": "n", "statistic": "Sum", "period": 60, "evaluationPeriods": 1,
        "threshold": 1.0, "comparisonOperator": "GreaterThanThreshold",
    }),
    row("cloudwatch", "describe_alarms", {"AlarmNames": ["a"]}, "monitoring", "DescribeAlarms", READ, {"alarmNames": ["a"]}),
    row("cloudwatch", "delete_alarms", {"AlarmNames": ["a"]}, "monitoring", "DeleteAlarms", WRITE, {"alarmNames": ["a"]}),
]

ROWS = JSON_1_1 + JSON_1_0 + QUERY + EC2 + REST_JSON + REST_XML + CBOR
