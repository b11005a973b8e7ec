"""Every record of a busy hour: in the log files, in event history and in the journal, all held against the rules."""

import json

import pytest
from aws import ACCOUNT, REGION, client, make_bucket, refused
from logfiles import check_bucket, digest_keys, keys, log_keys, unpack
from records import violations

ARN = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/audit"


@pytest.fixture
def cloudtrail(clients, trail):
    cloudtrail = clients("cloudtrail")
    objects = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}
    cloudtrail.put_event_selectors(
        TrailName="audit", EventSelectors=[{"ReadWriteType": "All", "DataResources": [objects]}]
    )
    return cloudtrail


def busy_hour(emulator, cloudtrail):
    """A bit of everything that is recorded: CloudTrail, S3 and STS; reads and writes; answered and refused."""
    s3, sts = client(emulator, "s3"), client(emulator, "sts")
    cloudtrail.add_tags(ResourceId=ARN, TagsList=[{"Key": "a", "Value": "b"}])
    cloudtrail.list_tags(ResourceIdList=[ARN])
    cloudtrail.get_event_selectors(TrailName=ARN)
    cloudtrail.update_trail(Name="audit", EnableLogFileValidation=True)
    cloudtrail.lookup_events(MaxResults=3)
    cloudtrail.list_public_keys()
    with refused("TrailNotFoundException"):
        cloudtrail.get_trail_status(Name="nobody")
    with refused("TrailAlreadyExistsException"):
        cloudtrail.create_trail(Name="audit", S3BucketName="audit-logs")
    with refused("UnsupportedOperationException"):
        cloudtrail.list_channels()
    s3.create_bucket(Bucket="things", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="things", Key="a/b c+ü", Body=b"hello", Metadata={"secret": "word"})
    s3.get_object(Bucket="things", Key="a/b c+ü")["Body"].read()
    s3.head_object(Bucket="things", Key="a/b c+ü")
    s3.head_bucket(Bucket="things")
    s3.list_objects_v2(Bucket="things", Prefix="a/")
    s3.copy_object(Bucket="things", Key="c", CopySource={"Bucket": "things", "Key": "a/b c+ü"})
    s3.delete_objects(Bucket="things", Delete={"Objects": [{"Key": "c"}]})
    s3.delete_object(Bucket="things", Key="a/b c+ü")
    with refused("NoSuchKey", 404):
        s3.get_object(Bucket="things", Key="nothing")
    with refused("NoSuchBucketPolicy", 404):
        s3.get_bucket_policy(Bucket="things")
    s3.list_buckets()
    s3.delete_bucket(Bucket="things")
    sts.get_caller_identity()


def test_every_record_holds_against_the_rules(emulator, clients, cloudtrail, bucket):
    busy_hour(emulator, cloudtrail)
    emulator.flush()
    delivered = check_bucket(clients("s3"), bucket)
    names = {json.loads(text)["eventName"] for text in delivered.values()}
    assert names >= {
        "AddTags", "ListTags", "GetEventSelectors", "UpdateTrail", "LookupEvents", "ListPublicKeys", "GetTrailStatus",
        "CreateTrail", "ListChannels", "CreateBucket", "PutObject", "GetObject", "HeadObject", "HeadBucket",
        "ListObjects", "CopyObject", "DeleteObjects", "DeleteObject", "GetBucketPolicy", "ListBuckets", "DeleteBucket",
        "GetCallerIdentity",
    }  # fmt: skip
    journal = emulator.events()
    assert {record["eventID"] for record in journal} >= set(delivered)
    assert all(violations(json.dumps(record, separators=(",", ":"))) == [] for record in journal)


def test_history_and_log_files_carry_the_same_bytes(emulator, clients, cloudtrail, bucket):
    busy_hour(emulator, cloudtrail)
    emulator.flush()
    delivered = check_bucket(clients("s3"), bucket)
    events = list(cloudtrail.get_paginator("lookup_events").paginate().search("Events"))
    history = {event["EventId"]: event["CloudTrailEvent"] for event in events}
    assert all(violations(text) == [] for text in history.values())
    assert not [text for text in history.values() if '"eventCategory":"Data"' in text]
    both = set(history) & set(delivered)
    management = {event for event, text in delivered.items() if '"eventCategory":"Management"' in text}
    assert both == management
    assert len(both) >= 15
    assert [event for event in both if history[event] != delivered[event]] == []


