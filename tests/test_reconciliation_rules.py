from datetime import datetime, timedelta

from odoo.tests import BaseCase, tagged

from ..gateway import Report
from ..rules.reconciliation import ABSENT, FOUND, UNCLEAR, Unconfirmed, reconcile

NOON = datetime(2026, 5, 4, 12)
OURS, OTHER = "+12025550100", "+12025550101"


def text(key, body="Hello", at=0, lasts=60, sender=OURS):
    first = NOON + timedelta(seconds=at)
    return Unconfirmed(key, sender, body, first, first + timedelta(seconds=lasts))


def report(sid, body="Hello", at=1, sender=OURS, direction="outbound-api"):
    return Report(
        sid, "+12025550142", sender, body, direction, "sent", None, NOON + timedelta(seconds=at)
    )


@tagged("post_install", "-at_install")
class TestReconciliationRules(BaseCase):
    def conclude(self, texts, reports):
        return {
            key: (conclusion, found and found.sid)
            for key, (conclusion, found) in reconcile(texts, reports).items()
        }

    def test_found_by_its_words(self):
        self.assertEqual(
            self.conclude([text(1), text(2, "Bye")], [report("a", "Bye"), report("b")]),
            {1: (FOUND, "b"), 2: (FOUND, "a")},
        )

    def test_absent(self):
        self.assertEqual(self.conclude([text(1)], []), {1: (ABSENT, None)})

    def test_one_report_is_one_text(self):
        conclusions = self.conclude([text(1), text(2)], [report("a")])
        self.assertEqual(conclusions, {1: (FOUND, "a"), 2: (ABSENT, None)})

    def test_each_text_finds_its_own_time(self):
        conclusions = self.conclude(
            [text(1), text(2, at=3600)], [report("late", at=3601), report("early", at=2)]
        )
        self.assertEqual(conclusions, {1: (FOUND, "early"), 2: (FOUND, "late")})

    def test_the_one_with_less_time_comes_first(self):
        conclusions = self.conclude(
            [text(1, lasts=3600), text(2, lasts=60)], [report("a", at=5), report("b", at=3000)]
        )
        self.assertEqual(conclusions, {1: (FOUND, "b"), 2: (FOUND, "a")})

    def test_what_cannot_be_it(self):
        for other in (
            report("a", at=-121),
            report("a", at=60 + 121),
            report("a", sender=OTHER),
            report("a", direction="inbound"),
            report("a", direction="outbound-reply"),
        ):
            with self.subTest(other=other):
                self.assertEqual(self.conclude([text(1)], [other]), {1: (ABSENT, None)})

    def test_clocks_differ(self):
        for at in (-119, 60 + 119):
            self.assertEqual(self.conclude([text(1)], [report("a", at=at)])[1], (FOUND, "a"))

    def test_other_words_at_the_same_time_leave_it_open(self):
        for body in ("Something else", "", None):
            self.assertEqual(self.conclude([text(1)], [report("a", body)]), {1: (UNCLEAR, None)})

    def test_smart_encoding_changes_no_letters(self):
        self.assertEqual(
            self.conclude(
                [text(1, "Let’s talk – today …")], [report("a", "Let's talk - today ...")]
            ),
            {1: (FOUND, "a")},
        )
        # The exact one is preferred, and signs alone prove nothing.
        self.assertEqual(
            self.conclude([text(1, "Ok?"), text(2, "Ok!")], [report("a", "Ok!")]),
            {1: (ABSENT, None), 2: (FOUND, "a")},
        )
        self.assertEqual(self.conclude([text(1, "👍")], [report("a", "👎")]), {1: (UNCLEAR, None)})

    def test_a_sender_that_twilio_chose(self):
        self.assertEqual(
            self.conclude([text(1, sender=None)], [report("a", sender=OTHER)]), {1: (FOUND, "a")}
        )
