"""boto3: the bucket directory as S3: objects, lists, conditions, multipart, presigned URLs, both styles of address."""

import io
import json
import os
import socket
import urllib.error
import urllib.request

import pytest
from aws import REGION, bucket_policy, client, make_bucket, refused
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

BUCKET = "things"
MIB = 1024 * 1024


@pytest.fixture
def s3(clients):
    s3 = clients("s3")
    make_bucket(s3, BUCKET, policy=False)
    return s3


def read(s3, key, **more):
    return s3.get_object(Bucket=BUCKET, Key=key, **more)["Body"].read()


def test_buckets(s3):
    assert s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"] == REGION
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == [BUCKET]
    s3.head_bucket(Bucket=BUCKET)
    assert s3.get_bucket_acl(Bucket=BUCKET)["Grants"][0]["Permission"] == "FULL_CONTROL"
    with refused("NoSuchBucketPolicy", 404):
        s3.get_bucket_policy(Bucket=BUCKET)
    policy = bucket_policy(BUCKET)
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
    assert json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"]) == policy
    s3.delete_bucket_policy(Bucket=BUCKET)
    with refused("NoSuchBucketPolicy", 404):
        s3.get_bucket_policy(Bucket=BUCKET)
    with refused("NoSuchBucket", 404):
        s3.list_objects_v2(Bucket="nobodys")
    with refused("404", 404):
        s3.head_bucket(Bucket="nobodys")
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"v")
    with refused("BucketNotEmpty", 409):
        s3.delete_bucket(Bucket=BUCKET)
    s3.delete_object(Bucket=BUCKET, Key="k")
    s3.delete_bucket(Bucket=BUCKET)
    assert s3.list_buckets()["Buckets"] == []


def test_objects_keep_their_bytes_and_metadata(s3):
    put = s3.put_object(
        Bucket=BUCKET, Key="a/b c+ü.txt", Body=b"0123456789", ContentType="text/plain", Metadata={"colour": "blue"}
    )
    head = s3.head_object(Bucket=BUCKET, Key="a/b c+ü.txt")
    assert (head["ContentLength"], head["ContentType"], head["Metadata"]) == (10, "text/plain", {"colour": "blue"})
    assert head["ETag"] == put["ETag"]
    assert read(s3, "a/b c+ü.txt") == b"0123456789"
    assert read(s3, "a/b c+ü.txt", Range="bytes=2-4") == b"234"
    assert read(s3, "a/b c+ü.txt", Range="bytes=-3") == b"789"
    with refused("InvalidRange", 416):
        read(s3, "a/b c+ü.txt", Range="bytes=99-")
    s3.put_object(Bucket=BUCKET, Key="empty", Body=b"")
    assert read(s3, "empty") == b""
    with refused("NoSuchKey", 404):
        read(s3, "nothing")
    with refused("404", 404):
        s3.head_object(Bucket=BUCKET, Key="nothing")


def test_conditions(s3):
    tag = s3.put_object(Bucket=BUCKET, Key="k", Body=b"one")["ETag"]
    modified = s3.head_object(Bucket=BUCKET, Key="k")["LastModified"]
    assert read(s3, "k", IfMatch=tag) == b"one"
    with refused("PreconditionFailed", 412):
        read(s3, "k", IfMatch='"0"')
    with refused("304", 304):
        read(s3, "k", IfNoneMatch=tag)
    with refused("304", 304):
        read(s3, "k", IfModifiedSince=modified)
    assert read(s3, "k", IfUnmodifiedSince=modified) == b"one"
    with refused("PreconditionFailed", 412):
        s3.put_object(Bucket=BUCKET, Key="k", Body=b"two", IfNoneMatch="*")
    assert read(s3, "k") == b"one"


def test_copies(s3):
    s3.put_object(Bucket=BUCKET, Key="from", Body=b"data", Metadata={"a": "1"}, ContentType="text/plain")
    s3.copy_object(Bucket=BUCKET, Key="to", CopySource={"Bucket": BUCKET, "Key": "from"})
    copied = s3.get_object(Bucket=BUCKET, Key="to")
    assert (copied["Body"].read(), copied["Metadata"], copied["ContentType"]) == (b"data", {"a": "1"}, "text/plain")
    s3.copy_object(
        Bucket=BUCKET,
        Key="to",
        CopySource={"Bucket": BUCKET, "Key": "from"},
        Metadata={"b": "2"},
        MetadataDirective="REPLACE",
    )
    assert s3.head_object(Bucket=BUCKET, Key="to")["Metadata"] == {"b": "2"}
    with refused("NoSuchKey", 404):
        s3.copy_object(Bucket=BUCKET, Key="to", CopySource={"Bucket": BUCKET, "Key": "nothing"})


