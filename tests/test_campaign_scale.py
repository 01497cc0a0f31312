"""A campaign to very many: the preview in seconds, at a number of queries that does not grow."""

import sys
import time

from odoo.tests import tagged

from ..rules import quiet_hours
from . import test_gate_scale
from .test_campaign import CampaignCase

MANY = 10_000
MOST_SECONDS = 5
MOST_QUERIES = 45


@tagged("post_install", "-at_install")
class TestCampaignScale(CampaignCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"sms_quiet_hours": True, "sms_daily_cap": 3})
        cls.env["hr.sms.country.rule"].create(
            {
                "company_id": cls.company.id,
                "country_ids": cls.env.ref("base.ca").ids,
                "rule": "refuse",
            }
        )

    def make(self, count):
        """Make applicants that agreed, every eighth with a number that cannot be used."""
        test_gate_scale.TestGateScale.make_threads(self, count)
        self.env.cr.execute(
            "UPDATE hr_applicant SET partner_name = 'Person ' || id,"
            " sms_number = CASE WHEN id %% 8 = 0 THEN NULL ELSE sms_number END"
            " WHERE company_id = %s AND partner_name = 'Scale' RETURNING id",
            [self.company.id],
        )
        ids = [row[0] for row in self.env.cr.fetchall()]
        self.env.invalidate_all()
        return self.env["hr.applicant"].browse(ids).with_user(self.sender)

    def measure(self, campaign, values=None):
        """Ask for a preview with nothing read before; queries and seconds of the processor.

        Not of the clock: the machine may be busy with other tests.
        """
        self.env.flush_all()
        self.env.invalidate_all()
        quiet_hours._place.cache_clear()
        before, start = self.env.cr.sql_log_count, time.process_time()
        preview = self.campaigns.sms_preview(campaign.id, values)
        self.assertEqual(preview["error"], "")
        return preview, self.env.cr.sql_log_count - before, time.process_time() - start

    def test_ten_thousand(self):
        applicants = self.make(MANY)
        start = time.perf_counter()
        campaign = self.campaign(
            applicants, body="Hi {{ object.partner_name }}, {{ object.job_id.name }}?"
        )
        opened = time.perf_counter() - start
        template = self.env["sms.template"].create(
            {
                "name": "Hello",
                "model_id": self.env["ir.model"]._get_id("hr.applicant"),
                "body": "Hi {{ object.partner_name or '' }}, {{ user.name }} from"
                " {{ (object.company_id or user.company_id).name }}: are you there?",
            }
        )
        few = self.campaign(applicants[:500])
        self.measure(few)  # what a process reads once
        _preview, queries_few, _seconds = self.measure(few)
        preview, queries, seconds = self.measure(campaign)
        self.assertEqual(preview["count"], MANY)
        self.assertEqual(
            preview["going"] + sum(line["count"] for line in preview["refusals"]), MANY
        )
        _preview, by_template, slower = self.measure(
            campaign, {"template_id": template.id, "body": False}
        )
        start = time.perf_counter()
        campaign.action_start()
        started = time.perf_counter() - start
        self.env.flush_all()
        start = time.perf_counter()
        self.env["hr.sms.campaign"]._process()
        made = time.perf_counter() - start
        self.env.invalidate_all()
        self.assertEqual(
            campaign.recipient_ids.filtered("message_id").mapped("state"),
            ["texted"] * preview["going"],
        )
        start = time.perf_counter()
        self.assertEqual(campaign.waiting_count, preview["going"])
        counted = time.perf_counter() - start
        start = time.perf_counter()
        campaign.action_stop()
        stopped = time.perf_counter() - start
        sys.stdout.write(
            f"\ncampaign to {MANY:,}: opened in {opened:.2f} s, preview {seconds:.2f} s"
            f" ({queries} queries; 500 recipients: {queries_few}), by template {slower:.2f} s"
            f" ({by_template}), Send returns in {started:.2f} s, texts made in {made:.1f} s,"
            f" counted in {counted:.2f} s, stopped in {stopped:.2f} s\n"
        )
        self.assertEqual(campaign.waiting_count, 0)
        # Odoo reads what is beyond 1,000 records in portions
        self.assertLessEqual(queries, queries_few + MANY // 1000 * 8)
        self.assertLessEqual(queries, MOST_QUERIES)
        self.assertLess(seconds, MOST_SECONDS)
        self.assertLess(slower, MOST_SECONDS)
