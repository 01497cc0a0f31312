"""The SMS tab as people live it, on a desk and on a phone: what is written, planned and changed, the
dialogs, several numbers of a candidate, and the opt-out line."""

from odoo.tests import tagged

from .workplace import BUBBLES, WorkplaceCase

INPUT = ".o_sms_input"


@tagged("post_install", "-at_install")
class TestSmsTab(WorkplaceCase):
    expected_log = (r"12 is not a phone number that can be texted",)

    def closed(self):
        """Wait until no dialog is left, nor what it was opened from."""
        self.browser.wait_for("!document.querySelector('.modal, .o_popover, .o_bottom_sheet')")

    def test_template_put_in_and_edited(self):
        """A manager writes it in a browser, too."""
        self.browser.goto(
            f"{self.server.url}/odoo/action-hr_recruitment_texting.sms_template_action"
        )
        self.browser.click(".o_list_button_add")
        self.browser.type(".o_field_widget[name=name] input", "Come and see us")
        self.browser.type(
            ".o_field_widget[name=body] textarea",
            "Hi {{ object.partner_name }}, this is {{ user.name }} of {{ object.company_id.name }}.",
        )
        self.browser.click(".o_form_button_save")
        self.browser.wait_for("!document.querySelector('.o_form_dirty')")
        for where in self.desk_and_phone():
            with self.subTest(where):
                applicant, phone = self.person()
                [person] = self.admin.call("hr.applicant", "read", [applicant], ["partner_name"])
                self.open_tab(applicant)
                self.browser.click(".o_sms_templates")
                self.click_text(".o_sms_template", "Come and see us")
                self.browser.wait_for(
                    f"document.querySelector({INPUT!r}).value.startsWith('Hi Live')"
                )
                self.assertFalse(
                    self.browser.eval("!!document.querySelector('.o_sms_introduction')")
                )
                self.browser.wait_for(f"document.activeElement.matches({INPUT!r})")
                self.browser.send("Input.insertText", text=" Are you free on Monday?")
                self.browser.click(".o_sms_send:enabled")
                self.wait_for_text(BUBBLES, "Are you free on Monday?")
                self.no_sideways_scrolling()
                self.eventually(lambda phone=phone: self.bodies(phone))
                [body] = self.bodies(phone)
                self.assertRegex(
                    body,
                    rf"^Hi {person['partner_name']}, this is Mitchell Admin of \S.* Are you free on Monday\?",
                )

    def test_what_costs_twice_is_replaced(self):
        for where in self.desk_and_phone():
            with self.subTest(where):
                applicant, phone = self.person()
                self.open_tab(applicant)
                self.browser.type(INPUT, "This is Mitchell \u2013 we\u2019d like to meet you\u2026")
                self.wait_for_text(".o_sms_counter", "Unicode")
                self.browser.click(".o_sms_plain")
                self.wait_for_text(".o_sms_counter", "GSM-7")
                self.browser.wait_for(f"document.activeElement.matches({INPUT!r})")
                self.browser.press("Enter", ctrl=True)
                self.eventually(lambda phone=phone: self.bodies(phone))
                self.assertEqual(
                    self.bodies(phone)[0].split("\n")[0],
                    "This is Mitchell - we'd like to meet you...",
                )

    def test_a_draft_is_there_when_one_comes_back(self):
        for where in self.desk_and_phone():
            with self.subTest(where):
                applicant, phone = self.person()
                other, _phone = self.person()
                self.open_tab(applicant)
                self.browser.type(INPUT, "Not done yet")
                self.open_tab(other)
                self.assertEqual(self.browser.eval(f"document.querySelector({INPUT!r}).value"), "")
                self.open_tab(applicant)
                self.browser.wait_for(f"document.querySelector({INPUT!r}).value === 'Not done yet'")
                self.browser.click(".o_sms_send:enabled")
                self.wait_for_text(BUBBLES, "Not done yet")
                self.open_tab(applicant)
                self.assertEqual(self.browser.eval(f"document.querySelector({INPUT!r}).value"), "")
                self.eventually(lambda phone=phone: len(self.bodies(phone)) == 1)

    def test_what_did_not_arrive_is_written_again(self):
        for where in self.desk_and_phone():
            with self.subTest(where):
                applicant, phone = self.person()
                self.simulator.control(
                    "/control/faults", "POST", create_error={"count": 1, "code": 21612, "to": phone}
                )
                self.open_tab(applicant)
                self.browser.type(INPUT, "Do you get this?")
                self.browser.click(".o_sms_send:enabled")
                self.wait_for_text(".o_sms_bubble_state", "Not delivered")
                self.assertTrue(self.browser.text(".o_sms_bubble_reason"))
                self.browser.click(".o_sms_bubble_reuse")
                self.browser.wait_for(
                    f"document.querySelector({INPUT!r}).value.startsWith('Do you get this?')"
                )
                self.no_sideways_scrolling()
                self.browser.click(".o_sms_send:enabled")
                self.wait_for_text(".o_sms_bubble_state", "Delivered")
                self.assertEqual(len(self.bodies(phone)), 1)

    def test_consent_given_and_withdrawn(self):
        for where in self.desk_and_phone():
            with self.subTest(where):
                applicant, _phone = self.person(consent=False)
                self.open_tab(applicant)
                self.browser.click(".o_sms_status")
                self.browser.click(".o_sms_consent_add")
                self.browser.click(".o_sms_consent_confirm")
                self.wait_for_text(".o_sms_consent_error", "Say how")
                self.browser.click("input[name=o_sms_consent_source][value=phone]")
                self.browser.type(".o_sms_consent_note_input", "Said so on the phone")
                self.no_sideways_scrolling()
                self.browser.click(".o_sms_consent_confirm")
                self.closed()
                self.wait_for_text(".o_sms_status", "given")
                self.browser.click(".o_sms_status")
                self.wait_for_text(".o_sms_consent_note", "Said so on the phone")
                self.browser.settle()
                self.browser.click(".o_sms_consent_withdraw")
                self.browser.type(".o_sms_withdraw_note_input", "Called and said no")
                self.browser.click(".o_sms_withdraw_confirm")
                self.closed()
                self.browser.wait_for_selector(".o_sms_blocked")
                events = self.admin.call(
                    "hr.sms.consent",
                    "search_read",
                    [("applicant_ref", "=", applicant)],
                    ["event", "note"],
                    order="sequence",
                )
                self.assertEqual(
                    [(event["event"], event["note"]) for event in events],
                    [("granted", "Said so on the phone"), ("withdrawn", "Called and said no")],
                )

    def test_number_added_changed_and_removed(self):
        for where in self.desk_and_phone():
            with self.subTest(where):
                applicant, _phone = self.person()
                self.open_tab(applicant)
                self.browser.click(".o_sms_numbers")
                self.browser.click(".o_sms_number_add")
                self.browser.type(".o_sms_number_input", "12")
                self.browser.click(".o_sms_number_save")
                self.browser.wait_for_selector(".o_sms_number_error")
                self.browser.type(".o_sms_number_input", "+1 202 555 0177", clear=True)
                self.browser.type(".o_sms_number_label", "Work", clear=True)
                self.browser.click(".o_sms_number_save")
                self.closed()
                self.wait_for_text(".o_sms_numbers", "202-555-0177")
                self.browser.click(".o_sms_numbers")
                self.browser.click(".o_sms_number_edit")
                self.browser.type(".o_sms_number_label", "Farm", clear=True)
                self.browser.click(".o_sms_number_save")
                self.closed()
                self.eventually(lambda applicant=applicant: self.labels(applicant) == ["Farm"])
                self.browser.click(".o_sms_numbers")
                self.browser.click(".o_sms_number_edit")
                self.browser.click(".o_sms_number_remove")
                self.closed()
                self.eventually(lambda applicant=applicant: self.labels(applicant) == [])

    def labels(self, applicant):
        rows = self.admin.call(
            "hr.applicant.phone", "search_read", [("applicant_id", "=", applicant)], ["label"]
        )
        return [row["label"] for row in rows]

    def plan(self, text):
        """Plan a text for tomorrow morning."""
        self.browser.type(INPUT, text)
        self.browser.click(".o_sms_send_later:enabled")
        self.browser.click("#o_sms_schedule_tomorrow")
        self.browser.wait_for_selector(".o_sms_schedule_theirs")
        self.no_sideways_scrolling()
        self.browser.click(".o_sms_schedule_confirm")
        self.closed()
        self.wait_for_text(".o_sms_planned_body", text)
        self.assertEqual(self.browser.eval(f"document.querySelector({INPUT!r}).value"), "")

    def texts(self, applicant):
        messages = self.admin.call(
            "hr.sms.message",
            "search_read",
            [("applicant_id", "=", applicant)],
            ["body", "state"],
            order="id",
        )
        return [(message["body"].split("\n")[0], message["state"]) for message in messages]

    def planned_for(self, applicant):
        [(date,)] = self.server.psql(
            "SELECT scheduled_date FROM hr_sms_message WHERE applicant_id = %s AND state = 'scheduled'",
            [applicant],
        )
        return date

    def test_planned_changed_sent_and_cancelled(self):
        for where in self.desk_and_phone():
            with self.subTest(where):
                applicant, phone = self.person()
                self.open_tab(applicant)
                self.plan("See you tomorrow")
                date = self.planned_for(applicant)
                self.assertIn(date.hour, (13, 14))  # 9:00 in Washington, in summer and in winter
                self.browser.click(".o_sms_planned_edit")
                self.browser.type(".o_sms_schedule_text", "See you on Friday", clear=True)
                self.browser.click("#o_sms_schedule_hour")
                self.browser.click(".o_sms_schedule_confirm")
                self.closed()
                self.wait_for_text(".o_sms_planned_body", "See you on Friday")
                self.no_sideways_scrolling()
                self.assertEqual(self.texts(applicant), [("See you on Friday", "scheduled")])
                self.assertLess(self.planned_for(applicant), date)
                self.assertEqual(self.bodies(phone), [])

                self.browser.click(".o_sms_planned_send")
                self.eventually(lambda phone=phone: len(self.bodies(phone)) == 1)
                self.wait_for_text(BUBBLES, "See you on Friday")
                self.browser.wait_for("!document.querySelector('.o_sms_planned_text')")

                self.plan("Never mind")
                self.browser.click(".o_sms_planned_cancel")
                self.browser.click(".modal .btn-primary")
                self.closed()
                self.browser.wait_for("!document.querySelector('.o_sms_planned_text')")
                self.assertEqual(self.texts(applicant)[1:], [("Never mind", "canceled")])
                self.assertEqual(len(self.bodies(phone)), 1)

    def test_three_numbers_each_with_its_own(self):
        """Mission B5."""
        main, work, home = ("+12025550181", "+12025550182", "+12025550183")
        applicant = self.applicant(main)
        for label, number in (("Work", work), ("Home", home)):
            self.admin.call(
                "hr.applicant.phone",
                "create",
                [{"applicant_id": applicant, "label": label, "number": number}],
            )
        self.admin.call("hr.applicant", "sms_consent_grant", [applicant], number=home, note="Phone")
        self.text_from(main, "From the main one")
        self.text_from(home, "From home")
        self.text_from(home, "STOP")
        for where in self.desk_and_phone():
            with self.subTest(where):
                self.open_tab(applicant)
                for number, state, said, other in (
                    ("0182", "No consent", "", "From"),
                    ("0183", "Opted out", "From home", "From the main one"),
                    ("0181", "given", "From the main one", "From home"),
                ):
                    self.browser.click(".o_sms_numbers")
                    self.click_text(".o_sms_number", number)
                    self.wait_for_text(".o_sms_numbers", number)
                    self.wait_for_text(".o_sms_status", state)
                    self.wait_for_text(".o_sms_log", said)
                    self.assertNotIn(other, self.browser.text(".o_sms_log"))
                self.no_sideways_scrolling()
                self.browser.type(".o_sms_input", f"To the main one, {where}")
                self.browser.click(".o_sms_send:enabled")
                self.wait_for_text(BUBBLES, f"To the main one, {where}")
        self.eventually(lambda: len(self.bodies(main)) == 2)
        self.assertEqual(self.bodies(work), [])

    def set_line(self, **values):
        """Change the company's settings of the opt-out line as the settings do, until the test ends."""
        [company] = self.admin.call("res.company", "search", [], limit=1, order="id")
        self.admin.call("res.company", "write", [company], values)
        self.addCleanup(
            self.admin.call, "res.company", "write", [company], {"sms_opt_out_line": False}
        )

    def test_opt_out_line(self):
        """Mission B6: in the first text to a number, in bulk, switched off, and in formal German."""
        phone, german = "+12025550184", "+4915123456789"
        line = "Reply STOP to opt out"
        self.set_line(sms_opt_out_line=True, sms_opt_out_form="formal")
        applicant = self.applicant(phone)
        self.open_tab(applicant)
        self.wait_for_text(".o_sms_opt_out", line)
        self.browser.type(".o_sms_input", "Hello")
        self.browser.click(".o_sms_send:enabled")
        self.wait_for_text(BUBBLES, line)
        self.browser.wait_for("!document.querySelector('.o_sms_opt_out')")
        self.browser.type(".o_sms_input", "And again")
        self.browser.click(".o_sms_send:enabled")
        self.eventually(lambda: len(self.bodies(phone)) == 2)
        first, second = self.bodies(phone)
        self.assertEqual(first.split("\n"), ["Hello", line])
        self.assertEqual(second, "And again")

        # A text to many has it again; a manager leaves it out, after a warning.
        action = self.admin.call("hr.applicant", "action_send_sms", [applicant])
        self.admin.call("hr.sms.campaign", "write", [action["res_id"]], {"body": "News for all"})
        self.browser.goto(f"{self.server.url}/odoo/sms-campaigns/{action['res_id']}")
        self.wait_for_text(".o_sms_preview_examples", line)
        self.browser.click(".o_field_widget[name=opt_out_line] input")
        self.wait_for_text(".o_sms_campaign_form .alert-warning", "Without the opt-out line")
        self.browser.wait_for(
            "document.querySelector('.o_sms_preview_examples')?.innerText.includes('News for all')"
            f" && !document.querySelector('.o_sms_preview_examples').innerText.includes({line!r})"
        )
        self.browser.click(".o_form_button_save")
        self.browser.wait_for("!document.querySelector('.o_form_dirty')")

        german_applicant = self.applicant(german)
        self.open_tab(german_applicant)
        self.wait_for_text(
            ".o_sms_opt_out", "Antworten Sie mit STOP, um keine SMS mehr zu erhalten"
        )

        # Switched off for the company.
        self.set_line(sms_opt_out_line=False)
        self.open_tab(german_applicant)
        self.browser.type(".o_sms_input", "Guten Tag")
        self.assertFalse(self.browser.eval("!!document.querySelector('.o_sms_opt_out')"))
        self.browser.click(".o_sms_send:enabled")
        self.eventually(lambda: self.bodies(german) == ["Guten Tag"])
