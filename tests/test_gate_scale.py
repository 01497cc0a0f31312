"""The gate asked about very many threads at once. ``TEXTING_SOAK=1`` asks about 50,000."""

import gc
import os
import sys
import time

from odoo.tests import tagged

from ..models.hr_sms_message_offer import Text
from ..rules import quiet_hours
from .common import TextingCase

SOAK = bool(os.environ.get("TEXTING_SOAK"))
MOST_QUERIES = 15
BODY = "Would you like to talk about the nurse's position?"


@tagged("post_install", "-at_install")
class TestGateScale(TextingCase):
    """Every rule has work to do: rules by country, texting hours, a daily number, an allowance."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"sms_quiet_hours": True, "sms_daily_cap": 3})
        cls.env["hr.sms.allowance"]._of(cls.company)._add("top_up", 1_000_000)
        cls.env["hr.sms.country.rule"].create(
            {
                "company_id": cls.company.id,
                "country_ids": cls.env.ref("base.ca").ids,
                "rule": "refuse",
            }
        )

    def make_threads(self, count):
        """Make threads that all agreed, one applicant each; every other one got two texts today."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            WITH partners AS (
                INSERT INTO res_partner (name, active, company_id)
                SELECT 'Scale', TRUE, %(company)s FROM generate_series(1, %(count)s)
             RETURNING id
            ), applicants AS (
                INSERT INTO hr_applicant (partner_name, partner_id, job_id, company_id, active,
                                          kanban_state, sms_number)
                SELECT 'Scale', id, %(job)s, %(company)s, TRUE, 'normal',
                       '+1202' || (2000000 + row_number() OVER ())
                  FROM partners
             RETURNING id, sms_number
            ), threads AS (
                INSERT INTO hr_sms_thread (company_id, number, consent_state, consent_locked,
                                           consent_scope, consent_grants)
                SELECT %(company)s, sms_number, 'granted', FALSE, 'jobs',
                       jsonb_build_array(jsonb_build_array('jobs', 0, id))
                  FROM applicants
             RETURNING id, number
            )
            SELECT applicants.id, threads.number
              FROM threads JOIN applicants ON applicants.sms_number = threads.number
            """,
            {"company": self.company.id, "job": self.job.id, "count": count},
        )
        rows = self.env.cr.fetchall()
        self.env.cr.execute(
            """
            INSERT INTO hr_sms_message (thread_id, company_id, direction, kind, purpose, state,
                                        segment_count, date, claimed_date)
            SELECT id, %s, 'outbound', 'auto', 'job', 'delivered', 1, now(),
                   now() AT TIME ZONE 'UTC' - interval '1 hour'
              FROM hr_sms_thread, generate_series(1, 2)
             WHERE company_id = %s AND id %% 2 = 0
            """,
            [self.company.id, self.company.id],
        )
        self.env.cr.execute("ANALYZE hr_sms_thread, hr_sms_message, hr_applicant")
        return rows

    def ask(self, rows):
        """Ask the gate about a campaign with nothing read before, and return its answers."""
        self.env.invalidate_all()
        quiet_hours._place.cache_clear()
        applicants = self.env["hr.applicant"].browse(applicant for applicant, _number in rows)
        verdicts, _threads = self.env["hr.sms.message"]._consider(
            [
                Text(self.company, number, BODY, applicant=applicant, kind="bulk")
                for applicant, (_applicant, number) in zip(applicants, rows, strict=True)
            ]
        )
        return verdicts

    def queries(self, rows):
        before = self.env.cr.sql_log_count
        verdicts = self.ask(rows)
        self.assertEqual({verdict.code for verdict in verdicts}, {None})
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_grow(self):
        rows = self.make_threads(2000)
        self.ask(rows[:10])  # what a process reads once
        few, many = self.queries(rows[:200]), self.queries(rows)
        self.assertEqual(few, many)
        self.assertLessEqual(many, MOST_QUERIES)

    def test_time_per_thread_does_not_grow(self):
        small, large, most = (5000, 50_000, 1.25) if SOAK else (500, 2000, 2)
        rows = self.make_threads(large)
        self.ask(rows[:10])

        def seconds_per_thread(some):
            best = float("inf")
            for _round in range(3):
                gc.collect()
                start = time.perf_counter()
                verdicts = self.ask(some)
                best = min(best, (time.perf_counter() - start) / len(some))
            self.assertEqual({verdict.code for verdict in verdicts}, {None})
            return best

        few, many = seconds_per_thread(rows[:small]), seconds_per_thread(rows)
        queries = self.queries(rows)
        sys.stdout.write(
            f"\ngate: {few * 1e6:.0f} µs a thread at {small:,}, {many * 1e6:.0f} µs at {large:,} "
            f"(x{many / few:.2f}), {queries} queries\n"
        )
        self.assertLessEqual(queries, MOST_QUERIES)
        self.assertLessEqual(many / few, most)
