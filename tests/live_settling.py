"""Texts that went wrong with real processes, and hours that pass in a second until all is settled."""

import os
import time
from collections import Counter

from .test_texting_live import LiveTextingCase

SOAK = bool(os.environ.get("TEXTING_SOAK"))
FINAL = {"delivered": "delivered", "undelivered": "failed", "failed": "failed", "sent": "sent"}
UNSETTLED = {"queued", "sending", "unknown"}


class SettlingCase(LiveTextingCase):
    """Sends texts with the same words to many, lets time pass, and compares with Twilio."""

    texts = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.crons = dict(
            cls.server.psql(
                "SELECT name, res_id FROM ir_model_data"
                " WHERE module = 'hr_recruitment_texting' AND model = 'ir.cron'"
            )
        )

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

    def _pass(self, minutes, wait_for_senders=True):
        with self.server.cursor() as cursor:
            cursor.execute("LOCK TABLE hr_sms_message IN ACCESS EXCLUSIVE MODE")
            cursor.execute("SELECT id FROM hr_sms_message WHERE state = 'sending' LIMIT 1")
            if wait_for_senders and cursor.fetchone():
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

    @classmethod
    def people(cls, area):
        """Return ids of new applicants with a Yes, one for each text.

        :param str area: code of their phone numbers
        """
        phones = [f"+1{area}555{number:04d}" for number in range(cls.texts)]
        applicants = cls.admin.call(
            "hr.applicant",
            "create",
            [{"partner_name": f"F {phone}", "partner_phone": phone} for phone in phones],
        )
        cls.admin.call("hr.applicant", "sms_consent_grant", applicants, note="by phone")
        return applicants

    def queue_to_many(self, applicants):
        """Text them as a recruiter does who texts a list: it waits for the lanes of bulk texts."""
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
            self.wait_for_senders()
            self.simulator.control("/control/wait", timeout=20)
            if not self.states().keys() & UNSETTLED:
                break
            self.assertLess(time.monotonic(), end, self.states())
            self.let_time_pass(11)
            self.run_cron("reconcile")
            self.run_cron("process_queue_direct")
            self.run_cron("process_queue_bulk_1")
        # Callbacks that were lost.
        self.let_time_pass(7 * 60)
        self.run_cron("ask_twilio")

    def wait_for_senders(self):
        self.eventually(lambda: "sending" not in self.states(), 120)

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
