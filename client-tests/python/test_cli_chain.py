"""`aws cloudtrail validate-logs` on untouched chains, and `localtrail validate` beside it: many hours, a restart, two
regions, two signing keys, a trail that was stopped and started."""

from chain import ARN, BUCKET, Chain, uri
from emulator import validate
from logfiles import check_bucket


def assert_valid(chain, region="eu-west-1"):
    """Everything there is was looked at, and both verifiers found nothing wrong."""
    verdict = chain.validate(region)
    assert verdict.status == 0 and verdict.invalid == [], verdict
    assert sorted(verdict.digests) == [uri(key) for key in chain.digests(region)], verdict
    assert sorted(verdict.logs) == sorted(uri(key) for key in chain.logs(region)), verdict
    assert verdict.logs, verdict
    status, invalid, said = validate(chain.folder)
    assert (status, invalid) == (0, []), said
    return verdict


def test_several_digests(start, tmp_path):
    chain = Chain(start, tmp_path)
    chain.hours(5)
    verdict = assert_valid(chain)
    assert len(verdict.digests) >= 6
    check_bucket(chain.s3, BUCKET)


def test_across_a_restart(start, tmp_path):
    chain = Chain(start, tmp_path, data_dir=tmp_path / "data")
    chain.hours(2)
    chain.emulator.restart()
    chain.hours(2)
    chain.emulator.kill()
    chain.emulator.start()
    chain.hours(2)
    verdict = assert_valid(chain)
    assert len(verdict.digests) >= 7
    starting = [key for key in chain.digests() if chain.digest(key)["previousDigestSignature"] is None]
    assert len(starting) == 1, "a restart does not break the chain"


def test_in_two_regions(start, tmp_path):
    chain = Chain(start, tmp_path, multi_region=True)
    for _ in range(2):
        chain.hours(1)
        chain.hours(1, region="us-east-1")
    # The second of the hour is the trail's own, the same in all its regions (O).
    seconds = {key[-13:-9] for key in chain.digests() + chain.digests("us-east-1")}
    assert len(seconds) == 1, seconds
    home = assert_valid(chain)
    away = assert_valid(chain, "us-east-1")
    assert not set(home.digests) & set(away.digests)


def test_across_a_key_rotation(start, tmp_path):
    chain = Chain(start, tmp_path)
    chain.hours(1)
    chain.emulator.advance("40d")
    chain.hours(1)
    verdict = assert_valid(chain)
    assert len(verdict.digests) >= 40 * 24
    signers = {chain.digest(key)["digestPublicKeyFingerprint"] for key in chain.digests()[::24]}
    assert len(signers) >= 2, "the signing key was changed on the way"


def test_stopped_and_started_again(start, tmp_path):
    chain = Chain(start, tmp_path)
    chain.hours(2)
    chain.cloudtrail.stop_logging(Name="audit")
    chain.emulator.advance("5h")
    chain.cloudtrail.start_logging(Name="audit")
    chain.hours(2)
    verdict = assert_valid(chain)
    assert "No log files were delivered by CloudTrail between" in verdict.said
    starting = [key for key in chain.digests() if chain.digest(key)["previousDigestSignature"] is None]
    assert len(starting) == 2, "a new chain begins with the second start"


def test_validation_switched_off_and_on(start, tmp_path):
    chain = Chain(start, tmp_path)
    chain.hours(2)
    chain.cloudtrail.update_trail(Name=ARN, EnableLogFileValidation=False)
    chain.hours(2)
    chain.emulator.flush()
    undigested = len(chain.logs())
    chain.cloudtrail.update_trail(Name=ARN, EnableLogFileValidation=True)
    chain.hours(2)
    verdict = chain.validate()
    assert verdict.status == 0 and verdict.invalid == [], verdict
    assert len(verdict.logs) < len(chain.logs()), "what was delivered meanwhile is under no digest"
    assert undigested
    status, invalid, said = validate(chain.folder)
    assert (status, invalid) == (0, []), said
