"""The gateway against Twilio's stand-in: over real HTTP, through the official SDK."""

import logging
import time
from base64 import b64encode
from unittest.mock import patch
from uuid import uuid4

import requests

from odoo.tests import BaseCase, common, tagged
from odoo.tools import mute_logger

from ..gateway import Gateway, Outgoing
from .live import NUMBER, LiveSimulator, free_port

PHONE = "+12025550142"


@tagged("post_install", "-at_install")
class TestGateway(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.simulator = LiveSimulator().start()
        cls.addClassCleanup(cls.simulator.stop)

    def setUp(self):
        super().setUp()
        self.simulator.control("/control/reset", "POST", now=True)
        self.simulator.control("/control/faults", "DELETE")

    def gateway(self, **values):
        simulator = self.simulator
        return Gateway(
            **{
                "account_sid": simulator.account_sid,
                "auth_token": simulator.auth_token,
                "base_url": simulator.url,
                **values,
            }
        )

    def text(self, **values):
        return Outgoing(
            **{
                "uuid": uuid4().hex,
                "to": PHONE,
                "sender": NUMBER,
                "body": "Hello",
                "status_callback": f"{self.simulator.url}/health",
                **values,
            }
        )

    def send(self, gateway=None, **values):
        text = self.text(**values)
        [result] = (gateway or self.gateway()).send_many([text])
        self.assertEqual(result.uuid, text.uuid)
        return result

    def arrived(self):
        return self.simulator.control("/control/messages", to=PHONE)["messages"]

    def eventually_arrived(self):
        end = time.monotonic() + 10
        while not self.arrived():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)

    def test_accepted(self):
        result = self.send(body="Grüße 👋")
        self.assertEqual(result.outcome, "accepted")
        [message] = self.arrived()
        self.assertEqual((message["sid"], message["body"]), (result.sid, "Grüße 👋"))

    def test_many_at_once_keep_their_order(self):
        self.simulator.control("/control/settings", "POST", latency_ms=200)
        self.addCleanup(self.simulator.control, "/control/settings", "POST", latency_ms=0)
        texts = [self.text(body=f"No {number}") for number in range(20)]
        start = time.monotonic()
        results = self.gateway(concurrency=10).send_many(texts)
        self.assertLess(time.monotonic() - start, 20 * 0.2 / 2)
        self.assertEqual([result.uuid for result in results], [text.uuid for text in texts])
        self.assertEqual({result.outcome for result in results}, {"accepted"})
        self.assertEqual(self.simulator.control("/control/stats")["peak_concurrency"], 10)

    def test_what_is_not_wanted_any_more_is_held_back(self):
        self.simulator.control("/control/settings", "POST", latency_ms=50)
        self.addCleanup(self.simulator.control, "/control/settings", "POST", latency_ms=0)
        texts = [self.text(body=f"No {number}") for number in range(20)]
        unwanted, asked = {text.uuid for text in texts[12:]}, []

        def still_wanted(some):
            asked.append(len(some))
            return {text.uuid for text in some} - unwanted

        results = self.gateway(concurrency=5).send_many(texts, still_wanted)
        self.assertEqual([result.uuid for result in results], [text.uuid for text in texts])
        self.assertEqual(
            [result.outcome for result in results], ["accepted"] * 12 + ["held_back"] * 8
        )
        self.assertEqual((sum(asked), max(asked)), (20, 5))
        self.assertEqual(len(self.arrived()), 12)

    def test_refused_with_its_code(self):
        self.simulator.control("/control/opt-out", "POST", phone=PHONE)
        self.assertEqual(
            [(result.outcome, result.code) for result in [self.send()]], [("failed", 21610)]
        )
        result = self.send(to="+1")
        self.assertEqual((result.outcome, result.code), ("failed", 21211))
        result = self.send(sender="+19995550000")
        self.assertEqual(result.outcome, "failed")
        result = self.send(self.gateway(auth_token="0" * 32))
        self.assertEqual((result.outcome, result.code), ("failed", 20003))
        self.assertTrue(result.detail)

    def test_never_processed(self):
        self.simulator.control("/control/faults", "POST", http_429={"count": 1})
        result = self.send()
        self.assertEqual((result.outcome, result.code), ("retry", 20429))
        self.assertEqual(self.arrived(), [])
        nobody = self.gateway(base_url=f"http://127.0.0.1:{free_port()}")
        self.assertEqual(self.send(nobody).outcome, "retry")

    def test_whether_it_was_processed_is_unknown(self):
        for fault in ("http_500", "http_503", "http_502_html", "drop_before", "drop_after"):
            with self.subTest(fault=fault):
                self.simulator.control("/control/faults", "POST", **{fault: {"count": 1}})
                with self.assertLogs("odoo.addons.hr_recruitment_texting.gateway") as logs:
                    logging.getLogger("odoo.addons.hr_recruitment_texting.gateway").info("-")
                    self.assertEqual(self.send().outcome, "unknown")
                self.assertNotIn("Hello", " ".join(logs.output))
        self.assertEqual(len(self.arrived()), 1, "the one that was dropped afterwards")

    def test_an_answer_that_makes_no_sense_is_one_texts_trouble(self):
        broken, sid = self.text(), "SM" + "1" * 32

        def answer(_self, request, **_values):
            response = requests.Response()
            response.status_code = 201
            response._content = (
                b"[]" if broken.uuid in request.body else b'{"sid": "%s"}' % sid.encode()
            )
            return response

        fine = self.text()
        with (
            patch.object(requests.Session, "send", answer),
            mute_logger("odoo.addons.hr_recruitment_texting.gateway.client"),
        ):
            texts = [
                self.text(uuid=text.uuid, status_callback=f"http://x/{text.uuid}")
                for text in (broken, fine)
            ]
            results = self.gateway().send_many(texts)
        self.assertEqual([result.outcome for result in results], ["unknown", "accepted"])
        nowhere = self.gateway(base_url="nowhere")
        self.assertEqual(self.send(nowhere).outcome, "failed")

    @mute_logger("odoo.addons.hr_recruitment_texting.gateway.client")
    def test_a_slow_answer_is_not_waited_for_forever(self):
        self.simulator.control("/control/settings", "POST", latency_ms=1500)
        self.addCleanup(self.simulator.control, "/control/settings", "POST", latency_ms=0)
        start = time.monotonic()
        # Odoo's tests raise every timeout to ten seconds: here it is what is tested.
        with patch.object(requests.Session, "send", common._super_send):
            self.assertEqual(self.send(self.gateway(timeout=0.3)).outcome, "unknown")
        self.assertLess(time.monotonic() - start, 1.2)
        self.eventually_arrived()

    def test_bodies_and_secrets_stay_out_of_logs(self):
        with self.assertLogs(level="DEBUG") as logs:
            self.send(body="Very private")
            logging.getLogger("odoo").debug("-")
        written = " ".join(logs.output)
        self.assertNotIn("private", written)
        secret = f"{self.simulator.account_sid}:{self.simulator.auth_token}".encode()
        self.assertNotIn(b64encode(secret).decode(), written)
        self.assertNotIn("Authorization", written)
