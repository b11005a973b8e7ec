"""The AWS CLI with no endpoint set, caught by the HTTPS proxy."""

import json
import os
import subprocess
import sys

import pytest
from aws import ACCOUNT, REGION
from cli import AWS


class Caught:
    """Runs `aws …` as on AWS, but for the proxy and the certificate."""

    def __init__(self, emulator, home):
        self.emulator, self.home = emulator, home

    def __call__(self, *arguments):
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "HTTPS_PROXY": self.emulator.endpoint,
            "AWS_CA_BUNDLE": self.emulator.ready["caFile"],
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_PAGER": "",
        }
        return subprocess.run(
            [sys.executable, str(AWS), *arguments], env=environment, capture_output=True, text=True, timeout=120
        )


@pytest.fixture
def proxied(start):
    return start()


@pytest.fixture
def aws(proxied, tmp_path):
    return Caught(proxied, tmp_path)


def test_a_call_with_no_endpoint_is_caught_answered_and_recorded(proxied, aws):
    done = aws("sts", "get-caller-identity")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["Account"] == ACCOUNT
    [record] = proxied.control("GET", "events?eventName=GetCallerIdentity&wait=2s")["events"]
    assert record["awsRegion"] == REGION
    assert record["tlsDetails"]["clientProvidedHostHeader"] == f"sts.{REGION}.amazonaws.com"
    assert record["userAgent"].startswith("aws-cli/")


def test_buckets_are_caught_by_their_own_hosts(proxied, aws):
    assert aws("s3", "mb", "s3://caught").returncode == 0
    assert aws("s3api", "list-buckets", "--query", "Buckets[].Name", "--output", "text").stdout.strip() == "caught"
    [record] = proxied.control("GET", "events?eventName=CreateBucket&wait=2s")["events"]
    assert record["requestParameters"]["Host"].startswith("caught.s3.")


def test_a_trail_is_made_and_told(proxied, aws):
    assert aws("cloudtrail", "describe-trails").returncode == 0
    [record] = proxied.control("GET", "events?eventName=DescribeTrails&wait=2s")["events"]
    assert record["tlsDetails"]["clientProvidedHostHeader"] == f"cloudtrail.{REGION}.amazonaws.com"


def test_what_is_not_emulated_is_refused_and_recorded(proxied, aws):
    done = aws("ec2", "describe-regions")
    assert done.returncode != 0 and "--upstream" in done.stderr
    [record] = proxied.control("GET", "events?eventName=DescribeRegions&wait=2s")["events"]
    assert record["eventSource"] == "ec2.amazonaws.com" and record["errorCode"]


def test_hosts_that_are_not_of_aws_are_refused(proxied, aws):
    done = aws("s3api", "list-buckets", "--endpoint-url", "https://storage.example.org")
    assert done.returncode != 0
    assert proxied.events() == []
