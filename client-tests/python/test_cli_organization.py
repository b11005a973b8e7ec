"""Organization trails: the AWS CLI and boto3 as management account, delegated administrator and member; one chain of
digests for each account and region, as `aws cloudtrail validate-logs` and `localtrail validate` see them."""

import json
from collections import defaultdict
from datetime import timedelta

from aws import ACCOUNT, REGION, client, make_bucket, refused
from cli import Cli
from emulator import validate
from logfiles import DIGEST_KEY, LOG_KEY, check_bucket, keys

ORGANIZATION = "o-a1b2c3d4e5"
EVERYBODY = MANAGER, MEMBER, ADMINISTRATOR, STRANGER = ACCOUNT, "444455556666", "777788889999", "999900001111"
ELSEWHERE = "us-east-1"
BUCKET = "org-logs"
ARN = f"arn:aws:cloudtrail:{REGION}:{MANAGER}:trail/org-trail"


def cloudtrail(emulator, account, region=REGION):
    return client(emulator, "cloudtrail", region=region, account=account)


def delivered(emulator, form=LOG_KEY):
    """The bucket's keys of that form, by account and region."""
    found = defaultdict(list)
    for key in keys(client(emulator, "s3"), BUCKET):
        if match := form.match(key):
            assert match["organization"] == ORGANIZATION and key.startswith("AWSLogs/o-"), key
            found[match["account"], match["region"]].append(key)
    return found


def whose_records(emulator):
    """The records of every log file, held against the rules (one that lies in another account's or region's folder breaks
    them): how often each account called each operation."""
    told = defaultdict(int)
    for text in check_bucket(client(emulator, "s3"), BUCKET).values():
        record = json.loads(text)
        # Nobody calls on another account's behalf here.
        assert record["userIdentity"].get("accountId", MANAGER) == record["recipientAccountId"], text
        told[record["recipientAccountId"], record["eventName"]] += 1
    return told


class Organized:
    """An organization with a delegated administrator, whose trail in all regions logged everybody's calls for hours."""

    def __init__(self, start, tmp_path, hours):
        self.folder = tmp_path / "buckets" / BUCKET
        self.emulator = start(bucket_dir=tmp_path / "buckets", clock="virtual", pace="aws")
        declared = {"managementAccount": MANAGER, "members": [MEMBER, ADMINISTRATOR]}
        self.emulator.control("PUT", f"organizations/{ORGANIZATION}", declared)
        self.manager = Cli(self.emulator, tmp_path)
        self.administrator = Cli(self.emulator, tmp_path, account=ADMINISTRATOR)
        make_bucket(client(self.emulator, "s3"), BUCKET, organization=ORGANIZATION)
        cloudtrail(self.emulator, MANAGER).register_organization_delegated_admin(MemberAccountId=ADMINISTRATOR)
        flags = ["--is-organization-trail", "--is-multi-region-trail", "--enable-log-file-validation"]
        created = self.manager("cloudtrail", "create-trail", "--name", "org-trail", "--s3-bucket-name", BUCKET, *flags)
        assert (created["TrailARN"], created["IsOrganizationTrail"]) == (ARN, True)
        self.began = self.emulator.now()
        cloudtrail(self.emulator, MANAGER).start_logging(Name=ARN)
        everywhere = [(account, region) for account in EVERYBODY for region in (REGION, ELSEWHERE)]
        self.callers = [
            (cloudtrail(self.emulator, account, region), client(self.emulator, "sts", region=region, account=account))
            for account, region in everywhere
        ]
        for _ in range(hours):
            self.an_hour()
        self.emulator.flush()

    def an_hour(self):
        for trails, sts in self.callers:
            trails.list_trails()
            sts.get_caller_identity()
        self.emulator.advance("1h")

    def validate(self, account, region=None):
        """AWS's verdict on one account's chain in one region, the home region unless another is named."""
        end = self.emulator.now() + timedelta(hours=1)
        return self.manager.validate(ARN, self.began - timedelta(hours=2), end, region, account)


def test_each_account_has_its_folder_and_chain(start, tmp_path):
    organized = Organized(start, tmp_path, hours=2)
    emulator = organized.emulator
    logs, digests = delivered(emulator), delivered(emulator, DIGEST_KEY)
    places = {(account, region) for account in (MANAGER, MEMBER, ADMINISTRATOR) for region in (REGION, ELSEWHERE)}
    assert set(logs) == places and set(digests) == places
    told = whose_records(emulator)
    for account in (MANAGER, MEMBER, ADMINISTRATOR):
        assert (told[account, "ListTrails"], told[account, "GetCallerIdentity"]) == (4, 4), told
    assert {account for account, name in told if name == "StartLogging"} == {MANAGER}

    def assert_valid(account, region):
        verdict = organized.validate(account, region)
        uris = [f"s3://{BUCKET}/{key}" for key in logs[account, region]]
        assert (verdict.status, verdict.invalid, sorted(verdict.logs)) == (0, [], sorted(uris)), verdict
        assert verdict.digests == [f"s3://{BUCKET}/{key}" for key in sorted(digests[account, region], reverse=True)], verdict
        count = (len(verdict.digests), len(verdict.logs))
        assert min(count) >= 2, verdict
        assert "{0}/{0} digest files valid".format(count[0]) in verdict.said, verdict
        assert "{0}/{0} log files valid".format(count[1]) in verdict.said, verdict

    assert_valid(MANAGER, REGION)
    assert_valid(MEMBER, REGION)
    assert_valid(MEMBER, ELSEWHERE)
    status, invalid, said = validate(organized.folder)
    assert (status, invalid) == (0, []), said

    key = spoilt(organized, logs[MEMBER, REGION])
    wrong = [f"Log file\ts3://{BUCKET}/{key}\tINVALID: invalid format"]
    verdict = organized.validate(MEMBER)
    assert (verdict.status, verdict.invalid) == (1, wrong), verdict
    status, invalid, said = validate(organized.folder)
    assert (status, invalid) == (1, wrong), said


