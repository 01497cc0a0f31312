from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..gateway import Lookup, Report, Result
from ..models.hr_sms_message_reconcile import ABANDONED_AFTER, ASK_FOR, LISTED_AFTER
from .common import CANDIDATE, OUR_NUMBER, TextingCase


class ReconciliationCase(TextingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reports = []
        cls.asked = []

    def setUp(self):
        super().setUp()
        self.append("granted", "job_form")

    def send(self, body="Hello Robin", outcome="unknown", **values):
        """Queue a text and have Twilio answer like that. Back then, long enough ago."""
        ids = self.applicant.with_user(self.sender).sms_send(body)
        with self.fake_gateway() as fake:
            fake.answer = lambda text: Result(text.uuid, outcome)
            self.env.flush_all()
            self.env["hr.sms.message"]._process_queue("direct")
        self.env.invalidate_all()
        message = self.env["hr.sms.message"].browse(ids)
        self.back(message, LISTED_AFTER + timedelta(minutes=1))
        message.write(values)
        return message

    def back(self, message, by):
        """Have all of it happened earlier."""
        message.write(
            {
                name: message[name] - by
                for name in ("claimed_date", "sent_date", "next_attempt_date")
                if message[name]
            }
        )

    def report(self, message, **values):
        return Report(
            **{
                "sid": f"SM{uuid4().hex}",
                "to": CANDIDATE,
                "sender": OUR_NUMBER,
                "body": message.body,
                "direction": "outbound-api",
                "status": "delivered",
                "error_code": None,
                "created": message.claimed_date + timedelta(seconds=1),
                **values,
            }
        )

    @contextmanager
    def twilio(self, *reports, silent=False, meanwhile=None):
        asked = []

        def texts_to(lookup, recipients):
            asked.append(recipients)
            if meanwhile:
                meanwhile()
            return [
                None
                if silent
                else [one for one in reports if one.to == number and one.created >= since]
                for number, since in recipients
            ]

        with patch.object(Lookup, "texts_to", texts_to):
            yield asked

    def reconcile(self, *reports, **kwargs):
        self.env.flush_all()
        with self.twilio(*reports, **kwargs) as asked:
            self.env["hr.sms.message"]._reconcile()
        self.env.invalidate_all()
        return asked

    def segments_left(self):
        return self.env["hr.sms.allowance"]._of(self.company).balance


@tagged("post_install", "-at_install")
class TestReconciliation(ReconciliationCase):
    def test_found(self):
        message = self.send()
        report = self.report(message)
        [[(number, since)]] = self.reconcile(report)
        self.assertEqual(number, CANDIDATE)
        self.assertLess(since, message.claimed_date)
        self.assertEqual((message.state, message.twilio_sid), ("delivered", report.sid))
        self.assertFalse(message.failure_code)
        self.assertFalse(self.reconcile(), "nothing left to ask")

    def test_found_still_on_its_way(self):
        for status in ("accepted", "queued", "sending", "sent"):
            message = self.send(status)
            self.reconcile(self.report(message, status=status))
            self.assertEqual(message.state, "sent")

    def test_found_as_failed(self):
        message = self.send()
        self.reconcile(self.report(message, status="undelivered", error_code="30005"))
        self.assertEqual((message.state, message.failure_code), ("failed", "30005"))
        self.assertTrue(message.is_charged, "Twilio took it")

    def test_found_opted_out(self):
        message = self.send()
        self.reconcile(self.report(message, status="failed", error_code="21610"))
        self.assertTrue(message.thread_id.consent_locked)
        self.assertEqual(message.thread_id._deciding_event().twilio_sid, message.twilio_sid)

    def test_what_never_arrived_goes_anew_and_costs_once(self):
        before = self.segments_left()
        message = self.send()
        self.reconcile()
        self.assertEqual((message.state, message.failure_code), ("queued", False))
        self.assertEqual(self.drain().bodies, ["Hello Robin"])
        self.assertEqual((message.state, message.attempt_count), ("sent", 2))
        self.assertEqual(self.segments_left(), before - 1)

    def test_the_list_is_given_time(self):
        message = self.send()
        self.back(message, timedelta(minutes=-5))
        self.reconcile()
        self.assertEqual(message.state, "unknown")
        self.assertEqual(message.next_attempt_date, message.sent_date + LISTED_AFTER)
        self.assertFalse(self.reconcile(), "asked again only then")
        self.back(message, LISTED_AFTER)
        self.reconcile(self.report(message))
        self.assertEqual(message.state, "delivered")

    def test_too_late_to_matter(self):
        before = self.segments_left()
        message = self.send()
        self.back(message, timedelta(hours=25))
        self.reconcile()
        self.assertEqual((message.state, message.failure_code), ("failed", "never_arrived"))
        self.assertIn("never got", message.failure_reason)
        self.assertEqual(self.segments_left(), before)

    def test_tried_often_enough(self):
        message = self.send(attempt_count=12)
        self.reconcile()
        self.assertEqual((message.state, message.failure_code), ("failed", "never_arrived"))

    def test_a_dead_senders_text(self):
        message = self.send()
        message.write(
            {"state": "sending", "failure_code": False, "sent_date": False}
            | {"claimed_date": fields.Datetime.now() - ABANDONED_AFTER + timedelta(minutes=1)}
        )
        self.assertFalse(self.reconcile(), "its sender may live")
        self.assertEqual(message.state, "sending")
        self.back(message, timedelta(minutes=2))
        self.reconcile()
        self.assertEqual(message.state, "queued")

    def test_twins_get_an_id_each(self):
        twins = self.send() | self.send()
        one, two = map(self.report, twins)
        self.reconcile(one, two)
        self.assertEqual(set(twins.mapped("twilio_sid")), {one.sid, two.sid})
        self.assertEqual(set(twins.mapped("state")), {"delivered"})

    def test_one_of_twins_arrived(self):
        twins = self.send() | self.send()
        report = self.report(twins[0])
        self.reconcile(report)
        self.assertEqual(sorted(twins.mapped("state")), ["delivered", "queued"])
        # Twilio's callback names the other one: the id tells which text it is.
        other = twins.filtered(lambda text: text.state == "queued")
        self.env["hr.sms.message"]._settle_status(
            other.uuid, "delivered", self.company.ids, sid=report.sid
        )
        self.assertEqual(other.state, "queued")
        self.assertFalse(other.twilio_sid)

    def test_known_texts_are_not_taken(self):
        known = self.send(outcome="accepted", twilio_sid="SM" + "1" * 32)
        message = self.send()
        self.reconcile(self.report(known, sid=known.twilio_sid))
        self.assertEqual(message.state, "queued")

    def test_what_a_person_said_arrived_takes_its_own(self):
        decided, message = self.send(), self.send()
        decided.state = "delivered"
        self.reconcile(self.report(decided))
        self.assertTrue(decided.twilio_sid)
        self.assertEqual(message.state, "queued")

    def test_nothing_is_concluded_while_a_text_is_being_handed_over(self):
        message = self.send()
        other = self.send()
        other.write({"state": "sending", "claimed_date": fields.Datetime.now()})
        self.reconcile(self.report(other))
        self.assertEqual((message.state, other.state), ("unknown", "sending"))

    def test_a_callback_that_comes_meanwhile_wins(self):
        message = self.send()
        sid = "SM" + "2" * 32

        def callback():
            self.env["hr.sms.message"]._settle_status(
                message.uuid, "delivered", self.company.ids, sid=sid
            )

        self.reconcile(meanwhile=callback)
        self.assertEqual((message.state, message.twilio_sid), ("delivered", sid))

    def test_other_words_leave_it_to_a_person(self):
        message = self.send()
        self.reconcile(self.report(message, body="Something else"))
        self.assertEqual((message.state, message.failure_code), ("unknown", "undecided"))
        self.assertFalse(self.reconcile(), "no use in asking again")

    def test_twilio_cannot_be_asked(self):
        message = self.send()
        self.reconcile(silent=True)
        self.assertEqual((message.state, message.failure_code), ("unknown", "unconfirmed"))
        self.assertGreater(message.next_attempt_date, fields.Datetime.now())
        self.back(message, ASK_FOR)
        self.reconcile(silent=True)
        self.assertEqual(message.failure_code, "undecided")

    def test_another_account_proves_nothing(self):
        message = self.send()
        self.env.flush_all()
        self.company.sms_twilio_account_sid = "AC" + "7" * 32
        self.assertFalse(self.reconcile())
        self.assertEqual((message.state, message.failure_code), ("unknown", "undecided"))

    def test_a_copy_for_testing_asks_nobody(self):
        message = self.send()
        self.company.sms_twilio_auth_token = "dummytoken"
        self.assertFalse(self.reconcile())
        self.assertEqual(message.failure_code, "undecided")

    def test_many_conversations_are_asked_about_at_once(self):
        messages = self.env["hr.sms.message"]
        for number in range(30):
            applicant = self.make_applicant(partner_phone=f"+120255502{number:02d}")
            self.append("granted", "job_form", applicant)
            messages |= messages.browse(applicant.with_user(self.sender).sms_send("Hello"))
        self.env.flush_all()
        with self.fake_gateway() as fake:
            fake.answer = lambda text: Result(text.uuid, "unknown")
            self.env["hr.sms.message"]._process_queue("direct")
        self.env.invalidate_all()
        for message in messages:
            self.back(message, LISTED_AFTER + timedelta(minutes=1))
        reports = [self.report(message, to=message.thread_id.number) for message in messages[:15]]
        self.env.flush_all()
        with self.twilio(*reports) as asked:
            before = self.env.cr.sql_log_count
            self.env["hr.sms.message"]._reconcile()
            spent = self.env.cr.sql_log_count - before
        self.assertEqual([len(numbers) for numbers in asked], [30])
        self.env.invalidate_all()
        self.assertEqual(set(messages[:15].mapped("state")), {"delivered"})
        self.assertEqual(set(messages[15:].mapped("state")), {"queued"})
        self.assertLess(spent, 120)

    def test_an_unconfirmed_text_wakes_the_cron(self):
        cron = self.env.ref("hr_recruitment_texting.ir_cron_reconcile")
        before = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.send(outcome="accepted")
        self.assertEqual(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]), before
        )
        self.send()
        self.assertEqual(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]), before + 2
        )


