from datetime import datetime

from odoo.tests import BaseCase, tagged

from ..rules.quiet_hours import is_open, next_opening, region_of, zones_of


@tagged("post_install", "-at_install")
class TestQuietHours(BaseCase):
    """The hours of places, apart from any record."""

    def opening(self, moment, zones, start=8, end=21, **kwargs):
        return next_opening(datetime.fromisoformat(moment), zones, start, end, **kwargs)

    def test_regions(self):
        for number, region in (
            ("+12025550142", "US"),
            ("+14165550123", "CA"),
            ("+33612345678", "FR"),
            ("+262692123456", "RE"),
            ("+590690123456", "GP"),
            ("+18765550123", "JM"),
            ("+881612345678", None),
            ("nonsense", None),
        ):
            with self.subTest(number=number):
                self.assertEqual(region_of(number), region)

    def test_zones(self):
        self.assertEqual(zones_of("+12025550142"), ("America/New_York",))
        self.assertEqual(zones_of("+18765550123"), ("America/Jamaica",))
        self.assertEqual(zones_of("+262692123456"), ("Indian/Reunion",))
        russia = zones_of("+79161234567")
        self.assertIn("Asia/Kamchatka", russia)
        self.assertNotIn("Asia/Almaty", russia)
        # A free-call number may ring anywhere.
        self.assertIn("Pacific/Honolulu", zones_of("+18005550142"))
        self.assertEqual(zones_of("nonsense"), ())

    def test_open_or_the_next_morning(self):
        new_york = ("America/New_York",)
        self.assertIsNone(self.opening("2026-01-10 13:00", new_york))
        self.assertEqual(self.opening("2026-01-10 12:59", new_york), datetime(2026, 1, 10, 13))
        self.assertEqual(self.opening("2026-01-11 02:00", new_york), datetime(2026, 1, 11, 13))
        self.assertIsNone(self.opening("2026-01-11 01:59:59", new_york))

    def test_when_the_clocks_change(self):
        # New York, night of 8 March 2026: 8:00 is 12:00 UTC from then on.
        night = self.opening("2026-03-08 05:00", ("America/New_York",))
        self.assertEqual(night, datetime(2026, 3, 8, 12))
        night = self.opening("2026-11-01 05:00", ("America/New_York",))
        self.assertEqual(night, datetime(2026, 11, 1, 13))
        # 2:30 does not exist in that night in Berlin: an hour later it is 3:30.
        skipped = self.opening("2026-03-28 23:00", ("Europe/Berlin",), 2.5, 21)
        self.assertEqual(skipped, datetime(2026, 3, 29, 1, 30))

    def test_beyond_the_date_line(self):
        self.assertEqual(
            self.opening("2026-01-10 09:00", ("Pacific/Kiritimati",)), datetime(2026, 1, 10, 18)
        )
        self.assertEqual(
            self.opening("2026-01-10 09:00", ("Pacific/Pago_Pago",)), datetime(2026, 1, 10, 19)
        )

    def test_a_window_over_midnight(self):
        self.assertTrue(is_open(datetime(2026, 1, 10, 23), ["UTC"], 20, 2))
        self.assertTrue(is_open(datetime(2026, 1, 10, 1), ["UTC"], 20, 2))
        self.assertEqual(
            self.opening("2026-01-10 02:00", ("UTC",), 20, 2), datetime(2026, 1, 10, 20)
        )
        self.assertIsNone(self.opening("2026-01-10 02:00", ("UTC",), 8, 8))

    def test_several_zones_are_all_open(self):
        for number in ("+18005550142", "+79161234567", "+61412345678"):
            for hour in range(24):
                with self.subTest(number=number, hour=hour):
                    moment = datetime(2026, 1, 10, hour)
                    until = next_opening(moment, zones_of(number), 8, 21) or moment
                    self.assertTrue(is_open(until, zones_of(number), 8, 21))

    def test_zones_that_are_never_open_together(self):
        apart = ("Pacific/Kiritimati", "Europe/London")
        self.assertEqual(
            self.opening("2026-01-10 03:00", apart, 9, 11, fallback="Europe/London"),
            datetime(2026, 1, 10, 9),
        )
        self.assertEqual(self.opening("2026-01-10 03:00", (), fallback="Asia/Tokyo"), None)
