"""The text that follows a Yes: who gets one, what it says, when it goes."""

from datetime import timedelta

from odoo import fields
from odoo.tests import BaseCase, tagged

from ..rules import opt_out_line, segments, welcome
from .common import TextingCase, TextingMixin

WORDING = {"wording": "May we text you?", "wording_lang": "en_US"}


@tagged("post_install", "-at_install")
class TestWelcomeRules(BaseCase):
    def test_every_language_says_everything_in_one_segment(self):
        for lang in opt_out_line.LANGUAGES:
            for scope in ("jobs", "this_job", "reminders"):
                text = welcome.text_for(lang, "Acme", scope)
                for form in (opt_out_line.INFORMAL, opt_out_line.FORMAL):
                    whole = opt_out_line.with_line(text, opt_out_line.line_for(lang, form))
                    with self.subTest(whole):
                        self.assertIsNone(opt_out_line.way_told(text))
                        self.assertEqual(opt_out_line.way_told(whole), "stop")
                        self.assertEqual(segments.count(whole).encoding, "GSM-7")
                        self.assertLessEqual(segments.count(whole).segments, 2)
        english = opt_out_line.with_line(
            welcome.text_for("en", "Acme Hiring", "jobs"), opt_out_line.line_for("en")
        )
        self.assertEqual(segments.count(english).segments, 1)

    def test_own_words(self):
        text = welcome.text_for("en", "Acme", "jobs", "Welcome\n to us!", "Two a week.")
        self.assertEqual(
            text,
            "Acme: Welcome to us! Two a week. Msg & data rates may apply. Reply HELP for help.",
        )

    def test_who(self):
        for setting, region, wanted in (
            ("us_ca", "US", True),
            ("us_ca", "CA", True),
            ("us_ca", "JM", False),
            ("us_ca", "DE", False),
            ("us_ca", None, False),
            ("everywhere", "DE", True),
            ("everywhere", None, True),
            ("off", "US", False),
            (False, "US", False),
        ):
            with self.subTest(f"{setting} {region}"):
                self.assertEqual(welcome.is_wanted(setting, region), wanted)


class WelcomeMixin(TextingMixin):
    @classmethod
    def set_up_texting(cls):
        result = super().set_up_texting()
        cls.company.sms_welcome = "us_ca"
        return result

    def welcomes(self, applicant=None):
        thread = self.thread_of(applicant or self.applicant)
        return thread.message_ids.filtered(lambda message: message.answer == "welcome")


