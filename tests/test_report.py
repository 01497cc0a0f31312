"""Figures about texts: counted by what the user may see, in words, at little cost."""

from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CANDIDATE, OUR_NUMBER, TextingCase
from .test_people import SECOND, PeopleMixin


@tagged("post_install", "-at_install")
class TestReport(PeopleMixin, TextingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.applicant.user_id = cls.sender

    def setUp(self):
        super().setUp()
        self.grant()

    def text(self, state="delivered", hours_ago=5.0, **values):
        """Make a text as it is after a while."""
        message = self.env["hr.sms.message"].create(
            {
                "thread_id": self.applicant._sms_thread(CANDIDATE).id,
                "company_id": self.company.id,
                "direction": "outbound",
                "kind": "direct",
                "body": "Hello",
                "state": state,
                "applicant_id": self.applicant.id,
                "author_id": self.sender.id,
                "charged_segments": 0 if state in ("canceled", "received") else 2,
                "date": fields.Datetime.now() - timedelta(hours=hours_ago),
                **values,
            }
        )
        self.env.flush_all()
        return message

    def reply(self, hours_ago, **values):
        return self.text("received", hours_ago, direction="inbound", author_id=False, **values)

    def group(self, groupby, aggregates, user=None, domain=()):
        rows = self.rpc(
            "hr.sms.report",
            "formatted_read_group",
            list(domain),
            groupby=groupby,
            aggregates=aggregates,
            user=user or self.viewer,
        )
        return {
            tuple(
                row[name] and (row[name][0] if isinstance(row[name], (list, tuple)) else row[name])
                for name in groupby
            ): row
            for row in rows
        }

    def overview(self, user=None, **kwargs):
        return self.rpc("hr.sms.report", "sms_overview", user=user or self.viewer, **kwargs)

    def test_by_job_recruiter_author_and_outcome(self):
        self.text()
        self.text("failed", failure_code="30005")
        self.text("queued", kind="bulk")
        self.reply(1)
        rows = self.group(["job_id"], ["__count", "segment_count:sum", "is_delivered:avg"])
        row = rows[(self.job.id,)]
        self.assertEqual(
            (row["__count"], row["segment_count:sum"], row["is_delivered:avg"]), (4, 6, 0.5)
        )
        self.assertIn((self.sender.id,), self.group(["recruiter_id"], ["__count"]))
        outcomes = self.group(["outcome"], ["__count"])
        self.assertEqual(set(outcomes), {("delivered",), ("failed",), ("waiting",), ("received",)})

    def test_failures_in_words(self):
        self.text("failed", failure_code="30005")
        self.text("failed", failure_code="12345")
        self.text("canceled", failure_code="country_refused:FR")
        self.text("canceled", failure_code="consent_none")
        self.assertEqual(
            {key[0] for key in self.group(["failure"], [], domain=[("failure", "!=", False)])},
            {"30005", "other", "country_refused", "consent_none"},
        )
        described = self.rpc("hr.sms.report", "fields_get", ["failure"], user=self.viewer)
        words = dict(described["failure"]["selection"])
        self.assertEqual(words["other"], "Another reason")
        self.assertEqual(words["country_refused"], "Texts to this country are switched off")
        self.assertFalse([word for word in words.values() if "%(" in word or not word])

    def test_cost(self):
        self.company.sms_segment_price = 0.05
        self.text()
        [row] = self.group([], ["cost:sum"]).values()
        self.assertAlmostEqual(row["cost:sum"], 0.1)

    def test_template(self):
        template = self.env.ref("hr_recruitment_texting.sms_template_introduction")
        self.send(template_id=template.id)
        self.assertIn((template.id,), self.group(["template_id"], ["__count"]))

    def test_campaign(self):
        campaign = self.env["hr.sms.campaign"].create(
            {"name": "Spring", "company_id": self.company.id}
        )
        self.text(campaign_id=campaign.id)
        self.assertIn((campaign.id,), self.group(["campaign_id"], ["__count"]))

    def test_hours_until_answers(self):
        self.text(hours_ago=10)
        self.text(hours_ago=9)  # a second one does not start the clock anew
        self.reply(8, is_waiting=True)
        self.reply(7, is_waiting=True)
        self.text("delivered", 5, kind="auto")  # no answer of ours
        self.text(hours_ago=4)._answer_waiting()
        [row] = self.group([], ["answer_hours:avg", "reply_hours:avg"]).values()
        self.assertAlmostEqual(row["reply_hours:avg"], 2, places=2)
        self.assertAlmostEqual(row["answer_hours:avg"], 4, places=2)

    def test_what_nobody_owes_an_answer(self):
        self.text(hours_ago=20)
        self.reply(10)  # a keyword, or an interview's 1: waits for nobody
        self.text(hours_ago=9)
        self.reply(8)
        self.reply(6, is_waiting=True)
        self.text(hours_ago=4)._answer_waiting()
        [row] = self.group([], ["answer_hours:avg"]).values()
        self.assertAlmostEqual(row["answer_hours:avg"], 2, places=2)

    def test_overview(self):
        self.text(hours_ago=10)
        self.text("failed", 9, failure_code="30005")
        self.reply(8, is_waiting=True)
        self.env["hr.sms.allowance"]._of(self.company)
        figures = self.overview()
        self.assertEqual(
            {name: figures[name] for name in ("waiting", "sent", "received", "failed")},
            {"waiting": 1, "sent": 2, "received": 1, "failed": 1},
        )
        self.assertEqual((figures["reply_rate"], figures["opt_in_rate"]), (1, False))
        self.assertEqual(
            (figures["delivery_rate"], figures["segments"], figures["opt_ins"]), (0.5, 4, 1)
        )
        self.assertAlmostEqual(figures["reply_hours"], 2, places=2)
        self.assertEqual(figures["allowance_left"], 10_050)
        self.applicant.with_user(self.sender).sms_send("At ten")
        self.assertEqual(self.overview()["waiting"], 0)

    def test_overview_of_nothing(self):
        figures = self.overview(days=7)
        self.assertEqual((figures["sent"], figures["waiting"]), (0, 0))
        self.assertIs(figures["delivery_rate"], False)
        self.assertIs(figures["answer_hours"], False)
        self.assertEqual(self.overview(days="x")["days"], 30)

    def test_period(self):
        self.text(hours_ago=24 * 10)
        self.assertEqual(self.overview(days=7)["sent"], 0)
        self.assertEqual(self.overview(days=30)["sent"], 1)

    def test_opt_outs(self):
        self.stop()
        figures = self.overview()
        self.assertEqual((figures["opt_outs"], figures["opt_out_rate"]), (1, False))
        self.text(hours_ago=2)
        self.assertEqual(self.overview()["opt_out_rate"], 1)

    def stop(self, sid="1"):
        self.env["hr.sms.message"].sudo()._receive(
            self.company.ids, f"SM{sid:0>32}", {"From": CANDIDATE, "To": OUR_NUMBER, "Body": "STOP"}
        )
        self.env.flush_all()

    def test_rates_of_replies_and_opt_outs(self):
        """They belong to the last text before them, and texts that did not go count for none."""
        template = self.env.ref("hr_recruitment_texting.sms_template_introduction")
        self.text(hours_ago=9)
        self.reply(8)
        self.text(hours_ago=7)
        self.text("failed", 6)
        self.text(hours_ago=3, template_id=template.id)
        self.stop()
        rows = self.group(["template_id"], ["is_replied:avg", "is_opted_out:avg"])
        self.assertEqual(
            {key[0]: (row["is_replied:avg"], row["is_opted_out:avg"]) for key, row in rows.items()},
            {False: (0.5, 0), template.id: (0, 1)},
        )

    def test_opt_in_rate_by_job(self):
        """Of those who were asked and could say No; consent by hand is no answer."""
        for number, (event, method) in enumerate(
            (
                ("declined", "job_form"),
                ("granted", "link"),
                ("declined", "link"),
                ("granted", "manual"),
                ("withdrawn", "keyword"),
            )
        ):
            person = self.make_applicant(partner_phone=f"+1202555019{number}", job_id=self.job.id)
            self.append(event, method, person)
        [row] = self.rpc(
            "hr.sms.consent",
            "formatted_read_group",
            [],
            groupby=[],
            aggregates=["opt_in_rate:avg"],
            user=self.manager,
        )
        self.assertAlmostEqual(row["opt_in_rate:avg"], 1 / 3)
        described = self.rpc("hr.sms.consent", "fields_get", ["opt_in_rate"], user=self.manager)
        self.assertEqual(described["opt_in_rate"]["aggregator"], "avg")

    def test_rights(self):
        self.text()
        with self.assertRaises(AccessError):
            self.overview(user=self.nobody)
        with self.assertRaises(AccessError):
            self.group([], ["__count"], user=self.nobody)
        # an interviewer counts the texts of their applicants only
        self.assertEqual(self.overview(user=self.interviewer)["sent"], 0)
        self.applicant.interviewer_ids = self.interviewer
        figures = self.overview(user=self.interviewer)
        self.assertEqual((figures["sent"], figures["opt_ins"]), (1, False))

    def test_other_companies(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.make_applicant(company_id=other.id, job_id=False, partner_phone=SECOND)
        thread = theirs._sms_thread(SECOND, create=True)
        self.text(thread_id=thread.id, company_id=other.id, applicant_id=theirs.id)
        self.assertEqual(self.overview()["sent"], 0)

    def test_digest(self):
        self.reply(1)
        digest = self.env["digest.digest"].create(
            {"name": "Ours", "kpi_hr_sms_received": True, "company_id": self.company.id}
        )
        now = fields.Datetime.now()
        digest = digest.with_context(start_datetime=now - timedelta(days=1), end_datetime=now)
        value = digest.with_user(self.viewer).with_company(self.company)
        self.assertEqual(value.kpi_hr_sms_received_value, 1)
        with self.assertRaises(AccessError):
            digest.with_user(self.nobody).with_company(self.company).kpi_hr_sms_received_value  # noqa: B018
        kpis = digest._compute_kpis(self.company, self.viewer)
        self.assertIn("kpi_hr_sms_received", [kpi["kpi_name"] for kpi in kpis])
        kpis = digest._compute_kpis(self.company, self.nobody)
        self.assertNotIn("kpi_hr_sms_received", [kpi["kpi_name"] for kpi in kpis])

    def test_measures_are_written_alike_in_graph_and_pivot(self):
        views = self.rpc("hr.sms.report", "get_views", views=[(False, "graph"), (False, "pivot")])[
            "views"
        ]
        graph, pivot = (
            {
                field.get("name"): field.get("widget")
                for field in etree.fromstring(views[kind]["arch"]).iter("field")
                if field.get("widget")
            }
            for kind in ("graph", "pivot")
        )
        self.assertEqual(graph, pivot)
        self.assertEqual(graph["is_replied"], "percentage")
        self.assertEqual(graph["answer_hours"], "float_time")
