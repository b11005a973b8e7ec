"""Raw answers held against botocore's model: nothing in them that a client does not know, nothing missing, right types.

Parsed answers show none of this: botocore drops what it does not know and turns what it can. No AWS client here.
"""

import base64
import binascii
import json

# Refusals of the protocol and of every operation, which no operation's model lists (D and O, trails.md 1 and 4). Those of
# signatures are the API reference's "Common errors" (D).
COMMON_ERRORS = set(
    "AccessDeniedException IncompleteSignatureException InternalFailure InvalidSignatureException "
    "MissingAuthenticationTokenException OperationNotPermittedException SerializationException ThrottlingException "
    "UnknownOperationException UnrecognizedClientException UnsupportedOperationException".split()
)
ERROR_MEMBERS = {"__type", "Message", "message"}

TYPES = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float),
    "blob": str,
    "structure": dict,
    "map": dict,
    "list": list,
}


def answer_misfits(operation, status, content):
    """What is wrong with the raw answer to a call, in words; nothing when it is as the operation's model says."""
    try:
        value = json.loads(content)
    except ValueError:
        return [f"no JSON: {content!r}"]
    if status < 300:
        return list(misfits(operation.output_shape, value, operation.name)) if operation.output_shape else []
    return list(error_misfits(operation, value))


def error_misfits(operation, value):
    if not isinstance(value, dict) or not isinstance(value.get("__type"), str):
        yield f"{operation.name}: an error names its type: {value}"
        return
    for name in sorted(set(value) - ERROR_MEMBERS):
        yield f"{operation.name}: {name} is no member of an error"
    known = COMMON_ERRORS | {shape.name for shape in operation.error_shapes}
    # I, trails.md 1: what is required and missing is an invalid parameter, even where the model has no such exception.
    missing = value["__type"] == "InvalidParameterException" and "Value null at" in value.get("message", "")
    if value["__type"] not in known and not missing:
        yield f"{operation.name}: {value['__type']} is none of its errors"
    if not value.get("message") or value["message"] != value.get("Message", value["message"]):
        yield f"{operation.name}: an error has a message, the same under both names: {value}"


def misfits(shape, value, path):
    """What is wrong with a raw value of a shape."""
    wanted = TYPES[shape.type_name]
    if not isinstance(value, wanted) or isinstance(value, bool) and wanted is not bool:
        yield f"{path}: {value!r} is no {shape.type_name}"
    elif shape.type_name == "structure":
        yield from structure_misfits(shape, value, path)
    elif shape.type_name == "list":
        for place, item in enumerate(value):
            yield from misfits(shape.member, item, f"{path}[{place}]")
    elif shape.type_name == "map":
        for name, item in value.items():
            yield from misfits(shape.value, item, f"{path}[{name!r}]")
    elif shape.type_name == "string" and getattr(shape, "enum", None) and value not in shape.enum:
        yield f"{path}: {value!r} is none of {shape.enum}"
    elif shape.type_name == "blob" and not is_base64(value):
        yield f"{path}: {value!r} is no base64"


def structure_misfits(shape, value, path):
    for name in sorted(set(value) - set(shape.members)):
        yield f"{path}.{name}: no client knows it"
    for name in shape.required_members:
        if name not in value:
            yield f"{path}.{name}: missing, and required"
    for name, member in shape.members.items():
        if name in value:
            yield from misfits(member, value[name], f"{path}.{name}")


def is_base64(text):
    try:
        base64.b64decode(text, validate=True)
    except binascii.Error:
        return False
    return True
