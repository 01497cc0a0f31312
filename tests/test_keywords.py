from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, tagged

from ..rules import keywords, segments
from .common import TextingMixin
from .test_webhooks import WebhookCase


@tagged("post_install", "-at_install")
class TestKeywordAnswers(TransactionCase):
    def test_every_language_has_every_answer_in_cheap_characters(self):
        for lang in keywords.LANGUAGES:
            self.assertEqual(keywords.ANSWERS[lang].keys(), keywords.ANSWERS["en"].keys())
            for action, text in keywords.ANSWERS[lang].items():
                with self.subTest(lang=lang, action=action):
                    counted = segments.count(text.format(company="Acme Hiring"))
                    self.assertEqual(counted.encoding, "GSM-7")
                    self.assertLessEqual(counted.segments, 1 if action != "help" else 2)
                    self.assertIn("STOP" if action in ("start", "help") else "START", text)

    def test_words_of_five_languages(self):
        for word, action in (
            ("STOP", "stop"),
            ("Opt-Out", "stop"),
            ("opt_out!", "stop"),
            ("ARRÊT", "stop"),
            ("désabonner", "stop"),
            ("Baja.", "stop"),
            ("Uitschrijven", "stop"),
            ("Aide", "help"),
            ("¿Ayuda?", "help"),
            ("hulp", "help"),
            ("UNSTOP", "start"),
        ):
            with self.subTest(word=word):
                self.assertEqual(keywords.match(word)[1], action)


