"""Spoilt chains: AWS's CLI and `localtrail validate` name exactly what was done, and end with status 1."""

from datetime import datetime, timedelta

import pytest
from chain import BUCKET, Chain, uri
from emulator import validate
from logfiles import DIGEST_KEY

STAMP = "%Y%m%dT%H%M%SZ"


@pytest.fixture
def chain(start, tmp_path):
    chain = Chain(start, tmp_path)
    chain.hours(4)
    verdict = chain.validate()
    assert verdict.status == 0 and verdict.invalid == [], verdict
    return chain


def assert_both_say(chain, *lines):
    """Both verifiers say these lines and no others."""
    verdict = chain.validate()
    assert verdict.invalid == sorted(lines), verdict
    assert verdict.status == 1, verdict
    status, invalid, said = validate(chain.folder)
    assert invalid == sorted(lines), said
    assert status == 1, said


def a_log(chain):
    """A log file that a digest in the middle of the chain lists."""
    _, digest = chain.digest_in_the_middle()
    return digest["logFiles"][0]["s3Object"]


def test_one_letter_of_a_record_changed(chain):
    key = a_log(chain)
    chain.rewrite(key, lambda text: text.replace('"readOnly":true', '"readOnly":trve', 1))
    assert_both_say(chain, f"Log file\t{uri(key)}\tINVALID: hash value doesn't match")


def test_one_byte_of_a_packed_log_changed(chain):
    key = a_log(chain)
    path = chain.folder / key
    packed = bytearray(path.read_bytes())
    packed[-6] ^= 1
    path.write_bytes(packed)
    assert_both_say(chain, f"Log file\t{uri(key)}\tINVALID: invalid format")


def test_a_log_with_something_behind_it(chain):
    key = a_log(chain)
    with (chain.folder / key).open("ab") as file:
        file.write(b"more")
    assert_both_say(chain, f"Log file\t{uri(key)}\tINVALID: unexpected data after end of compressed stream")


def test_a_log_deleted(chain):
    key = a_log(chain)
    (chain.folder / key).unlink()
    assert_both_say(chain, f"Log file\t{uri(key)}\tINVALID: not found")


def test_a_log_deleted_through_s3(chain):
    key = a_log(chain)
    chain.s3.delete_object(Bucket=BUCKET, Key=key)
    assert_both_say(chain, f"Log file\t{uri(key)}\tINVALID: not found")


def test_a_digest_altered(chain):
    key, digest = chain.digest_in_the_middle()
    value = digest["logFiles"][0]["hashValue"]
    chain.rewrite(key, lambda text: text.replace(value, value[::-1], 1))
    assert_both_say(chain, f"Digest file\t{uri(key)}\tINVALID: signature verification failed")


def test_a_digest_that_is_no_longer_json(chain):
    key, _ = chain.digest_in_the_middle()
    chain.rewrite(key, lambda text: text[:-1])
    assert_both_say(chain, f"Digest file\t{uri(key)}\tINVALID: invalid format")


def test_a_digest_deleted(chain):
    key, _ = chain.digest_in_the_middle()
    (chain.folder / key).unlink()
    assert_both_say(chain, f"Digest file\t{uri(key)}\tINVALID: not found")


def test_a_digest_moved(chain):
    key, _ = chain.digest_in_the_middle()
    name = DIGEST_KEY.match(key)
    a_second_before = datetime.strptime(name["stamp"], STAMP) - timedelta(seconds=1)
    moved = key.replace(name["stamp"], a_second_before.strftime(STAMP))
    chain.s3.copy_object(Bucket=BUCKET, Key=moved, CopySource={"Bucket": BUCKET, "Key": key})
    chain.s3.delete_object(Bucket=BUCKET, Key=key)
    assert_both_say(
        chain,
        f"Digest file\t{uri(key)}\tINVALID: not found",
        f"Digest file\t{uri(moved)}\tINVALID: has been moved from its original location",
    )
