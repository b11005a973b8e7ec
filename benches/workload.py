"""What the benchmark sends: whole HTTP requests as bytes, and events to take in. No sockets are opened here."""

import json
import random
import uuid
from datetime import datetime, timedelta, timezone

ACCOUNT = "111122223333"
BUCKET = "bench-logs"
# A trail of its own for each connection; a region holds only five, so each has a region of its own too.
REGIONS = "eu-west-1 eu-west-2 eu-west-3 eu-north-1 us-east-1 us-east-2 us-west-1 us-west-2".split()

NAMES = 200
BUCKETS = 10_000
USERS = 500


def request(method, path, service, body=b"", region=REGIONS[0], **headers):
    """A request as an SDK sends it; the signature is made up, which none of the servers minds."""
    scope = f"{ACCOUNT}/20260901/{region}/{service}/aws4_request"
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "User-Agent: bench/1.0",
        f"Authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date, Signature={'0' * 64}",
        "X-Amz-Date: 20260901T000000Z",
        f"Content-Length: {len(body)}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def call(operation, members, region=REGIONS[0]):
    """A call of CloudTrail."""
    return request(
        "POST", "/", "cloudtrail", json.dumps(members).encode(), region,
        X_Amz_Target=f"com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.{operation}",
        Content_Type="application/x-amz-json-1.1",
    )  # fmt: skip


def preparation():
    """The requests that make a bucket with policy, and in it a trail that logs."""
    statement = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            statement | {"Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{BUCKET}"},
            statement
            | {
                "Action": "s3:PutObject",
                "Resource": f"arn:aws:s3:::{BUCKET}/AWSLogs/{ACCOUNT}/*",
                "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
            },
        ],
    }
    located = (
        '<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<LocationConstraint>{REGIONS[0]}</LocationConstraint></CreateBucketConfiguration>"
    )
    return [
        request("PUT", f"/{BUCKET}", "s3", located.encode()),
        request("PUT", f"/{BUCKET}?policy", "s3", json.dumps(policy).encode()),
        call("CreateTrail", {"Name": "bench", "S3BucketName": BUCKET}),
        call("StartLogging", {"Name": "bench"}),
    ]


def create_and_delete(connection):
    """The script of one connection: a trail is created and deleted."""
    region, name = REGIONS[connection], f"bench-{connection}"
    return call("CreateTrail", {"Name": name, "S3BucketName": BUCKET}, region) + call("DeleteTrail", {"Name": name}, region)


def forwarded():
    """Calls of services that are not emulated here, by kind: a JSON call and one of EC2's."""
    item = {"TableName": "orders", "Key": {"id": {"S": "1f0d2c3b"}}, "ConsistentRead": True}
    form = "Action=DescribeInstances&Version=2016-11-15&Filter.1.Name=instance-state-name&Filter.1.Value.1=running"
    return {
        "json": request(
            "POST", "/", "dynamodb", json.dumps(item).encode(),
            X_Amz_Target="DynamoDB_20120810.GetItem", Content_Type="application/x-amz-json-1.0",
        ),
        "ec2": request("POST", "/", "ec2", form.encode(), Content_Type="application/x-www-form-urlencoded; charset=utf-8"),
    }  # fmt: skip


def upload(body, size=None):
    """An object of S3; with a size, only the head of the request."""
    whole = request("PUT", "/bench-logs/large", "s3", body)
    return whole if size is None else whole.replace(b"Content-Length: 0", b"Content-Length: %d" % size)


def download(size):
    """So many bytes of S3."""
    return request("GET", f"/zeros/{size}", "s3")


def injection(body):
    """Events as NDJSON to the control endpoint."""
    return request("POST", "/_localtrail/events", "none", body, Content_Type="application/x-ndjson")


def events(first, count):
    """So many records, one a line, spread over the last sixty days; record N is the same in every run but for its time."""
    chance = random.Random(first)
    now = datetime.now(timezone.utc).replace(microsecond=0)
    lines = []
    for number in range(first, first + count):
        name, bucket, user = number % NAMES, chance.randrange(BUCKETS), chance.randrange(USERS)
        when = (now - timedelta(seconds=chance.randrange(60, 60 * 86400))).strftime("%Y-%m-%dT%H:%M:%SZ")
        reads = name % 10 < 7
        lines.append(
            f'{{"eventVersion":"1.11","userIdentity":{{"type":"IAMUser","principalId":"AIDABENCH{user:012}",'
            f'"arn":"arn:aws:iam::{ACCOUNT}:user/user-{user}","accountId":"{ACCOUNT}",'
            f'"accessKeyId":"AKIABENCH{user:011}","userName":"user-{user}"}},"eventTime":"{when}",'
            f'"eventSource":"s3.amazonaws.com","eventName":"{event_name(name)}","awsRegion":"{REGIONS[0]}",'
            f'"sourceIPAddress":"203.0.113.7","userAgent":"[bench/1.0]",'
            f'"requestParameters":{{"bucketName":"{bucket_name(bucket)}","Host":"s3.amazonaws.com"}},'
            f'"responseElements":null,"additionalEventData":{{"SignatureVersion":"SigV4","bytesTransferredIn":0,'
            f'"AuthenticationMethod":"AuthHeader","x-amz-id-2":"{"a" * 76}","bytesTransferredOut":0}},'
            f'"requestID":"{number:016X}","eventID":"{uuid.UUID(int=chance.getrandbits(128), version=4)}",'
            f'"readOnly":{"true" if reads else "false"},'
            f'"resources":[{{"accountId":"{ACCOUNT}","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::{bucket_name(bucket)}"}}],'
            f'"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"{ACCOUNT}",'
            f'"eventCategory":"Management"}}\n'
        )
    return "".join(lines).encode()


def event_name(number):
    return f"{'Get' if number % 10 < 7 else 'Put'}BucketThing{number}"


def bucket_name(number):
    return f"bucket-{number:05}"


def lookups(total):
    """The questions by kind, each kind as a script of many different ones."""
    chance = random.Random(total)

    def ask(**members):
        return call("LookupEvents", members)

    def by(key, value):
        return ask(LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}])

    many = range(500)
    return {
        "by EventName": b"".join(by("EventName", event_name(chance.randrange(NAMES))) for _ in many),
        "by ResourceName": b"".join(by("ResourceName", bucket_name(chance.randrange(BUCKETS))) for _ in many),
        "by ReadOnly": b"".join(by("ReadOnly", chance.choice(["true", "false"])) for _ in many),
        "of all": ask(),
    }


def read_answer(connection):
    """Status and body of one answer."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            raise OSError("the server closed the connection")
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:])
    length = int(fields.get(b"content-length", b"0"))
    while len(body) < length:
        part = connection.recv(65536)
        if not part:
            raise OSError("the server closed the connection")
        body += part
    return int(head.split(b" ")[1]), body
