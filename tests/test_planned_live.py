"""Planned texts with real processes: cancel against claim."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from odoo.tests import tagged

from .live import RpcError
from .test_texting_live import LiveTextingCase

BODY = "For the race"


@tagged("post_install", "-at_install")
class TestPlannedRaces(LiveTextingCase):
    workers = 2
    # Odoo logs what it refuses.
    expected_log = (r"odoo.http: It (was just sent|is being sent at this very moment)",)

    def planned(self, applicant, body=BODY, date="2099-01-01 00:00:00"):
        [message] = self.admin.call(
            "hr.applicant", "sms_send", [applicant], body, scheduled_date=date
        )
        return message

    def states(self, ids):
        return dict(
            self.server.psql("SELECT id, state FROM hr_sms_message WHERE id = ANY(%s)", [ids])
        )

    def cron(self):
        [(cron,)] = self.server.psql(
            "SELECT res_id FROM ir_model_data WHERE module = 'hr_recruitment_texting'"
            "   AND name = 'ir_cron_process_queue_direct'"
        )
        return cron

    def test_canceled_or_sent_never_both(self):
        """Fifty texts come due while three recruiters cancel them one by one."""
        phones = [f"+120255560{number:02}" for number in range(50)]
        applicants = [self.applicant(phone) for phone in phones]
        messages = [self.planned(applicant) for applicant in applicants]
        # The direct lane sends a batch of 100 at once: with these in between, more claims.
        cron = self.cron()
        sender = self.server.login("admin")
        cancelers = [self.server.login("admin") for _user in range(3)]
        canceled, refused = set(), {}
        go = threading.Event()

        def cancel(position):
            go.wait()
            for message in messages[position::3]:
                try:
                    canceled.update(
                        cancelers[position].call("hr.sms.message", "sms_cancel", [message])
                    )
                except RpcError as error:
                    refused[message] = str(error)

        def come_due():
            go.wait()
            for start in range(0, 50, 5):
                self.server.psql(
                    "UPDATE hr_sms_message SET scheduled_date = now() AT TIME ZONE 'UTC'"
                    " WHERE id = ANY(%s) AND state = 'scheduled'",
                    [messages[start : start + 5]],
                )
                with suppress(RpcError):  # the cron runs already
                    sender.call("ir.cron", "method_direct_trigger", [cron])

        with ThreadPoolExecutor(4) as pool:
            runs = [pool.submit(cancel, position) for position in range(3)]
            runs.append(pool.submit(come_due))
            go.set()
            for run in runs:
                run.result(120)
        self.eventually(
            lambda: set(self.states(messages).values()) <= {"canceled", "sent", "delivered"}, 30
        )
        states = self.states(messages)
        self.assertEqual({one for one, state in states.items() if state == "canceled"}, canceled)
        self.assertEqual(set(messages), canceled | refused.keys())
        for error in refused.values():
            self.assertRegex(error, "was just sent|at this very moment")
        went = {phone for phone in phones if self.at_twilio(phone)}
        self.assertEqual(
            went,
            {
                phone
                for phone, message in zip(phones, messages, strict=True)
                if message not in canceled
            },
        )
        for phone in went:
            self.assertEqual(len(self.at_twilio(phone)), 1)

    def test_a_claim_that_holds_the_text(self):
        """What a sender has locked is not canceled, whatever becomes of it then."""
        phone = "+12025556090"
        message = self.planned(self.applicant(phone))
        with self.server.cursor() as cursor:
            cursor.execute("SELECT FROM hr_sms_message WHERE id = %s FOR UPDATE", [message])
            start = time.monotonic()
            for method, values in (
                ("sms_cancel", {}),
                ("sms_send_now", {}),
                ("sms_reschedule", {"body": "Other words"}),
            ):
                with self.assertRaisesRegex(RpcError, "at this very moment"):
                    self.admin.call("hr.sms.message", method, [message], **values)
            self.assertLess(time.monotonic() - start, 5)
        self.assertEqual(self.states([message]), {message: "scheduled"})
        self.assertEqual(self.admin.call("hr.sms.message", "sms_cancel", [message]), [message])

    def test_send_now_is_on_its_way_at_once_and_once(self):
        phone = "+12025556091"
        message = self.planned(self.applicant(phone))
        sessions = [self.server.login("admin") for _user in range(4)]

        def send_now(session):
            with suppress(RpcError):
                return session.call("hr.sms.message", "sms_send_now", [message])

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(send_now, sessions))
        self.assertIn(True, answers)
        self.eventually(lambda: self.at_twilio(phone))
        self.eventually(lambda: self.states([message])[message] == "delivered")
        time.sleep(0.5)
        self.assertEqual(len(self.at_twilio(phone)), 1)
