"""Answers as services write them: botocore has only the clients' half, so this is the other one, protocol by protocol."""

import base64
import json
from email.utils import format_datetime
from xml.sax.saxutils import escape

from botocore.serialize import RpcV2CBORSerializer


def answer(protocol, operation, value):
    """Status, headers and body of a success."""
    shape = operation.output_shape
    if protocol == "json":
        return 200, {"x-amzn-requestid": "id-1"}, json.dumps(plain(shape, value)).encode()
    if protocol == "smithy-rpc-v2-cbor":
        body = bytearray()
        RpcV2CBORSerializer()._serialize_data_item(body, value, shape)
        return 200, {"x-amzn-requestid": "id-1", "content-type": "application/cbor"}, bytes(body)
    if protocol == "query":
        inner = xml_structure(shape, value)
        wrapper = shape.serialization.get("resultWrapper")
        inner = f"<{wrapper}>{inner}</{wrapper}>" if wrapper else inner
        metadata = "<ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata>"
        root = f"{operation.name}Response"
        return 200, {}, f'<{root} xmlns="https://x.example/">{inner}{metadata}</{root}>'.encode()
    if protocol == "ec2":
        root = f"{operation.name}Response"
        inner = xml_structure(shape, value)
        return 200, {}, f'<?xml version="1.0"?>\n<{root} xmlns="x">\n <requestId>id-1</requestId>{inner}</{root}>'.encode()
    return rest(protocol, shape, value)


def rest(protocol, shape, value):
    status, headers, in_body = 200, {"x-amzn-requestid": "id-1"}, {}
    for name, inner in value.items():
        member = shape.members[name]
        location = member.serialization.get("location")
        wire_name = member.serialization.get("name", name)
        if location == "statusCode":
            status = 202
        elif location == "header":
            headers[wire_name] = header(member, inner)
        elif location == "headers":
            headers.update({wire_name + key: text for key, text in inner.items()})
        else:
            in_body[name] = inner
    payload = shape.serialization.get("payload")
    if payload:
        return status, headers, payload_body(protocol, shape.members[payload], in_body.get(payload))
    if protocol == "rest-xml":
        return status, headers, f"<Root>{xml_structure(shape, in_body)}</Root>".encode() if in_body else b""
    return status, headers, json.dumps(plain(shape, in_body)).encode()


def payload_body(protocol, member, value):
    if value is None:
        return b""
    if member.type_name == "blob":
        return value
    if member.type_name == "string":
        return value.encode()
    if protocol == "rest-xml":
        return f"<Root>{xml_structure(member, value)}</Root>".encode()
    return json.dumps(plain(member, value)).encode()


def header(shape, value):
    if "jsonvalue" in shape.serialization:
        return base64.b64encode(json.dumps(value).encode()).decode()
    if shape.type_name == "list":
        return ",".join(header(shape.member, item) for item in value)
    if shape.type_name == "timestamp":
        return stamp(shape, value, "rfc822")
    if shape.type_name == "boolean":
        return str(value).lower()
    return str(value)


def stamp(shape, value, usual):
    form = shape.serialization.get("timestampFormat", usual)
    if form == "rfc822":
        return format_datetime(value, usegmt=True)
    if form == "iso8601":
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return int(value.timestamp())


def plain(shape, value):
    """A value as JSON bodies have it."""
    if getattr(shape, "is_document_type", False):
        return value
    kind = shape.type_name
    if kind == "structure":
        members = ((shape.members[name], name, inner) for name, inner in value.items())
        return {member.serialization.get("name", name): plain(member, inner) for member, name, inner in members}
    if kind == "list":
        return [plain(shape.member, item) for item in value]
    if kind == "map":
        return {key: plain(shape.value, inner) for key, inner in value.items()}
    if kind == "timestamp":
        return stamp(shape, value, "unixTimestamp")
    if kind == "blob":
        return base64.b64encode(value).decode()
    return value


def xml_structure(shape, value):
    return "".join(xml_member(shape.members[name], name, inner) for name, inner in value.items())


def xml_member(shape, name, value):
    tag = shape.serialization.get("name", name)
    flattened = shape.serialization.get("flattened")
    if shape.type_name == "list":
        item = shape.member.serialization.get("name")
        if flattened:
            return "".join(xml_element(shape.member, item or tag, inner) for inner in value)
        inner = "".join(xml_element(shape.member, item or "member", inner) for inner in value)
        return f"<{tag}>{inner}</{tag}>"
    if shape.type_name == "map":
        entry = tag if flattened else "entry"
        inner = "".join(xml_entry(shape, entry, key, item) for key, item in value.items())
        return inner if flattened else f"<{tag}>{inner}</{tag}>"
    return xml_element(shape, tag, value)


def xml_entry(shape, tag, key, value):
    key_tag = shape.key.serialization.get("name", "key")
    value_tag = shape.value.serialization.get("name", "value")
    return f"<{tag}><{key_tag}>{escape(key)}</{key_tag}>{xml_element(shape.value, value_tag, value)}</{tag}>"


def xml_element(shape, tag, value):
    kind = shape.type_name
    if kind == "structure":
        attributes, members = "", {}
        for name, inner in value.items():
            member = shape.members[name]
            if member.serialization.get("xmlAttribute"):
                attributes += f' xmlns:xsi="urn:x" {member.serialization["name"]}="{escape(inner, {chr(34): "&quot;", chr(10): "&#10;"})}"'
            else:
                members[name] = inner
        return f"<{tag}{attributes}>{xml_structure(shape, members)}</{tag}>"
    if kind in ("list", "map"):
        bare = xml_member(shape, "\0", value)
        return bare.replace("\0", tag)
    if kind == "timestamp":
        text = str(stamp(shape, value, "iso8601"))
    elif kind == "blob":
        text = base64.b64encode(value).decode()
    elif kind == "boolean":
        text = str(value).lower()
    else:
        text = escape(str(value))
    return f"<{tag}>{text}</{tag}>"
