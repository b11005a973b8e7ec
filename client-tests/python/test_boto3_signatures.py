"""`--check-signatures`: what boto3 and the AWS CLI meet when signatures are right, wrong, missing or too old."""

import hashlib
import io
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone

import botocore.auth
import pytest
from aws import ACCOUNT, REGION, client, make_bucket, refused
from boto3.s3.transfer import TransferConfig
from botocore import UNSIGNED
from botocore.config import Config
from cli import Cli

MIB = 1024 * 1024
BUCKET = "signed"
# What keys that nobody declared are signed with.
SECRET = "test"
TEMPORARY = {
    "accessKeyId": "ASIATEMPORARY0000001",
    "secretAccessKey": "temporary",
    "sessionToken": "a/token+with=signs",
    "identity": {
        "type": "AssumedRole",
        "accountId": ACCOUNT,
        "roleName": "deploy",
        "sessionName": "pipeline",
    },
}
CALLS = {
    "cloudtrail": lambda made: made.list_trails(),
    "organizations": lambda made: made.describe_organization(),
    "s3": lambda made: made.list_buckets(),
    "sts": lambda made: made.get_caller_identity(),
}


@pytest.fixture
def emulator(start):
    return start(check_signatures=True)


@pytest.fixture
def s3(emulator):
    """S3 with the right secret and a bucket."""
    s3 = client(emulator, "s3", secret=SECRET)
    make_bucket(s3, BUCKET)
    return s3


def assert_refused(made, expected):
    """Each of the services refuses with its own code and status."""
    for service, (code, status) in expected.items():
        with refused(code, status) as error:
            CALLS[service](made(service))
        assert error.message, service


def test_right_and_wrong_secrets(emulator):
    emulator.control("PUT", "organizations/o-a1b2c3d4e5", {"managementAccount": ACCOUNT})
    for service, call in CALLS.items():
        call(client(emulator, service, secret=SECRET))
    before = [(record["eventName"], record["userIdentity"]["accountId"]) for record in emulator.events()]
    names = ["DescribeOrganization", "GetCallerIdentity", "ListBuckets", "ListTrails"]
    assert sorted(before) == [(name, ACCOUNT) for name in names]

    wrong = {"s3": ("SignatureDoesNotMatch", 403), "sts": ("SignatureDoesNotMatch", 403)}
    wrong |= dict.fromkeys(["cloudtrail", "organizations"], ("InvalidSignatureException", 400))
    assert_refused(lambda service: client(emulator, service, secret="guess"), wrong)
    unknown = {"s3": ("InvalidAccessKeyId", 403), "sts": ("InvalidClientTokenId", 403)}
    unknown |= dict.fromkeys(["cloudtrail", "organizations"], ("UnrecognizedClientException", 400))
    assert_refused(lambda service: client(emulator, service, account="AKIANOBODY0000000001", secret=SECRET), unknown)
    unsigned = {"s3": ("AccessDenied", 403), "sts": ("MissingAuthenticationToken", 403)}
    unsigned |= dict.fromkeys(["cloudtrail", "organizations"], ("MissingAuthenticationTokenException", 400))
    assert_refused(lambda service: client(emulator, service, config=Config(signature_version=UNSIGNED)), unsigned)

    # Nobody is known to have made the refused calls. S3 knows who made its unsigned one: everybody may.
    told = [(record["eventName"], record["userIdentity"]["type"]) for record in emulator.events()]
    assert sorted(told) == sorted([*((name, "IAMUser") for name in names), ("ListBuckets", "AWSAccount")])


def test_temporary_credentials_need_their_token(emulator):
    emulator.control("POST", "identities", TEMPORARY)

    def made(token):
        key, secret = TEMPORARY["accessKeyId"], TEMPORARY["secretAccessKey"]
        return lambda service: client(emulator, service, account=key, secret=secret, aws_session_token=token)

    right = made(TEMPORARY["sessionToken"])
    for service in ("cloudtrail", "s3"):
        CALLS[service](right(service))
    arn = CALLS["sts"](right("sts"))["Arn"]
    assert arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/pipeline"
    for token, of_s3 in [(None, ("InvalidAccessKeyId", 403)), ("another", ("InvalidToken", 400))]:
        others = {"cloudtrail": ("UnrecognizedClientException", 400), "sts": ("InvalidClientTokenId", 403)}
        assert_refused(made(token), {"s3": of_s3} | others)


