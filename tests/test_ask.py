"""Asking Twilio what became of texts, instead of being told, or where a callback was lost."""

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

from odoo import fields
from odoo.tests import Form, tagged

from ..gateway import Lookup, Report
from ..models import hr_sms_message_ask
from ..models.hr_sms_message_ask import ASKED_FOR, FRESH, TOLD_WITHIN
from .common import CANDIDATE, OUR_NUMBER, TextingCase

MINUTE = timedelta(minutes=1)


@tagged("post_install", "-at_install")
class TestAsk(TextingCase):
    def setUp(self):
        super().setUp()
        self.append("granted", "job_form")
        self.asking = True

    @property
    def asking(self):
        return self.company.sms_ask_twilio

    @asking.setter
    def asking(self, value):
        self.company.sms_ask_twilio = value

    def sent(self, age=2 * MINUTE, kind="bulk"):
        """A text that was handed over so long ago."""
        message = self.env["hr.sms.message"]._queue(
            [{"thread": self.thread_of(self.applicant), "body": "Hello", "kind": kind}]
        )
        self.drain(None)
        message.write({"sent_date": fields.Datetime.now() - age})
        return message

    def report(self, message, status="delivered", **values):
        return Report(
            **{
                "sid": message.twilio_sid,
                "to": CANDIDATE,
                "sender": OUR_NUMBER,
                "body": "Hello",
                "direction": "outbound-api",
                "status": status,
                "error_code": None,
                "created": message.sent_date,
                **values,
            }
        )

    @contextmanager
    def twilio(self, *pages):
        """Answer with these pages; single texts are looked up in them."""
        self.listed, self.single = [], []

        def list_pages(_lookup, since, until):
            self.listed.append((since, until))
            yield from pages

        def texts(_lookup, sids):
            self.single += sids
            return [report for page in pages for report in page if report.sid in sids]

        with patch.object(Lookup, "pages", list_pages), patch.object(Lookup, "texts", texts):
            yield

    def ask(self, *pages):
        self.env.flush_all()
        with self.twilio(*pages):
            self.env["hr.sms.message"]._ask_twilio()
        self.env.invalidate_all()

    # ------------------------------------------------------------
    # Who wants to be called
    # ------------------------------------------------------------

    def test_who_wants_callbacks(self):
        thread = self.thread_of(self.applicant)
        for asking, kind, wanted in (
            (True, "bulk", False),
            (True, "auto", False),
            (True, "direct", True),
            (True, "confirmation", True),
            (False, "bulk", True),
            (False, "direct", True),
        ):
            self.asking = asking
            self.env["hr.sms.message"]._queue([{"thread": thread, "body": "Hi", "kind": kind}])
            [text] = self.drain(None).sent
            self.assertEqual(bool(text.status_callback), wanted, (asking, kind))

    def test_the_setting(self):
        self.asking = False
        self.env.user.company_id = self.company
        form = Form(self.env["res.config.settings"])
        form.sms_ask_twilio = True
        form.save().execute()
        self.assertTrue(self.company.sms_ask_twilio)

    # ------------------------------------------------------------
    # Asking
    # ------------------------------------------------------------

    def test_the_list_settles_many_at_once(self):
        arrived, failed, same, other = (self.sent() for _number in range(4))
        foreign = self.report(other, sid=f"SM{uuid4().hex}")
        inbound = self.report(other, direction="inbound", status="received")
        self.ask(
            [self.report(arrived), foreign, inbound],
            [self.report(failed, "undelivered", error_code="30005"), self.report(same, "sent")],
        )
        self.assertEqual(
            [text.state for text in (arrived, failed, same, other)],
            ["delivered", "failed", "sent", "sent"],
        )
        self.assertEqual(failed.failure_code, "30005")
        [(since, until)] = self.listed
        self.assertLess(since, min(text.sent_date for text in (arrived, failed, same, other)))
        self.assertGreater(until, other.sent_date)
        self.assertFalse(self.single)

    def test_asked_again_when_twice_as_old(self):
        message = self.sent(10 * MINUTE)
        self.ask([])
        wait = message.next_attempt_date - fields.Datetime.now()
        self.assertLess(abs(wait - 10 * MINUTE), MINUTE)
        self.ask([])
        self.assertFalse(self.listed)
        message.next_attempt_date = fields.Datetime.now()
        self.ask([self.report(message)])
        self.assertEqual(message.state, "delivered")

    def test_older_ones_are_asked_about_one_by_one(self):
        message = self.sent(FRESH + MINUTE)
        self.ask([self.report(message)])
        self.assertEqual((self.single, self.listed), ([message.twilio_sid], []))
        self.assertEqual(message.state, "delivered")

    def test_many_older_ones_by_the_list(self):
        messages = [self.sent(FRESH + MINUTE) for _number in range(3)]
        with patch.object(hr_sms_message_ask, "ONE_BY_ONE", 2):
            self.ask([self.report(message) for message in messages])
        self.assertFalse(self.single)
        self.assertEqual({message.state for message in messages}, {"delivered"})

    def test_when_it_is_asked(self):
        for asking, kind, age, asked in (
            (True, "bulk", MINUTE / 2, False),
            (True, "bulk", 2 * MINUTE, True),
            (True, "direct", 2 * MINUTE, False),
            (True, "direct", TOLD_WITHIN + MINUTE, True),
            (False, "bulk", TOLD_WITHIN - MINUTE, False),
            (False, "bulk", TOLD_WITHIN + MINUTE, True),
            (False, "direct", TOLD_WITHIN + MINUTE, True),
            (True, "bulk", ASKED_FOR + MINUTE, False),
        ):
            with self.subTest(asking=asking, kind=kind, age=age):
                self.asking = asking
                message = self.sent(age, kind)
                self.ask([])
                self.assertEqual(bool(self.listed or self.single), asked)
                message.state = "delivered"

    def test_what_is_known_is_not_asked_about(self):
        for state in ("delivered", "failed", "unknown", "canceled"):
            self.sent().state = state
        self.ask([])
        self.assertFalse(self.listed or self.single)

    def test_an_opt_out_found_in_the_list(self):
        message = self.sent()
        self.ask([self.report(message, "failed", error_code="21610")])
        self.assertTrue(message.thread_id.consent_locked)

    def test_another_companys_texts(self):
        other = self.env["res.company"].create({"name": "Other Hiring"})
        self.connect_company(other, "+12025550999", "AC" + "8" * 32, "e" * 32)
        message = self.sent()
        # The other account claims to know the text: it has no say.
        message.state = "delivered"
        self.env["hr.sms.message"]._settle_reports(other, [self.report(message, "failed")])
        message.state = "sent"
        self.env.flush_all()
        self.env["hr.sms.message"]._settle_reports(other, [self.report(message, "failed")])
        self.env.invalidate_all()
        self.assertEqual(message.state, "sent")

    def test_one_update_for_a_page(self):
        messages = [self.sent() for _number in range(20)]
        page = [self.report(message) for message in messages]
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.env["hr.sms.message"]._settle_reports(self.company, page)
        self.assertLess(self.env.cr.sql_log_count - before, 6)
