"""One running localtrail per test: started on port 0, spoken to over HTTP, stopped at the end. No AWS client here."""

import json
import os
import queue
import signal
import ssl
import subprocess
import threading
import urllib.error
import urllib.request
from datetime import datetime, timezone

START_LIMIT_S = 60
STOP_LIMIT_S = 30


class Emulator:
    """`localtrail serve` with the flags given: `Emulator(data_dir=d, clock="virtual")` is `--data-dir d --clock virtual`; a
    list gives its flag several times."""

    def __init__(self, **flags):
        self.flags = [part for name, value in flags.items() for part in self._flag(name, value)]
        self.start()

    @staticmethod
    def _flag(name, value):
        flag = "--" + name.replace("_", "-")
        if isinstance(value, list):
            return [part for one in value for part in (flag, str(one))]
        return [flag] if value is True else [flag, str(value)]

    def start(self):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("LOCALTRAIL_")}
        self.process = subprocess.Popen(
            [binary(), "serve", "--listen", "127.0.0.1:0", "--json", *self.flags],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        lines = queue.Queue()
        # The thread goes on to drain the pipe, which must never fill.
        threading.Thread(target=lambda out: [lines.put(line) for line in out], args=[self.process.stdout], daemon=True).start()
        try:
            self.ready = json.loads(lines.get(timeout=START_LIMIT_S))
        except queue.Empty:
            self.kill()
            raise AssertionError("the emulator did not say where it listens") from None
        self.endpoint = self.ready["endpoint"]

    def stop(self):
        """As `docker stop` does it: SIGTERM, and the process ends by itself with status 0."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_LIMIT_S)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def restart(self):
        assert self.stop() == 0
        self.start()

    def control(self, method, name, body=None):
        """Calls `/_localtrail/NAME`; the answer's JSON, or an AssertionError with what the emulator said."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.endpoint}/_localtrail/{name}", data, {"Content-Type": "application/json"}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=300, context=self.trust()) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} /_localtrail/{name}: {error.code} {error.read().decode()}") from None
        return json.loads(text) if text.strip() else None

    def trust(self):
        """What verifies the emulator's certificate, where it has one: the authority whose file it printed."""
        return ssl.create_default_context(cafile=self.ready["caFile"]) if self.endpoint.startswith("https:") else None

    def flush(self):
        """Delivers everything now, digests included; returns when it is done."""
        self.control("POST", "flush")

    def advance(self, span):
        """Moves a virtual clock: `1h`, `40d`."""
        self.control("POST", "clock", {"advance": span})

    def events(self):
        """Every record in the journal, data events too; the newest ten thousand, which no test here exceeds."""
        return self.control("GET", "events?limit=10000")["events"]

    def now(self):
        """The emulator's time."""
        text = self.control("GET", "clock")["now"]
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)


def binary():
    try:
        return os.environ["LOCALTRAIL_BIN"]
    except KeyError:
        raise AssertionError("LOCALTRAIL_BIN must name the executable; `cargo test -p client-tests` sets it") from None


def validate(folder):
    """`localtrail validate FOLDER`: the exit status, the INVALID lines, and all it printed."""
    done = subprocess.run([binary(), "validate", str(folder)], capture_output=True, text=True, timeout=300)
    said = done.stdout + done.stderr
    return done.returncode, invalid_lines(said), said


def invalid_lines(text):
    """The lines that name something invalid, as AWS's CLI and `localtrail validate` both print them."""
    return sorted(line.strip() for line in text.splitlines() if "\tINVALID: " in line)
