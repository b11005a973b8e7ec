"""AWS clients as users make them, and what every test asks of AWS: a bucket with a policy, a call that must be refused."""

import json

import boto3
from botocore.config import Config
from shapes import answer_misfits

REGION = "eu-west-1"
# A 12-digit access key is the account id.
ACCOUNT = "111122223333"


def client(emulator, service, region=REGION, account=ACCOUNT, secret="secret", **options):
    """A boto3 client. It does not retry, so that one call made is one call sent and a failure shows at once.

    Every raw answer of CloudTrail is held against the model on its way, whatever the test is about.
    """
    settings = Config(retries={"total_max_attempts": 1}, connect_timeout=10, read_timeout=120)
    if "config" in options:
        settings = settings.merge(options.pop("config"))
    endpoint = options.pop("endpoint_url", emulator.endpoint)
    made = boto3.client(
        service,
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id=account,
        aws_secret_access_key=secret,
        config=settings,
        **options,
    )
    made.meta.events.register("after-call.cloudtrail", held_against_the_model)
    return made


def held_against_the_model(http_response, model, **_):
    """A hook of botocore's: fails the call whose raw answer is not as the model says."""
    wrong = answer_misfits(model, http_response.status_code, http_response.content)
    assert not wrong, "\n".join(wrong)


def bucket_policy(bucket, account=ACCOUNT, prefix="", organization=None):
    """The policy that AWS's guide gives for a trail's bucket (trails.md 14); for an organization's trail with its id."""
    folder = f"{prefix}/" if prefix else ""
    acl_check = {
        "Sid": "AWSCloudTrailAclCheck20150319",
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:GetBucketAcl",
        "Resource": f"arn:aws:s3:::{bucket}",
    }
    write = {
        "Sid": "AWSCloudTrailWrite20150319",
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/{folder}AWSLogs/{account}/*",
        "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
    }
    statements = [acl_check, write]
    if organization:
        whole = f"arn:aws:s3:::{bucket}/{folder}AWSLogs/{organization}/*"
        statements.append(write | {"Sid": "AWSCloudTrailOrganizationWrite20150319", "Resource": whole})
    return {"Version": "2012-10-17", "Statement": statements}


def make_bucket(s3, bucket, prefix="", policy=True, organization=None):
    """A bucket in the test's region, with the policy unless it is not wanted."""
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    if policy:
        allowed = bucket_policy(bucket, prefix=prefix, organization=organization)
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(allowed))
    return bucket


class refused:
    """`with refused("TrailNotFoundException", 400) as error:` the block must end in that exception; see `error.message`."""

    def __init__(self, code, status=400):
        self.code, self.status, self.message = code, status, None

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        assert error is not None, f"nothing was refused; {self.code} was expected"
        if not hasattr(error, "response"):
            return False
        found = error.response["Error"]
        assert (found["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]) == (self.code, self.status), found
        self.message = found["Message"]
        return True
