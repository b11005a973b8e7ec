#!/usr/bin/env python3
"""Extracts facts from botocore: CloudTrail's two APIs into data/*.json, all services into data/catalogue.bin.

    python3 extract.py                 # the newest botocore on PyPI
    python3 extract.py --wheel FILE    # a wheel that is already here

Facts are names, types, constraints and traits. No prose is taken. In the JSON
files the order of operations, shapes and members is botocore's, one shape to a
line, so that a refresh reads well as a diff; `catalogue.py` packs the rest. Anything in the model that this script does not
know stops it: a new trait must be understood before it is dropped or kept.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

sys.dont_write_bytecode = True

from catalogue import pack
from wheel import read, refuse, take

HERE = pathlib.Path(__file__).resolve().parent
OLDEST = (1, 43, 106)  # The first botocore whose trails have RecursiveLogging.
SERVICES = {"cloudtrail": "2013-11-01", "cloudtrail-data": "2021-08-11"}

METADATA = {
    "apiVersion": "api_version",
    "protocol": "protocol",
    "endpointPrefix": "endpoint_prefix",
    "signingName": "signing_name",
    "targetPrefix": "target_prefix",
    "jsonVersion": "json_version",
}
BOUNDS = {"min", "max"}
TRAITS = {
    "structure": {"exception", "error", "fault"},
    "string": BOUNDS | {"pattern", "enum", "sensitive"},
    "list": BOUNDS,
    "map": BOUNDS,
    "blob": BOUNDS,
    "integer": BOUNDS | {"box"},
    "long": BOUNDS | {"box"},
    "float": {"box"},
    "double": {"box"},
    "boolean": {"box"},
    "timestamp": set(),
}


def member_facts(where, name, facts):
    take(f"{where}.{name}", facts, {"shape", "location", "locationName"})
    member = {"name": name, "shape": facts["shape"]}
    if "location" in facts:
        member["location"] = facts["location"]
        member["location_name"] = facts.get("locationName", name)
    elif facts.get("locationName", name) != name:
        refuse(f"{where}.{name} is renamed on the wire, which check() does not know")
    return member


def shape_facts(name, facts):
    kind = facts["type"]
    if kind not in TRAITS:
        refuse(f"{name} is of unknown type {kind}")
    parts = {"structure": {"members", "required"}, "list": {"member"}, "map": {"key", "value"}}
    take(name, facts, {"type"} | parts.get(kind, set()) | TRAITS[kind])
    out = {"type": kind}
    if kind == "structure":
        out["members"] = [member_facts(name, m, f) for m, f in facts["members"].items()]
        if facts.get("required"):
            out["required"] = facts["required"]
        if facts.get("exception"):
            out["exception"] = True
        status = facts.get("error", {}).get("httpStatusCode")
        if status:
            out["http_status"] = status
    elif kind == "list":
        out["member"] = facts["member"]["shape"]
    elif kind == "map":
        out["key"], out["value"] = facts["key"]["shape"], facts["value"]["shape"]
    for trait in ("min", "max", "pattern", "enum", "sensitive"):
        if trait in facts:
            out[trait] = facts[trait]
    return out


def operation_facts(facts, paginator):
    known = {"name", "http", "input", "output", "errors", "idempotent", "readonly"}
    take(facts["name"], facts, known)
    http = facts["http"]
    out = {"method": http["method"], "uri": http["requestUri"], "input": facts["input"]["shape"]}
    if "output" in facts:
        out["output"] = facts["output"]["shape"]
    out["errors"] = [error["shape"] for error in facts.get("errors", [])]
    if paginator:
        out["paginator"] = {
            key: paginator[key]
            for key in ("input_token", "output_token", "limit_key", "result_key")
            if key in paginator
        }
    return out


def check_references(service, shapes, operations):
    """Every name that is used must be declared: the Rust side relies on it."""
    used = set()
    for shape in shapes.values():
        used.update(member["shape"] for member in shape.get("members", []))
        used.update(shape[part] for part in ("member", "key", "value") if part in shape)
        names = {member["name"] for member in shape.get("members", [])}
        if not names.issuperset(shape.get("required", [])):
            refuse(f"{service} requires a member that is not declared")
    for operation in operations.values():
        used.add(operation["input"])
        used.update(operation["errors"])
        used.update([operation["output"]] if "output" in operation else [])
    if used - set(shapes):
        refuse(f"{service} uses undeclared shapes: {sorted(used - set(shapes))}")


def extract(wheel, service, version):
    base = f"botocore/data/{service}/{SERVICES[service]}"
    model = read(wheel, f"{base}/service-2.json")
    pages = read(wheel, f"{base}/paginators-1.json")["pagination"]
    shapes = {name: shape_facts(name, facts) for name, facts in model["shapes"].items()}
    operations = {
        name: operation_facts(facts, pages.get(name)) for name, facts in model["operations"].items()
    }
    if set(pages) - set(operations):
        refuse(f"{service} paginates operations it does not have")
    check_references(service, shapes, operations)
    metadata = {ours: model["metadata"][theirs] for theirs, ours in METADATA.items()
                if theirs in model["metadata"]}
    return {"botocore": version, "metadata": metadata, "operations": operations, "shapes": shapes}


def write(path, facts):
    """One operation or shape to a line, everything else compact."""
    def compact(value):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=True)

    def block(entries):
        lines = ",\n".join(f"{compact(name)}:{compact(entry)}" for name, entry in entries.items())
        return "{\n" + lines + "\n}"

    sections = [
        f'"botocore":{compact(facts["botocore"])}',
        f'"metadata":{compact(facts["metadata"])}',
        f'"operations":{block(facts["operations"])}',
        f'"shapes":{block(facts["shapes"])}',
    ]
    path.write_text("{\n" + ",\n".join(sections) + "\n}\n", encoding="ascii")
    print(f"{path.name}: {len(facts['operations'])} operations, {len(facts['shapes'])} shapes")


def write_notice(version):
    (HERE / "NOTICE").write_text(
        "localtrail-model\n\n"
        "The files data/cloudtrail.json, data/cloudtrail-data.json and data/catalogue.bin hold facts\n"
        f"(names, types, constraints and traits; no prose) extracted by extract.py from botocore {version},\n"
        "Copyright Amazon.com, Inc. or its affiliates, licensed under the Apache License 2.0\n"
        "(https://github.com/boto/botocore).\n",
        encoding="ascii",
    )


def download(folder):
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
               "--only-binary", ":all:", "--dest", folder, "botocore"]
    subprocess.run(command, check=True)
    return next(pathlib.Path(folder).glob("botocore-*.whl"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wheel", type=pathlib.Path, help="use this wheel, download nothing")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.wheel or download(folder)
        version = re.match(r"botocore-(\d+\.\d+\.\d+)-", path.name)
        if not version:
            refuse(f"{path.name} is not named like a botocore wheel")
        version = version[1]
        if tuple(map(int, version.split("."))) < OLDEST:
            refuse(f"botocore {version} is too old; {'.'.join(map(str, OLDEST))} or later is needed")
        with zipfile.ZipFile(path) as wheel:
            found = {service: extract(wheel, service, version) for service in SERVICES}
            catalogue, services, operations = pack(wheel, version)
        trail = found["cloudtrail"]["shapes"]["Trail"]["members"]
        if not any(member["name"] == "RecursiveLogging" for member in trail):
            refuse(f"botocore {version} has no RecursiveLogging")
        (HERE / "data").mkdir(exist_ok=True)
        for service, facts in found.items():
            write(HERE / "data" / f"{service}.json", facts)
        (HERE / "data" / "catalogue.bin").write_bytes(catalogue)
        print(f"catalogue.bin: {services} services, {operations} operations, {len(catalogue)} bytes")
        write_notice(version)


if __name__ == "__main__":
    main()
