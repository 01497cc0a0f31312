from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import TextingCase


@tagged("post_install", "-at_install")
class TestConsentMistake(TextingCase):
    """Consent that a colleague entered by mistake."""

    def test_entered_by_mistake(self):
        """A mis-click is taken back by a new event that says so; nothing is deleted."""
        applicant = self.applicant.with_user(self.sender)
        applicant.sms_consent_grant(note="meant for Kim", given_date="2026-01-05")
        applicant.sms_consent_withdraw(note="meant for Kim", by_mistake=True)
        granted, withdrawn = self.thread_of(self.applicant).consent_ids.sorted("sequence")
        self.assertEqual((granted.event, withdrawn.event), ("granted", "withdrawn"))
        self.assertEqual((withdrawn.source, withdrawn.note), ("mistake", "meant for Kim"))
        self.assertEqual(withdrawn.actor_name, self.sender.name)
        self.assertEqual(applicant.sms_consent_history()[0]["source"], "mistake")
        self.assertEqual(applicant.sms_tab()["gate"]["code"], "consent_withdrawn")
        with self.assertRaises(AccessError):
            self.applicant.with_user(self.viewer).sms_consent_withdraw(by_mistake=True)

    def test_after_a_mistake_consent_is_added_from_that_day_on(self):
        applicant = self.applicant.with_user(self.sender)
        applicant.sms_consent_grant(note="meant for Kim", given_date="2026-01-05")
        applicant.sms_consent_withdraw(by_mistake=True)
        with self.assertRaisesRegex(UserError, "taken back as entered by mistake"):
            applicant.sms_consent_grant(note="on the phone", given_date="2026-01-05")
        applicant.sms_consent_grant(note="agreed on the phone on January 5")
        self.assertTrue(applicant.sms_tab()["gate"]["allowed"])

    def test_the_proof_says_it_in_the_candidates_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.env["ir.module.module"]._load_module_terms(["hr_recruitment_texting"], ["de_DE"])
        applicant = self.applicant.with_user(self.sender)
        applicant.sms_consent_grant(note="meant for Kim", source="phone")
        applicant.sms_consent_withdraw(by_mistake=True)
        thread = self.thread_of(self.applicant)
        for lang, words in (
            ("en_US", "Entered by mistake"),
            ("de_DE", "Versehentlich eingetragen"),
        ):
            [_granted, (_title, facts)] = thread.with_context(lang=lang)._proof_events()
            self.assertIn(words, [value for _label, value in facts])