@tagged("post_install", "-at_install")
class TestPersonDecides(ReconciliationCase):
    def undecided(self, **values):
        return self.send(failure_code="undecided", **values)

    def decide(self, message, decision, user=None, applicant=None):
        applicant = (applicant or self.applicant).with_user(user or self.sender)
        return applicant.sms_unconfirmed_decide(message.id, decision)

    def test_it_arrived(self):
        message = self.undecided()
        self.decide(message, "arrived")
        self.assertEqual((message.state, message.failure_code), ("delivered", False))
        [shown] = self.applicant.with_user(self.viewer).sms_tab()["messages"]
        self.assertEqual(shown["decided_by"], self.sender.name)
        self.assertFalse(self.drain().sent)

    def test_send_again(self):
        before = self.segments_left()
        message = self.undecided()
        self.decide(message, "again")
        self.assertEqual(message.state, "queued")
        self.assertEqual(self.drain().bodies, ["Hello Robin"])
        self.assertEqual(self.segments_left(), before - 1)

    def test_second_thoughts_come_too_late(self):
        for first, second in (("again", "again"), ("again", "arrived"), ("arrived", "again")):
            message = self.undecided()
            self.decide(message, first)
            with self.assertRaisesRegex(UserError, "settled already"):
                self.decide(message, second)
            self.drain()

    def test_while_twilio_is_asked_nobody_decides(self):
        for outcome in ("unknown", "accepted"):
            with self.assertRaisesRegex(UserError, "settled already"):
                self.decide(self.send(outcome=outcome), "again")

    def test_the_gate_is_asked_again(self):
        message = self.undecided()
        self.append("withdrawn", "manual")
        with self.assertRaisesRegex(UserError, "withdrawn"):
            self.decide(message, "again")
        self.assertEqual(message.state, "unknown")
        self.decide(message, "arrived")

    def test_a_used_up_allowance_stops_no_text_that_is_paid_for(self):
        message = self.undecided()
        account = self.env["hr.sms.allowance"]._of(self.company)
        account.write({"extra_left": 0, "plan_left": 0})
        self.decide(message, "again")
        self.assertEqual(len(self.drain().sent), 1)

    def test_a_late_callback_stops_the_second_sending(self):
        message = self.undecided()
        self.decide(message, "again")
        self.env["hr.sms.message"]._settle_status(
            message.uuid, "delivered", self.company.ids, sid="SM" + "3" * 32
        )
        self.assertFalse(self.drain().sent)
        self.assertEqual(message.state, "delivered")

    def test_rights(self):
        message = self.undecided()
        for user in (self.viewer, self.interviewer, self.nobody):
            with self.assertRaises(AccessError):
                self.decide(message, "arrived", user)
        self.assertEqual(message.state, "unknown")

    def test_only_texts_of_this_applicant(self):
        message = self.undecided()
        other = self.make_applicant(partner_phone="+12025550199")
        for wrong in (message.id, 0, -1, 2**40, False, None, "1", [message.id], True):
            with self.assertRaises(ValidationError):
                other.with_user(self.sender).sms_unconfirmed_decide(wrong, "arrived")
        for decision in ("delete", None, 1, ["again"]):
            with self.assertRaises(ValidationError):
                self.decide(message, decision)
        self.assertEqual(message.state, "unknown")
