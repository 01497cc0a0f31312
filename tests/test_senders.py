from datetime import timedelta
from uuid import uuid4

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..models.hr_sms_message_pace import WAIT_CODE
from ..rules.sender_rates import PACED_QUEUE, TWILIO_QUEUE
from .common import CANDIDATE, OUR_NUMBER, TextingCase

SERVICE = "MG" + "5" * 32
GERMAN = "+4915123456789"


class SendersCase(TextingCase):
    def number(self, number, country="us", **values):
        return self.env["sms.twilio.number"].create(
            {
                "company_id": self.company.id,
                "number": number,
                "country_id": self.env.ref(f"base.{country}").id,
                **values,
            }
        )

    def send(self, body="Hello", applicant=None):
        ids = (applicant or self.applicant).with_user(self.sender).sms_send(body)
        return self.env["hr.sms.message"].browse(ids)

    def bulk(self, count, **values):
        thread = self.thread_of(self.applicant)
        messages = self.env["hr.sms.message"]._queue(
            [
                {"thread": thread, "applicant": self.applicant, "body": f"No {n}", "kind": "bulk"}
                for n in range(count)
            ]
        )
        messages.write(values)
        return messages


@tagged("post_install", "-at_install")
class TestSenders(SendersCase):
    """Which number a text goes by."""

    def setUp(self):
        super().setUp()
        self.append("granted", "job_form")

    def test_a_candidate_keeps_the_number_they_know(self):
        self.send("First")
        self.drain()
        other = self.number("+12025550111", sequence=-1)
        again = self.send("Again")
        self.drain()
        self.assertEqual(again.sender_number, OUR_NUMBER)
        # Also the number that they texted.
        self.env["hr.sms.message"]._receive(
            self.company.ids,
            f"SM{uuid4().hex}",
            {"From": CANDIDATE, "To": other.number, "Body": "It is me"},
        )
        answer = self.send("Answer")
        self.drain()
        self.assertEqual(answer.sender_number, other.number)
        # A number that is gone is not used any more.
        other.unlink()
        last = self.send("Last")
        self.drain()
        self.assertEqual(last.sender_number, OUR_NUMBER)

    def test_else_a_number_of_their_country(self):
        german = self.number("+4930901820", "de")
        applicant = self.make_applicant(partner_phone=GERMAN)
        self.append("granted", "job_form", applicant)
        message = self.send(applicant=applicant)
        self.drain()
        self.assertEqual(message.sender_number, german.number)

    def test_a_messaging_service_chooses(self):
        self.company.messaging_service_sid = SERVICE
        message = self.send()
        [text] = self.drain().sent
        self.assertEqual((text.sender, text.service), (None, SERVICE))
        self.assertFalse(message.sender_number)
        # The callback says which one it was.
        self.env["hr.sms.message"]._settle_status(
            message.uuid, "delivered", self.company.ids, sid=message.twilio_sid, sender=OUR_NUMBER
        )
        self.assertEqual((message.state, message.sender_number), ("delivered", OUR_NUMBER))
        again = self.send("Again")
        [text] = self.drain().sent
        self.assertEqual((text.sender, text.service), (None, SERVICE), "it sticks to it itself")
        self.assertFalse(again.sender_number)

    def test_a_messaging_service_needs_no_numbers_here(self):
        self.company.sms_twilio_number_ids.unlink()
        with self.assertRaisesRegex(UserError, "no Twilio number"):
            self.send()
        self.company.messaging_service_sid = SERVICE
        self.send()
        self.assertEqual(len(self.drain().sent), 1)

    def test_an_answer_to_a_keyword_goes_by_the_number_that_was_texted(self):
        self.company.messaging_service_sid = SERVICE
        self.env["hr.sms.message"]._receive(
            self.company.ids,
            f"SM{uuid4().hex}",
            {"From": CANDIDATE, "To": OUR_NUMBER, "Body": "STOPP"},
        )
        [text] = self.drain().sent
        self.assertEqual((text.sender, text.service), (OUR_NUMBER, None))

    def test_texts_to_any_number_of_the_service_find_the_company(self):
        other = self.env["res.company"].create({"name": "Same Account"})
        self.connect_company(other, "+12025550222")
        self.company.messaging_service_sid = SERVICE
        both = (self.company | other).ids
        message = self.env["hr.sms.message"]._receive(
            both,
            f"SM{uuid4().hex}",
            {
                "From": "+12025550188",
                "To": "+12025550999",
                "Body": "Who is it?",
                "MessagingServiceSid": SERVICE,
            },
        )
        self.assertEqual(message.company_id, self.company)
        self.company.messaging_service_sid = False
        other.messaging_service_sid = SERVICE
        message = self.env["hr.sms.message"]._receive(
            both,
            f"SM{uuid4().hex}",
            {
                "From": "+12025550189",
                "To": "+12025550999",
                "Body": "And now?",
                "MessagingServiceSid": SERVICE,
            },
        )
        self.assertEqual(message.company_id, other)

    def test_only_administrators_see_and_set_the_service(self):
        with self.assertRaises(AccessError):
            self.company.with_user(self.manager).messaging_service_sid = SERVICE
        with self.assertRaises(AccessError):
            self.company.with_user(self.manager).read(["messaging_service_sid"])
        for wrong in ("PN" + "5" * 32, "MG1", SERVICE + "5"):
            with self.assertRaisesRegex(ValidationError, "begins with MG"):
                self.company.messaging_service_sid = wrong
        self.company.messaging_service_sid = f" {SERVICE} "
        self.assertEqual(self.company.messaging_service_sid, SERVICE)
        self.company.messaging_service_sid = ""
        self.assertFalse(self.company.messaging_service_sid)

    def test_the_settings(self):
        with Form(self.env["res.config.settings"].with_company(self.company)) as form:
            form.messaging_service_sid = SERVICE
        form.record.execute()
        self.assertEqual(self.company.messaging_service_sid, SERVICE)
        wizard = self.env["sms.twilio.account.manage"].with_company(self.company).create({})
        with Form(wizard) as form, form.sms_twilio_number_ids.edit(0) as line:
            line.sms_rate = 75
            line.sms_is_paced = True
        number = self.company.sms_twilio_number_ids
        self.assertEqual((number.sms_rate, number.sms_is_paced), (75, True))


