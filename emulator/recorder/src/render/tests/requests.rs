//! What records show of parameters.

use serde_json::{Value, json};

use super::{Call, parameters, shown};

#[test]
fn classic_requests_tell_sets() {
    let filter = json!([{"Name": "vpc-id", "Values": ["vpc-1"]}]);
    let filters =
        json!({"items": [{"name": "vpc-id", "valueSet": {"items": [{"value": "vpc-1"}]}}]});
    let tags = json!([{"ResourceType": "vpc", "Tags": [{"Key": "K", "Value": "true"}]}]);
    let tag_set =
        json!({"items": [{"resourceType": "vpc", "tags": [{"key": "K", "value": "true"}]}]});
    for (operation, input, expected) in [
        (
            "DescribeInstances",
            json!({"InstanceIds": ["i-1"], "MaxResults": 5}),
            json!({"instancesSet": {"items": [{"instanceId": "i-1"}]}, "maxResults": 5, "filterSet": {}}),
        ),
        (
            "DescribeNetworkAcls",
            json!({"Filters": filter}),
            json!({"filterSet": filters, "networkAclIdSet": {}}),
        ),
        (
            "DescribeRegions",
            json!({"AllRegions": true}),
            json!({"allRegions": true, "regionSet": {}}),
        ),
        (
            "DescribeVpcClassicLink",
            json!({"VpcIds": ["vpc-1"]}),
            json!({"vpcSet": {"item": [{"vpcId": "vpc-1"}]}, "filterSet": {}}),
        ),
        (
            "DescribeVpcAttribute",
            json!({"VpcId": "v", "Attribute": "enableDnsSupport"}),
            json!({"vpcId": "v"}),
        ),
        (
            "CreateVpc",
            json!({"CidrBlock": "10.0.0.0/16", "TagSpecifications": tags}),
            json!({"cidrBlock": "10.0.0.0/16", "tagSpecificationSet": tag_set}),
        ),
        (
            "CreateVolume",
            json!({"AvailabilityZone": "us-east-1a", "Size": 1}),
            json!({"zone": "us-east-1a", "size": "1"}),
        ),
        (
            "ModifyInstanceAttribute",
            json!({"InstanceId": "i-1", "UserData": {"Value": "AAAA"}}),
            json!({"instanceId": "i-1", "userData": "<sensitiveDataRemoved>"}),
        ),
        (
            "ModifySnapshotAttribute",
            json!({"SnapshotId": "s", "Attribute": "createVolumePermission",
                   "CreateVolumePermission": {"Add": [{"UserId": "1"}]}}),
            json!({"snapshotId": "s", "createVolumePermission": {"add": {"items": [{"userId": "1"}]}},
                   "attributeType": "CREATE_VOLUME_PERMISSION"}),
        ),
        (
            "DeleteSnapshot",
            json!({"SnapshotId": "s"}),
            json!({"snapshotId": "s", "force": false}),
        ),
    ] {
        assert_eq!(parameters("ec2", operation, input), expected, "{operation}");
    }
}

#[test]
fn run_instances_tells_its_instance_in_a_set() {
    let told = parameters(
        "ec2",
        "RunInstances",
        json!({
            "ImageId": "ami-1", "MinCount": 1, "MaxCount": 1, "KeyName": "k", "InstanceType": "t2.micro",
            "Placement": {"Tenancy": "default"}, "UserData": "AAAA",
            "NetworkInterfaces": [{"DeviceIndex": 0, "SubnetId": "s", "Groups": ["sg-1"]}],
        }),
    );
    let expected = json!({
        "instancesSet": {"items": [{"imageId": "ami-1", "minCount": 1, "maxCount": 1, "keyName": "k"}]},
        "instanceType": "t2.micro", "tenancy": "default", "userData": "<sensitiveDataRemoved>",
        "networkInterfaceSet": {"items": [
            {"deviceIndex": 0, "subnetId": "s", "groupSet": {"items": [{"groupId": "sg-1"}]}}]},
        "blockDeviceMapping": {}, "monitoring": {"enabled": false},
        "disableApiTermination": false, "disableApiStop": false,
    });
    assert_eq!(told, expected);
}

