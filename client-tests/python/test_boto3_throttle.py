"""`--throttle`: boto3 past AWS's rate, without retries and with its standard ones."""

import pytest
from aws import REGION, client, refused
from botocore.config import Config


@pytest.fixture
def emulator(start):
    emulator = start(throttle=True)
    emulator.control("POST", "clock", {"freeze": True})
    return emulator


def test_the_third_call_within_a_second_is_throttled(emulator):
    cloudtrail = client(emulator, "cloudtrail")

    def throttled():
        """LookupEvents may be called twice a second (D)."""
        for _ in range(2):
            cloudtrail.lookup_events()
        with refused("ThrottlingException") as error:
            cloudtrail.lookup_events()
        assert error.message == "Rate exceeded"

    throttled()
    # Regions and operations have rates of their own.
    client(emulator, "cloudtrail", region="us-east-1").lookup_events()
    cloudtrail.list_trails()
    emulator.advance("1s")
    throttled()
    emulator.advance("500ms")
    cloudtrail.lookup_events()
    with refused("ThrottlingException"):
        cloudtrail.lookup_events()
    codes = [record.get("errorCode") for record in emulator.events() if record["awsRegion"] == REGION]
    assert codes.count("ThrottlingException") == 3


def test_standard_retries_get_through(emulator):
    # The waits are random; five attempts outlast half a second but once in 20 000 runs.
    cloudtrail = client(emulator, "cloudtrail", config=Config(retries={"mode": "standard", "total_max_attempts": 5}))
    statuses = []

    def received(response_dict, **_):
        statuses.append(response_dict["status_code"])
        if response_dict["status_code"] == 400:
            # The clock runs from here, while boto3 waits.
            emulator.control("POST", "clock", {"freeze": False})

    cloudtrail.meta.events.register("before-parse.cloudtrail.LookupEvents", received)
    for _ in range(2):
        assert cloudtrail.lookup_events()["ResponseMetadata"]["RetryAttempts"] == 0
    answer = cloudtrail.lookup_events()["ResponseMetadata"]
    assert answer["HTTPStatusCode"] == 200 and answer["RetryAttempts"] >= 1
    assert statuses == [200, 200, *[400] * answer["RetryAttempts"], 200]
