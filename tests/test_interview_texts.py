from contextlib import contextmanager, nullcontext
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.sms.tools.sms_api import SmsApi

from .common import CANDIDATE, TextingCase

COLLEAGUE = "+12025550188"


class CoreSmsCase(TextingCase):
    """What Odoo itself hands to its SMS provider is remembered in ``left_by_core``."""

    def setUp(self):
        super().setUp()
        self.left_by_core = []
        self.startPatcher(
            patch.object(
                SmsApi,
                "_send_sms_batch",
                lambda api, messages, **kwargs: [
                    self.left_by_core.append(number["number"])
                    or {"uuid": number["uuid"], "state": "success", "credit": 1}
                    for message in messages
                    for number in message["numbers"]
                ],
            )
        )

    def texts_of(self, applicant):
        return self.env["hr.sms.message"].search([("applicant_id", "=", applicant.id)])


@tagged("post_install", "-at_install")
class TestInterviewTexts(CoreSmsCase):
    """The SMS button of an interview, and other ways to text its attendees."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.candidate = cls.env["res.partner"].create(
            {"name": "Robin Candidate", "phone": CANDIDATE}
        )
        cls.colleague = cls.env["res.partner"].create({"name": "Kim", "phone": COLLEAGUE})
        cls.applicant.partner_id = cls.candidate
        cls.event = cls.make_event(applicant_id=cls.applicant.id)

    @classmethod
    def make_event(cls, **values):
        return cls.env["calendar.event"].create(
            {
                "name": "Interview",
                "partner_ids": [Command.set((cls.candidate | cls.colleague).ids)],
                "start": "2030-01-01 10:00:00",
                "stop": "2030-01-01 11:00:00",
                **values,
            }
        )

    def composer(self, event=None, user=None, **values):
        """Open the composer as the event's SMS button does."""
        event = (event or self.event).with_user(user or self.sender)
        context = event.action_send_sms()["context"]
        composers = self.env["sms.composer"].with_user(user or self.sender)
        return composers.with_context(**context).create({"body": "See you at 10", **values})

    def refused(self):
        """Return the reason that is kept in the conversation."""
        [message] = self.texts_of(self.applicant)
        self.assertEqual(message.state, "canceled")
        return message.failure_code

    def test_without_consent_only_the_others_get_it(self):
        result = self.composer().action_send_sms_mass_now()
        self.assertEqual(self.left_by_core, [COLLEAGUE])
        self.assertEqual(self.refused(), "consent_none")
        self.assertEqual(result["params"]["title"], "1 text is on its way")
        self.assertIn("1 not sent: There is no consent", result["params"]["message"])
        self.assertFalse(self.drain(None).sent)
        self.assertNotIn("See you", " ".join(map(str, self.candidate.message_ids.mapped("body"))))
        self.assertIn("See you", " ".join(map(str, self.colleague.message_ids.mapped("body"))))

    def test_with_consent_the_candidate_gets_it_by_our_queue(self):
        self.append("granted", "job_form", scope="reminders")
        self.assertFalse(self.composer().action_send_sms_mass_now())
        self.assertEqual(self.left_by_core, [COLLEAGUE])
        [text] = self.drain(None).sent
        self.assertEqual((text.to, text.body), (CANDIDATE, "See you at 10"))
        message = self.texts_of(self.applicant)
        self.assertEqual((message.author_id, message.kind), (self.sender, "direct"))
        self.assertNotIn("See you", " ".join(map(str, self.candidate.message_ids.mapped("body"))))

    def test_as_a_form(self):
        """In the web client the events come by the action's context alone."""
        self.append("declined", "job_form")
        context = self.event.with_user(self.sender).action_send_sms()["context"]
        composers = self.env["sms.composer"].with_user(self.sender).with_context(**context)
        with Form(composers) as form:
            form.body = "See you at 10"
        form.save().action_send_sms_mass_now()
        self.assertEqual(self.left_by_core, [COLLEAGUE])
        self.assertEqual(self.refused(), "consent_declined")

    def test_the_candidate_alone(self):
        event = self.make_event(
            applicant_id=self.applicant.id, partner_ids=[Command.set(self.candidate.ids)]
        )
        with self.assertRaisesRegex(UserError, "There is no consent"):
            self.composer(event).action_send_sms_mass_now()
        self.assertFalse(self.left_by_core)

    def test_in_all_modes(self):
        one = {"res_ids": False, "res_id": self.candidate.id}
        modes = {
            "comment on one": {"composition_mode": "comment", **one},
            "comment with a number": {
                "composition_mode": "comment",
                **one,
                "recipient_single_number_itf": "(202) 555-0142",
            },
            "comment on many": {"composition_mode": "comment"},
            "numbers": {
                "composition_mode": "numbers",
                "numbers": f"(202) 555-0142,{COLLEAGUE}",
            },
            "number of one": {
                "composition_mode": "numbers",
                **one,
                "recipient_single_number_itf": CANDIDATE,
            },
            "mass": {"composition_mode": "mass", "mass_force_send": True},
            "mass without note": {
                "composition_mode": "mass",
                "mass_force_send": True,
                "mass_keep_log": False,
                "use_exclusion_list": False,
            },
        }
        for event in ("declined", "granted"):
            self.append(event, "job_form")
            for name, values in modes.items():
                with self.subTest(name, event=event):
                    self.left_by_core.clear()
                    composer = self.composer(**values)
                    if event == "declined" and ("one" in name or "a number" in name):
                        with self.assertRaises(UserError):
                            composer.action_send_sms()
                    else:
                        composer.action_send_sms()
                    self.assertNotIn(CANDIDATE, self.left_by_core)
                    self.assertEqual(
                        [text.to for text in self.drain(None).sent],
                        [CANDIDATE] if event == "granted" else [],
                    )

    def test_a_composer_on_the_event_itself(self):
        """Server actions and automations make one; so does whoever calls Odoo from outside."""
        event = self.make_event(
            applicant_id=self.applicant.id, partner_ids=[Command.set(self.candidate.ids)]
        )
        self.append("declined", "job_form")
        composers = self.env["sms.composer"].with_user(self.sender)
        for values in (
            {"composition_mode": "comment", "res_id": event.id},
            {"composition_mode": "mass", "res_ids": repr(event.ids), "mass_force_send": True},
            {"composition_mode": "numbers", "res_id": event.id, "numbers": CANDIDATE},
            {
                "res_model": "calendar.attendee",
                "composition_mode": "mass",
                "res_ids": repr(event.attendee_ids.ids),
                "number_field_name": "phone",
                "mass_force_send": True,
            },
        ):
            composer = composers.create({"res_model": "calendar.event", "body": "Hi", **values})
            with self.subTest(str(values)), self.assertRaises(UserError):
                composer.action_send_sms()
        event._message_sms_schedule_mass(body="Hi", mass_force_send=True)
        self.assertEqual(self.refused(), "consent_declined")
        self.assertFalse(self.left_by_core)

    def test_by_hand_needs_the_right_to_send(self):
        self.append("granted", "job_form")
        for user in (self.viewer, self.nobody):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.composer(user=user).action_send_sms_mass_now()
            composer = (
                self.env["sms.composer"]
                .with_user(user)
                .create(
                    {
                        "res_model": "calendar.event",
                        "res_id": self.event.id,
                        "composition_mode": "comment",
                        "body": "Hi",
                        "numbers": CANDIDATE,
                    }
                )
            )
            with self.subTest(user.login), self.assertRaises(AccessError):
                composer.action_send_sms()
        self.assertFalse(self.drain(None).sent)
        self.assertFalse(self.left_by_core)

    def test_an_event_tied_to_the_applicants_page_only(self):
        event = self.make_event(
            res_model_id=self.env["ir.model"]._get_id("hr.applicant"), res_id=self.applicant.id
        )
        event.applicant_id = False
        self.composer(event).action_send_sms_mass_now()
        self.assertEqual(self.left_by_core, [COLLEAGUE])
        self.assertEqual(self.refused(), "consent_none")

    def test_other_meetings_are_untouched(self):
        self.append("declined", "job_form")
        meeting = self.make_event()
        self.composer(meeting, user=self.nobody).action_send_sms_mass_now()
        self.assertCountEqual(self.left_by_core, [CANDIDATE, COLLEAGUE])
        self.assertFalse(self.texts_of(self.applicant))

    def test_who_opted_out_gets_none_of_those_either(self):
        self.append("withdrawn", "keyword")
        meeting = self.make_event()
        self.composer(meeting).with_company(self.company).action_send_sms_mass_now()
        self.assertEqual(self.left_by_core, [COLLEAGUE])
        note = self.candidate.message_ids.filtered(lambda message: message.message_type == "sms")
        self.assertIn("this number opted out", note.body, "the note on the contact says so")
        note = self.colleague.message_ids.filtered(lambda message: message.message_type == "sms")
        self.assertNotIn("opted out", note.body)


