"""Real server processes for what the test cursor cannot show: races, commit hooks, crons, the bus, several workers.

    simulator = LiveSimulator().start()
    server = LiveServer(simulator=simulator).start()
    admin = server.login("admin")
    admin.call("hr.applicant", "search_count", [])

Every server works on a disposable copy of the template database that `bin/test` names, in a process
group of its own, and ends with the test process at the latest. Use them as context managers or call
`stop()` (`addClassCleanup(server.stop)`).
"""

import atexit
import configparser
import http.cookiejar
import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request
from base64 import b64encode
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg2

HOST = "127.0.0.1"
ACCOUNT_SID = "AC51a0000000000000000000000000f00d"
AUTH_TOKEN = "51a0000000000000000000000000f00d"
NUMBER = "+15005550006"
INBOUND = "/recruitment_texting/twilio/inbound"

_numbers = itertools.count(1)
_any_log_line = re.compile(r"^\d{4}-\d\d-\d\d \S+ \d+ [A-Z]+ ")
_repeated = re.compile(r"could not serialize access|deadlock detected|could not obtain lock")
_log_line = re.compile(r"^\d{4}-\d\d-\d\d \S+ \d+ (WARNING|ERROR|CRITICAL) ")


class LiveError(AssertionError):
    """A live process did not do what the test needs."""


class RpcError(Exception):
    """What Odoo answered instead of a result; `name` is the Python class of its exception."""

    def __init__(self, error):
        data = error.get("data") or {}
        self.name = data.get("name", "")
        self.debug = data.get("debug", "")
        super().__init__(data.get("message") or error.get("message"))


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _setting(name):
    """What bin/test says about its set-up; without it (Odoo's own test runner) live tests cannot run."""
    value = os.environ.get(name)
    if not value:
        raise unittest.SkipTest(
            "live tests need bin/test, which prepares a template database for them"
        )
    return value


class _Process:
    """A child in a process group of its own: stopping it also ends what it started."""

    def __init__(self, name):
        self.name = f"live_{os.getpid()}_{next(_numbers)}"
        self.log = Path(_setting("TEXTING_ROOT"), ".dev", "log", f"{self.name}_{name}.log")
        self.process = None

    def _spawn(self, command, cwd, env=None):
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                cwd=cwd,
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _kill(self, graceful=True):
        if self.process is None:
            return
        if graceful and self.process.poll() is None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(4)  # then it only frees its memory
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def _wait(self, ready, seconds, what):
        end = time.monotonic() + seconds
        while True:
            answer = ready()
            if answer:
                return answer
            if self.process.poll() is not None or time.monotonic() > end:
                tail = "\n".join(self.log_lines()[-30:])
                raise LiveError(f"{what} did not start:\n{tail}")
            time.sleep(0.1)

    def log_lines(self, containing=""):
        """The log so far, or only its lines that contain something."""
        if not self.log.exists():
            return []
        return [
            line for line in self.log.read_text(errors="replace").splitlines() if containing in line
        ]

    def __enter__(self):
        return self.start() if self.process is None else self

    def __exit__(self, *_exception):
        self.stop()


class LiveSimulator(_Process):
    """The simulator in a process of its own, with the account that `bin/serve` uses too."""

    def __init__(self, numbers=(NUMBER,), options=()):
        super().__init__("simulator")
        self.numbers = tuple(numbers)
        self.options = tuple(options)
        self.account_sid, self.auth_token = ACCOUNT_SID, AUTH_TOKEN
        self.url = None

    def start(self):
        """Start it; after `kill` at the same address as before."""
        port = self.url.rpartition(":")[2] if self.url else "0"
        command = [sys.executable, "-m", "simulator", "--host", HOST, "--port", port]
        command += ["--account-sid", self.account_sid, "--auth-token", self.auth_token]
        command += [part for number in self.numbers for part in ("--number", number)]
        atexit.register(self._kill, graceful=False)
        listening, before = "listening on http://", len(self.log_lines("listening on http://"))
        self._spawn([*command, *self.options], _setting("TEXTING_ROOT"), {"PYTHONUNBUFFERED": "1"})

        def address():
            return next(
                (line.split("listening on ")[1] for line in self.log_lines(listening)[before:]),
                None,
            )

        self.url = self._wait(address, 20, "The simulator")
        return self

    def kill(self):
        """End it as a crash does; with the option `--state` it knows afterwards what it accepted."""
        self._kill(graceful=False)

    def stop(self):
        self._kill()
        atexit.unregister(self._kill)
        self.log.unlink(missing_ok=True)

    def control(self, path, method="GET", **values):
        """Call a control address, e.g. `control("/control/faults", "POST", ...)`; see simulator/README.md."""
        query = f"?{urllib.parse.urlencode(values)}" if values and method == "GET" else ""
        body = json.dumps(values).encode() if values and method != "GET" else None
        return _json(f"{self.url}{path}{query}", body, {"Content-Type": "application/json"}, method)

    def api(self, path, method="GET", **values):
        """Call the simulated Twilio API below the account, e.g. `api("/Messages.json", "POST", To=..., Body=...)`."""
        base = f"{self.url}/2010-04-01/Accounts/{self.account_sid}"
        secret = b64encode(f"{self.account_sid}:{self.auth_token}".encode()).decode()
        data = urllib.parse.urlencode(values)
        address, body = (
            (f"{base}{path}?{data}", None) if method == "GET" else (f"{base}{path}", data.encode())
        )
        return _json(address, body, {"Authorization": f"Basic {secret}"}, method)

    def set_inbound_address(self, url):
        """Where texts to our numbers are delivered, as set on Twilio's page of the number."""
        for entry in self.api("/IncomingPhoneNumbers.json")["incoming_phone_numbers"]:
            self.api(
                f"/IncomingPhoneNumbers/{entry['sid']}.json", "POST", SmsUrl=url, SmsMethod="POST"
            )


