"""`kill -9` while texts are on their way: none is lost, none goes twice, none is stuck.

The sending process, PostgreSQL's process behind it and Twilio's end are killed at random moments. Afterwards the crons
do what they always do, and the texts are counted at the simulator, whose memory survives its own death.
"""

import http.client
import logging
import random
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from urllib.error import HTTPError

import psycopg2

from odoo.tests import tagged

from .live import LiveServer, LiveSimulator, RpcError
from .live_cluster import LiveCluster
from .live_settling import SOAK, SettlingCase

_logger = logging.getLogger(__name__)


@tagged("post_install", "-at_install")
class TestCrash(SettlingCase):
    texts = 500 if SOAK else 120
    trials = 10 if SOAK else 1  # of each of the four
    latency_ms = 150
    interruptions = (RpcError, OSError, http.client.HTTPException, ValueError, psycopg2.Error)
    # What a process logs that loses its database or Twilio is not what this is about.
    expected_log = (r"",)

    @classmethod
    def setUpClass(cls):
        folder = mkdtemp(prefix="texting-simulator-")
        cls.addClassCleanup(shutil.rmtree, folder)
        cls.state = Path(folder, "state")
        cls.cluster = LiveCluster().start()
        cls.addClassCleanup(cls.cluster.stop)
        super().setUpClass()
        cls.random = random.Random(20)
        cls.applicants = cls.people("212")

    @classmethod
    def make_simulator(cls):
        options = ("--state", cls.state, "--latency-ms", str(cls.latency_ms))
        return LiveSimulator(cls.numbers, options)

    @classmethod
    def make_server(cls):
        return LiveServer(
            options=cls.options,
            simulator=cls.simulator,
            expected_log=cls.expected_log,
            db_host=cls.cluster.host,
        )

    @property
    def words(self):
        return f"Trial {self.trial} of {self._testMethodName}"

    def setUp(self):
        super().setUp()
        self.trial = 0

    # -- what is killed ----------------------------------------------------

    def kill_odoo(self):
        self.server.kill()
        self.server.start()
        type(self).admin = self.server.login("admin")

    def kill_simulator(self):
        self.simulator.kill()
        time.sleep(self.random.uniform(0, 1))
        self.simulator.start()

    def kill_database(self):
        return self.cluster.kill_backend(self.server.db)

    def end_connection(self):
        return self.cluster.end_backend(self.server.db)

    # -- trials ------------------------------------------------------------

    def crash(self, kill, send):
        """Send, kill at a random moment while texts go, and settle what is left.

        :param kill: kills something and brings it up again
        :param send: queues the texts, and sends them unless somebody else does
        """
        self.eventually(self.is_well)
        self.simulator.control("/control/reset", "POST", now=True)
        # Texts go for as long as this from the moment on that they are queued.
        under_way = self.texts / 50 * self.latency_ms / 1000 + 0.5
        with ThreadPoolExecutor(1) as pool:
            sending = pool.submit(self._interrupted, send)
            self.eventually(lambda: sum(self._states().values()) == self.texts)
            time.sleep(self.random.uniform(0, under_way))
            before = self.simulator.control("/control/stats")["created"]
            what = kill()
            sending.result()
        self.eventually(self.is_well)
        left = self._states()
        self.settle()
        _logger.info(
            "%s: %d of %d had arrived, %s; left: %s", self.words, before, self.texts, what, left
        )
        self.assertAsAtTwilio()
        self.assertFalse(self.states().keys() - {"delivered"})

    def is_well(self):
        """Whether the server and its database answer."""
        with suppress(*self.interruptions):
            self.server.psql("SELECT 1")
            return self.admin.call("res.company", "search_count", [])
        return False

    def run_cron(self, name):
        """Odoo may hold more connections that died: each is noticed when it is used."""

        def runs():
            try:
                super(TestCrash, self).run_cron(name)
            except RpcError as error:
                if "connection" not in str(error):
                    raise
                return False
            except HTTPError as error:  # it was needed before the request was read
                if error.code != 500:
                    raise
                return False
            return True

        return self.eventually(runs)

    def _interrupted(self, send):
        with suppress(*self.interruptions):
            send()

    def _states(self):
        with suppress(psycopg2.OperationalError, psycopg2.InterfaceError):  # it comes up again
            return self.states()
        return {}

    def wait_for_senders(self):
        """Until nobody sends any more: what a dead sender held stays ``sending``."""
        before, since = None, time.monotonic()
        while time.monotonic() - since < 1:
            if (states := self.states()) != before:
                before, since = states, time.monotonic()
            if "sending" not in states:
                return
            time.sleep(0.05)

    def let_time_pass(self, minutes):
        self._pass(minutes, wait_for_senders=False)

    def by_hand(self):
        """The request's process sends, from a thread of its own."""
        self.admin.call("hr.applicant", "sms_send", self.applicants, self.words)

    def to_many(self):
        """A cron sends, with as many texts as it can claim."""
        self.queue_to_many(self.applicants)
        self.run_cron("process_queue_bulk_1")

    def run_trials(self, kill):
        for number in range(self.trials):
            self.trial = number
            self.crash(kill, (self.by_hand, self.to_many)[number % 2])

    def test_odoo_dies(self):
        self.run_trials(self.kill_odoo)

    def test_the_database_dies(self):
        self.run_trials(self.kill_database)

    def test_a_connection_is_ended(self):
        self.run_trials(self.end_connection)

    def test_twilio_dies(self):
        self.run_trials(self.kill_simulator)