@tagged("post_install", "-at_install")
class TestWelcome(WelcomeMixin, TextingCase):
    def test_a_yes_on_the_form_is_welcomed_once(self):
        self.append("granted", "job_form", **WORDING)
        [message] = self.welcomes()
        self.assertEqual(
            message.body,
            "Acme Hiring: You agreed to texts about jobs. Msg frequency varies. "
            "Msg & data rates may apply. Reply HELP for help.\nReply STOP to opt out",
        )
        self.assertEqual(
            (message.kind, message.state, message.author_id.id), ("auto", "queued", False)
        )
        self.assertEqual(message.applicant_id, self.applicant)
        # The second Yes of the same person, for another job.
        other = self.make_applicant(
            job_id=self.env["hr.job"].create({"name": "Cook", "company_id": self.company.id}).id
        )
        self.append("granted", "job_form", other, **WORDING)
        self.append("granted", "manual")
        self.assertEqual(self.welcomes(), message)
        self.assertEqual(self.drain("bulk").bodies, [message.body])

    def test_the_next_text_does_not_repeat_the_opt_out_line(self):
        self.company.sms_opt_out_line = True
        self.append("granted", "job_form", **WORDING)
        self.drain("bulk")
        self.applicant.with_user(self.sender).sms_send("Monday at nine?")
        self.assertEqual(self.drain().bodies, ["Monday at nine?"])

    def test_a_welcome_that_waits_has_told_nobody_yet(self):
        self.company.sms_opt_out_line = True
        self.company.write({"sms_quiet_hours": True, "sms_open_from": 0.0, "sms_open_until": 0.001})
        self.append("granted", "job_form", **WORDING)
        self.assertEqual(self.welcomes().wait_code, "quiet_hours")
        self.applicant.with_user(self.sender).sms_send("Monday?")
        self.assertEqual(self.drain().bodies, ["Monday?\nReply STOP to opt out"])

    def test_anew_after_an_opt_out(self):
        self.append("granted", "job_form", **WORDING)
        self.append("withdrawn", "manual")
        self.assertEqual(self.welcomes().state, "canceled")
        self.append("granted", "link", **WORDING)
        self.assertEqual(self.welcomes().mapped("state"), ["queued", "canceled"])

    def test_what_is_answered_otherwise_is_not_welcomed(self):
        for number, (event, method) in enumerate(
            (
                ("granted", "keyword"),
                ("granted", "text_to_apply"),
                ("granted", "import"),
                ("granted", "manual"),
                ("granted", "job_board"),
                ("declined", "job_form"),
                ("withdrawn", "manual"),
                ("review", "reply"),
            )
        ):
            with self.subTest(f"{event} {method}"):
                applicant = self.make_applicant(partner_phone=f"+120255570{number:02}")
                self.append(event, method, applicant)
                self.assertFalse(self.thread_of(applicant).message_ids)

    def test_a_locked_number_gets_none(self):
        self.append("withdrawn", "keyword")
        for method in ("job_form", "link", "manual"):
            self.append("granted", method)
        self.assertFalse(self.welcomes())

    def test_a_yes_of_long_ago_gets_none(self):
        self.append("granted", "job_form", given_date=fields.Datetime.now() - timedelta(days=3))
        self.assertFalse(self.welcomes())

    def test_cleared_is_no_opt_in(self):
        self.append("granted", "job_form", **WORDING)
        self.append("review", "reply")
        self.append("review_cleared", "manual")
        self.append("granted", "link")
        self.assertEqual(len(self.welcomes()), 1)

    def test_numbers_abroad(self):
        german = self.make_applicant(partner_phone="+4915123456789")
        jamaican = self.make_applicant(partner_phone="+18765550123")
        canadian = self.make_applicant(partner_phone="+16135550123")
        for applicant in (german, jamaican, canadian):
            self.append("granted", "job_form", applicant, **WORDING)
        self.assertFalse(self.welcomes(german) | self.welcomes(jamaican))
        self.assertTrue(self.welcomes(canadian))

    def test_everywhere_in_the_language_of_the_consent(self):
        self.company.sms_welcome = "everywhere"
        self.company.sms_opt_out_form = "formal"
        german = self.make_applicant(partner_phone="+4915123456789")
        self.append("granted", "link", german, wording="Darf ich?", wording_lang="de_AT")
        self.assertEqual(
            self.welcomes(german).body,
            "Acme Hiring: Danke für die Zustimmung zu SMS über Stellen. Häufigkeit variiert. "
            "Es können Kosten des Anbieters anfallen. Hilfe: HILFE senden.\n"
            "Antworten Sie mit STOP, um keine SMS mehr zu erhalten",
        )

    def test_own_words_only_in_the_language_they_are_in(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.company.sms_welcome = "everywhere"
        self.company.sms_welcome_greeting = "Good to have you!"
        self.company.sms_consent_frequency = "Two a month."
        self.company.with_context(lang="fr_FR").sms_welcome_greeting = "Bienvenue !"
        english, french, dutch = (
            self.make_applicant(partner_phone=number)
            for number in ("+12025550143", "+33612345678", "+31612345678")
        )
        self.env["hr.sms.country.rule"].search([("company_id", "=", self.company.id)]).unlink()
        for applicant, lang in ((english, "en_US"), (french, "fr_CA"), (dutch, "nl_NL")):
            self.append("granted", "job_form", applicant, wording="?", wording_lang=lang)
        self.assertIn("Good to have you! Two a month. Msg & data", self.welcomes(english).body)
        self.assertIn(": Bienvenue ! Fréquence variable.", self.welcomes(french).body)
        self.assertIn(": U ontvangt sms over vacatures. Freq", self.welcomes(dutch).body)

    def test_the_jobs_own_frequency(self):
        self.job.sms_consent_frequency = "One a day."
        self.append("granted", "job_form", **WORDING)
        self.assertIn("One a day.", self.welcomes().body)

    def test_off(self):
        self.company.sms_welcome = "off"
        self.append("granted", "job_form", **WORDING)
        self.assertFalse(self.welcomes())

    def test_scopes(self):
        for scope, said in (
            ("this_job", "texts about your application"),
            ("reminders", "reminders"),
        ):
            applicant = self.make_applicant(partner_phone=f"+120255501{50 + len(scope)}")
            self.append("granted", "job_form", applicant, scope=scope, **WORDING)
            message = self.welcomes(applicant)
            self.assertIn(said, message.body)
            self.drain("bulk")
            self.assertEqual(message.state, "sent")

    def test_where_replies_do_not_arrive_it_has_the_link(self):
        self.company.sms_welcome = "everywhere"
        self.env["hr.sms.country.rule"].create(
            {
                "company_id": self.company.id,
                "country_ids": self.env.ref("base.de").ids,
                "rule": "one_way",
            }
        )
        german = self.make_applicant(partner_phone="+4915123456789")
        self.append("granted", "job_form", german, wording="?", wording_lang="de_DE")
        body = self.welcomes(german).body
        self.assertIn("/sms/consent/", body)
        self.assertNotIn("STOP", body)

    def test_in_the_night_it_waits(self):
        self.company.write({"sms_quiet_hours": True, "sms_open_from": 0.0, "sms_open_until": 0.001})
        self.append("granted", "job_form", **WORDING)
        message = self.welcomes()
        self.assertEqual((message.state, message.wait_code), ("queued", "quiet_hours"))
        self.append("withdrawn", "keyword", keyword="stop")
        self.assertEqual((message.state, message.failure_code), ("canceled", "consent_locked"))

    def test_who_may_not_be_texted_is_not_welcomed(self):
        self.company.sms_twilio_account_sid = False
        self.append("granted", "job_form", **WORDING)
        self.assertFalse(self.thread_of(self.applicant).message_ids)

    def test_many_at_once(self):
        applicants = self.env["hr.applicant"].create(
            [
                {
                    "partner_name": f"Robin {number}",
                    "partner_phone": f"+1202555{number:04}",
                    "job_id": self.job.id,
                    "company_id": self.company.id,
                }
                for number in range(1000, 1040)
            ]
        )
        threads = self.env["hr.sms.thread"]._get_or_create(
            self.company, applicants.mapped("sms_number")
        )
        self.env["hr.sms.consent"]._append(
            [
                {
                    "thread": threads[applicant.sms_number],
                    "event": "granted",
                    "method": "job_form",
                    "applicant": applicant,
                }
                for applicant in applicants
            ]
        )
        sent = self.drain("bulk").sent
        self.assertEqual(len(sent), 40)
        self.assertEqual({text.to for text in sent}, set(applicants.mapped("sms_number")))

    def test_settings_show_the_whole_text(self):
        settings = self.env["res.config.settings"].with_company(self.company).create({})
        self.assertIn("Acme Hiring: You agreed to texts about jobs.", settings.sms_welcome_preview)
        settings.sms_welcome_greeting = "Hello!"
        self.assertIn("Acme Hiring: Hello! Msg frequency", settings.sms_welcome_preview)
        self.assertIn("STOP", settings.sms_welcome_preview)

    def test_new_companies_welcome_us_and_canada(self):
        company = self.env["res.company"].create({"name": "New"})
        self.assertEqual(company.sms_welcome, "us_ca")
