import re
from contextlib import contextmanager
from unittest.mock import patch

from odoo import fields, sql_db
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..gateway import Result
from ..models.hr_sms_allowance import Taken, Want
from .common import TextingCase


class AllowanceCase(TextingCase):
    """A company with its first 50 segments and a candidate who agreed."""

    def setUp(self):
        super().setUp()
        self.append("granted", "job_form")
        self.account = self.env["hr.sms.allowance"]._of(self.company)
        self.left(50)

    def left(self, segments):
        """As a fresh company has it."""
        self.account._set(extra_left=segments, period_total=segments)

    def send(self, segments=1, **kwargs):
        body = "a" * (153 * segments if segments > 1 else 10)
        return self.env["hr.sms.message"].browse(
            self.applicant.with_user(self.sender).sms_send(body, **kwargs)
        )

    def change(self, user=None, **values):
        wizard = self.env["hr.sms.allowance.change"].with_user(user or self.manager)
        return wizard.create({"allowance_id": self.account.id, **values}).action_apply()

    def offer(self, body, kind="bulk", applicant=None):
        applicant = applicant or self.applicant
        text = applicant._sms_text(applicant.sms_number, body, kind=kind)
        [offer] = self.env["hr.sms.message"]._offer([text])
        return offer.message

    @contextmanager
    def capture_queries(self):
        """Collect the SQL of a block, of every cursor."""
        queries = []
        execute = sql_db.Cursor.execute

        def watched(cursor, query, params=None, log_exceptions=True):
            queries.append(cursor.mogrify(query, params).decode())
            return execute(cursor, query, params, log_exceptions)

        with patch.object(sql_db.Cursor, "execute", watched):
            yield queries

    def drain_refused(self, result="failed", code=21211, lane="direct"):
        """Send what waits to a Twilio that does not take it."""
        self.env.flush_all()
        with self.fake_gateway() as fake:
            fake.answer = lambda text: Result(text.uuid, result, code=code)
            self.env["hr.sms.message"]._process_queue(lane)
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestAllowance(AllowanceCase):
    def test_a_new_company_gets_fifty_once(self):
        company = self.env["res.company"].create({"name": "Fresh"})
        accounts = self.env["hr.sms.allowance"].search([])
        self.assertNotIn(company, accounts.company_id)
        self.connect_company(company, "+12025550199", sid="AC" + "2" * 32)
        account = self.env["hr.sms.allowance"].search([("company_id", "=", company.id)])
        self.assertEqual(account.balance, 50)
        self.connect_company(company, "+12025550198", sid="AC" + "3" * 32)
        self.assertEqual(account.line_ids.mapped("kind"), ["free"])

    def test_the_fifty_first_segment_is_refused_until_a_top_up(self):
        for _number in range(5):
            self.send(9)
        self.send(5)
        with self.assertRaisesRegex(UserError, "used up, .* An SMS manager tops it up"):
            self.send()
        self.assertEqual(len(self.drain().sent), 6)
        self.assertEqual(self.account.balance, 0)
        tab = self.applicant.with_user(self.sender).sms_tab()
        self.assertEqual(tab["gate"]["code"], "allowance_used_up")
        self.change(segments=100, note="Invoice 7")
        self.send()
        self.assertEqual(len(self.drain().sent), 1)
        self.assertEqual(self.account.balance, 99)

    def test_bulk_and_scheduled_texts_wait_and_a_top_up_wakes_them(self):
        self.left(0)
        text = self.applicant._sms_text(self.applicant.sms_number, "Hello", kind="bulk")
        [offer] = self.env["hr.sms.message"]._offer([text])
        self.assertEqual(offer.verdict.wait_code, "allowance_waiting")
        self.assertFalse(self.drain("bulk").sent)
        self.assertTrue(offer.message.next_attempt_date)
        later = self.send(scheduled_date="2099-01-01 00:00:00")
        later.scheduled_date = fields.Datetime.now()
        self.assertFalse(self.drain().sent)
        self.assertIn("used up", later.wait_reason)
        self.change(mode="unlimited")
        self.assertFalse(offer.message.next_attempt_date)
        self.assertEqual(len(self.drain(None).sent), 2)
        self.assertEqual(sum(self.account.line_ids.mapped("used")), 2)

    def test_a_text_twilio_did_not_take_is_given_back(self):
        message = self.send()
        self.drain_refused()
        self.assertEqual(message.state, "failed")
        self.assertEqual(self.account.balance, 50)
        self.assertEqual(
            set(self.account.line_ids.mapped("kind")) & {"use", "given_back"},
            {"use", "given_back"},
        )

    def test_a_retry_is_charged_once_and_given_back_when_canceled(self):
        message = self.send()
        self.drain_refused("retry", 20429)
        self.assertEqual(self.account.balance, 49)
        message.next_attempt_date = False
        self.append("withdrawn", "manual")
        self.drain()
        self.assertEqual(message.state, "canceled")
        self.assertEqual(self.account.balance, 50)

    def test_confirmations_pass_at_zero(self):
        self.left(0)
        thread = self.thread_of(self.applicant)
        self.env["hr.sms.message"]._queue(
            [{"thread": thread, "body": "You are out.", "kind": "confirmation"}]
        )
        self.assertEqual(len(self.drain().sent), 1)
        self.assertEqual(self.account.balance, 0)

    def test_the_plan_is_used_first(self):
        self.account._set(mode="plan", plan_left=2, extra_left=5)
        self.assertEqual(self.account._take([Want(1), Want(2)]), [Taken(1, 1), Taken(2, 1)])
        self.assertEqual((self.account.plan_left, self.account.extra_left), (0, 4))
        taken = self.account._take([Want(3), Want(2), Want(1, is_free=True)])
        self.assertEqual(taken, [Taken(3), None, Taken(1)])

    def test_the_warning_at_eighty_percent_comes_once(self):
        self.left(10)
        notices = self.env["mail.message"].search_count([("subject", "like", "Acme Hiring")])
        for number in range(9):
            self.send()
            self.drain()
            found = self.env["mail.message"].search_count([("subject", "like", "Acme Hiring")])
            self.assertEqual(found - notices, int(number >= 7), number)
        [notice] = self.applicant.with_user(self.sender).sms_tab()["notices"]
        self.assertEqual(notice["code"], "allowance_low")
        self.assertTrue(self.account.is_low)
        self.change(segments=100)
        self.assertFalse(self.account.is_low)
        self.assertFalse(self.applicant.with_user(self.sender).sms_tab()["notices"])
        self.assertEqual(self.account.added_line_ids[0].segments, 100)
        self.assertNotIn("use", self.account.added_line_ids.mapped("kind"))

    def assertLedger(self, balance):
        """The balance is what the lines of the ledger add up to, since the test began."""
        self.env.invalidate_all()
        self.assertEqual(self.account.balance, balance)
        lines = self.account.line_ids.filtered(lambda line: line.id > self.last_line)
        self.assertEqual(sum(lines.mapped("segments")), balance - 50)
        return sum(lines.mapped("used"))

    def test_the_ledger_adds_up(self):
        self.last_line = self.account.line_ids[:1].id
        self.send(3)
        self.drain()
        self.assertEqual(self.assertLedger(47), 3)
        self.change(mode="unlimited")
        free = self.send(2)
        self.drain()
        self.assertEqual(self.assertLedger(47), 5)
        # Charged while unlimited: there is nothing to give back but the use.
        free.write({"state": "queued"})
        self.change(segments=10)
        free.write({"state": "canceled"})
        self.assertEqual(self.assertLedger(57), 3)

    def test_a_confirmation_at_zero_counts_as_use(self):
        self.left(0)
        thread = self.thread_of(self.applicant)
        self.env["hr.sms.message"]._queue(
            [{"thread": thread, "body": "You are out.", "kind": "confirmation"}]
        )
        self.drain()
        line = self.account.line_ids[0]
        self.assertEqual((line.kind, line.segments, line.used), ("use", 0, 1))

    def test_perhaps_taken_and_failed_on_the_way_stays_charged(self):
        self.last_line = self.account.line_ids[:1].id
        unknown = self.send()
        self.drain_refused("unknown", None)
        self.assertEqual(unknown.state, "unknown")
        unknown.write({"state": "canceled"})  # nobody knows whether Twilio has it
        sent = self.send()
        self.drain()
        self.env["hr.sms.message"]._settle_status(
            sent.uuid, "undelivered", self.company.ids, error_code="30003"
        )
        self.assertEqual(sent.state, "failed")
        self.assertEqual(self.assertLedger(48), 2)

    def test_texts_of_one_call_add_up(self):
        applicants = self.applicant
        for number in range(2):
            applicants |= self.make_applicant(partner_phone=f"+1202555017{number}")
            self.append("granted", "job_form", applicants[-1])
        again = self.make_applicant()
        self.append("granted", "job_form", again)
        self.left(2)
        with self.assertRaisesRegex(UserError, "allowance is used up"):
            applicants.with_user(self.sender).sms_send("Hello")
        # Two applications of a person cost one.
        texted = (applicants[:2] | again).with_user(self.sender).sms_send("Hello")
        self.assertEqual(len(texted), 2)

    def test_a_part_of_a_batch_goes(self):
        self.left(2)
        for number in range(4):
            text = self.applicant._sms_text(self.applicant.sms_number, f"No {number}", kind="bulk")
            self.env["hr.sms.message"]._offer([text])
        self.assertEqual(self.drain("bulk").bodies, ["No 0", "No 1"])
        self.assertEqual(self.account.balance, 0)

    # -- who comes first --

    def test_a_campaign_that_waits_holds_up_nobody_who_writes_by_hand(self):
        self.left(0)
        waiting = [self.offer(f"No {number}") for number in range(5)]
        self.assertFalse(self.drain("bulk").sent)
        self.change(segments=2)
        self.assertFalse(self.applicant.with_user(self.sender).sms_tab()["gate"]["code"])
        self.send()
        # The campaign is awake too and claims first: what the text by hand takes is left to it.
        self.assertEqual(self.drain("bulk").bodies, ["No 0"])
        self.assertEqual(len(self.drain().sent), 1)
        self.assertEqual({text.wait_code for text in waiting[1:]}, {"allowance_waiting"})
        self.assertEqual(self.account.balance, 0)

    def test_direct_texts_go_first_in_one_claim(self):
        self.offer("Bulk")
        self.send()
        self.left(1)
        self.assertEqual(self.drain(None).bodies, ["a" * 10])

    def test_a_paused_text_by_hand_keeps_nothing_back(self):
        paused = self.send()
        paused.wait_code = "consent_review"
        self.left(1)
        self.offer("Bulk")
        self.assertEqual(self.drain("bulk").bodies, ["Bulk"])

    def test_a_small_top_up_wakes_no_more_than_it_pays_for(self):
        self.left(0)
        waiting = [self.offer(f"No {number}") for number in range(5)]
        later = self.send(scheduled_date="2099-01-01 00:00:00")
        later.scheduled_date = fields.Datetime.now()
        self.drain(None)
        awake = lambda: [text for text in (*waiting, later) if not text.next_attempt_date]
        self.assertFalse(awake())
        self.change(segments=2)
        self.assertEqual(awake(), [waiting[0], later], "by hand first, then the eldest")
        self.change(mode="unlimited")
        self.assertEqual(len(awake()), 6)

    # -- what the hot path costs --

    def test_sending_without_limit_neither_writes_nor_locks_the_account(self):
        self.change(mode="unlimited")
        self.send()
        with self.capture_queries() as queries:
            self.assertEqual(len(self.drain().sent), 1)
        touching = [
            query
            for query in queries
            if re.search(r"hr_sms_allowance\b", query)
            and not query.lstrip().startswith("SELECT")
            or "hr_sms_allowance" in query
            and "FOR NO KEY UPDATE" in query
        ]
        self.assertFalse(touching)
        self.assertTrue([query for query in queries if 'FROM "hr_sms_allowance"' in query])

    # -- the warning --

    def test_the_warning_is_in_each_manager_s_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.env["ir.module.module"].search(
            [("name", "=", "hr_recruitment_texting")]
        )._update_translations(["de_DE"])
        german = self.make_user(
            "manager_de",
            "hr_recruitment.group_hr_recruitment_user,hr_recruitment_texting.group_sms_manager",
        )
        german.lang = "de_DE"
        self.left(10)
        self.send(9)
        self.drain()
        bodies = {
            user: self.env["mail.message"]
            .search([("partner_ids", "in", user.partner_id.ids)], limit=1)
            .body
            for user in (self.manager, german)
        }
        self.assertIn("1 segments are left of 10", bodies[self.manager])
        self.assertIn("Von 10 Segmenten", bodies[german])
        self.assertNotIn("left", bodies[german])

    # -- screens --

    def test_the_menu_opens_the_account_of_the_company(self):
        accounts = self.env["hr.sms.allowance"].with_user(self.manager)
        action = accounts.action_open()
        self.assertEqual((action["res_id"], action["view_mode"]), (self.account.id, "form"))
        self.assertEqual(action["views"], [(False, "form")])
        other = self.env["res.company"].create({"name": "Sister"})
        self.manager.company_ids += other
        both = accounts.with_context(allowed_company_ids=[self.company.id, other.id])
        self.assertEqual(both.action_open()["res_id"], self.account.id, "the other has none")
        self.env["hr.sms.allowance"]._of(other)
        self.assertEqual(both.action_open()["view_mode"], "list,form")
        none = accounts.with_context(allowed_company_ids=other.ids)
        self.assertNotEqual(none.action_open()["res_id"], self.account.id)
        with self.assertRaises(AccessError):
            self.env["hr.sms.allowance"].with_user(self.sender).action_open()

    def test_rights(self):
        line = self.account.line_ids[0]
        for user in (self.sender, self.viewer):
            with self.assertRaises(AccessError):
                self.account.with_user(user).read(["balance"])
            with self.assertRaises(AccessError):
                self.change(user)
        manager = line.with_user(self.manager)
        self.assertTrue(manager.read(["segments"]))
        for record in (manager, self.account.with_user(self.manager)):
            with self.assertRaises(UserError):
                record.write({"company_id": self.company.id})
            with self.assertRaises(UserError):
                record.unlink()
        with self.assertRaises(UserError):
            line.sudo().write({"segments": 5})
        other = self.env["hr.sms.allowance"]._of(self.env.ref("base.main_company"))
        with self.assertRaises(AccessError):
            self.env["hr.sms.allowance.change"].with_user(self.manager).create(
                {"allowance_id": other.id}
            ).action_apply()
        for values in (
            {"segments": 0},
            {"mode": "plan", "renewal_day": 32},
            {"mode": "plan", "segments": 0},
        ):
            with self.assertRaises(ValidationError):
                self.change(**values)
