"""The texting question on the job form, through real HTTP requests."""

import json
import re
from unittest.mock import patch

from lxml import html

from odoo.tests import HttpCase, tagged

PHONE = "+12025550142"


class JobFormCase(HttpCase):
    """A published job on the website, and what a browser does with its form."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website = cls.env["website"].get_current_website()
        cls.company = cls.website.company_id
        cls.job = cls.env["hr.job"].create(
            {
                "name": "Night Nurse",
                "company_id": cls.company.id,
                "website_published": True,
                "is_published": True,
            }
        )
        cls.company._sms_consent_use_example("jobs")

    def form(self, job=None, path=None):
        """:returns: the job application form of a page, as lxml element"""
        path = path or f"/jobs/apply/{(job or self.job).id}"
        response = self.url_open(path)
        self.assertEqual(response.status_code, 200, path)
        forms = html.fromstring(response.text).xpath("//form[@data-model_name='hr.applicant']")
        self.assertEqual(len(forms), 1)
        return forms[0]

    def token(self, form):
        return form.xpath(".//input[@name='sms_consent_token']/@value")[0]

    def apply(self, files=None, headers=None, **values):
        """Post an application.

        :returns: what the server answered and the applicants that came of it
        """
        before = self.env["hr.applicant"].with_context(active_test=False).search([])
        response = self.url_open(
            "/website/form/hr.applicant",
            data={
                "partner_name": "Ada Applicant",
                "email_from": "ada@example.com",
                "partner_phone": PHONE,
                "job_id": self.job.id,
                **values,
            },
            files=files,
            headers=headers,
        )
        self.env.invalidate_all()
        after = self.env["hr.applicant"].with_context(active_test=False).search([])
        return json.loads(response.text), after - before

    def event(self, applicant):
        event = self.env["hr.sms.consent"].search([("applicant_ref", "=", applicant.id)])
        self.assertEqual(len(event), 1)
        return event

    def assert_one_open_question(self, form):
        """The form asks once, and nothing is answered yet."""
        answers = form.xpath(".//input[@name='sms_consent']")
        self.assertEqual([answer.get("value") for answer in answers], ["yes", "no"])
        for answer in answers:
            self.assertNotIn("checked", answer.attrib)
            self.assertIn("required", answer.attrib)
        self.assertEqual(len(form.xpath(".//input[@name='sms_consent_token']")), 1)
        self.assertEqual(len(form.xpath(".//fieldset/legend")), 1)


@tagged("post_install", "-at_install")
class TestJobForm(JobFormCase):
    def test_the_form_asks_once_and_nothing_is_selected(self):
        form = self.form()
        self.assert_one_open_question(form)
        text = " ".join(form.text_content().split())
        self.assertIn(f"about job offers at {self.company.name}?", text)
        self.assertIn("Msg & data rates may apply.", text)
        names = form.xpath(".//input/@name")
        self.assertEqual(names[names.index("partner_phone") + 1], "sms_consent")

    def test_without_an_answer_nothing_is_created(self):
        attachments = self.env["ir.attachment"].search_count([])
        events = self.env["hr.sms.consent"].search_count([])
        for values in ({}, {"sms_consent": ""}, {"sms_consent": "on"}, {"sms_consent": "YES"}):
            with self.subTest(**values):
                answer, applicants = self.apply(
                    files={"Resume[0][0]": ("cv.txt", b"my life", "text/plain")}, **values
                )
                self.assertEqual(answer["error_fields"], ["sms_consent"])
                self.assertIn("Yes or No", answer["error"])
                self.assertFalse(applicants)
        self.assertEqual(self.env["ir.attachment"].search_count([]), attachments)
        self.assertEqual(self.env["hr.sms.consent"].search_count([]), events)

    def test_a_file_is_no_answer(self):
        answer, applicants = self.apply(files={"sms_consent": ("yes", b"yes", "text/plain")})
        self.assertEqual(answer["error_fields"], ["sms_consent"])
        self.assertFalse(applicants)

    def test_yes_is_recorded_with_its_proof(self):
        form = self.form()
        page = f"{self.base_url()}/jobs/apply/{self.job.id}?" + "x" * 600
        answer, applicant = self.apply(
            sms_consent="yes",
            sms_consent_token=self.token(form),
            sms_consent_extra="ignored",
            headers={"Referer": page, "User-Agent": "Browser/1.0" + "y" * 400},
        )
        self.assertEqual(answer, {"id": applicant.id})
        self.assertEqual(applicant.company_id, self.company)
        event = self.event(applicant)
        self.assertRecordValues(
            event,
            [
                {
                    "event": "granted",
                    "method": "job_form",
                    "scope": "jobs",
                    "wording_lang": "en_US",
                    "wording_version": f"company-{self.company.id}-"
                    f"{self.company.sms_consent_version}",
                    "page_url": page[:500],
                    "ip_address": "127.0.0.1",
                    "user_agent": ("Browser/1.0" + "y" * 400)[:300],
                }
            ],
        )
        shown = " ".join(form.xpath(".//fieldset")[0].text_content().split())
        for line in event.wording.splitlines():
            self.assertIn(line.split(": http")[0], shown)
        self.assertFalse(event.note)
        self.assertEqual(event.thread_id.company_id, self.company)
        self.assertEqual(event.thread_id.number, PHONE)
        self.assertEqual(event.thread_id.consent_state, "granted")

    def test_no_applies_all_the_same(self):
        _answer, applicant = self.apply(
            sms_consent="no",
            sms_consent_token=self.token(self.form()),
            files={"Resume[0][0]": ("cv.txt", b"my life", "text/plain")},
        )
        self.assertEqual(self.event(applicant).event, "declined")
        self.assertEqual(applicant.attachment_ids.name, "cv.txt")

    def test_nothing_of_the_question_ends_up_in_the_chatter(self):
        _answer, applicant = self.apply(
            sms_consent="yes",
            sms_consent_token=self.token(self.form()),
            sms_consent_anything="x",
            short_introduction="Hello there",
        )
        bodies = " ".join(applicant.message_ids.mapped("body"))
        self.assertIn("Hello there", bodies)
        self.assertNotIn("sms_consent", bodies)

    def test_an_unusable_phone_number_does_not_block(self):
        _answer, applicant = self.apply(
            sms_consent="yes", sms_consent_token=self.token(self.form()), partner_phone="12"
        )
        self.assertTrue(applicant)
        self.assertFalse(self.env["hr.sms.consent"].search([("applicant_ref", "=", applicant.id)]))

    def test_other_forms_need_no_answer(self):
        response = self.url_open(
            "/website/form/res.partner", data={"name": "x", "sms_consent": "maybe"}
        )
        self.assertNotIn("error_fields", response.json())

    # -- proof of the wording ------------------------------------------------------------------

    def test_the_wording_kept_is_the_one_that_was_shown(self):
        form = self.form()
        version = self.company.sms_consent_version
        self.company.sms_consent_question = "Something else?"
        _answer, applicant = self.apply(sms_consent="yes", sms_consent_token=self.token(form))
        event = self.event(applicant)
        self.assertTrue(event.wording.startswith("Would you like to receive text messages"))
        self.assertEqual(event.wording_version, f"company-{self.company.id}-{version}")

    def assert_unproven(self, **values):
        _answer, applicant = self.apply(sms_consent="yes", **values)
        event = self.event(applicant)
        self.assertEqual((event.event, event.wording_version), ("granted", "unproven"))
        self.assertIn("Would you like", event.wording)
        self.assertIn("unproven", event.note)

    def test_without_a_valid_token_the_answer_counts_unproven(self):
        token = self.token(self.form())
        tampered = token[:80] + ("A" if token[80] != "A" else "B") + token[81:]
        self.assert_unproven()
        for forged in ("", "x", "é!", "AAAA", tampered, token[:-40], "A" * 9000):
            with self.subTest(forged=forged[:20]):
                self.assert_unproven(sms_consent_token=forged)

    def test_a_token_of_another_job_proves_nothing(self):
        other = self.env["hr.job"].create(
            {"name": "Day Nurse", "company_id": self.company.id, "website_published": True}
        )
        self.assert_unproven(sms_consent_token=self.token(self.form(other)))

    def test_an_old_token_proves_nothing(self):
        from datetime import timedelta

        with patch(
            "odoo.addons.hr_recruitment_texting.models.hr_sms_job_form._TOKEN_LIFETIME",
            timedelta(seconds=-1),
        ):
            token = self.token(self.form())
        self.assert_unproven(sms_consent_token=token)

    # -- whose question --------------------------------------------------------------------------

    def test_a_job_asks_its_own_question(self):
        self.job.write(
            {"sms_consent_question": "Texts about {job}?", "sms_consent_scope": "this_job"}
        )
        form = self.form()
        self.assertIn("Texts about Night Nurse?", form.text_content())
        _answer, applicant = self.apply(sms_consent="yes", sms_consent_token=self.token(form))
        event = self.event(applicant)
        self.assertEqual(event.scope, "this_job")
        self.assertEqual(event.wording_version, f"job-{self.job.id}-{self.job.sms_consent_version}")

    def test_the_question_names_the_company_the_application_belongs_to(self):
        other = self.env["res.company"].create({"name": "Other Clinic"})
        department = self.env["hr.department"].create({"name": "Wards", "company_id": other.id})
        job = self.env["hr.job"].create(
            {
                "name": "Surgeon",
                "company_id": False,
                "department_id": department.id,
                "website_published": True,
            }
        )
        form = self.form(job)
        self.assertIn("job offers at Other Clinic?", form.text_content())
        _answer, applicant = self.apply(
            sms_consent="yes", sms_consent_token=self.token(form), job_id=job.id
        )
        self.assertEqual(applicant.company_id, other)
        event = self.event(applicant)
        self.assertEqual(event.thread_id.company_id, other)
        self.assertEqual(event.wording_version, f"company-{other.id}-{other.sms_consent_version}")

    def test_without_a_company_of_its_own_the_website_has_the_application(self):
        job = self.env["hr.job"].create(
            {"name": "Cook", "company_id": False, "website_published": True}
        )
        form = self.form(job)
        _answer, applicant = self.apply(
            sms_consent="no", sms_consent_token=self.token(form), job_id=job.id
        )
        self.assertEqual(applicant.company_id, self.company)
        self.assertNotEqual(self.event(applicant).wording_version, "unproven")
        for job_id in ("", "99999999"):
            _answer, applicants = self.apply(sms_consent="no", job_id=job_id)
            for applicant in applicants:
                self.assertEqual(applicant.company_id, self.company)

    def test_each_language_asks_and_proves_in_its_own_words(self):
        languages = self.env["res.lang"]
        for code in ("de_DE", "fr_FR"):
            languages |= languages._activate_lang(code)
        self.website.language_ids |= languages
        self.company.update_field_translations(
            "sms_consent_question",
            {"de_DE": "SMS von {company}?", "fr_FR": "Des SMS de {company} ?"},
        )
        for code, question in (
            ("de_DE", f"SMS von {self.company.name}?"),
            ("fr_FR", f"Des SMS de {self.company.name} ?"),
        ):
            url_code = self.env["res.lang"]._get_data(code=code).url_code
            form = self.form(path=f"/{url_code}/jobs/apply/{self.job.id}")
            self.assertIn(question, form.text_content())
            _answer, applicant = self.apply(sms_consent="yes", sms_consent_token=self.token(form))
            event = self.event(applicant)
            self.assertEqual(event.wording_lang, code)
            self.assertTrue(event.wording.startswith(question))

    def test_what_a_company_writes_is_text(self):
        self.company.sms_consent_question = "<script>alert(1)</script> & {company}?"
        form = self.form()
        self.assertFalse(form.xpath(".//fieldset//script"))
        self.assertIn("<script>alert(1)</script> &", form.xpath(".//legend")[0].text)

    # -- edited and copied forms -----------------------------------------------------------------

    def copy_of_apply(self, change):
        """Save a website's own copy of the form, as the website builder does."""
        view = self.env.ref("website_hr_recruitment.apply")
        view.with_context(website_id=self.website.id).arch_db = change(view.arch_db)

    def test_a_copy_with_another_structure_asks_too(self):
        form = """<form data-model_name="hr.applicant" action="/website/form/" method="post">
            <p><input name="partner_name"/></p><p><input name="partner_phone"/></p>
            <svg viewBox="0 0 1 1"><path d="M0 0"/></svg>
            <button type="submit">Go &amp; apply</button></form>"""
        self.copy_of_apply(
            lambda arch: re.sub(r"<form .*?</form>", form, arch, count=1, flags=re.DOTALL)
        )
        form = self.form()
        self.assert_one_open_question(form)
        self.assertFalse(form.xpath(".//button/following::input[@name='sms_consent']"))
        _answer, applicant = self.apply(sms_consent="no", sms_consent_token=self.token(form))
        self.assertEqual(self.event(applicant).event, "declined")

    def test_a_saved_question_keeps_its_place_and_is_filled_anew(self):
        saved = """<div class="o_sms_consent_field col-12 py-5 bg-info d-none
            s_website_form_field_hidden" style="color: red; display: none"><p>Old words</p>
            <input type="radio" name="sms_consent" value="yes" checked="checked"/></div>"""
        again = """<div class="s_website_form_field"><input type="radio" name="sms_consent"
            value="yes" checked="checked"/></div>"""
        submit = '<div class="col-12 s_website_form_submit'
        self.copy_of_apply(lambda arch: arch.replace(submit, saved + again + submit, 1))
        form = self.form()
        self.assert_one_open_question(form)
        self.assertNotIn("Old words", form.text_content())
        field = form.xpath(".//*[contains(@class, 'o_sms_consent_field')]")
        self.assertEqual(len(field), 1)
        classes = field[0].get("class").split()
        self.assertLessEqual({"py-5", "bg-info", "s_website_form_field"}, set(classes))
        self.assertFalse({"d-none", "s_website_form_field_hidden"} & set(classes))
        self.assertEqual(field[0].get("style"), "color: red")
        names = form.xpath(".//input/@name")
        self.assertGreater(names.index("sms_consent"), names.index("department_id"))

    # -- the question for forms on other pages -------------------------------------------------

    def ask(self, **params):
        return self.make_jsonrpc_request("/recruitment_texting/job_form/question", params)

    def test_any_page_may_ask_for_the_question(self):
        self.job.sms_consent_question = "Texts about {job}?"
        question = self.ask(job_id=self.job.id, lang="en-US")
        self.assertIn("Texts about Night Nurse?", question["html"])
        self.assertEqual(question["version"], f"job-{self.job.id}-{self.job.sms_consent_version}")
        _answer, applicant = self.apply(sms_consent="yes", sms_consent_token=question["token"])
        self.assertTrue(self.event(applicant).wording.startswith("Texts about Night Nurse?"))

    def test_a_job_that_is_not_published_tells_nothing(self):
        self.job.write({"sms_consent_question": "Secret {job}?", "website_published": False})
        for job_id in (self.job.id, 0, None, "x", -1, [1]):
            self.assertNotIn("Secret", self.ask(job_id=job_id)["html"])
        self.assertIn("job offers at", self.ask(job_id=None, lang="xx_XX")["html"])
