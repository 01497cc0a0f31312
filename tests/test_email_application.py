"""Applications by e-mail, from the raw e-mail to the answered page: who is asked, and who is not."""

from email.message import EmailMessage
from unittest import TestCase
from uuid import uuid4

from lxml import html

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..rules.email_application import is_from_a_person, language_of
from ..rules.opt_out_line import LINK_PATH
from .common import CANDIDATE, TextingCase, TextingMixin

SENDER = "Robin Writer <robin@writers.example>"


def make_email(sender=SENDER, to="nurse@jobs.example", **headers):
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = "My application"
    message["Message-Id"] = f"<{uuid4().hex}@writers.example>"
    message.set_content("Dear Sir or Madam,\n\nI want to be a nurse.\n")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    return message


@tagged("post_install", "-at_install")
class TestHeaders(TestCase):
    def test_who_is_a_person(self):
        for headers in (
            {},
            {"Auto_Submitted": "no"},
            {"Return_Path": "<robin@writers.example>"},
            {"X_Auto_Response_Suppress": "DR, RN"},
            {"Precedence": "first-class"},
        ):
            with self.subTest(headers):
                self.assertTrue(is_from_a_person(make_email(**headers)))

    def test_who_is_none(self):
        for headers in (
            {"Auto_Submitted": "auto-replied (vacation)"},
            {"Auto_Submitted": "auto-generated; owner=me"},
            {"Precedence": "bulk"},
            {"Precedence": "List"},
            {"List_Id": "<jobs.lists.example>"},
            {"List_Unsubscribe": "<mailto:leave@lists.example>"},
            {"X_Autoreply": "yes"},
            {"X_Auto_Response_Suppress": "All"},
            {"X_Auto_Response_Suppress": "DR, OOF, AutoReply"},
            {"Return_Path": "<>"},
            {"sender": "MAILER-DAEMON@writers.example"},
            {"sender": "Board <no-reply@board.example>"},
            {"sender": "noreply+17@board.example"},
            {"sender": ""},
        ):
            with self.subTest(headers):
                self.assertFalse(is_from_a_person(make_email(**headers)))
        report = make_email()
        report.replace_header("Content-Type", "multipart/report; report-type=delivery-status")
        self.assertFalse(is_from_a_person(report))

    def test_language(self):
        installed = ["en_US", "de_DE", "fr_FR"]
        for headers, language in (
            ({}, None),
            ({"Content_Language": "de-DE"}, "de_DE"),
            ({"Content_Language": "de-AT"}, "de_DE"),
            ({"Accept_Language": "pl, fr;q=0.8, en"}, "fr_FR"),
            ({"Content_Language": "pl-PL"}, None),
            ({"sender": "robin@web.de"}, "de_DE"),
            ({"sender": "robin@gmx.at"}, "de_DE"),
            ({"sender": "robin@mail.es"}, None),
            ({"sender": "robin@web.de", "Content_Language": "en-GB"}, "en_US"),
            ({"Content_Language": "'; DROP"}, None),
        ):
            with self.subTest(headers):
                self.assertEqual(language_of(make_email(**headers), installed), language)


class EmailApplicationMixin(TextingMixin):
    @classmethod
    def set_up_texting(cls):
        result = super().set_up_texting()
        domain = cls.env["mail.alias.domain"].create({"name": "jobs.example"})
        cls.company.write(
            {
                "alias_domain_id": domain.id,
                "email": "hello@acme.example",
                "sms_invitation_email_applicants": True,
            }
        )
        cls.job.write({"alias_name": "nurse", "alias_domain_id": domain.id})
        return result

    def apply(self, **headers):
        """Apply by e-mail.

        :returns: the ``hr.applicant`` record, possibly empty
        """
        newest = self.env["hr.applicant"].search([], order="id desc", limit=1)
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            self.env["mail.thread"].message_process(False, make_email(**headers).as_bytes())
        self.env.flush_all()
        return self.env["hr.applicant"].search([("id", ">", newest.id)])

    def invitations(self, applicant):
        return self.env["hr.sms.invitation"].search([("applicant_id", "in", applicant.ids)])

    def mails(self, invitation):
        return self.env["mail.mail"].search(
            [("model", "=", "hr.sms.invitation"), ("res_id", "in", invitation.ids)]
        )


