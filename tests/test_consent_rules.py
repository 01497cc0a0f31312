from datetime import datetime

from odoo.tests import BaseCase, tagged

from ..rules.consent import Consent, Event, Grant, fold
from ..rules.delivery import decide
from ..rules.keywords import match, twilio_handles
from ..rules.phone import same_digits


@tagged("post_install", "-at_install")
class TestConsentFold(BaseCase):
    def fold(self, *events):
        return fold(
            (number, event, method, None, given[0] if given else None)
            for number, (event, method, *given) in enumerate(events, 1)
        )

    def test_nothing_happened(self):
        self.assertEqual(self.fold(), Consent())

    def test_last_answer_counts(self):
        self.assertEqual(self.fold(("granted", "job_form")).state, "granted")
        self.assertEqual(
            self.fold(("granted", "job_form"), ("declined", "job_form")).state, "declined"
        )
        self.assertEqual(
            self.fold(("declined", "job_form"), ("granted", "manual")).state, "granted"
        )

    def test_lock_is_lifted_by_the_handset_only(self):
        stopped = [("granted", "job_form"), ("withdrawn", "keyword")]
        for method in ("job_form", "manual", "link", "import", "job_board", "text_to_apply"):
            with self.subTest(method=method):
                consent = self.fold(*stopped, ("granted", method))
                self.assertEqual((consent.state, consent.locked), ("withdrawn", True))
        consent = self.fold(*stopped, ("granted", "job_form"), ("granted", "keyword"))
        self.assertEqual((consent.state, consent.locked), ("granted", False))

    def test_manual_withdrawal_after_keyword_keeps_the_lock(self):
        consent = self.fold(("withdrawn", "keyword"), ("withdrawn", "manual"))
        self.assertTrue(consent.locked)

    def test_provider_opt_out_locks(self):
        self.assertTrue(self.fold(("granted", "manual"), ("withdrawn", "provider")).locked)

    def test_manual_withdrawal_can_be_undone(self):
        consent = self.fold(("withdrawn", "manual"), ("granted", "manual"))
        self.assertEqual((consent.state, consent.locked), ("granted", False))

    def test_declining_does_not_loosen_a_withdrawal(self):
        consent = self.fold(("withdrawn", "manual"), ("declined", "job_form"))
        self.assertEqual(consent.state, "withdrawn")

    def test_review_pauses_and_brings_back(self):
        paused = [("granted", "job_form"), ("review", "reply")]
        self.assertEqual(self.fold(*paused).state, "review")
        self.assertEqual(self.fold(*paused, ("review_cleared", "manual")).state, "granted")
        self.assertEqual(self.fold(*paused, ("withdrawn", "reply")).state, "withdrawn")
        self.assertEqual(
            self.fold(("withdrawn", "keyword"), ("review", "reply")).state, "withdrawn"
        )

    def test_what_was_said_before_changes_nothing_after(self):
        first, second, third = (datetime(2026, 1, day) for day in (1, 2, 3))
        for no in (("withdrawn", "manual", second), ("declined", "job_form", second)):
            self.assertNotEqual(self.fold(no, ("granted", "import", first)).state, "granted")
            self.assertEqual(self.fold(no, ("granted", "import", third)).state, "granted")
        yes = ("granted", "manual", second)
        self.assertEqual(self.fold(yes, ("declined", "job_form", first)).state, "granted")
        self.assertEqual(self.fold(yes, ("declined", "job_form", third)).state, "declined")
        self.assertEqual(self.fold(yes, ("withdrawn", "manual", first)).state, "withdrawn")

    def test_erased_people_are_not_texted_until_they_come_anew(self):
        consent = self.fold(("withdrawn", "keyword"), ("erased", "manual"))
        self.assertEqual((consent.state, consent.locked), ("withdrawn", True))
        consent = self.fold(("granted", "job_form"), ("erased", "manual"))
        self.assertEqual((consent.state, consent.locked), ("withdrawn", False))
        consent = self.fold(("granted", "job_form"), ("erased", "manual"), ("granted", "job_form"))
        self.assertEqual(consent.state, "granted")

    def test_every_yes_that_holds_counts(self):
        consent = fold(
            [
                Event(1, "granted", "job_form", "this_job", None, 7, 70),
                Event(2, "granted", "manual", "reminders", None, 8, 80),
            ]
        )
        self.assertEqual(consent.grants, (Grant("this_job", 70, 7), Grant("reminders", 80, 8)))
        self.assertEqual(consent.scope, "this_job")
        consent = fold(
            [
                Event(1, "granted", "job_form", "jobs", None, 7, 70),
                Event(2, "withdrawn", "manual"),
                Event(3, "granted", "keyword", None, None, 8, 80),
            ]
        )
        # The handset speaks for everybody who shares it, and the first Yes is gone.
        self.assertEqual(consent.grants, (Grant("jobs", 80, 0),))

    def test_unknown_event_fails_closed(self):
        with self.assertRaises(ValueError):
            self.fold(("blessed", "manual"))

    def test_the_deciding_event(self):
        self.assertEqual(
            self.fold(
                ("granted", "job_form"), ("withdrawn", "keyword"), ("granted", "link")
            ).sequence,
            2,
        )


