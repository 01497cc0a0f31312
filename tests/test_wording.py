"""The wording of the job form's question: examples, placeholders, disclosure, version."""

from odoo.exceptions import UserError, ValidationError
from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestWording(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("de_DE")
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.company = cls.env["res.company"].create({"name": "Acme Hiring"})
        cls.job = cls.env["hr.job"].create({"name": "Nurse", "company_id": cls.company.id})

    def wording(self, job=None, lang="en_US", website=None):
        job = job if job is None else job.with_context(lang=lang)
        return self.company.with_context(lang=lang)._sms_consent_wording(job, website)

    def test_a_new_company_asks_about_job_offers(self):
        self.assertEqual(self.company.sms_consent_scope, "jobs")
        self.assertEqual(self.company.sms_consent_example, "jobs")
        wording = self.wording()
        self.assertEqual(
            wording["question"],
            "Would you like to receive text messages about job offers at Acme Hiring? "
            "Please answer Yes or No.",
        )
        self.assertEqual(wording["scope"], "jobs")

    def test_the_disclosure_says_what_an_opt_in_must_say(self):
        self.company.write(
            {
                "sms_consent_terms_url": "https://acme.example/sms",
                "sms_consent_privacy_url": "/our-privacy",
                "sms_consent_frequency": "Up to 4 messages per month.",
            }
        )
        text = self.wording()["text"]
        for part in (
            "Acme Hiring may send you text messages (SMS)",
            "Up to 4 messages per month.",
            "Msg & data rates may apply.",
            "Reply STOP to opt out, HELP for help.",
            "Yes is not a condition of applying.",
            "SMS terms: https://acme.example/sms",
        ):
            self.assertIn(part, text)
        self.assertRegex(text, r"Privacy policy: https?://\S+/our-privacy")

    def test_a_privacy_policy_that_nobody_has_is_not_linked(self):
        website = self.env["website"].create({"name": "Acme", "company_id": self.company.id})
        links = [href for _text, href in self.wording(website=website)["disclosure"] if href]
        self.assertEqual(links, ["/sms/terms"], "our own page")
        page = self.env["website.page"].create(
            {
                "name": "Privacy",
                "url": "/privacy",
                "type": "qweb",
                "arch": "<div>Privacy</div>",
                "website_id": website.id,
                "is_published": True,
            }
        )
        links = [href for _text, href in self.wording(website=website)["disclosure"] if href]
        self.assertEqual(links, ["/sms/terms", "/privacy"])
        page.is_published = False
        links = [href for _text, href in self.wording(website=website)["disclosure"] if href]
        self.assertEqual(links, ["/sms/terms"])

    def test_an_example_fills_question_and_scope_in_every_language(self):
        self.company.update_field_translations(
            "sms_consent_question", {"en_US": "Texts?", "de_DE": "SMS?", "fr_FR": "Des SMS ?"}
        )
        self.assertFalse(self.company.sms_consent_example)
        self.company.sms_consent_example = "reminders"
        self.assertEqual(self.company.sms_consent_scope, "reminders")
        stored = self.company._fields["sms_consent_question"]._get_stored_translations(self.company)
        self.assertEqual(
            stored,
            {
                code: self.company.with_context(lang=code)._sms_consent_example_text("reminders")
                for code in stored
            },
        )
        self.assertGreaterEqual(stored.keys(), {"en_US", "de_DE", "fr_FR"})

    def test_each_language_has_its_own_question(self):
        self.company.update_field_translations(
            "sms_consent_question",
            {"en_US": "Texts from {company}?", "de_DE": "SMS von {company}?"},
        )
        self.assertEqual(self.wording(lang="de_DE")["question"], "SMS von Acme Hiring?")
        self.assertEqual(self.wording(lang="de_DE")["lang"], "de_DE")
        self.assertEqual(self.wording()["question"], "Texts from Acme Hiring?")

    def test_a_job_asks_its_own_question_and_leaves_the_rest_to_the_company(self):
        self.company.sms_consent_frequency = "Rarely."
        self.assertEqual(
            self.wording(self.job)["version"],
            f"company-{self.company.id}-{self.company.sms_consent_version}",
        )
        self.job.sms_consent_question = "Texts about {job} at {company}?"
        wording = self.wording(self.job)
        self.assertEqual(wording["question"], "Texts about Nurse at Acme Hiring?")
        self.assertEqual(wording["scope"], "jobs")
        self.assertIn("Rarely.", wording["text"])
        self.assertEqual(wording["version"], f"job-{self.job.id}-{self.job.sms_consent_version}")
        self.job.sms_consent_scope = "this_job"
        self.assertEqual(self.wording(self.job)["scope"], "this_job")

    def test_placeholders_are_text_and_nothing_else(self):
        self.company.sms_consent_question = "{company.partner_id} {0} %s {job}?"
        self.assertEqual(self.wording()["question"], "{company.partner_id} {0} %s the position?")

    def test_the_version_grows_with_everything_shown(self):
        version = self.company.sms_consent_version

        def grew(change):
            nonlocal version
            change()
            before, version = version, self.company.sms_consent_version
            return version > before

        company = self.company
        self.assertTrue(grew(lambda: company.write({"sms_consent_question": "Texts?"})))
        self.assertFalse(grew(lambda: company.write({"sms_consent_question": "Texts?"})))
        self.assertTrue(
            grew(
                lambda: company.update_field_translations("sms_consent_question", {"de_DE": "SMS?"})
            )
        )
        self.assertTrue(grew(lambda: company.write({"sms_consent_scope": "reminders"})))
        self.assertTrue(grew(lambda: company.write({"sms_consent_frequency": "Weekly."})))
        self.assertTrue(grew(lambda: company.write({"sms_consent_terms_url": "/terms"})))
        self.assertTrue(grew(lambda: company.write({"sms_consent_privacy_url": "/data"})))
        self.assertTrue(grew(lambda: company.write({"name": "Acme Recruiting"})))
        self.assertFalse(grew(lambda: company.write({"phone": "+1 202 555 0100"})))

    def test_the_version_of_a_job_grows_with_the_company_it_borrows_from(self):
        other = self.env["hr.job"].create({"name": "Cook", "company_id": self.company.id})
        self.job.sms_consent_question = "Texts?"
        before = (self.job.sms_consent_version, other.sms_consent_version)
        self.company.sms_consent_frequency = "Weekly."
        self.assertEqual(
            (self.job.sms_consent_version, other.sms_consent_version), (before[0] + 1, before[1])
        )

    def test_nobody_writes_the_version(self):
        for record in (self.company, self.job):
            with self.assertRaises(UserError):
                record.write({"sms_consent_version": 99})
            with self.assertRaises(UserError):
                record.with_context(sms_consent_counted=True).sms_consent_version = 99
        with self.assertRaises(UserError):
            self.env["res.company"].create({"name": "Forged", "sms_consent_version": 7})

    def test_only_web_addresses_become_links(self):
        for url in (
            "javascript:alert(1)",
            "//evil.example",
            "terms",
            "https://",
            "data:text/html,x",
        ):
            with self.subTest(url=url), self.assertRaises(ValidationError):
                self.company.sms_consent_terms_url = url
        self.company.sms_consent_terms_url = "https://acme.example/terms"
        self.job.sms_consent_privacy_url = "/privacy"

    def test_settings_preview_and_examples(self):
        admin = new_test_user(
            self.env,
            login="sms_settings",
            groups="base.group_system,hr_recruitment.group_hr_recruitment_manager",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        settings = self.env["res.config.settings"].with_user(admin).create({})
        settings.sms_consent_example = "this_job"
        settings._onchange_sms_consent_example()
        self.assertEqual(settings.sms_consent_scope, "this_job")
        settings.sms_consent_question = "<b>Texts</b> from {company}?"
        settings._onchange_sms_consent_question()
        self.assertFalse(settings.sms_consent_example)
        self.assertIn("&lt;b&gt;Texts&lt;/b&gt; from Acme Hiring?", settings.sms_consent_preview)
        self.assertIn("Msg &amp; data rates may apply.", settings.sms_consent_preview)
        settings.execute()
        self.assertEqual(self.company.sms_consent_question, "<b>Texts</b> from {company}?")
