from odoo import Command
from odoo.tests import new_test_user, tagged

from .common import TextingCase

PREFIX = "hr_recruitment_texting.group_sms_"


@tagged("post_install", "-at_install")
class TestLeaving(TextingCase):
    """A recruiter leaves, or may not text any more."""

    def setUp(self):
        super().setUp()
        self.append("granted", "job_form")
        self.recruiter = self.make_user(
            "recruiter", f"hr_recruitment.group_hr_recruitment_user,{PREFIX}send"
        )
        self.applicant.user_id = self.recruiter

    def plan(self, body="See you", user=None, applicant=None):
        applicant = (applicant or self.applicant).with_user(user or self.sender)
        return self.env["hr.sms.message"].browse(
            applicant.sms_send(body, scheduled_date="2099-01-01 10:00:00")
        )

    def notes(self, user, words="are yours now"):
        return self.env["mail.message"].search(
            [
                ("subject", "like", words),
                ("notified_partner_ids", "in", user.partner_id.ids),
            ]
        )

    def archive(self, user):
        user.with_user(self.env.ref("base.user_admin")).action_archive()

    def test_the_recruiter_of_the_applicant_takes_over(self):
        planned = self.plan("Secret words")
        self.archive(self.sender)
        [note] = self.notes(self.recruiter)
        self.assertIn("has left", note.body)
        self.assertIn("Robin Candidate", note.body)
        self.assertIn("2099", note.body.replace("1/1/99", "2099"))
        self.assertNotIn("Secret", note.body)
        # Still planned, and still theirs who wrote it.
        self.assertEqual((planned.state, planned.author_id), ("scheduled", self.sender))
        [shown] = self.applicant.with_user(self.recruiter).sms_tab()["planned"]
        self.assertEqual(shown["author_name"], self.sender.name)
        self.assertTrue(shown["can_edit"])
        planned.with_user(self.recruiter).sms_reschedule(body="Other words")
        planned.scheduled_date = "2020-01-01"
        self.assertEqual(self.drain().bodies, ["Other words"])

    def test_who_is_deleted_leaves_their_texts_too(self):
        planned = self.plan("Secret words")
        thread = self.thread_of(self.applicant)
        thread.user_id = self.sender
        name = self.sender.name
        self.sender.with_user(self.env.ref("base.user_admin")).unlink()
        [note] = self.notes(self.recruiter)
        self.assertIn(f"{name} has left", note.body)
        self.assertNotIn("Secret", note.body)
        self.assertFalse(thread.user_id)
        [shown] = self.applicant.with_user(self.recruiter).sms_tab()["planned"]
        self.assertEqual(shown["id"], planned.id)
        self.assertTrue(shown["can_edit"])
        planned.scheduled_date = "2020-01-01"
        self.assertEqual(self.drain().bodies, ["Secret words"])

    def test_without_a_recruiter_the_managers_do(self):
        self.applicant.user_id = False
        self.applicant.message_unsubscribe(self.applicant.message_partner_ids.ids)
        self.plan()
        self.archive(self.sender)
        self.assertTrue(self.notes(self.manager))
        self.assertFalse(self.notes(self.recruiter))

    def test_the_one_who_left_was_the_recruiter_too(self):
        self.applicant.user_id = self.sender
        self.plan()
        self.archive(self.sender)
        self.assertFalse(self.notes(self.sender))
        self.assertTrue(self.notes(self.manager) or self.notes(self.recruiter))

    def test_one_notice_for_each_applicant(self):
        other = self.make_applicant(
            partner_name="Kim", partner_phone="+12025550143", user_id=self.recruiter.id
        )
        self.append("granted", "job_form", other)
        self.plan()
        self.plan("Again")
        self.plan(applicant=other)
        self.archive(self.sender)
        self.assertEqual(len(self.notes(self.recruiter)), 2)

    def test_who_has_planned_nothing_leaves_without_a_notice(self):
        self.plan(user=self.manager)
        self.archive(self.sender)
        self.assertFalse(self.notes(self.recruiter))

    def test_who_loses_the_right_to_send(self):
        planned = self.plan()
        group = self.env.ref(f"{PREFIX}send")
        admin = self.env.ref("base.user_admin")
        self.sender.with_user(admin).write({"group_ids": [Command.unlink(group.id)]})
        [note] = self.notes(self.recruiter)
        self.assertIn("may not send texts any more", note.body)
        # It was authorised when it was written.
        planned.scheduled_date = "2020-01-01"
        self.assertEqual(self.drain().bodies, ["See you"])

    def test_who_loses_it_by_a_change_of_the_group(self):
        self.plan()
        group = self.env.ref(f"{PREFIX}send")
        admin = self.env.ref("base.user_admin")
        group.with_user(admin).write({"user_ids": [Command.unlink(self.sender.id)]})
        self.assertTrue(self.notes(self.recruiter))

    def test_who_loses_the_company(self):
        self.plan()
        other = self.env["res.company"].create({"name": "Other"})
        self.sender.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.assertTrue(self.notes(self.recruiter))

    def test_a_change_that_takes_nothing_away_tells_nobody(self):
        self.plan()
        self.sender.write({"group_ids": [Command.link(self.env.ref(f"{PREFIX}manager").id)]})
        self.sender.write({"active": True, "name": "Another Name"})
        self.assertFalse(self.notes(self.recruiter))

    def test_threads_become_unassigned(self):
        thread = self.thread_of(self.applicant)
        others = self.thread_of(self.make_applicant(partner_phone="+12025550143"))
        thread.user_id, others.user_id = self.sender, self.manager
        self.archive(self.sender)
        self.assertFalse(thread.user_id)
        self.assertEqual(others.user_id, self.manager)

    def test_threads_of_who_may_not_view_any_more(self):
        thread = self.thread_of(self.applicant)
        thread.user_id = self.sender
        self.sender.write({"group_ids": [Command.unlink(self.env.ref(f"{PREFIX}send").id)]})
        # Send brought View along.
        self.assertFalse(thread.user_id)

    def test_a_text_that_does_not_go_after_its_author_left(self):
        self.plan()
        self.archive(self.sender)
        self.applicant.with_user(self.manager).sms_consent_withdraw(note="on the phone")
        [note] = self.notes(self.recruiter, "was not sent")
        self.assertIn(self.sender.name, note.body)
        self.assertIn("Consent was withdrawn", note.body)

    def test_portal_users_change_as_before(self):
        portal = new_test_user(self.env, "sms_portal", "base.group_portal")
        portal.write({"active": False})
        self.assertFalse(portal.active)
