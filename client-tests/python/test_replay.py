"""Real records replayed: none is lost, and each comes out byte for byte, from event history and from log files."""

import collections
import json
import re
import subprocess
import tarfile
from datetime import datetime, timedelta, timezone

import pytest
from aws import client, make_bucket
from cli import Cli
from emulator import binary
from logfiles import log_keys, split_records, unpack
from real_records import FOLDER

ARCHIVES = ["invictus-aws_dataset", "stratus-red-team", "trailscraper", "log2timeline-plaso"]
# So old an event may be to be found by LookupEvents, by the emulator's clock.
HISTORY = timedelta(days=90)
# White space between tokens is all that may change.
TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\s+')


def compact(text):
    return TOKEN.sub(lambda found: "" if found[0].isspace() else found[0], text)


def texts(path):
    """The records of a sample, each as it stands there."""
    text = path.read_text()
    if path.suffix == ".jsonl":
        return [compact(json.loads(line)["CloudTrailEvent"]) for line in text.splitlines() if line.strip()]
    decoder, at, found = json.JSONDecoder(), text.index("[") + 1, []
    while True:
        while text[at] in " \t\r\n,":
            at += 1
        if text[at] == "]":
            return found
        end = decoder.raw_decode(text, at)[1]
        found.append(compact(text[at:end]))
        at = end


@pytest.fixture(params=ARCHIVES)
def sample(request, tmp_path):
    """The folder of one set of samples."""
    with tarfile.open(FOLDER / f"{request.param}.tar.gz") as tar:
        tar.extractall(tmp_path, filter="data")
    return tmp_path / request.param


def replay(emulator, *arguments):
    """`localtrail replay …`, which must succeed; its summary."""
    command = [binary(), "replay", "--url", emulator.endpoint, "--json", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_no_record_is_lost_and_each_comes_out_as_it_went_in(start, sample):
    files = [path for path in sorted(sample.rglob("*")) if path.suffix in (".json", ".jsonl")]
    originals = [(text, json.loads(text)) for path in files for text in texts(path)]
    assert originals
    for now in ends(time_of(record) for _, record in originals):
        emulator = start(clock=f"virtual={now:%Y-%m-%dT%H:%M:%SZ}", lenient=True)
        accounts = sorted({account(record) for _, record in originals})
        for number, one in enumerate(accounts):
            trail_of_everything(emulator, one, f"logs-{number}")
        assert replay(emulator, *files)["accepted"] == len(originals)
        emulator.flush()
        assert delivered(emulator, accounts) == collections.Counter(text for text, _ in originals)
        told = [
            text
            for text, record in originals
            if record.get("managementEvent", True) and time_of(record) > now - HISTORY
        ]
        assert history(emulator, [record for _, record in originals]) == collections.Counter(told)


def time_of(record):
    return datetime.strptime(record["eventTime"], "%Y-%m-%dT%H:%M:%SZ")


def ends(times):
    """Times of which each event is less than ninety days old at one, so that event history has it: few of them."""
    found = []
    for one in sorted(times, reverse=True):
        if not found or one < found[-1] - HISTORY + timedelta(hours=2):
            found.append(one + timedelta(hours=1))
    return found


def account(record):
    return record.get("recipientAccountId") or record["userIdentity"]["accountId"]


def trail_of_everything(emulator, one, bucket):
    make_bucket(client(emulator, "s3", account=one), bucket)
    cloudtrail = client(emulator, "cloudtrail", account=one)
    cloudtrail.create_trail(Name="all", S3BucketName=bucket, IsMultiRegionTrail=True, EnableLogFileValidation=True)
    cloudtrail.start_logging(Name="all")


def delivered(emulator, accounts):
    """Every record of the log files that was replayed and not made by this test, as it stands there."""
    found = collections.Counter()
    for number, one in enumerate(accounts):
        s3 = client(emulator, "s3", account=one)
        for key in log_keys(s3, f"logs-{number}"):
            body = s3.get_object(Bucket=f"logs-{number}", Key=key)["Body"].read()
            found.update(text for text in split_records(unpack(body)) if not ours(text))
    return found


def ours(text):
    return '"sourceIPAddress":"127.0.0.1"' in text


def history(emulator, records):
    """Every record that LookupEvents tells of the accounts and regions."""
    found = collections.Counter()
    for one, region in sorted({(account(record), record["awsRegion"]) for record in records}):
        cloudtrail = client(emulator, "cloudtrail", region=region, account=one)
        for page in cloudtrail.get_paginator("lookup_events").paginate():
            found.update(event["CloudTrailEvent"] for event in page["Events"] if not ours(event["CloudTrailEvent"]))
    return found


def test_digests_over_replayed_records_are_valid(start, tmp_path):
    with tarfile.open(FOLDER / "stratus-red-team.tar.gz") as tar:
        tar.extractall(tmp_path, filter="data")
    emulator = start(clock="virtual=2024-12-01T00:00:00Z", lenient=True)
    trail_of_everything(emulator, "123456789012", "logs-0")
    file = next(tmp_path.rglob("aws.defense-evasion.cloudtrail-stop.json"))
    text = file.read_text()
    own = json.loads(text)[0]["recipientAccountId"]
    trail_of_everything(emulator, own, "logs-1")
    replay(emulator, file)
    emulator.flush()
    arn = client(emulator, "cloudtrail", account=own).get_trail(Name="all")["Trail"]["TrailARN"]
    start_of_it = datetime(2024, 11, 30, tzinfo=timezone.utc)
    verdict = Cli(emulator, tmp_path, account=own).validate(arn, start_of_it, datetime(2024, 12, 2, tzinfo=timezone.utc))
    assert verdict.status == 0 and verdict.logs, verdict