class LiveServer(_Process):
    """Odoo on a copy of the template database.

    :param workers: 0 for threads, else that many worker processes
    :param options: more options of the Odoo server, such as `--max-cron-threads=0`
    :param simulator: a started `LiveSimulator` to connect the main company to
    :param db_host: folder of another database cluster's socket, such as `LiveCluster().host`
    :param expected_log: regular expressions of WARNING and ERROR lines that the test provokes; others fail `stop()`
    :param beside: another `LiveServer`, to work on its database too
    """

    def __init__(
        self, workers=0, options=(), simulator=None, expected_log=(), db_host=None, beside=None
    ):
        super().__init__("odoo")
        self.db = beside.db if beside else self.name
        self._is_guest = beside is not None
        self.port = free_port()
        self.url = f"http://{HOST}:{self.port}"
        self.workers = workers
        self.options = tuple(options)
        self.simulator = simulator
        self.expected_log = [re.compile(pattern) for pattern in expected_log]
        self._config = _setting("TEXTING_CONFIG")
        parser = configparser.RawConfigParser()
        parser.read(self._config)
        self._settings = parser["options"]
        if db_host:
            self._settings["db_host"] = db_host
            self.options += (f"--db_host={db_host}",)

    # -- life --------------------------------------------------------------

    def create_database(self):
        """Copy the template with its filestore. `start` does it; call it before to prepare data by SQL."""
        template = _setting("TEXTING_TEMPLATE_DB")
        atexit.register(self._destroy)
        with self._connection("postgres") as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{self.db}" WITH (FORCE)')
                cursor.execute(
                    f'CREATE DATABASE "{self.db}" TEMPLATE "{template}" STRATEGY FILE_COPY'
                )
        if self._filestore(template).is_dir():
            # files of a filestore are never changed in place
            shutil.copytree(
                self._filestore(template), self._filestore(self.db), copy_function=os.link
            )
        self._set_parameter("web.base.url", self.url)
        self._set_parameter("web.base.url.freeze", "True")
        if self.simulator:
            self._silence_odoobot()
            self._connect_simulator()
        return self

    def start(self):
        if not self._exists():
            self.create_database()
        command = [
            sys.executable,
            Path(self._config).with_name("odoo-bin"),
            "server",
            "-c",
            self._config,
            "-d",
            self.db,
        ]
        command += [f"--http-port={self.port}", f"--workers={self.workers}"]
        if self.workers:
            # Without a limit the master takes every worker for hung at once.
            command += [
                f"--gevent-port={free_port()}",
                "--limit-time-real=600",
                "--limit-time-cpu=600",
            ]
        self._spawn([*command, *self.options], Path(self._config).parent)
        self._wait(self._healthy, 120, "Odoo")
        return self

    def kill(self):
        """End it as a crash does: no clean-up, the database stays. `start` brings it up again."""
        self._kill(graceful=False)

    def restart(self):
        self._kill()
        return self.start()

    def stop(self):
        """End it, drop the database, and fail if it logged a warning or error the test does not expect."""
        self._kill()
        problems = self._problems()
        self._destroy()
        atexit.unregister(self._destroy)
        if problems:
            kept = self.log.rename(self.log.with_name(f"failed-{self.log.name}"))
            raise LiveError(
                f"the live server logged (all of it in .dev/log/{kept.name}):\n"
                + "\n".join(problems[:20])
            )
        self.log.unlink(missing_ok=True)

    def _problems(self):
        """The WARNING and ERROR lines that nobody expects.

        Two requests that change the same row at once are no error: Odoo's database layer logs the query of the one that
        lost, and the request is then repeated.
        """
        lines = self.log_lines()
        problems = []
        for number, line in enumerate(lines):
            if not _log_line.match(line) or any(known.search(line) for known in self.expected_log):
                continue
            following = list(
                itertools.takewhile(
                    lambda text: not _any_log_line.match(text), lines[number + 1 : number + 200]
                )
            )
            if " odoo.sql_db: bad query" in line and any(map(_repeated.search, following)):
                continue
            problems.append(line)
            problems += following[-1:]  # what was raised, at the end of its traceback
        return problems

    def __exit__(self, exception, *_details):
        try:
            self.stop()
        except LiveError:
            if exception is None:  # otherwise the first failure is the one to show
                raise

    def _destroy(self):
        self._kill(graceful=False)
        if self._is_guest:
            return
        with self._connection("postgres") as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{self.db}" WITH (FORCE)')
        shutil.rmtree(self._filestore(self.db), ignore_errors=True)

    def _healthy(self):
        try:
            return urllib.request.urlopen(f"{self.url}/web/health", timeout=5).status == 200
        except OSError:
            return False

    def _filestore(self, database):
        return Path(self._settings["data_dir"], "filestore", database)

    # -- database ----------------------------------------------------------

    @contextmanager
    def _connection(self, database):
        connection = psycopg2.connect(
            host=self._settings["db_host"], user=self._settings["db_user"], dbname=database
        )
        try:
            yield connection
        finally:
            connection.close()

    def _exists(self):
        with self._connection("postgres") as connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.db])
            return bool(cursor.fetchone())

    @contextmanager
    def cursor(self):
        """A plain psycopg2 cursor in a transaction of its own, committed at the end."""
        with self._connection(self.db) as connection, connection, connection.cursor() as cursor:
            yield cursor

    def psql(self, sql, parameters=None):
        """Run SQL, commit, and give the rows, if any."""
        with self.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []

    def _set_parameter(self, key, value):
        self.psql(
            "INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            [key, value],
        )

    def _silence_odoobot(self):
        """Its greeting opens over the page on a phone, whenever it gets there."""
        self.psql("UPDATE res_users SET odoobot_state = 'disabled'")

    def _connect_simulator(self):
        """What an administrator fills in under Settings, written before the server starts."""
        simulator = self.simulator
        self._set_parameter("hr_recruitment_texting.twilio_api_url", simulator.url)
        [(company,)] = self.psql(
            "SELECT res_id FROM ir_model_data WHERE module = 'base' AND name = 'main_company'"
        )
        self.psql(
            "UPDATE res_company SET sms_provider = 'twilio', sms_twilio_account_sid = %s,"
            " sms_twilio_auth_token = %s WHERE id = %s",
            [simulator.account_sid, simulator.auth_token, company],
        )
        # Automatic texts go at any hour a test runs at, and as many as it likes; what is sent is
        # what was written.
        self.psql(
            "UPDATE res_company SET sms_quiet_hours = FALSE, sms_daily_cap = 0,"
            " sms_opt_out_line = FALSE WHERE id = %s",
            [company],
        )
        # Many tests send more than the free segments.
        self.psql(
            "UPDATE hr_sms_allowance SET extra_left = 100000, period_total = 100000"
            " WHERE company_id = %s",
            [company],
        )
        for sequence, number in enumerate(simulator.numbers, 1):
            self.psql(
                "INSERT INTO sms_twilio_number (company_id, sequence, number, country_id)"
                " SELECT %s, %s, %s, id FROM res_country WHERE code = 'US'",
                [company, sequence, number],
            )
        simulator.set_inbound_address(self.url + INBOUND)

    # -- requests ------------------------------------------------------------

    def login(self, login, password=None):
        """A session as the web client has it (demo users have their login as password)."""
        return LiveSession(self, login, password or login)


