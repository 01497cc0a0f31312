from datetime import datetime

from odoo.tests import BaseCase, tagged

from ..rules.schedule import presets

NEW_YORK = ("America/New_York",)


@tagged("post_install", "-at_install")
class TestScheduleTimes(BaseCase):
    """Which times are offered for later."""

    def offered(self, moment, zones=NEW_YORK, fallback="UTC"):
        return dict(presets(moment, zones, fallback))

    def test_days_are_those_where_the_candidate_is(self):
        # Wednesday 20:30 in New York, already Thursday in UTC
        offered = self.offered(datetime(2026, 1, 15, 1, 30))
        self.assertEqual(list(offered), ["hour", "tomorrow", "monday"])
        self.assertEqual(offered["tomorrow"], datetime(2026, 1, 15, 14))
        self.assertEqual(offered["monday"], datetime(2026, 1, 19, 14))

    def test_an_hour_is_a_full_hour_and_a_full_minute(self):
        self.assertEqual(
            self.offered(datetime(2026, 1, 15, 1, 30, 1))["hour"], datetime(2026, 1, 15, 2, 31)
        )
        self.assertEqual(
            self.offered(datetime(2026, 1, 15, 1, 30))["hour"], datetime(2026, 1, 15, 2, 30)
        )

    def test_monday_is_not_offered_twice(self):
        self.assertEqual(list(self.offered(datetime(2026, 1, 18, 18))), ["hour", "tomorrow"])
        # On a Monday it is the next one.
        self.assertEqual(
            self.offered(datetime(2026, 1, 19, 18))["monday"], datetime(2026, 1, 26, 14)
        )

    def test_over_the_change_to_summer_time_and_back(self):
        # Saturday before: the clocks go forward on Sunday, March 8, and back on November 1
        spring = self.offered(datetime(2026, 3, 7, 15))
        self.assertEqual(spring["tomorrow"], datetime(2026, 3, 8, 13))
        self.assertEqual(spring["monday"], datetime(2026, 3, 9, 13))
        autumn = self.offered(datetime(2026, 10, 31, 15))
        self.assertEqual(autumn["tomorrow"], datetime(2026, 11, 1, 14))
        self.assertEqual(autumn["monday"], datetime(2026, 11, 2, 14))
        berlin = self.offered(datetime(2026, 3, 28, 12), ("Europe/Berlin",))
        self.assertEqual(berlin["tomorrow"], datetime(2026, 3, 29, 7))

    def test_in_an_hour_stays_an_hour_when_the_clocks_change(self):
        # 1:30 in New York, half an hour before 2:00 becomes 3:00
        offered = self.offered(datetime(2026, 3, 8, 6, 30))
        self.assertEqual(offered["hour"], datetime(2026, 3, 8, 7, 30))

    def test_of_several_zones_the_westernmost_counts(self):
        zones = ("America/New_York", "America/Los_Angeles")
        # 0:30 on Thursday in New York, Wednesday evening in Los Angeles
        offered = self.offered(datetime(2026, 1, 15, 5, 30), zones)
        self.assertEqual(offered["tomorrow"], datetime(2026, 1, 15, 17))

    def test_where_nothing_is_known_the_given_zone_counts(self):
        offered = self.offered(datetime(2026, 1, 15, 12), (), "Europe/Berlin")
        self.assertEqual(offered["tomorrow"], datetime(2026, 1, 16, 8))
