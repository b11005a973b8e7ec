"""boto3: event history and public keys."""

import hashlib
import json
import time
from datetime import datetime, timedelta, timezone

import pytest
import rsa
from aws import ACCOUNT, REGION, client, refused
from records import violations

ARN = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/audit"


def found(cloudtrail, key=None, value=None, **more):
    """The events of event history, all pages, newest first."""
    if key:
        more["LookupAttributes"] = [{"AttributeKey": key, "AttributeValue": value}]
    return list(cloudtrail.get_paginator("lookup_events").paginate(**more).search("Events"))


def test_event_history_needs_no_trail(clients):
    cloudtrail = clients("cloudtrail")
    with refused("TrailNotFoundException"):
        cloudtrail.get_trail(Name="nobody")
    [event] = found(cloudtrail, "EventName", "GetTrail")
    record = json.loads(event["CloudTrailEvent"])
    assert violations(event["CloudTrailEvent"]) == []
    assert (record["errorCode"], record["requestParameters"]) == ("TrailNotFoundException", {"name": "nobody"})
    assert record["errorMessage"] == f"Unknown trail: nobody for the user: {ACCOUNT}"
    assert record["sourceIPAddress"] == "127.0.0.1"
    assert record["userAgent"].startswith("Boto3/")
    assert record["awsRegion"] == REGION and record["recipientAccountId"] == ACCOUNT
    assert (event["EventId"], event["EventSource"]) == (record["eventID"], "cloudtrail.amazonaws.com")
    assert (event["ReadOnly"], event["AccessKeyId"]) == ("true", ACCOUNT)
    assert abs(event["EventTime"].timestamp() - time.time()) < 60


def test_each_of_the_eight_attributes_finds_its_events(clients, trail, bucket):
    cloudtrail = clients("cloudtrail")
    [created] = found(cloudtrail, "EventName", "CreateTrail")
    identity = json.loads(created["CloudTrailEvent"])["userIdentity"]
    asked = {
        "EventId": created["EventId"],
        "EventName": "CreateTrail",
        "ReadOnly": "false",
        "Username": created["Username"],
        "ResourceType": "AWS::CloudTrail::Trail",
        "ResourceName": "audit",
        "EventSource": "cloudtrail.amazonaws.com",
        "AccessKeyId": ACCOUNT,
    }
    for key, value in asked.items():
        ids = [event["EventId"] for event in found(cloudtrail, key, value)]
        assert created["EventId"] in ids, key
        assert len(ids) == len(set(ids)), key
        other = "true" if key == "ReadOnly" else f"{value}-not"
        assert created["EventId"] not in [event["EventId"] for event in found(cloudtrail, key, other)], key
    assert found(cloudtrail, "EventName", "createtrail") == []
    assert created["Username"] == identity.get("userName", "root")
    on_s3 = found(cloudtrail, "EventSource", "s3.amazonaws.com")
    names = [event["EventName"] for event in on_s3 if event.get("AccessKeyId") == ACCOUNT]
    assert names == ["PutBucketPolicy", "CreateBucket"], "newest first, and no data events"


def test_pages_partition_and_belong_to_their_query(clients):
    cloudtrail = clients("cloudtrail")
    for _ in range(23):
        cloudtrail.describe_trails()
    end = datetime.now(timezone.utc) + timedelta(seconds=1)
    pages = cloudtrail.get_paginator("lookup_events").paginate(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "DescribeTrails"}],
        EndTime=end,
        PaginationConfig={"PageSize": 10},
    )
    sizes, ids = [], []
    for page in pages:
        sizes.append(len(page["Events"]))
        ids += [event["EventId"] for event in page["Events"]]
    assert (sizes, len(set(ids))) == ([10, 10, 3], 23)

    first = cloudtrail.lookup_events(MaxResults=1)
    assert len(first["Events"]) == 1
    with refused("InvalidNextTokenException"):
        cloudtrail.lookup_events(
            NextToken=first["NextToken"], LookupAttributes=[{"AttributeKey": "ReadOnly", "AttributeValue": "true"}]
        )
    with refused("InvalidNextTokenException"):
        cloudtrail.lookup_events(NextToken="broken")


def test_wrong_questions_are_refused(clients):
    cloudtrail = clients("cloudtrail")
    name = {"AttributeKey": "EventName", "AttributeValue": "GetTrail"}
    now = datetime.now(timezone.utc)
    with refused("InvalidMaxResultsException"):
        cloudtrail.lookup_events(MaxResults=51)
    with refused("InvalidLookupAttributesException"):
        cloudtrail.lookup_events(LookupAttributes=[name, name])
    with refused("InvalidLookupAttributesException"):
        cloudtrail.lookup_events(LookupAttributes=[{"AttributeKey": "Color", "AttributeValue": "red"}])
    with refused("InvalidLookupAttributesException"):
        cloudtrail.lookup_events(LookupAttributes=[{"AttributeKey": "ReadOnly", "AttributeValue": "True"}])
    with refused("InvalidTimeRangeException"):
        cloudtrail.lookup_events(StartTime=now, EndTime=now - timedelta(hours=1))
    with refused("InvalidTimeRangeException"):
        cloudtrail.lookup_events(StartTime=now + timedelta(hours=1))
    with refused("InvalidEventCategoryException"):
        cloudtrail.lookup_events(EventCategory="weather")
    assert cloudtrail.lookup_events(EventCategory="insight")["Events"] == []


def test_time_bounds_are_inclusive(start):
    emulator = start(clock="virtual")
    cloudtrail = client(emulator, "cloudtrail")
    for _ in range(3):
        cloudtrail.describe_trails()
        emulator.advance("1h")
    times = [event["EventTime"] for event in found(cloudtrail, "EventName", "DescribeTrails")]
    assert times == sorted(times, reverse=True) and len(times) == 3
    assert times[0] - times[2] == timedelta(hours=2)
    within = found(cloudtrail, "EventName", "DescribeTrails", StartTime=times[1], EndTime=times[0])
    assert [event["EventTime"] for event in within] == times[:2]


def test_regions_and_accounts_are_apart(emulator, clients):
    clients("cloudtrail").describe_trails()
    assert found(client(emulator, "cloudtrail", region="us-east-1"), "EventName", "DescribeTrails") == []
    assert found(client(emulator, "cloudtrail", account="444455556666"), "EventName", "DescribeTrails") == []


def test_public_keys_are_aws_kind_of_keys(emulator, clients, trail):
    emulator.flush()
    cloudtrail = clients("cloudtrail")
    now = datetime.now(timezone.utc)
    pages = cloudtrail.get_paginator("list_public_keys").paginate(StartTime=now - timedelta(hours=1), EndTime=now)
    keys = list(pages.search("PublicKeyList"))
    assert keys
    for key in keys:
        assert len(key["Value"]) == 270
        assert rsa.PublicKey.load_pkcs1(key["Value"], "DER").n.bit_length() == 2048
        assert key["Fingerprint"] == hashlib.md5(key["Value"]).hexdigest()
        assert key["ValidityEndTime"] - key["ValidityStartTime"] == timedelta(days=30)
    assert {key["Fingerprint"] for key in cloudtrail.list_public_keys()["PublicKeyList"]} <= {
        key["Fingerprint"] for key in keys
    }
    with refused("InvalidTimeRangeException"):
        cloudtrail.list_public_keys(StartTime=now, EndTime=now - timedelta(days=1))
