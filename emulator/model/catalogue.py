"""Packs every service of botocore into data/catalogue.bin.

The file is: eight bytes of name and version, four bytes with the length of the
packed index (little endian), the index, then one block for each service. The
index and each block are a zlib stream of: strings, then what uses them. Numbers
are LEB128; a string is its number in the block's table; what may be absent is
its number plus one, or zero. `src/catalogue/load.rs` is the reader.

Only shapes that an operation's input or output reaches are kept. Of errors only
their names are, where the code on the wire is another one.
"""

import re
import zlib

from wheel import newest_versions, read, refuse, take

MAGIC = b"ltcat\0\0\2"
LEVEL = 9

PROTOCOLS = {"json": 0, "rest-json": 1, "query": 2, "ec2": 3, "rest-xml": 4, "smithy-rpc-v2-cbor": 5}
LOCATIONS = {None: 0, "uri": 1, "querystring": 2, "header": 3, "headers": 4, "statusCode": 5}
TIMES = {None: 0, "iso8601": 1, "rfc822": 2, "unixTimestamp": 3}
KINDS = {
    "structure": 0, "list": 1, "map": 2, "string": 3, "integer": 4, "long": 4, "float": 5,
    "double": 5, "boolean": 6, "timestamp": 7, "blob": 8,
}
DOCUMENT = 9

METADATA = {
    "apiVersion", "auth", "awsQueryCompatible", "checksumFormat", "endpointPrefix",
    "globalEndpoint", "jsonVersion", "protocol", "protocolSettings", "protocols", "ripServiceName",
    "serviceAbbreviation", "serviceFullName", "serviceId", "signatureVersion", "signingName",
    "targetPrefix", "uid", "xmlNamespace",
}
OPERATION = {
    "name", "http", "input", "output", "errors", "idempotent", "readonly", "endpoint",
    "staticContextParams", "endpointdiscovery", "endpointoperation", "authtype", "auth",
    "httpChecksumRequired", "httpChecksum", "unsignedPayload", "operationContextParams",
    "requestcompression",
}
MEMBER = {
    "shape", "locationName", "location", "idempotencyToken", "box", "contextParam", "hostLabel",
    "xmlNamespace", "jsonvalue", "flattened", "eventpayload", "streaming", "enum", "queryName",
    "xmlAttribute",
}
BOUNDS = {"type", "min", "max", "sensitive", "box"}
SHAPES = {
    "structure": {
        "type", "members", "required", "exception", "error", "union", "payload", "fault",
        "sensitive", "retryable", "wrapper", "event", "document", "synthetic", "eventstream",
        "locationName", "xmlOrder", "box", "xmlNamespace",
    },
    "list": BOUNDS | {"member", "flattened", "sparse", "locationName"},
    "map": BOUNDS | {"key", "value", "flattened", "sparse"},
    "string": BOUNDS | {"pattern", "enum"},
    "blob": BOUNDS | {"streaming", "requiresLength"},
    "timestamp": BOUNDS | {"timestampFormat"},
    "integer": BOUNDS, "long": BOUNDS, "float": BOUNDS, "double": BOUNDS, "boolean": BOUNDS,
}


class Block:
    """One zlib stream in the making: a table of strings, then the bytes that use them."""

    def __init__(self):
        self.strings, self.body = {}, bytearray()

    def number(self, value):
        leb128(self.body, value)

    def text(self, value):
        self.number(self.strings.setdefault(value, len(self.strings)))

    def perhaps(self, value):
        self.number(0 if value is None else 1 + self.strings.setdefault(value, len(self.strings)))

    def flags(self, *flags):
        self.number(sum(1 << place for place, flag in enumerate(flags) if flag))

    def packed(self):
        head, texts = bytearray(), [text.encode() for text in self.strings]
        leb128(head, len(texts))
        for text in texts:
            leb128(head, len(text))
        return zlib.compress(bytes(head) + b"".join(texts) + bytes(self.body), LEVEL)


def leb128(out, value):
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def reachable(model):
    """The shapes that operations use, in the order of first use, each with its number."""
    numbers, waiting = {}, []
    for operation in model["operations"].values():
        waiting += [operation[side]["shape"] for side in ("input", "output") if side in operation]
    waiting.reverse()
    while waiting:
        name = waiting.pop()
        if name in numbers:
            continue
        numbers[name] = len(numbers)
        shape = model["shapes"][name]
        parts = list(shape.get("members", {}).values())
        parts += [shape[part] for part in ("member", "key", "value") if part in shape]
        waiting += [part["shape"] for part in reversed(parts)]
    return numbers


