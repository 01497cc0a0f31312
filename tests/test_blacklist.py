from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import CANDIDATE
from .test_webhooks import WebhookCase


@tagged("post_install", "-at_install")
class TestBlacklist(WebhookCase):
    """Odoo's phone blacklist and our opt-outs."""

    def entry(self):
        return (
            self.env["phone.blacklist"]
            .with_context(active_test=False)
            .search([("number", "=", CANDIDATE)])
        )

    def test_a_keyword_adds_and_an_opt_in_removes(self):
        self.append("granted", "job_form")
        self.assertFalse(self.entry())
        self.text("STOP")
        self.assertTrue(self.entry().active)
        self.assertTrue(self.entry().is_sms_opt_out)
        self.text("STOP")
        self.text("START")
        self.assertFalse(self.entry().active)
        self.text("STOPP")
        self.assertTrue(self.entry().active)
        self.assertTrue(self.entry().is_sms_opt_out)

    def test_the_provider_adds_and_a_colleague_does_not(self):
        self.append("withdrawn", "manual")
        self.assertFalse(self.entry())
        self.append("withdrawn", "provider")
        self.assertTrue(self.entry().active)

    def test_what_others_added_stays_and_blocks(self):
        self.append("granted", "job_form")
        self.env["phone.blacklist"].add(CANDIDATE)
        with self.assertRaisesRegex(UserError, "phone blacklist"):
            self.applicant.with_user(self.sender).sms_send("Hello")
        self.text("STOP")
        self.assertFalse(self.entry().is_sms_opt_out)
        self.text("START")
        self.assertTrue(self.entry().active)
        self.assertEqual(
            self.applicant.with_user(self.sender).sms_tab()["gate"]["code"], "blacklisted"
        )
        self.env["phone.blacklist"].remove(CANDIDATE)
        self.applicant.with_user(self.sender).sms_send("Hello")

    def test_a_listed_number_gets_no_waiting_text_but_its_confirmation(self):
        self.append("granted", "job_form")
        self.applicant.with_user(self.sender).sms_send("Hello")
        self.env["phone.blacklist"].add(CANDIDATE)
        self.text("Abmelden")
        [body] = self.drain().bodies
        self.assertIn("abgemeldet", body)

    def test_blacklisting_what_we_added_makes_it_theirs(self):
        self.append("granted", "job_form")
        self.text("STOP")
        self.env["phone.blacklist"].add(CANDIDATE)
        self.assertFalse(self.entry().is_sms_opt_out)
        self.text("START")
        self.assertTrue(self.entry().active)

    def test_ours_never_blocks_another_company(self):
        other = self.env["res.company"].create(
            {"name": "Sister Hiring", "country_id": self.env.ref("base.us").id}
        )
        self.connect_company(other, "+12025550177")
        self.sender.company_ids += other
        sister = self.make_applicant(company_id=other.id, job_id=False)
        self.append("granted", "job_form", sister)
        self.append("granted", "job_form")
        self.text("STOP")
        self.assertTrue(self.entry().is_sms_opt_out)
        as_sender = sister.with_user(self.sender).with_context(allowed_company_ids=other.ids)
        self.assertTrue(as_sender.sms_tab()["gate"]["allowed"])
        # Both said STOP: one START takes only its own company's opt-out back.
        self.text("STOP", To="+12025550177")
        self.text("START")
        self.assertTrue(self.entry().active)
        self.text("START", To="+12025550177")
        self.assertFalse(self.entry().active)

    def test_the_mark_cannot_be_forged(self):
        entry = self.env["phone.blacklist"].create({"number": CANDIDATE, "is_sms_opt_out": True})
        self.assertFalse(entry.is_sms_opt_out)
        entry.is_sms_opt_out = True
        self.assertFalse(entry.is_sms_opt_out)
