"""Planned texts with real processes: cancel against claim."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from odoo.tests import tagged
from odoo.tools import split_every

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

    def test_canceled_or_sent_never_both(self):
        """Fifty texts come due, five at a time, while three recruiters cancel just these."""
        phones = [f"+120255560{number:02}" for number in range(50)]
        applicants = [self.applicant(phone) for phone in phones]
        messages = [self.planned(applicant) for applicant in applicants]
        cron = self.cron("ir_cron_process_queue_direct")
        sender = self.server.login("admin")
        cancelers = [self.server.login("admin") for _user in range(3)]
        canceled, refused = set(), {}
        start = threading.Barrier(4)

        def cancel(position):
            chance = random.Random(position)
            for batch in split_every(5, messages):
                start.wait(60)
                for message in batch[position::3]:
                    time.sleep(chance.uniform(0, 0.04))  # a claim takes some of it to come
                    try:
                        canceled.update(
                            cancelers[position].call("hr.sms.message", "sms_cancel", [message])
                        )
                    except RpcError as error:
                        refused[message] = str(error)

        def come_due():
            for batch in split_every(5, messages):
                start.wait(60)
                self.server.psql(
                    # Whole seconds, as Odoo writes them: the queue's clock has no others.
                    "UPDATE hr_sms_message"
                    "   SET scheduled_date = date_trunc('second', now() AT TIME ZONE 'UTC')"
                    " WHERE id = ANY(%s) AND state = 'scheduled'",
                    [list(batch)],
                )
                sender.call("ir.cron", "method_direct_trigger", [cron])

        with ThreadPoolExecutor(4) as pool:
            runs = [pool.submit(cancel, position) for position in range(3)]
            runs.append(pool.submit(come_due))
            for run in runs:
                run.result(120)
        self.eventually(
            lambda: set(self.states(messages).values()) <= {"canceled", "sent", "delivered"}
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
