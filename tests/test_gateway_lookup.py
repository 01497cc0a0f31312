"""Twilio's message list against its stand-in: over real HTTP, through the official SDK."""

import time
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ..gateway import Lookup, lookup
from .live import NUMBER, LiveSimulator, free_port

PHONE, OTHER = "+12025550142", "+12025550143"


@tagged("post_install", "-at_install")
class TestLookup(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.simulator = LiveSimulator().start()
        cls.addClassCleanup(cls.simulator.stop)

    def setUp(self):
        super().setUp()
        self.simulator.control("/control/reset", "POST", now=True)

    def lookup(self, **values):
        simulator = self.simulator
        return Lookup(
            **{
                "account_sid": simulator.account_sid,
                "auth_token": simulator.auth_token,
                "base_url": simulator.url,
                **values,
            }
        )

    def deliver(self, body="Hello", to=PHONE):
        return self.simulator.api("/Messages.json", "POST", To=to, From=NUMBER, Body=body)["sid"]

    def now(self):
        return datetime.now(UTC).replace(tzinfo=None)

    def test_texts_to_numbers(self):
        since = self.now() - timedelta(minutes=1)
        first, second = self.deliver("Grüße 👋"), self.deliver("Bye")
        other = self.deliver(to=OTHER)
        self.simulator.control(
            "/control/inbound", "POST", **{"from": PHONE, "to": NUMBER, "body": "Hi"}
        )
        self.simulator.control("/control/wait")
        ours, others, nobodys = self.lookup().texts_to(
            [(PHONE, since), (OTHER, since), ("+12025550144", since)]
        )
        self.assertEqual([report.sid for report in ours], [second, first])
        self.assertEqual([report.sid for report in others], [other])
        self.assertEqual(nobodys, [])
        report = ours[1]
        self.assertEqual((report.body, report.to, report.sender), ("Grüße 👋", PHONE, NUMBER))
        self.assertEqual((report.direction, report.status), ("outbound-api", "delivered"))
        self.assertLess(abs(self.now() - report.created), timedelta(minutes=1))

    def test_only_as_far_back_as_needed(self):
        self.deliver()
        later = self.now() + timedelta(minutes=1)
        self.assertEqual(self.lookup().texts_to([(PHONE, later)]), [[]])

    def test_page_by_page(self):
        sids = [self.deliver(f"No {number}") for number in range(7)]
        with patch.object(lookup, "PAGE_SIZE", 3):
            [reports] = self.lookup().texts_to([(PHONE, self.now() - timedelta(minutes=1))])
        self.assertEqual([report.sid for report in reports], sids[::-1])

    def test_single_texts(self):
        sids = [self.deliver(), self.deliver("Bye")]
        self.simulator.control("/control/wait")
        reports = self.lookup().texts([sids[1], "SM" + "0" * 32, sids[0]])
        self.assertEqual([report.sid for report in reports], sids[::-1])
        self.assertEqual({report.status for report in reports}, {"delivered"})
        self.assertEqual(self.lookup(auth_token="0" * 32).texts(sids), [])
        self.assertEqual(self.lookup().texts([]), [])

    def test_the_whole_list_page_by_page(self):
        sids = [self.deliver(f"No {number}") for number in range(7)]
        since, until = self.now() - timedelta(minutes=1), self.now() + timedelta(minutes=1)
        with patch.object(lookup, "PAGE_SIZE", 3):
            pages = list(self.lookup().pages(since, until))
        self.assertEqual([len(page) for page in pages], [3, 3, 1])
        self.assertEqual([report.sid for page in pages for report in page], sids[::-1])
        self.assertEqual(list(self.lookup().pages(until, until + timedelta(hours=1))), [[]])
        self.assertEqual(list(self.lookup(auth_token="0" * 32).pages(since, until)), [])

    def test_why_a_text_failed(self):
        self.deliver(to="+15005530005")
        self.simulator.control("/control/wait")
        [[report]] = self.lookup().texts_to([("+15005530005", self.now() - timedelta(minutes=1))])
        self.assertEqual((report.status, report.error_code), ("undelivered", "30005"))

    def test_not_to_be_asked(self):
        since = self.now()
        for broken in (
            self.lookup(auth_token="0" * 32),
            self.lookup(base_url=f"http://127.0.0.1:{free_port()}"),
            self.lookup(base_url=f"{self.simulator.url}/nowhere"),
            self.lookup(base_url="nowhere"),
        ):
            self.assertEqual(broken.texts_to([(PHONE, since)]), [None])

    def test_many_at_once(self):
        self.simulator.control("/control/settings", "POST", latency_ms=200)
        self.addCleanup(self.simulator.control, "/control/settings", "POST", latency_ms=0)
        start = time.monotonic()
        answers = self.lookup().texts_to([(PHONE, self.now())] * 20)
        self.assertEqual(answers, [[]] * 20)
        self.assertLess(time.monotonic() - start, 20 * 0.2 / 2)