@tagged("post_install", "-at_install")
class TestPace(SendersCase):
    """How fast texts are handed over."""

    def setUp(self):
        super().setUp()
        self.append("granted", "job_form")
        self.ours = self.company.sms_twilio_number_ids

    def test_rates_by_kind(self):
        self.assertEqual(self.ours.sms_rate, 1)
        self.assertEqual(self.number("+1 800 555 0100").sms_rate, 3)
        self.assertEqual(self.number("12345").sms_rate, 100)
        self.assertEqual(self.number("+4930901820", "de").sms_rate, 10)
        bought = self.number("+12025550111", sms_rate=75)
        self.assertEqual(bought.sms_rate, 75)

    def test_twilio_queues_by_itself(self):
        self.bulk(150)
        self.assertEqual(len(self.drain("bulk").sent), 150)
        self.ours.invalidate_recordset()
        waiting = self.ours.sms_free_at - fields.Datetime.now()
        self.assertAlmostEqual(waiting.total_seconds(), 150, delta=5)

    def test_but_its_queue_does_not_run_over(self):
        self.ours.sms_free_at = fields.Datetime.now() + TWILIO_QUEUE + timedelta(minutes=1)
        texts = self.bulk(3, segment_count=2)
        self.assertFalse(self.drain("bulk").sent)
        self.assertEqual(set(texts.mapped("wait_code")), {WAIT_CODE})
        self.assertIn("its turn", texts[0].wait_reason)
        self.assertFalse(any(texts.mapped("is_charged")), "paid for when it goes")
        first, second, third = texts.sorted("id").mapped("next_attempt_date")
        self.assertEqual((second - first, third - second), (timedelta(seconds=2),) * 2)

    def test_paced_texts_go_one_after_another(self):
        self.ours.sms_is_paced = True
        seconds = int(PACED_QUEUE.total_seconds())
        texts = self.bulk(seconds + 200).sorted("id")
        sent = self.drain("bulk").sent
        self.assertAlmostEqual(len(sent), seconds + 1, delta=3)
        later = texts[len(sent) :]
        dates = later.mapped("next_attempt_date")
        self.assertEqual(dates, sorted(dates))
        self.assertAlmostEqual((dates[-1] - dates[0]).total_seconds(), len(later) - 1, delta=1)
        # Each has booked its turn: it goes when it comes, whatever was booked since.
        later[:5].next_attempt_date = fields.Datetime.now() - timedelta(seconds=1)
        self.assertEqual(len(self.drain("bulk").sent), 5)
        self.assertEqual(set(later[:5].mapped("state")), {"sent"})
        self.assertFalse(any(later[:5].mapped("wait_code")))

    def test_the_queue_is_woken_for_each_minute(self):
        self.ours.sms_is_paced = True
        cron = self.env.ref("hr_recruitment_texting.ir_cron_process_queue_bulk_1")
        self.bulk(int(PACED_QUEUE.total_seconds()) + 150)
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.drain("bulk")
        new = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]) - triggers
        self.assertIn(len(new), (3, 4))

    def test_by_hand_passes(self):
        self.ours.write(
            {"sms_is_paced": True, "sms_free_at": fields.Datetime.now() + timedelta(hours=5)}
        )
        message = self.send()
        self.drain()
        self.assertEqual(message.state, "sent")

    def test_no_rate_no_limit(self):
        self.ours.write({"sms_rate": 0, "sms_is_paced": True})
        self.bulk(300)
        self.assertEqual(len(self.drain("bulk").sent), 300)
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self.ours.sms_rate = -1
            self.ours.flush_recordset()

    def test_each_number_has_its_own_pace(self):
        self.ours.write(
            {"sms_is_paced": True, "sms_free_at": fields.Datetime.now() + timedelta(hours=1)}
        )
        self.number("+4930901820", "de")
        applicant = self.make_applicant(partner_phone=GERMAN)
        self.append("granted", "job_form", applicant)
        slow = self.bulk(2)
        fast = self.env["hr.sms.message"]._queue(
            [
                {
                    "thread": self.thread_of(applicant),
                    "applicant": applicant,
                    "body": "Hallo",
                    "kind": "bulk",
                }
            ]
        )
        self.drain("bulk")
        self.assertEqual(fast.state, "sent")
        self.assertEqual(set(slow.mapped("state")), {"queued"})
