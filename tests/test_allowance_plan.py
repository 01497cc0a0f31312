from datetime import date, datetime

from freezegun import freeze_time

from odoo.tests import BaseCase, Form, tagged

from ..rules import plan
from .test_allowance import AllowanceCase


@tagged("post_install", "-at_install")
class TestRenewalDates(BaseCase):
    def test_the_first_renewal_is_after_today(self):
        for today, day, expected in (
            (date(2026, 11, 24), 1, date(2026, 12, 1)),
            (date(2026, 11, 24), 24, date(2026, 12, 24)),
            (date(2026, 11, 24), 25, date(2026, 11, 25)),
            (date(2026, 2, 10), 31, date(2026, 2, 28)),
            (date(2026, 2, 28), 31, date(2026, 3, 31)),
            (date(2028, 2, 28), 30, date(2028, 2, 29)),
            (date(2026, 12, 31), 31, date(2027, 1, 31)),
        ):
            self.assertEqual(plan.first_renewal(today, day), expected, (today, day))

    def test_the_31st_comes_back_after_a_short_month(self):
        renewal = date(2026, 1, 31)
        seen = []
        for _month in range(5):
            renewal = plan.following_renewal(renewal, 31)
            seen.append((renewal.month, renewal.day))
        self.assertEqual(seen, [(2, 28), (3, 31), (4, 30), (5, 31), (6, 30)])

    def test_another_day_never_comes_sooner(self):
        renewal = date(2026, 12, 10)
        for day, expected in (
            (10, date(2026, 12, 10)),
            (20, date(2026, 12, 20)),
            (1, date(2027, 1, 1)),
            (31, date(2026, 12, 31)),
        ):
            self.assertEqual(plan.moved_renewal(renewal, day), expected, day)


