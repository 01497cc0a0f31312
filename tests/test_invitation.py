"""Candidates without consent are asked by e-mail: who is, what they get, what the page does."""

from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ..rules.opt_out_line import LINK_PATH
from .common import CANDIDATE, TextingCase, TextingMixin


class InvitationMixin(TextingMixin):
    @classmethod
    def set_up_texting(cls):
        result = super().set_up_texting()
        cls.applicant.email_from = "Robin <Robin@Example.com>"
        return result

    def invite(self, applicant=None, user=None):
        applicant = (applicant or self.applicant).with_user(user or self.sender)
        return applicant.sms_consent_invite()

    def invitations(self, applicant=None):
        return self.env["hr.sms.invitation"].search(
            [("applicant_id", "in", (applicant or self.applicant).ids)]
        )

    def mails(self, applicant=None):
        return self.env["mail.mail"].search(
            [
                ("model", "=", "hr.sms.invitation"),
                ("res_id", "in", self.invitations(applicant).ids),
            ]
        )

    def age(self, days):
        """Make all invitations so many days older."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE hr_sms_invitation SET create_date = create_date - %(days)s,"
            " expires_date = expires_date - %(days)s",
            {"days": timedelta(days=days)},
        )
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestInvitation(InvitationMixin, TextingCase):
    def refused(self, words, applicant=None):
        with self.assertRaisesRegex(UserError, words):
            self.invite(applicant)

    def test_the_mail(self):
        [answer] = self.invite()
        self.assertEqual(
            answer,
            {"applicant_id": self.applicant.id, "email": "robin@example.com", "reason": ""},
        )
        [mail] = self.mails()
        self.assertEqual(mail.email_to, "robin@example.com")
        self.assertEqual(mail.subject, "May Acme Hiring text you?")
        self.assertEqual(mail.email_from, self.sender.email_formatted)
        self.assertIn(self.invitations()._url(), mail.body_html)
        self.assertIn("Robin Candidate", mail.body_html)
        self.assertNotIn(CANDIDATE[2:], mail.body_html)
        self.assertEqual(mail.state, "outgoing")
        # The link works for 30 days.
        left = self.invitations().expires_date - fields.Datetime.now()
        self.assertEqual(round(left / timedelta(days=1)), 30)
        self.assertEqual(self.thread_of(self.applicant).consent_state, "none")

    def test_it_comes_from_the_company(self):
        self.company.email = "jobs@example.com"
        recruiter = self.applicant.user_id = self.manager
        self.invite()
        [mail] = self.mails()
        self.assertEqual(mail.email_from, '"Acme Hiring" <jobs@example.com>')
        self.assertEqual(mail.reply_to, recruiter.email_formatted)

    def test_the_link_is_nobody_elses(self):
        self.invite()
        invitation, mail = self.invitations(), self.mails()
        for user in (self.sender, self.manager, self.viewer):
            with self.assertRaises(AccessError):
                invitation.with_user(user).read(["email"])
            with self.assertRaises(AccessError):
                mail.mail_message_id.with_user(user).read(["body"])
        url = invitation._url()
        for message in self.applicant.message_ids:
            self.assertNotIn(url, message.body)

    def test_rights(self):
        for user in (self.nobody, self.viewer, self.interviewer):
            with self.assertRaises(AccessError):
                self.invite(user=user)
            with self.assertRaises(AccessError):
                self.applicant.with_user(user).action_sms_invite()
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.make_applicant(company_id=other.id, job_id=False, email_from="a@example.com")
        with self.assertRaises(AccessError):
            self.invite(foreign)
        self.assertFalse(
            self.env["hr.sms.invitation"].search([("thread_id.company_id", "=", other.id)])
        )

    def test_who_cannot_be_asked(self):
        self.applicant.email_from = False
        self.refused("no e-mail address")
        self.applicant.email_from = "robin@example.com"
        self.applicant.partner_phone = False
        self.refused("no phone number")
        self.applicant.partner_phone = "12"
        self.refused("cannot be used")
        self.applicant.partner_phone = "+33612345678"
        self.refused("France")
        self.applicant.partner_phone = CANDIDATE
        self.env["mail.blacklist"].create({"email": "robin@example.com"})
        self.refused("blacklist")
        self.assertFalse(self.mails())

    def test_who_need_not_or_must_not_be_asked(self):
        self.append("granted", "manual")
        self.refused("agreed to texts already")
        self.append("review", "reply")
        self.refused("Decide about that first")
        self.append("withdrawn", "keyword")
        self.refused("Only START")

    def test_a_no_is_asked_about_one_by_one(self):
        self.append("declined", "job_form")
        other = self.make_applicant(partner_phone="+12025550143", email_from="b@example.com")
        said_no, asked = self.invite(self.applicant | other)
        self.assertIn("one by one", said_no["reason"])
        self.assertFalse(asked["reason"])
        self.assertFalse(self.invite()[0]["reason"])

    def test_not_again_for_a_week(self):
        self.invite()
        self.refused("Asked by e-mail on")
        self.age(6)
        self.refused("ask again from")
        self.age(1)
        self.invite()
        self.company.sms_invitation_pause = 30
        self.refused("Asked by e-mail on")
        # Another address is another mailbox.
        self.applicant.email_from = "robin@example.org"
        self.invite()
        self.assertEqual(len(self.invitations()), 3)

    def test_two_applications_of_one_person_get_one_mail(self):
        other = self.make_applicant(email_from="robin@example.com")
        first, second = self.invite(self.applicant | other)
        self.assertFalse(first["reason"])
        self.assertIn("another application", second["reason"])

    def test_of_another_job_or_person(self):
        self.append("granted", "job_form", scope="this_job")
        cook = self.env["hr.job"].create({"name": "Cook", "company_id": self.company.id})
        other = self.make_applicant(job_id=cook.id, email_from="robin@example.com")
        self.invite(other)
        somebody = self.make_applicant(partner_name="Kim Else", email_from="kim@example.com")
        self.invite(somebody)
        self.refused("agreed to texts already")

    def test_the_mail_is_in_the_candidates_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.env["ir.module.module"]._load_module_terms(["hr_recruitment_texting"], ["de_DE"])
        self.applicant.partner_id = self.env["res.partner"].create(
            {"name": "Robin", "email": "robin@example.com", "phone": CANDIDATE, "lang": "de_DE"}
        )
        self.invite()
        [mail] = self.mails()
        self.assertEqual(mail.subject, "Darf Acme Hiring Ihnen SMS senden?")
        self.assertIn("Lesen und antworten", mail.body_html)

    def test_the_tab(self):
        consent = self.applicant.with_user(self.sender).sms_tab()["consent"]
        self.assertEqual((consent["can_invite"], consent["invited"]), (True, ""))
        self.assertFalse(self.applicant.with_user(self.viewer).sms_tab()["consent"]["can_invite"])
        self.invite()
        consent = self.applicant.with_user(self.sender).sms_tab()["consent"]
        self.assertFalse(consent["can_invite"])
        self.assertIn("ask again from", consent["invite_refusal"])
        self.assertIn("No answer yet", consent["invited"])
        self.assertIn(self.sender.name, consent["invited"])
        self.age(40)
        consent = self.applicant.with_user(self.sender).sms_tab()["consent"]
        self.assertTrue(consent["can_invite"])
        self.assertIn("expired", consent["invited"])

    def test_many_by_the_list(self):
        applicants = self.env["hr.applicant"].create(
            [
                {
                    "partner_name": f"Robin {number}",
                    "partner_phone": f"+1202555{number:04}",
                    "email_from": f"robin{number}@example.com" if number % 4 else False,
                    "company_id": self.company.id,
                }
                for number in range(1000, 1040)
            ]
        )
        action = applicants.with_user(self.sender).action_sms_invite()
        wizard = self.env["hr.sms.invite"].with_user(self.sender).browse(action["res_id"])
        self.assertEqual(wizard.count, 30)
        self.assertEqual(wizard.line_ids.mapped("count"), [10])
        self.assertIn("no e-mail address", wizard.line_ids.reason)
        self.assertIn("30", wizard.action_send()["params"]["message"])
        self.assertEqual(len(self.mails(applicants)), 30)

    def test_asking_about_many_is_a_handful_of_queries(self):
        applicants = (
            self.env["hr.applicant"]
            .create(
                [
                    {
                        "partner_name": f"Robin {number}",
                        "partner_phone": f"+1202555{number:04}",
                        "email_from": f"robin{number}@example.com",
                        "job_id": self.job.id,
                        "company_id": self.company.id,
                    }
                    for number in range(2000, 2200)
                ]
            )
            .with_user(self.sender)
        )
        self.env.flush_all()
        self.env.invalidate_all()
        numbers = {applicant: applicant.sms_number for applicant in applicants}
        with self.assertQueryCount(25):
            reasons = applicants._sms_invite_reasons(numbers)
        self.assertEqual(set(reasons.values()), {""})

    def test_erased(self):
        self.invite()
        invitation = self.invitations()
        self.thread_of(self.applicant)._erase("Mel Manager")
        self.assertFalse(invitation.email or invitation.author_name or invitation.applicant_id)


@tagged("post_install", "-at_install")
class TestInvitationPage(InvitationMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_texting()

    def setUp(self):
        super().setUp()
        self.invite()
        self.invitation = self.invitations()
        self.thread = self.invitation.thread_id
        url = self.invitation._url()
        self.path = url[url.index(LINK_PATH) :]

    def page(self, path=None, **kwargs):
        self.env.flush_all()
        response = self.url_open(path or self.path, **kwargs)
        self.env.invalidate_all()
        return response, html.fromstring(response.text)

    def words(self, tree):
        [wrap] = tree.xpath("//*[@id='wrap']")
        return " ".join(wrap.text_content().split())

    def form(self, tree):
        forms = tree.xpath("//*[@id='wrap']//form")
        return forms[0] if forms else None

    def answer(self, answer, path=None, tree=None, headers=None, **changed):
        """Answer the page as a browser without JavaScript does."""
        if tree is None:
            _response, tree = self.page(path)
        fields_ = {**dict(self.form(tree).fields), **changed}
        if answer:
            fields_["sms_consent"] = answer
        fields_ = {name: value for name, value in fields_.items() if value is not None}
        return self.page(path, data=fields_, headers=headers)

    def events(self):
        return self.thread.consent_ids.sorted("sequence")

    def test_it_asks_and_nothing_is_chosen(self):
        response, tree = self.page()
        self.assertEqual(response.status_code, 200)
        words = self.words(tree)
        for said in (
            "May Acme Hiring text you?",
            "+1 202-555-0142",
            "Would you like to receive text messages about job offers at Acme Hiring?",
            "Msg & data rates may apply.",
            "Reply STOP to opt out, HELP for help.",
            "You need not answer, and Yes is not a condition of applying.",
        ):
            self.assertIn(said, words)
        self.assertNotIn("Answering is required", words)
        self.assertFalse(tree.xpath("//input[@checked]"))
        self.assertEqual(len(tree.xpath("//input[@type='radio'][@required]")), 2)
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertNotIn("Robin", response.text)

    def test_looking_changes_nothing(self):
        self.page()
        self.url_open(self.path, method="HEAD").raise_for_status()
        self.page(self.path + "?sms_consent=yes&sms_consent_token=x")
        self.assertFalse(self.events())
        self.assertFalse(self.invitation.answer)

    def test_yes(self):
        response, tree = self.answer("yes", headers={"User-Agent": "Phone/1.0"})
        self.assertEqual((response.status_code, response.history[0].status_code), (200, 303))
        self.assertIn("You get text messages", self.words(tree))
        [event] = self.events()
        self.assertEqual((event.event, event.method, event.scope), ("granted", "link", "jobs"))
        self.assertEqual((event.ip_address, event.user_agent), ("127.0.0.1", "Phone/1.0"))
        self.assertTrue(event.page_url.endswith("/sms/consent/"))
        self.assertIn("job offers at Acme Hiring", event.wording)
        self.assertIn("You need not answer", event.wording)
        self.assertEqual(
            event.wording_version, f"company-{self.company.id}-{self.company.sms_consent_version}"
        )
        self.assertEqual((event.wording_lang, event.source), ("en_US", "robin@example.com"))
        self.assertEqual((event.applicant_ref, event.job_ref), (self.applicant.id, self.job.id))
        self.assertEqual(self.thread.consent_state, "granted")
        self.applicant.with_user(self.sender).sms_send("Hello Robin")
        self.assertEqual(self.invitation.answer, "yes")

    def test_yes_and_the_same_link_withdraws_and_agrees_no_more(self):
        self.answer("yes")
        self.age(400)
        _response, tree = self.page()
        self.assertIn("What you agreed to", self.words(tree))
        self.assertIn("••• ••• 142", self.words(tree))
        self.answer(None, tree=tree)
        self.assertEqual(self.events().mapped("event"), ["granted", "withdrawn"])
        _response, tree = self.page()
        self.assertIsNone(self.form(tree))
        self.assertIn("You get no more text messages", self.words(tree))

    def test_no_and_then_yes(self):
        self.answer("no")
        self.assertEqual(self.events()[-1].event, "declined")
        self.assertEqual(self.thread.consent_state, "declined")
        self.answer("yes")
        self.assertEqual(self.thread.consent_state, "granted")

    def test_without_a_choice(self):
        response, tree = self.answer(None)
        self.assertEqual(response.status_code, 422)
        self.assertIn("Please choose Yes or No.", self.words(tree))
        self.assertFalse(self.events())
        response, _tree = self.answer("maybe")
        self.assertEqual(response.status_code, 422)
        self.assertFalse(self.events())

    def test_only_to_the_wording_that_was_shown(self):
        question = self.env["hr.sms.job.form"]._question_of(
            self.company, self.job, self.env["website"].search([], limit=1)
        )
        for token in ("", "forged", question["token"]):
            response, tree = self.answer("yes", sms_consent_token=token)
            self.assertEqual(response.status_code, 422)
            self.assertIn("open for a long time", self.words(tree))
        self.assertFalse(self.events())

    def test_the_wording_changed_after_it_was_read(self):
        _response, tree = self.page()
        version = self.company.sms_consent_version
        self.company.sms_consent_question = "Something else, {company}?"
        self.answer("yes", tree=tree)
        self.assertIn("job offers at Acme Hiring", self.events().wording)
        self.assertEqual(self.events().wording_version, f"company-{self.company.id}-{version}")

    def test_replayed(self):
        _response, tree = self.page()
        self.answer("yes", tree=tree)
        self.answer("yes", tree=tree)
        self.append("withdrawn", "manual")
        _response, after = self.answer("yes", tree=tree)
        self.assertEqual(self.events().mapped("event"), ["granted", "withdrawn"])
        self.assertIn("You get no more text messages", self.words(after))

    def test_expired(self):
        _response, tree = self.page()
        self.age(31)
        _response, after = self.answer("yes", tree=tree)
        self.assertFalse(self.events())
        self.assertIn("ask Acme Hiring for a new one", self.words(after))
        self.assertIsNone(self.form(after))

    def test_expired_still_withdraws(self):
        self.append("granted", "manual")
        self.age(400)
        self.answer(None)
        self.assertEqual(self.thread.consent_state, "withdrawn")

    def test_of_a_number_or_company_that_is_not_the_candidates_any_more(self):
        _response, tree = self.page()
        other = self.env["res.company"].create({"name": "Other"})
        for values in ({"partner_phone": "+12025550199"}, {"company_id": other.id}):
            before = {name: self.applicant[name] for name in values}
            self.applicant.write(values)
            response, after = self.answer("yes", tree=tree)
            self.assertEqual(response.status_code, 200)
            self.assertIn("This link is not for the phone number", self.words(after))
            self.assertNotIn("0142", response.text)
            self.assertFalse(self.events())
            self.applicant.write(
                {name: getattr(value, "id", value) for name, value in before.items()}
            )
        self.applicant.unlink()
        _response, after = self.page()
        self.assertIn("This link is not for the phone number", self.words(after))

    def test_forged(self):
        for path in (self.path[:-3] + "aaa", LINK_PATH + "g", self.path[:-1]):
            response, tree = self.page(path)
            self.assertEqual(response.status_code, 404)
            self.assertIn("ask whoever wrote to you for a new link", self.words(tree))
        _response, tree = self.page()
        response, _tree = self.page(
            self.path[:-3] + "aaa", data={**dict(self.form(tree).fields), "sms_consent": "yes"}
        )
        self.assertEqual(response.status_code, 404)
        self.assertFalse(self.events())

    def test_a_link_to_withdraw_does_not_grant(self):
        withdrawal = self.thread._consent_url("")
        _response, tree = self.page()
        self.page(withdrawal, data={**dict(self.form(tree).fields), "sms_consent": "yes"})
        self.assertFalse(self.events())

    def test_a_locked_number(self):
        self.append("withdrawn", "keyword", keyword="stop")
        _response, tree = self.page()
        self.assertIn("once you text START from that phone", self.words(tree))
        _response, tree = self.answer("yes")
        self.assertEqual(self.events()[-1].event, "granted")
        self.assertEqual(
            (self.thread.consent_state, self.thread.consent_locked), ("withdrawn", True)
        )
        self.assertIn("text START to the number", self.words(tree))
        self.assertIsNone(self.form(tree))

    def test_agreed_otherwise_meanwhile(self):
        self.append("granted", "manual")
        _response, tree = self.page()
        self.assertIn("You get text messages", self.words(tree))

    def test_of_somebody_else_on_this_number(self):
        somebody = self.make_applicant(partner_name="Kim Else", email_from="kim@example.com")
        self.append("granted", "manual", somebody)
        _response, tree = self.page()
        self.assertIn("May Acme Hiring text you?", self.words(tree))
        self.answer("yes")
        self.applicant.with_user(self.sender).sms_send("Hello Robin")

    def test_erased(self):
        self.thread._erase("Mel Manager")
        _response, tree = self.page()
        self.assertIn("was erased on", self.words(tree))
        self.assertIsNone(self.form(tree))

    def test_the_form_does_not_take_the_pages_wording(self):
        _response, tree = self.page()
        token = self.form(tree).fields["sms_consent_token"]
        evidence = self.env["hr.sms.job.form"]._evidence(
            token, self.job, self.company, self.env["website"].search([], limit=1)
        )
        self.assertFalse(evidence["wording_proven"])

    def test_in_german(self):
        self.env["res.lang"]._activate_lang("de_DE")
        website = self.env["website"].search([], limit=1)
        website.language_ids += self.env.ref("base.lang_de")
        self.env["ir.module.module"]._load_module_terms(["hr_recruitment_texting"], ["de_DE"])
        self.company._sms_consent_use_example("jobs")
        _response, tree = self.page("/de" + self.path)
        self.assertIn("Darf Acme Hiring Ihnen SMS senden?", self.words(tree))
        response, _tree = self.answer("yes", "/de" + self.path)
        self.assertIn("/de/sms/consent/", response.url)
        self.assertEqual(self.events().wording_lang, "de_DE")
        self.assertIn("Acme Hiring", self.events().wording)
