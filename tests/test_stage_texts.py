"""A stage texts whoever reaches it: by the gate, after its delay, unless something came first."""

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import CANDIDATE, OUR_NUMBER, TextingCase
from .test_people import PeopleMixin


@tagged("post_install", "-at_install")
class TestStageTexts(PeopleMixin, TextingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sms_stage_texts = True
        cls.template = cls.env["sms.template"].create(
            {
                "name": "Interview",
                "model_id": cls.env["ir.model"]._get_id("hr.applicant"),
                "body": "Hi {{ object.partner_name }}, come and see {{ user.name }}.",
            }
        )
        cls.first, cls.second, cls.hired = cls.env["hr.recruitment.stage"].create(
            [
                {"name": "First", "sequence": 1},
                {"name": "Second", "sequence": 2, "sms_template_id": cls.template.id},
                {"name": "Hired", "sequence": 3, "hired_stage": True},
            ]
        )
        cls.applicant.stage_id = cls.first

    def move(self, stage=None, applicants=None, user=None):
        applicants = applicants or self.applicant
        applicants.with_user(user or self.nobody).write({"stage_id": (stage or self.second).id})
        self.end_of_transaction()

    def end_of_transaction(self):
        self.env.flush_all()
        self.env.cr.precommit.run()

    def texts(self, applicant=None):
        applicant = applicant or self.applicant
        self.env.invalidate_all()
        return self.env["hr.sms.message"].search([("applicant_id", "=", applicant.id)])

    def receive(self, body="Hello", follow_up=True):
        self.env["hr.sms.message"].sudo()._receive(
            self.company.ids,
            f"SM{len(self.texts()):032}",
            {"From": CANDIDATE, "To": OUR_NUMBER, "Body": body},
        )
        self.env.flush_all()
        if follow_up:
            self.env["hr.sms.message"]._follow_up()
        self.env.invalidate_all()

    def test_text_of_the_stage(self):
        self.applicant.user_id = self.sender
        self.grant()
        self.move()  # by somebody without any right of texting: the stage sends it
        text = self.texts()
        self.assertEqual(
            text.body, f"Hi {self.applicant.partner_name}, come and see {self.sender.name}."
        )
        self.assertEqual(
            (text.kind, text.state, text.stage_id, text.template_id),
            ("auto", "queued", self.second, self.template),
        )
        self.assertFalse(text.author_id)
        self.assertEqual(self.drain("bulk").bodies, [text.body])

    def test_off_by_default(self):
        self.assertFalse(self.env["res.company"].create({"name": "New"}).sms_stage_texts)
        self.company.sms_stage_texts = False
        self.grant()
        self.move()
        self.assertFalse(self.texts())

    def test_without_consent_it_is_kept_as_not_sent(self):
        self.move()
        text = self.texts()
        self.assertEqual((text.state, text.failure_code), ("canceled", "consent_none"))
        self.assertFalse(self.drain("bulk").sent)

    def test_same_stage_again_is_no_arrival(self):
        self.grant()
        self.move()
        self.move()
        self.assertEqual(len(self.texts()), 1)

    def test_moved_twice_at_once_texts_where_it_ends(self):
        self.grant()
        self.applicant.stage_id = self.second
        self.applicant.stage_id = self.first
        self.end_of_transaction()
        self.assertFalse(self.texts())

    def test_new_application_whose_consent_comes_after_it(self):
        """As the job form does: the application, then the consent, in one transaction."""
        applicant = self.make_applicant(partner_phone="+12025550150", stage_id=self.second.id)
        self.grant(applicant)
        self.end_of_transaction()
        self.assertEqual(self.texts(applicant).state, "queued")

    def test_after_the_delay(self):
        self.second.sms_delay = 24
        self.grant()
        with freeze_time("2026-03-02 15:00:00"):
            self.move()
        text = self.texts()
        self.assertEqual(text.state, "scheduled")
        self.assertEqual(text.scheduled_date, fields.Datetime.to_datetime("2026-03-03 15:00:00"))

    def test_not_when_the_application_moved_on(self):
        self.second.sms_delay = 24
        self.grant()
        self.move()
        self.move(self.first)
        self.assertEqual(
            [(text.state, text.failure_code) for text in self.texts()], [("canceled", "stage_left")]
        )

    def test_not_when_the_candidate_wrote(self):
        self.second.sms_delay = 24
        self.grant()
        self.move()
        waiting = self.texts()
        self.receive()
        self.assertEqual((waiting.state, waiting.failure_code), ("canceled", "stage_answered"))
        self.assertIn("wrote first", waiting.failure_reason)

    def test_what_the_candidate_wrote_before_the_stage_stops_nothing(self):
        """The text is followed up by a cron, after the move."""
        self.second.sms_delay = 24
        self.grant()
        self.receive(follow_up=False)
        self.move()
        waiting = self.texts().filtered("stage_id")
        self.env["hr.sms.message"]._follow_up()
        self.env.invalidate_all()
        self.assertEqual(waiting.state, "scheduled")
        self.receive("And now?")
        self.assertEqual((waiting.state, waiting.failure_code), ("canceled", "stage_answered"))

    def test_who_was_refused_or_archived_gets_none(self):
        reason = self.env["hr.applicant.refuse.reason"].create({"name": "Too late"})
        self.grant()
        for closed in ({"active": False, "refuse_reason_id": reason.id}, {"active": False}):
            self.applicant.write(closed)
            self.move()
            self.assertFalse(self.texts())
            self.applicant.write({"stage_id": self.first.id, "refuse_reason_id": False})
        self.applicant.active = True
        self.move()
        self.assertTrue(self.texts())

    def test_texts_by_hand_stay_when_the_candidate_wrote(self):
        self.grant()
        self.send(scheduled_date="2099-01-01 00:00:00")
        self.receive()
        self.assertIn("scheduled", self.texts().mapped("state"))

    def test_hired_asks_nothing_about_it(self):
        """The text of the stage left is canceled: there is nothing to decide."""
        self.second.sms_delay = 24
        self.grant()
        self.move()
        self.move(self.hired)
        self.assertFalse(self.tab()["closing"])

    def test_broken_template_holds_up_nobody(self):
        self.template.body = "{{ object.no_such_field }}"
        self.grant()
        with self.assertLogs("odoo.addons.mail.models.mail_render_mixin"):
            self.move()
        self.assertEqual(self.applicant.stage_id, self.second)
        text = self.texts()
        self.assertEqual((text.state, text.stage_id), ("canceled", self.second))
        self.assertIn("template Interview cannot be filled in", text.failure_reason)
        self.assertFalse(self.drain("bulk").sent)

    def test_one_without_a_name_takes_the_text_from_nobody(self):
        self.template.body = "Hi {{ object.partner_name.split(' ')[0] }}"
        nameless = self.make_applicant(partner_phone="+12025550151", stage_id=self.first.id)
        nameless.partner_name = False
        unasked = self.make_applicant(partner_phone="+12025550152", stage_id=self.first.id)
        unasked.partner_name = False
        other = self.make_applicant(partner_phone="+12025550153", stage_id=self.first.id)
        for applicant in (self.applicant, nameless, other):
            self.grant(applicant)
        with self.assertLogs("odoo.addons.mail.models.mail_render_mixin"):
            self.move(applicants=self.applicant | nameless | unasked | other)
        self.assertEqual(len(self.drain("bulk").sent), 2)
        [shown] = self.tab(nameless)["messages"]
        self.assertEqual(shown["state"], "canceled")
        self.assertIn("template Interview cannot be filled in", shown["failure_reason"])
        # What has to be settled first is named first.
        self.assertEqual(self.texts(unasked).failure_code, "consent_none")

    def test_a_template_without_words_for_somebody_says_nothing(self):
        self.template.body = "{{ object.partner_name and '' }}"
        self.grant()
        self.move()
        self.assertFalse(self.texts())

    def test_many_at_once(self):
        applicants = self.applicant
        for number in range(20):
            applicants += self.make_applicant(
                partner_phone=f"+120255502{number:02}", stage_id=self.first.id
            )
        for applicant in applicants:
            self.grant(applicant)
        self.move(applicants=applicants)
        self.assertEqual(len(self.drain("bulk").sent), 21)

    def test_whoever_may_copy_a_stage_still_can_and_the_copy_texts_nobody(self):
        self.second.sms_delay = 24
        recruiting = self.make_user("recruiting", "hr_recruitment.group_hr_recruitment_manager")
        for user in (recruiting, self.env.ref("base.user_admin")):
            copied = self.second.with_user(user).copy().sudo()
            self.assertFalse(copied.sms_template_id)
            self.assertFalse(copied.sms_delay)

    def test_only_managers_set_it_up(self):
        officer = self.second.with_user(self.sender)
        with self.assertRaises(AccessError):
            officer.write({"sms_template_id": False})
        with self.assertRaises(AccessError):
            officer.read(["sms_delay"])
        with self.assertRaises(ValidationError):
            self.second.sms_delay = -1
        with self.assertRaises(ValidationError):
            self.second.sms_delay = 9000
