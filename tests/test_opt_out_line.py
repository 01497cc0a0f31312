"""The line that tells how to opt out: what it says, where it goes, that it counts."""

import json

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import BaseCase, tagged
from odoo.tools.misc import file_open

from ..gateway import Result
from ..models.hr_sms_message_offer import Text
from ..rules import keywords, opt_out_line, segments
from .common import TextingCase

LINE = "Reply STOP to opt out"
GERMAN = "Sende STOP, um abzubestellen"


def vectors():
    with file_open("hr_recruitment_texting/tests/opt_out_line_vectors.json") as file:
        return json.load(file)


@tagged("post_install", "-at_install")
class TestOptOutLineRules(BaseCase):
    def test_texts_that_tell_and_texts_that_do_not(self):
        known = vectors()
        for text in known["tells"]:
            with self.subTest(text):
                self.assertEqual(opt_out_line.way_told(f"Hi. {text}"), "stop")
        for text in known["tells_not"]:
            with self.subTest(text):
                self.assertIsNone(opt_out_line.way_told(text))

    def test_browser_has_the_same_vectors(self):
        with file_open("hr_recruitment_texting/static/tests/opt_out_line_vectors.js") as file:
            module = file.read()
        _comment, _export, copy = module.partition("export const optOut = ")
        copy = json.loads(copy.strip().removesuffix(";"))
        self.assertEqual(copy["vectors"], vectors())
        self.assertEqual(copy["patterns"], list(opt_out_line.PATTERNS))

    def test_every_line_tells_it_and_is_plain(self):
        for lang in opt_out_line.LANGUAGES:
            for form in (opt_out_line.INFORMAL, opt_out_line.FORMAL):
                line = opt_out_line.line_for(lang, form)
                self.assertEqual(opt_out_line.way_told(line), "stop", line)
                self.assertEqual(segments.count(line).encoding, segments.GSM_7, line)
                self.assertIn("STOP", line)
            link = opt_out_line.line_for(lang, url="https://x.example/sms/consent/abc")
            self.assertEqual(opt_out_line.way_told(link), "link")
            self.assertEqual(segments.count(link).encoding, segments.GSM_7, link)
        self.assertEqual(keywords.match("STOP")[1], "stop")
        self.assertEqual(
            opt_out_line.line_for("de", opt_out_line.FORMAL),
            "Antworten Sie mit STOP, um keine SMS mehr zu erhalten",
        )

    def test_language(self):
        for expected, codes, region, company in (
            ("fr", ["fr_FR", "de_DE"], "US", "en_US"),
            ("de", [None, "de_CH"], "US", "en_US"),
            ("nl", ["pl_PL", "nl_BE"], "US", "en_US"),
            ("de", [None, False], "AT", "en_US"),
            ("nl", [], "BE", "en_US"),
            ("es", [], "MX", "en_US"),
            ("fr", [], "RE", "en_US"),
            ("en", [], "US", "de_DE"),
            ("es", [], "BR", "es_ES"),  # no line in Portuguese
            ("en", [], None, "pl_PL"),
            ("en", [], None, None),
        ):
            with self.subTest(expected=expected, codes=codes, region=region, company=company):
                self.assertEqual(opt_out_line.language(codes, region, company), expected)


