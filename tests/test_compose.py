"""What helps to write a text: templates, the introduction, what is left to spend."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import TextingCase
from .test_people import PeopleMixin


@tagged("post_install", "-at_install")
class TestCompose(PeopleMixin, TextingCase):
    def templates(self, **kwargs):
        found = self.rpc("hr.applicant", "sms_templates", self.applicant.ids, **kwargs)
        return {template["name"]: template for template in found}

    def make_template(self, body, **values):
        return self.env["sms.template"].create(
            {
                "name": "Ours",
                "model_id": self.env["ir.model"]._get_id("hr.applicant"),
                "body": body,
                **values,
            }
        )

    def test_filled_in(self):
        self.make_template("Hi {{ object.partner_name }}, from {{ user.name }}")
        ours = self.templates()["Ours"]
        self.assertEqual(
            (ours["body"], ours["error"]),
            (f"Hi {self.applicant.partner_name}, from {self.sender.name}", ""),
        )

    def test_ours_introduce_the_sender(self):
        body = self.templates()["First contact"]["body"]
        self.assertIn(self.sender.name, body)
        self.assertIn("Acme Hiring", body)
        self.assertIn(self.applicant.partner_name, body)

    def test_those_of_other_documents_are_none(self):
        self.make_template("x", model_id=self.env["ir.model"]._get_id("res.partner"))
        self.assertNotIn("Ours", self.templates())

    def test_language_of_the_candidate(self):
        self.env["res.lang"]._activate_lang("de_DE")
        template = self.make_template("Hello")
        template.with_context(lang="de_DE").body = "Guten Tag"
        self.assertEqual(self.templates()["Ours"]["body"], "Hello")
        self.save(self.applicant, partner_phone="+49 1512 3456789")
        self.assertEqual(self.templates()["Ours"]["body"], "Guten Tag")
        template.lang = "en_US"
        self.assertEqual(self.templates()["Ours"]["body"], "Hello")

    def test_one_that_cannot_be_filled_in_says_so(self):
        self.make_template("{{ object.no_such_field }}")
        with self.assertLogs("odoo.addons.mail.models.mail_render_mixin"):
            templates = self.templates()
        self.assertIn("cannot be filled in", templates["Ours"]["error"])
        self.assertTrue(templates["First contact"]["body"])

    def test_rights(self):
        for user in (self.nobody, self.viewer, self.interviewer):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.templates(user=user)

    def test_managers_write_those_for_applicants(self):
        model = self.env["ir.model"]._get_id("hr.applicant")
        values = {"name": "New", "model_id": model, "body": "Hello"}
        self.rpc("sms.template", "create", values, user=self.manager)
        with self.assertRaises(AccessError):
            self.rpc("sms.template", "create", values, user=self.sender)
        other = {**values, "model_id": self.env["ir.model"]._get_id("res.partner")}
        with self.assertRaises(AccessError):
            self.rpc("sms.template", "create", other, user=self.manager)

    def test_introduction_until_the_first_text(self):
        self.grant()
        self.assertEqual(self.tab()["introduction"], [self.sender.name, "Acme Hiring"])
        self.send()
        self.assertFalse(self.tab()["introduction"])

    def test_no_introduction_where_nothing_can_be_sent(self):
        self.assertFalse(self.tab()["introduction"])

    def test_allowance_left(self):
        self.assertEqual(self.tab()["allowance_left"], 10_050)
        self.assertIs(self.tab(user=self.viewer)["allowance_left"], False)
        self.env["hr.sms.allowance"]._of(self.company)._lift()
        self.assertIs(self.tab()["allowance_left"], False)
