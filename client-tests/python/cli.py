"""The AWS CLI as a user has it: the executable of the environment, the endpoint in a variable, dummy credentials."""

import json
import os
import subprocess
import sys
from pathlib import Path

from aws import ACCOUNT, REGION
from emulator import invalid_lines

AWS = Path(sys.executable).parent / "aws"


class Cli:
    """Runs `aws …` against an emulator. `said` and `status` tell of the last call."""

    def __init__(self, emulator, home, region=REGION, account=ACCOUNT, secret="secret"):
        self.emulator, self.home, self.region = emulator, home, region
        self.account, self.secret = account, secret

    def run(self, *arguments):
        environment = {
            "PATH": os.environ["PATH"],
            # No configuration and no credentials of whoever runs the tests.
            "HOME": str(self.home),
            "AWS_ENDPOINT_URL": self.emulator.endpoint,
            "AWS_ACCESS_KEY_ID": self.account,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_PAGER": "",
        }
        command = [sys.executable, str(AWS), *map(str, arguments)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
        self.status, self.said = done.returncode, done.stdout + done.stderr
        return done

    def __call__(self, *arguments):
        """A call that must succeed; its JSON, if it has any."""
        done = self.run(*arguments)
        assert done.returncode == 0, f"aws {' '.join(map(str, arguments))}: {done.returncode}\n{self.said}"
        return json.loads(done.stdout) if done.stdout.strip().startswith(("{", "[")) else done.stdout

    def refused(self, code, *arguments):
        """A call that must be refused with that exception; all it said. Version 1 of the CLI ends with 255 then, 2 with 254."""
        done = self.run(*arguments)
        assert done.returncode in (254, 255) and f"({code})" in done.stderr, f"{done.returncode}\n{self.said}"
        return self.said

    def validate(self, arn, start, end=None, region=None, account=None):
        """`aws cloudtrail validate-logs --verbose`: its status, the INVALID lines, and what it found valid. An organization's
        trail has a chain for each account, which must be named."""
        until = ["--end-time", stamp(end)] if end else []
        # The flag alone chooses whose digests are looked at; with a variable it is the trail's home region's.
        where = ["--region", region] if region else []
        whose = ["--account-id", account] if account else []
        done = self.run(
            "cloudtrail", "validate-logs", "--trail-arn", arn, "--start-time", stamp(start), *until, *where, *whose, "--verbose"
        )
        lines = done.stdout.splitlines()
        return Verdict(
            done.returncode,
            invalid_lines(self.said),
            [line.split("\t")[1] for line in lines if line.startswith("Digest file\t") and line.endswith("\tvalid")],
            [line.split("\t")[1] for line in lines if line.startswith("Log file\t") and line.endswith("\tvalid")],
            self.said,
        )


class Verdict:
    """What a run of validate-logs said."""

    def __init__(self, status, invalid, digests, logs, said):
        self.status, self.invalid, self.digests, self.logs, self.said = status, invalid, digests, logs, said

    def __repr__(self):
        return f"exit {self.status}\n{self.said}"


def stamp(instant):
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