class LiveSession:
    """Calls methods as the web client does, with the user's rights; `get` and `post` for other routes."""

    def __init__(self, server, login=None, password=None):
        self.server = server
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)
        self.uid = None
        if login:
            values = {"db": server.db, "login": login, "password": password}
            self.uid = self.json("/web/session/authenticate", values)["uid"]

    def json(self, path, parameters, timeout=60):
        """Call a `type="jsonrpc"` route."""
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": parameters}).encode()
        request = urllib.request.Request(
            self.server.url + path, body, {"Content-Type": "application/json"}
        )
        with self._opener.open(request, timeout=timeout) as answer:
            result = json.load(answer)
        if "error" in result:
            raise RpcError(result["error"])
        return result.get("result")

    def call(self, model, method, *args, **kwargs):
        """Call a public method: the first argument is the ids, or the first real one of a model method."""
        return self.json(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    def get(self, path, timeout=60):
        """(status, text) of a page."""
        return self._http(urllib.request.Request(self.server.url + path), timeout)

    def post(self, path, values, headers=None, timeout=60):
        """(status, text) of a form post."""
        data = values if isinstance(values, bytes) else urllib.parse.urlencode(values).encode()
        return self._http(
            urllib.request.Request(self.server.url + path, data, headers or {}), timeout
        )

    def _http(self, request, timeout):
        try:
            with self._opener.open(request, timeout=timeout) as answer:
                return answer.status, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")


def _json(url, body, headers, method):
    """One JSON answer; an HTTP error's body is part of the exception."""
    request = urllib.request.Request(url, body, headers, method=method)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
            request, timeout=60
        ) as answer:
            text = answer.read()
    except urllib.error.HTTPError as error:
        raise LiveError(
            f"{method} {url}: {error.code} {error.read().decode(errors='replace')}"
        ) from error
    return json.loads(text) if text else None
