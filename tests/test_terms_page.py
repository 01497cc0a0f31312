"""The public page of SMS terms: what carriers ask for, for each company, and nothing else."""

import re

from lxml import html

from odoo.tests import HttpCase, tagged

from .common import TextingMixin


@tagged("post_install", "-at_install")
class TestTermsPage(TextingMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_texting()
        cls.website = cls.env["website"].get_current_website()
        cls.main = cls.website.company_id
        cls.main.write(
            {
                "name": "Careers & Co",
                "email": "people@careers.example",
                "vat": False,
                "sms_consent_scope": "jobs",
                "sms_consent_frequency": "Up to 4 messages per month.",
                "sms_consent_terms_url": False,
                "sms_consent_privacy_url": "/our-privacy",
                "sms_terms_program": False,
                "sms_terms_contact": False,
            }
        )

    def page(self, path="/sms/terms", status=200):
        answer = self.url_open(path)
        self.assertEqual(answer.status_code, status)
        page = html.fromstring(answer.text)
        [wrap] = page.xpath("//div[@id='wrap']") or [page]
        return wrap

    def words(self, page):
        return " ".join(page.text_content().split())

    def test_it_says_what_carriers_ask_for(self):
        page = self.page()
        words = self.words(page)
        for part in (
            "Text messages of Careers & Co",
            "your application and other job offers",
            "Agreeing is not a condition of applying.",
            "Up to 4 messages per month.",
            "Message and data rates may apply",
            "Reply STOP",
            "Reply HELP",
            "people@careers.example",
            "not shared with third parties or affiliates for marketing or promotional purposes",
        ):
            self.assertIn(part, words)
        self.assertEqual(page.xpath("//a[hasclass('o_sms_terms_privacy')]/@href"), ["/our-privacy"])
        self.assertEqual(
            page.xpath("//*[hasclass('o_sms_terms_contact')]/a/@href"),
            ["mailto:people@careers.example"],
        )
        self.assertFalse(page.xpath(".//script|.//form"), "nothing of it needs a script")

    def test_it_follows_the_settings(self):
        self.main.write(
            {
                "sms_terms_program": "Careers Alerts",
                "sms_terms_contact": "+1 202 555 0199",
                "sms_consent_scope": "reminders",
                "sms_consent_terms_url": "https://careers.example/more",
            }
        )
        keywords = self.env["hr.sms.keyword"]
        keywords.create({"word": "Basta", "action": "stop", "lang": "es"})
        keywords.create(
            {"word": "Halt", "action": "stop", "lang": "en", "company_id": self.company.id}
        )
        page = self.page()
        words = self.words(page)
        self.assertIn("Careers Alerts", words)
        self.assertIn("interviews, time cards and payments", words)
        self.assertNotIn("other job offers", words)
        self.assertEqual(
            page.xpath("//*[hasclass('o_sms_terms_contact')]/a/@href"), ["tel:+12025550199"]
        )
        self.assertEqual(
            page.xpath("//a[hasclass('o_sms_terms_own')]/@href"), ["https://careers.example/more"]
        )
        [stop] = page.xpath("//*[hasclass('o_sms_terms_stop')]")
        stop = stop.text_content().split(", ")
        self.assertEqual(stop[0], "STOP")
        self.assertIn("BASTA", stop, "own words, of any language")
        self.assertIn("UNSUBSCRIBE", stop)
        self.assertNotIn("HALT", stop, "another company's")
        self.assertNotIn("ABMELDEN", stop, "built-in words of another language")
        # A job that asks for more says so here, too.
        self.env["hr.job"].create(
            {
                "name": "Driver",
                "company_id": self.main.id,
                "sms_consent_scope": "jobs",
                "is_published": True,
            }
        )
        self.assertIn("other job offers", self.words(self.page()))

    def test_missing_settings_leave_no_holes(self):
        self.main.write(
            {
                "email": False,
                "phone": False,
                "sms_consent_frequency": False,
                "sms_consent_privacy_url": False,
            }
        )
        page = self.page()
        words = self.words(page)
        self.assertIn("Message frequency varies.", words)
        self.assertIn("Or ask the recruiter who wrote to you.", words)
        self.assertNotIn("False", words)
        self.assertNotIn("None", words)
        self.assertFalse(page.xpath("//a[hasclass('o_sms_terms_privacy')]"))

    def test_what_is_typed_is_text(self):
        self.main.write({"sms_terms_program": "<b>Bold</b>", "sms_terms_contact": "<i>us</i>"})
        page = self.page()
        self.assertFalse(page.xpath(".//b|.//i"))
        self.assertIn("<b>Bold</b>", self.words(page))

    def test_each_company_has_its_own(self):
        path = self.company._sms_terms_path(self.website)
        self.assertRegex(path, rf"^/sms/terms/{self.company.id}-[0-9a-f]{{16}}$")
        words = self.words(self.page(path))
        self.assertIn("Acme Hiring", words)
        self.assertNotIn("Careers & Co", words)
        self.assertEqual(self.main._sms_terms_path(self.website), "/sms/terms")

    def test_companies_cannot_be_tried_out(self):
        other = self.env["res.company"].create({"name": "Secret Ltd"})
        key = self.company._sms_terms_path(self.website).rpartition("-")[2]
        for tried in (
            str(other.id),
            f"{other.id}-",
            f"{other.id}-{key}",
            f"{other.id}-{'0' * 16}",
            f"0-{key}",
            "999999999-x",
            "-1-x",
            "9" * 40,
            "a'--",
        ):
            with self.subTest(tried):
                answer = self.url_open(f"/sms/terms/{tried}")
                self.assertEqual(answer.status_code, 404)
                self.assertNotIn("Secret Ltd", answer.text)

    def test_nothing_else_of_the_company_is_told(self):
        self.main.write(
            {
                "company_registry": "HRB 4711",
                "street": "Hidden Lane 1",
                "sms_twilio_account_sid": "AC" + "7" * 32,
                "sms_twilio_auth_token": "s" * 32,
            }
        )
        text = html.tostring(self.page(), encoding="unicode")
        for hidden in ("HRB 4711", "Hidden Lane", "AC7777", "ssss", "res.company"):
            self.assertNotIn(hidden, text)

    def test_in_the_visitors_language(self):
        for code, title, stop in (
            ("de_DE", "Textnachrichten von Careers & Co", "ABMELDEN"),
            ("fr_FR", "SMS de Careers & Co", "ARRET"),
            ("es_ES", "SMS de Careers & Co", "BAJA"),
            ("nl_NL", "Sms van Careers & Co", "AFMELDEN"),
        ):
            with self.subTest(code):
                lang = self.env["res.lang"]._activate_lang(code)
                self.website.language_ids += lang
                self.env["ir.module.module"]._load_module_terms(["hr_recruitment_texting"], [code])
                page = self.page(f"/{lang.url_code}/sms/terms")
                words = self.words(page)
                self.assertIn(title.casefold(), words.casefold())
                self.assertNotIn("Agreeing is not", words)
                [found] = page.xpath("//*[hasclass('o_sms_terms_stop')]")
                self.assertIn(stop, found.text_content())
                self.assertIn("UNSUBSCRIBE", found.text_content(), "English works everywhere")

    def test_it_is_linked_under_the_question(self):
        job = self.env["hr.job"].create(
            {"name": "Nurse", "company_id": self.main.id, "is_published": True}
        )
        form = html.fromstring(self.url_open(f"/jobs/apply/{job.id}").text)
        links = form.xpath("//p[hasclass('o_sms_consent_disclosure')]/a/@href")
        self.assertIn("/sms/terms", links)
        # Of another company: on a page of theirs, say the one of an invitation.
        question = self.env["hr.sms.job.form"]._question(self.job, self.website)
        hrefs = [href for _text, href in question["disclosure"] if href]
        self.assertIn(self.company._sms_terms_path(self.website), hrefs)

    def test_own_terms_take_its_place_under_the_question(self):
        self.main.sms_consent_terms_url = "https://careers.example/more"
        wording = self.main._sms_consent_wording(website=self.website)
        hrefs = [href for _text, href in wording["disclosure"] if href]
        self.assertIn("https://careers.example/more", hrefs)
        self.assertFalse([href for href in hrefs if re.match("/sms/terms", href)])

    def test_carriers_are_given_the_whole_address(self):
        settings = self.env["res.config.settings"].with_company(self.main).create({})
        self.assertEqual(settings.sms_terms_address, f"{self.website.get_base_url()}/sms/terms")
        self.company.website_id = False
        address = self.company._sms_terms_address()
        self.assertTrue(address.endswith(self.company._sms_terms_path()), address)
