"""Twilio at its worst: in the end every text is in the state that Twilio says is true."""

import os
import time
from collections import Counter

from odoo.tests import tagged

from .test_live_texting import LiveTextingCase

SOAK = bool(os.environ.get("TEXTING_SOAK"))
FINAL = {"delivered": "delivered", "undelivered": "failed", "failed": "failed", "sent": "sent"}


@tagged("post_install", "-at_install")
class TestFaults(LiveTextingCase):
    texts = 2000 if SOAK else 200
    # A handed-over text without a known answer is worth a line in the log.
    expected_log = (r"while handing it over",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.crons = dict(
            cls.server.psql(
                "SELECT name, res_id FROM ir_model_data"
                " WHERE module = 'hr_recruitment_texting' AND model = 'ir.cron'"
            )
        )

    def setUp(self):
        super().setUp()
        self.simulator.control("/control/reset", "POST", now=True)
        self.simulator.control("/control/settings", "POST", seed=7, sent_ms=20, delivered_ms=60)
        self.addCleanup(self.simulator.control, "/control/faults", "DELETE")

    @property
    def words(self):
        return f"Text of {self._testMethodName}"

    def run_cron(self, name):
        self.admin.call("ir.cron", "method_direct_trigger", [self.crons[f"ir_cron_{name}"]])

    def let_time_pass(self, minutes):
        """As if all that happened had happened earlier, here and at Twilio.

        Nothing may be on its way meanwhile: it would be older here than there.
        """
        while not self._pass(minutes):
            time.sleep(0.1)

    def _pass(self, minutes):
        with self.server.cursor() as cursor:
            cursor.execute("LOCK TABLE hr_sms_message IN ACCESS EXCLUSIVE MODE")
            cursor.execute("SELECT id FROM hr_sms_message WHERE state = 'sending' LIMIT 1")
            if cursor.fetchone():
                return False
            self.simulator.control("/control/age", "POST", seconds=minutes * 60)
            cursor.execute(
                "UPDATE hr_sms_message SET claimed_date = claimed_date - %(by)s::interval,"
                "       sent_date = sent_date - %(by)s::interval,"
                "       next_attempt_date = next_attempt_date - %(by)s::interval",
                {"by": f"{minutes} minutes"},
            )
        return True

    def states(self):
        return dict(
            self.server.psql(
                "SELECT state, count(*) FROM hr_sms_message WHERE direction = 'outbound'"
                " AND body = %s GROUP BY state",
                [self.words],
            )
        )

    def send(self, area, to_many=False):
        """Text as many people, one text each.

        :param str area: code of their phone numbers
        :param bool to_many: as a text to many, otherwise by hand
        """
        phones = [f"+1{area}555{number:04d}" for number in range(self.texts)]
        applicants = self.admin.call(
            "hr.applicant",
            "create",
            [{"partner_name": f"F {phone}", "partner_phone": phone} for phone in phones],
        )
        self.admin.call("hr.applicant", "sms_consent_grant", applicants, note="by phone")
        if not to_many:
            self.admin.call("hr.applicant", "sms_send", applicants, self.words)
            return
        [composer] = self.admin.call(
            "sms.composer",
            "create",
            [
                {
                    "res_model": "hr.applicant",
                    "res_ids": repr(applicants),
                    "composition_mode": "mass",
                    "body": self.words,
                }
            ],
        )
        self.admin.call("sms.composer", "action_send_sms_mass_now", [composer])

    def settle(self):
        """Let the queue, the callbacks and the reconciliation do their work, for some hours."""
        end = time.monotonic() + (900 if SOAK else 240)
        while True:
            self.eventually(lambda: "sending" not in self.states(), 120)
            self.simulator.control("/control/wait", timeout=20)
            if not self.states().keys() & {"queued", "unknown"}:
                break
            self.assertLess(time.monotonic(), end, self.states())
            self.let_time_pass(11)
            self.run_cron("reconcile")
            self.run_cron("process_queue_direct")
            self.run_cron("process_queue_bulk_1")
        # Callbacks that were lost.
        self.let_time_pass(7 * 60)
        self.run_cron("ask_twilio")

    def doubled(self):
        """Say when each text that Twilio got twice was handed over, and by which of our names."""
        texts = self.simulator.control("/control/messages", origin="api")["messages"]
        number = Counter(text["to"] for text in texts)
        return [
            (text["to"], text["created"], text["sid"], text["status_callback"][-32:])
            for text in texts
            if number[text["to"]] > 1
        ]

    def assertAsAtTwilio(self):
        """Every text is at Twilio once, and in the state that Twilio has."""
        theirs = [
            text
            for text in self.simulator.control("/control/messages", origin="api")["messages"]
            if text["body"] == self.words
        ]
        ours = self.server.psql(
            "SELECT message.twilio_sid, thread.number, message.state FROM hr_sms_message message"
            "  JOIN hr_sms_thread thread ON thread.id = message.thread_id"
            " WHERE message.body = %s",
            [self.words],
        )
        self.assertEqual(self.simulator.control("/control/stats")["doubles"], 0, self.doubled())
        self.assertEqual(len(ours), self.texts)
        self.assertEqual(
            sorted(ours),
            sorted((text["sid"], text["to"], FINAL[text["status"]]) for text in theirs),
        )

    def test_ten_percent_of_everything(self):
        self.simulator.control(
            "/control/faults",
            "POST",
            **dict.fromkeys(
                (
                    "http_429",
                    "http_500",
                    "http_502_html",
                    "drop_before",
                    "drop_after",
                    "undelivered",
                    "callback_lost",
                    "callback_doubled",
                    "callback_reordered",
                ),
                0.1,
            ),
        )
        self.send("312")
        self.settle()
        hits = self.simulator.control("/control/stats")["faults"]
        for fault in ("http_429", "http_500", "drop_before", "drop_after", "callback_lost"):
            self.assertGreater(hits[fault], self.texts / 40, hits)
        self.assertAsAtTwilio()

    def test_every_callback_before_the_answer(self):
        self.simulator.control(
            "/control/faults", "POST", callback_early=1, drop_after=0.1, undelivered=0.1
        )
        self.send("313")
        self.eventually(lambda: not self.states().keys() & {"queued", "sending", "unknown"}, 60)
        self.settle()
        self.assertAsAtTwilio()

    def test_asked_instead_of_told(self):
        """Texts to many without any callback: Twilio's list settles them."""
        self.server.psql("UPDATE res_company SET sms_ask_twilio = TRUE")
        self.addCleanup(self.server.psql, "UPDATE res_company SET sms_ask_twilio = FALSE")
        self.simulator.control("/control/faults", "POST", undelivered=0.1, drop_after=0.1)
        self.send("314", to_many=True)
        self.run_cron("process_queue_bulk_1")
        self.simulator.control("/control/wait", timeout=20)
        self.let_time_pass(5)
        self.run_cron("ask_twilio")
        self.assertFalse(self.states().keys() - {"delivered", "failed", "unknown"})
        self.settle()
        self.assertAsAtTwilio()
        callbacks = self.simulator.control("/control/stats")["callbacks"]
        self.assertEqual((callbacks["sent"], callbacks["failed"]), (0, 0))
