"""Erasing on a real server: own transactions, a real cron, Twilio's stand-in."""

import threading
import time

from odoo.tests import BaseCase, tagged

from .live import LiveServer, LiveSimulator

PHONE = "+12025550142"


@tagged("post_install", "-at_install")
class TestErasureLive(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.simulator = LiveSimulator().start()
        cls.addClassCleanup(cls.simulator.stop)
        cls.server = LiveServer(simulator=cls.simulator, workers=2).start()
        cls.addClassCleanup(cls.server.stop)

    def erase(self, admin, applicant, **values):
        action = admin.call("hr.applicant", "action_sms_erase", [applicant])
        admin.call("hr.sms.erasure", "write", [action["res_id"]], values)
        admin.call("hr.sms.erasure", "action_erase", [action["res_id"]])

    def eventually(self, done, what):
        end = time.monotonic() + 60
        while not done():
            self.assertLess(time.monotonic(), end, what)
            time.sleep(0.1)

    def test_erased_here_and_at_twilio_while_texts_come_in(self):
        admin = self.server.login("admin")
        [(demo,)] = self.server.psql("SELECT COALESCE(max(id), 0) FROM hr_sms_message")
        values = {"partner_name": "Robin Candidate", "partner_phone": PHONE}
        [applicant] = admin.call("hr.applicant", "create", [values])
        admin.call("hr.applicant", "sms_consent_grant", [applicant])
        admin.call("hr.applicant", "sms_send", [applicant], "Very private")

        def sent():
            return self.server.psql(
                "SELECT id FROM hr_sms_message WHERE id > %s AND state = 'delivered'", [demo]
            )

        self.eventually(sent, "the text is delivered")
        stop = threading.Event()
        arrived = []

        def chat():
            while not stop.is_set():
                body = f"Reply {len(arrived)}"
                self.simulator.control("/control/inbound", "POST", **{"from": PHONE, "body": body})
                arrived.append(body)

        chatter = threading.Thread(target=chat)
        chatter.start()
        try:
            self.eventually(lambda: len(arrived) > 3, "replies arrive")
            self.erase(admin, applicant, at_twilio="redact")
            count = len(arrived)
            self.eventually(lambda: len(arrived) > count + 3, "replies arrive")
        finally:
            stop.set()
            chatter.join()
        rows = self.server.psql(
            "SELECT body, erased_date IS NOT NULL FROM hr_sms_message WHERE id > %s", [demo]
        )
        self.assertTrue(all((body is None) == erased for body, erased in rows), rows)
        self.assertEqual(len(rows), len(arrived) + 1, "none is lost")
        # The candidate wrote again: the number is back, and the withdrawal with it.
        threads = self.server.psql(
            "SELECT number, number_hmac, consent_state FROM hr_sms_thread WHERE number = %s"
            " OR number LIKE 'erased-%%'",
            [PHONE],
        )
        self.assertEqual(threads, [(PHONE, None, "withdrawn")])
        left = {body for body, _erased in rows if body}
        self.assertNotIn("Very private", left)

        def redacted():
            texts = self.simulator.control("/control/messages", phone=PHONE)["messages"]
            return {text["body"] for text in texts} - {""} == left

        self.eventually(redacted, "Twilio has what came after the erasure, and nothing else")
        self.eventually(
            lambda: self.server.psql("SELECT count(*) FROM hr_sms_twilio_erasure") == [(0,)],
            "nothing is left to erase",
        )
        action = admin.call("hr.sms.ledger.check", "action_check")
        [check] = admin.call("hr.sms.ledger.check", "read", [action["res_id"]], ["broken_count"])
        self.assertEqual(check["broken_count"], 0)
