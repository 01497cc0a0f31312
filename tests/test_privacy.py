from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import CANDIDATE, TextingCase


@tagged("post_install", "-at_install")
class TestPrivacyLookup(TextingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.env.ref("base.user_admin")
        cls.admin.company_ids += cls.company

    def setUp(self):
        super().setUp()
        self.event = self.append("granted", "manual")
        self.thread = self.thread_of(self.applicant)
        form = {"From": CANDIDATE, "To": "+12025550100", "Body": "Hello"}
        self.message = self.env["hr.sms.message"]._receive(self.company.ids, "SM" + "2" * 32, form)
        self.waiting = self.make_applicant(partner_name="Robin R.", partner_phone="0202 5550142")
        self.waiting._sms_record_form_answer("yes", {"wording_proven": True})
        self.answer = self.env["hr.sms.pending.answer"].search([])
        self.make_applicant(partner_name="Kim", partner_phone="+12025550143", active=False)

    def lookup(self, phone="(202) 555-0142", **values):
        wizard = (
            self.env["privacy.lookup.wizard"]
            .with_user(self.admin)
            .create({"phone": phone, **values})
        )
        wizard.action_lookup()
        return wizard

    def found(self, wizard):
        return {(line.res_model, line.res_id) for line in wizard.line_ids}

    def ours(self, *records):
        return {(record._name, record.id) for record in records}

    def test_found_by_phone(self):
        expected = self.ours(
            self.applicant, self.waiting, self.thread, self.message, self.event, self.answer
        )
        for phone in ("(202) 555-0142", CANDIDATE, "+1 202.555.0142"):
            with self.subTest(phone=phone):
                self.assertEqual(self.found(self.lookup(phone)), expected)

    def test_archived_applications_too(self):
        lines = self.lookup("+12025550143").line_ids
        self.assertEqual(lines.mapped("res_model"), ["hr.applicant"])
        self.assertFalse(lines.is_active)

    def test_former_numbers_and_other_companies(self):
        self.applicant.partner_phone = "+12025550188"
        self.assertIn(("hr.applicant", self.applicant.id), self.found(self.lookup()))
        other = self.env["res.company"].create({"name": "Other Hiring"})
        elsewhere = self.make_applicant(company_id=other.id, job_id=False)
        thread = self.thread_of(elsewhere)
        self.assertLessEqual(self.ours(elsewhere, thread), self.found(self.lookup()))

    def test_with_name_and_address(self):
        partner = self.env["res.partner"].create({"name": "Robin", "email": "robin@example.com"})
        self.applicant.email_from = "robin@example.com"
        found = self.found(self.lookup(name="Robin", email="robin@example.com"))
        self.assertLessEqual(self.ours(partner, self.applicant, self.thread), found)
        by_address = self.found(self.lookup(False, name="Robin", email="robin@example.com"))
        self.assertIn(("res.partner", partner.id), by_address)
        self.assertNotIn(("hr.sms.thread", self.thread.id), by_address)

    def test_what_is_no_number(self):
        with self.assertRaisesRegex(UserError, "no phone number"):
            self.lookup("hello")
        with self.assertRaisesRegex(UserError, "Enter a phone number"):
            self.lookup(False, name="Robin")

    def test_our_rows_lead_to_the_erasure(self):
        lines = self.lookup().line_ids
        for record in (self.thread, self.message, self.event):
            line = lines.filtered(lambda line, record=record: line.res_model == record._name)
            self.assertTrue(line.is_sms_record)
            with self.assertRaisesRegex(UserError, "Use Erase"):
                line.action_unlink()
            action = line.action_erase_sms()
            wizard = self.env["hr.sms.erasure"].browse(action["res_id"])
            self.assertEqual(wizard.thread_ids, self.thread)
        self.admin.group_ids -= self.env.ref("hr_recruitment_texting.group_sms_manager")
        with self.assertRaises(AccessError):
            line.action_erase_sms()

    def test_deleting_all_leaves_the_proof(self):
        wizard = self.lookup()
        wizard.line_ids.action_unlink_all()
        for record in (self.applicant, self.waiting, self.answer):
            self.assertFalse(record.exists())
        for record in (self.thread, self.message, self.event):
            self.assertTrue(record.exists())
        self.assertTrue(wizard.log_id.anonymized_name)
        self.assertNotIn("555", wizard.log_id.anonymized_name)

    def test_an_erased_number_is_found_again(self):
        self.thread._erase("Manager")
        found = self.found(self.lookup())
        self.assertLessEqual(self.ours(self.thread, self.applicant), found)

    def test_from_an_applicant_or_a_contact(self):
        self.applicant.email_from = "robin@example.com"
        context = self.applicant.with_user(self.admin).action_privacy_lookup()["context"]
        self.assertEqual(
            context,
            {
                "default_email": "robin@example.com",
                "default_name": "Robin Candidate",
                "default_phone": CANDIDATE,
            },
        )
        partner = self.env["res.partner"].create({"name": "Robin", "phone": CANDIDATE})
        context = partner.with_user(self.admin).action_privacy_lookup()["context"]
        self.assertEqual(context["default_phone"], CANDIDATE)

    def test_the_form(self):
        with Form(self.env["privacy.lookup.wizard"].with_user(self.admin)) as form:
            form.phone = CANDIDATE
        self.assertEqual(form.record.phone, CANDIDATE)
