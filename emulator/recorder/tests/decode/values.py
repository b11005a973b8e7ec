"""Values of botocore's shapes: made at random from a seed, and as localtrail's tree has them."""

import base64
import datetime

TEXTS = [
    "plain",
    "a b+c",
    "ä€𝄞",
    "<a>&amp;\"'",
    "1",
    "true",
    "a/b:c%2Fd?e=f#g",
    "x, y",
    "line\nbreak",
    "[]{}.member.1",
]
HEADER_TEXTS = ["plain", "a b", "1", "arn:aws:x:y", "a=b;c"]
TIMES = [1_763_892_000, 0, 951_827_696]
MAX_DEPTH = 5


def time(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)


class Maker:
    """Makes values of shapes. `flat_only`: empty lists, maps and structures cannot be told in this protocol."""

    def __init__(self, random, flat_only):
        self.random = random
        self.flat_only = flat_only
        self.inside_sensitive = 0

    def structure(self, shape, depth=0):
        made = {}
        for name, member in shape.members.items():
            required = name in shape.required_members or member.serialization.get("location") == "uri"
            required = required or name == shape.serialization.get("payload")
            # botocore sends a Content-Type of its own where the caller gives none.
            required = required or member.serialization.get("name", "").lower() == "content-type"
            chance = 0.8 if depth < 2 else 0.4
            if not required and self.random.random() > chance:
                continue
            value = self.value(member, depth + 1, member.serialization.get("location"))
            if value is not None:
                made[name] = value
            if made and getattr(shape, "is_tagged_union", False):
                break
        return made

    def value(self, shape, depth, location=None):
        """A value; texts in what must not be shown begin with `secret-`, and no other text does."""
        sensitive = bool(shape.metadata.get("sensitive"))
        self.inside_sensitive += sensitive
        made = self.any_value(shape, depth, location)
        self.inside_sensitive -= sensitive
        return made

    def any_value(self, shape, depth, location):
        kind = shape.type_name
        if getattr(shape, "is_document_type", False):
            return {"k": ["v", 1, {"n": True}]}
        if kind == "structure":
            if shape.serialization.get("eventstream") or depth > MAX_DEPTH:
                return None
            made = self.structure(shape, depth)
            allows_empty = not self.flat_only and not getattr(shape, "is_tagged_union", False)
            return made if made or allows_empty else None
        if kind == "list":
            if depth > MAX_DEPTH:
                return None
            least = 1 if self.flat_only or location else 0
            items = [self.value(shape.member, depth + 1, location) for _ in range(self.random.randint(least, 3))]
            items = [item for item in items if item is not None]
            return items if items or not (self.flat_only or location) else None
        if kind == "map":
            if depth > MAX_DEPTH:
                return None
            keys = ["k1", "k 2&é"] if location is None else ["k1", "k2"]
            made = {key: self.value(shape.value, depth + 1, location) for key in keys[: self.random.randint(1, 2)]}
            made = {key: value for key, value in made.items() if value is not None}
            return made or None
        return self.scalar(shape, kind, location)

    def scalar(self, shape, kind, location):
        if location in ("header", "headers") and "jsonvalue" in shape.serialization:
            return {"json": [1, "x"]}
        if kind == "string":
            if shape.serialization.get("hostLabel"):
                return "plain"
            if shape.enum and location is None:
                return self.random.choice(shape.enum)
            if self.inside_sensitive:
                return f"secret-{self.random.getrandbits(32):08x}"
            return self.random.choice(HEADER_TEXTS if location in ("header", "headers") else TEXTS)
        if kind in ("integer", "long"):
            return self.random.choice([0, 1, -7, 2**31 - 1] + ([2**53 + 1] if kind == "long" else []))
        if kind in ("float", "double"):
            return self.random.choice([0.5, 5.0, -1.25, 1e-3])
        if kind == "boolean":
            return self.random.choice([True, False])
        if kind == "timestamp":
            return time(self.random.choice(TIMES))
        if kind == "blob":
            return self.random.choice([b"bytes", b"\x00\xff\xfe", b'{"a":1}'])
        if kind == "char":
            return "c"
        raise SystemExit(f"no value for a shape of type {kind}")


def tree(shape, value):
    """A value as the tree has it; None for what the tree leaves out."""
    if getattr(shape, "is_document_type", False):
        return value
    kind = shape.type_name
    if kind == "structure":
        if shape.serialization.get("eventstream"):
            return None
        members = {}
        for name, inner in value.items():
            member = shape.members.get(name)
            if inner is None or member is None or member.serialization.get("streaming"):
                continue
            if shape.serialization.get("payload") == name and hasattr(inner, "read"):
                continue
            made = tree(member, inner)
            if made is not None:
                members[name] = made
        return members
    if kind == "list":
        return [tree(shape.member, item) for item in value]
    if kind == "map":
        return {key: tree(shape.value, inner) for key, inner in value.items()}
    if kind == "timestamp":
        seconds = value.timestamp()
        return int(seconds) if seconds == int(seconds) else seconds
    if kind == "blob":
        return base64.b64encode(value if isinstance(value, bytes) else value.encode()).decode()
    if kind in ("float", "double"):
        return float(value)
    return value
