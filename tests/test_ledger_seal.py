from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models.hr_sms_consent import event_hash
from ..models.hr_sms_consent_seal import SETTLED, Seal
from .test_ledger_check import TamperCase


@tagged("post_install", "-at_install")
class TestLedgerSeal(TamperCase):
    def setUp(self):
        super().setUp()
        other = self.make_applicant(partner_name="Kim", partner_phone="+12025550143")
        self.append("granted", "job_form", other, wording="May we?")
        self.append("granted", "job_form", wording="May we?")
        self.append("withdrawn", "keyword", keyword="stop", note="STOP")
        self.thread = self.thread_of(self.applicant)
        self.ledger = self.env["hr.sms.consent"]
        self.later = fields.Datetime.now() + timedelta(seconds=5)

    def seal(self, **values):
        return self.ledger._seal(until=self.later, **values)

    def record_later(self, event="granted", method="keyword", **values):
        """Append an event that is recorded after the seal."""
        [event] = self.append(event, method, **values)
        with self.triggers_off():
            self.rehash(event, recorded_date=self.later + timedelta(minutes=1))
        return event

    def rehash(self, event, **changes):
        """Change an event as somebody would who knows how it is hashed, head included."""
        row = event.read(load=None)[0] | changes
        row["hash"] = event_hash(row)
        for name in (*changes, "hash"):
            self.env.cr.execute(
                f"UPDATE hr_sms_consent SET {name} = %s WHERE id = %s", [row[name], event.id]
            )
        self.env.cr.execute(
            "UPDATE hr_sms_thread SET head_hash = %s WHERE id = %s AND head_sequence = %s",
            [row["hash"], event.thread_id.id, event.sequence],
        )

    def test_a_history_written_anew_is_found_by_the_seal_alone(self):
        seal = self.seal()
        last = self.thread.consent_ids.sorted("sequence")[-1]
        with self.triggers_off():
            self.rehash(last, wording="Never shown")
        self.assertEqual(self.check(), [], "hashed anew, so the chains verify")
        self.assertFalse(self.ledger._seal_holds(seal))

    def test_new_events_leave_it_whole(self):
        seal = self.seal()
        self.record_later(keyword="start")
        third = self.make_applicant(partner_phone="+12025550144")
        self.record_later(method="manual", applicant=third)
        self.assertEqual(self.check(), [])
        self.assertTrue(self.ledger._seal_holds(seal))
        self.assertNotEqual(self.ledger._seal(until=self.later + timedelta(hours=1)), seal)

    def test_an_event_slipped_in_among_the_old_ones(self):
        seal = self.seal()
        third = self.make_applicant(partner_phone="+12025550144")
        self.append("granted", "manual", third)
        self.assertEqual(self.check(), [])
        self.assertFalse(self.ledger._seal_holds(seal))

    def test_an_event_taken_away_with_its_trace(self):
        seal = self.seal()
        last = self.thread.consent_ids.sorted("sequence")[-1]
        with self.triggers_off():
            self.env.cr.execute(
                "DELETE FROM hr_sms_consent_evidence WHERE consent_id = %s", [last.id]
            )
            self.env.cr.execute("DELETE FROM hr_sms_consent WHERE id = %s", [last.id])
        self.assertFalse(self.ledger._seal_holds(seal))

    def test_erasure_leaves_it_whole(self):
        seal = self.seal()
        self.thread._erase("Robin")
        erased = self.thread.consent_ids.sorted("sequence")[-1]
        self.assertEqual(erased.event, "erased")
        with self.triggers_off():
            self.rehash(erased, recorded_date=self.later + timedelta(minutes=1))
        self.assertEqual(self.check(), [])
        self.assertTrue(self.ledger._seal_holds(seal))

    def test_one_company(self):
        ours, none = self.seal(companies=self.company), self.seal(companies=self.env["res.company"])
        self.assertEqual((ours.numbers, ours.events), (2, 3))
        self.assertEqual((none.numbers, none.events), (0, 0))
        self.assertTrue(self.ledger._seal_holds(ours))
        self.assertTrue(self.ledger._seal_holds(none))

    def test_it_covers_only_what_is_settled(self):
        self.assertEqual(self.ledger._seal(self.company).events, 0)
        self.assertLess(self.ledger._seal().until, fields.Datetime.now() - SETTLED / 2)

    def test_many_numbers_in_few_queries(self):
        self.seal()
        with self.assertQueryCount(2):
            self.seal()

    def test_reading_it_back(self):
        for seal in (self.seal(), self.seal(companies=self.company)):
            self.assertEqual(Seal.parse(str(seal)), seal)
            self.assertEqual(Seal.parse(f"\n {seal} ".replace("; ", ";\n  ")), seal)
        for text in (
            False,
            "",
            "sms-consent-seal 1",
            str(self.seal())[:-1],
            str(self.seal()).replace("until 2", "until 9999-99-99 2"),
            str(self.seal()).replace(f"{self.later:%m-%d}", "13-45"),
        ):
            self.assertIsNone(Seal.parse(text), text)

    def compare(self, user, text):
        wizard = self.env["hr.sms.ledger.check"].with_user(user)
        check = wizard.browse(wizard.action_check()["res_id"])
        self.assertTrue(Seal.parse(check.seal))
        check.earlier_seal = text
        action = check.action_compare_seal()
        self.assertEqual(action["res_id"], check.id)
        return check.seal_verdict

    def test_a_manager_compares(self):
        past = fields.Datetime.now() - timedelta(seconds=1)
        seal = self.ledger._seal(self.company, past)
        self.assertEqual(self.compare(self.manager, str(seal)), "holds")
        wrong = str(seal).replace(f"events {seal.events}", f"events {seal.events + 1}")
        self.assertEqual(self.compare(self.manager, wrong), "broken")

    def test_what_is_no_seal_is_refused(self):
        for text in (False, "nonsense", str(self.seal()._replace(until=self.later + SETTLED))):
            with self.assertRaises(UserError) as caught:
                self.compare(self.manager, text)
            self.assertIn("Paste the whole line", str(caught.exception))

    def test_other_companies_seals_are_the_administrators(self):
        past = fields.Datetime.now() - timedelta(seconds=1)
        whole = str(self.ledger._seal(until=past))
        foreign = str(
            self.ledger._seal(self.company + self.env["res.company"].create({"name": "X"}), past)
        )
        for text in (whole, foreign):
            with self.assertRaises(AccessError):
                self.compare(self.manager, text)
            self.assertEqual(self.compare(self.env.ref("base.user_admin"), text), "holds")

    def test_others_do_not_compare(self):
        wizard = self.env["hr.sms.ledger.check"].with_user(self.manager)
        check = wizard.browse(wizard.action_check()["res_id"])
        for user in (self.sender, self.viewer, self.nobody):
            with self.assertRaises(AccessError):
                check.with_user(user).action_compare_seal()
