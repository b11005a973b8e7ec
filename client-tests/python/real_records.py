"""Real records as calls: from a record's requestParameters back to a call that botocore can send.

What AWS wrote is turned around by the model of the service, so that the call can be made again and the new record held
against the real one. A record that cannot be turned around says why (`Unbuildable`).
"""

import json
import re
import tarfile
from datetime import datetime, timezone
from pathlib import Path

import botocore.session

FOLDER = Path(__file__).resolve().parent.parent / "records"
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"

# Event sources whose name is not the endpoint prefix of the service.
SERVICES = {
    "bedrock": ["bedrock", "bedrock-runtime", "bedrock-agent"],
    "monitoring": ["cloudwatch"],
    "s3": ["s3", "s3control"],
    "ce": ["ce"],
    "elasticloadbalancing": ["elbv2", "elb"],
    "ses": ["ses", "sesv2"],
    "tagging": ["resourcegroupstaggingapi"],
    "config": ["config"],
    "states": ["stepfunctions"],
    "ecr": ["ecr"],
}
# The operation behind an event's name, where it is another.
OPERATIONS = {
    ("s3", "GetBucketLifecycle"): "GetBucketLifecycleConfiguration",
    ("s3", "PutBucketLifecycle"): "PutBucketLifecycleConfiguration",
    ("s3", "GetAccelerateConfiguration"): "GetBucketAccelerateConfiguration",
    ("s3", "GetBucketObjectLockConfiguration"): "GetObjectLockConfiguration",
    ("s3", "GetBucketPublicAccessBlock"): "GetPublicAccessBlock",
    ("s3", "PutBucketPublicAccessBlock"): "PutPublicAccessBlock",
    ("s3", "GetBucketNotification"): "GetBucketNotificationConfiguration",
    ("s3", "GetAccountPublicAccessBlock"): "GetPublicAccessBlock",
    ("s3", "ListObjects"): "ListObjectsV2",
}
# Keys of EC2's older records that are neither the model's name nor its name on the wire, by operation or for all.
EC2_KEYS = {
    "filterSet": "Filters",
    "tagSpecificationSet": "TagSpecifications",
    "blockDeviceMapping": "BlockDeviceMappings",
    "networkInterfaceSet": "NetworkInterfaces",
    "instancesSet": "InstanceIds",
    "allocationIdsSet": "AllocationIds",
    "publicIpsSet": "PublicIps",
    "imagesSet": "ImageIds",
    "ownersSet": "OwnerIds",
    "executableBySet": "ExecutableUsers",
    "regionSet": "RegionNames",
    "volumeSet": "VolumeIds",
    "snapshotSet": "SnapshotIds",
    "subnetSet": "SubnetIds",
    "vpcSet": "VpcIds",
    "routeTableIdSet": "RouteTableIds",
    "networkAclIdSet": "NetworkAclIds",
    "networkInterfaceIdSet": "NetworkInterfaceIds",
    "internetGatewayIdSet": "InternetGatewayIds",
    "securityGroupIdSet": "GroupIds",
    "securityGroupSet": "GroupNames",
    "dhcpOptionsSet": "DhcpOptionsIds",
    "keySet": "KeyNames",
    "keyPairIdSet": "KeyPairIds",
    "accountAttributeNameSet": "AttributeNames",
    "availabilityZoneSet": "ZoneNames",
    "availabilityZoneIdSet": "ZoneIds",
    "customerGatewaySet": "CustomerGatewayIds",
    "placementGroupSet": "GroupNames",
    "placementGroupIdSet": "GroupIds",
    "vpcPeeringConnectionIdSet": "VpcPeeringConnectionIds",
    "vpnConnectionSet": "VpnConnectionIds",
    "vpnGatewaySet": "VpnGatewayIds",
    "sharedUsersSet": "RestorableByUserIds",
    "resourcesSet": "Resources",
    "tagSet": "Tags",
    "groupSet": "Groups",
    "privateIpAddressesSet": "PrivateIpAddresses",
    "zone": "AvailabilityZone",
    "groupDescription": "Description",
    "attributeType": "Attribute",
}


class Unbuildable(Exception):
    """Why a record cannot be made into a call."""


def records(archive):
    """Every record of an archive of samples, with the name of its file."""
    with tarfile.open(FOLDER / f"{archive}.tar.gz") as tar:
        for member in sorted(tar.getmembers(), key=lambda one: one.name):
            if not member.name.endswith(".json"):
                continue
            content = json.load(tar.extractfile(member))
            for record in content["Records"] if isinstance(content, dict) else content:
                yield member.name, record


class Call:
    """An operation of a service with its parameters."""

    def __init__(self, service, operation, parameters, record):
        self.service, self.operation, self.parameters = service, operation, parameters
        self.region, self.account = record["awsRegion"], record["recipientAccountId"]
        self.endpoint = endpoint(record, service)

    def __repr__(self):
        return f"{self.service}.{self.operation}({self.parameters})"


