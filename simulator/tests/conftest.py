"""A running simulator and a customer's web server to test it with."""

import asyncio
import subprocess
import sys
import threading
import time
from base64 import b64encode
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pytest
import requests
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from simulator import DEFAULT_ACCOUNT_SID, DEFAULT_AUTH_TOKEN, DEFAULT_NUMBER

ROOT = Path(__file__).parents[2]
PHONE = "+15551234567"
#: No browser's or proxy's settings, one connection pool.
http = requests.Session()
http.trust_env = False


def wait_for(condition, seconds=5):
    """Return the first true value of ``condition()``; fail after ``seconds``."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.005)


class Simulator:
    """A simulator process and what tests do with it."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "simulator", "--port", "0", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        assert line.startswith("listening on http://127.0.0.1:"), self.process.stderr.read()
        self.url = line.split()[-1]
        self.api = f"{self.url}/2010-04-01/Accounts/{DEFAULT_ACCOUNT_SID}"
        self.auth = (DEFAULT_ACCOUNT_SID, DEFAULT_AUTH_TOKEN)
        self.client = Client(*self.auth)
        self.client.api.base_url = self.url

    def stop(self):
        self.process.terminate()
        self.process.communicate(timeout=10)
        return self.process.returncode

    def control(self, path, data=None, method=None, status=200):
        method = method or ("GET" if data is None else "POST")
        answer = http.request(method, f"{self.url}/control/{path}", json=data)
        assert answer.status_code == status, answer.text
        return answer.json()

    def faults(self, **rules):
        return self.control("faults", rules)

    def settings(self, **values):
        return self.control("settings", values)

    def send(self, to=PHONE, body="Hello", sender=DEFAULT_NUMBER, **values):
        """Create a message with the official client."""
        return self.client.messages.create(to=to, from_=sender, body=body, **values)

    def post(self, path="/Messages.json", **values):
        """Post a form as it is."""
        return http.post(self.api + path, data=values, auth=self.auth)

    def send_many(self, count, concurrency=20, **values):
        """Create messages fast; return (status, body text or exception) of each."""

        async def run():
            numbers = iter(range(count))
            results = []
            token = b64encode(":".join(self.auth).encode()).decode()
            head = {"Authorization": f"Basic {token}"}

            async def work(session):
                for index in numbers:
                    form = {"To": PHONE, "From": DEFAULT_NUMBER, "Body": f"Text {index}", **values}
                    try:
                        async with session.post(self.api + "/Messages.json", data=form) as answer:
                            results.append((answer.status, await answer.text()))
                    except aiohttp.ClientError as error:
                        results.append((None, error))

            connector = aiohttp.TCPConnector(limit=concurrency)
            async with aiohttp.ClientSession(headers=head, connector=connector) as session:
                await asyncio.gather(*(work(session) for _ in range(concurrency)))
            return results

        return asyncio.run(run())

    def receive(self, body="Hello", sender=PHONE, **values):
        """Let a phone send a text."""
        return self.control("inbound", {"from": sender, "body": body, **values})

    def messages(self, **filters):
        answer = http.get(f"{self.url}/control/messages", params=filters)
        return answer.json()["messages"]

    def stats(self):
        return self.control("stats?by_to=1")

    def settle(self, timeout=10):
        """Wait until every message and callback is done."""
        assert self.control(f"wait?timeout={timeout}")["idle"]


class Hook:
    """A customer's web server: notes what it is asked, answers what it is told to."""

    def __init__(self):
        hook = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self):
                length = int(self.headers.get("Content-Length") or 0)
                raw = self.rfile.read(length).decode()
                source = raw if self.command == "POST" else urlsplit(self.path).query
                request = {
                    "method": self.command,
                    "path": urlsplit(self.path).path,
                    "url": hook.url + self.path,
                    "params": dict(parse_qsl(source, keep_blank_values=True)),
                    "headers": dict(self.headers),
                    "at": time.monotonic(),
                }
                with hook.lock:
                    hook.requests.append(request)
                status, kind, body = hook.answer(request)
                if status is None:
                    self.close_connection = True
                    return
                data = body.encode()
                self.send_response(status)
                if kind:
                    self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_POST = do_GET = handle_one

            def log_message(self, *arguments):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 200

            def handle_error(self, *arguments):
                """A client that no longer listens is part of some tests."""

        self.lock = threading.Lock()
        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.reset()
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def reset(self):
        self.requests = []
        self.twiml()

    def twiml(self, inside=""):
        self.says(200, "text/xml", f"<Response>{inside}</Response>")

    def says(self, status, kind="text/plain", body=""):
        self.answer = lambda request: (status, kind, body)

    def at(self, path):
        """The requests to one path, in the order they came."""
        with self.lock:
            return [request for request in self.requests if request["path"] == path]

    def statuses(self, path="/status", sid=None):
        return [
            request["params"]["MessageStatus"]
            for request in self.at(path)
            if sid in (None, request["params"]["MessageSid"])
        ]

    def is_signed(self, request):
        params = request["params"] if request["method"] == "POST" else {}
        signature = request["headers"].get("X-Twilio-Signature")
        return RequestValidator(DEFAULT_AUTH_TOKEN).validate(request["url"], params, signature)


@pytest.fixture(scope="session")
def _simulator():
    simulator = Simulator()
    yield simulator
    assert simulator.stop() == 0


@pytest.fixture(scope="session")
def _hook():
    hook = Hook()
    yield hook
    hook.server.shutdown()
    hook.server.server_close()


@pytest.fixture
def hook(_hook):
    """The customer's web server, with nothing noted."""
    _hook.reset()
    return _hook


@pytest.fixture
def sim(_simulator, hook):
    """A simulator as freshly started, quick, its number's webhook at ``hook``."""
    _simulator.control("reset", {})
    _simulator.settings(sent_ms=4, delivered_ms=8)
    _simulator.control(
        "numbers",
        {
            "number": DEFAULT_NUMBER,
            "sms_url": f"{hook.url}/in",
            "sms_method": "POST",
            "sms_fallback_url": "",
            "friendly_name": DEFAULT_NUMBER,
        },
    )
    yield _simulator
    # What is still under way must not reach the next test.
    with suppress(requests.RequestException):
        _simulator.control("reset", {})
