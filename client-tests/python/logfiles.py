"""The checker of what CloudTrail delivers into a bucket: names, gzip, the JSON around the records, digests.

It reads through S3, as any consumer does. What is inside a record is `records.py`'s business.
"""

import hashlib
import json
import re
import zlib
from datetime import datetime, timedelta, timezone

import records

# Organization trails put the organization's id before the account.
ORGANIZATION = r"(?:(?P<organization>o-[a-z0-9]{10,32})/)?"
LOG_KEY = re.compile(
    r"^(?:(?P<prefix>.+)/)?AWSLogs/" + ORGANIZATION + r"(?P<account>\d{12})/CloudTrail/(?P<region>[a-z0-9-]+)/"
    r"(?P<date>\d{4}/\d\d/\d\d)/"
    r"(?P=account)_CloudTrail_(?P=region)_(?P<stamp>\d{8}T\d{4}Z)_(?P<unique>[A-Za-z0-9]{16})\.json\.gz$"
)
DIGEST_KEY = re.compile(
    r"^(?:(?P<prefix>.+)/)?AWSLogs/" + ORGANIZATION + r"(?P<account>\d{12})/CloudTrail-Digest/(?P<region>[a-z0-9-]+)/"
    r"(?P<date>\d{4}/\d\d/\d\d)/(?P=account)_CloudTrail-Digest_(?P=region)_(?P<trail>[A-Za-z0-9._-]+)_"
    r"(?P<home>[a-z0-9-]+)_(?P<stamp>\d{8}T\d{6}Z)\.json\.gz$"
)
MARKER_KEY = re.compile(r"^(?:.+/)?AWSLogs/" + ORGANIZATION + r"\d{12}/CloudTrail(-Digest)?/$")

DIGEST_KEYS = (
    "awsAccountId digestStartTime digestEndTime digestS3Bucket digestS3Object digestPublicKeyFingerprint "
    "digestSignatureAlgorithm newestEventTime oldestEventTime previousDigestS3Bucket previousDigestS3Object "
    "previousDigestHashValue previousDigestHashAlgorithm previousDigestSignature logFiles"
).split()
PREVIOUS_KEYS = [key for key in DIGEST_KEYS if key.startswith("previous")]
LISTED_KEYS = "s3Bucket s3Object hashValue hashAlgorithm newestEventTime oldestEventTime".split()


