"""Real calls again: what AWS recorded is sent once more, and the new record is held against the real one.

The records are of public sets (see the LICENSE in each archive). Every call goes through the HTTPS proxy to the host
that AWS has for it, an upstream answers as AWS answered (success or the same error), and the new record is compared.
`python3 -m pytest -s test_real_records.py` prints the shares and what differs.
"""

import collections
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.handlers import generate_idempotent_uuid
from botocore.parsers import ResponseParserError
from real_records import Builder, Unbuildable, records

# What must be equal at least, in percent.
AIMS = {
    "eventSource": 99,
    "eventName": 99,
    "readOnly": 99,
    "requestParameters": 95,
    "awsRegion": 99,
    "errorCode": 99,
    "resources": 95,
    "eventType": 99,
    "apiVersion": 99,
    "managementEvent": 99,
    "eventCategory": 99,
}


class Upstream:
    """Answers every call with what was set before it: an empty success, or an error in the protocol of the service."""

    def __init__(self):
        self.status, self.body, self.headers = 200, b"", {}
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body are two writes, which would otherwise wait for each other.
            disable_nagle_algorithm = True

            def answer(self):
                length = int(self.headers.get("content-length") or 0)
                self.rfile.read(length)
                self.send_response(upstream.status)
                for name, value in upstream.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(upstream.body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(upstream.body)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = answer

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def will_answer(self, protocol, record):
        code, message = record.get("errorCode"), record.get("errorMessage") or ""
        self.status, self.headers = (200, {}) if code is None else (400, {})
        if code in ("AccessDenied", "Client.UnauthorizedOperation"):
            self.status = 403
        self.body = success(protocol, record) if code is None else error(protocol, record["eventSource"], code, message)
        self.headers["content-type"] = "application/json" if "json" in protocol else "text/xml"
        if code and "json" in protocol:
            self.headers["x-amzn-errortype"] = wire_code(record["eventSource"], code)


def success(protocol, record):
    if record["eventSource"].startswith("kms.") and record.get("resources"):
        # The key that was used, which the request does not always tell.
        return json.dumps({"KeyId": record["resources"][0]["ARN"]}).encode()
    if "json" in protocol:
        return b"{}"
    return b"<Response><requestId>00000000-0000-0000-0000-000000000000</requestId></Response>"


def wire_code(source, code):
    if code == "AccessDenied" and not source.startswith(("iam.", "sts.", "s3.", "ec2.", "rds.")):
        return "AccessDeniedException"
    if source.startswith("iam."):
        return code.removesuffix("Exception")
    return code.removeprefix("Client.").removeprefix("Server.")


def error(protocol, source, code, message):
    code = wire_code(source, code)
    if "json" in protocol:
        return json.dumps({"__type": code, "message": message}).encode()
    message = message.replace("&", "&amp;").replace("<", "&lt;")
    inner = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    if protocol == "ec2":
        return f"<Response><Errors>{inner}</Errors><RequestID>r</RequestID></Response>".encode()
    if source.startswith("s3."):
        return f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()
    return f"<ErrorResponse>{inner}<RequestId>r</RequestId></ErrorResponse>".encode()


@pytest.fixture
def upstream():
    one = Upstream()
    yield one
    one.close()


class Sender:
    """Sends calls through the proxy, one client for each service, region and endpoint."""

    def __init__(self, emulator):
        self.emulator, self.clients, self.number = emulator, {}, 0
        proxy = emulator.endpoint
        self.config = Config(
            proxies={"https": proxy, "http": proxy},
            retries={"total_max_attempts": 1},
            parameter_validation=False,
            # As clients were when the records were made.
            request_checksum_calculation="when_required",
            s3={"addressing_style": "virtual"},
            inject_host_prefix=True,
        )

    def client(self, call):
        key = call.service, call.region, call.endpoint, call.account
        if key not in self.clients:
            session = boto3.Session(call.account, "secret", region_name=call.region)
            client = session.client(
                call.service, endpoint_url=call.endpoint, config=self.config, verify=self.emulator.ready["caFile"]
            )
            client.meta.events.register("before-sign", self.number_it)
            # Only what the record has is sent.
            client.meta.events.unregister("before-parameter-build", generate_idempotent_uuid)
            self.clients[key] = client
        return self.clients[key]

    def number_it(self, request, **_):
        """Every call has a user agent of its own, by which its record is found."""
        request.headers["User-Agent"] = f"call/{self.number}"

    def send(self, call):
        """Sends it, and says what the record of it will have as its user agent."""
        self.number += 1
        client = self.client(call)
        method = next(name for name, one in client.meta.method_to_api_mapping.items() if one == call.operation)
        try:
            getattr(client, method)(**call.parameters)
        except (ClientError, BotoCoreError, ResponseParserError, KeyError):
            # What the upstream answers is no answer of this operation; that the call was made is all that counts.
            pass
        return f"call/{self.number}"


def test_real_calls_are_recorded_as_aws_recorded_them(start, upstream):
    emulator = start(upstream=[upstream.url, f"s3={upstream.url}", f"sts={upstream.url}"])
    sender, builder = Sender(emulator), Builder()
    made, unbuilt = [], collections.Counter()
    for archive in ("invictus-aws_dataset", "stratus-red-team"):
        for _file, record in records(archive):
            try:
                call = builder.build(record)
            except Unbuildable as why:
                unbuilt[f"{record['eventSource']} {record['eventName']}: {why}"] += 1
                continue
            upstream.will_answer(builder.model(call.service).metadata["protocol"], record)
            made.append((sender.send(call), record))
    ours = recorded(emulator, len(made))
    equal, differences = collections.Counter(), collections.Counter()
    for agent, record in made:
        name = f"{record['eventSource']} {record['eventName']}"
        if agent not in ours:
            differences[f"{name}: there is no record"] += 1
            continue
        for field in AIMS:
            is_equal = ours[agent].get(field) == record.get(field)
            equal[field] += is_equal
            if not is_equal:
                differences[f"{name} {field}: {short(record.get(field))} became {short(ours[agent].get(field))}"] += 1
    shares = {field: 100 * equal[field] / len(made) for field in AIMS}
    print(f"\n{len(made)} calls made again, {sum(unbuilt.values())} records cannot be calls")
    for field, share in shares.items():
        print(f"{field}: {share:.2f} %")
    for title, counted in (("differs", differences), ("not a call", unbuilt)):
        for text, count in counted.most_common():
            print(f"{title} {count}: {text}")
    assert len(made) > 3000
    assert {field: share for field, share in shares.items() if share < AIMS[field]} == {}


def recorded(emulator, count):
    """The records of all calls, by the user agent; waits for the last, since a call is recorded when its answer has ended."""
    for _attempt in range(50):
        found = {record["userAgent"].strip("[]"): record for record in emulator.events() if "userAgent" in record}
        if len(found) >= count:
            break
        emulator.control("GET", "events?userAgent=none&wait=200ms")
    return found


def short(value):
    text = json.dumps(value)
    return text if len(text) < 900 else text[:900] + "…"
