#!/usr/bin/env python3
"""Shows that the suite can fail: breaks one rule of core after the other, and expects cases to go red each time.

    python3 conformance/mutate.py                all rules, about half a minute each on two cores
    python3 conformance/mutate.py --only NAME    those whose name contains NAME
    python3 conformance/mutate.py --list

Works on a copy of the tree in target/mutants, never on the tree itself. Prints a Markdown table; exits with 1 when a
broken rule went unnoticed, with 2 when a rule could not be broken as it is written here.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from mutations import MUTATIONS

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "target" / "mutants"
TREE = WORK / "tree"
CORE = TREE / "emulator" / "core" / "src"
BIN = WORK / "build" / "debug"


def copy_tree():
    """The tracked files as they are now; unchanged ones keep their times, so that little is built again."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    wanted = [name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    for stale in {path for path in TREE.rglob("*") if path.is_file()} - {TREE / name for name in wanted}:
        stale.unlink()
    for name in wanted:
        there, bytes_now = TREE / name, (ROOT / name).read_bytes()
        if not there.is_file() or there.read_bytes() != bytes_now:
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes(bytes_now)


def build(*packages):
    chosen = [word for package in packages for word in ("-p", package)]
    command = ["cargo", "build", "--quiet", "--locked", "--bins", "--target-dir", str(WORK / "build"), *chosen]
    done = subprocess.run(command, cwd=TREE, capture_output=True, text=True, env=os.environ | {"RUSTFLAGS": "-Awarnings"})
    return None if done.returncode == 0 else done.stderr


def failures():
    """The cases that fail against the emulator as it is built now."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("LOCALTRAIL_", "AWS_"))}
    serve = [BIN / "localtrail", "serve", "--listen", "127.0.0.1:0", "--json"]
    emulator = subprocess.Popen(serve, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=kept)
    try:
        endpoint = json.loads(emulator.stdout.readline())["endpoint"]
        judge = [BIN / "conformance", "--endpoint", endpoint, "--json", "--quiet"]
        done = subprocess.run(judge, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=kept, timeout=600)
    finally:
        emulator.kill()
        emulator.wait()
    if done.returncode not in (0, 1):
        sys.exit(f"the suite could not run: {done.stderr}")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return [line["case"] for line in told if line.get("outcome") == "failed"]


def broken(mutation, already):
    """Breaks one rule, judges, mends it: the cases that went red, or why it could not be broken."""
    path = CORE / mutation.file
    text = path.read_text()
    if text.count(mutation.right) != 1:
        return f"{mutation.file} has {text.count(mutation.right)} places like that"
    path.write_text(text.replace(mutation.right, mutation.wrong))
    try:
        errors = build("localtrail")
        return errors or [case for case in failures() if case not in already]
    finally:
        path.write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", metavar="NAME")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    chosen = [mutation for mutation in MUTATIONS if options.only in mutation.rule]
    if options.list:
        print("\n".join(f"{mutation.file}: {mutation.rule}" for mutation in chosen))
        return 0
    copy_tree()
    if errors := build("localtrail", "conformance"):
        sys.exit(errors)
    already = set(failures())
    print(f"{len(already)} cases fail with every rule in place\n")
    print("| broken rule | file | red cases | the first |\n|---|---|---:|---|", flush=True)
    worst = 0
    for mutation in chosen:
        red = broken(mutation, already)
        if isinstance(red, str):
            worst = 2
            print(f"| {mutation.rule} | `{mutation.file}` | not broken | {red.splitlines()[0]} |", flush=True)
            continue
        worst = max(worst, 0 if red else 1)
        print(f"| {mutation.rule} | `{mutation.file}` | {len(red)} | {red[0] if red else '**unnoticed**'} |", flush=True)
    return worst


if __name__ == "__main__":
    sys.exit(main())
