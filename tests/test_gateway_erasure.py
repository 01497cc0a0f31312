"""Erasing at Twilio, against its stand-in: over real HTTP, through the official SDK."""

from unittest.mock import patch

import requests

from odoo.tests import BaseCase, tagged

from ..gateway import Gateway, Outgoing, Pipeline
from .live import NUMBER, LiveSimulator, free_port

PHONE = "+12025550142"
STAYS_QUEUED = "+15005590001"


@tagged("post_install", "-at_install")
class TestGatewayErasure(BaseCase):
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

    def send(self, to=PHONE):
        text = Outgoing("1" * 32, to, NUMBER, "Hello", f"{self.simulator.url}/health")
        with Pipeline() as pipeline:
            pipeline.put(self.gateway(), [text])
            [result] = pipeline.take(timeout=10)
        if to == PHONE:
            self.simulator.control("/control/wait", "GET", timeout=10)
        return result.sid

    def texts(self, to=PHONE):
        return self.simulator.control("/control/messages", to=to)["messages"]

    def test_redacted(self):
        sid = self.send()
        for _again in range(2):
            self.assertEqual(self.gateway().erase_many([(sid, "redact")]), ["done"])
        [message] = self.texts()
        self.assertEqual((message["sid"], message["body"]), (sid, ""))

    def test_deleted(self):
        sid = self.send()
        for _again in range(2):
            self.assertEqual(self.gateway().erase_many([(sid, "delete")]), ["done"])
        self.assertEqual([text for text in self.texts() if text["sid"] == sid], [])

    def test_not_while_it_is_on_its_way(self):
        sid = self.send(STAYS_QUEUED)
        for action in ("redact", "delete"):
            self.assertEqual(self.gateway().erase_many([(sid, action)]), ["retry"])

    def test_many_in_their_order(self):
        done, busy = self.send(), self.send(STAYS_QUEUED)
        unknown = "SM" + "0" * 32
        self.assertEqual(
            self.gateway().erase_many([(busy, "delete"), (done, "redact"), (unknown, "redact")]),
            ["retry", "done", "done"],
        )
        self.assertEqual(self.gateway().erase_many([]), [])

    def answer(self, status=200, content=b"{}", error=None):
        """Have Twilio answer like that, and try to redact and to delete."""

        def send(_self, _request, **_values):
            if error:
                raise error
            response = requests.Response()
            response.status_code, response._content = status, content
            return response

        with patch.object(requests.Session, "send", send):
            sid = "SM" + "1" * 32
            return set(self.gateway().erase_many([(sid, "redact"), (sid, "delete")]))

    def test_when_twilio_is_not_there(self):
        for status, content in (
            (429, b'{"code": 20429, "message": "x"}'),
            (500, b"{}"),
            (502, b"<html></html>"),
            (403, b"{}"),
        ):
            with self.subTest(status=status):
                self.assertEqual(self.answer(status, content), {"retry"})
        for error in (requests.exceptions.ReadTimeout(), requests.exceptions.ConnectionError()):
            self.assertEqual(self.answer(error=error), {"retry"})
        sid = "SM" + "1" * 32
        nobody = self.gateway(base_url=f"http://127.0.0.1:{free_port()}")
        self.assertEqual(nobody.erase_many([(sid, "redact")]), ["retry"])

    def test_refused_for_good(self):
        self.assertEqual(self.answer(400, b'{"code": 20001, "message": "x"}'), {"failed"})
        self.assertEqual(self.answer(405), {"failed"})
        nowhere = self.gateway(base_url="nowhere")
        self.assertEqual(nowhere.erase_many([("SM" + "1" * 32, "redact")]), ["failed"])

    def test_with_a_wrong_token(self):
        sid = self.send()
        wrong = self.gateway(auth_token="0" * 32)
        self.assertEqual(wrong.erase_many([(sid, "redact")]), ["retry"], "a token can be mended")
