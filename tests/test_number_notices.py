from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..gateway import Result
from .test_webhooks import WebhookCase


@tagged("post_install", "-at_install")
class TestNumberNotices(WebhookCase):
    """What the SMS tab says about a number itself."""

    def notices(self):
        tab = self.applicant.with_user(self.sender).sms_tab()
        return {notice["code"]: notice["text"] for notice in tab["notices"]}

    def fail_with(self, code):
        self.applicant.with_user(self.sender).sms_send("Hello")
        self.env.flush_all()
        with self.fake_gateway() as fake:
            fake.answer = lambda text: Result(text.uuid, "failed", code=code)
            self.env["hr.sms.message"]._process_queue("direct")
        self.env.invalidate_all()

    def test_nobody_at_the_number(self):
        self.append("granted", "job_form")
        for code in (30005, 21211, 21614):
            with self.subTest(code=code):
                self.fail_with(code)
                self.assertIn("found nobody", self.notices()["nobody_there"])
        self.fail_with(30007)
        self.assertNotIn("nobody_there", self.notices())

    def test_a_text_from_it_proves_somebody_is_there(self):
        self.append("granted", "job_form")
        self.fail_with(30005)
        self.text("I am here")
        self.assertFalse(self.notices())

    def test_silent_for_a_year(self):
        year_ago = fields.Datetime.now() - timedelta(days=367)
        self.append("granted", "job_form", given_date=year_ago)
        self.assertIn("Nothing was heard from this number since", self.notices()["silent"])
        self.text("Hi, any news?")
        self.assertFalse(self.notices())

    def test_who_agreed_anew_is_not_silent(self):
        year_ago = fields.Datetime.now() - timedelta(days=367)
        self.append("granted", "job_form", given_date=year_ago)
        self.applicant.with_user(self.sender).sms_consent_grant(note="on the phone")
        self.assertFalse(self.notices())

    def test_eleven_months_are_not_silence(self):
        self.append("granted", "job_form", given_date=fields.Datetime.now() - timedelta(days=330))
        self.assertFalse(self.notices())

    def test_texts_without_consent_are_answered_by_start(self):
        self.text("Is the job still open?")
        self.assertIn("text START to +1 202-555-0100", self.notices()["ask_for_start"])
        self.append("declined", "job_form")
        self.assertIn("ask_for_start", self.notices())
        self.text("START")
        self.assertNotIn("ask_for_start", self.notices())
        self.assertTrue(self.applicant.with_user(self.sender).sms_send("Yes, it is"))

    def test_who_opted_out_by_text_is_not_asked(self):
        self.text("STOP")
        self.assertNotIn("ask_for_start", self.notices())

    def test_a_number_that_never_texted(self):
        self.assertFalse(self.notices())

    def test_the_date_of_a_no_is_written_as_the_user_reads_it(self):
        # Late in the evening in New York, the next day in UTC.
        self.sender.tz = "America/New_York"
        with freeze_time("2026-03-10 02:30:00"):
            self.append("withdrawn", "manual")
        with self.assertRaisesRegex(UserError, "On 03/09/2026 the candidate wanted no texts"):
            self.applicant.with_user(self.sender).sms_consent_grant(given_date="2026-03-01")

    def test_who_was_taken_off_by_hand_after_their_text_is_not_asked(self):
        self.append("granted", "job_form")
        self.text("Could you please stop texting me")
        self.applicant.with_user(self.sender).sms_review_decide("opt_out")
        self.assertNotIn("ask_for_start", self.notices())
        with freeze_time(fields.Datetime.now() + timedelta(seconds=5)):
            self.text("Sorry, is the job still open?")
        self.assertIn("ask_for_start", self.notices())

    def test_a_text_that_was_held_back_hides_no_failure(self):
        self.append("granted", "job_form")
        self.fail_with(30005)
        self.applicant.with_user(self.sender).sms_send(
            "Later", scheduled_date=fields.Datetime.now() + timedelta(days=1)
        )
        self.assertIn("nobody_there", self.notices())
