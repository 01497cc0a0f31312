"""Texts that go by themselves, as people live them: switched on in the settings and in a stage, seen in
the SMS tab, and answered by the candidate."""

from datetime import UTC, datetime, timedelta

from odoo.tests import tagged

from .test_campaign_live import QUEUE
from .workplace import BUBBLES, WorkplaceCase

SETTINGS = "/odoo/action-hr_recruitment.action_hr_recruitment_configuration"
STAGES = "/odoo/action-hr_recruitment.hr_recruitment_stage_act"


@tagged("post_install", "-at_install")
class TestAutomaticTexts(WorkplaceCase):
    def switch_on(self, setting):
        """Switch one of the settings on, as a manager does."""
        self.browser.goto(self.server.url + SETTINGS)
        self.browser.click(f".o_field_widget[name={setting}] input")
        self.browser.eval("window.isBeforeSaving = true")
        self.browser.click(".o_form_button_save:enabled")
        # Odoo loads the page again, for what the settings change in it.
        self.browser.wait_for(
            "!window.isBeforeSaving"
            f" && document.querySelector('.o_field_widget[name={setting}] input')?.checked"
        )

    def send_what_waits(self):
        for name in QUEUE:
            self.admin.call("ir.cron", "method_direct_trigger", [self.cron(name)])

    def test_stage_texts_who_reaches_it(self):
        [model] = self.admin.call("ir.model", "search", [("model", "=", "hr.applicant")])
        self.admin.call(
            "sms.template",
            "create",
            [
                {
                    "name": "You are invited",
                    "model_id": model,
                    "body": "{{ object.partner_name }}, please choose a day.",
                }
            ],
        )
        [stage] = self.admin.call(
            "hr.recruitment.stage", "create", [{"name": "Choosing a day", "sequence": 2}]
        )
        self.browser.goto(f"{self.server.url}{STAGES}/{stage}")
        self.browser.type(".o_field_widget[name=sms_template_id] input", "You are")
        self.click_text(".o-autocomplete--dropdown-item", "You are invited")
        self.wait_for_text(".o_form_view .alert-warning", "Stages do not text yet")
        self.browser.click(".o_form_button_save")
        self.browser.wait_for("!document.querySelector('.o_form_dirty')")
        self.switch_on("sms_stage_texts")
        self.browser.goto(f"{self.server.url}{STAGES}/{stage}")
        self.browser.wait_for_selector(".o_field_widget[name=sms_delay]")
        self.assertNotIn("Stages do not text yet", self.browser.text(".o_form_view"))

        for where in self.desk_and_phone():
            with self.subTest(where):
                applicant, phone = self.person()
                self.open_tab(applicant)
                self.browser.click(".o_statusbar_status .dropdown-toggle")
                self.click_text(".o-dropdown-item", "Choosing a day")
                self.eventually(
                    lambda applicant=applicant: self.admin.call(
                        "hr.sms.message", "search_count", [("applicant_id", "=", applicant)]
                    )
                )
                self.send_what_waits()
                self.wait_for_text(BUBBLES, "please choose a day.")
                self.eventually(lambda phone=phone: len(self.bodies(phone)) == 1)
                self.no_sideways_scrolling()

    def interview(self, applicant, phone):
        """Plan an interview in two hours, with a reminder by text that is due.

        :returns: id of the calendar event
        """
        [template] = self.server.psql(
            "SELECT res_id FROM ir_model_data WHERE module = 'calendar_sms'"
            " AND name = 'sms_template_data_calendar_reminder'"
        )
        [alarm] = self.admin.call(
            "calendar.alarm",
            "create",
            [
                {
                    "name": "By text, 3 hours before",
                    "alarm_type": "sms",
                    "duration": 3,
                    "interval": "hours",
                    "sms_template_id": template[0],
                }
            ],
        )
        [person] = self.admin.call(
            "res.partner", "create", [{"name": "Robin Candidate", "phone": phone}]
        )
        self.admin.call("hr.applicant", "write", [applicant], {"partner_id": person})
        [me] = self.admin.call(
            "res.users", "search_read", [("login", "=", "admin")], ["partner_id"]
        )
        start = (datetime.now(UTC) + timedelta(hours=2)).replace(microsecond=0, tzinfo=None)
        [event] = self.admin.call(
            "calendar.event",
            "create",
            [
                {
                    "name": "Interview",
                    "applicant_id": applicant,
                    "user_id": me["id"],
                    "partner_ids": [(6, 0, [person, me["partner_id"][0]])],
                    "start": str(start),
                    "stop": str(start + timedelta(hours=1)),
                    "alarm_ids": [(6, 0, [alarm])],
                }
            ],
        )
        return event

    def remind(self):
        [(cron,)] = self.server.psql(
            "SELECT res_id FROM ir_model_data WHERE module = 'calendar' AND name = 'ir_cron_scheduler_alarm'"
        )
        # as if the last time had been long ago
        self.server.psql(
            "UPDATE ir_cron SET lastcall = now() AT TIME ZONE 'UTC' - interval '1 day' WHERE id = %s",
            [cron],
        )
        self.admin.call("ir.cron", "method_direct_trigger", [cron])
        self.send_what_waits()

    def test_reminder_is_answered(self):
        """1 confirms; 2 asks for another time. Both show in the tab, and the organizer is told."""
        self.switch_on("sms_interview_answers")
        self.admin.call("res.users", "write", [self.admin.uid], {"notification_type": "inbox"})
        answers = {
            "desk": ("1", "accepted", "confirmed"),
            "phone": ("2", "tentative", "another time"),
        }
        for where in self.desk_and_phone():
            with self.subTest(where):
                answer, state, told = answers[where]
                applicant, phone = self.person()
                event = self.interview(applicant, phone)
                self.open_tab(applicant)
                self.remind()
                self.wait_for_text(BUBBLES, "1 to confirm")
                self.text_from(phone, answer)
                self.browser.wait_for(
                    "[...document.querySelectorAll('.o_sms_bubble_in .o_sms_bubble_body')]"
                    f".some((e) => e.innerText.trim() === {answer!r})"
                )
                self.no_sideways_scrolling()
                self.eventually(
                    lambda event=event, state=state: self.server.psql(
                        "SELECT 1 FROM calendar_attendee JOIN res_partner partner ON partner.id = partner_id"
                        " WHERE event_id = %s AND partner.name = 'Robin Candidate' AND state = %s",
                        [event, state],
                    )
                )
                self.browser.goto(f"{self.server.url}/odoo/discuss?active_id=mail.box_inbox")
                self.wait_for_text(".o-mail-Discuss", told)
