from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import file_open, mute_logger

from ..gateway import Result
from ..models import direct_sender, screen_teller
from .common import CANDIDATE, OUR_NUMBER, TextingCase


@tagged("post_install", "-at_install")
class TestSending(TextingCase):
    def send(self, body="Hello Robin", applicant=None, **kwargs):
        ids = (applicant or self.applicant).with_user(self.sender).sms_send(body, **kwargs)
        return self.env["hr.sms.message"].browse(ids)

    def grant(self, applicant=None, **values):
        self.append("granted", "job_form", applicant, **values)

    # ------------------------------------------------------------
    # Gate
    # ------------------------------------------------------------

    def assertRefused(self, words, **kwargs):
        with self.assertRaisesRegex(UserError, words):
            self.send(**kwargs)
        self.assertFalse(self.env["hr.sms.message"].search([("company_id", "=", self.company.id)]))

    def test_refused_without_consent(self):
        self.assertRefused("no consent to texting yet")
        self.append("declined", "job_form")
        self.assertRefused("answered No")
        self.append("granted", "manual")
        self.append("review", "reply")
        self.assertRefused("paused")
        self.append("withdrawn", "manual")
        self.assertRefused("withdrawn")
        self.append("withdrawn", "keyword")
        self.assertRefused("START, YES or UNSTOP")

    def test_refused_about_another_job(self):
        self.append("granted", "job_form", scope="this_job")
        other = self.env["hr.job"].create({"name": "Driver", "company_id": self.company.id})
        again = self.make_applicant(partner_name="Robin again", job_id=other.id)
        self.assertRefused("about another job only", applicant=again)
        tab = again.sms_tab()
        self.assertEqual(tab["gate"]["code"], "consent_scope")
        self.assertTrue(tab["consent"]["can_grant"])
        message = self.send("About the nurse's job")
        message.applicant_id = again
        self.assertFalse(self.drain().sent)
        self.assertEqual(message.failure_code, "consent_scope")
        again.sms_consent_grant(scope="this_job", note="agreed on the phone")
        self.assertTrue(self.send(applicant=again))

    def test_refused_without_a_number(self):
        self.applicant.partner_phone = False
        self.assertRefused("no phone number")
        self.applicant.partner_phone = "123"
        self.assertRefused("cannot be used")
        self.assertRefused(
            "not a number of", number="+12025550177", applicant=self.make_applicant()
        )

    def test_refused_empty_or_too_long(self):
        self.grant()
        self.assertRefused("empty", body=" \n ")
        self.assertRefused("empty", body=False)
        self.assertRefused("empty", body="\u200b\u00a0")
        self.assertRefused("1,400", body="a" * 1401)
        # Counted in units: the extension characters of GSM-7 take two each.
        self.assertRefused("1,400", body="€" * 701)
        self.assertRefused("1,400", body="😀" * 701)
        self.assertTrue(self.send(body="a" * 1400))
        self.assertTrue(self.send(body="€" * 700))

    def test_refused_without_an_account(self):
        self.grant()
        self.company.sms_twilio_number_ids.unlink()
        self.assertRefused("no Twilio number")
        self.company.sms_twilio_auth_token = "dummytoken"
        self.assertRefused("not connected")

    def test_all_or_none_of_a_list(self):
        self.grant()
        other = self.make_applicant(partner_name="Kim", partner_phone="+12025550143")
        self.assertRefused("Kim: There is no consent", applicant=self.applicant | other)

    def test_one_number_gets_a_text_once(self):
        self.grant()
        again = self.make_applicant()
        both = self.applicant | again
        self.assertEqual(len(both.with_user(self.sender).sms_send("Hello")), 1)

    def test_tried_again_because_the_answer_got_lost(self):
        self.grant()
        first = self.send(token="a1")
        self.assertEqual(self.send(token="a1"), first)
        self.assertNotEqual(self.send(token="a2"), first)
        self.assertNotEqual(self.send(), first)
        # names are each user's own
        theirs = self.applicant.with_user(self.manager).sms_send("Hello", token="a1")
        self.assertNotIn(first.id, theirs)
        # what went stays so, whatever the gate would say by now
        self.append("withdrawn", "manual")
        self.assertEqual(self.send(token="a1"), first)
        for junk in ("x" * 65, 7, ["a1"]):
            with self.assertRaises(ValidationError):
                self.send(token=junk)

    def test_one_persons_yes_does_not_cover_another_on_the_same_number(self):
        self.grant()
        other = self.make_applicant(partner_name="Kim Sibling").with_user(self.sender)
        with self.assertRaisesRegex(UserError, "Somebody else who shares this number"):
            other.sms_send("Hello")
        self.assertTrue(other.sms_tab()["consent"]["can_grant"])
        other.sms_consent_grant(note="Agreed on the phone")
        other.sms_send("Hello")
        self.applicant.with_user(self.sender).sms_send("Hello")

    def test_who_shares_contact_address_or_name_is_one_person(self):
        partner = self.env["res.partner"].create({"name": "Robin"})
        self.applicant.write({"email_from": "robin@example.com", "partner_id": partner.id})
        self.grant()
        for values in (
            {"partner_name": "robin CANDIDATE"},
            {"partner_name": "R. C.", "email_from": "Robin@Example.com"},
            {"partner_name": "R. C.", "partner_id": partner.id},
            {"partner_name": False},
        ):
            with self.subTest(values=values):
                again = self.make_applicant(**values)
                self.assertTrue(again.with_user(self.sender).sms_tab()["gate"]["allowed"])

    def test_the_yes_of_a_deleted_application_covers_the_same_name_only(self):
        self.grant()
        again = self.make_applicant().with_user(self.sender)
        other = self.make_applicant(partner_name="Kim Sibling").with_user(self.sender)
        self.applicant.unlink()
        self.assertTrue(again.sms_tab()["gate"]["allowed"])
        self.assertEqual(other.sms_tab()["gate"]["code"], "consent_other_person")

    def test_reminders_only(self):
        self.grant(scope="reminders")
        applicant = self.applicant.with_user(self.sender)
        with self.assertRaisesRegex(UserError, "reminders only"):
            applicant.sms_send("Another job for you")
        sent = applicant.sms_send("See you at 3", purpose="reminder")
        self.assertEqual(self.env["hr.sms.message"].browse(sent).purpose, "reminder")
        self.assertEqual(self.drain().bodies, ["See you at 3"])
        with self.assertRaises(ValidationError):
            applicant.sms_send("Hello", purpose="fun")
        applicant.sms_consent_grant(scope="jobs", note="Agreed to more")
        applicant.sms_send("Another job for you")

    def test_a_bad_time_is_refused(self):
        self.grant()
        with self.assertRaises(ValidationError):
            self.send(scheduled_date="soon")

    # ------------------------------------------------------------
    # Queue
    # ------------------------------------------------------------

    def test_sent_with_all_it_needs(self):
        self.grant()
        message = self.send("Hello €")
        self.assertEqual(message.state, "queued")
        self.assertEqual(message.author_id, self.sender)
        self.assertEqual(message.applicant_id, self.applicant)
        self.assertEqual(message.segment_count, 1)
        fake = self.drain()
        text = fake.sent[0]
        self.assertEqual((text.to, text.sender, text.body), (CANDIDATE, OUR_NUMBER, "Hello €"))
        self.assertTrue(
            text.status_callback.endswith(f"/recruitment_texting/twilio/status/{message.uuid}")
        )
        self.assertEqual(message.state, "sent")
        self.assertTrue(message.twilio_sid.startswith("SM"))
        self.assertEqual(message.sender_number, OUR_NUMBER)
        self.assertFalse(self.drain().sent, "a text goes once")

    def test_direct_texts_wake_the_sender_after_the_commit(self):
        self.grant()
        with (
            patch.object(direct_sender, "_wake") as wake,
            patch.object(screen_teller, "tell"),
        ):
            self.send()
            wake.assert_not_called()
            self.env.cr.postcommit.run()
        wake.assert_called_once_with(self.env.cr.dbname)

    def test_the_gate_is_asked_again(self):
        self.grant()
        message = self.send()
        self.append("withdrawn", "keyword")
        self.assertFalse(self.drain().sent)
        self.assertEqual(message.state, "canceled")
        self.assertIn("opted out by text", message.failure_reason)
        self.append("granted", "keyword")
        self.assertFalse(self.drain().sent, "START does not revive it")

    def test_scheduled_texts_wait(self):
        self.grant()
        at = fields.Datetime.now() + timedelta(hours=2)
        message = self.send(scheduled_date=fields.Datetime.to_string(at))
        self.assertEqual(message.state, "scheduled")
        self.assertFalse(self.drain().sent)
        trigger = self.env["ir.cron.trigger"].search([("call_at", "=", at)])
        self.assertIn(
            self.env.ref("hr_recruitment_texting.ir_cron_process_queue_direct"), trigger.cron_id
        )
        message.scheduled_date = fields.Datetime.now() - timedelta(minutes=1)
        self.assertEqual(len(self.drain().sent), 1)

    def answered(self, **result):
        self.env.flush_all()
        with self.fake_gateway() as fake:
            fake.answer = lambda text: Result(text.uuid, **result)
            self.env["hr.sms.message"]._process_queue("direct")
        self.env.invalidate_all()
        return fake

    def test_twilio_says_no(self):
        self.grant()
        message = self.send()
        self.answered(outcome="failed", code=21614, detail="not mobile")
        self.assertEqual((message.state, message.failure_code), ("failed", "21614"))
        self.assertEqual(message.failure_reason, "This is not a mobile number.")
        message = self.send()
        self.answered(outcome="failed", code=29999, detail="Something new")
        self.assertEqual(message.failure_reason, "Something new")

    def test_opt_out_at_twilio_is_written_back(self):
        self.grant()
        self.send()
        self.answered(outcome="failed", code=21610)
        thread = self.thread_of(self.applicant)
        self.assertEqual((thread.consent_state, thread.consent_locked), ("withdrawn", True))
        self.assertEqual(thread._deciding_event().method, "provider")

    def test_never_processed_is_tried_again_later(self):
        self.grant()
        message = self.send()
        self.answered(outcome="retry", code=20429)
        self.assertEqual((message.state, message.attempt_count), ("queued", 1))
        self.assertGreater(message.next_attempt_date, fields.Datetime.now() - timedelta(seconds=1))
        self.assertFalse(self.drain().sent, "not before its time")
        message.next_attempt_date = fields.Datetime.now() - timedelta(seconds=1)
        self.assertEqual(len(self.drain().sent), 1)
        self.assertEqual(message.state, "sent")

    def test_every_retry_is_woken_for(self):
        self.grant()
        messages = self.env["hr.sms.message"].browse()
        for attempts in (0, 4, 8):
            message = self.send()
            message.attempt_count = attempts
            messages |= message
        cron = self.env.ref("hr_recruitment_texting.ir_cron_process_queue_direct")
        before = self.env["ir.cron.trigger"].search([])
        self.answered(outcome="retry", code=20429)
        woken = (self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]) - before).mapped(
            "call_at"
        )
        for message in messages:
            late = [at - message.next_attempt_date for at in woken]
            self.assertTrue(any(timedelta(0) <= wait <= timedelta(seconds=60) for wait in late))

    def test_given_up_in_the_end(self):
        self.grant()
        message = self.send()
        message.attempt_count = 11
        self.answered(outcome="retry", code=20429)
        self.assertEqual((message.state, message.failure_code), ("failed", "gave_up"))

    def test_unknown_is_never_sent_again(self):
        self.grant()
        message = self.send()
        self.answered(outcome="unknown")
        self.assertEqual(message.state, "unknown")
        self.assertFalse(self.drain().sent)

    # ------------------------------------------------------------
    # Status
    # ------------------------------------------------------------

    def settle(self, message, status, **kwargs):
        self.env.flush_all()
        self.env["hr.sms.message"]._settle_status(message.uuid, status, self.company.ids, **kwargs)
        return message.state

    def test_a_status_never_goes_back(self):
        self.grant()
        message = self.send()
        self.drain()
        self.assertEqual(self.settle(message, "queued"), "sent")
        self.assertEqual(self.settle(message, "delivered"), "delivered")
        for late in ("sent", "sending", "failed", "undelivered", "queued"):
            self.assertEqual(self.settle(message, late, error_code="30003"), "delivered")
        self.assertFalse(message.failure_code)

    def test_a_callback_before_the_posts_answer(self):
        self.grant()
        message = self.send()
        self.env.flush_all()
        sid = "SM" + "a" * 32
        with self.fake_gateway() as fake:

            def answer(text):
                message.invalidate_recordset()
                self.assertEqual(message.state, "sending")
                self.settle(message, "delivered", sid=sid)
                return Result(text.uuid, "accepted", sid=sid)

            fake.answer = answer
            self.env["hr.sms.message"]._process_queue("direct")
        self.env.invalidate_all()
        self.assertEqual((message.state, message.twilio_sid), ("delivered", sid))

    def test_a_callback_heals_what_was_unknown(self):
        self.grant()
        message = self.send()
        self.answered(outcome="unknown")
        self.assertEqual(self.settle(message, "sent", sid="SM" + "b" * 32), "sent")
        self.assertFalse(message.failure_code)

    def test_failure_by_callback_says_why(self):
        self.grant()
        message = self.send()
        self.drain()
        self.assertEqual(self.settle(message, "undelivered", error_code="30003"), "failed")
        self.assertIn("switched off", message.failure_reason)

    def test_another_account_settles_nothing(self):
        self.grant()
        message = self.send()
        self.drain()
        other = self.env["res.company"].create({"name": "Other Hiring"})
        self.assertFalse(
            self.env["hr.sms.message"]._settle_status(message.uuid, "failed", other.ids)
        )
        self.assertEqual(message.state, "sent")

    def test_texts_are_never_deleted(self):
        self.grant()
        with self.assertRaises(UserError):
            self.send().unlink()

    @mute_logger("odoo.addons.hr_recruitment_texting.models.direct_sender")
    def test_without_a_thread_the_cron_is_left(self):
        with patch.object(direct_sender.threading.Thread, "start", side_effect=RuntimeError):
            direct_sender._wake("nowhere")
        self.assertNotIn("nowhere", direct_sender._running)

    @mute_logger("odoo.addons.hr_recruitment_texting.models.direct_sender")
    def test_the_sender_thread_survives_an_error_and_ends(self):
        with patch.object(direct_sender, "Registry", side_effect=RuntimeError):
            direct_sender._wake("nowhere")
            for thread in direct_sender.threading.enumerate():
                if thread.name == "recruitment_texting.direct.nowhere":
                    thread.join(5)
        self.assertNotIn("nowhere", direct_sender._running)

    def test_every_lane_is_worked(self):
        self.grant()
        thread = self.thread_of(self.applicant)
        for kind in ("direct", "auto", "confirmation"):
            self.env["hr.sms.message"]._queue([{"thread": thread, "body": kind, "kind": kind}])
        self.assertEqual(self.drain("bulk").bodies, ["auto"])
        self.assertEqual(sorted(self.drain(None).bodies), ["confirmation", "direct"])

    def test_a_neutralized_copy_sends_nothing(self):
        self.grant()
        message = self.send()
        self.env.flush_all()
        with file_open("hr_recruitment_texting/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.assertFalse(self.drain(None).sent)
        self.assertIn("a copy for testing", message.failure_reason)

    def test_queries_do_not_grow_with_the_batch(self):
        applicants = self.env["hr.applicant"]
        for number in range(20):
            applicants |= self.make_applicant(partner_phone=f"+120255502{number:02d}")
        for applicant in applicants:
            self.grant(applicant)
        applicants.with_user(self.sender).sms_send("Hello")
        self.env.flush_all()
        with self.fake_gateway() as fake:
            before = self.env.cr.sql_log_count
            self.env["hr.sms.message"]._process_queue("direct")
            spent = self.env.cr.sql_log_count - before
        self.assertEqual(len(fake.sent), 20)
        self.assertLess(spent, 20 * 3 + 60)