def test_objects_however_they_are_sent(start):
    """The same calls over TLS, where boto3 sends checksums behind the body, and without, where it signs the body."""
    emulator = start(check_signatures=True, tls=True)
    plain = client(emulator, "s3", secret=SECRET, endpoint_url=emulator.endpoint.replace("https:", "http:"))
    tls = client(emulator, "s3", secret=SECRET, verify=emulator.ready["caFile"])
    make_bucket(plain, BUCKET)
    for name, s3 in {"plain": plain, "tls": tls}.items():
        sent = []
        s3.meta.events.register("before-send.s3.PutObject", lambda request, sent=sent, **_: sent.append(request.headers))
        # What a path must escape, and S3 signs as it is.
        key = f"{name}/a b+c=d&é//./e"
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"bytes", Metadata={"colour": "blue,  green"})
        s3.put_object(Bucket=BUCKET, Key=f"{name}/file", Body=io.BytesIO(b"stream" * 50_000), ChecksumAlgorithm="SHA256")
        payloads = [headers["X-Amz-Content-SHA256"] for headers in sent]
        expected = [b"STREAMING-UNSIGNED-PAYLOAD-TRAILER"] * 2 if name == "tls" else None
        assert payloads == (expected or [hashlib.sha256(body).hexdigest().encode() for body in (b"bytes", b"stream" * 50_000)])
        got = s3.get_object(Bucket=BUCKET, Key=key)
        assert (got["Body"].read(), got["Metadata"]) == (b"bytes", {"colour": "blue,  green"})
        assert s3.head_object(Bucket=BUCKET, Key=f"{name}/file")["ContentLength"] == 300_000
        in_parts = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB, max_concurrency=2)
        s3.upload_fileobj(io.BytesIO(b"x" * (5 * MIB + 3)), BUCKET, f"{name}/parts", Config=in_parts)
        head = s3.head_object(Bucket=BUCKET, Key=f"{name}/parts")
        assert head["ContentLength"] == 5 * MIB + 3 and head["ETag"].endswith('-2"')


def test_calls_whose_names_must_be_escaped(emulator, s3):
    odd = "ü/a b+c=d&e?f#g%20*~'(x)!,:;@$"
    s3.put_object(Bucket=BUCKET, Key=odd, Body=b"bytes", Tagging="k%20=v")
    s3.copy_object(Bucket=BUCKET, Key="copy", CopySource={"Bucket": BUCKET, "Key": odd})
    listed = s3.list_objects_v2(Bucket=BUCKET, Prefix=odd[:-5], Delimiter="*", StartAfter="ü/")
    assert listed["Contents"][0]["Key"] == odd
    assert s3.get_object(Bucket=BUCKET, Key=odd, ResponseContentType="text/plain; a=b+c")["ContentType"] == "text/plain; a=b+c"
    deleted = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": odd}, {"Key": "copy"}]})
    assert len(deleted["Deleted"]) == 2 and s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0


def test_wrong_secrets_change_nothing(emulator, s3):
    guess = client(emulator, "s3", secret="guess")
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"before")
    with refused("SignatureDoesNotMatch", 403):
        guess.put_object(Bucket=BUCKET, Key="k", Body=b"after")
    with refused("SignatureDoesNotMatch", 403):
        guess.upload_fileobj(io.BytesIO(b"x" * 100_000), BUCKET, "new")
    # A HEAD has no body to say it in.
    with refused("403", 403):
        guess.head_object(Bucket=BUCKET, Key="k")
    assert s3.get_object(Bucket=BUCKET, Key="k")["Body"].read() == b"before"
    assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 1


