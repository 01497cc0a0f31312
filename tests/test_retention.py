from datetime import timedelta
from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from ..models import hr_sms_thread_retention
from .common import CANDIDATE, OUR_NUMBER
from .test_erasure import ErasureCase


@tagged("post_install", "-at_install")
class TestRetention(ErasureCase):
    def setUp(self):
        super().setUp()
        self.env["res.company"].search([]).write(
            {"sms_message_retention": 0, "sms_ledger_retention": 0}
        )
        self.append("granted", "manual")
        self.thread = self.thread_of(self.applicant)

    def age(self, records, months):
        """Make records older than they are."""
        self.env.flush_all()
        date = fields.Datetime.now() - relativedelta(months=months, days=1)
        columns = [name for name in ("create_date", "date") if name in records._fields]
        self.env.cr.execute(
            f"UPDATE {records._table} SET {', '.join(f'{name} = %s' for name in columns)}"
            " WHERE id = ANY(%s)",
            [date for _name in columns] + [records.ids],
        )
        records.invalidate_recordset()

    def run_cron(self):
        self.env["hr.sms.thread"]._erase_old()
        self.env.invalidate_all()

    def test_old_texts(self):
        self.company.sms_message_retention = 6
        old, new = self.make_message(), self.make_message()
        waiting = self.make_message(state="scheduled")
        elsewhere = self.make_message()
        self.age(old | waiting, 6)
        self.age(elsewhere, 5)
        self.run_cron()
        self.assertFalse(old.body)
        self.assertTrue(old.erased_date)
        self.assertEqual(old.applicant_id, self.applicant, "a placeholder in the conversation")
        self.assertEqual(set((new | elsewhere | waiting).mapped("body")), {new.body})
        self.assertEqual(self.thread.number, CANDIDATE)
        shown = self.applicant.with_user(self.viewer).sms_tab()["messages"]
        self.assertEqual([entry["erased"] for entry in shown], [True, False, False, False])
        self.assertEqual(self.check(), [])

    def test_zero_keeps_everything(self):
        message = self.make_message()
        self.age(message, 600)
        self.age(self.thread, 600)
        self.run_cron()
        self.assertTrue(message.body)
        self.assertEqual(self.thread.number, CANDIDATE)

    def test_at_twilio_as_the_company_has_it(self):
        self.company.write({"sms_message_retention": 6, "sms_erase_at_twilio": "redact"})
        message = self.make_message()
        self.age(message, 6)
        self.run_cron()
        self.assertEqual(message.twilio_erasure, "waiting")

    def test_in_batches(self):
        self.patch(hr_sms_thread_retention, "BATCH", 2)
        self.company.write({"sms_message_retention": 6, "sms_ledger_retention": 60})
        messages = self.make_message()
        for _time in range(4):
            messages |= self.make_message()
        self.age(messages, 6)
        committed = []

        def commit(_self, count, remaining):
            committed.append((count, remaining))
            return True

        with patch.object(type(self.env["hr.sms.thread"]), "_commit_erased", commit):
            self.run_cron()
        self.assertEqual(committed, [(2, 1), (2, 1), (1, 1), (0, 0)])
        self.assertFalse(any(messages.mapped("body")))

    def test_silent_numbers(self):
        self.company.sms_ledger_retention = 60
        texted = self.make_applicant(partner_phone="+12025550143")
        self.age(self.thread_of(texted), 61)
        self.make_message(texted)
        untouched = self.thread_of(self.make_applicant(partner_phone="+12025550144"))
        self.age(untouched, 61)
        with freeze_time(fields.Datetime.now() - relativedelta(months=61)):
            old = self.make_applicant(partner_phone="+12025550145")
            self.append("granted", "job_form", old, ip_address="192.0.2.1")
            thread = self.thread_of(old)
            message = self.make_message(old)
        self.age(thread, 61)
        self.age(message, 61)
        again = self.make_applicant(partner_phone="+12025550146")
        self.append("granted", "manual", again)
        self.age(self.thread_of(again), 61)
        self.run_cron()
        self.assertTrue(thread.number_hmac)
        self.assertTrue(untouched.number_hmac)
        self.assertEqual(
            thread.consent_ids.sorted("sequence").mapped("event"), ["granted", "erased"]
        )
        self.assertEqual(thread.consent_ids.sorted("sequence")[1].actor_name, "Retention")
        self.assertEqual(self.thread_of(texted).number, "+12025550143")
        self.assertEqual(self.thread_of(again).number, "+12025550146")
        self.assertEqual(self.thread.number, CANDIDATE)
        self.assertEqual(self.check(), [])

    def test_settings(self):
        company = self.env.company
        with Form(self.env["res.config.settings"]) as form:
            form.sms_ledger_retention = 36
            self.assertTrue(form.sms_ledger_retention_short)
            form.sms_ledger_retention = 60
            self.assertFalse(form.sms_ledger_retention_short)
            form.sms_message_retention = 12
            form.sms_erase_at_twilio = "delete"
            form.sms_erase_after_proof = True
        form.record.execute()
        self.assertEqual((company.sms_message_retention, company.sms_ledger_retention), (12, 60))
        self.assertEqual(
            (company.sms_erase_at_twilio, company.sms_erase_after_proof), ("delete", True)
        )
        self.assertEqual(self.env["res.company"].create({"name": "New"}).sms_ledger_retention, 60)
        for values in (
            {"sms_message_retention": -1},
            {"sms_ledger_retention": -1},
            {"sms_message_retention": 12, "sms_ledger_retention": 11},
        ):
            with self.assertRaises(ValidationError):
                company.write(values)

    def test_a_new_word_starts_anew(self):
        self.company.sms_ledger_retention = 60
        self.age(self.thread, 61)
        later = fields.Datetime.now() + relativedelta(months=61)
        with freeze_time(later - timedelta(days=40)):
            form = {"From": CANDIDATE, "To": OUR_NUMBER, "Body": "Hello"}
            self.env["hr.sms.message"]._receive(self.company.ids, "SM" + "2" * 32, form)
            message = self.thread.message_ids
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE hr_sms_message SET date = %s WHERE id = %s",
            [later - timedelta(days=40), message.id],
        )
        with freeze_time(later):
            self.run_cron()
        self.assertEqual(self.thread.number, CANDIDATE)
