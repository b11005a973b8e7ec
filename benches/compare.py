#!/usr/bin/env python3
"""Measures localtrail, moto_server and a bare hyper server side by side, and prints a Markdown table.

    python3 benches/compare.py            the full run, about twenty minutes on two cores
    python3 benches/compare.py --quick    a short one, to see that all is in order
    python3 benches/compare.py --only requests --earlier PATH --servers localtrail "bare hyper"
                                          whether this build is as fast as an earlier one

All servers run on this machine, one after the other in turns, so that what else the machine does meets them alike.
moto is installed from PyPI into target/bench; everything else is built with cargo. Nothing else is needed but Python.
"""

import argparse
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import report
import workload

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / "target" / "bench"
MOTO = "moto[server]==5.2.5"
START_LIMIT_S = 60
EARLIER = report.EARLIER
PARTS = ["starts", "memory", "requests", "history", "forwarding", "streaming"]


class Server:
    """A process that listens on a port of its own."""

    def __init__(self, name, command, folder):
        self.name, self.port = name, free_port()
        self.folder = Path(folder)
        command = [str(part).replace("PORT", str(self.port)) for part in command]
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            cwd=self.folder, env=environment(),
        )  # fmt: skip

    def first_answer(self):
        """Seconds from the start of the process to the first answered DescribeTrails."""
        request = workload.call("DescribeTrails", {})
        limit = self.began + START_LIMIT_S
        while time.perf_counter() < limit:
            try:
                status, _ = self.ask(request)
            except OSError:
                time.sleep(0.0002)
                continue
            if status == 200:
                return time.perf_counter() - self.began
        raise SystemExit(f"{self.name} did not answer within {START_LIMIT_S} s")

    def ask(self, request):
        """One request on a connection of its own: status and body."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=600) as connection:
            connection.sendall(request)
            return workload.read_answer(connection)

    def must(self, request):
        status, body = self.ask(request)
        if status >= 300:
            raise SystemExit(f"{self.name}: {status} {body[:500]!r}")
        return body

    def memory(self):
        """Resident memory in MB, from the kernel."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024

    def load(self, kind, number, scripts):
        """Runs the load generator: one connection for each script."""
        files = []
        for index, script in enumerate(scripts):
            path = self.folder / f"script-{index}"
            path.write_bytes(script)
            files.append(path)
        command = [CACHE / "release" / "load", f"127.0.0.1:{self.port}", kind, number, *files]
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{self.name}: {done.stderr}")
        result = json.loads(done.stdout)
        if set(result["statuses"]) != {"200"}:
            raise SystemExit(f"{self.name} did not answer 200 to all: {result['statuses']}")
        return result

    def peak(self):
        """The most memory that was ever resident, in MB."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024

    def stream_up(self, size):
        """Puts an object of so many bytes."""
        chunk = bytes(1 << 20)
        with socket.create_connection(("127.0.0.1", self.port), timeout=600) as connection:
            connection.sendall(workload.upload(b"", size))
            for _ in range(size // len(chunk)):
                connection.sendall(chunk)
            status, _ = workload.read_answer(connection)
        if status != 200:
            raise SystemExit(f"{self.name}: the upload was answered with {status}")

    def stream_down(self, size):
        """Gets an object of so many bytes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=600) as connection:
            connection.sendall(workload.download(size))
            read, buffer = 0, bytearray(1 << 20)
            while read < size:
                part = connection.recv_into(buffer)
                if part == 0:
                    raise SystemExit(f"{self.name}: the download ended after {read} bytes")
                read += part

    def stop(self):
        self.process.kill()
        self.process.wait()


