"""The rules of records of CloudTrail's, S3's and STS's own calls: what each service puts where (O; D where said)."""

import base64
import binascii
import re

# D: the calls on objects, and on a bucket as a set of objects. All other calls of S3 are management events.
S3_DATA = set(
    "AbortMultipartUpload CompleteMultipartUpload CopyObject CreateMultipartUpload DeleteObject DeleteObjects "
    "DeleteObjectTagging GetObject GetObjectAcl GetObjectAttributes GetObjectLegalHold GetObjectRetention "
    "GetObjectTagging GetObjectTorrent HeadBucket HeadObject ListObjects ListObjectVersions ListParts PutObject "
    "PutObjectAcl PutObjectLegalHold PutObjectRetention PutObjectTagging RestoreObject SelectObjectContent "
    "UploadPart UploadPartCopy".split()
)
S3_WHOLE_BUCKET = {"ListObjects", "ListObjectVersions", "HeadBucket"}
S3_ADDITIONAL = (
    "SignatureVersion CipherSuite objectSize bytesTransferredIn SSEApplied startTime endTime AuthenticationMethod "
    "x-amz-id-2 turnAroundTime httpStatusCode bytesTransferredOut aclRequired"
).split()

READS = ("Describe", "Get", "List", "Head", "Lookup", "Search", "Select")
# O: names that the rule of prefixes gets wrong.
READ_EXCEPTIONS = {"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "DecodeAuthorizationMessage"}
WRITE_EXCEPTIONS = {"GetFederationToken", "GetSessionToken", "AssumeRoot"}


def violations(record):
    """What is wrong with a record in the eyes of the service that it is about; nothing for services unknown here."""
    rules = {
        "cloudtrail.amazonaws.com": cloudtrail_rules,
        "s3.amazonaws.com": s3_rules,
        "sts.amazonaws.com": sts_rules,
    }.get(record.get("eventSource"))
    if rules is None:
        return []
    return [*access_rules(record), *rules(record)]


def access_rules(record):
    name = record["eventName"]
    reads = name.startswith(READS) and name not in WRITE_EXCEPTIONS or name in READ_EXCEPTIONS
    if record.get("readOnly") is not reads:
        yield f"readOnly of {name} is {record.get('readOnly')}"


def cloudtrail_rules(record):
    if record.get("eventCategory") != "Management":
        yield "CloudTrail's own calls are management events"
    if "resources" in record or "additionalEventData" in record:
        yield "CloudTrail's own records have neither resources nor additionalEventData"
    for part in ("requestParameters", "responseElements"):
        for name in member_names(record.get(part)):
            if not name[0].islower():
                yield f"{part} has a member whose first letter is a capital: {name}"
    request = record.get("requestParameters") or {}
    for name in ("startTime", "endTime"):
        # O 2026 for LookupEvents: whole seconds, ISO.
        if record["eventName"] == "LookupEvents" and name in request:
            if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", str(request[name])):
                yield f"{name} has the wrong form: {request[name]!r}"


def member_names(value):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from member_names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from member_names(inner)


def s3_rules(record):
    name = record["eventName"]
    category = "Data" if name in S3_DATA else "Management"
    if record.get("eventCategory") != category:
        yield f"{name} is a {category} event"
    if name == "ListObjectsV2":
        yield "ListObjectsV2 is recorded as ListObjects with list-type 2"
    agent = record.get("userAgent", "")
    by_service = agent.endswith(".amazonaws.com")
    if agent and not by_service and not (agent.startswith("[") and agent.endswith("]")):
        yield f"S3 wraps userAgent in square brackets: {agent}"
    yield from s3_parameter_rules(name, record.get("requestParameters") or {})
    yield from s3_additional_rules(record)
    yield from s3_resource_rules(record)


def s3_parameter_rules(name, request):
    if "Host" not in request:
        yield "requestParameters has no Host"
    if name != "ListBuckets" and "bucketName" not in request:
        yield "requestParameters has no bucketName"
    if name in S3_DATA - S3_WHOLE_BUCKET - {"DeleteObjects"} and "key" not in request:
        yield "requestParameters has no key"
    for member in request:
        if member.lower().startswith("x-amz-meta-") or member.lower() in ("authorization", "x-amz-security-token"):
            yield f"requestParameters tells {member}"
    if isinstance(request.get("bucketPolicy"), str):
        yield "bucketPolicy is the policy parsed, not a string"


def s3_additional_rules(record):
    data = record.get("additionalEventData")
    if data is None:
        yield "an S3 record has additionalEventData"
        return
    keys = list(data)
    unknown = [key for key in keys if key not in S3_ADDITIONAL]
    if unknown:
        yield f"additionalEventData has unknown keys: {unknown}"
    elif keys != [key for key in S3_ADDITIONAL if key in keys]:
        yield f"additionalEventData's keys are not in AWS's order: {keys}"
    signed = ["SignatureVersion", "AuthenticationMethod"] if "accessKeyId" in record["userIdentity"] else []
    for key in [*signed, "bytesTransferredIn", "x-amz-id-2", "bytesTransferredOut"]:
        if key not in data:
            yield f"additionalEventData has no {key}"
    if data.get("SignatureVersion", "SigV4") not in ("SigV4", "SigV2"):
        yield f"SignatureVersion is {data['SignatureVersion']}"
    if data.get("AuthenticationMethod", "AuthHeader") not in ("AuthHeader", "QueryString"):
        yield f"AuthenticationMethod is {data['AuthenticationMethod']}"
    for key in ("bytesTransferredIn", "bytesTransferredOut"):
        if not isinstance(data.get(key, 0), int):
            yield f"{key} is no integer: {data[key]!r}"
    # O: 76 characters, 88 or 96 for a few calls.
    if not re.fullmatch(r"(?=.{76}$|.{88}$|.{96}$)[A-Za-z0-9+/]+={0,2}", str(data.get("x-amz-id-2"))):
        yield f"x-amz-id-2 has 76 base64 characters: {data.get('x-amz-id-2')!r}"


def s3_resource_rules(record):
    """O: the bucket for calls on buckets; first the object, or all objects, for the others. Missing things are exempt."""
    name, request = record["eventName"], record.get("requestParameters") or {}
    found = record.get("resources")
    if "errorCode" in record or name in ("CreateBucket", "ListBuckets"):
        if name == "ListBuckets" and found is not None:
            yield "ListBuckets has no resources"
        return
    bucket = f"arn:aws:s3:::{request.get('bucketName')}"
    expected = [["accountId", "type", "ARN"]]
    if name in S3_WHOLE_BUCKET:
        expected.insert(0, ["type", "ARNPrefix"])
    elif name in S3_DATA - {"DeleteObjects"}:
        expected.insert(0, ["type", "ARN"])
    if name == "DeleteObjects":
        return
    if [list(entry) for entry in found or []] != expected:
        yield f"the resources of {name} are wrong: {found}"
    elif found[-1]["ARN"] != bucket or found[-1]["type"] != "AWS::S3::Bucket":
        yield f"the last resource of {name} is not its bucket: {found}"
    elif len(found) == 2 and found[0]["type"] != "AWS::S3::Object":
        yield f"the first resource of {name} is not its object: {found}"
    elif "ARN" in found[0] and len(found) == 2 and found[0]["ARN"] != f"{bucket}/{request.get('key')}":
        yield f"the first resource of {name} is not its object: {found}"


def sts_rules(record):
    if record.get("eventCategory") != "Management":
        yield "STS's calls are management events"
    data = record.get("additionalEventData")
    if "errorCode" in record:
        if data is not None:
            yield "STS's errors have no additionalEventData (O 2026)"
        return
    if not isinstance(data, dict) or set(data) != {"ExtendedRequestId", "RequestDetails"}:
        yield f"STS tells ExtendedRequestId and RequestDetails (O 2026): {data}"
        return
    if set(data["RequestDetails"]) != {"awsServingRegion", "endpointType"}:
        yield f"RequestDetails has other keys: {data['RequestDetails']}"
    try:
        extended = base64.b64decode(data["ExtendedRequestId"], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        extended = ""
    if not re.fullmatch(r"1:[a-z0-9-]+:S:\d{13}:[RG]:.{8}", extended):
        yield f"ExtendedRequestId does not hold what it should: {extended!r}"
    if "secretAccessKey" in str(record.get("responseElements")):
        yield "a secret key is told"
