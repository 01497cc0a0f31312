"""A text stands where it came or went, and counts from then on, however long ago it was written."""

from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command, fields
from odoo.tests import tagged

from ..models import hr_sms_thread_inbox_query as inbox_query
from .common import TextingCase

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

    def test_what_is_planned_is_not_the_last_word(self):
        self.receive("Which floor?")
        self.at(TUESDAY)
        planned = self.send("See you at nine", scheduled_date=FRIDAY)
        for name in ("all", "unassigned"):
            self.assertEqual(self.listed(name), ["Which floor?"])
        self.assertEqual(self.listed("waiting"), [])
        thread = self.thread_of(self.applicant).with_user(self.sender)
        self.assertEqual(thread.sms_inbox_thread()["text"], "Which floor?")
        self.go(planned)
        self.assertEqual(self.listed(), ["See you at nine"])

    def test_what_is_planned_stands_for_a_number_without_other_texts(self):
        self.send("Two", scheduled_date=FRIDAY)
        self.send("Three", scheduled_date=FRIDAY)
        self.assertEqual(self.listed(), ["Three"])
        self.assertEqual(
            self.thread_of(self.applicant).with_user(self.sender).sms_inbox_thread()["text"],
            "Three",
        )

    def test_those_that_are_planned_the_next_one_first(self):
        other = self.make_applicant(partner_phone="+12025550144")
        self.append("granted", "job_form", other)
        self.send("On Friday", other, scheduled_date=FRIDAY)
        self.send("Later", scheduled_date=FRIDAY + HOUR)
        self.send("On Wednesday", scheduled_date=WEDNESDAY)
        self.receive("Which floor?")
        self.assertEqual(self.listed("scheduled"), ["On Wednesday", "On Friday"])
        threads = self.env["hr.sms.thread"].with_user(self.sender)
        page = threads.sms_inbox("scheduled", limit=1)
        [first] = page["threads"]
        self.assertEqual((first["date"], page["has_more"]), ("2026-01-14 15:00:00", True))
        self.assertEqual(self.listed("scheduled", before=first["last_id"]), ["On Friday"])
        self.assertEqual(threads.sms_inbox_counts()["scheduled"], 2)

    def test_sent_now_by_hand_it_answers(self):
        planned = self.send("See you at nine", scheduled_date=FRIDAY)
        self.at(TUESDAY)
        question = self.receive("Which floor?")
        self.assertEqual(self.listed("waiting"), ["Which floor?"])
        self.at(TUESDAY + HOUR)
        planned.with_user(self.sender).sms_send_now()
        self.drain()
        self.assertEqual(self.listed("waiting"), [])
        self.env.flush_all()
        row = self.env["hr.sms.report"].with_user(self.viewer).browse(question.id)
        self.assertAlmostEqual(row.answer_hours, 1, delta=0.1)

    def test_what_is_planned_settles_no_failure(self):
        failed = self.send("Hello")
        self.drain()
        report = (None, failed.uuid, "SM" + "1" * 32, "undelivered", "30005", None)
        self.env["hr.sms.message"]._settle([report], self.company.ids)
        self.send("See you at nine", scheduled_date=FRIDAY)
        self.assertEqual(self.listed("failed"), ["Hello"])

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

    def refuse(self, planned):
        """Have its time come when the company texts nobody there any more."""
        self.at(FRIDAY)
        self.env["hr.sms.country.rule"].create(
            {
                "company_id": self.company.id,
                "country_ids": [Command.set(self.env.ref("base.us").ids)],
                "rule": "refuse",
            }
        )
        self.assertEqual(self.drain().bodies, [])
        self.assertEqual((planned.state, planned.date), ("canceled", FRIDAY))

    def test_refused_when_its_time_comes_it_says_so_there(self):
        planned = self.talk()
        self.refuse(planned)
        self.assertEqual(self.told()[-1], "See you at nine")

    def test_what_was_refused_settles_no_failure(self):
        planned = self.talk()
        [second] = self.env["hr.sms.message"].search([("body", "=", "The second one")])
        report = (None, second.uuid, "SM" + "1" * 32, "undelivered", "30005", None)
        self.env["hr.sms.message"]._settle([report], self.company.ids)
        self.refuse(planned)
        self.assertEqual(self.listed("failed"), ["See you at nine"])

    def test_a_reply_does_not_belong_to_what_only_waits_or_was_refused(self):
        second = self.make_applicant(partner_name="Robin Candidate", job_id=self.job.id)
        self.send("About the second job", second)
        self.drain()
        self.at(TUESDAY)
        planned = self.send("About the first job", scheduled_date=FRIDAY)
        self.assertEqual(self.receive("Fine").applicant_id, second)
        self.refuse(planned)
        self.assertEqual(self.receive("Still fine").applicant_id, second)

    def test_kept_from_when_it_went(self):
        self.company.sms_message_retention = 6
        planned = self.send("See you at nine", scheduled_date=FRIDAY + timedelta(days=240))
        self.at(FRIDAY + timedelta(days=240, minutes=1))
        self.drain()
        self.at(FRIDAY + timedelta(days=300))
        self.env["hr.sms.thread"]._erase_old()
        self.assertTrue(planned.body)
        self.at(FRIDAY + timedelta(days=440))
        self.env["hr.sms.thread"]._erase_old()
        self.assertFalse(planned.body)

    def test_found_by_its_words(self):
        planned = self.talk()
        self.go(planned)
        with patch.object(inbox_query, "SEARCHED_TEXTS", 0):
            self.assertEqual(self.listed(search="nine"), [], "no texts are looked through")
        with patch.object(inbox_query, "SEARCHED_TEXTS", 1):
            self.assertEqual(self.listed(search="Which"), [], "it came before the last one written")
            self.assertEqual(self.listed(search="nine"), ["See you at nine"])
        self.assertEqual(self.listed(search="nine"), ["See you at nine"])
        self.assertEqual(self.listed(search="floor"), ["See you at nine"])

    def test_pages_tell_nothing_of_texts_one_may_not_read(self):
        self.send("Hello")
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.make_applicant(
            company_id=elsewhere.id, job_id=False, partner_phone="+12025550144"
        )
        thread = theirs._sms_thread("+12025550144", create=True)
        self.at(FRIDAY)
        text = self.env["hr.sms.message"].create(
            {
                "thread_id": thread.id,
                "company_id": elsewhere.id,
                "direction": "inbound",
                "kind": "direct",
                "body": "Hi",
                "state": "received",
            }
        )
        for before in (text.id, 2**31 - 1):
            self.assertEqual(self.listed(before=before), [])

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

    def test_what_was_written_before_a_question_does_not_answer_it(self):
        planned = self.send("See you at nine", scheduled_date=FRIDAY)
        self.at(TUESDAY)
        question = self.receive("Which floor?")
        self.go(planned)
        self.env.flush_all()
        row = self.env["hr.sms.report"].with_user(self.viewer).browse(question.id)
        self.assertFalse(row.answer_hours)
        self.assertTrue(question.is_waiting)

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