def keys(s3, bucket):
    """Every key of a bucket, all pages."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return [entry["Key"] for page in pages for entry in page.get("Contents", [])]


def log_keys(s3, bucket):
    return [key for key in keys(s3, bucket) if "/CloudTrail/" in key and not key.endswith("/")]


def digest_keys(s3, bucket):
    return sorted(key for key in keys(s3, bucket) if "/CloudTrail-Digest/" in key and not key.endswith("/"))


def unpack(packed):
    """The text of a file that is exactly one gzip member."""
    stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
    data = stream.decompress(packed) + stream.flush()
    assert stream.eof, "the gzip member is cut off"
    assert not stream.unused_data, "there are bytes after the gzip member"
    return data.decode()


def split_records(text):
    """The records of a log file as the very bytes that stand there."""
    head, tail = '{"Records":[', "]}"
    assert text.startswith(head) and text.endswith(tail), f"not a compact Records object: {text[:40]}…{text[-10:]!r}"
    found, at, end = [], len(head), len(text) - len(tail)
    while at < end:
        _, after = json.JSONDecoder().raw_decode(text, at)
        found.append(text[at:after])
        assert after == end or text[after] == ",", "records are separated by a comma alone"
        at = after + 1
    return found


def check_bucket(s3, bucket, tls=False):
    """Holds every object of a bucket against the rules; the texts of all records by eventID, for further questions."""
    wrong, texts, names = [], {}, []
    for key in keys(s3, bucket):
        answer = s3.get_object(Bucket=bucket, Key=key)
        packed = answer["Body"].read()
        try:
            if LOG_KEY.match(key):
                names.append(LOG_KEY.match(key)["unique"])
                found = check_log(key, packed, answer, tls)
                again = set(found) & set(texts)
                assert not again, f"delivered twice: {again}"
                texts |= found
            elif DIGEST_KEY.match(key):
                check_digest(s3, bucket, key, packed, answer)
            else:
                assert MARKER_KEY.match(key), "the name has none of AWS's forms"
                assert packed == b"", "a folder marker is empty"
        except (AssertionError, zlib.error) as error:
            wrong.append(f"{key}: {error}")
    assert len(set(names)) == len(names), f"two log files share their 16 characters: {names}"
    assert not wrong, "\n".join(wrong)
    return texts


def check_log(key, packed, answer, tls):
    """One log file; answers the texts of its records by eventID."""
    assert (answer["ContentType"], answer.get("ContentEncoding")) == ("application/json", "gzip")
    assert answer.get("ServerSideEncryption") == "AES256", "logs are encrypted with AES256"
    assert answer["Metadata"] == {}, "logs have no metadata"
    text = unpack(packed)
    assert "\n" not in text, "a log file is one line"
    texts = split_records(text)
    assert texts, "a log file is never empty"
    name = LOG_KEY.match(key)
    parsed = [json.loads(record) for record in texts]
    for record, raw in zip(parsed, texts):
        found = records.violations(raw, tls)
        assert not found, f"{found}\n{raw}"
        assert record["recipientAccountId"] == name["account"], "the record is another account's"
        assert record["awsRegion"] == name["region"], "the record is another region's"
    check_stamp(name, parsed)
    return {record["eventID"]: raw for record, raw in zip(parsed, texts)}


def check_stamp(name, parsed):
    """O 2026: the name's minute is the newest record's time rounded up to five minutes; the folder is its date."""
    stamp = datetime.strptime(name["stamp"], "%Y%m%dT%H%MZ").replace(tzinfo=timezone.utc)
    newest = max(instant(record["eventTime"]) for record in parsed)
    five = timedelta(minutes=5)
    midnight = newest.replace(hour=0, minute=0, second=0)
    rounded = midnight + -(-(newest - midnight) // five) * five
    assert stamp == rounded, f"the newest record is of {newest}, the name says {stamp}"
    assert name["date"] == stamp.strftime("%Y/%m/%d"), "the folder is not the stamp's date"


def check_digest(s3, bucket, key, packed, answer):
    """One digest: its form and its own claims. The signatures are checked by AWS's CLI."""
    assert re.fullmatch(r"[0-9a-f]{512}", answer["Metadata"].get("signature", "")), "the signature is no hex of 256 bytes"
    assert answer["Metadata"].get("signature-algorithm") == "SHA256withRSA"
    assert set(answer["Metadata"]) == {"signature", "signature-algorithm"}
    text = unpack(packed)
    digest = json.loads(text)
    assert list(digest) == DIGEST_KEYS, f"the keys are not AWS's, or not in AWS's order: {list(digest)}"
    assert text == json.dumps(digest, separators=(",", ":")), "a digest is compact JSON on one line"
    assert (digest["digestS3Bucket"], digest["digestS3Object"]) == (bucket, key)
    name = DIGEST_KEY.match(key)
    end = instant(digest["digestEndTime"])
    assert name["stamp"] == end.strftime("%Y%m%dT%H%M%SZ") and name["date"] == end.strftime("%Y/%m/%d")
    assert instant(digest["digestStartTime"]) < end
    assert digest["awsAccountId"] == name["account"]
    assert digest["digestSignatureAlgorithm"] == "SHA256withRSA"
    nulls = [digest[key] is None for key in PREVIOUS_KEYS]
    assert all(nulls) or not any(nulls), "a starting digest has no previous one at all"
    if not all(nulls):
        assert digest["previousDigestHashAlgorithm"] == "SHA-256"
    times = (digest["newestEventTime"], digest["oldestEventTime"])
    if not digest["logFiles"]:
        assert times == (None, None), "a digest of nothing has no event times"
    else:
        assert times[0] == max(log["newestEventTime"] for log in digest["logFiles"])
        assert times[1] == min(log["oldestEventTime"] for log in digest["logFiles"])
    for log in digest["logFiles"]:
        check_listed(s3, log)


def check_listed(s3, log):
    """What a digest says of one log file."""
    assert list(log) == LISTED_KEYS, f"the keys are not AWS's, or not in AWS's order: {list(log)}"
    text = unpack(s3.get_object(Bucket=log["s3Bucket"], Key=log["s3Object"])["Body"].read())
    assert log["hashAlgorithm"] == "SHA-256"
    assert log["hashValue"] == hashlib.sha256(text.encode()).hexdigest()
    times = sorted(record["eventTime"] for record in json.loads(text)["Records"])
    assert (log["newestEventTime"], log["oldestEventTime"]) == (times[-1], times[0])


def instant(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
