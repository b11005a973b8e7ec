"""boto3: the life of a trail, its refusals and its status."""

import time

import pytest
from aws import ACCOUNT, REGION, client, make_bucket, refused

ARN = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/audit"
EMPTY_STATUS = {
    "IsLogging": False,
    "LatestDeliveryAttemptTime": "",
    "LatestNotificationAttemptTime": "",
    "LatestNotificationAttemptSucceeded": "",
    "LatestDeliveryAttemptSucceeded": "",
    "TimeLoggingStarted": "",
    "TimeLoggingStopped": "",
}


def body(answer):
    return {key: value for key, value in answer.items() if key != "ResponseMetadata"}


@pytest.fixture
def cloudtrail(clients):
    return clients("cloudtrail")


def test_a_trail_lives(cloudtrail, bucket):
    created = body(cloudtrail.create_trail(Name="audit", S3BucketName=bucket))
    shape = {
        "Name": "audit",
        "S3BucketName": bucket,
        "IncludeGlobalServiceEvents": True,
        "IsMultiRegionTrail": False,
        "TrailARN": ARN,
        "LogFileValidationEnabled": False,
        "IsOrganizationTrail": False,
    }
    assert created == shape | {"RecursiveLogging": created["RecursiveLogging"]}

    trail = cloudtrail.get_trail(Name="audit")["Trail"]
    described = {"HomeRegion": REGION, "HasCustomEventSelectors": False, "HasInsightSelectors": False}
    assert {key: trail[key] for key in shape | described} == shape | described
    assert cloudtrail.get_trail(Name=ARN)["Trail"] == trail
    assert cloudtrail.describe_trails()["trailList"] == [trail]
    assert cloudtrail.describe_trails(trailNameList=["audit", ARN])["trailList"] == [trail]
    assert cloudtrail.describe_trails(trailNameList=["nobody"])["trailList"] == []
    pages = cloudtrail.get_paginator("list_trails").paginate()
    assert list(pages.search("Trails")) == [{"TrailARN": ARN, "Name": "audit", "HomeRegion": REGION}]

    updated = body(cloudtrail.update_trail(Name=ARN, EnableLogFileValidation=True, IsMultiRegionTrail=True))
    assert updated["LogFileValidationEnabled"] and updated["IsMultiRegionTrail"]
    assert updated["S3BucketName"] == bucket

    assert body(cloudtrail.delete_trail(Name="audit")) == {}
    with refused("TrailNotFoundException") as error:
        cloudtrail.get_trail(Name="audit")
    assert error.message == f"Unknown trail: audit for the user: {ACCOUNT}"
    with refused("TrailNotFoundException"):
        cloudtrail.delete_trail(Name="audit")
    assert cloudtrail.describe_trails()["trailList"] == []


def test_create_trail_says_what_is_wrong(clients, cloudtrail, bucket):
    cloudtrail.create_trail(Name="audit", S3BucketName=bucket)
    with refused("TrailAlreadyExistsException") as error:
        cloudtrail.create_trail(Name="audit", S3BucketName=bucket)
    assert error.message == f"Trail audit already exists for customer: {ACCOUNT}"
    with refused("S3BucketDoesNotExistException") as error:
        cloudtrail.create_trail(Name="other", S3BucketName="no-such-bucket")
    assert error.message == "S3 bucket no-such-bucket does not exist!"
    make_bucket(clients("s3"), "closed", policy=False)
    with refused("InsufficientS3BucketPolicyException") as error:
        cloudtrail.create_trail(Name="other", S3BucketName="closed")
    assert error.message == "Incorrect S3 bucket policy is detected for bucket: closed"
    with refused("InvalidParameterCombinationException") as error:
        cloudtrail.create_trail(
            Name="other", S3BucketName=bucket, IsMultiRegionTrail=True, IncludeGlobalServiceEvents=False
        )
    assert error.message == "Multi-Region trail must include global service events."
    for name in ("other-1", "other-2", "other-3", "other-4"):
        cloudtrail.create_trail(Name=name, S3BucketName=bucket)
    with refused("MaximumNumberOfTrailsExceededException") as error:
        cloudtrail.create_trail(Name="other-5", S3BucketName=bucket)
    assert error.message == f"User: {ACCOUNT} already has 5 trails in {REGION}."


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ab", "Trail name too short. Minimum allowed length: 3 characters. Specified name length: 2 characters."),
        (
            "a" * 129,
            "Trail name too long. Maximum allowed length: 128 characters. Specified name length: 129 characters.",
        ),
        ("-abc", "Trail name must starts with a letter or number."),
        ("abc!", "Trail name must ends with a letter or number."),
        ("a--b", "Trail name or ARN cannot have adjacent periods (.), hyphens (-), or underscores (_)."),
        ("10.0.0.1", "Trail names must not be formatted as an IP address."),
    ],
)
def test_trail_names_have_a_form(cloudtrail, bucket, name, message):
    with refused("InvalidTrailNameException") as error:
        cloudtrail.create_trail(Name=name, S3BucketName=bucket)
    assert error.message == message


