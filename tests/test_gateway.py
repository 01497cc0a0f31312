"""The gateway against Twilio's stand-in: over real HTTP, through the official SDK."""

import logging
import time
from base64 import b64encode
from unittest.mock import patch
from uuid import uuid4

import aiohttp

from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..gateway import Gateway, Outgoing, Pipeline, pipeline
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
        [result] = self.send_many([text], gateway)
        self.assertEqual(result.uuid, text.uuid)
        return result

    def send_many(self, texts, gateway=None, still_wanted=None):
        """Return their results in the order of the texts."""
        results = {}
        with Pipeline(still_wanted) as pipeline:
            pipeline.put(gateway or self.gateway(), texts)
            while not pipeline.is_idle:
                results |= {result.uuid: result for result in pipeline.take(timeout=10)}
        return [results[text.uuid] for text in texts]

    def arrived(self):
        return self.simulator.control("/control/messages", to=PHONE)["messages"]

    def eventually_arrived(self):
        end = time.monotonic() + 40
        while not self.arrived():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)

    def test_accepted(self):
        result = self.send(body="Grüße 👋")
        self.assertEqual(result.outcome, "accepted")
        [message] = self.arrived()
        self.assertEqual((message["sid"], message["body"]), (result.sid, "Grüße 👋"))

    def test_many_at_once(self):
        self.simulator.control("/control/settings", "POST", latency_ms=200)
        self.addCleanup(self.simulator.control, "/control/settings", "POST", latency_ms=0)
        texts = [self.text(body=f"No {number}") for number in range(20)]
        start = time.monotonic()
        results = self.send_many(texts, self.gateway(concurrency=10))
        self.assertLess(time.monotonic() - start, 20 * 0.2 / 2)
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

        with patch.object(pipeline, "ASKED", 5):
            results = self.send_many(texts, self.gateway(concurrency=5), still_wanted)
        self.assertEqual(
            [result.outcome for result in results], ["accepted"] * 12 + ["held_back"] * 8
        )
        self.assertEqual(max(asked), 5)
        self.assertEqual(len(self.arrived()), 12)

    def test_an_answer_about_consent_is_not_trusted_for_long(self):
        """Texts that have to queue up are asked about again when it is their turn."""
        self.simulator.control("/control/settings", "POST", latency_ms=100)
        self.addCleanup(self.simulator.control, "/control/settings", "POST", latency_ms=0)
        texts = [self.text(body=f"No {number}") for number in range(9)]
        asked = []

        def still_wanted(some):
            asked.append(len(some))
            return {text.uuid for text in some} if len(asked) == 1 else set()

        results = self.send_many(texts, self.gateway(concurrency=3), still_wanted)
        outcomes = [result.outcome for result in results]
        accepted = outcomes.count("accepted")
        self.assertLessEqual(1, accepted)
        self.assertLessEqual(accepted, 3)
        self.assertEqual(outcomes, ["accepted"] * accepted + ["held_back"] * (9 - accepted))
        self.assertEqual(asked, [9, 9 - accepted])

    def test_nothing_goes_when_consent_cannot_be_looked_up(self):
        def still_wanted(_some):
            raise OSError

        with self.assertLogs("odoo.addons.hr_recruitment_texting.gateway", "ERROR"):
            [result] = self.send_many([self.text()], still_wanted=still_wanted)
        self.assertEqual(result.outcome, "held_back")
        self.assertEqual(self.arrived(), [])

    def test_stopped_in_the_middle(self):
        """What is on its way comes to its end, the rest does not go."""
        self.simulator.control("/control/settings", "POST", latency_ms=100)
        self.addCleanup(self.simulator.control, "/control/settings", "POST", latency_ms=0)
        with Pipeline() as running:
            running.put(self.gateway(concurrency=3), [self.text() for _number in range(9)])
            time.sleep(0.05)
            results = running.stop()
            self.assertTrue(running.is_idle)
        outcomes = sorted(result.outcome for result in results)
        self.assertEqual(outcomes, ["accepted"] * 3 + ["held_back"] * 6)

    def test_an_account_goes_slower_when_twilio_says_so(self):
        self.simulator.control("/control/settings", "POST", latency_ms=30, max_concurrency=4)
        self.addCleanup(
            self.simulator.control, "/control/settings", "POST", latency_ms=0, max_concurrency=99
        )
        gateway = self.gateway(concurrency=40)
        self.send_many([self.text(body=f"No {number}") for number in range(40)], gateway)
        self.assertLess(gateway.limit, 10)
        results = self.send_many([self.text(body=f"No {n}") for n in range(40, 80)], gateway)
        accepted = sum(result.outcome == "accepted" for result in results)
        self.assertGreater(accepted, 30)
        self.simulator.control("/control/settings", "POST", max_concurrency=99)
        before = gateway.limit
        self.send_many([self.text(body=f"No {n}") for n in range(80, 120)], gateway)
        self.assertGreater(gateway.limit, before, "and faster again, slowly")

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
        marker = uuid4().hex

        async def text_of(answer):
            text = await real_text(answer)
            return "[]" if marker in text else text

        real_text = aiohttp.ClientResponse.text
        with (
            patch.object(aiohttp.ClientResponse, "text", text_of),
            mute_logger("odoo.addons.hr_recruitment_texting.gateway.client"),
        ):
            results = self.send_many([self.text(body=marker), self.text()])
        self.assertEqual([result.outcome for result in results], ["unknown", "accepted"])
        nowhere = self.gateway(base_url="nowhere")
        self.assertEqual(self.send(nowhere).outcome, "failed")

    @mute_logger("odoo.addons.hr_recruitment_texting.gateway.client")
    def test_a_slow_answer_is_not_waited_for_forever(self):
        self.simulator.control("/control/settings", "POST", latency_ms=4000)
        self.addCleanup(self.simulator.control, "/control/settings", "POST", latency_ms=0)
        start = time.monotonic()
        self.assertEqual(self.send(self.gateway(timeout=0.3)).outcome, "unknown")
        self.assertLess(time.monotonic() - start, 3)
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
