"""A chain of digests to validate or to spoil: an emulator on a virtual clock, a trail, and some hours of calls."""

import gzip
import json
from datetime import timedelta

from aws import ACCOUNT, REGION, client, make_bucket
from cli import Cli
from logfiles import digest_keys, log_keys, unpack

BUCKET = "audit-logs"
ARN = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/audit"


class Chain:
    """A trail with validation that logs into BUCKET, whose directory is `folder`."""

    def __init__(self, start, tmp_path, multi_region=False, **flags):
        self.buckets = tmp_path / "buckets"
        self.emulator = start(bucket_dir=self.buckets, clock="virtual", pace="aws", **flags)
        self.folder = self.buckets / BUCKET
        self.cli = Cli(self.emulator, tmp_path)
        make_bucket(self.s3, BUCKET)
        self.cloudtrail.create_trail(
            Name="audit", S3BucketName=BUCKET, EnableLogFileValidation=True, IsMultiRegionTrail=multi_region
        )
        self.began = self.emulator.now()
        self.cloudtrail.start_logging(Name="audit")

    @property
    def s3(self):
        return client(self.emulator, "s3")

    @property
    def cloudtrail(self):
        return client(self.emulator, "cloudtrail")

    def hours(self, count, region=REGION):
        """That many hours, with a few calls in each, in the home region or another."""
        for _ in range(count):
            for _ in range(3):
                client(self.emulator, "cloudtrail", region=region).describe_trails()
            self.emulator.advance("1h")

    def validate(self, region=None):
        """AWS's verdict on the whole chain so far."""
        self.emulator.flush()
        end = self.emulator.now() + timedelta(hours=1)
        return self.cli.validate(ARN, self.began - timedelta(hours=2), end, region)

    def digests(self, region=REGION):
        return [key for key in digest_keys(self.s3, BUCKET) if f"/CloudTrail-Digest/{region}/" in key]

    def logs(self, region=REGION):
        return [key for key in log_keys(self.s3, BUCKET) if f"/CloudTrail/{region}/" in key]

    def digest(self, key):
        return json.loads(unpack(self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()))

    def digest_in_the_middle(self):
        """A digest that has an older and a newer one and lists log files: its key and what it says."""
        for key in self.digests()[1:-1]:
            digest = self.digest(key)
            if digest["logFiles"]:
                return key, digest
        raise AssertionError("no digest between the ends lists a log file")

    def rewrite(self, key, change):
        """Changes what a file of the bucket directory holds, and packs it as properly as it was."""
        path = self.folder / key
        text = unpack(path.read_bytes())
        changed = change(text)
        assert changed != text
        path.write_bytes(gzip.compress(changed.encode(), mtime=0))


def uri(key):
    return f"s3://{BUCKET}/{key}"