def test_the_status_of_a_trail_is_what_happened(emulator, cloudtrail, bucket):
    cloudtrail.create_trail(Name="audit", S3BucketName=bucket, EnableLogFileValidation=True)
    assert body(cloudtrail.get_trail_status(Name="audit")) == EMPTY_STATUS
    before = time.time()
    assert body(cloudtrail.start_logging(Name="audit")) == {}
    cloudtrail.start_logging(Name=ARN)
    status = cloudtrail.get_trail_status(Name=ARN)
    assert status["IsLogging"] is True
    assert before - 2 <= status["StartLoggingTime"].timestamp() <= time.time() + 2
    assert "StopLoggingTime" not in status and "LatestDeliveryError" not in status
    assert status["TimeLoggingStarted"] == status["StartLoggingTime"].strftime("%Y-%m-%dT%H:%M:%SZ")

    cloudtrail.stop_logging(Name=ARN)
    emulator.flush()
    status = cloudtrail.get_trail_status(Name="audit")
    assert status["IsLogging"] is False
    for member in ("StopLoggingTime", "LatestDeliveryTime", "LatestDigestDeliveryTime"):
        assert before - 2 <= status[member].timestamp() <= time.time() + 2, member
    assert status["LatestDeliveryAttemptTime"].endswith("Z")
    with refused("TrailNotFoundException") as error:
        cloudtrail.get_trail_status(Name="nobody")
    arn = ARN.replace("audit", "nobody")
    assert error.message == f"Unknown trail: {arn} for the user: {ACCOUNT}"


def test_a_multi_region_trail_has_shadows(emulator, clients, cloudtrail, bucket):
    cloudtrail.create_trail(Name="audit", S3BucketName=bucket, IsMultiRegionTrail=True)
    cloudtrail.create_trail(Name="local", S3BucketName=bucket)
    elsewhere = client(emulator, "cloudtrail", region="us-east-1")
    assert [trail["TrailARN"] for trail in elsewhere.describe_trails()["trailList"]] == [ARN]
    assert elsewhere.describe_trails(includeShadowTrails=False)["trailList"] == []
    assert elsewhere.get_trail(Name=ARN)["Trail"]["HomeRegion"] == REGION
    assert elsewhere.get_trail_status(Name=ARN)["IsLogging"] is False
    with refused("TrailNotFoundException"):
        elsewhere.get_trail(Name="audit")
    with refused("InvalidHomeRegionException"):
        elsewhere.start_logging(Name=ARN)
    cloudtrail.start_logging(Name=ARN)
    assert elsewhere.get_trail_status(Name=ARN)["IsLogging"] is True


def test_accounts_are_apart(emulator, clients, cloudtrail, bucket):
    cloudtrail.create_trail(Name="audit", S3BucketName=bucket)
    stranger = client(emulator, "cloudtrail", account="444455556666")
    assert stranger.describe_trails()["trailList"] == []
    with refused("TrailNotFoundException"):
        stranger.get_trail(Name="audit")
