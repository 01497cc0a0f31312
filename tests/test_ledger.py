import itertools
from datetime import timedelta

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.hr_sms_consent import event_hash
from .common import CANDIDATE, TextingCase


@tagged("post_install", "-at_install")
class TestLedger(TextingCase):
    def test_grant_by_hand_is_an_event_with_its_proof(self):
        day = fields.Date.today() - timedelta(days=3)
        self.applicant.with_user(self.sender).sms_consent_grant(
            given_date=fields.Date.to_string(day), note="said so on the phone", source="phone"
        )
        event = self.thread_of(self.applicant).consent_ids
        self.assertEqual(event.event, "granted")
        self.assertEqual(event.method, "manual")
        self.assertEqual(event.actor_name, self.sender.name)
        self.assertEqual(event.number, CANDIDATE)
        self.assertEqual(event.applicant_name, "Robin Candidate")
        self.assertEqual(event.applicant_ref, self.applicant.id)
        self.assertEqual(event.job_ref, self.job.id)
        self.assertEqual(event.company_name, "Acme Hiring")
        self.assertEqual(event.note, "said so on the phone")
        self.assertEqual(event.given_date.date(), day)
        self.assertEqual(event.recorded_date.date(), fields.Date.today())
        self.assertEqual(self.applicant.sms_consent_state, "granted")

    def test_events_form_a_chain(self):
        self.append("granted", "job_form")
        self.append("withdrawn", "keyword")
        self.append("granted", "keyword")
        events = self.thread_of(self.applicant).consent_ids.sorted("sequence")
        self.assertEqual(events.mapped("sequence"), [1, 2, 3])
        self.assertFalse(events[0].previous_hash)
        for before, after in itertools.pairwise(events):
            self.assertEqual(after.previous_hash, before.hash)
        for event in events:
            row = event.read(load=None)[0]
            self.assertEqual(event.hash, event_hash(row))
        self.assertEqual(self.thread_of(self.applicant).head_hash, events[-1].hash)

    def test_the_orm_neither_edits_nor_deletes(self):
        event = self.append("granted", "manual").sudo()
        for change in (
            lambda: event.write({"event": "declined"}),
            event.unlink,
            lambda: self.env["hr.sms.consent.evidence"].search([]).write({"note": "x"}),
            lambda: self.env["hr.sms.consent.evidence"].search([]).unlink(),
            lambda: self.thread_of(self.applicant).unlink(),
        ):
            with self.assertRaises(UserError):
                change()
        with self.assertRaises(AccessError):
            event.copy()
        with self.assertRaises(AccessError):
            self.env["hr.sms.consent"].sudo().create(
                {"thread_id": event.thread_id.id, "event": "granted", "method": "keyword"}
            )

    @mute_logger("odoo.sql_db")
    def test_the_database_neither_edits_nor_deletes(self):
        self.append("granted", "manual")
        for query in (
            "UPDATE hr_sms_consent SET event = 'declined'",
            "DELETE FROM hr_sms_consent",
            "TRUNCATE hr_sms_consent CASCADE",
            "UPDATE hr_sms_consent_evidence SET note = 'x'",
            "DELETE FROM hr_sms_consent_evidence",
        ):
            with (
                self.subTest(query=query),
                self.assertRaises(psycopg2.errors.InsufficientPrivilege),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(query)

    def test_state_and_lock_are_written_by_the_ledger_only(self):
        thread = self.thread_of(self.applicant)
        for values in (
            {"consent_state": "granted"},
            {"consent_locked": False},
            {"number": "+12025550199"},
            {"head_sequence": 7},
        ):
            with self.assertRaises(AccessError):
                thread.sudo().write(values)
            with self.assertRaises(AccessError):
                thread.sudo().with_context(hr_sms_ledger=True).write(values)
        with self.assertRaises(AccessError):
            self.env["hr.sms.thread"].sudo().create(
                {"company_id": self.company.id, "number": "+12025550111"}
            )

    def test_deleting_the_colleague_or_the_applicant_changes_no_event(self):
        colleague = self.make_user(
            "leaver",
            "hr_recruitment.group_hr_recruitment_user,hr_recruitment_texting.group_sms_send",
        )
        self.applicant.with_user(colleague).sms_consent_grant()
        event = self.thread_of(self.applicant).consent_ids
        before = event.read()[0]
        name, hash_before = colleague.name, event.hash
        colleague.unlink()
        self.applicant.unlink()
        event.invalidate_recordset()
        self.assertEqual(event.read()[0], before)
        self.assertEqual((event.actor_name, event.hash), (name, hash_before))

    def test_merging_contacts_changes_no_event(self):
        partners = self.env["res.partner"].create(
            [
                {"name": "Robin", "email": "r@example.com"},
                {"name": "Robin C.", "email": "r@example.com"},
            ]
        )
        self.applicant.partner_id = partners[0]
        event = self.append("granted", "manual")
        before = event.read()[0]
        self.env["base.partner.merge.automatic.wizard"]._merge(partners.ids, partners[1])
        event.invalidate_recordset()
        self.assertEqual(event.read()[0], before)
        self.assertEqual(self.applicant.partner_id, partners[1])

    def test_nobody_can_claim_evidence(self):
        for method in ("keyword", "job_form", "link", "reply", "provider", "text_to_apply", "x"):
            with self.subTest(method=method), self.assertRaises(ValidationError):
                self.applicant.with_user(self.sender).sms_consent_grant(method=method)
        for method in ("manual", "job_board", "import"):
            self.applicant.with_user(self.sender).sms_consent_grant(method=method)
        self.assertEqual(len(self.thread_of(self.applicant).consent_ids), 3)

    def test_given_date_is_never_in_the_future(self):
        tomorrow = fields.Date.today() + timedelta(days=2)
        for date in (fields.Date.to_string(tomorrow), f"{tomorrow} 00:00:00", tomorrow):
            with self.assertRaises(ValidationError):
                self.applicant.sms_consent_grant(given_date=date)
        with self.assertRaises(ValidationError):
            self.applicant.sms_consent_grant(given_date="next week")
        self.assertFalse(self.thread_of(self.applicant).consent_ids)

    def test_withdraw_and_add_again(self):
        self.applicant.sms_consent_grant()
        self.applicant.sms_consent_withdraw(note="asked on the phone")
        self.assertEqual(self.applicant.sms_consent_state, "withdrawn")
        for before in ("2020-01-01", fields.Datetime.now() - timedelta(minutes=1)):
            with self.assertRaisesRegex(UserError, "after the date"):
                self.applicant.sms_consent_grant(given_date=before)
        self.applicant.sms_consent_grant()
        self.assertEqual(self.applicant.sms_consent_state, "granted")

    def test_refused_after_a_keyword(self):
        self.append("granted", "job_form")
        self.append("withdrawn", "keyword")
        for method in ("manual", "job_board", "import"):
            with self.assertRaisesRegex(UserError, "START, YES or UNSTOP"):
                self.applicant.sms_consent_grant(method=method, note="really")
        self.assertEqual(len(self.thread_of(self.applicant).consent_ids), 2)

    def test_a_decision_that_waits_is_not_passed_by(self):
        self.append("granted", "job_form")
        self.append("review", "reply")
        with self.assertRaisesRegex(UserError, "Decide about that first"):
            self.applicant.sms_consent_grant(note="really")

    def test_a_day_is_a_day_of_the_user(self):
        self.sender.tz = "Pacific/Auckland"
        yesterday = fields.Date.context_today(self.applicant.with_user(self.sender)) - timedelta(1)
        self.applicant.with_user(self.sender).with_context(tz="Pacific/Auckland").sms_consent_grant(
            given_date=fields.Date.to_string(yesterday)
        )
        given = self.thread_of(self.applicant).consent_ids.given_date
        local = fields.Datetime.context_timestamp(
            self.applicant.with_context(tz="Pacific/Auckland"), given
        )
        self.assertEqual((local.date(), local.hour), (yesterday, 12))

    def test_only_text_goes_into_the_proof(self):
        for name in ("note", "source", "source_ref"):
            for value in (["a"], {"a": 1}, 7, True, "x" * 2001, "a\x00b", "\ud83d"):
                with self.subTest(name=name, value=value), self.assertRaises(ValidationError):
                    self.applicant.sms_consent_grant(**{name: value})
        for values in ({"method": ["manual"]}, {"scope": ["jobs"]}, {"number": 5}, {"scope": "x"}):
            with self.subTest(**values), self.assertRaises(ValidationError):
                self.applicant.sms_consent_grant(**values)
        with self.assertRaises(TypeError):
            self.append("granted", "manual", note=7)
        self.assertFalse(self.thread_of(self.applicant).consent_ids)

    def test_declined_then_agreed_needs_a_note(self):
        self.append("declined", "job_form")
        with self.assertRaisesRegex(UserError, "note"):
            self.applicant.sms_consent_grant()
        self.applicant.sms_consent_grant(note="agreed on the phone")
        self.assertEqual(self.applicant.sms_consent_state, "granted")

    def test_consent_is_of_company_and_number(self):
        second = self.make_applicant(partner_name="Robin again", partner_phone="(202) 555-0142")
        self.applicant.sms_consent_grant()
        self.assertEqual(second.sms_number, CANDIDATE)
        self.assertEqual(second.sms_consent_state, "granted")
        other = self.env["res.company"].create(
            {"name": "Other Hiring", "country_id": self.env.ref("base.us").id}
        )
        elsewhere = self.make_applicant(company_id=other.id, job_id=False)
        self.assertEqual(elsewhere.sms_consent_state, "none")

    def test_number_follows_phone_and_company(self):
        self.assertEqual(self.applicant.sms_number, CANDIDATE)
        self.applicant.partner_phone = "not a number"
        self.assertFalse(self.applicant.sms_number)
        self.applicant.partner_phone = "0151 23456789"
        self.assertFalse(self.applicant.sms_number)
        german = self.env["res.company"].create(
            {"name": "Deutsche Acme", "country_id": self.env.ref("base.de").id}
        )
        self.applicant.job_id = False
        self.applicant.company_id = german
        self.assertEqual(self.applicant.sms_number, "+4915123456789")

    def test_an_answer_waits_for_a_usable_number(self):
        self.applicant.partner_phone = "0151 23456789"
        self.applicant._sms_record_form_answer(
            "yes", {"wording": "May we text you?", "wording_proven": True, "scope": "jobs"}
        )
        self.assertEqual(self.applicant.sms_consent_state, "none")
        gate = self.applicant.sms_tab()["gate"]
        self.assertEqual(gate["code"], "number_waiting")
        self.assertIn("the answer counts", gate["reason"])
        self.applicant.partner_phone = "+49 151 23456789"
        event = self.thread_of(self.applicant).consent_ids
        self.assertEqual((event.event, event.method), ("granted", "job_form"))
        self.assertEqual(event.wording, "May we text you?")
        self.assertEqual(self.applicant.sms_consent_state, "granted")

    def test_a_waiting_answer_stays_with_the_company_that_asked(self):
        german = self.env["res.company"].create(
            {"name": "Deutsche Acme", "country_id": self.env.ref("base.de").id}
        )
        self.applicant.partner_phone = "0151 23456789"
        self.applicant._sms_record_form_answer("yes", {"wording_proven": True})
        self.applicant.write({"job_id": False, "company_id": german.id})
        self.assertEqual(self.applicant.sms_consent_state, "none")
        event = self.env["hr.sms.consent"].search([("number", "=", "+4915123456789")])
        self.assertEqual((event.company_name, event.job_ref), ("Acme Hiring", self.job.id))

    def test_a_waiting_answer_does_not_revive_consent(self):
        waiting = self.make_applicant(partner_name="Kim", partner_phone="0151 23456789")
        waiting._sms_record_form_answer("yes", {"wording_proven": True})
        self.env.cr.execute(
            "UPDATE hr_sms_pending_answer SET entry = entry || %s", ['{"given_date": "2020-01-01"}']
        )
        self.env.invalidate_all()
        self.applicant.partner_phone = "+4915123456789"
        self.applicant.sms_consent_withdraw()
        waiting.partner_phone = "+49 151 23456789"
        self.assertEqual(waiting.sms_consent_state, "withdrawn")
        self.assertEqual(len(self.thread_of(waiting).consent_ids), 2)

    def test_the_companys_country_makes_numbers_usable(self):
        self.applicant.partner_phone = "0151 23456789"
        self.applicant._sms_record_form_answer("yes", {"wording_proven": True})
        self.company.country_id = self.env.ref("base.de")
        self.assertEqual(self.applicant.sms_number, "+4915123456789")
        self.assertEqual(self.applicant.sms_consent_state, "granted")

    def test_an_answer_does_not_move_to_another_number(self):
        self.applicant.partner_phone = "12345"
        self.applicant._sms_record_form_answer("yes", {"wording_proven": True})
        self.applicant.partner_phone = CANDIDATE
        self.assertFalse(self.thread_of(self.applicant).consent_ids)
        self.assertEqual(self.applicant.sms_consent_state, "none")

    def test_search_by_state(self):
        self.append("granted", "job_form")
        declined = self.make_applicant(partner_phone="+12025550143")
        self.append("declined", "job_form", declined)
        none = self.make_applicant(partner_phone="+12025550144")
        ours = self.applicant | declined | none

        def find(*domain):
            return self.env["hr.applicant"].search([("id", "in", ours.ids), *domain])

        self.assertEqual(find(("sms_consent_state", "=", "granted")), self.applicant)
        self.assertEqual(find(("sms_consent_state", "=", "none")), none)
        self.assertEqual(find(("sms_consent_state", "in", ["none", "declined"])), declined | none)
        self.assertEqual(find(("sms_consent_state", "!=", "granted")), declined | none)
