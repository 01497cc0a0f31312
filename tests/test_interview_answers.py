"""Reminders of interviews that ask for 1 or 2, and what the answer does."""

from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from ..rules import interview_answers
from .common import CANDIDATE, OUR_NUMBER
from .test_interview_texts import CoreSmsCase


@tagged("post_install", "-at_install")
class TestInterviewAnswers(CoreSmsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sms_interview_answers = True
        cls.candidate = cls.env["res.partner"].create(
            {"name": "Robin Candidate", "phone": CANDIDATE}
        )
        cls.applicant.partner_id = cls.candidate
        cls.sender.notification_type = "inbox"
        cls.event = cls.env["calendar.event"].create(
            {
                "name": "Interview",
                "applicant_id": cls.applicant.id,
                "user_id": cls.sender.id,
                "partner_ids": [Command.set((cls.candidate | cls.sender.partner_id).ids)],
                "start": "2099-01-01 10:00:00",
                "stop": "2099-01-01 11:00:00",
            }
        )
        cls.alarm = cls.env["calendar.alarm"].create(
            {
                "name": "SMS",
                "alarm_type": "sms",
                "duration": 1,
                "interval": "hours",
                "sms_template_id": cls.env.ref(
                    "calendar_sms.sms_template_data_calendar_reminder"
                ).id,
            }
        )

    def setUp(self):
        super().setUp()
        self.append("granted", "job_form")

    def remind(self):
        self.event.with_user(self.env.ref("base.user_root"))._do_sms_reminder(self.alarm)
        [reminder] = self.texts_of(self.applicant)[:1]
        return reminder

    def answer(self, body, sid="1"):
        messages = self.env["hr.sms.message"].sudo()
        form = {"From": CANDIDATE, "To": OUR_NUMBER, "Body": body}
        if not messages._receive_ordinary(self.company.ids, f"SM{sid:0>32}", form):
            messages._receive(self.company.ids, f"SM{sid:0>32}", form)
        self.env.flush_all()
        messages._follow_up()
        self.env.invalidate_all()

    def attendee(self):
        return self.event.attendee_ids.filtered(lambda one: one.partner_id == self.candidate)

    def told(self, user=None):
        return self.env["mail.message"].search(
            [
                ("model", "=", "calendar.event"),
                ("res_id", "=", self.event.id),
                ("message_type", "=", "user_notification"),
                "|",
                ("subject", "like", "confirmed: "),
                ("subject", "like", "asks for another time: "),
                ("notified_partner_ids", "in", (user or self.sender).partner_id.ids),
            ]
        )

    def text_by_hand(self, body, applicant=None):
        (applicant or self.applicant).with_user(self.sender).sms_send(body)
        self.drain()

    def sent_reminder(self):
        reminder = self.remind()
        self.drain("bulk")
        return reminder

    def test_reminder_asks(self):
        reminder = self.remind()
        self.assertTrue(reminder.body.endswith("Reply 1 to confirm, 2 for another time."))
        self.assertEqual((reminder.event_id, reminder.kind), (self.event, "auto"))

    def test_reminder_in_the_candidates_language_and_on_their_clock(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.company.sms_interview_answers = False
        event = self.event.with_context(lang="de_DE", tz="Europe/Berlin")
        event = event.with_user(self.env.ref("base.user_root"))
        event.user_id.tz = "Europe/Berlin"
        event.user_id.lang = "de_DE"
        event._do_sms_reminder(self.alarm)
        [reminder] = self.texts_of(self.applicant)[:1]
        self.assertIn("Event reminder: Interview", reminder.body)
        event._message_sms_with_template(partner_ids=self.candidate.ids)
        without = self.texts_of(self.applicant)[:1] - reminder
        # 10:00 in UTC is 5 in the morning in New Jersey, whose number it is
        self.assertRegex(without.body, r"^Reminder: Interview, .*05:00.*AM.*America/New_York")
        self.assertEqual(self.left_by_core, [])

    def test_off(self):
        self.company.sms_interview_answers = False
        reminder = self.remind()
        self.assertNotIn("Reply 1", reminder.body)
        self.assertFalse(reminder.event_asks)
        self.drain("bulk")
        self.answer("1")
        self.assertEqual(self.attendee().state, "needsAction")

    def test_confirmed(self):
        self.sent_reminder()
        self.answer(" 1. ")
        self.assertEqual(self.attendee().state, "accepted")
        self.assertIn("confirmed: Interview", self.told().subject)
        thanks = self.drain()
        self.assertEqual(thanks.bodies, ["Thank you, your interview is confirmed."])

    def test_another_time(self):
        self.sent_reminder()
        self.answer("2")
        self.assertEqual(self.attendee().state, "tentative")
        self.assertIn("asks for another time", self.told().subject)
        activity = self.applicant.activity_ids
        self.assertEqual(activity.user_id, self.sender)
        self.assertEqual(
            self.drain().bodies, ["Thank you, we will contact you about another time."]
        )

    def test_without_an_organizer_the_recruiter_is_told(self):
        recruiter = self.make_user("recruiter", "hr_recruitment.group_hr_recruitment_user")
        self.applicant.user_id = recruiter
        self.event.user_id = self.sender
        self.sent_reminder()
        self.sender.action_archive()
        self.answer("2")
        self.assertIn("asks for another time", self.told(recruiter).subject)
        self.assertEqual(self.applicant.activity_ids.user_id, recruiter)
        self.assertTrue(self.texts_of(self.applicant).filtered("is_waiting"), "we said we write")

    def test_without_both_whoever_follows_or_manages_texting_is_told(self):
        self.applicant.user_id = False
        self.event.user_id = False
        self.applicant.message_unsubscribe(self.applicant.message_partner_ids.ids)
        self.sent_reminder()
        self.answer("2")
        self.assertIn("asks for another time", self.told(self.manager).subject)
        self.assertEqual(len(self.applicant.activity_ids), 1)
        self.assertFalse(self.told())
        self.applicant.message_subscribe(self.viewer.partner_id.ids)
        self.answer("1", sid="2")
        self.assertIn("confirmed", self.told(self.viewer).subject)

    def test_it_waits_for_us_when_nobody_could_be_told(self):
        self.event.user_id = self.applicant.user_id = False
        self.applicant.message_unsubscribe(self.applicant.message_partner_ids.ids)
        group = self.env.ref("hr_recruitment_texting.group_sms_manager")
        self.company._sms_managers().write({"group_ids": [Command.unlink(group.id)]})
        self.assertFalse(self.company._sms_managers())
        self.sent_reminder()
        self.answer("1")
        self.assertEqual(self.attendee().state, "accepted")
        self.assertTrue(self.texts_of(self.applicant).filtered("is_waiting"))

    def test_an_answer_to_a_later_question_is_none_to_the_reminder(self):
        self.sent_reminder()
        self.text_by_hand("Which shift: 1 early, 2 late?")
        self.answer("2")
        self.assertEqual(self.attendee().state, "needsAction")
        self.assertFalse(self.applicant.activity_ids)
        self.assertTrue(self.texts_of(self.applicant).filtered("is_waiting"))
        # The reminder asks once more: it is the last one now.
        self.sent_reminder()
        self.answer("1", sid="2")
        self.assertEqual(self.attendee().state, "accepted")

    def test_a_question_that_never_went_is_none(self):
        self.sent_reminder()
        self.applicant.with_user(self.sender).sms_send("1 or 2?", scheduled_date="2099-01-01 00:00")
        self.answer("1")
        self.assertEqual(self.attendee().state, "accepted")

    def share_number(self):
        bea = self.make_applicant(partner_name="Bea Sister")
        self.append("granted", "job_form", bea)
        return bea

    def test_who_shares_the_number_was_asked_something_since(self):
        bea = self.share_number()
        self.sent_reminder()
        self.text_by_hand("Bea, 1 early or 2 late?", bea)
        self.answer("2")
        self.assertEqual(self.attendee().state, "needsAction")
        self.assertFalse(self.applicant.activity_ids | bea.activity_ids)

    def test_the_answer_is_about_the_applicant_of_the_interview(self):
        """Even if the last of our own words went to somebody else with the number."""
        bea = self.share_number()
        self.sent_reminder()
        self.env["hr.sms.message"]._queue(
            [
                {
                    "thread": self.thread_of(bea),
                    "body": "You are subscribed.",
                    "kind": "confirmation",
                    "answer": "opt_in",
                    "applicant": bea,
                }
            ]
        )
        self.drain()
        self.answer("2")
        self.assertIn("Robin Candidate asks for another time", self.told().subject)
        self.assertEqual(self.applicant.activity_ids.user_id, self.sender)
        self.assertFalse(bea.activity_ids)
        [thanks] = self.texts_of(self.applicant).filtered(lambda one: one.kind == "confirmation")
        self.assertEqual(thanks.answer, "interview_reschedule")

    def test_changed_mind(self):
        self.sent_reminder()
        self.answer("2")
        self.assertTrue(self.texts_of(self.applicant).filtered("is_waiting"), "we said we write")
        self.answer("1", sid="2")
        self.assertEqual(self.attendee().state, "accepted")
        self.assertFalse(self.texts_of(self.applicant).filtered("is_waiting"))

    def test_other_words_are_an_ordinary_text(self):
        self.sent_reminder()
        for number, body in enumerate(("12", "1 question", "yes, 1", "at 2?")):
            self.answer(body, sid=str(number))
        self.assertEqual(self.attendee().state, "needsAction")
        self.assertFalse(self.drain().sent)

    def test_nothing_was_asked(self):
        self.answer("1")
        self.assertEqual(self.attendee().state, "needsAction")
        self.assertFalse(self.told())

    def test_interview_that_is_over(self):
        self.sent_reminder()
        self.event.write({"start": "2020-01-01 10:00:00", "stop": "2020-01-01 11:00:00"})
        self.answer("1")
        self.assertFalse(self.told())

    def test_a_time_the_candidate_did_not_see_is_not_confirmed(self):
        self.sent_reminder()
        self.event.start = "2099-01-03 10:00:00"
        self.answer("1")
        self.assertEqual(self.attendee().state, "needsAction")
        self.assertFalse(self.told())
        self.assertTrue(self.texts_of(self.applicant)[:1].is_waiting, "somebody has to look at it")

    def test_an_answer_waits_for_nobody(self):
        self.sent_reminder()
        self.answer("1")
        self.assertFalse(self.texts_of(self.applicant).filtered("is_waiting"))
        self.answer("See you", sid="2")
        self.assertTrue(self.texts_of(self.applicant).filtered("is_waiting"))

    # -- a reminder that waited --

    def reminded_late(self, **changes):
        """Return what becomes of a reminder when the interview changes before it goes."""
        for asks in (True, False):
            self.company.sms_interview_answers = asks
            reminder = self.remind()
            before = {name: self.event[name] for name in changes}
            self.event.write(changes)
            self.assertFalse(self.drain("bulk").sent)
            yield reminder
            self.event.write(before)

    def test_no_reminder_of_an_interview_that_was_moved(self):
        for reminder in self.reminded_late(start="2099-01-03 10:00:00", stop="2099-01-03 11:00:00"):
            self.assertEqual(
                (reminder.state, reminder.failure_code), ("canceled", "interview_moved")
            )

    def test_no_reminder_of_an_interview_that_was_called_off(self):
        for reminder in self.reminded_late(active=False):
            self.assertEqual(
                (reminder.state, reminder.failure_code), ("canceled", "interview_called_off")
            )
            self.assertIn("called off", reminder.failure_reason)
        reminder = self.remind()
        self.event.unlink()
        self.assertFalse(self.drain("bulk").sent)
        self.assertEqual(reminder.failure_code, "interview_called_off")

    def test_no_reminder_of_an_interview_that_has_begun(self):
        reminder = self.remind()
        with freeze_time("2099-01-01 10:00:00"):
            self.assertFalse(self.drain("bulk").sent)
        self.assertEqual((reminder.state, reminder.failure_code), ("canceled", "interview_over"))

    def not_sent(self, reminder):
        """Return the reason that the SMS tab shows for a reminder that did not go."""
        self.assertFalse(self.drain("bulk").sent)
        shown = self.applicant.with_user(self.sender).sms_tab()["messages"]
        [text] = [text for text in shown if text["id"] == reminder.id]
        self.assertEqual(text["state"], "canceled")
        return text["failure_reason"]

    def test_no_reminder_to_who_declined_meanwhile(self):
        reminder = self.remind()
        self.attendee().do_decline()
        self.assertIn("declined the invitation", self.not_sent(reminder))
        reminder = self.remind_by_code()
        self.attendee().do_tentative()
        self.assertEqual(len(self.drain("bulk").sent), 1)

    def remind_by_code(self):
        """As an automation that names the number does: also who declined, or is not on it."""
        root = self.env.ref("base.user_root")
        self.event.with_user(root)._message_sms("See you", sms_numbers=[CANDIDATE])
        return self.texts_of(self.applicant)[:1]

    def test_no_reminder_to_who_was_taken_off_meanwhile(self):
        reminder = self.remind()
        self.event.write({"partner_ids": [Command.set(self.sender.partner_id.ids)]})
        self.assertFalse(self.attendee())
        self.assertIn("taken off", self.not_sent(reminder))
        # Whoever was not on it when it was written is reminded all the same.
        self.remind_by_code()
        self.event.write({"partner_ids": [Command.unlink(self.sender.partner_id.id)]})
        self.assertEqual(len(self.drain("bulk").sent), 1)

    def test_taking_somebody_else_off_stops_no_reminder(self):
        self.remind()
        self.event.write({"partner_ids": [Command.unlink(self.sender.partner_id.id)]})
        self.assertEqual(len(self.drain("bulk").sent), 1)

    def close(self, **values):
        reason = self.env["hr.applicant.refuse.reason"].create({"name": "Too late"})
        self.applicant.write({"active": False, "refuse_reason_id": reason.id, **values})

    def test_no_reminder_to_who_was_refused_before(self):
        self.close()
        self.assertIn("refused or archived", self.not_sent(self.remind()))
        self.applicant.write({"active": True, "refuse_reason_id": False})
        self.remind()
        self.assertEqual(len(self.drain("bulk").sent), 1)

    def test_no_reminder_to_who_was_refused_while_it_waited(self):
        reminder = self.remind()
        self.close()
        self.assertIn("refused or archived", self.not_sent(reminder))
        tab = self.applicant.with_user(self.sender).sms_tab()
        self.assertFalse(tab["closing"], "there is nothing to decide")

    def test_who_is_hired_is_reminded(self):
        self.remind()
        hired = self.env["hr.recruitment.stage"].create({"name": "Hired", "hired_stage": True})
        self.applicant.stage_id = hired
        self.assertEqual(len(self.drain("bulk").sent), 1)

    def test_whoever_refuses_by_the_dialog_may_keep_it(self):
        self.remind()
        reason = self.env["hr.applicant.refuse.reason"].create({"name": "Too late"})
        wizards = self.env["applicant.get.refuse.reason"].with_user(self.sender)
        wizard = wizards.create(
            {
                "applicant_ids": [Command.set(self.applicant.ids)],
                "refuse_reason_id": reason.id,
                "sms_cancel_planned": False,
            }
        )
        wizard.action_refuse_reason_apply()
        self.assertFalse(self.applicant.active)
        self.assertEqual(len(self.drain("bulk").sent), 1)

    def test_where_no_answer_arrives_it_does_not_ask(self):
        self.env["hr.sms.country.rule"].create(
            {
                "company_id": self.company.id,
                "country_ids": [Command.set(self.env.ref("base.us").ids)],
                "rule": "one_way",
            }
        )
        reminder = self.remind()
        self.assertNotIn("Reply 1", reminder.body)
        self.assertFalse(reminder.event_asks)

    def test_of_two_numbers_it_asks_the_one_whose_answer_arrives(self):
        rules = self.env["hr.sms.country.rule"]
        rule = rules.search([("company_id", "=", self.company.id), ("country_ids.code", "=", "FR")])
        rule.rule = "one_way"
        french = "+33612345678"
        self.applicant.sms_phone_ids = [Command.create({"number": french, "label": "Home"})]
        self.append("granted", "job_form", thread=self.thread_of(self.applicant, french))
        root = self.env.ref("base.user_root")
        self.event.with_user(root)._message_sms("See you", sms_numbers=[CANDIDATE, french])
        asks = {text.thread_id.number: text.event_asks for text in self.texts_of(self.applicant)}
        self.assertEqual(asks, {CANDIDATE: True, french: False})
        bodies = {text.to: "Reply 1" in text.body for text in self.drain("bulk").sent}
        self.assertEqual(bodies, asks)

    def test_no_thanks_after_an_opt_out(self):
        self.sent_reminder()
        self.append("withdrawn", "manual")
        self.answer("1")
        self.assertEqual(self.attendee().state, "accepted")
        self.assertFalse(self.drain().sent)

    def test_every_language_has_its_words(self):
        for lang in ("en", "de", "fr", "es", "nl"):
            self.assertIn("1", interview_answers.with_question("x", lang))
            for meaning in (interview_answers.CONFIRM, interview_answers.RESCHEDULE):
                self.assertTrue(interview_answers.thanks(meaning, lang))
        self.assertEqual(interview_answers.meaning_of("２"), "reschedule")
        self.assertIsNone(interview_answers.meaning_of(None))