@tagged("post_install", "-at_install")
class TestKeywords(BaseCase):
    def test_stop_words(self):
        for body in (
            "STOP", "stop", " Stop! ", "STOPP.", "stopp", "Stopall", "UNSUBSCRIBE", "cancel",
            "End", "quit", "REVOKE", "optout", "opt out", "Opt-Out"[:3] + " out", "Beenden",
            "abbrechen", "ABMELDEN", "Ende", "ＳＴＯＰ", "stop 🛑", "“STOP”", "S\u200bTOP",
            "stop\n",
        ):  # fmt: skip
            with self.subTest(body=body):
                self.assertEqual(match(body)[1], "stop")

    def test_start_and_help_words(self):
        for body in ("START", "yes", "Yes!", "unstop"):
            self.assertEqual(match(body)[1], "start", body)
        for body in ("help", "INFO", "Hilfe?"):
            self.assertEqual(match(body)[1], "help", body)

    def test_never_inside_a_sentence(self):
        for body in (
            "I'll stop by at 3", "please stop", "don't cancel my interview", "Ende der Woche",
            "Yes, that works", "stopover", "nonstop", "", None, "👍", "!!!", "st op",
        ):  # fmt: skip
            with self.subTest(body=body):
                self.assertIsNone(match(body))

    def test_what_twilio_answers_itself(self):
        self.assertTrue(twilio_handles("stop", "stop", "+12025550100"))
        self.assertFalse(twilio_handles("Stop!", "stop", "+12025550100"))
        self.assertFalse(twilio_handles("STOPP", "stopp", "+12025550100"))
        self.assertFalse(twilio_handles("opt out", "opt out", "+12025550100"))
        self.assertTrue(twilio_handles("YES", "yes", "+12025550100"))
        self.assertFalse(twilio_handles("YES", "yes", "+18005550100"))
        self.assertTrue(twilio_handles("START", "start", "+18005550100"))


@tagged("post_install", "-at_install")
class TestOtherRules(BaseCase):
    def test_same_digits(self):
        self.assertTrue(same_digits("0151 23456789", "49", "15123456789"))
        self.assertTrue(same_digits("0049 151 23456789", "49", "15123456789"))
        self.assertTrue(same_digits("+49 (0) 15123456789"[:3] + "15123456789", "49", "15123456789"))
        self.assertFalse(same_digits("0151 23456788", "49", "15123456789"))
        self.assertFalse(same_digits("", "49", "15123456789"))
        self.assertFalse(same_digits("none", "49", "15123456789"))

    def test_what_a_refused_post_means(self):
        self.assertEqual(decide(429, 20429), "retry")
        self.assertEqual(decide(400, 21611), "retry")
        self.assertEqual(decide(400, 21610), "failed")
        self.assertEqual(decide(401, 20003), "failed")
        self.assertEqual(decide(500, 20500), "unknown")
        self.assertEqual(decide(502, 502), "unknown")
        self.assertEqual(decide(0, None), "unknown")