class Builder:
    """Turns records into calls."""

    def __init__(self):
        self.session = botocore.session.get_session()
        self.models = {}
        self.by_prefix = {}
        for name in self.session.get_available_services():
            self.by_prefix.setdefault(name, []).append(name)

    def model(self, service):
        if service not in self.models:
            self.models[service] = self.session.get_service_model(service)
        return self.models[service]

    def build(self, record):
        if record.get("eventType") != "AwsApiCall":
            raise Unbuildable(f"is no API call but {record.get('eventType')}")
        if record["userIdentity"].get("type") == "AWSService":
            raise Unbuildable("an AWS service called for itself")
        source = record["eventSource"].removesuffix(".amazonaws.com")
        names = SERVICES.get(source) or self.by_prefix.get(source)
        if not names:
            raise Unbuildable(f"botocore has no service for {source}")
        event = record["eventName"]
        why = None
        for service in names:
            model = self.model(service)
            operation = self.operation(service, event, model)
            if operation is None:
                why = why or f"botocore has no operation {source}:{event}"
                continue
            if service == "s3" and "s3-control" in host(record):
                continue
            try:
                parameters = self.parameters(record, service, operation)
                return Call(service, operation.name, parameters, record)
            except Unbuildable as refused:
                why = str(refused)
        raise Unbuildable(why)

    @staticmethod
    def operation(service, event, model):
        name = OPERATIONS.get((service, event), event)
        if service == "lambda":
            name = re.sub(r"20\d{6}(v2)?$", "", event)
        return model.operation_model(name) if name in model.operation_names else None

    def parameters(self, record, service, operation):
        given = record.get("requestParameters")
        shape = operation.input_shape
        if given is None and shape is not None and shape.required_members:
            if not record.get("errorCode"):
                raise Unbuildable("its parameters were not recorded")
            return {name: filler(shape.members[name]) for name in shape.required_members}
        if shape is None or not given:
            return {}
        if service == "s3":
            return s3_parameters(given, operation)
        if service == "ec2":
            new = given.get(f"{operation.name}Request")
            value = new_style(new or {}, shape) if new is not None else classic(given, shape)
        else:
            value = structure(without_host(given), shape)
        for name in shape.required_members:
            if name not in value:
                value[name] = filler(shape.members[name])
        return value


def host(record):
    given = record.get("requestParameters") or {}
    named = given.get("Host") if isinstance(given, dict) else None
    return named or (record.get("tlsDetails") or {}).get("clientProvidedHostHeader") or ""


def endpoint(record, service):
    """The endpoint that an S3 call went to, which its record tells; others go where botocore sends them."""
    if service not in ("s3",) or not host(record):
        return None
    name = host(record)
    bucket = (record.get("requestParameters") or {}).get("bucketName")
    return "https://" + (name.removeprefix(f"{bucket}.") if bucket else name)


def without_host(given):
    return {name: value for name, value in given.items() if name != "Host"}


def lowered(name):
    return name[:1].lower() + name[1:]


def wire_names(name, member):
    wire = member.serialization.get("name", name)
    return {name, wire, lowered(name), lowered(wire)}


def member_for(shape, key):
    for name, member in shape.members.items():
        if key in wire_names(name, member):
            return name, member
    return None


def structure(given, shape):
    """A record's object as parameters: names have their first letter back."""
    if not isinstance(given, dict):
        raise Unbuildable(f"{shape.name} is not an object but {given!r:.40}")
    found = ((member_for(shape, key), one) for key, one in given.items())
    # What the model lacks no client can send: the service added it, or it is older than the model.
    return {member[0]: value(one, member[1]) for member, one in found if member}


def value(given, shape):
    kind = shape.type_name
    if given == HIDDEN or given in ("****", "***", "<sensitiveDataRemoved>"):
        return filler(shape)
    if kind == "structure":
        return structure(given, shape)
    if kind == "list":
        items = given if isinstance(given, list) else [given]
        return [value(one, shape.member) for one in items]
    if kind == "map":
        return {key: value(one, shape.value) for key, one in given.items()}
    return scalar(given, shape)


def scalar(given, shape):
    kind = shape.type_name
    if kind == "timestamp":
        return time(given)
    if kind == "boolean":
        return given if isinstance(given, bool) else given == "true"
    if kind in ("integer", "long"):
        return int(given)
    if kind in ("float", "double"):
        return float(given)
    if kind == "blob":
        return given.encode() if isinstance(given, str) else b"x"
    if isinstance(given, bool):
        return "true" if given else "false"
    return given if isinstance(given, str) else json.dumps(given)