@tagged("post_install", "-at_install")
class TestEmailApplication(EmailApplicationMixin, TextingCase):
    def asked(self, **headers):
        applicant = self.apply(**headers)
        self.assertEqual(len(applicant), 1)
        return self.invitations(applicant)

    def test_asked(self):
        applicant = self.apply()
        self.assertEqual((applicant.job_id, applicant.company_id), (self.job, self.company))
        self.assertFalse(applicant.sms_number)
        invitation = self.invitations(applicant)
        self.assertEqual(
            (invitation.company_id, invitation.email, invitation.author_name),
            (self.company, "robin@writers.example", "Acme Hiring"),
        )
        self.assertFalse(invitation.thread_id)
        mail = self.mails(invitation)
        self.assertEqual(mail.email_to, "robin@writers.example")
        self.assertEqual(mail.email_from, '"Acme Hiring" <hello@acme.example>')
        self.assertIn(invitation._url(), mail.body_html)
        self.assertIn("auto-generated", mail.headers)
        for message in applicant.message_ids:
            self.assertNotIn(invitation._url(), message.body)
        tab = applicant.with_user(self.sender).sms_tab()
        self.assertIn("by Acme Hiring. No answer yet.", tab["consent"]["invited"])

    def test_off_unless_switched_on(self):
        self.assertFalse(
            self.env["res.company"].create({"name": "New"}).sms_invitation_email_applicants
        )
        self.company.sms_invitation_email_applicants = False
        self.assertFalse(self.asked())

    def test_in_the_senders_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.env["ir.module.module"]._load_module_terms(["hr_recruitment_texting"], ["de_DE"])
        invitation = self.asked(Content_Language="de-DE")
        self.assertEqual(self.mails(invitation).subject, "Darf Acme Hiring Ihnen SMS senden?")

    def test_nobody_answers_a_machine(self):
        for headers in ({"Auto_Submitted": "auto-replied"}, {"List_Id": "<jobs.lists.example>"}):
            self.assertFalse(self.asked(sender=f"{uuid4().hex}@writers.example", **headers))

    def test_a_bounce_is_nothing(self):
        self.assertFalse(self.apply(sender="MAILER-DAEMON@writers.example"))

    def test_nobody_answers_ourselves(self):
        self.sender.partner_id.email = "sender@acme.example"
        for sender in ("sender@acme.example", "hello@acme.example"):
            with self.subTest(sender):
                self.assertFalse(self.asked(sender=sender))

    def test_job_platforms_are_not_asked(self):
        self.env["hr.job.platform"].create({"name": "Board", "email": "jobs@board.example"})
        self.assertFalse(self.asked(sender="jobs@board.example"))

    def test_once_in_a_while(self):
        self.assertTrue(self.asked())
        self.assertFalse(self.asked())
        self.env.cr.execute(
            "UPDATE hr_sms_invitation SET create_date = create_date - interval '8 days'"
        )
        self.env.invalidate_all()
        self.assertTrue(self.asked())

    def test_of_a_known_contact_the_number_is_known(self):
        self.env["res.partner"].create(
            {"name": "Robin Writer", "email": "robin@writers.example", "phone": "+12025550188"}
        )
        applicant = self.apply()
        self.assertEqual(applicant.sms_number, "+12025550188")
        self.assertEqual(self.invitations(applicant).thread_id.number, "+12025550188")

    def test_who_has_answered_is_not_asked(self):
        self.applicant.email_from = "robin@writers.example"
        self.applicant.partner_id.phone = False
        for event in ("granted", "declined", "withdrawn"):
            with self.subTest(event):
                self.append(event, "job_form")
                self.assertFalse(self.asked())

    def test_a_blacklisted_address(self):
        self.env["mail.blacklist"].create({"email": "robin@writers.example"})
        self.assertFalse(self.asked())

    def test_a_colleague_does_not_ask_again_at_once(self):
        applicant = self.apply()
        applicant.partner_phone = CANDIDATE
        [answer] = (applicant | self.applicant).with_user(self.sender).sms_consent_invite()[:1]
        self.assertIn("Asked by e-mail", answer["reason"])

    def test_erased(self):
        applicant = self.apply()
        invitation = self.invitations(applicant)
        wizard = self.env["hr.sms.erasure"].with_user(self.manager)
        action = applicant.with_user(self.manager).action_sms_erase()
        wizard.browse(action["res_id"]).action_erase()
        self.assertFalse(invitation.exists())

    def test_forgotten_when_nobody_answers(self):
        invitation = self.asked()
        self.env["hr.sms.invitation"]._gc_without_number()
        self.assertTrue(invitation.exists())
        invitation.expires_date = "2020-01-01"
        self.env["hr.sms.invitation"]._gc_without_number()
        self.assertFalse(invitation.exists())


