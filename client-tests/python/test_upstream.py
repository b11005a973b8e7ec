"""Calls of many services, answered by moto as the upstream: each is recorded as CloudTrail records it."""

import json
import os
import socket
import subprocess
import time

import boto3
import pytest
from aws import REGION
from botocore.config import Config
from botocore.exceptions import ClientError
from cli import Cli
from upstream_calls import ROWS

START_LIMIT_S = 60


@pytest.fixture(scope="module")
def moto():
    """The URL of a moto_server of this module's own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [os.environ["MOTO_SERVER"], "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def wait_for(port, server):
    end = time.monotonic() + START_LIMIT_S
    while time.monotonic() < end:
        assert server.poll() is None, "moto_server ended"
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
    raise AssertionError("moto_server does not listen")


def filled(pattern, kept):
    """The pattern with what earlier answers said in the place of `$name`."""
    if isinstance(pattern, str) and pattern.startswith("$"):
        return kept[pattern[1:]]
    if isinstance(pattern, dict):
        return type(pattern)({name: filled(one, kept) for name, one in pattern.items()})
    if isinstance(pattern, list):
        return [filled(one, kept) for one in pattern]
    return pattern


def faults(row, record, kept):
    """How a record differs from its row."""
    expected = {
        "eventSource": row["source"],
        "eventName": row["name"],
        "awsRegion": row.get("region", REGION),
        "readOnly": row["read"],
        "requestParameters": filled(row["parameters"], kept),
        "eventCategory": row.get("category", "Management"),
    }
    if "fails" not in row:
        expected["responseElements"] = row["response"]
    for name, one in expected.items():
        found = record.get(name)
        if not (one is None and found is None) and not (one is not None and one == found):
            yield f"{row['service']} {row['method']}: {name} is {json.dumps(found)[:300]}, expected {one}"
    if "fails" in row and row["fails"] != record.get("errorCode"):
        yield f"{row['service']} {row['method']}: errorCode is {record.get('errorCode')}, expected {row['fails']}"
    if "check" in row and not row["check"](record):
        yield f"{row['service']} {row['method']}: not as it should be: {json.dumps(record)[:600]}"


def test_calls_of_every_protocol_are_recorded(start, moto):
    emulator = start(upstream=moto)
    kept, wrong = {"role": "arn:aws:iam::123456789012:role/r"}, []
    clients = {}
    for number, row in enumerate(ROWS):
        service = row["service"]
        if service not in clients:
            config = Config(retries={"total_max_attempts": 1})
            clients[service] = boto3.client(
                service, REGION, endpoint_url=emulator.endpoint, config=config,
                aws_access_key_id="111122223333", aws_secret_access_key="secret",
            )
        client = clients[service]
        agent = f"row/{number}"
        client.meta.events.register("before-sign", lambda request, agent=agent, **_: request.headers.__setitem__("User-Agent", agent), unique_id="agent")
        try:
            answer = getattr(client, row["method"])(**filled(row["sent"], kept))
            kept.update({name: take(answer) for name, take in row["keep"].items()})
        except ClientError as error:
            if "fails" not in row:
                wrong.append(f"{service} {row['method']}: moto refused it: {error}")
                continue
        finally:
            client.meta.events.unregister("before-sign", unique_id="agent")
        found = emulator.control("GET", f"events?userAgent={agent}&wait=5s")["events"]
        wrong.extend(faults(row, found[0], kept) if found else [f"{service} {row['method']}: there is no record"])
    assert not wrong, "\n".join(wrong)


def test_the_table_is_as_wide_as_it_should_be():
    assert len({(row["service"], row["method"]) for row in ROWS}) >= 60
    assert len({row["service"] for row in ROWS}) >= 15


@pytest.mark.parametrize(
    "command, source, name",
    [
        ("ec2 describe-regions", "ec2", "DescribeRegions"),
        ("dynamodb list-tables", "dynamodb", "ListTables"),
        ("lambda list-functions", "lambda", "ListFunctions20150331"),
        ("cloudwatch describe-alarms", "monitoring", "DescribeAlarms"),
        ("route53 list-hosted-zones", "route53", "ListHostedZones"),
        ("sns list-topics", "sns", "ListTopics"),
    ],
)
def test_the_cli_is_recorded(start, moto, tmp_path, command, source, name):
    emulator = start(upstream=moto)
    Cli(emulator, tmp_path)(*command.split())
    found = emulator.control("GET", f"events?eventName={name}&wait=5s")["events"]
    assert [record["eventSource"] for record in found] == [f"{source}.amazonaws.com"]
    assert found[0]["userAgent"].startswith("aws-cli/")