#[test]
fn permissions_of_groups_and_images() {
    let told = parameters(
        "ec2",
        "AuthorizeSecurityGroupIngress",
        json!({
            "GroupId": "sg-1",
            "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
        }),
    );
    let permission = json!({"ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "groups": {},
        "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}, "ipv6Ranges": {}, "prefixListIds": {}});
    assert_eq!(
        told,
        json!({"groupId": "sg-1", "ipPermissions": {"items": [permission]}})
    );

    let expected = json!({"imageId": "ami-1", "attributeType": "launchPermission",
        "launchPermission": {"add": {"items": [{"userId": "1"}]}}});
    let added = json!({"ImageId": "ami-1", "LaunchPermission": {"Add": [{"UserId": "1"}]}});
    assert_eq!(parameters("ec2", "ModifyImageAttribute", added), expected);
    // The older way to say the same is told alike (I).
    let older = json!({"ImageId": "ami-1", "OperationType": "add", "UserIds": ["1"]});
    assert_eq!(parameters("ec2", "ModifyImageAttribute", older), expected);
}

#[test]
fn new_requests_are_generic() {
    for (operation, input, expected) in [
        (
            "CreateFlowLogs",
            json!({"ResourceIds": ["vpc-1"], "MaxAggregationInterval": 600,
                "TagSpecifications": [{"ResourceType": "vpc-flow-log", "Tags": [{"Key": "K", "Value": "true"}]}]}),
            json!({"ResourceId": {"tag": 1, "content": "vpc-1"}, "MaxAggregationInterval": 600,
                "TagSpecification": {"ResourceType": "vpc-flow-log", "tag": 1,
                                     "Tag": {"Key": "K", "Value": true, "tag": 1}}}),
        ),
        (
            "DescribeNatGateways",
            json!({"Filter": [{"Name": "vpc-id", "Values": ["vpc-1", "vpc-2"]}]}),
            json!({"Filter": {"tag": 1, "Name": "vpc-id", "Value": [
                {"tag": 1, "content": "vpc-1"}, {"tag": 2, "content": "vpc-2"}]}}),
        ),
        ("EnableSerialConsoleAccess", json!({}), json!("")),
    ] {
        let expected = json!({format!("{operation}Request"): expected});
        assert_eq!(parameters("ec2", operation, input), expected, "{operation}");
    }
}

#[test]
fn parameters_of_single_services() {
    for (service, operation, input, expected) in [
        ("iam", "ListUsers", json!({}), Value::Null),
        ("sts", "GetCallerIdentity", json!({}), Value::Null),
        (
            "bedrock-runtime",
            "InvokeModel",
            json!({"modelId": "m", "contentType": "application/json", "accept": "*/*", "body": "AAAA"}),
            json!({"modelId": "m"}),
        ),
        (
            "ssm",
            "SendCommand",
            json!({"DocumentName": "d", "Parameters": {"commands": ["id"]}}),
            json!({"documentName": "d", "parameters": "HIDDEN_DUE_TO_SECURITY_REASONS", "interactive": false}),
        ),
        (
            "ssm",
            "PutParameter",
            json!({"Name": "/a", "Value": "secret", "Tags": [{"Key": "K", "Value": "V"}]}),
            json!({"name": "/a", "value": "HIDDEN_DUE_TO_SECURITY_REASONS",
                   "tags": [{"key": "K", "value": "V"}]}),
        ),
        (
            "lambda",
            "UpdateFunctionCode",
            json!({"FunctionName": "arn:aws:lambda:us-east-1:111122223333:function:f", "ZipFile": "AAAA", "Publish": true}),
            json!({"functionName": "arn:aws:lambda:us-east-1:111122223333:function:f", "publish": true, "dryRun": false,
                   "fullyQualifiedArn": {
                       "arnPrefix": {"partition": "aws", "region": "us-east-1", "account": "111122223333"},
                       "relativeId": {"functionName": "f"}, "functionQualifier": {}}}),
        ),
        (
            "cloudformation",
            "CreateStack",
            json!({"StackName": "s", "Parameters": [{"ParameterKey": "P", "ParameterValue": "secret"}]}),
            json!({"stackName": "s", "parameters": [{"parameterKey": "P"}]}),
        ),
        (
            "glue",
            "CreateJob",
            json!({"Name": "j", "DefaultArguments": {"db_password": "secret", "mode": "m"}}),
            json!({"name": "j", "defaultArguments": {"db_password": "HIDDEN_DUE_TO_SECURITY_REASONS", "mode": "m"}}),
        ),
        (
            "sqs",
            "SendMessage",
            json!({"QueueUrl": "q", "MessageBody": "secret"}),
            json!({"queueUrl": "q", "messageBody": "HIDDEN_DUE_TO_SECURITY_REASONS"}),
        ),
    ] {
        assert_eq!(
            parameters(service, operation, input),
            expected,
            "{operation}"
        );
    }
}

#[test]
fn s3_control_is_told_as_s3_is() {
    let host = "123837392027.s3-control.us-east-1.amazonaws.com";
    let list = Call {
        service: "s3control",
        operation: "ListAccessPoints",
        uri: "/v20180820/accesspoint?bucket=b&maxResults=1",
        host,
        request_headers: &[
            ("x-amz-account-id", "123837392027"),
            ("authorization", "AWS4-HMAC-SHA256 Credential=…"),
        ],
        answer_headers: &[("x-amz-id-2", "BC5p"), ("content-length", "72")],
        input: json!({"AccountId": "123837392027", "Bucket": "b", "MaxResults": 1}),
        output: json!({"AccessPointList": []}),
        ..Call::default()
    };
    let told = list.told();
    assert_eq!(
        shown(told.request_parameters.as_ref()),
        json!({"Host": host, "bucket": "b", "maxResults": "1"})
    );
    assert_eq!(
        shown(told.additional_event_data.as_ref()),
        json!({"SignatureVersion": "SigV4", "bytesTransferredIn": 0, "AuthenticationMethod": "AuthHeader",
               "x-amz-id-2": "BC5p", "bytesTransferredOut": 72})
    );
    assert_eq!(
        (told.event_source.as_ref(), told.response_elements),
        ("s3.amazonaws.com", None)
    );

    let block = json!({"BlockPublicAcls": true});
    let put = Call {
        service: "s3control",
        operation: "PutPublicAccessBlock",
        host,
        input: json!({"AccountId": "123837392027", "PublicAccessBlockConfiguration": block}),
        ..Call::default()
    };
    let told = put.told();
    assert_eq!(told.event_name, "PutAccountPublicAccessBlock");
    let xmlns = "http://awss3control.amazonaws.com/doc/2018-08-20/";
    assert_eq!(
        shown(told.request_parameters.as_ref()),
        json!({"Host": host, "PublicAccessBlockConfiguration": {"xmlns": xmlns, "BlockPublicAcls": true}})
    );
    let tags = |tags: Value| {
        let input = json!({"AccountId": "123837392027", "JobId": "j", "Tags": tags});
        parameters("s3control", "PutJobTagging", input)["PutJobTaggingRequest"]["Tags"].clone()
    };
    let (a, b) = (
        json!({"Key": "a", "Value": "1"}),
        json!({"Key": "b", "Value": "2"}),
    );
    assert_eq!(tags(json!([a])), json!({"member": a}));
    assert_eq!(tags(json!([a, b])), json!({"member": [a, b]}));
    assert_eq!(tags(json!([])), "");
}
