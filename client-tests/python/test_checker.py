"""The checkers themselves: a good record passes, and each way to be wrong is found. A checker that cannot fail proves nothing."""

import gzip
import json

import pytest
from botocore.session import get_session
from logfiles import split_records, unpack
from records import violations
from shapes import answer_misfits

GOOD = {
    "eventVersion": "1.11",
    "userIdentity": {
        "type": "IAMUser",
        "principalId": "AIDA2EXAMPLEEXAMPLE12",
        "arn": "arn:aws:iam::111122223333:user/team/bob",
        "accountId": "111122223333",
        "accessKeyId": "AKIA2EXAMPLE",
        "userName": "bob",
    },
    "eventTime": "2026-09-01T12:00:00Z",
    "eventSource": "cloudtrail.amazonaws.com",
    "eventName": "StopLogging",
    "awsRegion": "eu-west-1",
    "sourceIPAddress": "127.0.0.1",
    "userAgent": "aws-cli/1.46.3",
    "requestParameters": {"name": "audit"},
    "responseElements": None,
    "requestID": "0c1b0c1e-8d4f-4d3b-9c52-5a1a4b0a7f10",
    "eventID": "6f1d7a54-2f0f-4a9e-8f9b-2f1f3c9d1e22",
    "readOnly": False,
    "eventType": "AwsApiCall",
    "managementEvent": True,
    "recipientAccountId": "111122223333",
    "eventCategory": "Management",
}
S3 = GOOD | {
    "eventSource": "s3.amazonaws.com",
    "eventName": "GetObject",
    "userAgent": "[Boto3/1.44]",
    "requestParameters": {"bucketName": "b", "Host": "127.0.0.1", "key": "k"},
    "additionalEventData": {
        "SignatureVersion": "SigV4",
        "bytesTransferredIn": 0,
        "AuthenticationMethod": "AuthHeader",
        "x-amz-id-2": "a" * 76,
        "bytesTransferredOut": 3,
    },
    "requestID": "ABCDEFGH01234567",
    "readOnly": True,
    "resources": [
        {"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::b/k"},
        {"accountId": "111122223333", "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::b"},
    ],
    "managementEvent": False,
    "eventCategory": "Data",
}


def text(record):
    import records

    ordered = {key: record[key] for key in records.KEY_ORDER if key in record}
    return json.dumps(ordered | record, separators=(",", ":"))


def test_good_records_pass():
    assert violations(text(GOOD)) == []
    assert violations(text(S3)) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"eventVersion": "1.08"}, "eventVersion has the wrong form"),
        ({"eventTime": "2026-09-01T12:00:00.5Z"}, "eventTime has the wrong form"),
        ({"eventSource": "cloudtrail"}, "eventSource has the wrong form"),
        ({"sourceIPAddress": "localhost"}, "sourceIPAddress is no address"),
        ({"requestParameters": {}}, "requestParameters is empty"),
        ({"requestParameters": {"name": None}}, "requestParameters.name is null"),
        ({"requestParameters": {"Name": "audit"}}, "first letter is a capital"),
        ({"additionalEventData": None}, "additionalEventData is null"),
        ({"readOnly": "false"}, "readOnly has the wrong type"),
        ({"readOnly": True}, "readOnly of StopLogging"),
        ({"managementEvent": False}, "disagree"),
        ({"errorMessage": "no"}, "errorMessage without errorCode"),
        ({"errorCode": "AccessDeniedException"}, "recorded as AccessDenied"),
        ({"errorCode": "Nope", "responseElements": {"a": 1}}, "although there is an error"),
        ({"requestID": "r-1"}, "requestID is no UUID"),
        ({"requestID": GOOD["eventID"]}, "are the same"),
        ({"eventID": GOOD["eventID"].upper()}, "eventID is no UUID"),
        ({"userAgent": "a" * 1025}, "userAgent is longer"),
        ({"tlsDetails": {"tlsVersion": "TLSv1.3"}}, "over plain HTTP"),
        ({"resources": []}, "resources is empty"),
        ({"surprise": "!"}, "no field of a record"),
        ({"userIdentity": {"type": "Someone"}}, "userIdentity.type"),
        ({"userIdentity": GOOD["userIdentity"] | {"principalId": "bob"}}, "principalId has the wrong form"),
        ({"userIdentity": GOOD["userIdentity"] | {"sessionContext": {"attributes": {}}}}, "empty object"),
        ({"userIdentity": dict(reversed(GOOD["userIdentity"].items()))}, "not in AWS's order"),
    ],
)
def test_every_fault_is_found(change, said):
    found = violations(text(GOOD | change))
    assert any(said in sentence for sentence in found), found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"userAgent": "Boto3/1.44"}, "square brackets"),
        ({"eventCategory": "Management", "managementEvent": True}, "is a Data event"),
        ({"requestID": GOOD["requestID"]}, "16 capitals"),
        ({"resources": S3["resources"][1:]}, "resources of GetObject"),
        ({"requestParameters": {"bucketName": "b", "key": "k"}}, "no Host"),
        ({"requestParameters": S3["requestParameters"] | {"x-amz-meta-a": "b"}}, "tells x-amz-meta-a"),
        ({"additionalEventData": {"SignatureVersion": "SigV4"}}, "no bytesTransferredIn"),
    ],
)
def test_every_fault_of_s3_is_found(change, said):
    found = violations(text(S3 | change))
    assert any(said in sentence for sentence in found), found