def test_presigned_urls(emulator, s3):
    presigner = client(emulator, "s3", secret=SECRET, config=Config(signature_version="s3v4"))
    named = {"Bucket": BUCKET, "Key": "by url.txt"}
    put = presigner.generate_presigned_url("put_object", named, ExpiresIn=60)
    assert fetch(put, "PUT", b"bytes")[0] == 200
    get = presigner.generate_presigned_url("get_object", named, ExpiresIn=60)
    assert "X-Amz-Signature=" in get and fetch(get) == (200, b"bytes")
    s3.put_object(Bucket=BUCKET, Key="secret", Body=b"secret")
    for tampered, method in [
        (get.replace("by%20url.txt", "secret"), "GET"),
        (get.replace("X-Amz-Expires=60", "X-Amz-Expires=600"), "GET"),
        (get[:-1] + ("0" if get[-1] != "0" else "1"), "GET"),
        (get + "&versionId=null", "GET"),
        (get, "DELETE"),
    ]:
        status, body = fetch(tampered, method)
        assert status == 403 and b"<Code>SignatureDoesNotMatch</Code>" in body, (tampered, status, body)

    guess = client(emulator, "s3", secret="guess", config=Config(signature_version="s3v4"))
    status, body = fetch(guess.generate_presigned_url("get_object", named))
    assert status == 403 and b"<Code>SignatureDoesNotMatch</Code>" in body

    old = client(emulator, "s3", secret=SECRET, config=Config(signature_version="s3"))
    url = old.generate_presigned_url("get_object", named)
    assert "AWSAccessKeyId=" in url and fetch(url) == (200, b"bytes")
    status, body = fetch(url.replace("by%20url.txt", "secret"))
    assert status == 403 and b"<Code>SignatureDoesNotMatch</Code>" in body

    identity = client(emulator, "sts", secret=SECRET).generate_presigned_url("get_caller_identity", HttpMethod="GET")
    status, body = fetch(identity)
    assert status == 200 and f"<Account>{ACCOUNT}</Account>".encode() in body
    status, body = fetch(identity.replace("GetCallerIdentity", "GetSessionToken"))
    assert status == 403 and b"<Code>SignatureDoesNotMatch</Code>" in body


def test_old_signatures(emulator, s3, monkeypatch):
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"bytes")
    now = datetime.now(timezone.utc)

    def signed(ago):
        """Turns back the clock that botocore signs by."""
        monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: now - ago)

    presigner = client(emulator, "s3", secret=SECRET, config=Config(signature_version="s3v4"))
    url = lambda: presigner.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "k"}, ExpiresIn=3600)  # noqa: E731
    signed(timedelta(minutes=59))
    assert fetch(url()) == (200, b"bytes")
    signed(timedelta(minutes=61))
    status, body = fetch(url())
    assert status == 403 and b"<Code>AccessDenied</Code><Message>Request has expired</Message>" in body, body

    late = {service: client(emulator, service, secret=SECRET) for service in CALLS}
    signed(timedelta(minutes=4))
    CALLS["cloudtrail"](late["cloudtrail"])
    CALLS["s3"](late["s3"])
    signed(timedelta(minutes=16))
    expected = {"cloudtrail": ("InvalidSignatureException", 400), "s3": ("RequestTimeTooSkewed", 403)}
    assert_refused(late.get, expected | {"sts": ("SignatureDoesNotMatch", 403)})
    with refused("InvalidSignatureException") as error:
        CALLS["cloudtrail"](late["cloudtrail"])
    assert error.message.startswith("Signature expired: "), error.message


def test_the_aws_cli(emulator, s3, tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"from a file" * 1000)
    right, guess = Cli(emulator, tmp_path, secret=SECRET), Cli(emulator, tmp_path, secret="guess")
    right("s3", "cp", file, f"s3://{BUCKET}/file", "--only-show-errors")
    assert s3.head_object(Bucket=BUCKET, Key="file")["ContentLength"] == 11_000
    right("cloudtrail", "create-trail", "--name", "audit", "--s3-bucket-name", BUCKET)
    said = guess.refused("InvalidSignatureException", "cloudtrail", "start-logging", "--name", "audit")
    assert "Check your AWS Secret Access Key and signing method." in said
    assert client(emulator, "cloudtrail", region=REGION, secret=SECRET).get_trail_status(Name="audit")["IsLogging"] is False


def fetch(url, method="GET", body=None):
    """The status and body of what a URL answers to whoever has it."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, method=method)) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
