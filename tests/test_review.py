from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .test_webhooks import WebhookCase


@tagged("post_install", "-at_install")
class TestReview(WebhookCase):
    """Opt-outs in plain words, from the text to the decision."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.applicant.user_id = cls.sender

    def tab(self, user=None):
        return self.applicant.with_user(user or self.sender).sms_tab()

    def decide(self, decision="opt_out", user=None, **values):
        applicant = self.applicant.with_user(user or self.sender)
        return applicant.sms_review_decide(decision, **values)

    def told(self, user=None):
        """What a user was notified of."""
        return self.env["mail.message"].search(
            [
                ("model", "=", "hr.applicant"),
                ("res_id", "=", self.applicant.id),
                ("subject", "like", "may want no more texts"),
                ("notified_partner_ids", "in", (user or self.sender).partner_id.ids),
            ]
        )

    def test_plain_words_pause_until_a_decision(self):
        self.append("granted", "job_form")
        self.applicant.with_user(self.sender).sms_send("Hello", scheduled_date="2099-01-01")
        self.messages().scheduled_date = fields.Datetime.now()
        self.text("Please stop texting me")
        self.assertEqual(self.thread.consent_state, "review")
        data = self.tab()
        self.assertEqual(data["gate"]["code"], "consent_review")
        self.assertEqual(data["review"]["text"], "Please stop texting me")
        # decided in the banner: consent added meanwhile would go past what they wrote
        self.assertFalse(data["consent"]["can_grant"])
        with self.assertRaisesRegex(UserError, "sending is paused"):
            self.applicant.with_user(self.sender).sms_send("But why?")
        self.assertFalse(self.drain().sent)
        waiting = self.messages(("direction", "=", "outbound"))
        self.assertEqual((waiting.state, waiting.wait_code), ("scheduled", "consent_review"))
        return waiting

    def test_cleared(self):
        waiting = self.test_plain_words_pause_until_a_decision()
        event = self.env["hr.sms.consent"].browse(self.decide("clear", note="meant the bus"))
        self.assertEqual((event.event, event.actor_name), ("review_cleared", self.sender.name))
        self.assertEqual(self.thread.consent_state, "granted")
        self.assertEqual(self.drain().bodies, ["Hello"])
        self.assertEqual(waiting.state, "sent")
        self.assertFalse(self.tab()["review"])

    def test_opted_out(self):
        waiting = self.test_plain_words_pause_until_a_decision()
        event = self.env["hr.sms.consent"].browse(self.decide())
        self.assertEqual((event.event, event.method), ("withdrawn", "reply"))
        self.assertEqual(
            (self.thread.consent_state, self.thread.consent_locked), ("withdrawn", False)
        )
        self.assertFalse(self.drain().sent)
        self.assertEqual((waiting.state, waiting.failure_code), ("canceled", "consent_withdrawn"))
        with self.assertRaisesRegex(UserError, "already"):
            self.decide("clear")

    def test_people_are_told_without_the_words(self):
        self.append("granted", "job_form")
        self.text("bitte keine SMS mehr")
        told = self.told()
        self.assertIn("may want no more texts", told.subject)
        self.assertIn("decide in the SMS tab", told.body)
        self.assertNotIn("keine SMS", told.body)
        self.text("bitte keine SMS mehr!!!")
        self.assertEqual(self.told(), told, "told once")

    def test_who_may_not_view_is_not_told(self):
        self.applicant.user_id = self.nobody
        self.append("granted", "job_form")
        self.text("Please stop texting me")
        self.assertFalse(self.told(self.nobody))

    def assign(self, user):
        self.thread.with_user(self.sender).sms_assign(user.id)

    def test_whoever_interviews_no_more_gives_the_conversation_back(self):
        self.append("granted", "job_form")
        inbox = self.env["hr.sms.thread"].with_user(self.sender)
        for record in (self.applicant, self.job):
            record.interviewer_ids = self.interviewer
            self.assign(self.interviewer)
            self.env.flush_all()
            record.with_user(self.sender).interviewer_ids = False
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertFalse(self.thread.user_id)
        self.text("please stop texting me")
        self.assertTrue(self.told())
        self.assertFalse(self.told(self.interviewer))
        self.assertEqual(inbox.sms_inbox_badge(), 1)
        self.assertEqual(inbox.sms_inbox_counts()["unassigned"], 1)

    def test_whoever_interviews_another_way_keeps_the_conversation(self):
        self.append("granted", "job_form")
        self.applicant.interviewer_ids = self.job.interviewer_ids = self.interviewer
        self.assign(self.interviewer)
        self.applicant.interviewer_ids = False
        self.env.flush_all()
        self.assertEqual(self.thread.user_id, self.interviewer)
        self.text("please stop texting me")
        self.assertTrue(self.told(self.interviewer))

    def test_an_assignee_who_may_not_read_it_is_not_the_one_told(self):
        """As a version left it that took no conversation off its interviewer."""
        self.append("granted", "job_form")
        self.thread.user_id = self.interviewer
        self.text("please stop texting me")
        self.assertTrue(self.told())
        self.assertFalse(self.told(self.interviewer))

    def test_wrong_number_withdraws_at_once(self):
        self.append("granted", "job_form")
        self.text("Falsche Nummer")
        self.assertEqual(self.thread.consent_state, "withdrawn")
        self.assertEqual(self.thread.number_flag, "wrong_number")
        self.assertIn("wrong_number", [notice["code"] for notice in self.tab()["notices"]])
        self.assertIn("is the wrong one", self.told().body)
        self.text("START")
        self.assertFalse(self.thread.number_flag)

    def test_undecided_is_an_opt_out_after_five_days(self):
        self.append("granted", "job_form")
        self.text("Leave me alone")
        self.env["hr.sms.thread"]._withdraw_undecided()
        self.assertEqual(self.thread.consent_state, "review")
        self.env.cr.execute("ALTER TABLE hr_sms_consent DISABLE TRIGGER append_only")
        self.env.cr.execute(
            "UPDATE hr_sms_consent SET recorded_date = recorded_date - interval '5 days 1 minute'"
            " WHERE thread_id = %s",
            [self.thread.id],
        )
        self.env.cr.execute("ALTER TABLE hr_sms_consent ENABLE TRIGGER append_only")
        self.env.invalidate_all()
        self.env["hr.sms.thread"]._withdraw_undecided()
        self.assertEqual(self.thread.consent_state, "withdrawn")
        self.assertEqual(self.thread._deciding_event().note, "undecided for 5 days")
        self.env["hr.sms.thread"]._withdraw_undecided()
        self.assertEqual(len(self.thread.consent_ids), 3)

    def test_what_was_withdrawn_stays_so(self):
        self.append("withdrawn", "keyword")
        self.text("I said stop texting me")
        self.assertEqual(len(self.thread.consent_ids), 1)

    def test_without_consent_the_earlier_state_comes_back_too(self):
        self.append("declined", "job_form")
        self.text("no more texts please")
        self.decide("clear")
        self.assertEqual(self.thread.consent_state, "declined")

    def test_rights(self):
        self.append("granted", "job_form")
        self.text("Please stop texting me")
        for user in (self.viewer, self.nobody, self.interviewer):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.decide(user=user)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        foreigner = self.make_user(
            "foreigner",
            "hr_recruitment.group_hr_recruitment_user,hr_recruitment_texting.group_sms_send",
        )
        foreigner.write({"company_ids": [(6, 0, elsewhere.ids)], "company_id": elsewhere.id})
        with self.assertRaises(AccessError):
            self.decide(user=foreigner)
        with self.assertRaises(ValidationError):
            self.decide("perhaps")
        self.assertEqual(self.thread.consent_state, "review")

    def test_the_deadline_is_shown(self):
        self.append("granted", "job_form")
        self.text("Please stop texting me")
        review = self.tab()["review"]
        until = fields.Datetime.to_datetime(review["until"])
        self.assertLess(
            abs(until - fields.Datetime.now() - timedelta(days=5)), timedelta(minutes=5)
        )