def test_every_fault_of_tls_is_found():
    details = {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256", "clientProvidedHostHeader": "h"}
    assert violations(text(GOOD | {"tlsDetails": details}), tls=True) == []
    for change, said in (
        ({"keyExchange": "x25519"}, "STS and KMS alone"),
        ({"tlsVersion": "TLSv1.1"}, "tlsVersion is"),
        ({"surprise": "!"}, "wrong keys"),
    ):
        [found] = violations(text(GOOD | {"tlsDetails": details | change}), tls=True)
        assert said in found
    assert any("wrong keys" in sentence for sentence in violations(text(GOOD), tls=True))


def test_missing_keys_order_and_spaces_are_found():
    for key in ("eventID", "requestParameters", "userIdentity"):
        assert f"{key} is missing" in violations(text({k: v for k, v in GOOD.items() if k != key}))
    backwards = json.dumps(dict(reversed(GOOD.items())), separators=(",", ":"))
    assert any("AWS's order" in sentence for sentence in violations(backwards))
    assert "the JSON is not compact" in violations(json.dumps(GOOD))
    twice = text(GOOD).replace('"readOnly":false', '"readOnly":false,"readOnly":false')
    assert any("written twice" in sentence for sentence in violations(twice))


def test_a_log_file_is_one_gzip_member_of_compact_records():
    assert split_records('{"Records":[{"a":1},{"b":[2]}]}') == ['{"a":1}', '{"b":[2]}']
    for bad in ('{"Records": []}', '{"Records":[{"a":1} ,{"b":2}]}', '[{"a":1}]', '{"Records":[]}\n'):
        with pytest.raises(AssertionError):
            split_records(bad)
    packed = gzip.compress(b"{}")
    assert unpack(packed) == "{}"
    for bad in (packed + packed, packed + b"\0", packed[:-4]):
        with pytest.raises(AssertionError):
            unpack(bad)


STARTED = {"Name": "a", "TrailARN": "arn:x", "IsMultiRegionTrail": True}
KEY = {"Value": "AAEC", "ValidityStartTime": 1441139757.497, "Fingerprint": "0f"}
REFUSED = {"__type": "TrailNotFoundException", "message": "Unknown", "Message": "Unknown"}


@pytest.mark.parametrize(
    ("operation", "status", "answer", "wrong"),
    [
        ("CreateTrail", 200, STARTED, None),
        ("CreateTrail", 200, STARTED | {"Colour": "red"}, "Colour: no client knows it"),
        ("CreateTrail", 200, STARTED | {"Name": None}, "None is no string"),
        ("CreateTrail", 200, STARTED | {"IsMultiRegionTrail": "true"}, "'true' is no boolean"),
        ("ListPublicKeys", 200, {"PublicKeyList": [KEY]}, None),
        ("ListPublicKeys", 200, {"PublicKeyList": [KEY | {"Value": "%"}]}, "'%' is no base64"),
        ("ListPublicKeys", 200, {"PublicKeyList": [KEY | {"ValidityStartTime": "2015-09-01"}]}, "is no timestamp"),
        ("ListPublicKeys", 200, {"PublicKeyList": [KEY | {"ValidityStartTime": True}]}, "True is no timestamp"),
        ("ListPublicKeys", 200, {"PublicKeyList": KEY}, "is no list"),
        ("ListTags", 200, {"ResourceTagList": [{"TagsList": [{"Value": "b"}]}]}, "TagsList[0].Key: missing"),
        ("GetTrail", 400, REFUSED, None),
        ("GetTrail", 400, REFUSED | {"__type": "TrailAlreadyExistsException"}, "is none of its errors"),
        ("GetTrail", 400, REFUSED | {"message": "another"}, "the same under both names"),
        ("GetTrail", 400, REFUSED | {"Type": "Sender"}, "Type is no member of an error"),
        ("GetTrail", 400, {"message": "Unknown"}, "an error names its type"),
    ],
)
def test_misfits_of_answers_are_found(operation, status, answer, wrong):
    model = get_session().get_service_model("cloudtrail").operation_model(operation)
    found = answer_misfits(model, status, json.dumps(answer).encode())
    assert [wrong is not None and wrong in line for line in found] == [True] * (wrong is not None), found


def test_an_answer_that_is_no_json_is_found():
    model = get_session().get_service_model("cloudtrail").operation_model("GetTrail")
    assert answer_misfits(model, 500, b"<html>") == ["no JSON: b'<html>'"]
