from datetime import datetime

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import TextingCase


@tagged("post_install", "-at_install")
class TestConsentLists(TextingCase):
    """Applicants found, grouped and counted by consent and opt-out date (mission: A9)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_job = cls.env["hr.job"].create({"name": "Cook", "company_id": cls.company.id})

        def applicant(last_digits, **values):
            return cls.make_applicant(partner_phone=f"+1202555{last_digits}", **values)

        cls.granted = cls.applicant
        cls.none = applicant("0151")
        cls.november = applicant("0152")
        cls.october = applicant("0153", job_id=cls.other_job.id)
        cls.declined = applicant("0154")
        cls.no_number = cls.make_applicant(partner_phone=False)
        cls.ours = cls.env["hr.applicant"].search([("job_id", "in", (cls.job + cls.other_job).ids)])

    def setUp(self):
        super().setUp()
        self.append("granted", "job_form")
        self.append("withdrawn", "keyword", self.november, given_date=datetime(2026, 11, 3, 9))
        self.append("withdrawn", "manual", self.october, given_date=datetime(2026, 10, 31, 22))
        self.append("declined", "job_form", self.declined)

    def find(self, *domain, user=None):
        applicants = self.env["hr.applicant"].with_user(user or self.viewer)
        return applicants.search([("id", "in", self.ours.ids), *domain])

    def grouped(self, groupby, user=None, tz="UTC"):
        applicants = self.env["hr.applicant"].with_user(user or self.viewer).with_context(tz=tz)
        return applicants.formatted_read_group([("id", "in", self.ours.ids)], groupby, ["__count"])

    def test_search_by_state(self):
        unknown = self.none | self.no_number
        for operator, value, expected in (
            ("=", "granted", self.granted),
            ("!=", "granted", self.ours - self.granted),
            ("in", ["none", "declined"], unknown | self.declined),
            ("not in", ["none", "declined"], self.granted | self.november | self.october),
            ("=", "withdrawn", self.november | self.october),
            ("=", False, unknown),
        ):
            with self.subTest(operator=operator, value=value):
                domain = ("sms_consent_state", operator, value)
                self.assertEqual(self.find(domain), expected)
                if value:
                    ours = self.ours.with_user(self.viewer)
                    self.assertEqual(ours.filtered_domain([domain]), expected)

    def test_search_by_opt_out_date(self):
        out = self.november | self.october
        for operator, value, expected in (
            ("!=", False, out),
            ("=", False, self.ours - out),
            (">=", "2026-11-01", self.november),
            ("<", "2026-11-01 00:00:00", self.october),
            ("<=", "2026-11-03", out),
            (">", "2026-11-03 09:00:00", self.ours.browse()),
            ("=", "2026-11-03 09:00:00", self.november),
            ("in", ["2026-11-03 09:00:00", False], self.ours - self.october),
            ("not in", ["2026-11-03 09:00:00"], self.ours - self.november),
        ):
            with self.subTest(operator=operator, value=value):
                self.assertEqual(self.find(("sms_opt_out_date", operator, value)), expected)

    def test_group_by_state(self):
        rows = self.grouped(["sms_consent_state"])
        self.assertEqual(
            {row["sms_consent_state"]: row["__count"] for row in rows},
            {"granted": 1, "none": 2, "withdrawn": 2, "declined": 1},
        )
        for row in rows:
            found = self.find(*row["__extra_domain"])
            self.assertEqual(len(found), row["__count"])
            self.assertEqual(set(found.mapped("sms_consent_state")), {row["sms_consent_state"]})

    def test_group_by_job_and_month(self):
        rows = self.grouped(["job_id", "sms_opt_out_date:month"])
        counts = {
            (
                row["job_id"][1],
                row["sms_opt_out_date:month"] and row["sms_opt_out_date:month"][1],
            ): row["__count"]
            for row in rows
        }
        self.assertEqual(
            counts,
            {("Nurse", "November 2026"): 1, ("Cook", "October 2026"): 1, ("Nurse", False): 4},
        )
        for row in rows:
            self.assertEqual(len(self.find(*row["__extra_domain"])), row["__count"])

    def test_months_are_the_user_s(self):
        rows = self.grouped(["sms_opt_out_date:month"], tz="Asia/Tokyo")  # November already
        counts = {row["sms_opt_out_date:month"]: row["__count"] for row in rows}
        self.assertEqual(counts.pop(False), 4)
        [(month, count)] = counts.items()
        self.assertEqual((month[1], count), ("November 2026", 2))

    def test_sorted_by_opt_out_date(self):
        applicants = self.env["hr.applicant"].with_user(self.viewer)
        found = applicants.search(
            [("id", "in", (self.november | self.october).ids)], order="sms_opt_out_date desc"
        )
        self.assertEqual(found.ids, [self.november.id, self.october.id])

    def test_a_new_yes_ends_the_opt_out(self):
        self.assertTrue(self.october.sms_opt_out_date)
        self.append("granted", "manual", self.october)
        self.assertFalse(self.october.sms_opt_out_date)
        self.assertEqual(self.find(("sms_opt_out_date", "!=", False)), self.november)

    def test_who_was_erased_opted_out(self):
        thread = self.thread_of(self.granted)
        thread._erase("A manager")
        self.env.invalidate_all()
        self.assertEqual(self.granted.sms_consent_state, "withdrawn")
        self.assertEqual(self.granted.sms_opt_out_date, thread.opt_out_date)
        withdrawn = self.granted | self.november | self.october
        self.assertEqual(self.find(("sms_consent_state", "=", "withdrawn")), withdrawn)
        self.assertEqual(self.find(("sms_opt_out_date", "!=", False)), withdrawn)
        self.granted.partner_phone = "+12025550155"
        self.assertFalse(self.granted.sms_erased_date)
        self.assertEqual(self.granted.sms_consent_state, "none")
        self.assertNotIn(self.granted, self.find(("sms_consent_state", "=", "withdrawn")))

    def test_other_companies_have_their_own(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere", "country_id": False})
        theirs = self.make_applicant(
            partner_phone="+12025550152", company_id=elsewhere.id, job_id=False
        )
        self.ours |= theirs
        self.viewer.company_ids |= elsewhere
        both = self.viewer.company_ids.ids
        applicants = self.env["hr.applicant"].with_user(self.viewer)
        found = applicants.with_context(allowed_company_ids=both).search(
            [("id", "in", self.ours.ids), ("sms_consent_state", "=", "withdrawn")]
        )
        self.assertEqual(found, self.november | self.october)

    def test_without_the_right_to_view(self):
        for call in (
            lambda: self.find(("sms_consent_state", "=", "granted"), user=self.nobody),
            lambda: self.find(("sms_opt_out_date", "!=", False), user=self.nobody),
            lambda: self.grouped(["sms_consent_state"], user=self.nobody),
            lambda: self.grouped(["sms_opt_out_date:month"], user=self.nobody),
            lambda: self.find(user=self.nobody).search([], order="sms_opt_out_date"),
            lambda: self.find(user=self.nobody).read(["sms_opt_out_date"]),
        ):
            with self.assertRaises(AccessError):
                call()
        fields = self.env["hr.applicant"].with_user(self.nobody).fields_get()
        self.assertFalse(
            {"sms_consent_state", "sms_opt_out_date", "sms_erased_date"} & fields.keys()
        )

    def test_groupable_and_sortable(self):
        fields = self.env["hr.applicant"].with_user(self.viewer).fields_get()
        for name in ("sms_consent_state", "sms_opt_out_date"):
            self.assertTrue(fields[name]["groupable"])
            self.assertTrue(fields[name]["sortable"])
            self.assertTrue(fields[name]["searchable"])

    def test_interviewers_count_their_own(self):
        self.november.interviewer_ids = self.interviewer
        rows = self.grouped(["sms_consent_state"], user=self.interviewer)
        self.assertEqual(
            [(row["sms_consent_state"], row["__count"]) for row in rows], [("withdrawn", 1)]
        )

    def test_eighty_cards_cost_as_much_as_one(self):
        many = self.env["hr.applicant"].create(
            [
                {
                    "partner_name": f"Candidate {number}",
                    "partner_phone": f"+1202556{number:04}",
                    "company_id": self.company.id,
                    "job_id": self.job.id,
                }
                for number in range(80)
            ]
        )
        for applicant in many:
            self.append("granted", "job_form", applicant)
        counts = []
        for applicants in (many[:2], many[:1], many):  # the first one fills the caches
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            applicants.with_user(self.viewer).read(["sms_consent_state", "sms_opt_out_date"])
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    def test_nobody_writes_them(self):
        with self.assertRaises(AccessError):
            self.applicant.with_user(self.manager).write({"sms_erased_date": "2026-01-01"})

    # ------------------------------------------------------------
    # The ledger as a report
    # ------------------------------------------------------------

    def events(self, groupby):
        events = self.env["hr.sms.consent"].with_user(self.manager)
        return events.formatted_read_group(
            [("company_id", "=", self.company.id)], groupby, ["__count"]
        )

    def test_opt_outs_by_job(self):
        counts = {
            (row["job_id"][1], row["event"]): row["__count"]
            for row in self.events(["job_id", "event"])
        }
        self.assertEqual(counts[("Nurse", "withdrawn")], 1)
        self.assertEqual(counts[("Cook", "withdrawn")], 1)
        self.assertEqual(counts[("Nurse", "declined")], 1)

    def test_events_of_a_job(self):
        events = self.env["hr.sms.consent"].with_user(self.manager)
        ours = [("company_id", "=", self.company.id)]
        cook = events.search([*ours, ("job_id", "=", self.other_job.id)])
        self.assertEqual(cook.mapped("job_id"), self.other_job)
        self.assertEqual(events.search([*ours, ("job_id", "ilike", "cook")]), cook)
        self.assertEqual(
            events.search([*ours, ("job_id", "!=", self.other_job.id)]), events.search(ours) - cook
        )

    def test_a_deleted_job_leaves_its_events(self):
        events = self.env["hr.sms.consent"].with_user(self.manager)
        cook = events.search([("job_id", "=", self.other_job.id)])
        self.october.job_id = False
        self.other_job.sudo().unlink()
        self.env.invalidate_all()
        self.assertFalse(cook.job_id)
        self.assertTrue(cook.job_ref)
        self.assertLessEqual(cook, events.search([("job_id", "=", False)]))
        self.assertIn(False, [row["job_id"] for row in self.events(["job_id"])])