@tagged("post_install", "-at_install")
class TestEmailApplicationPage(EmailApplicationMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_texting()

    def setUp(self):
        super().setUp()
        self.writer = self.apply()
        self.invitation = self.invitations(self.writer)
        url = self.invitation._url()
        self.path = url[url.index(LINK_PATH) :]

    def page(self, data=None):
        self.env.flush_all()
        response = self.url_open(self.path, data=data)
        self.env.invalidate_all()
        return response, html.fromstring(response.text)

    def words(self, tree):
        return " ".join(tree.xpath("//*[@id='wrap']")[0].text_content().split())

    def answer(self, answer, number="", tree=None):
        tree = tree if tree is not None else self.page()[1]
        fields_ = dict(tree.xpath("//*[@id='wrap']//form")[0].fields)
        self.assertEqual(fields_["sms_consent_number"], "")
        return self.page({**fields_, "sms_consent": answer, "sms_consent_number": number})

    def test_yes_with_a_number(self):
        response, tree = self.answer("yes", "(202) 555-0188")
        self.assertEqual(response.status_code, 200)
        self.assertIn("You get text messages", self.words(tree))
        self.assertEqual(self.writer.sms_number, "+12025550188")
        self.assertEqual(self.invitation.thread_id.number, "+12025550188")
        event = self.thread_of(self.writer).consent_ids
        self.assertEqual((event.event, event.method), ("granted", "link"))
        self.assertEqual(
            (event.applicant_ref, event.source), (self.writer.id, "robin@writers.example")
        )
        self.assertEqual(event.number, "+12025550188")
        self.assertTrue(event.wording)
        self.writer.with_user(self.sender).sms_send("Hello Robin")
        # The same link withdraws.
        form = tree.xpath("//*[@id='wrap']//form")[0]
        self.page(dict(form.fields))
        self.assertEqual(self.thread_of(self.writer).consent_state, "withdrawn")

    def test_yes_needs_a_number(self):
        for number in ("", "12", "x" * 50):
            response, tree = self.answer("yes", number)
            self.assertEqual(response.status_code, 422)
            self.assertIn("This phone number cannot be used", self.words(tree))
            # what was entered is not lost
            self.assertEqual(tree.xpath("//input[@checked]/@value"), ["yes"])
            self.assertEqual(tree.xpath("//input[@type='tel']/@value"), [number])
        self.assertFalse(self.writer.partner_phone or self.invitation.answer)

    def test_no_needs_none_and_may_be_changed(self):
        _response, tree = self.answer("no")
        self.assertIn("You answered No", self.words(tree))
        self.assertEqual(self.invitation.answer, "no")
        self.assertFalse(self.invitation.thread_id or self.writer.partner_phone)
        self.assertFalse(self.invitations(self.apply()))  # asked no more
        self.answer("yes", "+12025550188")
        self.assertEqual(self.thread_of(self.writer).consent_state, "granted")

    def test_a_colleague_entered_a_number_meanwhile(self):
        _response, tree = self.page()
        self.writer.partner_phone = CANDIDATE
        response, after = self.answer("yes", "+12025550188", tree=tree)
        self.assertEqual(response.status_code, 422)
        self.assertIn("open for a long time", self.words(after))
        self.assertIn("+1 202-555-0142", self.words(after))
        self.assertFalse(after.xpath("//input[@type='tel']"))
        self.assertEqual(self.writer.partner_phone, CANDIDATE)

    def test_a_number_that_said_stop(self):
        self.append("withdrawn", "keyword", self.applicant)
        _response, tree = self.answer("yes", CANDIDATE)
        self.assertIn("text START to the number", self.words(tree))
        self.assertTrue(self.thread_of(self.applicant).consent_locked)

    def test_expired_or_gone(self):
        self.invitation.expires_date = "2020-01-01"
        _response, tree = self.page()
        self.assertIn("ask Acme Hiring for a new one", self.words(tree))
        self.writer.unlink()
        self.assertFalse(self.invitation.exists())
        response, _tree = self.page()
        self.assertEqual(response.status_code, 404)
