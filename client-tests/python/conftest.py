"""Fixtures: one emulator per test, clients pointed at it, and a bucket that CloudTrail may write to."""

import pytest
from aws import client, make_bucket
from emulator import Emulator


@pytest.fixture
def start():
    """Starts emulators with flags; stops them all at the end, and each must end well and take its temporary files along."""
    running = []

    def start(**flags):
        running.append(Emulator(**flags))
        return running[-1]

    yield start
    assert [emulator.stop() for emulator in running] == [0] * len(running)


@pytest.fixture
def emulator(start):
    """An emulator with no flag but its port."""
    return start()


@pytest.fixture
def clients(emulator):
    """`clients("s3")` for the test's emulator."""
    return lambda service, **options: client(emulator, service, **options)


@pytest.fixture
def bucket(clients):
    """A bucket that CloudTrail may write to."""
    return make_bucket(clients("s3"), "audit-logs")


@pytest.fixture
def trail(clients, bucket):
    """The ARN of a trail with validation that is logging."""
    cloudtrail = clients("cloudtrail")
    arn = cloudtrail.create_trail(Name="audit", S3BucketName=bucket, EnableLogFileValidation=True)["TrailARN"]
    cloudtrail.start_logging(Name=arn)
    return arn
