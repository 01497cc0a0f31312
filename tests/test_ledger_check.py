import time
from contextlib import contextmanager

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import hr_sms_consent_check
from .common import CANDIDATE, TextingCase


class TamperCase(TextingCase):
    """Tests with somebody who has the database to themselves."""

    @contextmanager
    def triggers_off(self):
        self.env.flush_all()
        for table in ("hr_sms_consent", "hr_sms_consent_evidence"):
            self.env.cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in ("hr_sms_consent", "hr_sms_consent_evidence"):
            self.env.cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        self.env.invalidate_all()

    def tamper(self, query, *parameters):
        with self.triggers_off():
            self.env.cr.execute(query, parameters)
            self.assertTrue(self.env.cr.rowcount, "nothing was changed")

    def check(self, threads=None):
        return [
            (broken.thread_id, broken.sequence, broken.problem)
            for broken in self.env["hr.sms.consent"]._verify_chains(threads)
        ]


@tagged("post_install", "-at_install")
class TestLedgerCheck(TamperCase):
    def setUp(self):
        super().setUp()
        other = self.make_applicant(partner_name="Kim", partner_phone="+12025550143")
        self.append("granted", "job_form", other, wording="May we?", ip_address="192.0.2.1")
        self.append("granted", "job_form", wording="May we?", page_url="https://x.example/jobs")
        self.append("withdrawn", "keyword", keyword="stop", note="STOP")
        self.append("granted", "keyword", keyword="start", note="START")
        self.thread = self.thread_of(self.applicant)
        self.events = self.thread.consent_ids.sorted("sequence")

    def test_an_untouched_ledger_is_intact(self):
        self.assertEqual(self.check(), [])

    def test_every_column_of_an_event_is_watched(self):
        changes = {
            "event": "'declined'",
            "method": "'manual'",
            "scope": "'reminders'",
            "keyword": "'start'",
            "company_name": "'Other'",
            "applicant_ref": "999999",
            "job_ref": "999999",
            "given_date": "given_date - interval '1 day'",
            "recorded_date": "recorded_date - interval '1 day'",
            "wording": "'Shown later'",
            "wording_lang": "'de_DE'",
            "wording_version": "'company-1-9'",
            "personal_digest": "'00'",
            "hash": "'00'",
        }
        event = self.events[1]
        for column, value in changes.items():
            with self.subTest(column=column), self.env.cr.savepoint() as savepoint:
                self.tamper(f"UPDATE hr_sms_consent SET {column} = {value} WHERE id = %s", event.id)
                self.assertEqual(self.check(), [(self.thread.id, 2, "hash")])
                savepoint.rollback()
                self.env.invalidate_all()
        self.assertEqual(self.check(), [])

    def test_an_event_hashed_anew_breaks_the_next(self):
        event = self.events[1]
        row = event.read(load=None)[0] | {"event": "declined"}
        self.tamper(
            "UPDATE hr_sms_consent SET event = 'declined', hash = %s WHERE id = %s",
            hr_sms_consent_check.event_hash(row),
            event.id,
        )
        self.assertEqual(self.check(), [(self.thread.id, 3, "previous_hash")])

    def test_an_unknown_event_is_named(self):
        self.tamper("UPDATE hr_sms_consent SET event = 'x' WHERE id = %s", self.events[0].id)
        self.assertEqual(self.check(), [(self.thread.id, 1, "event")])

    def test_every_field_of_the_evidence_is_watched(self):
        for name in (*hr_sms_consent_check.PERSONAL, "salt"):
            with self.subTest(name=name), self.env.cr.savepoint() as savepoint:
                self.tamper(
                    f"UPDATE hr_sms_consent_evidence SET {name} = 'x' WHERE consent_id = %s",
                    self.events[0].id,
                )
                self.assertEqual(self.check(), [(self.thread.id, 1, "personal_digest")])
                savepoint.rollback()
                self.env.invalidate_all()

    def test_missing_rows_are_noticed(self):
        first, second, last = self.events
        for gone, expected in (
            (first, (2, "sequence")),
            (second, (3, "sequence")),
            (last, (2, "head")),
            (self.events, (0, "head")),
        ):
            with self.subTest(expected=expected), self.env.cr.savepoint() as savepoint:
                for query in (
                    "DELETE FROM hr_sms_consent_evidence WHERE consent_id = ANY(%s)",
                    "DELETE FROM hr_sms_consent WHERE id = ANY(%s)",
                ):
                    self.tamper(query, gone.ids)
                self.assertEqual(self.check(), [(self.thread.id, *expected)])
                savepoint.rollback()
                self.env.invalidate_all()

    def test_missing_evidence_is_noticed(self):
        self.tamper("DELETE FROM hr_sms_consent_evidence WHERE consent_id = %s", self.events[1].id)
        self.assertEqual(self.check(), [(self.thread.id, 2, "evidence")])

    def test_a_thread_past_its_history_is_noticed(self):
        last = self.events[-1].sequence
        for change, problem in (
            ("consent_state = 'declined'", "state"),
            ("consent_locked = TRUE", "state"),
            ("consent_scope = 'reminders'", "state"),
            ("consent_grants = '[[\"jobs\", 0, 7]]'", "state"),
            ("consent_sequence = 1", "state"),
            ("head_hash = '00'", "head"),
            ("head_sequence = 9", "head"),
        ):
            with self.subTest(change=change), self.env.cr.savepoint() as savepoint:
                self.tamper(f"UPDATE hr_sms_thread SET {change} WHERE id = %s", self.thread.id)
                self.assertEqual(self.check(), [(self.thread.id, last, problem)])
                savepoint.rollback()
                self.env.invalidate_all()
        self.tamper(
            "UPDATE hr_sms_thread SET number = '+12025550199' WHERE id = %s", self.thread.id
        )
        self.assertEqual(self.check(), [(self.thread.id, 1, "number")])

    def test_only_the_threads_asked_about(self):
        self.tamper("UPDATE hr_sms_consent SET scope = NULL WHERE id = %s", self.events[0].id)
        others = self.env["hr.sms.thread"].search([("id", "!=", self.thread.id)])
        self.assertEqual(self.check(others), [])
        self.assertEqual(self.check(self.thread), [(self.thread.id, 1, "hash")])

    def test_in_batches(self):
        self.patch(hr_sms_consent_check, "EVENTS", 2)
        self.patch(hr_sms_consent_check, "THREADS", 1)
        self.assertEqual(self.check(), [])
        self.tamper("UPDATE hr_sms_consent SET scope = NULL WHERE id = %s", self.events[2].id)
        self.assertEqual(self.check(), [(self.thread.id, 3, "hash")])

    def test_fast_enough(self):
        applicants = [
            self.make_applicant(partner_phone=f"+1202556{number:04}") for number in range(50)
        ]
        entries = [
            {
                "thread": self.thread_of(applicant),
                "event": event,
                "method": "manual",
                "applicant": applicant,
                "note": "said so",
            }
            for event in ("granted", "withdrawn") * 10
            for applicant in applicants
        ]
        self.env["hr.sms.consent"]._append(entries)
        self.env.flush_all()
        start = time.monotonic()
        self.assertEqual(self.check(), [])
        self.assertLess(time.monotonic() - start, 15, "1,000 events take milliseconds each")


