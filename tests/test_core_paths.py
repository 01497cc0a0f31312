from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.sms.tools.sms_api import SmsApi

from ..models.hr_applicant_core_sms import AUTOMATION
from .common import CANDIDATE, OUR_NUMBER, TextingCase
from .live import ACCOUNT_SID, AUTH_TOKEN, LiveSimulator

STATES = {
    "none": [],
    "granted": [("granted", "job_form")],
    "declined": [("declined", "job_form")],
    "withdrawn": [("granted", "job_form"), ("withdrawn", "manual")],
    "locked": [("granted", "job_form"), ("withdrawn", "keyword")],
    "review": [("granted", "job_form"), ("review", "reply")],
}
FORMATS = {"E.164": CANDIDATE, "national": "(202) 555-0142", "extension": "202-555-0142 x 9"}


@tagged("post_install", "-at_install")
class TestCorePaths(TextingCase):
    """Every way Odoo itself has to text an applicant, for every state of their consent."""

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
        self.template = self.env["sms.template"].create(
            {
                "name": "Hello",
                "model_id": self.env["ir.model"]._get_id("hr.applicant"),
                "body": "Hello {{ object.partner_name }}",
            }
        )

    # -- the ways ----------------------------------------------------------------------------

    def composer(self, applicant, user=None, **values):
        return (
            self.env["sms.composer"]
            .with_user(user or self.sender)
            .create({"res_model": "hr.applicant", "body": "Hello Robin Candidate", **values})
        )

    def by_tab(self, applicant):
        applicant.with_user(self.sender).sms_send("Hello Robin Candidate")

    def by_comment(self, applicant):
        self.composer(applicant, res_id=applicant.id, composition_mode="comment").action_send_sms()

    def by_phone_icon(self, applicant):
        self.composer(
            applicant,
            res_id=applicant.id,
            composition_mode="comment",
            number_field_name="partner_phone",
        ).action_send_sms()

    def by_numbers(self, applicant):
        self.composer(
            applicant,
            res_id=applicant.id,
            composition_mode="numbers",
            numbers=applicant.sms_number,
        ).action_send_sms()

    def by_mass(self, applicant, **values):
        self.composer(
            applicant, res_ids=repr(applicant.ids), composition_mode="mass", **values
        ).action_send_sms_mass_now()

    def by_mass_without_exclusion_list(self, applicant):
        self.by_mass(applicant, use_exclusion_list=False, mass_keep_log=False)

    def by_server_action(self, applicant, method="sms"):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Text",
                "model_id": self.template.model_id.id,
                "state": "sms",
                "sms_template_id": self.template.id,
                "sms_method": method,
            }
        )
        action.with_context(active_model="hr.applicant", active_ids=applicant.ids).run()

    def by_server_action_with_note(self, applicant):
        self.by_server_action(applicant, "comment")

    def by_server_action_note_only(self, applicant):
        self.by_server_action(applicant, "note")

    def by_message_sms(self, applicant):
        applicant._message_sms("Hello Robin Candidate")

    def by_template(self, applicant):
        applicant._message_sms_with_template(template=self.template)

    def by_schedule_mass(self, applicant):
        applicant._message_sms_schedule_mass(template=self.template)

    def by_message_post(self, applicant):
        applicant.with_user(self.sender).message_post(
            body="Hello Robin Candidate", message_type="sms"
        )

    def by_row_created_in_code(self, applicant):
        note = applicant.message_post(body="note")
        self.env["sms.sms"].create(
            {
                "number": applicant.sms_number,
                "body": "Hello Robin Candidate",
                "mail_message_id": note.id,
                "record_company_id": self.company.id,
            }
        ).send()

    def by_calendar_reminder(self, applicant):
        event = self.event(applicant)
        alarm = self.env["calendar.alarm"].create(
            {"name": "SMS", "alarm_type": "sms", "duration": 1, "interval": "hours"}
        )
        event._do_sms_reminder(alarm)

    def event(self, applicant):
        applicant.partner_id = applicant.partner_id or self.env["res.partner"].create(
            {"name": "Robin Candidate", "phone": applicant.sms_number}
        )
        return self.env["calendar.event"].create(
            {
                "name": "Hello Robin Candidate",
                "applicant_id": applicant.id,
                "partner_ids": [(6, 0, applicant.partner_id.ids)],
                "start": "2030-01-01 10:00:00",
                "stop": "2030-01-01 11:00:00",
            }
        )

    def by_interview_button(self, applicant):
        context = self.event(applicant).with_user(self.sender).action_send_sms()["context"]
        composers = self.env["sms.composer"].with_user(self.sender).with_context(**context)
        composers.create({"body": "Hello Robin Candidate"}).action_send_sms_mass_now()

    def by_notification(self, applicant):
        partner = self.sender.partner_id
        applicant.with_user(self.sender).message_notify(
            body="Hello Robin Candidate",
            partner_ids=partner.ids,
            sms_numbers=[applicant.sms_number],
        )

    def by_retry(self, applicant):
        text = self.env["sms.sms"].create(
            {
                "number": applicant.sms_number,
                "body": "Hello Robin Candidate",
                "mail_message_id": applicant.message_post(body="note").id,
                "record_company_id": self.company.id,
                "state": "error",
            }
        )
        text.resend_failed()

    # -- the table ---------------------------------------------------------------------------

    def connect_simulator(self):
        """Have the queue hand its texts to the simulator, as it does to Twilio."""
        simulator = LiveSimulator(numbers=[OUR_NUMBER]).start()
        self.addCleanup(simulator.stop)
        self.look_consent_up_in_test()
        # There is no server that callbacks could go to.
        simulator.control("/control/settings", "POST", callback_statuses=[])
        self.company.write(
            {"sms_twilio_account_sid": ACCOUNT_SID, "sms_twilio_auth_token": AUTH_TOKEN}
        )
        self.env["ir.config_parameter"].set_param(
            "hr_recruitment_texting.twilio_api_url", simulator.url
        )
        return simulator

    def test_exactly_the_granted_ones_arrive(self):
        simulator = self.connect_simulator()
        ways = [name for name in dir(self) if name.startswith("by_")]
        self.assertEqual(len(ways), 18)
        number = 0
        for way in ways:
            for state, events in STATES.items():
                for form, typed in FORMATS.items():
                    number += 1
                    digits = f"{2000 + number}"
                    phone = typed.replace("0142", digits)
                    applicant = self.make_applicant(
                        partner_phone=phone, email_from=f"robin{number}@example.com"
                    )
                    for event, method in events:
                        self.append(event, method, applicant)
                    with self.subTest(way=way, state=state, form=form):
                        try:
                            getattr(self, way)(applicant)
                        except UserError:
                            self.assertNotEqual(state, "granted")
                        self.env.flush_all()
                        self.env["hr.sms.message"]._process_queue(None)
                        self.env.invalidate_all()
                        arrived = simulator.control("/control/messages", to=f"+1202555{digits}")
                        bodies = [text["body"] for text in arrived["messages"]]
                        self.assertEqual(len(bodies), state == "granted")
                        self.assertTrue(all("Hello Robin Candidate" in body for body in bodies))
                        self.assertEqual(self.left_by_core, [])
                        chatter = applicant.message_ids.mapped("body")
                        self.assertNotIn("Hello Robin", " ".join(map(str, chatter)))
        everything = simulator.control("/control/messages", limit=100000)["messages"]
        self.assertEqual(len(everything), len(ways) * len(FORMATS), "and nobody else got any")

    def test_refused_by_an_automation_shows_in_the_conversation(self):
        self.append("withdrawn", "manual")
        self.by_server_action(self.applicant)
        [message] = self.env["hr.sms.message"].search([("applicant_id", "=", self.applicant.id)])
        self.assertEqual((message.state, message.failure_code), ("canceled", "consent_withdrawn"))

    def test_by_hand_needs_the_right_to_send(self):
        self.append("granted", "job_form")
        for user in (self.viewer, self.nobody):
            composer = self.composer(
                self.applicant,
                user,
                res_id=self.applicant.id,
                composition_mode="comment",
            )
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                composer.action_send_sms()
            with self.assertRaises(AccessError):
                self.applicant.with_user(user).message_post(body="Hi", message_type="sms")
            with self.assertRaises(AccessError):
                self.applicant.with_user(user).message_post(body="Hi", sms_numbers=[CANDIDATE])
        self.assertFalse(self.drain(None).sent)
        self.assertNotEqual(AUTOMATION, "true", "no client can send this object")

    def test_many_get_a_result(self):
        self.append("granted", "job_form")
        other = self.make_applicant(partner_phone="+12025550143", partner_name="Kim")
        both = self.applicant | other
        composer = self.composer(both, res_ids=repr(both.ids), composition_mode="mass")
        result = composer.action_send_sms()
        self.assertEqual(result["params"]["title"], "1 text is on its way")
        self.assertIn("1 not sent: There is no consent", result["params"]["message"])
        third = self.make_applicant(partner_phone="12", partner_name="Lou")
        none = other | third
        composer = self.composer(none, res_ids=repr(none.ids), composition_mode="mass")
        result = composer.action_send_sms()
        self.assertEqual(result["params"]["title"], "No text was sent")
        self.assertEqual(result["params"]["message"].count("\n1 not sent: "), 2)

    def test_others_get_theirs_unless_they_opted_out(self):
        partner = self.env["res.partner"].create({"name": "Buyer", "phone": CANDIDATE})
        self.append("declined", "job_form")
        partner.with_company(self.company)._message_sms("Your parcel is here")
        self.assertEqual(self.left_by_core, [CANDIDATE])
        self.append("withdrawn", "keyword")
        partner = partner.with_env(self.env(context={"allowed_company_ids": self.company.ids}))
        partner._message_sms("Your parcel is here")
        self.assertEqual(self.left_by_core, [CANDIDATE])
        notification = self.env["mail.notification"].search(
            [("res_partner_id", "=", partner.id), ("notification_type", "=", "sms")],
            order="id desc",
            limit=1,
        )
        self.assertEqual(notification.failure_type, "sms_optout")
