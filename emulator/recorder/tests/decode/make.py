#!/usr/bin/env python3
"""Writes calls as botocore speaks them, each with the tree that reading it must give.

    python3 make.py > calls.jsonl          # the calls that the tests read
    python3 make.py --all 2 > all.jsonl    # every operation of every service, twice; see tests/decode.rs

Needs botocore. Requests are botocore's own bytes; answers are written by `answers.py`, and what botocore's parser reads
from them is what must come out. The same seed gives the same bytes.
"""

import base64
import json
import random
import sys

import botocore.awsrequest
import botocore.loaders
import botocore.model
import botocore.parsers
import botocore.serialize
from botocore.compat import HTTPHeaders

import answers
from values import Maker, tree

PROTOCOLS = {
    "json": "Json",
    "rest-json": "RestJson",
    "query": "Query",
    "ec2": "Ec2",
    "rest-xml": "RestXml",
    "smithy-rpc-v2-cbor": "RpcV2Cbor",
}
# A few operations of every protocol, picked for what is odd about them.
CHOSEN = {
    "apigateway": ["GetRestApis", "PutIntegration", "UpdateStage"],
    "autoscaling": ["CreateAutoScalingGroup", "DescribeScalingActivities"],
    "cloudfront": ["CreateDistribution", "GetDistribution", "TagResource"],
    "cloudwatch": ["PutMetricAlarm", "GetMetricData", "DescribeAlarms"],
    "dynamodb": ["PutItem", "Query", "CreateTable"],
    "ec2": ["RunInstances", "DescribeInstances", "CreateFlowLogs", "CreateSecurityGroup", "DescribeVpcs"],
    "eks": ["CreateCluster", "ListClusters"],
    "elasticbeanstalk": ["CreateEnvironment", "DescribeEnvironments"],
    "glacier": ["InitiateJob", "UploadArchive"],
    "iam": ["CreateUser", "ListPolicies", "SimulateCustomPolicy"],
    "iot": ["CreateThing", "ListThings"],
    "iot-data": ["Publish"],
    "kinesis": ["PutRecords", "DescribeStream", "SubscribeToShard"],
    "kms": ["Encrypt", "CreateKey", "ListKeys"],
    "lambda": ["Invoke", "CreateFunction", "ListTags"],
    "lex-runtime": ["PostContent", "PostText"],
    "logs": ["PutLogEvents", "FilterLogEvents"],
    "rds": ["CreateDBInstance", "DescribeDBInstances"],
    "route53": ["ChangeResourceRecordSets", "ListHostedZones", "CreateHostedZone"],
    "s3control": ["CreateJob", "PutBucketPolicy", "GetAccessPoint"],
    "ses": ["SendEmail", "GetSendStatistics"],
    "sns": ["Publish", "SetSubscriptionAttributes", "GetTopicAttributes"],
    "sqs": ["SendMessage", "SendMessageBatch", "ReceiveMessage", "SetQueueAttributes", "GetQueueAttributes"],
    "sts": ["AssumeRole", "GetCallerIdentity"],
}


def models(chosen):
    loader = botocore.loaders.create_loader()
    for service in chosen or loader.list_available_services("service-2"):
        if service == "s3":
            continue  # The recorder has no part in it.
        yield service, botocore.model.ServiceModel(loader.load_service_model(service, "service-2"), service)


def request(protocol, operation, value):
    serializer = botocore.serialize.SERIALIZERS[protocol]()
    wire = serializer.serialize_to_request(value, operation)
    botocore.awsrequest.prepare_request_dict(wire, "http://localhost:4566", user_agent="test")
    prepared = botocore.awsrequest.create_request_object(wire).prepare()
    body = prepared.body or b""
    body = body.encode() if isinstance(body, str) else bytes(body)
    headers = [[name, text(value)] for name, value in prepared.headers.items()]
    return {"method": prepared.method, "url": prepared.url, "headers": headers, "body": packed(body)}


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def packed(body):
    """A body as text where it is one."""
    try:
        return {"text": body.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}


def response(protocol, operation, value):
    status, headers, body = answers.answer(protocol, operation, value)
    fields = HTTPHeaders.from_dict(headers)
    wire = {"status_code": status, "headers": fields, "body": body}
    shape = operation.output_shape
    parsed = botocore.parsers.create_parser(protocol).parse(wire, shape)
    parsed.pop("ResponseMetadata", None)
    payload = shape.serialization.get("payload")
    if payload and payload not in value:
        parsed.pop(payload, None)  # botocore reads an empty body as an empty structure.
    told = {"status": status, "headers": [list(pair) for pair in headers.items()], "body": packed(body)}
    return told, tree(shape, parsed)


def streams(shape):
    """Whether the body of this structure is an event stream, which botocore reads only from a connection."""
    return shape is not None and any(
        member.serialization.get("eventstream") or member.serialization.get("streaming")
        for member in shape.members.values()
    )


def call(service, protocol, operation, seed):
    dice = random.Random(f"{service} {protocol} {operation.name} {seed}")
    maker = Maker(dice, flat_only=protocol in ("query", "ec2", "rest-xml"))
    line = {"service": service, "operation": operation.name, "protocol": PROTOCOLS[protocol]}
    value = maker.structure(operation.input_shape) if operation.input_shape else {}
    line["request"] = request(protocol, operation, value)
    line["input"] = tree(operation.input_shape, value) if operation.input_shape else {}
    if operation.output_shape and not streams(operation.output_shape):
        value = maker.structure(operation.output_shape)
        payload = operation.output_shape.serialization.get("payload")
        if isinstance(value.get(payload), bytes):
            value[payload] = b"text"  # botocore's parser reads no other bytes there.
        line["answer"], line["output"] = response(protocol, operation, value)
    return line


def main():
    every = len(sys.argv) > 2 and sys.argv[1] == "--all"
    for service, model in models(None if every else CHOSEN):
        names = model.operation_names if every else CHOSEN[service]
        for protocol in model.metadata.get("protocols") or [model.metadata["protocol"]]:
            for name in names:
                for seed in range(int(sys.argv[2]) if every else 1):
                    line = call(service, protocol, model.operation_model(name), seed)
                    print(json.dumps(line, ensure_ascii=False, separators=(",", ":")))


if __name__ == "__main__":
    main()
