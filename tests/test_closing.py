from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .common import CANDIDATE, TextingCase


@tagged("post_install", "-at_install")
class TestClosing(TextingCase):
    """Hired, refused or archived while texts wait."""

    def setUp(self):
        super().setUp()
        self.append("granted", "job_form")
        self.hired = self.env["hr.recruitment.stage"].create(
            {"name": "Contract Signed", "hired_stage": True}
        )
        self.reason = self.env["hr.applicant.refuse.reason"].create({"name": "No"})

    def plan(self, body="See you at the interview", applicant=None, user=None):
        applicant = (applicant or self.applicant).with_user(user or self.sender)
        return self.env["hr.sms.message"].browse(
            applicant.sms_send(body, scheduled_date="2099-01-01 10:00:00")
        )

    def automatic(self):
        text = self.applicant._sms_text(CANDIDATE, "Automatic", kind="auto")
        [offer] = self.env["hr.sms.message"]._offer([text], scheduled_date=None)
        offer.message.write({"wait_code": "quiet_hours", "next_attempt_date": "2099-01-01"})
        return offer.message

    def wizard(self, applicants=None, user=None, **values):
        applicants = applicants or self.applicant
        model = self.env["applicant.get.refuse.reason"].with_user(user or self.sender)
        return model.create(
            {
                "refuse_reason_id": self.reason.id,
                "applicant_ids": applicants.ids,
                "send_mail": False,
                **values,
            }
        )

    def notes(self, user):
        return self.env["mail.message"].search(
            [
                ("subject", "like", "are still planned"),
                ("notified_partner_ids", "in", user.partner_id.ids),
            ]
        )

    def asked(self, user):
        self.env.cr.precommit.run()  # the bus collects until then
        return (
            self.env["bus.bus"]
            .sudo()
            .search_count(
                [
                    ("message", "like", '"hr_recruitment_texting/closed"'),
                    ("channel", "like", f'"res.partner",{user.partner_id.id}]'),
                ]
            )
        )

    # -- the refuse dialog --

    def test_the_dialog_lists_them_and_cancels_by_default(self):
        planned = self.plan() | self.automatic()
        wizard = self.wizard()
        self.assertEqual(wizard.sms_planned_ids, planned.with_user(self.sender))
        self.assertTrue(wizard.sms_cancel_planned)
        wizard.action_refuse_reason_apply()
        self.assertFalse(self.applicant.active)
        self.assertEqual(set(planned.mapped("state")), {"canceled"})
        self.assertIn(self.sender.name, planned[0].failure_reason)
        self.assertEqual(self.thread_of(self.applicant).consent_state, "granted")
        self.assertFalse(self.asked(self.sender))
        self.assertFalse(self.applicant.with_user(self.sender).sms_tab()["closing"])

    def test_kept_they_go_and_nobody_asks_again(self):
        planned = self.plan()
        self.wizard(sms_cancel_planned=False).action_refuse_reason_apply()
        self.assertEqual(planned.state, "scheduled")
        self.assertFalse(self.applicant.with_user(self.sender).sms_tab()["closing"])
        self.assertFalse(self.notes(self.sender) or self.asked(self.sender))
        planned.scheduled_date = "2020-01-01"
        self.assertEqual(self.drain().bodies, ["See you at the interview"])

    def test_the_dialog_form(self):
        self.plan()
        wizards = self.env["applicant.get.refuse.reason"].with_user(self.sender)
        with Form(wizards.with_context(default_applicant_ids=self.applicant.ids)) as form:
            form.refuse_reason_id = self.reason
            self.assertEqual(len(form.sms_planned_ids), 1)
            self.assertTrue(form.sms_cancel_planned)
        for user in (self.nobody, self.viewer):
            view = self.env["applicant.get.refuse.reason"].with_user(user).get_view()
            self.assertNotIn("sms_planned_ids", view["arch"])

    def test_duplicates_refused_with_it(self):
        again = self.make_applicant(email_from="robin@example.com")
        self.applicant.email_from = "robin@example.com"
        planned = self.plan() | self.plan(applicant=again)
        wizard = self.wizard(duplicates=True, duplicate_applicant_ids=again.ids)
        self.assertEqual(wizard.sms_planned_ids.ids, planned.sorted("id", reverse=True).ids)
        wizard.action_refuse_reason_apply()
        self.assertEqual(set(planned.mapped("state")), {"canceled"})

    def test_texts_of_others_stay(self):
        other = self.make_applicant(partner_name="Kim", partner_phone="+12025550143")
        self.append("granted", "job_form", other)
        planned = self.plan(applicant=other)
        self.plan()
        self.wizard().action_refuse_reason_apply()
        self.assertEqual(planned.state, "scheduled")

    def test_who_may_not_send_is_not_asked_but_the_author_is_told(self):
        planned = self.plan("Secret words")
        wizard = self.wizard(user=self.nobody)
        with self.assertRaises(AccessError):
            wizard.read(["sms_planned_ids"])
        wizard.action_refuse_reason_apply()
        self.assertEqual(planned.state, "scheduled")
        [note] = self.notes(self.sender)
        self.assertIn("Robin Candidate was refused", note.body)
        self.assertNotIn("Secret", note.body)
        self.assertFalse(self.asked(self.nobody))
        self.assertTrue(self.applicant.with_user(self.sender).sms_tab()["closing"])

    # -- without a dialog --

    def test_hired_by_drag(self):
        planned = self.plan() | self.plan("And bring your papers")
        self.applicant.with_user(self.sender).stage_id = self.hired
        closing = self.applicant.with_user(self.sender).sms_closing()
        self.assertEqual(closing["count"], 2)
        self.assertIn("Robin Candidate was hired", closing["text"])
        self.assertEqual(self.asked(self.sender), 1)
        self.assertFalse(self.notes(self.sender))  # they are asked at once
        self.assertEqual(set(planned.mapped("state")), {"scheduled"})

    def test_archived_by_somebody_else(self):
        self.plan()
        self.applicant.with_user(self.manager).action_archive()
        self.assertEqual(self.asked(self.manager), 1)
        [note] = self.notes(self.sender)
        self.assertIn("archived", note.body)

    def test_cancel_them(self):
        planned = self.plan() | self.automatic()
        applicant = self.applicant.with_user(self.sender)
        applicant.stage_id = self.hired
        self.assertEqual(set(applicant.sms_closing_decide("cancel")), set(planned.ids))
        self.assertEqual(set(planned.mapped("state")), {"canceled"})
        self.assertFalse(applicant.sms_closing())

    def test_keep_them(self):
        planned = self.plan()
        applicant = self.applicant.with_user(self.sender)
        applicant.stage_id = self.hired
        self.assertEqual(applicant.sms_closing_decide("keep"), planned.ids)
        self.assertFalse(applicant.sms_closing())
        self.assertEqual(planned.state, "scheduled")
        # Refused later after all: asked anew.
        applicant.action_archive()
        self.assertFalse(applicant.sms_closing())  # it was closed already
        applicant.action_unarchive()
        applicant.action_archive()
        self.assertTrue(applicant.sms_closing())

    def test_opened_again_there_is_nothing_to_decide(self):
        self.plan()
        applicant = self.applicant.with_user(self.sender)
        applicant.action_archive()
        self.assertTrue(applicant.sms_closing())
        applicant.action_unarchive()
        self.assertFalse(applicant.sms_closing())

    def test_what_was_planned_afterwards_is_meant(self):
        applicant = self.applicant.with_user(self.sender)
        applicant.stage_id = self.hired
        self.plan("Welcome aboard")
        self.assertFalse(applicant.sms_closing())

    def test_a_move_between_open_stages_asks_nothing(self):
        self.plan()
        stage = self.env["hr.recruitment.stage"].create({"name": "Second Interview"})
        self.applicant.with_user(self.sender).stage_id = stage
        self.assertFalse(self.applicant.with_user(self.sender).sms_closing())
        self.assertFalse(self.asked(self.sender))

    def test_several_at_once(self):
        other = self.make_applicant(partner_name="Kim", partner_phone="+12025550143")
        self.append("granted", "job_form", other)
        both = (self.applicant | other).with_user(self.sender)
        self.plan()
        self.plan(applicant=other)
        both.action_archive()
        self.assertIn("2 applications were closed", both.sms_closing()["text"])
        self.assertEqual(self.asked(self.sender), 1)

    def test_too_late_to_decide(self):
        planned = self.plan()
        applicant = self.applicant.with_user(self.sender)
        applicant.stage_id = self.hired
        planned.state = "sending"
        self.assertEqual(applicant.sms_closing_decide("cancel"), [])
        self.assertEqual(planned.state, "sending")

    # -- rights --

    def test_rights(self):
        self.plan()
        self.applicant.stage_id = self.hired
        viewer = self.applicant.with_user(self.viewer)
        self.assertTrue(viewer.sms_closing())
        with self.assertRaises(AccessError):
            viewer.sms_closing_decide("cancel")
        for method in ("sms_closing", "sms_closing_decide"):
            with self.assertRaises(AccessError):
                args = ["cancel"] if method == "sms_closing_decide" else []
                getattr(self.applicant.with_user(self.nobody), method)(*args)
        with self.assertRaises(ValidationError):
            self.applicant.with_user(self.sender).sms_closing_decide("perhaps")

    def test_a_client_cannot_say_that_it_asked(self):
        self.plan()
        applicant = self.applicant.with_user(self.sender)
        applicant.with_context(hr_sms_closing=True).action_archive()
        self.assertTrue(applicant.sms_closing())

    def test_moving_many_costs_no_query_each(self):
        applicants = self.env["hr.applicant"].create(
            [
                {"partner_name": f"No {n}", "job_id": self.job.id, "company_id": self.company.id}
                for n in range(20)
            ]
        )
        self.env.flush_all()
        few, many = applicants[:5], applicants[5:]
        with self.assertQueryCount(1):
            few._sms_planned()
        with self.assertQueryCount(1):
            many._sms_planned()