def test_lists(s3):
    names = [f"logs/{n:02}" for n in range(12)] + ["a", "z/1", "z/2"]
    for name in names:
        s3.put_object(Bucket=BUCKET, Key=name, Body=b"x")
    for operation in ("list_objects", "list_objects_v2"):
        pages = s3.get_paginator(operation).paginate(Bucket=BUCKET, PaginationConfig={"PageSize": 4})
        assert list(pages.search("Contents[].Key")) == sorted(names), operation
        grouped = s3.get_paginator(operation).paginate(Bucket=BUCKET, Delimiter="/").build_full_result()
        assert [entry["Key"] for entry in grouped["Contents"]] == ["a"], operation
        assert [entry["Prefix"] for entry in grouped["CommonPrefixes"]] == ["logs/", "z/"], operation
    # The marker need not exist: strictly after it in byte order.
    after = s3.list_objects(Bucket=BUCKET, Prefix="logs/", Marker="logs/09~")
    assert [entry["Key"] for entry in after["Contents"]] == ["logs/10", "logs/11"]
    after = s3.list_objects_v2(Bucket=BUCKET, StartAfter="logs/11")
    assert [entry["Key"] for entry in after["Contents"]] == ["z/1", "z/2"]
    short = s3.list_objects_v2(Bucket=BUCKET, MaxKeys=2)
    assert (short["KeyCount"], short["IsTruncated"]) == (2, True)


def test_deletes(s3):
    for name in ("a", "b", "c"):
        s3.put_object(Bucket=BUCKET, Key=name, Body=b"x")
    wanted = {"Objects": [{"Key": "a"}, {"Key": "b"}, {"Key": "nothing"}]}
    answer = s3.delete_objects(Bucket=BUCKET, Delete=wanted)
    assert sorted(entry["Key"] for entry in answer["Deleted"]) == ["a", "b", "nothing"]
    assert "Errors" not in answer
    s3.delete_object(Bucket=BUCKET, Key="nothing")
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=BUCKET)["Contents"]] == ["c"]


def test_large_files_go_in_parts(s3, tmp_path):
    data = os.urandom(11 * MIB + 7)
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(data)
    parts = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB, max_concurrency=3)
    s3.upload_file(str(source), BUCKET, "large", ExtraArgs={"Metadata": {"size": "large"}}, Config=parts)
    head = s3.head_object(Bucket=BUCKET, Key="large")
    assert (head["ContentLength"], head["Metadata"]) == (len(data), {"size": "large"})
    assert head["ETag"].strip('"').endswith("-3")
    s3.download_file(BUCKET, "large", str(target), Config=parts)
    assert target.read_bytes() == data


def test_parts_by_hand(s3):
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="k")["UploadId"]
    tags = []
    for number, body in ((1, b"a" * 5 * MIB), (2, b"b")):
        part = s3.upload_part(Bucket=BUCKET, Key="k", UploadId=upload, PartNumber=number, Body=io.BytesIO(body))
        tags.append({"ETag": part["ETag"], "PartNumber": number})
    listed = s3.list_parts(Bucket=BUCKET, Key="k", UploadId=upload)["Parts"]
    assert [(part["PartNumber"], part["Size"]) for part in listed] == [(1, 5 * MIB), (2, 1)]
    with refused("NoSuchKey", 404):
        read(s3, "k")
    s3.complete_multipart_upload(Bucket=BUCKET, Key="k", UploadId=upload, MultipartUpload={"Parts": tags})
    assert s3.head_object(Bucket=BUCKET, Key="k")["ContentLength"] == 5 * MIB + 1
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="gone")["UploadId"]
    s3.abort_multipart_upload(Bucket=BUCKET, Key="gone", UploadId=upload)
    with refused("NoSuchUpload", 404):
        s3.list_parts(Bucket=BUCKET, Key="gone", UploadId=upload)


def test_presigned_urls(s3):
    put = s3.generate_presigned_url("put_object", {"Bucket": BUCKET, "Key": "shared"})
    with urllib.request.urlopen(urllib.request.Request(put, b"by url", {"Content-Type": "text/plain"}, method="PUT")) as answer:
        assert answer.status == 200
    get = s3.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "shared"}, ExpiresIn=60)
    with urllib.request.urlopen(get) as answer:
        assert answer.read() == b"by url"
    missing = s3.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "nothing"})
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(missing)
    assert error.value.code == 404 and b"<Code>NoSuchKey</Code>" in error.value.read()


def test_virtual_host_style(emulator, s3, monkeypatch):
    # Not every resolver knows that *.localhost is this machine (RFC 6761); the client itself stays as it is.
    resolve = socket.getaddrinfo
    here = lambda host, *rest, **more: resolve("127.0.0.1" if str(host).endswith("localhost") else host, *rest, **more)
    monkeypatch.setattr(socket, "getaddrinfo", here)
    port = emulator.endpoint.rpartition(":")[2]
    style = Config(s3={"addressing_style": "virtual"})
    virtual = client(emulator, "s3", endpoint_url=f"http://localhost:{port}", config=style)
    hosts = []
    virtual.meta.events.register("before-send.s3", lambda request, **_: hosts.append(request.url))
    virtual.put_object(Bucket=BUCKET, Key="folder/k", Body=b"v")
    assert virtual.get_object(Bucket=BUCKET, Key="folder/k")["Body"].read() == b"v"
    assert all(url.startswith(f"http://{BUCKET}.localhost:{port}/folder/k") for url in hosts), hosts
    assert read(s3, "folder/k") == b"v"
