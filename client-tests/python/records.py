"""The record checker: what every CloudTrail record must obey, whoever wrote it and whatever service it is about.

Facts about AWS of the form "O" (observed) and "D" (documented); where observations of 2026 and older pages differ, the
later ones win. A rule answers with a sentence for each thing that is wrong; `violations` gathers them. The rules of one
service are in `services.py`, those of `userIdentity` in `identities.py`.
"""

import ipaddress
import json
import re

import identities
import services

# O 2026: the order of every record; all names that a record of an API call can have.
KEY_ORDER = (
    "eventVersion userIdentity eventTime eventSource eventName awsRegion sourceIPAddress userAgent errorCode "
    "errorMessage requestParameters responseElements additionalEventData requestID eventID readOnly resources "
    "eventType apiVersion managementEvent recipientAccountId sharedEventID serviceEventDetails vpcEndpointId "
    "vpcEndpointAccountId eventCategory tlsDetails sessionCredentialFromConsole"
).split()

ALWAYS = (
    "eventVersion userIdentity eventTime eventSource eventName awsRegion sourceIPAddress requestParameters "
    "responseElements eventID readOnly eventType managementEvent recipientAccountId eventCategory"
).split()

# Present even when there is nothing to say; all others are left out then.
NULLABLE = {"requestParameters", "responseElements"}

TYPES = {
    "userIdentity": dict,
    "requestParameters": (dict, type(None)),
    "responseElements": (dict, type(None)),
    "additionalEventData": dict,
    "serviceEventDetails": dict,
    "tlsDetails": dict,
    "resources": list,
    "readOnly": bool,
    "managementEvent": bool,
}

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
UUID4 = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
DATE = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ"
FORMS = {
    "eventVersion": r"1\.11",
    "eventTime": DATE,
    "eventSource": r"[a-z0-9-]+\.amazonaws\.com",
    "eventName": r"[A-Za-z0-9_]+",
    "awsRegion": r"[a-z]{2}(-[a-z]+)+-\d",
    "errorCode": r"[A-Za-z0-9_.]+",
    "eventType": r"AwsApiCall",
    "recipientAccountId": r"\d{12}",
    "sharedEventID": UUID,
    "eventCategory": r"Management|Data",
    "sessionCredentialFromConsole": r"true",
}

# D: sizes in bytes. The first four are cut, the others are left out as a whole.
LIMITS = {"userAgent": 1024, "errorCode": 1024, "errorMessage": 1024, "requestID": 1024}
OBJECT_LIMITS = {"requestParameters": 102400, "responseElements": 102400, "additionalEventData": 28672}
RECORD_LIMIT = 256 * 1024

RESOURCE_KEYS = ["accountId", "type", "ARN", "ARNPrefix"]


def violations(text, tls=False):
    """What is wrong with a record, given as the JSON text that was delivered; `tls` says that the call came over TLS."""
    found = list(text_rules(text))
    try:
        record = json.loads(text, object_pairs_hook=without_duplicates)
    except ValueError as error:
        return [*found, f"not JSON: {error}"]
    for rule in (key_rules, form_rules, size_rules, empty_rules, error_rules, resource_rules, request_id_rules):
        found += rule(record)
    if isinstance(record.get("userIdentity"), dict):
        found += identities.violations(record["userIdentity"])
    found += tls_rules(record, tls)
    found += services.violations(record)
    return found


def text_rules(text):
    if re.search(r"\s", re.sub(r'"(?:[^"\\]|\\.)*"', "", text)):
        yield "the JSON is not compact"
    if len(text.encode()) > RECORD_LIMIT:
        yield f"the record is larger than {RECORD_LIMIT} bytes"


def without_duplicates(pairs):
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError(f"a key is written twice: {keys}")
    return dict(pairs)


def key_rules(record):
    for key in record:
        if key not in KEY_ORDER:
            yield f"{key} is no field of a record"
    for key in ALWAYS:
        if key not in record:
            yield f"{key} is missing"
    known = [key for key in record if key in KEY_ORDER]
    if known != sorted(known, key=KEY_ORDER.index):
        yield f"the keys are not in AWS's order: {known}"