def time(given):
    if isinstance(given, (int, float)):
        return datetime.fromtimestamp(given / 1000 if given > 1e11 else given, timezone.utc)
    for form in ("%b %d, %Y, %I:%M:%S %p", "%b %d, %Y %I:%M:%S %p", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ"):
        try:
            return datetime.strptime(given.replace("\u202f", " "), form).replace(tzinfo=timezone.utc)
        except ValueError:
            continue
    raise Unbuildable(f"{given} is no time")


def filler(shape):
    """Something for a member that the record hides or leaves out."""
    kind = shape.type_name
    if kind == "structure":
        return {name: filler(shape.members[name]) for name in shape.required_members}
    if kind == "list":
        return [filler(shape.member)]
    if kind == "map":
        return {"key": filler(shape.value)}
    if kind == "string":
        if getattr(shape, "enum", None):
            return shape.enum[0]
        return "x" * max(1, shape.metadata.get("min", 1))
    if kind == "blob":
        return b"x"
    if kind == "boolean":
        return False
    if kind == "timestamp":
        return datetime(2023, 7, 10, tzinfo=timezone.utc)
    return max(1, shape.metadata.get("min", 1))


def classic(given, shape, top=True):
    """EC2's older records: sets with items."""
    out = {}
    for key, one in given.items():
        known = EC2_KEYS.get(key)
        if key == "ownersSet" and "Owners" in shape.members:
            known = "Owners"
        if key == "instancesSet" and "InstanceIds" not in shape.members:
            launch = one["items"][0]
            out["ImageId"] = launch["imageId"]
            out["MinCount"], out["MaxCount"] = launch["minCount"], launch["maxCount"]
            continue
        if one == {}:
            continue
        found = (known, shape.members[known]) if known in shape.members else member_for(shape, key)
        if found is None:
            continue
        name, member = found
        out[name] = classic_value(one, member)
    return out


def classic_value(given, shape):
    if given in ("<sensitiveDataRemoved>",):
        return "c2VjcmV0" if shape.type_name == "string" else {"Value": b"secret"}
    if shape.type_name == "list":
        items = given
        if isinstance(given, dict):
            items = given.get("items", given.get("item", []))
        return [classic_item(one, shape.member) for one in items]
    if shape.type_name == "structure":
        return classic(given, shape, top=False)
    return scalar(given, shape)


def classic_item(given, shape):
    if shape.type_name == "structure":
        if shape.name == "Filter":
            values = given.get("valueSet", {}).get("items", [])
            return {"Name": given["name"], "Values": [one["value"] for one in values]}
        return classic(given, shape, top=False)
    return scalar(next(iter(given.values())) if isinstance(given, dict) else given, shape)


def new_style(given, shape):
    """EC2's newer records: what XML becomes."""
    if given == "":
        return {}
    out = {}
    for key, one in given.items():
        if key == "tag" and isinstance(one, int):
            continue
        name, member = new_member(shape, key)
        if member.type_name == "list":
            items = one if isinstance(one, list) else [one]
            out[name] = [new_item(item, member.member) for item in items]
        elif member.type_name == "structure":
            out[name] = new_style(one, member)
        else:
            out[name] = scalar(one, member)
    return out


def new_member(shape, key):
    for name, member in shape.members.items():
        wire = member.serialization.get("queryName") or member.serialization.get("name", name)
        if key in (name, wire, wire[:1].upper() + wire[1:]):
            return name, member
    raise Unbuildable(f"{shape.name} has no member for {key}")


def new_item(given, shape):
    if shape.type_name == "structure":
        return new_style(given, shape)
    return scalar(given["content"] if isinstance(given, dict) else given, shape)


def s3_parameters(given, operation):
    shape = operation.input_shape
    out = {}
    flags = set(re.findall(r"[?&]([A-Za-z-]+)(?![\w=-])", operation.http["requestUri"]))
    for key, one in given.items():
        if key == "Host" or (one == "" and (key in flags or key.lower() in {flag.lower() for flag in flags})):
            continue
        if key in ("list-type", "x-id", "policyStatus", "publicAccessBlock", "requestPayment", "ownershipControls", "object-lock"):
            continue
        if key == "bucketName":
            out["Bucket"] = one
        elif key == "bucketPolicy":
            out["Policy"] = json.dumps(one)
        elif key.startswith("X-Amz-") or key.startswith("x-amz-sdk"):
            continue
        else:
            name, member = s3_member(shape, key)
            out[name] = xml_value(one, member)
    for name in shape.required_members:
        if name not in out:
            if name == "Bucket":
                raise Unbuildable("the bucket was not recorded")
            out[name] = filler(shape.members[name])
    return out


def s3_member(shape, key):
    for name, member in shape.members.items():
        wire = member.serialization.get("name", name)
        if key.lower() in (name.lower(), wire.lower()):
            return name, member
    raise Unbuildable(f"{shape.name} has no member for {key}")


def xml_value(given, shape):
    """A document as an object: one child alone stands without a list."""
    if shape.type_name == "structure":
        inner = {key: one for key, one in ({} if given == "" else given).items() if not key.startswith("xmlns")}
        return {name: xml_value(one, member) for key, one in inner.items() for name, member in [s3_member(shape, key)]}
    if shape.type_name == "list":
        if not shape.serialization.get("flattened") and isinstance(given, dict):
            item = shape.member.serialization.get("name", "member")
            given = given.get(item, [])
        return [xml_value(one, shape.member) for one in (given if isinstance(given, list) else [given])]
    return scalar(given, shape)