@tagged("post_install", "-at_install")
class TestKeywordModel(TextingMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_texting()
        cls.keywords = cls.env["hr.sms.keyword"].with_user(cls.manager)

    def test_built_in_words_are_there_and_stay(self):
        rows = self.keywords.search([("is_built_in", "=", True)])
        self.assertEqual(set(rows.mapped("folded")), set(keywords.BUILT_IN))
        stop = rows.filtered(lambda row: row.folded == "stop")
        for change in (
            {"action": "help"},
            {"word": "HALT"},
            {"active": False},
            {"company_id": self.company.id},
            {"is_built_in": False},
        ):
            with self.subTest(change=change), self.assertRaisesRegex(UserError, "stay as they are"):
                stop.write(change)
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            stop.unlink()
        stop.reply = "{company}: bye."
        self.env.cr.execute("DELETE FROM hr_sms_keyword WHERE id = %s", [stop.id])
        self.env.registry.clear_cache()
        self.assertEqual(self.keywords._match(self.company, "Stop!").action, "stop")
        self.env["hr.sms.keyword"]._ensure_built_in()
        self.assertTrue(self.keywords.search([("folded", "=", "stop")]))

    def test_what_cannot_be_a_keyword(self):
        for vals, words in (
            ({"word": "Stop!", "action": "help"}, "built-in word"),
            ({"word": "yes", "action": "apply"}, "built-in word"),
            ({"word": "!!!", "action": "help"}, "at least one letter"),
            ({"word": "x" * 41, "action": "help"}, "at most 40"),
            ({"word": "PFLEGE", "action": "stop", "job_id": self.job.id}, "Remove the job"),
            ({"word": "HALT", "action": "stop", "reply": "{user.password}"}, "placeholder"),
            ({"word": "HALT", "action": "stop", "reply": "{company"}, "placeholder"),
            ({"word": "HALT", "action": "stop", "reply": "x" * 460}, "longer than 459"),
        ):
            with (
                self.subTest(vals=vals),
                self.assertRaisesRegex(ValidationError, words),
                self.env.cr.savepoint(),
            ):
                self.keywords.create(vals)

    def test_one_meaning_for_a_word(self):
        self.keywords.create({"word": "PFLEGE", "action": "apply", "job_id": self.job.id})
        other = self.job.copy()
        with self.assertRaisesRegex(ValidationError, "“PFLEGE”, the keyword of the job “Nurse”"):
            self.keywords.create({"word": "Pflege!", "action": "apply", "job_id": other.id})

    def test_nobody_forges_a_built_in_word(self):
        row = self.keywords.create({"word": "HALT", "action": "stop", "is_built_in": True})
        self.assertFalse(row.is_built_in)
        row.unlink()

    def test_rights(self):
        self.assertTrue(self.keywords.with_user(self.viewer).search([], limit=1))
        with self.assertRaises(AccessError):
            self.keywords.with_user(self.sender).create({"word": "HALT", "action": "stop"})
        with self.assertRaises(AccessError):
            self.keywords.with_user(self.nobody).search([])
        foreign = self.env["res.company"].create({"name": "Elsewhere"})
        with self.assertRaises(AccessError):
            self.keywords.create({"word": "HALT", "action": "stop", "company_id": foreign.id})

    def test_own_words_of_a_company_are_its_own(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.keywords.create({"word": "Basta", "action": "stop", "company_id": self.company.id})
        self.assertFalse(self.keywords._match(other, "basta"))
        self.assertEqual(self.keywords._match(other | self.company, " BASTA! ").action, "stop")
        self.assertFalse(self.keywords._match(self.company, "basta ya, nos vemos"))

    def test_a_stop_word_wins(self):
        self.keywords.create({"word": "Basta", "action": "help"})
        self.keywords.create({"word": "Basta", "action": "stop", "company_id": self.company.id})
        self.assertEqual(self.keywords._match(self.company, "basta").action, "stop")


@tagged("post_install", "-at_install")
class TestKeywordsTexted(WebhookCase):
    def confirmations(self):
        return self.messages(("kind", "=", "confirmation"))

    def keyword(self, **values):
        return self.env["hr.sms.keyword"].create({"company_id": self.company.id, **values})

    def test_every_language_is_answered_in_its_own(self):
        for word, words in (
            ("ARRÊT", "vous ne recevrez plus"),
            ("Baja", "se ha dado de baja"),
            ("Afmelden", "u bent afgemeld"),
            ("opt-out", "You are unsubscribed"),
        ):
            with self.subTest(word=word):
                self.append("granted", "keyword")
                self.text(word)
                self.assertTrue(self.thread.consent_locked)
                [body] = self.drain().bodies
                self.assertIn(words, body)

    def test_own_words_with_own_answers(self):
        self.keyword(word="Halt", action="stop", lang="de", reply="{company} sagt Tschüss.")
        self.append("granted", "job_form")
        self.text("halt!")
        self.assertTrue(self.thread.consent_locked)
        self.assertEqual(self.drain().bodies, ["Acme Hiring sagt Tschüss."])

    def test_an_own_start_word_grants_but_lifts_no_lock(self):
        self.keyword(word="Los", action="start", lang="de")
        self.text("los")
        self.assertEqual(self.thread.consent_state, "granted")
        self.drain()
        self.text("STOPP")
        self.drain()
        self.text("los")
        self.assertTrue(self.thread.consent_locked)
        self.assertEqual(len(self.thread.consent_ids), 2)
        [body] = self.drain().bodies
        self.assertIn("Antworten Sie mit START", body)
        self.text("START")
        self.assertEqual(self.thread.consent_state, "granted")

    def test_help_once_a_day(self):
        with freeze_time() as clock:
            self.text("Hilfe")
            self.text("hilfe?")
            self.text("Ayuda")
            self.assertEqual(len(self.confirmations()), 1)
            clock.tick(24 * 3600 + 60)
            self.env.cr.execute(
                "UPDATE hr_sms_message SET create_date = create_date - interval '1 day 1 minute'"
            )
            self.env.invalidate_all()
            self.text("Aide")
        self.assertEqual(len(self.confirmations()), 2)

    def test_help_after_an_opt_out_tells_the_way_back(self):
        self.append("withdrawn", "keyword")
        self.text("Hilfe")
        [body] = self.drain().bodies
        self.assertIn("START", body)
        self.assertNotIn("STOP,", body)