def test_records_tell_of_tls(start):
    emulator = start(tls=True)
    s3, cloudtrail, sts = (
        client(emulator, service, verify=emulator.ready["caFile"]) for service in ("s3", "cloudtrail", "sts")
    )
    make_bucket(s3, "audit-logs")
    make_bucket(s3, "things", policy=False)
    objects = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}
    cloudtrail.create_trail(Name="audit", S3BucketName="audit-logs")
    cloudtrail.put_event_selectors(TrailName="audit", EventSelectors=[{"DataResources": [objects]}])
    cloudtrail.start_logging(Name="audit")
    s3.put_object(Bucket="things", Key="k", Body=b"v")
    sts.get_caller_identity()
    emulator.flush()
    told = {}
    for text in check_bucket(s3, "audit-logs", tls=True).values():
        record = json.loads(text)
        told[record["eventName"]] = record["tlsDetails"]
    host = emulator.endpoint.removeprefix("https://")
    for name in ("StartLogging", "PutObject", "GetCallerIdentity"):
        # What AWS writes here is the Host header; ours has a port.
        assert told[name]["clientProvidedHostHeader"] in (host, host.partition(":")[0]), told[name]


def test_log_files_are_batches(start):
    emulator = start(clock="virtual")
    s3, cloudtrail = client(emulator, "s3"), client(emulator, "cloudtrail")
    make_bucket(s3, "audit-logs")
    cloudtrail.create_trail(Name="audit", S3BucketName="audit-logs")
    cloudtrail.start_logging(Name="audit")
    emulator.flush()
    before = set(log_keys(s3, "audit-logs"))
    for _ in range(40):
        cloudtrail.get_trail_status(Name="audit")
    emulator.flush()
    [key] = [key for key in log_keys(s3, "audit-logs") if key not in before]
    packed = s3.get_object(Bucket="audit-logs", Key=key)["Body"].read()
    names = [record["eventName"] for record in json.loads(unpack(packed))["Records"]]
    assert names.count("GetTrailStatus") == 40


def test_nothing_is_delivered_when_nothing_is_logged(start):
    emulator = start(clock="virtual")
    s3, cloudtrail = client(emulator, "s3"), client(emulator, "cloudtrail")
    make_bucket(s3, "audit-logs")
    cloudtrail.create_trail(Name="audit", S3BucketName="audit-logs", EnableLogFileValidation=True)
    folder = f"AWSLogs/{ACCOUNT}"
    assert keys(s3, "audit-logs") == [f"{folder}/CloudTrail-Digest/", f"{folder}/CloudTrail/"]
    emulator.advance("1h")
    assert keys(s3, "audit-logs") == [f"{folder}/CloudTrail-Digest/", f"{folder}/CloudTrail/"]

    cloudtrail.start_logging(Name="audit")
    cloudtrail.describe_trails()
    cloudtrail.stop_logging(Name="audit")
    emulator.advance("1h")
    kept = log_keys(s3, "audit-logs")
    assert kept, "what was logged before StopLogging is still delivered"
    digests = digest_keys(s3, "audit-logs")
    cloudtrail.describe_trails()
    emulator.advance("3h")
    assert (log_keys(s3, "audit-logs"), digest_keys(s3, "audit-logs")) == (kept, digests)
    texts = check_bucket(s3, "audit-logs")
    assert "DescribeTrails" in {json.loads(text)["eventName"] for text in texts.values()}


def test_selectors_decide_what_is_delivered(emulator, clients, trail, bucket):
    cloudtrail, s3 = clients("cloudtrail"), clients("s3")
    fields = [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        {"Field": "resources.ARN", "StartsWith": [f"arn:aws:s3:::{bucket}/wanted/"]},
    ]
    cloudtrail.put_event_selectors(TrailName="audit", AdvancedEventSelectors=[{"FieldSelectors": fields}])
    emulator.flush()
    before = check_bucket(s3, bucket)
    s3.put_object(Bucket=bucket, Key="wanted/a", Body=b"x")
    s3.put_object(Bucket=bucket, Key="unwanted/a", Body=b"x")
    cloudtrail.describe_trails()
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "unwanted/a"}]})
    s3.delete_object(Bucket=bucket, Key="wanted/a")
    emulator.flush()
    after = check_bucket(s3, bucket)
    new = [json.loads(text) for event, text in after.items() if event not in before]
    said = sorted((record["eventName"], record["requestParameters"]["key"]) for record in new)
    assert said == [("DeleteObject", "wanted/a"), ("PutObject", "wanted/a")]
