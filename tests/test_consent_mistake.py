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

    def test_after_a_mistake_consent_is_added_with_its_own_date(self):
        """Nobody said No: a Yes given before the mistake was taken back counts."""
        applicant = self.applicant.with_user(self.sender)
        applicant.sms_consent_grant(note="wrong date", given_date="2026-01-05")
        applicant.sms_consent_withdraw(by_mistake=True)
        applicant.sms_consent_grant(note="on the phone", given_date="2026-01-04")
        self.assertTrue(applicant.sms_tab()["gate"]["allowed"])
        applicant.sms_consent_withdraw(note="wants no texts")
        with self.assertRaisesRegex(UserError, "agreed anew"):
            applicant.sms_consent_grant(note="again", given_date="2026-01-04")