def spoilt(organized, logs):
    """The key of a log file in which one byte was changed."""
    path = organized.folder / logs[0]
    packed = bytearray(path.read_bytes())
    packed[-6] ^= 1
    path.write_bytes(packed)
    return logs[0]


def test_members_look_and_only_administrators_touch(start, tmp_path):
    organized = Organized(start, tmp_path, hours=1)
    emulator = organized.emulator
    for account in (MEMBER, ADMINISTRATOR):
        for region in (REGION, ELSEWHERE):
            trails = cloudtrail(emulator, account, region)
            [trail] = trails.describe_trails()["trailList"]
            assert (trail["TrailARN"], trail["HomeRegion"], trail["IsOrganizationTrail"]) == (ARN, REGION, True)
            assert trails.get_trail_status(Name=ARN)["IsLogging"] is True
        asked = client(emulator, "organizations", region=ELSEWHERE, account=account).describe_organization()["Organization"]
        assert (asked["Id"], asked["MasterAccountId"], asked["FeatureSet"]) == (ORGANIZATION, MANAGER, "ALL")
    assert cloudtrail(emulator, STRANGER).describe_trails()["trailList"] == []
    with refused("AWSOrganizationsNotInUseException"):
        client(emulator, "organizations", account=STRANGER).describe_organization()

    member = Cli(emulator, tmp_path, account=MEMBER)
    said = member.refused("NotOrganizationMasterAccountException", "cloudtrail", "stop-logging", "--name", ARN)
    assert "this action requires being signed in with the management account" in said
    with refused("TrailNotFoundException"):
        cloudtrail(emulator, STRANGER).stop_logging(Name=ARN)
    assert cloudtrail(emulator, MANAGER).get_trail_status(Name=ARN)["IsLogging"] is True
    organized.administrator("cloudtrail", "stop-logging", "--name", ARN)
    assert cloudtrail(emulator, MANAGER).get_trail_status(Name=ARN)["IsLogging"] is False
    before = whose_records(emulator)
    organized.an_hour()
    emulator.flush()
    told = whose_records(emulator)
    # The call that ended it is logged, and so is the one that was refused; what came after is not.
    assert (told[MEMBER, "StopLogging"], told[ADMINISTRATOR, "StopLogging"]) == (1, 1), told
    assert told[MEMBER, "GetCallerIdentity"] == before[MEMBER, "GetCallerIdentity"] == 2, told


def test_an_organization_from_the_configuration(start, tmp_path):
    config = tmp_path / "localtrail.toml"
    config.write_text(
        f"""
        [[organizations]]
        id = "{ORGANIZATION}"
        managementAccount = "{MANAGER}"
        members = ["{MEMBER}", "{ADMINISTRATOR}"]
        delegatedAdministrators = ["{ADMINISTRATOR}"]
        """
    )
    emulator = start(config=config)
    make_bucket(client(emulator, "s3"), BUCKET, organization=ORGANIZATION)
    with refused("NotOrganizationMasterAccountException"):
        cloudtrail(emulator, MEMBER).create_trail(Name="org-trail", S3BucketName=BUCKET, IsOrganizationTrail=True)
    wanted = {"Name": "org-trail", "S3BucketName": BUCKET, "IsOrganizationTrail": True}
    created = cloudtrail(emulator, ADMINISTRATOR).create_trail(**wanted)
    assert created["TrailARN"] == ARN, "the management account owns what its administrator makes"
    cloudtrail(emulator, ADMINISTRATOR).start_logging(Name=ARN)
    called = cloudtrail(emulator, MEMBER).describe_trails()["ResponseMetadata"]["RequestId"]
    cloudtrail(emulator, STRANGER).describe_trails()
    # A region that the trail does not log.
    cloudtrail(emulator, MEMBER, ELSEWHERE).describe_trails()
    emulator.flush()
    assert set(delivered(emulator)) == {(MEMBER, REGION), (ADMINISTRATOR, REGION)}
    told = whose_records(emulator)
    assert told[MEMBER, "DescribeTrails"] == 1 and told[ADMINISTRATOR, "StartLogging"] == 1, told
    [record] = [text for text in check_bucket(client(emulator, "s3"), BUCKET).values() if called in text]
    assert json.loads(record)["recipientAccountId"] == MEMBER

    # A member that leaves is logged no longer, and sees the trail no longer.
    left = {"managementAccount": MANAGER, "members": [ADMINISTRATOR], "delegatedAdministrators": [ADMINISTRATOR]}
    emulator.control("PUT", f"organizations/{ORGANIZATION}", left)
    assert cloudtrail(emulator, MEMBER).describe_trails()["trailList"] == []
    cloudtrail(emulator, ADMINISTRATOR).describe_trails()
    emulator.flush()
    told = whose_records(emulator)
    assert (told[MEMBER, "DescribeTrails"], told[ADMINISTRATOR, "DescribeTrails"]) == (1, 1), told