@tagged("post_install", "-at_install")
class TestLedgerCheckScreen(TamperCase):
    def open(self, user):
        action = self.env["hr.sms.ledger.check"].with_user(user).action_check()
        return self.env[action["res_model"]].with_user(user).browse(action["res_id"])

    def test_a_manager_reads_that_all_is_well(self):
        self.append("granted", "job_form")
        check = self.open(self.manager)
        self.assertEqual((check.broken_count, check.event_count, check.thread_count), (0, 1, 1))
        self.assertFalse(check.line_ids)

    def test_a_manager_reads_what_is_broken(self):
        event = self.append("granted", "job_form")
        self.tamper("UPDATE hr_sms_consent SET event = 'declined' WHERE id = %s", event.id)
        check = self.open(self.manager)
        line = check.line_ids
        self.assertEqual(
            (line.number, line.company_name, line.sequence, line.date),
            (CANDIDATE, "Acme Hiring", 1, event.recorded_date),
        )
        self.assertEqual(line.problem, "The event was changed after it was recorded.")

    def test_a_manager_checks_their_own_companies(self):
        other = self.env["res.company"].create({"name": "Other Hiring"})
        elsewhere = self.make_applicant(company_id=other.id, job_id=False)
        event = self.append("granted", "job_form", elsewhere)
        self.tamper("UPDATE hr_sms_consent SET event = 'declined' WHERE id = %s", event.id)
        self.assertFalse(self.open(self.manager).broken_count)
        self.assertEqual(self.open(self.env.ref("base.user_admin")).broken_count, 1)

    def test_a_thread_deleted_by_sql_is_named(self):
        event = self.append("granted", "job_form")
        thread = event.thread_id.id
        with self.triggers_off():
            self.env.cr.execute(
                "ALTER TABLE hr_sms_consent DROP CONSTRAINT %s_thread_id_fkey" % ("hr_sms_consent")
            )
            self.env.cr.execute(
                "DELETE FROM hr_sms_thread_applicant_rel WHERE thread_id = %s", [thread]
            )
            self.env.cr.execute("DELETE FROM hr_sms_thread WHERE id = %s", [thread])
        check = self.open(self.env.ref("base.user_admin"))
        self.assertEqual(check.line_ids.thread_ref, thread)
        self.assertEqual(check.line_ids.problem, "The thread of this event was deleted.")
        self.assertFalse(check.line_ids.number)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_else(self):
        for user in (self.sender, self.viewer, self.nobody):
            with self.assertRaises(AccessError):
                self.open(user)

    def test_settings_have_the_button(self):
        action = self.env["res.config.settings"].create({}).action_check_sms_ledger()
        self.assertEqual(action["res_model"], "hr.sms.ledger.check")
