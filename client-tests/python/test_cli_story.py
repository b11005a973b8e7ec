"""The AWS CLI's whole story: bucket, policy, trail, calls, flush, files, and `validate-logs` on the result."""

import json
import time
from datetime import timedelta

import pytest
from aws import ACCOUNT, REGION, bucket_policy
from cli import Cli
from emulator import validate
from logfiles import LOG_KEY

ARN = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/audit"


def tell(aws):
    """What somebody types who tries CloudTrail for the first time."""
    aws("s3api", "create-bucket", "--bucket", "audit-logs",
        "--create-bucket-configuration", f"LocationConstraint={REGION}")  # fmt: skip
    aws.refused("InsufficientS3BucketPolicyException",
                "cloudtrail", "create-trail", "--name", "audit", "--s3-bucket-name", "audit-logs")  # fmt: skip
    aws("s3api", "put-bucket-policy", "--bucket", "audit-logs", "--policy", json.dumps(bucket_policy("audit-logs")))
    trail = aws("cloudtrail", "create-trail", "--name", "audit", "--s3-bucket-name", "audit-logs",
                "--enable-log-file-validation")  # fmt: skip
    assert trail["TrailARN"] == ARN and trail["LogFileValidationEnabled"] is True
    aws("cloudtrail", "start-logging", "--name", "audit")
    aws("cloudtrail", "describe-trails")
    aws.refused("TrailNotFoundException", "cloudtrail", "get-trail", "--name", "nobody")
    assert aws("sts", "get-caller-identity")["Account"] == ACCOUNT


@pytest.fixture
def aws(emulator, tmp_path):
    return Cli(emulator, tmp_path)


def test_the_first_hour(emulator, aws):
    began = emulator.now()
    tell(aws)
    for _ in range(3):
        aws("cloudtrail", "get-trail-status", "--name", "audit")
        emulator.flush()
    # From here on nothing is delivered behind the test's back.
    emulator.control("POST", "clock", {"freeze": True})
    listed = aws("s3api", "list-objects-v2", "--bucket", "audit-logs")["Contents"]
    logs = [entry["Key"] for entry in listed if LOG_KEY.match(entry["Key"])]
    digests = [entry["Key"] for entry in listed if "_CloudTrail-Digest_" in entry["Key"]]
    assert logs and len(digests) >= 2
    assert aws("s3", "ls", "--recursive", "s3://audit-logs/").count(".json.gz") == len(logs) + len(digests)

    names = [event["EventName"] for event in aws("cloudtrail", "lookup-events")["Events"]]
    assert {"CreateBucket", "PutBucketPolicy", "CreateTrail", "StartLogging", "GetTrail"} <= set(names)
    assert names.count("CreateTrail") == 2, "the refused one too"

    verdict = aws.validate(ARN, began - timedelta(hours=2))
    assert verdict.status == 0 and verdict.invalid == [], verdict
    assert sorted(verdict.digests) == sorted(f"s3://audit-logs/{key}" for key in digests), verdict
    assert sorted(verdict.logs) == sorted(f"s3://audit-logs/{key}" for key in logs), verdict


def test_downloaded_files_validate_offline(start, tmp_path):
    emulator = start(bucket_dir=tmp_path / "buckets")
    aws = Cli(emulator, tmp_path)
    tell(aws)
    emulator.flush()
    status, invalid, said = validate(tmp_path / "buckets" / "audit-logs")
    assert (status, invalid) == (0, []), said


def test_deliveries_happen_by_themselves(emulator, aws):
    """The fast pace needs no flush: `aws` alone sees the first file after seconds; a minute is for a busy machine."""
    tell(aws)
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        listed = aws("s3api", "list-objects-v2", "--bucket", "audit-logs")["Contents"]
        if any(LOG_KEY.match(entry["Key"]) for entry in listed):
            return
    raise AssertionError("no log file within a minute")