def form_rules(record):
    for key, value in record.items():
        kind = TYPES.get(key, str)
        if not isinstance(value, kind):
            yield f"{key} has the wrong type: {value!r}"
        elif key in FORMS and not re.fullmatch(FORMS[key], value):
            yield f"{key} has the wrong form: {value!r}"
    event_id = record.get("eventID")
    # O: STS alone also writes ids of version 3.
    form = UUID if record.get("eventSource") == "sts.amazonaws.com" else UUID4
    if not (isinstance(event_id, str) and re.fullmatch(form, event_id)):
        yield f"eventID is no UUID: {event_id!r}"
    if not is_source(record.get("sourceIPAddress")):
        yield f"sourceIPAddress is no address: {record.get('sourceIPAddress')!r}"
    if record.get("managementEvent") is not (record.get("eventCategory") == "Management"):
        yield "managementEvent and eventCategory disagree"


def is_source(text):
    if text == "AWS Internal" or re.fullmatch(r"[a-z0-9.-]+\.amazonaws\.com", str(text)):
        return True
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def size_rules(record):
    for key, limit in LIMITS.items():
        if len(str(record.get(key, "")).encode()) > limit:
            yield f"{key} is longer than {limit} bytes"
    for key, limit in OBJECT_LIMITS.items():
        if len(json.dumps(record.get(key), ensure_ascii=False, separators=(",", ":")).encode()) > limit:
            yield f"{key} is larger than {limit} bytes"


def empty_rules(record):
    """O: the two parameter objects are an object or null, never `{}`; nothing else is null, at any depth."""
    for key, value in record.items():
        if value is None and key not in NULLABLE:
            yield f"{key} is null rather than left out"
        if value in ({}, [], "") and not isinstance(value, bool):
            yield f"{key} is empty rather than left out or null"
        if isinstance(value, (dict, list)):
            yield from (f"{key}{path} is null rather than left out" for path in nulls(value))


def nulls(value, path=""):
    if value is None:
        yield path
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from nulls(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from nulls(inner, f"{path}[{index}]")


def error_rules(record):
    if "errorMessage" in record and "errorCode" not in record:
        yield "errorMessage without errorCode"
    if "errorCode" in record and record.get("responseElements") is not None:
        yield "responseElements although there is an error"
    if record.get("errorCode") == "AccessDeniedException":
        yield "a refusal for want of permission is recorded as AccessDenied (O)"
    exempt = record.get("eventSource") == "sts.amazonaws.com"
    if record.get("readOnly") is True and record.get("responseElements") is not None and not exempt:
        yield "responseElements of a call that only reads"


def resource_rules(record):
    for entry in record.get("resources", []):
        keys = list(entry)
        if keys != [key for key in RESOURCE_KEYS if key in keys]:
            yield f"a resource's keys are not in AWS's order: {keys}"
        if not all(isinstance(value, str) for value in entry.values()):
            yield f"a resource's values are strings: {entry}"
        if not ("ARN" in entry) ^ ("ARNPrefix" in entry):
            yield f"a resource has an ARN or an ARNPrefix: {entry}"
        if not entry.get("ARN", entry.get("ARNPrefix", "")).startswith("arn:aws"):
            yield f"a resource's ARN is no ARN: {entry}"
        if not re.fullmatch(r"\d{12}", entry.get("accountId", "0" * 12)):
            yield f"a resource's accountId has 12 digits: {entry}"
    if "resources" in record and not record["resources"]:
        yield "resources is empty rather than left out"


def request_id_rules(record):
    request_id = record.get("requestID")
    if request_id is None:
        yield "requestID is missing"
    elif record.get("eventSource") == "s3.amazonaws.com":
        if not re.fullmatch(r"[A-Z0-9]{16}", request_id):
            yield f"S3's requestID has 16 capitals and digits: {request_id}"
    elif not re.fullmatch(UUID, request_id):
        yield f"requestID is no UUID: {request_id}"
    if request_id == record.get("eventID"):
        yield "eventID and requestID are the same"


def tls_rules(record, tls):
    details = record.get("tlsDetails")
    if not tls:
        if details is not None:
            yield "tlsDetails of a call over plain HTTP"
        return
    if record.get("userIdentity", {}).get("type") == "AWSService":
        return
    order = ["tlsVersion", "cipherSuite", "clientProvidedHostHeader", "keyExchange"]
    keys = list(details or {})
    if keys != order[: len(keys)] or len(keys) < 3:
        yield f"tlsDetails has the wrong keys: {keys}"
    elif "keyExchange" in details and record.get("eventSource") not in ("sts.amazonaws.com", "kms.amazonaws.com"):
        # O 2026.
        yield "keyExchange is told by STS and KMS alone"
    elif details["tlsVersion"] not in ("TLSv1.2", "TLSv1.3"):
        yield f"tlsVersion is {details['tlsVersion']}"