class OptOutLineCase(TextingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sms_opt_out_line = True
        cls.contact = cls.env["res.partner"].create({"name": "Robin Candidate", "lang": "en_US"})
        cls.applicant.partner_id = cls.contact

    def setUp(self):
        super().setUp()
        self.append("granted", "job_form")

    def send(self, body="Hello", **kwargs):
        ids = self.applicant.with_user(self.sender).sms_send(body, **kwargs)
        return self.env["hr.sms.message"].browse(ids)

    def offer(self, body="Hello", applicant=None, keep_refused=False, **values):
        text = (applicant or self.applicant)._sms_text(
            (applicant or self.applicant).sms_number, body, **values
        )
        [offer] = self.env["hr.sms.message"]._offer([text], keep_refused=keep_refused)
        return offer

    def speak(self, contact, lang):
        """Set a contact's language, which need not be installed here."""
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_partner SET lang = %s WHERE id = %s", [lang, contact.id])
        self.env.invalidate_all()

    def move_to(self, number):
        """Have the candidate use a number of another country, with no language known."""
        self.applicant.partner_phone = number
        self.speak(self.contact, None)
        self.append("granted", "manual")


@tagged("post_install", "-at_install")
class TestOptOutLine(OptOutLineCase):
    def test_first_text_has_it_and_the_second_has_not(self):
        self.assertEqual(self.send("Hello ").body, f"Hello\n{LINE}")
        self.assertEqual(self.send("And again").body, "And again")
        self.assertEqual(self.drain().bodies, [f"Hello\n{LINE}", "And again"])
        self.assertEqual(self.send("Later").body, "Later")

    def test_first_since_the_last_yes(self):
        self.send()
        self.drain()
        self.append("withdrawn", "manual")
        self.append("granted", "manual")
        self.assertEqual(self.send("Back").body, f"Back\n{LINE}")
        self.assertEqual(self.send("Again").body, "Again")

    def test_what_did_not_reach_them_does_not_count(self):
        first = self.send()
        first.state = "failed"
        second = self.send()
        self.assertEqual(second.body, f"Hello\n{LINE}")
        second.state = "canceled"
        self.assertEqual(self.send().body, f"Hello\n{LINE}")

    def test_scheduled_keeps_one_and_stands_in_for_none(self):
        later = self.send("Monday", scheduled_date="2099-01-01 10:00:00")
        self.assertEqual(later.body, f"Monday\n{LINE}")
        self.assertEqual(self.send("Now").body, f"Now\n{LINE}")
        later.scheduled_date = fields.Datetime.now()
        self.assertIn(f"Monday\n{LINE}", self.drain().bodies)

    def test_a_retry_sends_the_same(self):
        message = self.send()
        with self.fake_gateway() as fake:
            fake.answer = lambda text: Result(text.uuid, "retry", code=20429)
            self.env["hr.sms.message"]._process_queue("direct")
        self.env.invalidate_all()
        self.assertEqual(message.state, "queued")
        message.next_attempt_date = False
        self.assertEqual(self.drain().bodies, [f"Hello\n{LINE}"])

    def test_never_twice(self):
        for body in (f"Hello\n{LINE}", "Text STOP to end.", f"Hallo. {GERMAN}"):
            self.assertEqual(self.offer(body, kind="bulk").message.body, body)
        # And who read it in the recruiter's own words was told.
        self.assertEqual(self.send().body, "Hello")

    def test_every_bulk_text_has_it(self):
        for _round in range(2):
            self.assertEqual(self.offer(kind="bulk").message.body, f"Hello\n{LINE}")
        self.assertEqual(self.offer(kind="auto").message.body, "Hello")

    def test_by_hand_to_many_through_odoos_composer(self):
        second = self.make_applicant(partner_name="Kim", partner_phone="+12025550143")
        self.append("granted", "job_form", applicant=second)
        self.send()
        composer = (
            self.env["sms.composer"]
            .with_user(self.sender)
            .with_context(active_model="hr.applicant", active_ids=(self.applicant + second).ids)
            .create({"composition_mode": "mass", "body": "Hi all", "mass_keep_log": False})
        )
        composer.action_send_sms()
        bodies = self.env["hr.sms.message"].search([("kind", "=", "bulk")]).mapped("body")
        self.assertEqual(bodies, [f"Hi all\n{LINE}"] * 2)

    def test_confirmations_have_none(self):
        [message] = self.env["hr.sms.message"]._queue(
            [{"thread": self.thread_of(self.applicant), "body": "Bye", "kind": "confirmation"}]
        )
        self.assertEqual((message.body, message.opt_out_way), ("Bye", False))

    def test_an_empty_text_stays_empty(self):
        for body in ("", "  \n"):
            self.assertEqual(self.offer(body).verdict.code, "body_empty")

    def test_switched_off_by_company_or_campaign(self):
        self.assertEqual(self.offer(kind="bulk", opt_out_line=False).message.body, "Hello")
        self.company.sms_opt_out_line = False
        self.assertEqual(self.offer(kind="bulk").message.body, "Hello")
        self.assertEqual(self.send().body, "Hello")
        # Switched on again: who was never told is told now.
        self.company.sms_opt_out_line = True
        self.assertEqual(self.send().body, f"Hello\n{LINE}")

    def test_counts_in_the_limit_and_the_segments(self):
        self.company.sms_length_limit = 100
        fits = "x" * (100 - len(LINE) - 1)
        with self.assertRaisesRegex(UserError, "with the opt-out line"):
            self.send(fits + "x")
        self.assertFalse(
            self.env["hr.sms.message"].search([("applicant_id", "=", self.applicant.id)])
        )
        self.assertEqual(len(self.send(fits).body), 100)
        self.assertEqual(len(self.send("x" * 100).body), 100)  # has been told
        message = self.offer("x" * 90, kind="bulk").verdict
        self.assertEqual(message.code, "body_too_long_here:100")

    def test_counts_in_units_of_the_encoding(self):
        self.company.sms_length_limit = 70
        self.assertEqual(
            self.offer("ê" + "x" * (69 - len(LINE) - 1), kind="bulk").verdict.code, None
        )
        self.assertEqual(
            self.offer("ê" + "x" * (70 - len(LINE) - 1), kind="bulk").verdict.code,
            "body_too_long_here:70",
        )
        self.company.sms_length_limit = 1400
        message = self.offer("x" * 140, kind="bulk").message
        self.assertEqual(message.segment_count, 2)

    def test_a_refused_text_is_kept_as_it_would_have_gone(self):
        self.append("withdrawn", "manual")
        message = self.offer(kind="auto", keep_refused=True).message
        self.assertEqual((message.state, message.body), ("canceled", f"Hello\n{LINE}"))

    def test_language_of_the_last_consent_then_the_contact_then_the_country(self):
        self.append("granted", "job_form", wording="…", wording_lang="fr_FR")
        self.assertEqual(self.send().body, "Hello\nRépondez STOP pour ne plus recevoir de SMS")
        # A Yes without a wording says nothing about the language.
        self.append("granted", "manual")
        self.assertIn("Répondez", self.send().body)
        self.append("granted", "job_form", wording="…", wording_lang="pl_PL")
        self.assertEqual(self.send().body, f"Hello\n{LINE}")

    def test_language_of_the_contact(self):
        self.speak(self.contact, "nl_NL")
        self.assertEqual(self.send().body, "Hello\nAntwoord STOP om u af te melden")

    def test_language_of_the_country_and_form_of_address(self):
        self.move_to("+4915123456789")
        self.assertEqual(self.send().body, f"Hello\n{GERMAN}")
        self.company.sms_opt_out_form = "formal"
        self.append("granted", "manual")
        self.assertEqual(
            self.send().body, "Hello\nAntworten Sie mit STOP, um keine SMS mehr zu erhalten"
        )

    def test_language_of_the_company_last(self):
        self.move_to("+5511961234567")
        self.speak(self.company.partner_id, "es_ES")
        self.assertEqual(self.send().body, "Hello\nResponda STOP para darse de baja")

    def test_queries_do_not_grow_with_the_texts(self):
        numbers = [f"+1202555{position:04}" for position in range(300, 340)]
        threads = self.env["hr.sms.thread"]._get_or_create(self.company, numbers)

        def lines(some):
            self.env.invalidate_all()
            texts = [
                Text(self.company, number, f"Hi {number}", kind=kind)
                for number, kind in zip(some, ["bulk", "direct"] * 20, strict=False)
            ]
            model = self.env["hr.sms.message"]
            before = self.env.cr.sql_log_count
            texts = model._with_opt_out_lines(texts, [threads[number] for number in some])
            self.assertEqual({text.body.partition("\n")[2] for text in texts}, {LINE})
            return self.env.cr.sql_log_count - before

        lines(numbers[:2])
        few, many = lines(numbers[:4]), lines(numbers)
        self.assertEqual(few, many)
        self.assertLessEqual(many, 4)  # company, its partner, its settings, and the one question


@tagged("post_install", "-at_install")
class TestOptOutLineOneWay(OptOutLineCase):
    """Where replies do not arrive, the line is the link to withdraw by."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["hr.sms.country.rule"].create(
            {
                "company_id": cls.company.id,
                "country_ids": cls.env.ref("base.de").ids,
                "rule": "one_way",
            }
        )

    def setUp(self):
        super().setUp()
        self.move_to("+4915123456789")

    @property
    def link(self):
        return self.thread_of(self.applicant)._consent_url(self.company.get_base_url())

    def test_the_link_goes_out_once_and_in_bulk_always(self):
        self.assertEqual(self.send().body, f"Hello\nAbmelden: {self.link}")
        self.assertEqual(self.send().body, "Hello")
        self.assertEqual(self.offer(kind="bulk").message.body, f"Hello\nAbmelden: {self.link}")

    def test_a_stop_instruction_is_no_way_out_there(self):
        body = f"Hello. {GERMAN}"
        self.assertEqual(self.send(body).body, f"{body}\nAbmelden: {self.link}")

    def test_who_was_told_to_reply_is_told_the_link(self):
        self.env["hr.sms.country.rule"].search([("rule", "=", "one_way")]).rule = "allow"
        self.assertEqual(self.send().body, f"Hello\n{GERMAN}")
        self.env["hr.sms.country.rule"].search([("rule", "=", "allow")]).rule = "one_way"
        self.assertEqual(self.send().body, f"Hello\nAbmelden: {self.link}")

    def test_the_only_way_out_is_never_switched_off(self):
        self.company.sms_opt_out_line = False
        message = self.offer(kind="bulk", opt_out_line=False).message
        self.assertEqual(message.body, f"Hello\nAbmelden: {self.link}")

    def test_the_number_is_not_in_it_and_it_is_short(self):
        token = self.link.rpartition("/")[2]
        self.assertRegex(token, r"^[a-z2-7]{20,26}$")
        self.assertNotIn("15123456789", self.link)

    def test_other_countries_reply(self):
        other = self.make_applicant(partner_name="Kim", partner_phone="+12025550143")
        self.append("granted", "job_form", applicant=other)
        self.assertEqual(self.offer(applicant=other).message.opt_out_way, "stop")

    def test_the_tab_says_so(self):
        tab = self.applicant.with_user(self.sender).sms_tab()
        [notice] = [notice for notice in tab["notices"] if notice["code"] == "one_way"]
        self.assertIn("a link to opt out by", notice["text"])
        self.assertEqual(tab["opt_out"]["line"], f"Abmelden: {self.link}")
        self.assertEqual(tab["opt_out"]["told"], {"link": "/sms/consent/", "patterns": []})


@tagged("post_install", "-at_install")
class TestOptOutLineTab(OptOutLineCase):
    def tab(self, user=None):
        return self.applicant.with_user(user or self.sender).sms_tab()["opt_out"]

    def test_the_tab_says_which_line_will_be_added(self):
        told = self.tab()
        self.assertEqual((told["line"], told["separator"]), (LINE, "\n"))
        self.assertEqual(told["told"]["patterns"], opt_out_line.PATTERNS)
        self.send()
        self.assertFalse(self.tab())

    def test_a_viewer_sees_it_too(self):
        self.assertEqual(self.tab(self.viewer)["line"], LINE)

    def test_none_where_nothing_can_be_sent(self):
        self.append("withdrawn", "manual")
        self.assertFalse(self.tab())

    def test_none_without_a_number(self):
        other = self.make_applicant(partner_phone=False)
        self.assertFalse(other.with_user(self.sender).sms_tab()["opt_out"])

    def test_none_when_switched_off(self):
        self.company.sms_opt_out_line = False
        self.assertFalse(self.tab())

    def test_settings(self):
        settings = self.env["res.config.settings"].create({})
        settings.company_id = self.company
        settings.sms_opt_out_line = False
        settings.sms_opt_out_form = "formal"
        self.assertFalse(self.company.sms_opt_out_line)
        self.assertEqual(self.company.sms_opt_out_form, "formal")
