"""Reads models out of a botocore wheel. What a trait means is not known here."""

import gzip
import json
import sys

PROSE = {"documentation", "deprecatedMessage", "deprecated", "deprecatedSince"}


def refuse(sentence):
    sys.exit(f"extract.py: {sentence}")


def take(where, facts, known):
    """Refuses what is neither prose nor known, so that nothing is lost unseen."""
    unknown = set(facts) - set(known) - PROSE
    if unknown:
        refuse(f"{where} has traits this script does not know: {sorted(unknown)}")


def read(wheel, path):
    """Botocore keeps each model plain or gzipped, and changes its mind."""
    names = wheel.NameToInfo
    if f"{path}.gz" in names:
        return json.loads(gzip.decompress(wheel.read(f"{path}.gz")))
    if path in names:
        return json.loads(wheel.read(path))
    refuse(f"{path} is not in the wheel")


def newest_versions(wheel):
    """Every service's newest API version, as the client that botocore makes would take it."""
    newest = {}
    for name in wheel.NameToInfo:
        parts = name.split("/")
        if len(parts) == 5 and parts[4] in ("service-2.json", "service-2.json.gz"):
            service, version = parts[2:4]
            newest[service] = max(version, newest.get(service, version))
    return dict(sorted(newest.items()))
