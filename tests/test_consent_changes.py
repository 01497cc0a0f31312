"""Other systems ask who gave or withdrew consent since they asked last."""

from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import CANDIDATE, TextingCase

FAR = datetime(2200, 1, 1)


@tagged("post_install", "-at_install")
class TestConsentChanges(TextingCase):
    def setUp(self):
        super().setUp()
        # Under test everything is one transaction, which never ends: see the live test.
        self.startPatcher(
            patch.object(self.registry["hr.applicant"], "_sms_settled_before", lambda _self: FAR)
        )
        self.start = self.changes(cursor=0)["cursor"]

    def changes(self, user=None, cursor=None, **options):
        model = self.env["hr.applicant"].with_user(user or self.viewer)
        cursor = self.start if cursor is None else cursor
        self.env.flush_all()
        self.env.invalidate_all()  # a request starts with nothing read
        return model.sms_consent_changes(cursor=cursor, **options)

    def test_what_is_told(self):
        second = self.make_applicant(partner_name="Robin Again")
        self.append(
            "granted",
            "job_board",
            source="Indeed",
            source_ref="I-1",
            given_date=datetime(2025, 3, 31),
        )
        event = self.append("withdrawn", "keyword")
        answer = self.changes()
        self.assertEqual((answer["cursor"], answer["more"]), (event.id, False))
        granted, withdrawn = answer["changes"]
        self.assertEqual(
            granted,
            {
                "id": event.id - 1,
                "event": "granted",
                "method": "job_board",
                "scope": "jobs",
                "source": "Indeed",
                "source_ref": "I-1",
                "given_date": "2025-03-31 00:00:00",
                "recorded_date": fields.Datetime.to_string(event.recorded_date),
                "number": CANDIDATE,
                "company_id": self.company.id,
                "applicant_id": self.applicant.id,
                "applicant_ids": [self.applicant.id, second.id],
                "consent_state": "withdrawn",
                "consent_locked": True,
            },
        )
        self.assertEqual((withdrawn["event"], withdrawn["method"]), ("withdrawn", "keyword"))

    def test_page_by_page(self):
        for _count in range(5):
            self.append("granted", "manual")
            self.append("withdrawn", "manual")
        seen, cursor, pages = [], self.start, 0
        while True:
            answer = self.changes(cursor=cursor, limit=4)
            seen += [change["id"] for change in answer["changes"]]
            cursor, pages = answer["cursor"], pages + 1
            if not answer["more"]:
                break
        self.assertEqual((len(seen), len(set(seen)), pages), (10, 10, 3))
        self.assertEqual(seen, sorted(seen))
        self.assertEqual(
            self.changes(cursor=cursor), {"changes": [], "cursor": cursor, "more": False}
        )

    def test_since_a_date(self):
        event = self.append("granted", "manual")
        after = event.recorded_date + timedelta(seconds=1)
        self.assertEqual(len(self.changes(since=str(event.recorded_date))["changes"]), 1)
        self.assertEqual(self.changes(since=str(after))["changes"], [])
        self.assertEqual(self.changes(since=str(after))["cursor"], self.start)

    def test_not_told_before_it_is_settled(self):
        first = self.append("granted", "manual")
        before = first.recorded_date
        with patch.object(
            self.registry["hr.applicant"], "_sms_settled_before", lambda _self: before
        ):
            self.assertEqual(self.changes(), {"changes": [], "cursor": self.start, "more": False})

    def test_erased(self):
        self.append("granted", "manual", note="on the phone")
        self.thread_of(self.applicant)._erase("Mel Manager")
        granted, erased = self.changes()["changes"]
        self.assertEqual((granted["number"], granted["source"]), (False, False))
        self.assertEqual((erased["event"], erased["consent_state"]), ("erased", "withdrawn"))
        self.assertEqual(erased["applicant_ids"], [])

    def test_only_what_one_may_read(self):
        self.append("granted", "manual")
        with self.assertRaisesRegex(AccessError, "View SMS"):
            self.changes(user=self.nobody)
        # The ledger is for officers, as everywhere.
        self.job.interviewer_ids = self.interviewer
        self.assertEqual(self.changes(user=self.interviewer)["changes"], [])
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.make_applicant(
            company_id=other.id, job_id=False, partner_phone="+12025550177"
        )
        self.append("granted", "manual", foreign)
        self.assertEqual(
            [change["company_id"] for change in self.changes()["changes"]], [self.company.id]
        )

    def test_what_cannot_be(self):
        for options, said in (
            ({"cursor": "5"}, "cursor is a whole number from 0"),
            ({"cursor": -1}, "cursor is a whole number"),
            ({"cursor": True}, "cursor is a whole number"),
            ({"limit": 0}, "limit is a whole number from 1 to 1000"),
            ({"limit": 1001}, "limit is a whole number"),
            ({"since": "yesterday"}, "yesterday is not a time"),
        ):
            with self.subTest(options), self.assertRaisesRegex(ValidationError, said):
                self.changes(**options)

    def test_a_page_is_a_handful_of_queries(self):
        applicants = self.env["hr.applicant"].create(
            [
                {
                    "partner_name": f"Robin {number}",
                    "partner_phone": f"+1202556{number}",
                    "company_id": self.company.id,
                }
                for number in range(1000, 1200)
            ]
        )
        for applicant in applicants:
            self.append("granted", "manual", applicant)
        self.env.flush_all()
        self.env.invalidate_all()
        self.changes(limit=1)
        self.env.invalidate_all()
        with self.assertQueryCount(20):
            answer = self.changes(limit=200)
        self.assertEqual(len(answer["changes"]), 200)
