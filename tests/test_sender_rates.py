from datetime import datetime, timedelta

from odoo.tests import BaseCase, tagged

from ..rules.sender_rates import RATES, kind_of, turns

NOW = datetime(2026, 3, 2, 12)


@tagged("post_install", "-at_install")
class TestSenderRates(BaseCase):
    def test_kinds(self):
        for sender, kind in (
            ("+12025550100", "long_code"),
            ("+16475550100", "long_code"),
            ("+18005550100", "toll_free"),
            ("+18885550100", "toll_free"),
            ("+4915123456789", "international"),
            ("+33612345678", "international"),
            ("12345", "short_code"),
            ("732873", "short_code"),
            ("ACME Jobs", "alphanumeric"),
            ("", "short_code"),
        ):
            self.assertEqual(kind_of(sender), kind, sender)
        self.assertEqual(
            RATES.keys(),
            {kind_of(s) for s in ("1", "A", "+1202555", "+49", "+1800")} | {"toll_free"},
        )

    def test_turns(self):
        dates, free_at = turns([1, 2, 1], 1, None, NOW, timedelta(seconds=2))
        self.assertEqual([(date - NOW).total_seconds() for date in dates], [-2, -1, 1])
        self.assertEqual(free_at, NOW + timedelta(seconds=4))
        # They follow what was handed over before,
        dates, free_at = turns([3], 3, free_at, NOW, timedelta(seconds=2))
        self.assertEqual(
            (dates, free_at), ([NOW + timedelta(seconds=2)], NOW + timedelta(seconds=5))
        )
        # and nothing else once that has gone.
        dates, free_at = turns([1], 1, free_at, NOW + timedelta(hours=1), timedelta(0))
        self.assertEqual(dates, [NOW + timedelta(hours=1)])