def environment():
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("LOCALTRAIL_", "AWS_"))}
    # moto talks to nobody, but its parts ask for credentials.
    return kept | {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Contest:
    """The servers to compare, how each is started, and what was measured."""

    def __init__(self, options):
        self.options = options
        self.scratch = Path(tempfile.mkdtemp(prefix="compare-"))
        listen = ["--listen", "127.0.0.1:PORT"]
        localtrail = CACHE / "release" / "localtrail"
        self.commands = {
            "localtrail": [localtrail, "serve", *listen],
            "localtrail --data-dir": [localtrail, "serve", *listen, "--data-dir", "data"],
            "moto_server": [CACHE / "venv" / "bin" / "moto_server", "-H", "127.0.0.1", "-p", "PORT"],
            "bare hyper": [CACHE / "release" / "bare", "127.0.0.1:PORT"],
        }
        # What only forwards, in front of the bare hyper server.
        self.forwarders = {
            "localtrail": [localtrail, "serve", *listen, "--upstream", "http://127.0.0.1:UPSTREAM", "--upstream", "s3=http://127.0.0.1:UPSTREAM"],
            "bare hyper": [CACHE / "release" / "forward", "127.0.0.1:PORT", "127.0.0.1:UPSTREAM"],
        }
        if options.earlier:
            self.commands[EARLIER] = [options.earlier.resolve(), "serve", *listen]
        if options.servers:
            wanted = {*options.servers, EARLIER}
            self.commands = {name: command for name, command in self.commands.items() if name in wanted}
        self.results = {}
        self.calls, self.total = (5_000, 100_000) if options.quick else (100_000, 1_000_000)

    def start(self, name):
        """A fresh server that has answered once; also how long that took."""
        server = Server(name, self.commands[name], tempfile.mkdtemp(dir=self.scratch))
        return server, server.first_answer()

    def note(self, row, name, value):
        self.results.setdefault(row, {}).setdefault(name, []).append(value)

    def measure_starts(self):
        for _ in range(2 if self.options.quick else 10):
            for name in self.commands:
                server, seconds = self.start(name)
                self.note("start", name, seconds * 1000)
                server.stop()

    def measure_memory(self):
        for name in self.commands:
            server, _ = self.start(name)
            self.note("memory idle", name, server.memory())
            prepare(server)
            scripts = [workload.call("GetTrailStatus", {"Name": "bench"})] * 8
            server.load("count", self.calls // 8, scripts)
            self.note("memory after", name, server.memory())
            server.stop()

    def measure_requests(self):
        seconds = 1 if self.options.quick else 5
        for _ in range(1 if self.options.quick else 5):
            for name in self.commands:
                for connections in (1, 8):
                    server, _ = self.start(name)
                    prepare(server)
                    status = [workload.call("GetTrailStatus", {"Name": "bench"})] * connections
                    server.load("seconds", 0.3, status)
                    result = server.load("seconds", seconds, status)
                    self.note(f"status {connections}", name, result["perSecond"])
                    describe = [workload.call("DescribeTrails", {})] * connections
                    server.load("seconds", 0.3, describe)
                    result = server.load("seconds", seconds, describe)
                    self.note(f"describe {connections}", name, result["perSecond"])
                    cycle = [workload.create_and_delete(index) for index in range(connections)]
                    server.load("seconds", 0.3, cycle)
                    result = server.load("seconds", seconds, cycle)
                    self.note(f"cycle {connections}", name, result["perSecond"])
                    server.stop()

    def measure_history(self):
        """What moto does not offer: taking in events, and finding among a million of them."""
        step = 50_000 if self.options.quick else 200_000
        for name in ("localtrail", "localtrail --data-dir"):
            server, _ = self.start(name)
            for first in range(0, self.total, step):
                body = workload.events(first, step)
                began = time.perf_counter()
                server.must(workload.injection(body))
                self.note("injection", name, step / (time.perf_counter() - began))
            self.note("memory full", name, server.memory())
            for title, lookups in workload.lookups(self.total).items():
                server.load("count", 100, [lookups])
                result = server.load("count", 200 if self.options.quick else 2000, [lookups])
                self.note(f"lookup {title}", name, (result["p50Ms"], result["p99Ms"]))
            server.stop()

    def measure_forwarding(self):
        """What recording costs: the same calls through localtrail and through a hyper server that only forwards."""
        seconds = 1 if self.options.quick else 5
        for _ in range(1 if self.options.quick else 5):
            for name in self.forwarders:
                for connections in (1, 8):
                    upstream, server = self.start_forwarder(name)
                    for title, script in workload.forwarded().items():
                        server.load("seconds", 0.3, [script] * connections)
                        result = server.load("seconds", seconds, [script] * connections)
                        self.note(f"forward {title} {connections}", name, result["perSecond"])
                    server.stop()
                    upstream.stop()

    def measure_streaming(self):
        """Memory while one large object goes up and another comes down."""
        size = (1 if self.options.quick else 10) << 30
        for name in self.forwarders:
            upstream, server = self.start_forwarder(name)
            server.must(workload.upload(b"x"))
            self.note("stream before", name, server.memory())
            began = time.perf_counter()
            server.stream_up(size)
            server.stream_down(size)
            self.note("stream rate", name, 2 * size / (time.perf_counter() - began) / 1e6)
            self.note("stream peak", name, server.peak())
            server.stop()
            upstream.stop()

    def start_forwarder(self, name):
        """The bare server, and a forwarder in front of it; both answer."""
        upstream, _ = self.start("bare hyper")
        command = [str(part).replace("UPSTREAM", str(upstream.port)) for part in self.forwarders[name]]
        server = Server(name, command, tempfile.mkdtemp(dir=self.scratch))
        server.first_answer()
        return upstream, server


def prepare(server):
    """A bucket with policy, and a trail that logs: what GetTrailStatus is asked about."""
    if server.name == "bare hyper":
        return
    for request in workload.preparation():
        server.must(request)


def build():
    """Builds both projects in release mode and installs moto; what is there already is kept."""
    CACHE.mkdir(parents=True, exist_ok=True)
    cargo = ["cargo", "build", "--release", "--quiet", "--target-dir", str(CACHE)]
    subprocess.run([*cargo, "-p", "localtrail", "--bin", "localtrail"], cwd=ROOT, check=True)
    subprocess.run(cargo, cwd=ROOT / "benches" / "bare", check=True)
    venv, mark = CACHE / "venv", CACHE / "venv" / MOTO.replace("[", "-").replace("]", "")
    if not mark.exists():
        shutil.rmtree(venv, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        subprocess.run([str(venv / "bin" / "pip"), "install", "--quiet", MOTO], check=True)
        mark.touch()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a short run, whose figures mean little")
    parser.add_argument("--only", choices=PARTS, action="append")
    parser.add_argument("--earlier", type=Path, metavar="PATH", help="the binary of an earlier build, measured beside this one")
    parser.add_argument("--servers", nargs="+", metavar="NAME", help="only these, by the names of the table's columns")
    options = parser.parse_args()
    build()
    contest = Contest(options)
    try:
        for part in options.only or PARTS:
            print(f"measuring {part} …", file=sys.stderr)
            getattr(contest, f"measure_{part}")()
    finally:
        shutil.rmtree(contest.scratch, ignore_errors=True)
    print(report.table(contest, machine()))


def machine():
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    return f"{os.cpu_count()} cores, {model}, {platform.system()} {platform.release()}"


if __name__ == "__main__":
    main()