def inherited(model, reference, trait):
    """A trait of a reference, else of the shape that it refers to: so botocore merges them."""
    return reference.get(trait, model["shapes"][reference["shape"]].get(trait))


def is_unsigned(facts):
    return facts.get("authtype") == "none" or facts.get("auth") == ["smithy.api#noAuth"]


def pack_operation(block, numbers, service, name, facts):
    where = f"{service}.{name}"
    take(where, facts, OPERATION)
    take(f"{where} http", facts["http"], {"method", "requestUri", "responseCode"})
    take(f"{where} endpoint", facts.get("endpoint", {}), {"hostPrefix"})
    given, answered = facts.get("input", {}), facts.get("output", {})
    take(f"{where} input", given, {"shape", "locationName", "xmlNamespace"})
    take(f"{where} output", answered, {"shape", "resultWrapper"})
    block.text(name)
    block.text(facts["http"]["method"])
    block.text(facts["http"]["requestUri"])
    block.number(numbers[given["shape"]] + 1 if given else 0)
    block.perhaps(given.get("locationName"))
    block.number(numbers[answered["shape"]] + 1 if answered else 0)
    block.perhaps(answered.get("resultWrapper"))
    block.perhaps(facts.get("endpoint", {}).get("hostPrefix"))
    block.flags(facts.get("readonly"), is_unsigned(facts))


def pack_member(block, model, numbers, where, name, facts, required):
    take(f"{where}.{name}", facts, MEMBER)
    shape = model["shapes"][facts["shape"]]
    location_name = inherited(model, facts, "locationName")
    block.text(name)
    block.perhaps(None if location_name == name else location_name)
    block.perhaps(facts.get("queryName"))
    block.number(numbers[facts["shape"]])
    block.number(LOCATIONS[facts.get("location")])
    block.flags(
        shape.get("sensitive"), inherited(model, facts, "streaming"), facts.get("xmlAttribute"),
        inherited(model, facts, "flattened"), facts.get("jsonvalue"), facts.get("idempotencyToken"),
        required,
    )


def pack_shape(block, model, numbers, service, name):
    facts, where = model["shapes"][name], f"{service}.{name}"
    kind = facts["type"]
    if kind not in KINDS:
        refuse(f"{where} is of unknown type {kind}")
    take(where, facts, SHAPES[kind])
    block.number(DOCUMENT if facts.get("document") else KINDS[kind])
    block.flags(facts.get("sensitive"), facts.get("flattened"), facts.get("eventstream"))
    if kind == "structure" and not facts.get("document"):
        members = list(facts["members"])
        block.number(members.index(facts["payload"]) + 1 if "payload" in facts else 0)
        block.number(len(members))
        required = set(facts.get("required", []))
        for member in members:
            pack_member(
                block, model, numbers, where, member, facts["members"][member], member in required
            )
    elif kind == "timestamp":
        block.number(TIMES[facts.get("timestampFormat")])
    for part in ("member", "key", "value"):
        if part in facts:
            take(f"{where} {part}", facts[part], {"shape", "locationName", "jsonvalue"})
            block.number(numbers[facts[part]["shape"]])
            block.perhaps(inherited(model, facts[part], "locationName"))


def error_names(model, service):
    """Rows of a code on the wire, the exception that it stands for, and the operations for which it does: none for all."""
    by_code = {}
    for name, facts in model["shapes"].items():
        if facts["type"] == "structure" and (facts.get("exception") or "error" in facts):
            error = facts.get("error", {})
            take(f"{service}.{name} error", error, {"code", "httpStatusCode", "senderFault", "fault"})
            by_code.setdefault(error.get("code", name), []).append(name)
    rows = []
    for code, names in sorted(by_code.items()):
        for name in sorted(set(names) - {code}):
            operations = [] if len(names) == 1 else declarers(model, name)
            rows.append((code, name, operations))
    return rows


