from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_webhooks import WebhookCase


@tagged("post_install", "-at_install")
class TestWithdrawal(WebhookCase):
    """What waits when consent is withdrawn never goes, and its author hears of it."""

    def wait(self, body="See you on Monday"):
        ids = self.applicant.with_user(self.sender).sms_send(body, scheduled_date="2099-01-01")
        return self.env["hr.sms.message"].browse(ids)

    def told(self):
        return self.env["mail.message"].search(
            [
                ("res_id", "=", self.applicant.id),
                ("model", "=", "hr.applicant"),
                ("subject", "like", "was not sent"),
                ("notified_partner_ids", "in", self.sender.partner_id.ids),
            ]
        )

    def test_stop_cancels_at_once_and_start_revives_nothing(self):
        self.append("granted", "job_form")
        message = self.wait()
        self.text("STOP")
        self.assertEqual((message.state, message.failure_code), ("canceled", "consent_locked"))
        self.assertIn("opted out by text", message.failure_reason)
        self.text("START")
        message.scheduled_date = fields.Datetime.now()
        self.assertFalse(self.drain().sent)
        self.assertEqual(message.state, "canceled")

    def test_the_author_is_told_without_the_words(self):
        self.append("granted", "job_form")
        self.wait()
        self.wait("And bring your papers")
        self.applicant.with_user(self.manager).sms_consent_withdraw(note="on the phone")
        [note] = self.told()
        self.assertIn("2 of your waiting texts to Robin Candidate were not sent", note.body)
        self.assertNotIn("Monday", note.body)

    def test_a_confirmation_still_goes(self):
        self.append("granted", "job_form")
        self.text("STOPP")
        [body] = self.drain().bodies
        self.assertIn("abgemeldet", body)

    def test_an_author_without_the_permission_hears_nothing(self):
        self.append("granted", "job_form")
        self.wait()
        self.sender.group_ids -= self.env.ref("hr_recruitment_texting.group_sms_view")
        self.sender.group_ids -= self.env.ref("hr_recruitment_texting.group_sms_send")
        self.text("STOP")
        self.assertFalse(self.told())

    def test_texts_of_others_stay(self):
        other = self.make_applicant(partner_phone="+12025550143")
        self.append("granted", "job_form", other)
        [kept] = other.with_user(self.sender).sms_send("Hi", scheduled_date="2099-01-01")
        self.append("granted", "job_form")
        self.wait()
        self.text("STOP")
        self.assertEqual(self.env["hr.sms.message"].browse(kept).state, "scheduled")
        with self.assertRaises(UserError):
            self.wait()

    def test_what_the_claim_cancels_is_told_too(self):
        self.append("granted", "job_form", scope="this_job")
        message = self.wait()
        message.scheduled_date = fields.Datetime.now()
        self.applicant.job_id = self.job.copy()
        self.assertFalse(self.drain().sent)
        self.assertEqual(message.failure_code, "consent_scope")
        self.assertIn("another job only", self.told().body)
