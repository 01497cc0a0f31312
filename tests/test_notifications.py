"""Who is told of a reply (mission: B4), how, and who never is."""

from odoo.tests import tagged

from ..hooks import subscribe_followers
from .common import CANDIDATE, OUR_NUMBER, TextingCase
from .test_people import PeopleMixin

SUBTYPE = "hr_recruitment_texting.mt_applicant_sms_received"
STRANGER = "+12025550179"
SAID = "My secret answer is blue"


@tagged("post_install", "-at_install")
class TestNotifications(PeopleMixin, TextingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.subtype = cls.env.ref(SUBTYPE)
        cls.env["hr.sms.message"]._follow_up()  # texts of the demo data
        cls.before = cls.env["mail.notification"].search([])
        cls.applicant.message_unsubscribe(cls.applicant.message_partner_ids.ids)
        for user in (cls.nobody, cls.viewer, cls.sender, cls.manager, cls.interviewer):
            user.notification_type = "inbox"
            user.email = f"{user.login}@example.com"

    def follow(self, *users, applicant=None, subtypes=None):
        applicant = applicant or self.applicant
        for user in users:
            applicant.message_subscribe(user.partner_id.ids, subtype_ids=subtypes)

    def receive(self, *bodies, sid="1", sender=CANDIDATE):
        """Take in texts by both ways that the webhook has, then do what comes after its commit."""
        messages = self.env["hr.sms.message"].sudo()
        for number, body in enumerate(bodies or [SAID]):
            form = {"From": sender, "To": OUR_NUMBER, "Body": body}
            received = (self.company.ids, f"SM{sid}{number:030}", form)
            if not messages._receive_ordinary(*received):
                messages._receive(*received)
        self.env.flush_all()
        messages._follow_up()
        self.env.invalidate_all()

    def told(self):
        """Return who was notified, as a set of users, and what they read."""
        notifications = self.env["mail.notification"].search(
            [
                ("id", "not in", self.before.ids),
                ("mail_message_id.model", "=", "hr.applicant"),
                ("mail_message_id.message_type", "=", "user_notification"),
                ("mail_message_id.subject", "ilike", "sent a text"),
            ]
        )
        return notifications.res_partner_id.user_ids

    def test_followers_who_keep_the_subtype(self):
        self.follow(self.viewer)
        self.follow(self.sender, subtypes=self.env.ref("mail.mt_comment").ids)
        self.receive()
        self.assertEqual(self.told(), self.viewer)

    def test_new_followers_keep_it(self):
        self.assertTrue(self.subtype.default and self.subtype.internal)
        self.follow(self.viewer)
        self.assertIn(self.subtype, self.applicant.message_follower_ids.subtype_ids)

    def test_never_without_the_right_to_view(self):
        self.follow(self.nobody, self.viewer)
        self.applicant._sms_thread(CANDIDATE, create=True).user_id = self.nobody
        self.receive()
        self.assertEqual(self.told(), self.viewer)

    def test_never_who_may_not_read_the_applicant(self):
        self.follow(self.interviewer)
        self.receive()
        self.assertFalse(self.told())
        self.applicant.interviewer_ids = self.interviewer
        self.receive(sid="2")
        self.assertEqual(self.told(), self.interviewer)

    def test_never_of_another_company(self):
        self.viewer.write(
            {
                "company_ids": [(6, 0, self.env.ref("base.main_company").ids)],
                "company_id": self.env.ref("base.main_company").id,
            }
        )
        self.follow(self.viewer)
        self.receive()
        self.assertFalse(self.told())

    def test_assignee_unless_turned_off(self):
        self.applicant._sms_thread(CANDIDATE, create=True).user_id = self.sender
        self.receive()
        self.assertEqual(self.told(), self.sender)
        self.env["mail.notification"].search([]).unlink()
        self.sender.with_user(self.sender).sms_notify_assigned = False
        self.receive(sid="2")
        self.assertFalse(self.told())

    def test_shared_number_followers_of_the_application_last_texted(self):
        other = self.make_applicant(partner_name=self.applicant.partner_name)
        self.follow(self.viewer, applicant=other)
        self.follow(self.sender)
        self.grant()
        self.send()
        self.receive()
        self.assertEqual(self.told(), self.sender)
        self.env["mail.notification"].search([]).unlink()
        self.send(other)
        self.receive(sid="2")
        self.assertEqual(self.told(), self.viewer)

    def test_one_notification_for_several_texts_at_once(self):
        self.follow(self.viewer)
        self.receive("One", "Two", "Three")
        notification = self.env["mail.notification"].search(
            [("res_partner_id", "=", self.viewer.partner_id.id)]
        )
        self.assertEqual(len(notification), 1)
        self.assertIn("3 texts", notification.mail_message_id.body)

    def test_once(self):
        self.follow(self.viewer)
        self.receive()
        before = self.env["mail.notification"].search_count([])
        self.env["hr.sms.message"]._follow_up()
        self.assertEqual(self.env["mail.notification"].search_count([]), before)

    def needaction(self, user):
        return user.partner_id._get_needaction_count()

    def test_reading_takes_it_out_of_the_readers_inbox_only(self):
        self.follow(self.viewer, self.sender)
        self.receive("One", "Two")
        self.receive(sid="2")
        before = self.needaction(self.viewer)
        self.assertEqual(before, 2)
        self.rpc("hr.applicant", "sms_mark_read", self.applicant.ids, user=self.viewer)
        self.assertEqual(self.needaction(self.viewer), 0)
        self.assertEqual(self.needaction(self.sender), 2)
        # Read by a colleague already, marked by who reads it after them.
        self.rpc(
            "hr.sms.thread",
            "sms_inbox_mark_read",
            self.applicant.sms_thread_ids.ids,
            user=self.sender,
        )
        self.assertEqual(self.needaction(self.sender), 0)

    def test_reading_takes_nothing_else_out_of_the_inbox(self):
        self.grant()
        self.follow(self.viewer)
        other = self.make_applicant(partner_phone="+12025550177")
        self.follow(self.viewer, applicant=other)
        other._sms_thread("+12025550177", create=True)
        form = {"From": "+12025550177", "To": OUR_NUMBER, "Body": "Hello"}
        self.env["hr.sms.message"].sudo()._receive(self.company.ids, "SM" + "7" * 32, form)
        self.receive(sid="1")
        self.receive("please stop texting me", sid="2")
        self.applicant.message_notify(
            partner_ids=self.viewer.partner_id.ids, subject="Look", body="By a colleague"
        )
        self.assertEqual(self.needaction(self.viewer), 4)
        self.rpc("hr.applicant", "sms_mark_read", self.applicant.ids, user=self.viewer)
        left = self.env["mail.notification"].search(
            [("res_partner_id", "=", self.viewer.partner_id.id), ("is_read", "=", False)]
        )
        self.assertEqual(
            set(left.mail_message_id.mapped("subject")),
            {
                "Look",
                f"{self.applicant.partner_name} may want no more texts",
                f"{other.partner_name} sent a text",
            },
        )

    def test_words_are_nowhere(self):
        """Neither in the notification nor, unless the company allows it, in the e-mail."""
        self.follow(self.viewer, self.sender)
        self.sender.notification_type = "email"
        self.receive()
        self.assertEqual(self.told(), self.viewer | self.sender)
        for model, name in (("mail.message", "body"), ("mail.mail", "body_html")):
            self.assertFalse(self.env[model].sudo().search([(name, "ilike", "secret answer")]))

    def test_words_in_the_email_where_the_company_allows_it(self):
        self.company.sms_mail_text = True
        self.follow(self.viewer, self.sender)
        self.sender.notification_type = "email"
        self.receive("<b>My</b> secret answer is blue")
        mail = self.env["mail.mail"].search([("body_html", "ilike", "secret answer")])
        self.assertEqual(mail.recipient_ids, self.sender.partner_id)
        self.assertTrue(mail.auto_delete)
        self.assertIn("&lt;b&gt;", mail.body_html)
        self.assertFalse(mail.res_id)
        self.assertEqual(self.told(), self.viewer)

    def test_notification_is_for_its_recipients_only(self):
        """Who reads the applicant but not its texts does not find that there was one."""
        self.follow(self.viewer)
        self.receive()
        found = self.rpc(
            "mail.message",
            "search",
            [("model", "=", "hr.applicant"), ("res_id", "=", self.applicant.id)],
            user=self.nobody,
        )
        shown = self.env["mail.message"].browse(found)
        self.assertFalse(shown.filtered(lambda one: one.message_type == "user_notification"))

    def test_opt_out_in_plain_words_is_told_once(self):
        self.grant()
        self.follow(self.viewer)
        self.receive("please stop texting me")
        self.assertFalse(self.told())
        told = self.env["mail.message"].search([("subject", "ilike", "may want no more texts")])
        self.assertEqual(told.notified_partner_ids, self.viewer.partner_id)

    def test_a_failure_holds_up_nobody(self):
        other = self.make_applicant(partner_phone="+12025550177")
        self.follow(self.viewer)
        self.follow(self.viewer, applicant=other)
        other._sms_thread("+12025550177", create=True)
        method = type(self.env["hr.sms.message"])._notify_received

        def broken(texts):
            if other in texts.applicant_id:
                raise ValueError("out of order")
            return method(texts)

        self.patch(type(self.env["hr.sms.message"]), "_notify_received", broken)
        messages = self.env["hr.sms.message"].sudo()
        for sid, sender in (("7", "+12025550177"), ("8", CANDIDATE)):
            form = {"From": sender, "To": OUR_NUMBER, "Body": "Hello"}
            messages._receive(self.company.ids, f"SM{sid:0>32}", form)
        self.env.flush_all()
        with self.assertLogs("odoo.addons.hr_recruitment_texting", "ERROR"):
            messages._follow_up()
        self.assertEqual(self.told(), self.viewer)

    def test_followers_from_before_the_addon(self):
        self.follow(self.viewer, subtypes=self.env.ref("mail.mt_comment").ids)
        self.env.flush_all()
        subscribe_followers(self.env.cr)
        self.env.invalidate_all()
        self.receive()
        self.assertIn(self.viewer, self.told())

    def test_followers_of_the_job_pass_it_on(self):
        self.job.message_subscribe(
            self.viewer.partner_id.ids,
            subtype_ids=self.env.ref("hr_recruitment_texting.mt_job_sms_received").ids,
        )
        applicant = self.make_applicant(partner_phone="+12025550178")
        follower = applicant.message_follower_ids.filtered(
            lambda one: one.partner_id == self.viewer.partner_id
        )
        self.assertIn(self.subtype, follower.subtype_ids)

    # ------------------------------------------------------------
    # Numbers of nobody
    # ------------------------------------------------------------

    def told_of_stranger(self, user):
        return self.env["mail.message"].search(
            [
                ("subject", "=", "Unknown number sent a text"),
                ("notified_partner_ids", "in", user.partner_id.ids),
            ]
        )

    def receive_of_stranger(self, *bodies, **kwargs):
        """Take in texts of a number of nobody, given to somebody before."""
        thread = self.env["hr.sms.thread"]._get_or_create(self.company, [STRANGER])[STRANGER]
        if not thread.user_id:
            self.rpc("hr.sms.thread", "sms_assign", thread.ids, self.viewer.id)
        self.receive(*bodies, sender=STRANGER, **kwargs)
        return thread

    def test_of_a_number_of_nobody_its_assignee(self):
        thread = self.receive_of_stranger("My secret answer", "please stop texting me")
        [message] = self.told_of_stranger(self.viewer)
        self.assertEqual(message.notified_partner_ids, self.viewer.partner_id)
        self.assertIn(f"/odoo/{thread.id}/sms-inbox", message.body)
        self.assertNotIn("secret", message.body)
        self.assertNotIn(STRANGER, message.body)
        self.assertEqual(self.needaction(self.viewer), 1)
        self.rpc("hr.sms.thread", "sms_inbox_mark_read", thread.ids, user=self.viewer)
        self.assertEqual(self.needaction(self.viewer), 0)

    def test_of_a_number_of_nobody_not_who_turned_it_off_or_may_not_read_it(self):
        self.viewer.with_user(self.viewer).sms_notify_assigned = False
        thread = self.receive_of_stranger(sid="1")
        self.assertFalse(self.told_of_stranger(self.viewer))
        thread.user_id = self.interviewer
        self.receive_of_stranger(sid="2")
        self.assertFalse(self.told_of_stranger(self.interviewer))

    def test_of_a_number_of_nobody_by_email(self):
        """With words only where the company allows it."""
        self.viewer.notification_type = "email"
        self.receive_of_stranger(sid="1")
        mails = self.env["mail.mail"].sudo()
        self.assertTrue(self.told_of_stranger(self.viewer))
        self.assertFalse(mails.search([("body_html", "ilike", "secret answer")]))
        self.company.sms_mail_text = True
        thread = self.receive_of_stranger(sid="2")
        mail = mails.search([("body_html", "ilike", "secret answer")])
        self.assertEqual(mail.recipient_ids, self.viewer.partner_id)
        self.assertIn(f"/odoo/{thread.id}/sms-inbox", mail.body_html)
        self.assertTrue(mail.auto_delete)