@tagged("post_install", "-at_install")
class TestAllowancePlan(AllowanceCase):
    def setUp(self):
        super().setUp()
        self.company.resource_calendar_id.tz = "Europe/Berlin"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.frozen = cls.startClassPatcher(freeze_time("2026-11-24 12:00:00"))

    def agree(self, segments=100, renewal_day=1, **values):
        self.change(mode="plan", segments=segments, renewal_day=renewal_day, **values)

    def renew(self, moment):
        with freeze_time(moment):
            self.env["hr.sms.allowance"]._renew_due()
        self.env.invalidate_all()

    def assertParts(self, of_plan, of_top_ups):
        self.env.invalidate_all()
        self.assertEqual((self.account.plan_left, self.account.extra_left), (of_plan, of_top_ups))
        return self.account.line_ids[0]

    # -- renewing --

    def test_plans_renew_with_and_without_what_is_left(self):
        for carry_over, balance in ((False, 150), (True, 250)):
            with self.subTest(carry_over=carry_over):
                self.account._set(mode="prepaid", plan_left=0, extra_left=50)
                self.agree(carry_over=carry_over, renewal_day=3)
                self.assertEqual(self.account.balance, 150)
                self.assertEqual(self.account.renewal_date, date(2026, 12, 3))
                self.renew("2026-12-03 12:00:00")
                self.assertEqual(self.account.balance, balance)
                self.assertEqual(self.account.renewal_date, date(2027, 1, 3))

    def test_the_day_begins_where_the_company_is(self):
        self.agree(renewal_day=29)  # the night of the end of summer time in 2028
        for zone, before, after in (
            ("Europe/Berlin", datetime(2028, 3, 28, 21, 59), datetime(2028, 3, 28, 22)),
            ("Pacific/Auckland", datetime(2028, 3, 28, 10, 59), datetime(2028, 3, 28, 11)),
            ("America/Los_Angeles", datetime(2028, 3, 29, 6, 59), datetime(2028, 3, 29, 7)),
        ):
            with self.subTest(zone=zone):
                self.company.resource_calendar_id.tz = zone
                self.account._set(renewal_date=date(2028, 3, 29))
                self.renew(before)
                self.assertEqual(self.account.renewal_date, date(2028, 3, 29))
                self.renew(after)
                self.assertEqual(self.account.renewal_date, date(2028, 4, 29))

    def test_months_that_the_cron_missed_are_made_up(self):
        self.agree(renewal_day=31, carry_over=True)
        self.assertEqual(self.account.renewal_date, date(2026, 11, 30))
        self.renew("2027-02-28 12:00:00")
        self.assertParts(500, 50)
        self.assertEqual(self.account.renewal_date, date(2027, 3, 31))
        self.renew("2027-02-28 13:00:00")
        self.assertParts(500, 50)

    def test_a_renewal_wakes_what_waits(self):
        self.left(0)
        self.agree(1, renewal_day=3)
        self.send()
        self.drain()
        self.offer("Waits")
        self.assertFalse(self.drain("bulk").sent)
        self.renew("2026-12-03 12:00:00")
        with freeze_time("2026-12-03 12:01:00"):
            self.assertEqual(self.drain("bulk").bodies, ["Waits"])

    # -- changing a running plan --

    def test_more_at_once_adds_the_difference(self):
        self.agree()
        self.agree(250, note="Contract 2")
        line = self.assertParts(250, 50)
        self.assertEqual((line.kind, line.segments, line.note), ("plan", 150, "Contract 2"))
        self.assertEqual(self.account.renewal_date, date(2026, 12, 1))
        self.renew("2026-12-01 12:00:00")
        self.assertParts(250, 50)

    def test_less_at_once_takes_back_no_more_than_is_left(self):
        self.agree()
        self.account._set(plan_left=30)
        self.agree(40)
        self.assertEqual(self.assertParts(0, 50).segments, -30)
        self.renew("2026-12-01 12:00:00")
        self.assertParts(40, 50)

    def test_from_the_next_renewal_on_nothing_happens_now(self):
        for segments in (250, 40):
            with self.subTest(segments=segments):
                self.account._set(mode="prepaid", plan_left=0, extra_left=50)
                self.agree()
                self.account._set(plan_left=10, is_warned=True)
                total = self.account.period_total
                self.agree(segments, start="renewal")
                self.assertEqual(self.assertParts(10, 50).segments, 0)
                self.assertEqual((self.account.period_total, self.account.is_warned), (total, True))
                self.renew("2026-12-01 12:00:00")
                self.assertParts(segments, 50)

    def test_another_day_gives_no_month_twice(self):
        self.agree(renewal_day=10)
        self.agree(renewal_day=28)
        self.assertParts(100, 50)
        self.assertEqual(self.account.renewal_date, date(2026, 12, 28))
        self.agree(renewal_day=1)
        self.assertEqual(self.account.renewal_date, date(2027, 1, 1))

    def test_a_plan_ends_and_what_is_left_stays(self):
        self.agree(renewal_day=3)
        self.agree(0)
        self.assertEqual(self.account.mode, "prepaid")
        self.assertParts(0, 150)
        self.renew("2099-01-01 12:00:00")
        self.assertParts(0, 150)
        # Also when another one begins: only what that one gives lapses with it.
        self.agree()
        self.renew("2026-12-01 12:00:00")
        self.assertParts(100, 150)

    def test_a_plan_gives_way_to_unlimited_texting(self):
        self.agree()
        self.change(mode="unlimited")
        self.assertParts(0, 150)
        self.renew("2026-12-01 12:00:00")
        self.assertParts(0, 150)

    def test_the_form_says_what_it_does(self):
        def effect(**values):
            form = Form(
                self.env["hr.sms.allowance.change"]
                .with_user(self.manager)
                .with_context(default_allowance_id=self.account.id, default_mode="plan")
            )
            for name, value in values.items():
                setattr(form, name, value)
            return form.effect

        first = "1,000 segments are added now. On 12/01/2026 and each month after that: 1,000"
        self.assertIn(first.replace(",", ""), effect().replace(",", ""))
        self.agree(renewal_day=10)
        self.assertEqual(
            effect(), "On 12/10/2026 and each month after that: 100 segments.", "as it is"
        )
        self.assertIn("150 segments are added now.", effect(segments=250))
        self.assertIn("40 segments are taken back now.", effect(segments=60))
        self.assertNotIn("now", effect(segments=60, start="renewal"))
        self.assertIn("12/31/2026", effect(renewal_day=31))
        self.assertIn("The plan ends. What is left of it stays", effect(segments=0))
        self.assertIn("only counted", effect(mode="unlimited"))
        self.assertFalse(effect(mode="prepaid"))

    # -- giving back --

    def test_what_the_plan_paid_goes_back_to_the_plan(self):
        self.agree(2)
        self.send(3)
        self.drain_refused("retry", 20429)
        self.assertParts(0, 49)
        message = self.env["hr.sms.message"].search([], order="id desc", limit=1)
        self.assertEqual((message.charged_segments, message.charged_of_plan), (3, 2))
        message.write({"state": "canceled"})
        self.assertParts(2, 50)
        self.assertFalse(message.charged_of_plan)

    def test_what_the_plan_paid_lapses_with_it(self):
        """A text that failed must not turn segments that lapse into ones that stay."""
        for carry_over, expected in ((False, (100, 50)), (True, (200, 50))):
            with self.subTest(carry_over=carry_over):
                self.account._set(mode="prepaid", plan_left=0, extra_left=50)
                self.agree(carry_over=carry_over)
                message = self.send(3)
                self.drain_refused("retry", 20429)
                self.renew("2026-12-01 12:00:00")
                before = sum(self.account.line_ids.mapped("segments")) - self.account.balance
                message.write({"state": "canceled"})
                self.assertParts(*expected)
                after = sum(self.account.line_ids.mapped("segments")) - self.account.balance
                self.assertEqual(before, after, "the ledger adds up")

    def test_what_an_ended_plan_paid_stays(self):
        self.agree()
        message = self.send(3)
        self.drain_refused("retry", 20429)
        self.agree(0)
        self.assertParts(0, 147)
        message.write({"state": "canceled"})
        self.assertParts(0, 150)