@tagged("post_install", "-at_install")
class TestBackDoors(CoreSmsCase):
    """Doors nobody uses on purpose."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.env["res.partner"].create(
            {"name": "Kim", "phone": COLLEAGUE, "company_id": cls.company.id}
        )

    def notify(self, user, record=None):
        """``message_notify`` takes the parameters that send an SMS, and is open to RPC."""
        values = {"partner_ids": self.partner.ids, "body": "Hi", "sms_numbers": [CANDIDATE]}
        if record is None:
            values |= {"model": "hr.applicant", "res_id": self.applicant.id}
            record = self.env["mail.thread"]
        record.with_user(user).message_notify(**values)

    def test_notifications(self):
        for record in (self.applicant, None):
            with self.assertRaises(UserError):
                self.notify(self.sender, record)
            with self.assertRaises(AccessError):
                self.notify(self.nobody, record)
        self.append("granted", "job_form")
        with self.assertRaises(AccessError):
            self.notify(self.nobody)
        self.notify(self.sender)
        self.assertFalse(self.left_by_core)
        self.assertEqual([text.to for text in self.drain(None).sent], [CANDIDATE])

    def test_notifications_of_an_interview(self):
        event = self.env["calendar.event"].create(
            {
                "name": "Interview",
                "applicant_id": self.applicant.id,
                "start": "2030-01-01 10:00:00",
                "stop": "2030-01-01 11:00:00",
            }
        )
        values = {"partner_ids": self.partner.ids, "body": "Hi"}
        with self.assertRaises(UserError):
            event.with_user(self.sender).message_notify(sms_numbers=[CANDIDATE], **values)
        event.with_user(self.nobody).message_notify(sms_numbers=[COLLEAGUE], **values)
        self.assertEqual(self.left_by_core, [COLLEAGUE])

    def test_composers_without_applicants(self):
        thread = self.thread_of(self.applicant)
        for values in (
            {"res_model": "hr.applicant", "composition_mode": "numbers", "numbers": CANDIDATE},
            {
                "res_model": "hr.sms.thread",
                "composition_mode": "mass",
                "res_ids": repr(thread.ids),
                "number_field_name": "number",
            },
        ):
            composer = (
                self.env["sms.composer"].with_user(self.sender).create({"body": "Hi", **values})
            )
            with self.subTest(values["res_model"]), self.assertRaises(UserError):
                composer.action_send_sms()
        self.env["hr.applicant"]._message_sms_schedule_mass(body="Hi")
        self.assertFalse(self.left_by_core)

    def old_text(self, model="hr.applicant", **values):
        """A text from before the addon was installed, which failed."""
        record = self.applicant if model == "hr.applicant" else self.partner
        message = record.message_post(body="note")
        return self.env["sms.sms"].create(
            {
                "number": CANDIDATE,
                "body": "Hi",
                "mail_message_id": message.id,
                "record_company_id": self.company.id,
                "state": "error",
                "failure_type": "sms_server",
                **values,
            }
        )

    def test_retrying(self):
        admin = new_test_user(self.env, "sms_admin", groups="base.group_system")
        sending = new_test_user(
            self.env,
            "sms_sending_admin",
            groups="base.group_system,hr_recruitment.group_hr_recruitment_user,"
            "hr_recruitment_texting.group_sms_send",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        text = self.old_text()
        for method in ("resend_failed", "action_set_outgoing"):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(text.with_user(admin), method)()
        text.with_user(sending).resend_failed()
        self.assertEqual((text.state, text.failure_type), ("canceled", "sms_optout"))
        self.assertEqual(self.texts_of(self.applicant).failure_code, "consent_none")
        self.append("granted", "job_form")
        text.with_user(sending).action_set_outgoing()
        with self.assertRaises(AccessError):
            text.with_user(admin).send()
        with patch.object(self.registry["ir.cron"], "_commit_progress"):
            self.env["sms.sms"]._process_queue()
        self.assertFalse(self.left_by_core)
        self.assertEqual([text.to for text in self.drain(None).sent], [CANDIDATE])
        other = self.old_text("res.partner", number=COLLEAGUE)
        other.with_user(admin).resend_failed()
        self.assertEqual(self.left_by_core, [COLLEAGUE])

    def test_only_administrators_send_what_waits(self):
        for text in (self.old_text(), self.old_text("res.partner", number=COLLEAGUE)):
            text.state = "outgoing"
            self.env.flush_all()
            for method in ("send", "resend_failed", "action_set_outgoing"):
                self.env.invalidate_all()
                with self.subTest(method), self.assertRaises(AccessError):
                    getattr(text.with_user(self.sender), method)()
        self.assertFalse(self.left_by_core)

    def test_retrying_for_who_opted_out(self):
        text = self.old_text("res.partner")
        self.append("withdrawn", "keyword")
        text.resend_failed()
        self.assertEqual((text.state, text.failure_type), ("canceled", "sms_optout"))
        self.assertFalse(self.left_by_core)

    @contextmanager
    def without_us(self):
        """Odoo as it is without what the addon asks."""
        texts = self.registry["sms.sms"]
        with (
            patch.object(texts, "_cancel_closed", lambda self: self.browse()),
            patch.object(texts, "_lead_to_gate", lambda self: self.browse()),
            patch.object(texts, "_check_may_text_applicants", lambda self: None),
        ):
            yield

    def test_unrelated_texts_cost_one_query_a_batch(self):
        def extra(count):
            """Return how many queries creating and sending a batch costs more than in Odoo."""
            messages = [self.partner.message_post(body="note") for _i in range(2 * count)]
            queries = []
            for pile, asked in ((messages[:count], False), (messages[count:], True)):
                values = [
                    {"number": f"+120255501{n:02}", "body": "Hi", "mail_message_id": message.id}
                    for n, message in enumerate(pile)
                ]
                self.env.flush_all()
                with nullcontext() if asked else self.without_us():
                    start = self.env.cr.sql_log_count
                    texts = self.env["sms.sms"].create(values)
                    self.env.flush_all()
                    middle = self.env.cr.sql_log_count
                    texts.send()
                    self.env.flush_all()
                    queries.append((middle - start, self.env.cr.sql_log_count - middle))
            (create, send), (our_create, our_send) = queries
            return our_create - create, our_send - send

        extra(1)  # fills the caches
        self.assertEqual(extra(1), extra(50))
        self.assertTrue(all(number <= 1 for number in extra(50)), extra(50))
