from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import CANDIDATE, TextingCase

DAY = datetime(2026, 1, 14, 15)  # Wednesday 10:00 in Washington
FRIDAY = datetime(2026, 1, 16, 15)


@tagged("post_install", "-at_install")
class TestPlanned(TextingCase):
    """Texts that wait: seen, changed, sent now, canceled."""

    def setUp(self):
        super().setUp()
        clock = freeze_time(DAY)
        clock.start()
        self.addCleanup(clock.stop)
        self.append("granted", "job_form")

    def plan(self, body="See you on Friday", date=FRIDAY, user=None, **kwargs):
        applicant = self.applicant.with_user(user or self.sender)
        ids = applicant.sms_send(body, scheduled_date=date, **kwargs)
        return self.env["hr.sms.message"].with_user(user or self.sender).browse(ids)

    def automatic(self, state="queued", **values):
        text = self.applicant._sms_text(CANDIDATE, "Automatic", kind="auto")
        message = self.env["hr.sms.message"]._offer([text])[0].message
        message.write({"state": state, **values})
        return message.with_user(self.sender)

    def balance(self):
        self.env.invalidate_all()
        return self.env["hr.sms.allowance"]._of(self.company).balance

    def planned(self, user=None):
        return self.applicant.with_user(user or self.sender).sms_tab()["planned"]

    # -- seen --

    def test_listed_the_next_one_first_with_what_may_be_done(self):
        later = self.plan("Later", FRIDAY + timedelta(days=3))
        sooner = self.plan("Sooner")
        automatic = self.automatic(wait_code="quiet_hours", next_attempt_date=FRIDAY)
        planned = self.planned()
        self.assertEqual([one["id"] for one in planned], [*sooner.ids, *later.ids, *automatic.ids])
        self.assertEqual([one["can_edit"] for one in planned], [True, True, False])
        self.assertEqual([one["can_cancel"] for one in planned], [True, True, True])
        self.assertEqual(planned[0]["scheduled_date"], "2026-01-16 15:00:00")
        self.assertIn("early or late", planned[2]["wait_reason"])
        for one in self.planned(self.viewer):
            self.assertFalse(one["can_edit"] or one["can_cancel"])

    def test_a_text_on_its_way_is_not_listed(self):
        self.applicant.with_user(self.sender).sms_send("Now")
        self.assertFalse(self.planned())
        self.plan()
        self.drain()
        self.assertEqual(len(self.planned()), 1)

    def test_a_scheduled_text_costs_nothing_yet(self):
        balance = self.balance()
        message = self.plan()
        self.assertEqual(self.balance(), balance)
        message.sms_cancel()
        self.assertEqual(self.balance(), balance)
        self.assertFalse(message.sudo().charged_segments)

    def test_the_tab_knows_where_the_candidate_is(self):
        self.assertEqual(
            self.applicant.with_user(self.sender).sms_tab()["zones"], ["America/New_York"]
        )

    # -- canceled --

    def test_canceled_it_never_goes_and_says_who_did_it(self):
        message = self.plan()
        self.assertEqual(message.sms_cancel(), message.ids)
        self.assertEqual(message.state, "canceled")
        self.assertEqual(message.failure_reason, f"Canceled by {self.sender.name} before it went.")
        with freeze_time(FRIDAY + timedelta(hours=1)):
            self.assertFalse(self.drain().sent)
        self.assertFalse(self.planned())

    def test_who_wrote_it_is_told_when_a_colleague_cancels(self):
        message = self.plan("Secret words")
        message.with_user(self.manager).sms_cancel()
        note = self.env["mail.message"].search(
            [("subject", "like", "was not sent"), ("res_id", "=", self.applicant.id)]
        )
        self.assertEqual(note.notified_partner_ids, self.sender.partner_id)
        self.assertIn(f"Canceled by {self.manager.name}", note.body)
        self.assertNotIn("Secret", note.body)
        self.plan().sms_cancel()
        self.assertEqual(
            self.env["mail.message"].search_count([("subject", "like", "was not sent")]), 1
        )

    def test_what_waits_for_the_morning_or_a_top_up_or_a_decision_is_canceled_too(self):
        for wait_code in ("quiet_hours", "daily_cap", "allowance_waiting", "consent_review"):
            with self.subTest(wait_code):
                message = self.automatic(wait_code=wait_code, next_attempt_date=FRIDAY)
                self.assertTrue(message.sms_cancel())
                self.assertEqual((message.state, message.wait_code), ("canceled", False))

    def test_what_an_attempt_had_cost_is_given_back(self):
        balance = self.balance()
        message = self.plan()
        message.sudo().write({"state": "queued", "scheduled_date": False})
        message.sudo()._charge()
        message.sudo().next_attempt_date = FRIDAY  # Twilio had too many requests
        self.assertEqual(self.balance(), balance - 1)
        message.sms_cancel()
        self.assertEqual(self.balance(), balance)

    def test_too_late(self):
        message = self.plan()
        for state, words in (
            ("sending", "was just sent"),
            ("delivered", "was just sent"),
            ("canceled", "canceled already"),
        ):
            with self.subTest(state):
                message.sudo().state = state
                for call in (
                    message.sms_cancel,
                    message.sms_send_now,
                    lambda: message.sms_reschedule(body="New"),
                ):
                    with self.assertRaisesRegex(UserError, words):
                        call()
                self.assertEqual(message.state, state)

    def test_of_several_those_that_still_wait(self):
        first, second = self.plan("First"), self.plan("Second")
        first.sudo().state = "sending"
        self.assertEqual((first | second).sms_cancel(), second.ids)
        self.assertEqual(first.state, "sending")

    def test_the_answer_to_a_keyword_is_nobodys_to_cancel(self):
        message = self.automatic()
        message.sudo().kind = "confirmation"
        with self.assertRaises(UserError):
            message.sms_cancel()

    # -- sent now --

    def test_sent_now(self):
        message = self.plan()
        message.sms_send_now()
        self.assertEqual(self.drain().bodies, ["See you on Friday"])
        self.assertEqual(message.state, "sent")
        self.assertFalse(message.scheduled_date)

    def test_consent_is_asked_again_when_sent_now_or_changed(self):
        message = self.plan()
        # As if the withdrawal could not cancel it: a sender held it.
        self.append("withdrawn", "manual")
        message.sudo().write({"state": "scheduled", "failure_code": False})
        for call in (message.sms_send_now, lambda: message.sms_reschedule(body="New")):
            with self.assertRaisesRegex(UserError, "Consent was withdrawn"):
                call()
        self.assertEqual((message.state, message.body), ("scheduled", "See you on Friday"))

    def test_sent_now_costs_segments(self):
        message = self.plan()
        account = self.env["hr.sms.allowance"]._of(self.company)
        account.sudo().write({"plan_left": 0, "extra_left": 0})
        with self.assertRaisesRegex(UserError, "allowance is used up"):
            message.sms_send_now()
        self.assertEqual(message.state, "scheduled")
        self.assertTrue(message.sms_reschedule(FRIDAY + timedelta(days=1)))

    def test_what_waits_for_something_else_says_so(self):
        message = self.plan()
        message.sudo().wait_code = "allowance_waiting"
        with self.assertRaisesRegex(UserError, "tops up"):
            message.sms_send_now()

    # -- changed --

    def test_another_time(self):
        message = self.plan()
        message.sms_reschedule("2026-01-19 14:00:00")
        self.assertEqual(message.scheduled_date, datetime(2026, 1, 19, 14))
        self.assertEqual(message.body, "See you on Friday")
        with freeze_time(FRIDAY + timedelta(hours=1)):
            self.assertFalse(self.drain().sent)
        with freeze_time(datetime(2026, 1, 19, 14, 1)):
            self.assertEqual(self.drain().bodies, ["See you on Friday"])

    def test_a_cron_wakes_for_the_new_time(self):
        message = self.plan()
        lane = self.env.ref("hr_recruitment_texting.ir_cron_process_queue_direct")
        message.sms_reschedule("2026-01-19 14:00:00")
        self.assertIn(
            datetime(2026, 1, 19, 14),
            self.env["ir.cron.trigger"].search([("cron_id", "=", lane.id)]).mapped("call_at"),
        )

    def test_other_words(self):
        message = self.plan()
        message.sms_reschedule(body="x" * 161)
        self.assertEqual((message.body, message.segment_count), ("x" * 161, 2))
        self.assertEqual(message.scheduled_date, FRIDAY)
        for body, words in (("  ", "empty"), ("x" * 1401, "1,400")):
            with self.assertRaisesRegex(UserError, words):
                message.sms_reschedule(body=body)
        self.assertEqual(message.body, "x" * 161)

    def test_other_words_keep_the_opt_out_line(self):
        self.company.sms_opt_out_line = True
        message = self.plan("Hello")
        self.assertEqual(message.body, "Hello\nReply STOP to opt out")
        message.sms_reschedule(body="Hello Robin\nReply STOP to opt out")
        self.assertEqual(message.body, "Hello Robin\nReply STOP to opt out")
        message.sms_reschedule(body="Hello again")
        self.assertEqual(message.body, "Hello again\nReply STOP to opt out")
        self.assertEqual(message.sudo().opt_out_way, "stop")

    def test_a_time_that_is_over_or_none(self):
        message = self.plan()
        with self.assertRaisesRegex(UserError, "This time is over"):
            message.sms_reschedule(DAY - timedelta(minutes=1))
        for junk in ("soon", 5, "2026-13-01"):
            with self.assertRaises(ValidationError):
                message.sms_reschedule(junk)
        self.assertEqual(message.scheduled_date, FRIDAY)

    def test_automatic_texts_are_canceled_but_not_changed(self):
        message = self.automatic("scheduled", scheduled_date=FRIDAY)
        for call in (message.sms_send_now, lambda: message.sms_reschedule(body="New")):
            with self.assertRaisesRegex(UserError, "can be canceled, but not changed"):
                call()
        self.assertTrue(message.sms_cancel())

    def test_a_text_that_waits_for_a_top_up_gets_other_words(self):
        message = self.plan()
        message.sudo().write(
            {"state": "queued", "scheduled_date": False, "wait_code": "allowance_waiting"}
        )
        message.sms_reschedule(body="Shorter")
        self.assertEqual((message.body, message.wait_code), ("Shorter", "allowance_waiting"))
        message.sms_reschedule(FRIDAY)
        self.assertEqual((message.state, message.wait_code), ("scheduled", False))

    # -- rights --

    def test_only_who_may_send(self):
        message = self.plan()
        for user in (self.viewer, self.nobody, self.interviewer):
            with self.subTest(user.login):
                theirs = message.with_user(user)
                for call in (
                    theirs.sms_cancel,
                    theirs.sms_send_now,
                    lambda theirs=theirs: theirs.sms_reschedule(body="New"),
                    self.applicant.with_user(user).sms_schedule_check,
                ):
                    with self.assertRaises(AccessError):
                        call()
        self.assertEqual((message.state, message.body), ("scheduled", "See you on Friday"))

    def test_an_interviewer_with_the_right_changes_those_of_their_applicants_only(self):
        self.interviewer.group_ids += self.env.ref("hr_recruitment_texting.group_sms_send")
        message = self.plan()
        with self.assertRaises(AccessError):
            message.with_user(self.interviewer).sms_cancel()
        self.applicant.interviewer_ids = self.interviewer
        self.assertTrue(message.with_user(self.interviewer).sms_cancel())

    def test_not_from_another_company(self):
        message = self.plan()
        other = self.env["res.company"].create({"name": "Other"})
        self.sender.company_ids += other
        with self.assertRaises(AccessError):
            message.with_context(allowed_company_ids=other.ids).sms_cancel()

    # -- times --

    def check(self, date=None):
        return self.applicant.with_user(self.sender).sms_schedule_check(scheduled_date=date)

    def test_times_offered(self):
        self.company.sms_quiet_hours = True
        self.assertEqual(
            self.check(),
            {
                "presets": [
                    {"code": "hour", "date": "2026-01-14 16:00:00", "quiet_until": False},
                    {"code": "tomorrow", "date": "2026-01-15 14:00:00", "quiet_until": False},
                    {"code": "monday", "date": "2026-01-19 14:00:00", "quiet_until": False},
                ],
                "quiet_until": False,
            },
        )
        with freeze_time(datetime(2026, 1, 15, 2)):  # 21:00 there
            self.assertEqual(self.check()["presets"][0]["quiet_until"], "2026-01-15 13:00:00")

    def test_a_time_in_quiet_hours_warns_and_is_kept(self):
        night = datetime(2026, 3, 8, 9)  # 5:00 there, after the clocks went forward
        self.assertFalse(self.check(night)["quiet_until"])
        self.company.sms_quiet_hours = True
        self.assertEqual(self.check(night)["quiet_until"], "2026-03-08 12:00:00")
        self.assertFalse(self.check(datetime(2026, 3, 8, 12))["quiet_until"])
        self.assertTrue(
            self.check(datetime(2026, 3, 7, 12))["quiet_until"]
        )  # 7:00 on the day before
        message = self.plan(date=night)
        with freeze_time(night + timedelta(minutes=1)):
            self.assertEqual(self.drain().bodies, ["See you on Friday"])
        self.assertEqual(message.sudo().claimed_date, night + timedelta(minutes=1))

    def test_junk_is_no_time(self):
        with self.assertRaises(ValidationError):
            self.check("whenever")

    def test_a_number_without_a_place_takes_the_users_clock(self):
        self.sender.tz = "Europe/Berlin"
        self.applicant.partner_phone = "+88216123456"  # a satellite phone
        self.assertEqual(self.check()["presets"][1]["date"], "2026-01-15 08:00:00")
        self.assertEqual(self.applicant.with_user(self.sender).sms_tab()["zones"], [])

    def test_scheduled_for_now_is_sent_when_its_time_comes(self):
        message = self.plan(date=fields.Datetime.to_string(DAY + timedelta(minutes=5)))
        self.assertEqual(message.state, "scheduled")
