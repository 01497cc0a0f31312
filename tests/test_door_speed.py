"""The door does the least in the request: few queries, one statement for an ordinary text."""

import time
from contextlib import nullcontext
from unittest.mock import MagicMock, patch
from uuid import uuid4

from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..models import screen_teller
from .common import ACCOUNT_SID, OUR_NUMBER
from .test_webhooks import STATUS, WebhookCase


@tagged("post_install", "-at_install")
class TestDoorSpeed(WebhookCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Message = type(cls.env["hr.sms.message"])

    def long_way(self, body="Hello", **values):
        """Tell whether a text goes the long way."""
        with patch.object(
            self.Message, "_receive", autospec=True, side_effect=self.Message._receive
        ) as receive:
            self.text(body, **values)
        return receive.called

    def test_an_ordinary_text_goes_the_short_way(self):
        thread = self.thread
        self.assertFalse(self.long_way("Grüße 👋 bis Montag"))
        message = self.messages()
        self.assertEqual(message.thread_id, thread)
        self.assertEqual(message.applicant_id, self.applicant)
        self.assertEqual(message.sender_number, OUR_NUMBER)
        self.assertEqual((message.kind, message.purpose), ("direct", "job"))
        self.assertEqual((message.is_unread, message.segment_count), (True, 1))
        self.assertTrue(message.create_date and message.write_date)
        twin = message.copy_data()[0]
        self.text("Is there a bus stop?", From="+12025550777")  # a new number
        other = self.messages()[-1].copy_data()[0]
        self.assertEqual(
            {name for name in twin if not twin[name]},
            {name for name in other if not other[name]} - {"applicant_id"},
            "both ways fill the same fields",
        )

    def test_what_goes_the_long_way(self):
        self.assertTrue(self.long_way("Hello"), "a new number")
        for body, values in (
            ("STOP", {}),
            ("hilfe", {}),
            ("please stop texting me", {}),
            ("Hello", {"OptOutType": "HELP"}),
        ):
            with self.subTest(body=body, **values):
                self.assertTrue(self.long_way(body, **values))
        sid = f"SM{uuid4().hex}"
        self.assertFalse(self.long_way("Hi", MessageSid=sid))
        self.assertTrue(self.long_way("Hi", MessageSid=sid), "seen before")
        other = self.env["res.company"].create({"name": "Sister Hiring"})
        self.connect_company(other)
        self.assertTrue(self.long_way("Hi"), "two companies share the number")

    def test_an_opt_out_in_plain_words_pauses_before_the_next_text_leaves(self):
        self.append("granted", "job_form")
        [message] = self.applicant.with_user(self.sender).sms_send("Hello")
        self.text("please stop texting me")
        self.assertFalse(self.drain().sent)
        self.assertEqual(self.env["hr.sms.message"].browse(message).wait_code, "consent_review")

    def test_queries(self):
        thread = self.thread
        self.append("granted", "job_form")
        message = self.env["hr.sms.message"].browse(
            self.applicant.with_user(self.sender).sms_send("Hello")
        )
        self.drain()
        form = {
            "MessageSid": message.twilio_sid,
            "AccountSid": ACCOUNT_SID,
            "MessageStatus": "delivered",
        }
        self.text("warms the caches up")
        for post, limit in (
            (lambda: self.text("Hello"), 16),
            (lambda: self.post(f"{STATUS}/{message.uuid}", form), 16),
        ):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            post()
            self.assertLess(self.env.cr.sql_log_count - before, limit)
        self.env.invalidate_all()
        self.assertEqual(message.state, "delivered")
        self.assertEqual(thread.unread_count, 2)

    @mute_logger("odoo.addons.hr_recruitment_texting.controllers.twilio")
    def test_a_changed_account_counts_at_once(self):
        self.text("Hello")
        self.company.sms_twilio_auth_token = "e" * 32
        self.assertEqual(
            self.post("/recruitment_texting/twilio/inbound", self.form()).status_code, 403
        )
        answer = self.post("/recruitment_texting/twilio/inbound", self.form(), token="e" * 32)
        self.assertEqual(answer.status_code, 200)
        number = self.company.sms_twilio_number_ids
        self.assertTrue(self.env["res.company"]._sms_accounts()[ACCOUNT_SID][0].numbers)
        number.number = "+1 (202) 555-0188"
        [account] = self.env["res.company"]._sms_accounts()[ACCOUNT_SID]
        self.assertEqual(account.numbers, {"+12025550188"})
        number.unlink()
        [account] = self.env["res.company"]._sms_accounts()[ACCOUNT_SID]
        self.assertFalse(account.numbers)

    def test_a_transaction_tells_of_a_thread_once(self):
        with patch.object(screen_teller, "tell") as tell:
            for _again in range(3):
                self.thread._notify_changed()
            self.env["hr.sms.thread"]._notify_changed()
            self.env.cr.postcommit.run()
        tell.assert_called_once()
        self.assertEqual(tell.call_args.args, (self.env.cr.dbname, {self.thread.id}))


@tagged("post_install", "-at_install")
class TestScreenTeller(BaseCase):
    def run_teller(self, *tells, fails=False):
        """Tell of changes and wait for the thread; what it told in each go."""
        told = []

        class Thread:
            def browse(self, ids):
                told.append(set(ids))
                return self

            def _tell_screens(self):
                if fails:
                    raise RuntimeError

        with (
            patch.multiple(screen_teller, GATHER_FIRST=0.05, GATHER_NEXT=0.05),
            patch.object(screen_teller, "Registry"),
            patch.object(
                screen_teller,
                "short_transaction",
                lambda _registry: nullcontext(
                    {"hr.sms.thread": Thread(), "hr.sms.message": MagicMock()}
                ),
            ),
        ):
            for ids in tells:
                screen_teller.tell("nowhere", ids)
            end = time.monotonic() + 40
            while "nowhere" in screen_teller._running:
                self.assertLess(time.monotonic(), end)
                time.sleep(0.01)
        self.assertNotIn("nowhere", screen_teller._changed)
        return told

    def test_many_changes_are_told_at_once(self):
        self.assertEqual(self.run_teller([1], [2, 3], [1]), [{1, 2, 3}])

    @mute_logger("odoo.addons.hr_recruitment_texting.models.screen_teller")
    def test_an_error_ends_nothing(self):
        self.assertEqual(self.run_teller([1], fails=True), [{1}])
        self.assertEqual(self.run_teller([2]), [{2}])

    def test_without_a_thread_nothing_is_left_over(self):
        with patch.object(screen_teller.threading.Thread, "start", side_effect=RuntimeError):
            screen_teller.tell("nowhere", [1])
        self.assertNotIn("nowhere", screen_teller._running)
        self.assertNotIn("nowhere", screen_teller._changed)
