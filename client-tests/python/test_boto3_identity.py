"""boto3: STS, and how each kind of credentials is recorded."""

import json

from aws import ACCOUNT, REGION, client
from records import violations


def recorded(emulator, name, account=ACCOUNT, region=REGION):
    """The newest record of that name in event history, held against the rules."""
    history = client(emulator, "cloudtrail", account=account, region=region)
    attributes = [{"AttributeKey": "EventName", "AttributeValue": name}]
    event = history.lookup_events(LookupAttributes=attributes)["Events"][0]
    assert violations(event["CloudTrailEvent"]) == []
    return event, json.loads(event["CloudTrailEvent"])


def test_get_caller_identity(emulator):
    sts = client(emulator, "sts")
    answer = sts.get_caller_identity()
    assert answer["Account"] == ACCOUNT
    event, record = recorded(emulator, "GetCallerIdentity")
    identity = record["userIdentity"]
    assert (answer["Arn"], answer["UserId"]) == (identity["arn"], identity["principalId"])
    assert identity["accessKeyId"] == ACCOUNT
    assert record["requestID"] == answer["ResponseMetadata"]["RequestId"]
    assert record["requestParameters"] is None
    assert event["Resources"] == []


def test_dummy_credentials_are_enough(emulator):
    sts = client(emulator, "sts", account="test")
    account = sts.get_caller_identity()["Account"]
    assert len(account) == 12 and account.isdigit()
    _, record = recorded(emulator, "GetCallerIdentity", account="test")
    assert record["userIdentity"]["accessKeyId"] == "test"
    assert record["recipientAccountId"] == account


def test_request_ids_are_the_ones_recorded(emulator, bucket):
    cloudtrail, s3 = client(emulator, "cloudtrail"), client(emulator, "s3")
    asked = [
        cloudtrail.describe_trails(),
        s3.list_buckets(),
        s3.put_object(Bucket=bucket, Key="k", Body=b"v"),
        client(emulator, "sts").get_caller_identity(),
    ]
    known = {record["requestID"]: record["eventName"] for record in emulator.events()}
    names = [known.get(answer["ResponseMetadata"]["RequestId"]) for answer in asked]
    assert names == ["DescribeTrails", "ListBuckets", "PutObject", "GetCallerIdentity"]
