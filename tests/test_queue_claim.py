from datetime import timedelta
from itertools import count as numbers

from odoo import fields
from odoo.tests import tagged

from ..models.hr_sms_message import BULK_LANES
from .common import TextingCase

_numbers = numbers(3000)


@tagged("post_install", "-at_install")
class TestQueueClaim(TextingCase):
    """What is claimed, in which order, and how much of whom."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create(
            {
                "name": "Other Hiring",
                "country_id": cls.env.ref("base.us").id,
                "sms_quiet_hours": False,
                "sms_daily_cap": 0,
                "sms_opt_out_line": False,
                "sms_welcome": "off",
            }
        )
        cls.connect_company(cls.other, "+12025550200", sid="AC" + "0" * 31 + "2")
        cls.env["hr.sms.allowance"]._of(cls.other)._add("top_up", 10_000)
        cls.env.user.company_ids += cls.other

    def queue(self, company, count, kind="bulk", **values):
        """Queue so many texts of a company, each to its own number."""
        applicants = self.env["hr.applicant"].create(
            [
                {
                    "partner_name": f"Claim {n}",
                    "partner_phone": f"+1202555{next(_numbers):04d}",
                    "company_id": company.id,
                }
                for n in range(count)
            ]
        )
        for applicant in applicants:
            self.append("granted", "manual", applicant)
        threads = [self.thread_of(applicant) for applicant in applicants]
        messages = self.env["hr.sms.message"]._queue(
            [
                {"thread": thread, "applicant": applicant, "body": "Hello", "kind": kind}
                for thread, applicant in zip(threads, applicants, strict=True)
            ]
        )
        messages.write(values)
        self.env.flush_all()
        return messages

    def lock(self, lane, batch, busy=()):
        self.env.flush_all()
        return self.env["hr.sms.message"]._lock_claimable(lane, batch, busy, fields.Datetime.now())

    def test_a_campaign_of_one_company_holds_up_no_other(self):
        many = self.queue(self.company, 30)
        few = self.queue(self.other, 3)
        claimed = self.lock("bulk", 10)
        self.assertEqual(claimed & few, few, "though they came last")
        self.assertEqual(claimed & many, many[:5])

    def test_one_company_alone_gets_all(self):
        many = self.queue(self.company, 12)
        self.assertEqual(self.lock("bulk", 10), many[:10])

    def test_reminders_do_not_wait_for_a_campaign(self):
        many = self.queue(self.company, 12)
        reminder = self.queue(self.company, 1, kind="auto")
        claimed = self.lock("bulk", 10)
        self.assertEqual(claimed[0], reminder)
        self.assertEqual(claimed[1:], many[:10])

    def test_who_has_enough_on_their_way_is_passed_over(self):
        self.queue(self.company, 3)
        theirs = self.queue(self.other, 3)
        self.assertEqual(self.lock("bulk", 10, self.company.ids), theirs)
        self.assertFalse(self.lock("bulk", 10, (self.company | self.other).ids))

    def test_lanes_and_times_are_kept(self):
        later = fields.Datetime.now() + timedelta(hours=1)
        due = self.queue(self.company, 2, scheduled_date=later - timedelta(hours=2))
        self.queue(self.company, 2, scheduled_date=later)
        self.queue(self.company, 2, next_attempt_date=later)
        self.queue(self.company, 2, state="canceled")
        direct = self.queue(self.company, 2, kind="direct")
        self.assertEqual(self.lock("bulk", 10), due)
        self.assertEqual(self.lock("direct", 10), direct)
        self.assertEqual(self.lock(None, 10), due | direct)

    def test_both_companies_are_drained(self):
        messages = self.queue(self.company, 7) | self.queue(self.other, 2)
        fake = self.drain("bulk")
        self.assertEqual(len(fake.sent), 9)
        self.assertEqual(set(messages.mapped("state")), {"sent"})
        self.assertEqual(set(messages[7:].mapped("sender_number")), {"+12025550200"})

    def test_two_companies_on_one_account(self):
        self.other.write(
            {
                "sms_twilio_account_sid": self.company.sms_twilio_account_sid,
                "sms_twilio_auth_token": self.company.sms_twilio_auth_token,
            }
        )
        messages = self.queue(self.company, 3) | self.queue(self.other, 3)
        self.drain("bulk")
        self.assertEqual(set(messages.mapped("state")), {"sent"})

    def test_much_work_calls_the_other_lanes(self):
        """Once: each of them finds what is left by itself."""
        self.env["ir.config_parameter"].set_param("hr_recruitment_texting.concurrency", "1")
        self.queue(self.company, 25)
        crons = self.env["ir.cron"]
        for name in BULK_LANES:
            crons |= self.env.ref(f"hr_recruitment_texting.ir_cron_process_queue_{name}")
        triggers = self.env["ir.cron.trigger"]
        triggers.search([("cron_id", "in", crons.ids)]).unlink()
        self.drain("bulk")
        called = triggers.search([("cron_id", "in", crons.ids)]).cron_id
        self.assertEqual(called, crons[1:])
        triggers.search([("cron_id", "in", crons.ids)]).unlink()
        self.queue(self.company, 3)
        called = triggers.search([("cron_id", "in", crons.ids)]).cron_id
        self.assertEqual(called, crons[:1], "a few are no work for several")
        self.drain("bulk")
        self.assertEqual(triggers.search([("cron_id", "in", crons.ids)]).cron_id, crons[:1])
