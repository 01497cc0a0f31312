"""Applying by texting a keyword (mission: B12), from the webhook to the completed application."""

import json
import re
from datetime import timedelta
from unittest.mock import patch

from lxml import html

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..models.hr_sms_message_inbound import MOST_ANSWERS
from ..rules import consent_token, keywords, opt_out_line, segments, text_to_apply
from .common import CANDIDATE, OUR_NUMBER, TextingMixin
from .test_webhooks import WebhookCase

NEWCOMER = "+12025550177"


class TextToApplyCase(WebhookCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job.write({"is_published": True, "website_published": True})
        cls.keyword = cls.make_keyword(word="Nurse", job_id=cls.job.id)
        cls.Message = cls.env["hr.sms.message"]
        cls.Message._follow_up()  # texts of the demo data

    @classmethod
    def make_keyword(cls, **values):
        return cls.env["hr.sms.keyword"].create(
            {"action": "apply", "company_id": cls.company.id, **values}
        )

    def texts(self, *bodies, number=NEWCOMER):
        """Have a phone text us, and do what follows the webhooks' commits."""
        for body in bodies:
            self.text(body, From=number)
        self.env.flush_all()
        self.Message._follow_up()
        self.env.invalidate_all()

    def applications(self, number=NEWCOMER):
        return self.env["hr.applicant"].search(
            [("sms_number", "=", number), ("company_id", "=", self.company.id)], order="id"
        )

    def thread_with(self, number=NEWCOMER):
        return self.env["hr.sms.thread"].search(
            [("number", "=", number), ("company_id", "=", self.company.id)]
        )

    def greetings(self, number=NEWCOMER):
        return self.messages(("kind", "=", "apply"), ("thread_id.number", "=", number))

    def path(self, body):
        """Return the path of the link in a greeting."""
        return re.search(rf"{text_to_apply.LINK_PATH}[a-z0-9]+", body).group()

    def link_page(self, path, status=200):
        answer = self.url_open(path)
        self.assertEqual(answer.status_code, status)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        return html.fromstring(answer.text)

    def begin(self, body="Nurse"):
        """Text a keyword and return the path of the link that comes back."""
        self.texts(body)
        return self.path(self.greetings()[-1].body)

    def send_form(self, page=None, **values):
        """Send the form as its page would.

        :returns: the server's answer
        """
        form = page.xpath("//form[@data-model_name='hr.applicant']")[0] if page is not None else ()
        hidden = {
            field.get("name"): field.get("value")
            for field in (form.xpath(".//input") if page is not None else ())
            if field.get("name") in ("partner_phone", "sms_consent_apply", "sms_consent_token")
        }
        answer = self.url_open(
            "/website/form/hr.applicant",
            data={
                "partner_name": "Nia Newcomer",
                "email_from": "nia@example.com",
                "job_id": self.job.id,
                **hidden,
                **values,
            },
            headers={"Referer": f"{self.base_url()}/sms/apply/secret"},
        )
        self.env.invalidate_all()
        return json.loads(answer.text)


@tagged("post_install", "-at_install")
class TestTextToApply(TextToApplyCase):
    def test_an_unknown_phone_gets_an_application_consent_and_a_greeting(self):
        self.text(" nurse! ", From=NEWCOMER)
        self.assertFalse(self.applications(), "the webhook takes the text in, and no more")
        self.texts()
        applicant = self.applications()
        self.assertEqual(applicant.job_id, self.job)
        self.assertEqual(applicant.partner_name, "+1 202-555-0177")
        self.assertTrue(applicant.stage_id)
        [event] = self.thread_with().consent_ids
        self.assertEqual(
            (event.event, event.method, event.scope), ("granted", "text_to_apply", "jobs")
        )
        self.assertEqual((event.keyword, event.note), ("nurse", " nurse! "))
        self.assertEqual((event.number, event.source_ref), (NEWCOMER, OUR_NUMBER))
        self.assertEqual((event.applicant_ref, event.job_ref), (applicant.id, self.job.id))
        received = self.messages(("direction", "=", "inbound"))
        self.assertEqual(event.twilio_sid, received.twilio_sid)
        self.assertEqual(received.applicant_id, applicant)
        self.assertFalse(received.is_waiting)
        self.assertIn("By texting Nurse you agree to text messages (SMS)", event.wording)
        self.assertRegex(event.wording_version, r"^poster-company-\d+-\d+$")
        [sent] = self.drain().sent
        self.assertEqual((sent.to, sent.sender), (NEWCOMER, OUR_NUMBER))
        for words in (
            "Acme Hiring: Thanks for your interest in Nurse! Complete your application: http",
            "You agreed to texts about jobs.",
            "Msg frequency varies.",
            "Msg & data rates may apply.",
            "Reply HELP for help.",
            "Reply STOP to opt out",
        ):
            self.assertIn(words, sent.body)
        self.assertEqual(self.thread_with().consent_state, "granted")
        self.assertTrue(self.env["hr.sms.consent"]._verify_chains(self.thread_with()) == [])

    def test_the_same_keyword_again_makes_nothing_twice(self):
        self.texts("Nurse", "NURSE", "nurse.")
        self.texts("Nurse")
        self.assertEqual(len(self.applications()), 1)
        self.assertEqual(len(self.greetings()), 1)
        self.assertEqual(len(self.thread_with().consent_ids), 1)

    def test_the_same_delivery_again_makes_nothing_twice(self):
        form = self.form(Body="Nurse", From=NEWCOMER)
        for _again in range(3):
            self.assertEqual(
                self.post("/recruitment_texting/twilio/inbound", form).status_code, 200
            )
        self.texts()
        self.assertEqual(len(self.messages(("direction", "=", "inbound"))), 1)
        self.assertEqual(len(self.applications()), 1)
        self.assertEqual(len(self.greetings()), 1)

    def test_a_lost_link_comes_again_later(self):
        path = self.begin()
        self.env.cr.execute(
            "UPDATE hr_sms_message SET create_date = create_date - interval '11 minutes'"
        )
        self.env.invalidate_all()
        self.assertEqual(self.begin(), path, "the same link, for longer")
        self.assertEqual(len(self.greetings()), 2)
        self.assertEqual(len(self.applications()), 1)

    def test_a_known_applicant_is_linked(self):
        self.texts("Nurse", number=CANDIDATE)
        self.assertEqual(self.applications(CANDIDATE), self.applicant)
        [event] = self.thread.consent_ids
        self.assertEqual(event.applicant_ref, self.applicant.id)
        self.assertEqual(event.actor_name, "Robin Candidate")
        self.assertEqual(self.greetings(CANDIDATE).applicant_id, self.applicant)

    def test_a_known_applicant_applies_for_another_job(self):
        driver = self.env["hr.job"].create({"name": "Driver", "company_id": self.company.id})
        self.make_keyword(word="Driver", job_id=driver.id)
        self.applicant.email_from = "robin@example.com"
        self.texts("Driver", number=CANDIDATE)
        first, second = self.applications(CANDIDATE)
        self.assertEqual((first, second.job_id), (self.applicant, driver))
        self.assertEqual(second.partner_name, "Robin Candidate")
        self.assertEqual(second.partner_id, self.applicant.partner_id)

    def test_a_number_that_the_library_does_not_know(self):
        number = "+491512345678"
        self.texts("Nurse", number=number)
        self.texts("Nurse", number=number)
        [applicant] = self.greetings(number).applicant_id
        self.assertEqual((applicant.partner_phone, applicant.sms_number), (number, False))
        self.assertEqual(self.env["hr.applicant"].search_count([("partner_phone", "=", number)]), 1)
        page = self.link_page(self.path(self.greetings(number).body))
        self.assertEqual(self.send_form(page), {"id": applicant.id})

    def test_two_people_of_one_number_are_not_mixed_up(self):
        self.make_applicant(partner_name="Kim Other", job_id=False)
        driver = self.env["hr.job"].create({"name": "Driver", "company_id": self.company.id})
        self.make_keyword(word="Driver", job_id=driver.id)
        self.texts("Driver", number=CANDIDATE)
        new = self.applications(CANDIDATE).filtered(lambda one: one.job_id == driver)
        self.assertEqual(new.partner_name, "+1 202-555-0142")
        self.assertFalse(new.partner_id)

    def test_a_refused_applicant_may_apply_anew(self):
        self.applicant.active = False
        self.texts("Nurse", number=CANDIDATE)
        self.assertEqual(len(self.applications(CANDIDATE)), 1)
        self.assertNotEqual(self.applications(CANDIDATE), self.applicant)

    def test_a_number_that_was_wrong_is_somebody_elses(self):
        self.texts("wrong number", number=CANDIDATE)
        self.assertEqual(self.thread.number_flag, "wrong_number")
        self.texts("Nurse", number=CANDIDATE)
        self.texts("Nurse", number=CANDIDATE)
        first, second = self.applications(CANDIDATE)
        self.assertEqual((first, second.partner_name), (self.applicant, "+1 202-555-0142"))

    def test_every_language_is_answered_in_its_own(self):
        for lang, words in (
            ("de", "Danke für das Interesse an der Stelle Nurse!"),
            ("fr", "Merci pour votre candidature"),
            ("es", "¡Gracias por interesarse por Nurse!"),
            ("nl", "Bedankt voor uw interesse in Nurse!"),
        ):
            with self.subTest(lang=lang):
                self.make_keyword(word=f"Pflege {lang}", lang=lang, job_id=self.job.id)
                number = f"+1202555019{opt_out_line.LANGUAGES.index(lang)}"
                self.texts(f"PFLEGE {lang}", number=number)
                [body] = self.drain().bodies
                self.assertIn(words, body)
                self.assertIn("STOP", body)
                self.assertEqual(segments.count(body).encoding, "GSM-7")
                [event] = self.thread_with(number).consent_ids
                self.assertEqual(event.wording_lang, lang)

    def test_own_words_keep_the_small_print(self):
        self.keyword.reply = "{company} sucht dich als {job}."
        self.texts("Nurse")
        [body] = self.drain().bodies
        self.assertTrue(body.startswith("Acme Hiring sucht dich als Nurse. http"))
        self.assertIn("Msg & data rates may apply.", body)
        with self.assertRaisesRegex(ValidationError, "placeholders only: {company}, {job}"):
            self.keyword.reply = "{name}"

    def test_the_first_text_by_hand_does_not_repeat_how_to_opt_out(self):
        self.company.sms_opt_out_line = True
        self.texts("Nurse")
        self.applications().with_user(self.sender).sms_send("Hello, this is Acme Hiring.")
        greeting, text = self.drain().bodies
        self.assertEqual(greeting.count("STOP"), 1)
        self.assertNotIn("STOP", text)

    def test_a_locked_number_is_noted_and_not_answered(self):
        self.append("granted", "keyword")
        self.texts("STOPP", number=CANDIDATE)
        self.drain()
        self.applicant.user_id = self.sender
        self.texts("Nurse", number=CANDIDATE)
        self.assertTrue(self.thread.consent_locked, "only START lifts it")
        self.assertEqual(self.thread.consent_ids.sorted("sequence")[-1].method, "text_to_apply")
        self.assertFalse(self.drain().sent)
        [kept] = self.greetings(CANDIDATE)
        self.assertEqual((kept.state, kept.failure_code), ("canceled", "consent_locked"))
        [told] = self.told("got no answer")
        self.assertEqual(told.notified_partner_ids, self.sender.partner_id)
        self.assertIn("opted out by text", told.body)
        self.texts("Nurse", "Nurse", number=CANDIDATE)
        self.assertEqual(len(self.told("got no answer")), 1, "once")
        self.assertEqual(len(self.thread.consent_ids), 3)

    def test_a_country_that_is_refused(self):
        french = "+33612345678"
        self.texts("Nurse", number=french)
        [applicant] = self.applications(french)
        self.assertEqual(self.thread_with(french).consent_state, "granted")
        self.assertFalse(self.drain().sent)
        self.assertEqual(self.greetings(french).failure_code, "country_refused:FR")
        self.assertEqual(self.told("got no answer").res_id, applicant.id)
        self.assertIn(self.manager.partner_id, self.told("got no answer").notified_partner_ids)

    def told(self, subject):
        return self.env["mail.message"].search(
            [
                ("model", "=", "hr.applicant"),
                ("message_type", "=", "user_notification"),
                ("subject", "ilike", subject),
            ]
        )

    def test_who_nobody_recruits_for_is_told_to_the_managers(self):
        self.make_keyword(word="Jobs")
        self.texts("JOBS")
        self.assertIn(self.manager.partner_id, self.told("applied by text").notified_partner_ids)
        self.assertNotIn(self.nobody.partner_id, self.told("applied").notified_partner_ids)

    def test_stop_before_the_greeting_left(self):
        self.texts("Nurse")
        self.text("STOPP", From=NEWCOMER)
        bodies = self.drain().bodies
        self.assertEqual(len(bodies), 1)
        self.assertIn("You are unsubscribed" if "You" in bodies[0] else "abgemeldet", bodies[0])

    def test_stop_before_the_application(self):
        self.text("Nurse", From=NEWCOMER)
        self.text("STOPP", From=NEWCOMER)
        self.texts()
        self.assertTrue(self.thread_with().consent_locked)
        self.assertFalse(self.greetings().filtered(lambda one: one.state != "canceled"))

    def test_an_answer_at_zero_and_at_night(self):
        account = self.env["hr.sms.allowance"]._of(self.company)
        account.write({"plan_left": 0, "extra_left": 0})
        self.company.write({"sms_quiet_hours": True, "sms_open_from": 0.1, "sms_open_until": 0.2})
        self.company.sms_length_limit = 100
        self.texts("Nurse")
        self.assertEqual(len(self.drain().sent), 1)

    def test_no_more_answers_than_five_an_hour(self):
        for count in range(MOST_ANSWERS + 2):
            self.make_keyword(word=f"Job {count}", job_id=self.job.copy().id)
        self.texts(*(f"job {count}" for count in range(MOST_ANSWERS + 2)))
        self.assertEqual(len(self.greetings()), MOST_ANSWERS)
        self.assertEqual(len(self.applications()), MOST_ANSWERS + 2)
        self.texts("Hilfe")
        self.assertFalse(self.messages(("kind", "=", "confirmation")), "of any kind")

    def test_two_machines_do_not_talk_for_ever(self):
        self.append("granted", "keyword")
        words = ("STOPP", "START", "Hilfe", "Nurse")
        for _round in range(4):
            self.texts(*words, number=CANDIDATE)
        answers = self.messages(("direction", "=", "outbound"), ("state", "!=", "canceled"))
        self.assertEqual(len(answers), MOST_ANSWERS)

    def test_inside_a_sentence_it_is_an_ordinary_text(self):
        self.texts("I am a nurse", number=CANDIDATE)
        self.assertFalse(self.greetings(CANDIDATE))
        self.assertEqual(self.thread.consent_state, "none")

    def test_a_closed_job_offers_the_others(self):
        self.job.active = False
        self.texts("Nurse")
        self.assertFalse(self.applications().job_id)
        self.assertIn("Choose a job and apply", self.greetings().body)

    def test_a_keyword_that_was_deleted(self):
        self.text("Nurse", From=NEWCOMER)
        self.keyword.unlink()
        self.texts("Nurse")
        self.assertFalse(self.applications())
        self.assertEqual(len(self.messages(("direction", "=", "inbound"))), 2)
        self.assertTrue(self.keyword.exists() == self.env["hr.sms.keyword"])

    def test_a_job_takes_its_keywords_along(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        job = self.env["hr.job"].create({"name": "Cook", "company_id": self.company.id})
        keyword = self.make_keyword(word="Cook", job_id=job.id)
        job.company_id = other
        self.assertEqual(keyword.company_id, other)
        job.unlink()
        self.assertFalse(keyword.exists())
        self.texts("Cook", number=CANDIDATE)
        self.assertFalse(self.greetings(CANDIDATE))

    def test_companies_that_share_a_number(self):
        other = self.env["res.company"].create(
            {"name": "Sister Hiring", "country_id": self.env.ref("base.us").id}
        )
        self.connect_company(other)
        job = self.env["hr.job"].create({"name": "Cook", "company_id": other.id})
        self.env["hr.sms.keyword"].create(
            {"word": "Cook", "action": "apply", "job_id": job.id, "company_id": other.id}
        )
        self.texts("Cook")
        self.assertFalse(self.applications())
        applicant = self.env["hr.applicant"].search([("job_id", "=", job.id)])
        self.assertEqual(applicant.company_id, other)

    def test_what_cannot_be_followed_up_holds_nobody_up(self):
        model = type(self.env["hr.applicant"])
        plain = model._sms_applied_by_text

        def fail(applicants, thread, job):
            if thread.number == NEWCOMER:
                raise ValueError
            return plain(applicants, thread, job)

        self.text("Nurse", From=NEWCOMER)
        with (
            patch.object(model, "_sms_applied_by_text", fail),
            mute_logger("odoo.addons.hr_recruitment_texting.models.hr_sms_message_follow_up"),
        ):
            self.texts("Nurse", number="+12025550178")
        self.assertEqual(len(self.applications("+12025550178")), 1)
        self.assertFalse(self.applications())

    def test_an_erased_number_leaves_no_key(self):
        path = self.begin()
        self.drain()
        self.thread_with()._erase("Somebody")
        self.link_page(path, status=404)
        self.assertFalse(self.messages().keyword_id)


@tagged("post_install", "-at_install")
class TestApplyLink(TextToApplyCase):
    def test_the_form_has_the_number_and_asks_nothing_twice(self):
        page = self.link_page(self.begin())
        [phone] = page.xpath("//input[@name='partner_phone']")
        self.assertEqual((phone.get("value"), phone.get("readonly")), (NEWCOMER, "readonly"))
        self.assertFalse(page.xpath("//input[@name='sms_consent']"))
        [given] = page.find_class("o_sms_consent_given")
        self.assertIn("You agreed to text messages from Acme Hiring on", given.text_content())
        self.assertFalse(self.applications().email_from, "opening it changes nothing")

    def test_the_form_completes_that_application(self):
        page = self.link_page(self.begin())
        applicant = self.applications()
        answer = self.send_form(
            page,
            short_introduction="I <b>care</b>",
            linkedin_profile="https://www.linkedin.com/in/nia",
            partner_phone="+12025550999",
        )
        self.assertEqual(answer, {"id": applicant.id})
        self.assertEqual(self.applications(), applicant)
        self.assertEqual(applicant.partner_name, "Nia Newcomer")
        self.assertEqual(applicant.email_from, "nia@example.com")
        self.assertEqual(applicant.partner_id.name, "Nia Newcomer")
        self.assertEqual(applicant.linkedin_profile, "https://www.linkedin.com/in/nia")
        self.assertEqual(applicant.partner_phone, NEWCOMER, "the link's number stays")
        self.assertEqual(len(self.thread_with().consent_ids), 1)
        note = "".join(applicant.message_ids.mapped("body"))
        self.assertIn("I &lt;b&gt;care", note)
        self.assertNotIn("sms_consent", note)

    def test_it_is_good_once(self):
        path = self.begin()
        page = self.link_page(path)
        self.send_form(page)
        answer = self.send_form(page, partner_name="Somebody Else")
        self.assertIn("You have applied already", answer["error"])
        self.assertEqual(self.applications().partner_name, "Nia Newcomer")
        page = self.link_page(path)
        self.assertIn("You have applied already", page.text_content())
        self.assertFalse(page.xpath("//form[@data-model_name='hr.applicant']"))

    def test_the_stages_email_goes_when_there_is_an_address(self):
        template = self.env["mail.template"].create(
            {
                "name": "Thanks",
                "model_id": self.env["ir.model"]._get_id("hr.applicant"),
                "subject": "Thanks for applying",
                "email_to": "{{ object.email_from }}",
            }
        )
        path = self.begin()
        self.applications().stage_id.template_id = template
        sent = self.env["mail.mail"].search_count([("subject", "=", "Thanks for applying")])
        self.send_form(self.link_page(path))
        now = self.env["mail.message"].search_count([("subject", "=", "Thanks for applying")])
        self.assertEqual((sent, now), (0, 1))

    def test_forged(self):
        path = self.begin()
        page = self.link_page(path)
        link = self.env["hr.sms.apply.link"].search([])
        thread_token = self.thread_with()._consent_token(consent_token.WITHDRAW)
        right = link._token()
        self.assertTrue(path.endswith(f"/{right}"))
        changed = f"{'b' if right[0] != 'b' else 'c'}{right[1:]}"
        for token in ("x", right[:-1], changed, "a" * 300, thread_token, "ä"):
            with self.subTest(token=token):
                unknown = self.link_page(f"/sms/apply/{token}", status=404)
                self.assertIn("copy the whole link", unknown.text_content())
                answer = self.send_form(page, sms_consent_apply=token)
                self.assertIn("This link does not work", answer["error"])
        self.assertFalse(self.applications().email_from)
        other = self.url_open(f"/sms/consent/{link._token()}")
        self.assertEqual(other.status_code, 404, "nor is it good for anything else")

    def test_expired(self):
        path = self.begin()
        page = self.link_page(path)
        link = self.env["hr.sms.apply.link"].search([])
        link.expires_date = fields.Datetime.now() - timedelta(minutes=1)
        late = self.link_page(path, status=410)
        self.assertIn("This link has expired", late.text_content())
        [button] = late.xpath("//a[starts-with(@href, 'sms:')]")
        self.assertEqual(button.get("href"), f"sms:{OUR_NUMBER}?body=Nurse")
        answer = self.send_form(page)
        self.assertIn("Text Nurse to +12025550100 for a new link", answer["error"])
        self.env.cr.execute(
            "UPDATE hr_sms_message SET create_date = create_date - interval '11 minutes'"
        )
        self.env.invalidate_all()
        self.assertEqual(self.begin(), path)
        self.assertEqual(self.send_form(self.link_page(path)), {"id": self.applications().id})

    def test_another_number_or_company(self):
        path = self.begin()
        page = self.link_page(path)
        applicant = self.applications()
        applicant.partner_phone = "+12025550188"
        moved = self.link_page(path, status=410)
        self.assertIn("the phone number that Acme Hiring has of you now", moved.text_content())
        self.assertIn("does not work any more", self.send_form(page)["error"])
        applicant.partner_phone = NEWCOMER
        other = self.env["res.company"].create({"name": "Elsewhere"})
        applicant.write({"job_id": False, "company_id": other.id})
        self.assertNotIn("Elsewhere", self.link_page(path, status=410).text_content())
        self.assertIn("does not work any more", self.send_form(page)["error"])
        self.assertFalse(applicant.email_from)

    def test_another_job(self):
        page = self.link_page(self.begin())
        other = self.job.copy()
        for job in (other.id, 0, "x", ""):
            with self.subTest(job=job):
                answer = self.send_form(page, job_id=job)
                self.assertIn("This link is for another job", answer["error"])

    def test_a_job_that_closed_meanwhile(self):
        path = self.begin()
        self.job.active = False
        self.assertIn("not open any more", self.link_page(path, status=410).text_content())

    def test_a_job_that_is_not_published(self):
        self.job.write({"is_published": False, "website_published": False})
        self.assertEqual(
            self.send_form(self.link_page(self.begin())), {"id": self.applications().id}
        )

    def test_withdrawn_since_it_asks_after_all(self):
        path = self.begin()
        page = self.link_page(path)
        self.text("STOPP", From=NEWCOMER)
        answer = self.send_form(page)
        self.assertEqual(answer["error_fields"], ["sms_consent"])
        page = self.link_page(path)
        self.assertEqual(len(page.xpath("//input[@name='sms_consent']")), 2)
        self.assertEqual(self.send_form(page, sms_consent="no"), {"id": self.applications().id})
        event = self.thread_with().consent_ids.sorted("sequence")[-1]
        self.assertEqual((event.event, event.method), ("declined", "job_form"))
        self.assertTrue(event.page_url.endswith("/sms/apply/"), "the key is not kept")
        self.assertNotEqual(event.wording_version, "unproven")

    def test_who_applied_before_is_not_rewritten(self):
        self.applicant.email_from = "robin@example.com"
        self.texts("Nurse", number=CANDIDATE)
        page = self.link_page(self.path(self.greetings(CANDIDATE).body))
        self.assertEqual(
            self.send_form(page, linkedin_profile="https://www.linkedin.com/in/robin"),
            {"id": self.applicant.id},
        )
        self.assertEqual(self.applicant.partner_name, "Robin Candidate")
        self.assertEqual(self.applicant.email_from, "robin@example.com")
        self.assertEqual(self.applicant.linkedin_profile, "https://www.linkedin.com/in/robin")
        note = "".join(self.applicant.message_ids.mapped("body"))
        self.assertIn("nia@example.com", note)

    def test_any_job(self):
        self.make_keyword(word="Jobs")
        hidden = self.env["hr.job"].create({"name": "Secret", "company_id": self.company.id})
        path = self.begin("JOBS")
        applicant = self.applications()
        self.assertFalse(applicant.job_id)
        page = self.link_page(path)
        self.assertEqual(
            page.xpath("//a[contains(@class, 'o_sms_apply_job')]/@href"), [f"{path}/{self.job.id}"]
        )
        page = self.link_page(f"{path}/{hidden.id}")
        self.assertFalse(page.xpath("//form[@data-model_name='hr.applicant']"))
        page = self.link_page(f"{path}/{self.job.id}")
        answer = self.send_form(page, job_id=hidden.id)
        self.assertIn("another job", answer["error"])
        self.assertEqual(self.send_form(page), {"id": applicant.id})
        self.assertEqual((applicant.job_id, applicant.partner_name), (self.job, "Nia Newcomer"))
        self.assertIn("applied already", self.link_page(path).text_content())

    def test_any_job_then_one(self):
        self.make_keyword(word="Jobs")
        self.texts("Jobs")
        applicant = self.applications()
        self.texts("Nurse")
        self.assertEqual(self.applications(), applicant)
        self.assertEqual(applicant.job_id, self.job)
        self.assertEqual(len(self.greetings()), 2)

    def test_any_job_of_a_known_applicant(self):
        self.make_keyword(word="Jobs")
        cook = self.env["hr.job"].create(
            {"name": "Cook", "company_id": self.company.id, "is_published": True}
        )
        self.texts("Jobs", number=CANDIDATE)
        self.assertEqual(self.applications(CANDIDATE), self.applicant)
        path = self.path(self.greetings(CANDIDATE).body)
        page = self.link_page(f"{path}/{cook.id}")
        answer = self.send_form(page, job_id=cook.id, partner_name="Robin C.")
        new = self.applications(CANDIDATE) - self.applicant
        self.assertEqual(answer, {"id": new.id})
        self.assertEqual((new.job_id, new.partner_name), (cook, "Robin C."))
        self.assertEqual(self.applicant.partner_name, "Robin Candidate")

    def test_for_this_job_only(self):
        self.company.sms_consent_scope = "this_job"
        self.make_keyword(word="Jobs")
        path = self.begin("Jobs")
        self.assertIn("about your application. ", self.thread_with().consent_ids.wording)
        page = self.link_page(f"{path}/{self.job.id}")
        self.assertEqual(len(page.xpath("//input[@name='sms_consent']")), 2, "it is another job")

    def test_reminders_only(self):
        self.company.sms_consent_scope = "reminders"
        path = self.begin()
        self.assertEqual(len(self.drain().sent), 1)
        self.assertFalse(self.link_page(path).xpath("//input[@name='sms_consent']"))


@tagged("post_install", "-at_install")
class TestKeywordConflicts(TextingMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_texting()
        cls.keywords = cls.env["hr.sms.keyword"].with_user(cls.manager)
        cls.taken = cls.keywords.create({"word": "Pflege", "action": "apply", "job_id": cls.job.id})

    def refused(self, words, **values):
        values = {"action": "apply", **values}
        with self.assertRaisesRegex(ValidationError, words), self.env.cr.savepoint():
            self.keywords.create(values)

    def test_built_in_words(self):
        for word, action in (
            ("Stop!", "Opt out"),
            ("opt-out", "Opt out"),
            ("Start", "Opt in"),
            ("HILFE", "Help"),
            ("désabonner", "Opt out"),
        ):
            with self.subTest(word=word):
                self.refused(rf"“{word}” is a built-in word \({action}\)", word=word)

    def test_two_jobs(self):
        other = self.job.copy()
        self.refused("“Pflege”, the keyword of the job “Nurse”", word="PFLEGE!", job_id=other.id)
        driver = self.keywords.create({"word": "Driver", "action": "apply", "job_id": other.id})
        with self.assertRaisesRegex(ValidationError, "the keyword of the job “Nurse”"):
            driver.word = "pflege"
        driver.word = "Fahrer"

    def test_all_companies_and_one(self):
        self.refused("the keyword of the job “Nurse”", word="pflege", company_id=False)
        self.refused(
            "the keyword of the job “Nurse”", word="pflege", company_id=False, action="stop"
        )
        self.keywords.create({"word": "Basta", "action": "stop", "company_id": False})
        self.refused(
            r"“basta” is the same as the keyword “Basta” \(Opt out\)",
            word="basta",
            job_id=self.job.id,
        )

    def test_another_company_has_its_own(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        job = self.env["hr.job"].create({"name": "Nurse", "company_id": other.id})
        self.env["hr.sms.keyword"].create({"word": "Pflege", "action": "apply", "job_id": job.id})
        self.env["hr.sms.keyword"].create({"word": "Geheim", "action": "apply", "job_id": job.id})
        self.refused("a keyword of another company", word="geheim", company_id=False)

    def test_an_archived_one(self):
        self.taken.active = False
        self.refused("the archived keyword “Pflege”", word="pflege", job_id=self.job.id)

    def test_moving_a_job_into_a_conflict(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        job = self.env["hr.job"].create({"name": "Cook", "company_id": other.id})
        self.env["hr.sms.keyword"].create({"word": "Pflege", "action": "apply", "job_id": job.id})
        with self.assertRaisesRegex(ValidationError, "the keyword of the job “Nurse”"):
            job.company_id = self.company

    def test_rights(self):
        with self.assertRaises(AccessError):
            self.taken.with_user(self.sender).word = "Mine"
        with self.assertRaises(AccessError):
            self.job.with_user(self.nobody).read(["sms_keyword_ids"])
        self.assertEqual(
            self.job.with_user(self.viewer).read(["sms_keyword_ids"])[0]["sms_keyword_ids"],
            self.taken.ids,
        )
        for user, count in ((self.nobody, 0), (self.viewer, 1), (self.manager, 1)):
            arch = self.env["hr.job"].with_user(user).get_view(view_type="form")["arch"]
            self.assertEqual(arch.count('name="sms_keyword_ids"'), count, user.login)
            self.assertEqual(arch.count("Text to Apply"), count, user.login)
        for user in (self.sender, self.manager):
            with self.assertRaises(AccessError):
                self.env["hr.sms.apply.link"].with_user(user).search([])

    def test_the_language_is_the_users(self):
        self.assertEqual(self.taken.lang, "en")
        self.env["res.lang"]._activate_lang("de_DE")
        german = self.keywords.with_context(lang="de_DE")
        self.assertEqual(german.create({"word": "Fahrer", "action": "apply"}).lang, "de")

    def test_own_words_are_no_built_in_ones(self):
        self.assertEqual(keywords.fold_keyword("Pflege"), self.taken.folded)
        with self.assertRaises(UserError):
            self.env["hr.sms.keyword"].create(
                {"word": "HALT", "action": "stop"}
            ).action_poster_pdf()
