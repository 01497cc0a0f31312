"""A text stands where it came or went, and counts from then on, however long ago it was written."""

from datetime import datetime, timedelta
from uuid import uuid4

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .common import ACCOUNT_SID, CANDIDATE, OUR_NUMBER, TextingCase

MONDAY = datetime(2026, 1, 12, 15)
TUESDAY, WEDNESDAY, FRIDAY = (MONDAY + timedelta(days=days) for days in (1, 2, 4))
HOUR = timedelta(hours=1)


@tagged("post_install", "-at_install")
class TestConversationOrder(TextingCase):
    """On Monday a text is planned for Friday; meanwhile the candidate and the recruiter talk."""

    def setUp(self):
        super().setUp()
        clock = freeze_time(MONDAY)
        self.clock = clock.start()
        self.addCleanup(clock.stop)
        self.append("granted", "job_form")

    def at(self, moment):
        self.clock.move_to(moment)

    def send(self, body, applicant=None, **kwargs):
        [text] = (applicant or self.applicant).with_user(self.sender).sms_send(body, **kwargs)
        return self.env["hr.sms.message"].browse(text)

    def receive(self, body):
        form = {"From": CANDIDATE, "To": OUR_NUMBER, "Body": body, "AccountSid": ACCOUNT_SID}
        text = self.env["hr.sms.message"]._receive(self.company.ids, f"SM{uuid4().hex}", form)
        self.env.flush_all()
        return text

    def talk(self):
        planned = self.send("See you at nine", scheduled_date=FRIDAY)
        self.at(TUESDAY)
        self.receive("Which floor?")
        self.at(WEDNESDAY)
        self.send("The second one")
        self.drain()
        return planned

    def go(self, planned):
        self.at(FRIDAY + timedelta(seconds=30))
        self.assertEqual(self.drain().bodies, [planned.body])
        self.env.invalidate_all()

    def tab(self, **kwargs):
        self.env.invalidate_all()
        return self.applicant.with_user(self.sender).sms_tab(**kwargs)

    def told(self, **kwargs):
        return [text["body"] for text in self.tab(**kwargs)["messages"]]

    def listed(self, name="all", **kwargs):
        self.env.invalidate_all()
        threads = self.env["hr.sms.thread"].with_user(self.sender)
        return [row["text"] for row in threads.sms_inbox(name, **kwargs)["threads"]]

    def test_it_moves_to_where_it_went(self):
        planned = self.talk()
        self.assertEqual(self.told(), ["See you at nine", "Which floor?", "The second one"])
        self.go(planned)
        self.assertEqual(self.told(), ["Which floor?", "The second one", "See you at nine"])
        text = self.tab()["messages"][-1]
        self.assertEqual(
            (text["date"], text["scheduled_date"], text["written_date"]),
            (
                "2026-01-16 15:00:30",
                "2026-01-16 15:00:00",
                fields.Datetime.to_string(planned.create_date),
            ),
        )

    def test_page_by_page(self):
        planned = self.talk()
        self.go(planned)
        pages, before = [], None
        while True:
            page = self.tab(before_id=before, limit=1)
            pages += [text["body"] for text in page["messages"]]
            if not page["has_older"]:
                break
            before = page["messages"][0]["id"]
        self.assertEqual(pages, ["See you at nine", "The second one", "Which floor?"])
        stranger = self.make_applicant(partner_phone="+12025550144")
        self.append("granted", "job_form", stranger)
        elsewhere = self.send("Hello", stranger)
        for unknown in (elsewhere.id, 2**31 - 1):
            page = self.tab(before_id=unknown)
            self.assertEqual((page["messages"], page["has_older"]), ([], False))

    def test_texts_of_one_second_keep_their_order(self):
        for number in range(5):
            self.send(f"Text {number}")
        self.assertEqual(self.told(), [f"Text {number}" for number in range(5)])
        before = self.tab()["messages"][3]["id"]
        self.assertEqual(self.told(before_id=before), ["Text 0", "Text 1", "Text 2"])

    def test_the_inbox_lists_it_as_the_newest(self):
        other = self.make_applicant(partner_phone="+12025550144")
        self.append("granted", "job_form", other)
        planned = self.talk()
        self.send("To somebody else", other)
        self.drain()
        self.assertEqual(self.listed(), ["To somebody else", "The second one"])
        self.go(planned)
        self.assertEqual(self.listed(), ["See you at nine", "To somebody else"])
        threads = self.env["hr.sms.thread"].with_user(self.sender)
        [first] = threads.sms_inbox(limit=1)["threads"]
        self.assertEqual(self.listed(before=first["last_id"]), ["To somebody else"])

    def test_put_away_it_stays_away(self):
        """What was archived does not come back because an older text stands below a younger one."""
        planned = self.talk()
        self.go(planned)
        thread = self.thread_of(self.applicant).with_user(self.sender)
        thread.sms_archive()
        self.assertEqual((self.listed(), self.listed("archived")), ([], ["See you at nine"]))
        self.receive("I am there")
        self.assertEqual((self.listed(), self.listed("archived")), (["I am there"], []))

    def test_one_that_fails_is_the_last_word(self):
        planned = self.talk()
        self.go(planned)
        self.assertEqual(self.listed("failed"), [])
        report = (None, planned.uuid, "SM" + "1" * 32, "undelivered", "30005", None)
        self.env["hr.sms.message"]._settle([report], self.company.ids)
        self.assertEqual(self.listed("failed"), ["See you at nine"])

    def test_refused_when_its_time_comes_it_says_so_there(self):
        planned = self.talk()
        self.at(FRIDAY)
        self.append("withdrawn", "manual")
        planned.sudo().write({"state": "scheduled", "failure_code": False})
        self.assertEqual(self.drain().bodies, [])
        self.assertEqual((planned.state, planned.date), ("canceled", FRIDAY))
        self.assertEqual(self.told()[-1], "See you at nine")

    def test_canceled_by_a_person_it_stays_where_it_was_written(self):
        planned = self.talk()
        planned.with_user(self.sender).sms_cancel()
        self.assertEqual(self.told()[0], "See you at nine")
        self.assertEqual(self.listed(), ["The second one"])

    def test_a_reply_belongs_to_the_application_last_texted(self):
        second = self.make_applicant(partner_name="Robin Candidate", job_id=self.job.id)
        planned = self.send("About the first job", scheduled_date=FRIDAY)
        self.at(TUESDAY)
        self.send("About the second job", second)
        self.drain()
        self.assertEqual(self.receive("Fine").applicant_id, second)
        self.go(planned)
        self.assertEqual(self.receive("I am there").applicant_id, self.applicant)

    def test_figures_count_from_when_it_went(self):
        planned = self.talk()
        self.go(planned)
        self.env["hr.sms.message"].search([("direction", "=", "outbound")]).write(
            {"state": "delivered"}
        )
        self.at(planned.date + HOUR)
        self.receive("I am there")
        self.env.flush_all()
        rows = {row.id: row for row in self.env["hr.sms.report"].with_user(self.viewer).search([])}
        row = rows[planned.id]
        self.assertEqual((row.date, row.is_replied), (planned.date, 1))
        # "The second one" began; the planned one followed it and starts no clock anew
        began = self.env["hr.sms.message"].search([("body", "=", "The second one")])
        self.assertAlmostEqual(rows[began.id].reply_hours, 49, delta=0.1)
        question = self.env["hr.sms.message"].search([("body", "=", "Which floor?")])
        self.assertAlmostEqual(rows[question.id].answer_hours, 24, delta=0.1)
        self.assertFalse(rows[began.id].is_replied, "the planned one went in between")

    def test_what_waits_or_was_canceled_answers_nobody(self):
        self.receive("Which floor?")
        self.at(TUESDAY)
        planned = self.send("I shall ask", scheduled_date=FRIDAY)
        report = self.env["hr.sms.report"].with_user(self.viewer)
        question = self.env["hr.sms.message"].search([("body", "=", "Which floor?")])
        self.env.flush_all()
        self.assertFalse(report.browse(question.id).answer_hours)
        planned.with_user(self.sender).sms_cancel()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(report.browse(question.id).answer_hours)