def declarers(model, error):
    """The operations that can fail so, by their places in the alphabet."""
    operations = sorted(model["operations"].items())
    return [
        place for place, (_, facts) in enumerate(operations)
        if any(one["shape"] == error for one in facts.get("errors", []))
    ]


def pack_service(model, service):
    block, numbers = Block(), reachable(model)
    operations = sorted(model["operations"].items())
    block.number(len(operations))
    for name, facts in operations:
        pack_operation(block, numbers, service, name, facts)
    block.number(len(numbers))
    for name in numbers:
        pack_shape(block, model, numbers, service, name)
    rows = error_names(model, service)
    block.number(len(rows))
    for code, name, places in rows:
        block.text(code)
        block.text(name)
        block.number(len(places))
        for place in places:
            block.number(place)
    return block.packed()


def urls(rules):
    """Every address that an endpoint rule set can lead to."""
    if isinstance(rules, dict):
        if isinstance(rules.get("url"), str):
            yield rules["url"]
        rules = list(rules.values())
    for rule in rules if isinstance(rules, list) else []:
        yield from urls(rule)


def host_labels(rules, endpoint_prefix):
    """What else its host names begin with: the part before the region, without account, `fips` and the like."""
    found = set()
    for url in urls(rules):
        host = re.sub(r"^(\{[^}]+\}\.)+", "", url.removeprefix("https://"))
        label = re.split(r"\.(?:\{|dualstack\.|global\.|us-gov\.|[a-z]+(?:-[a-z]+)+-\d\.|amazonaws\.|api\.)", host)[0]
        label = re.sub(r"-fips\b|\bfips[.-]", "", label)
        if re.fullmatch(r"[a-z][a-z0-9.-]+", label) and not f"{label}.".startswith(f"{endpoint_prefix}."):
            found.add(label)
    return found


def pack_entry(index, service, model, labels, place):
    facts = model["metadata"]
    take(f"{service} metadata", facts, METADATA)
    protocols = [facts["protocol"]]
    protocols += [one for one in facts.get("protocols", []) if one not in protocols]
    if set(protocols) - set(PROTOCOLS):
        refuse(f"{service} speaks an unknown protocol: {protocols}")
    rpc_name = facts["targetPrefix"] if "smithy-rpc-v2-cbor" in protocols else None
    block_start, block_length = place
    for text in (service, facts["apiVersion"], facts["endpointPrefix"]):
        index.text(text)
    index.text(facts.get("signingName", facts["endpointPrefix"]))
    for trait in ("targetPrefix", "jsonVersion"):
        index.perhaps(facts.get(trait))
    index.perhaps(rpc_name)
    index.perhaps(facts.get("globalEndpoint"))
    index.perhaps(facts.get("xmlNamespace"))
    index.number(len(protocols))
    for protocol in protocols:
        index.number(PROTOCOLS[protocol])
    index.number(len(labels))
    for label in labels:
        index.text(label)
    bearer = "smithy.api#httpBearerAuth" in facts.get("auth", [])
    index.flags(
        any(map(is_unsigned, model["operations"].values())),
        bearer or facts["signatureVersion"] == "bearer",
    )
    index.number(block_start)
    index.number(block_length)


def pack(wheel, version):
    """The whole file, and how much is in it: services, operations."""
    newest = newest_versions(wheel)
    bases = {service: f"botocore/data/{service}/{newest[service]}" for service in newest}
    models = {service: read(wheel, f"{base}/service-2.json") for service, base in bases.items()}
    prefixes = {model["metadata"]["endpointPrefix"] for model in models.values()}
    index, blocks, count = Block(), bytearray(), 0
    index.text(version)
    index.number(len(newest))
    for service, model in models.items():
        take(service, model, {"metadata", "operations", "shapes", "version", "clientContextParams", "examples"})
        block = pack_service(model, service)
        rules = read(wheel, f"{bases[service]}/endpoint-rule-set-1.json")
        # Another service's own name says nothing: S3 on an outpost has `ec2` in its host.
        labels = sorted(host_labels(rules, model["metadata"]["endpointPrefix"]) - prefixes)
        pack_entry(index, service, model, labels, (len(blocks), len(block)))
        blocks += block
        count += len(model["operations"])
    packed = index.packed()
    return MAGIC + len(packed).to_bytes(4, "little") + packed + bytes(blocks), len(newest), count
