"""The recruiter's workplace as people live it, in real browsers: the inbox on a desk and on a phone,
the dialogs of the SMS tab, several numbers of a candidate, the opt-out line, and who is told of a reply."""

from odoo.tests import tagged

from .browser import LiveBrowser
from .live import NUMBER
from .test_live_texting import LiveTextingCase

INBOX = "/odoo/action-hr_recruitment_texting.hr_sms_inbox_action"
BUBBLES = ".o_sms_bubble_body"


class WorkplaceCase(LiveTextingCase):
    """One server, one simulator and one browser window, in which an SMS manager is logged in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.browser = LiveBrowser(1400, 900)
        cls.addClassCleanup(cls.browser.stop)
        cls.browser.login(cls.server.url, "admin")

    def setUp(self):
        super().setUp()
        self.browser.set_viewport(1400, 900)
        self.browser.errors.clear()
        self.addCleanup(lambda: self.assertEqual(self.browser.errors, []))

    def text_from(self, phone, body):
        self.simulator.control(
            "/control/inbound", "POST", **{"from": phone, "to": NUMBER, "body": body}
        )

    def bodies(self, phone):
        return [text["body"] for text in self.at_twilio(phone) if text["from"] == NUMBER]

    def wait_for_text(self, selector, text):
        self.browser.wait_for(
            f"[...document.querySelectorAll({selector!r})].some((e) => e.checkVisibility()"
            f" && e.innerText.includes({text!r}))"
        )

    def click_text(self, selector, text):
        """Click what matches and says so."""
        self.wait_for_text(selector, text)
        self.browser.eval(
            "document.querySelector('[data-wanted]')?.removeAttribute('data-wanted');"
            f" [...document.querySelectorAll({selector!r})].find((e) => e.checkVisibility()"
            f" && e.innerText.includes({text!r})).setAttribute('data-wanted', '')"
        )
        self.browser.click("[data-wanted]")

    def open_inbox(self):
        self.browser.goto("about:blank")
        self.browser.goto(self.server.url + INBOX)
        self.browser.wait_for_selector(".o_sms_inbox")
        self.browser.wait_for("!document.querySelector('.o_sms_inbox_loading')")

    def open_tab(self, applicant):
        self.browser.goto(f"{self.server.url}/odoo/hr.applicant/{applicant}")
        self.browser.wait_for_selector(".o-mail-Message")  # until then the chatter moves
        self.browser.click(".o_sms_tab_button")
        self.browser.wait_for_selector(".o_sms_status")

    def focused(self):
        return self.browser.eval("document.activeElement.className")

    def no_sideways_scrolling(self):
        width, shown = self.browser.eval(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        self.assertLessEqual(width, shown)


@tagged("post_install", "-at_install")
class TestInbox(WorkplaceCase):
    def test_on_a_desk(self):
        phone = "+12025550171"
        self.open_inbox()
        self.text_from(phone, "Is the driver's job still open?")
        self.click_text(".o_sms_inbox_row", "driver's job")
        self.wait_for_text(".o_sms_inbox_whose", "Whose number is this?")
        self.browser.click(".o_sms_inbox_create:enabled")
        self.browser.type(
            ".modal .o_field_widget[name=partner_name] textarea,"
            ".modal .o_field_widget[name=partner_name] input",
            "Dana Driver",
        )
        self.assertIn(
            "202-555-0171",
            self.browser.eval(
                "document.querySelector('.modal .o_field_widget[name=partner_phone] input').value"
            ),
        )
        self.browser.click(".modal .o_form_button_save")
        self.wait_for_text(".o_sms_inbox_title", "Dana Driver")
        self.wait_for_text(".o_sms_inbox_row.active", "Dana Driver")
        self.wait_for_text(BUBBLES, "driver's job")

        # They never agreed: first consent, then the answer.
        self.browser.wait_for_selector(".o_sms_blocked")
        self.browser.click(".o_sms_blocked_add")
        self.browser.click("input[name=o_sms_consent_source]")
        self.browser.type(".o_sms_consent_note_input", "Wrote to us by text first")
        self.browser.click(".o_sms_consent_confirm")
        self.browser.wait_for("!document.querySelector('.o_sms_blocked')")
        self.browser.type(".o_sms_input", "It is. Come and see us!")
        self.browser.click(".o_sms_send:enabled")
        self.wait_for_text(BUBBLES, "Come and see us!")
        self.eventually(lambda: "It is. Come and see us!" in self.bodies(phone))

        self.browser.click(".o_sms_inbox_assign")
        self.click_text(".o_sms_inbox_assign_user", "(me)")
        self.wait_for_text(".o_sms_inbox_assignee", "Mitchell")
        self.browser.wait_for("document.activeElement.matches('.o_sms_input')")

        self.browser.click(".o_sms_inbox_archive")
        self.wait_for_text(".o_notification", "Archived")
        self.browser.wait_for("!document.querySelector('.o_sms_inbox_title')")
        self.assertNotIn("Dana Driver", self.browser.text(".o_sms_inbox_list_frame"))
        self.text_from(phone, "On my way")
        self.wait_for_text(".o_sms_inbox_row", "On my way")

    def test_on_a_phone(self):
        phone = "+12025550172"
        applicant = self.applicant("+12025550173")
        [name] = self.admin.call("hr.applicant", "read", [applicant], ["partner_name"])
        self.browser.set_viewport(390, 844, mobile=True)
        self.open_inbox()
        self.text_from(phone, "This is my other number")
        self.click_text(".o_sms_inbox_row", "other number")
        self.no_sideways_scrolling()
        self.browser.click(".o_sms_inbox_attach:enabled")
        self.click_text(".modal .o_kanban_record", name["partner_name"])
        self.wait_for_text(".o_sms_inbox_title", name["partner_name"])
        self.wait_for_text(BUBBLES, "other number")
        self.browser.wait_for("!document.querySelector('.modal')")
        self.no_sideways_scrolling()
        [thread] = self.admin.call(
            "hr.sms.thread", "search_read", [("number", "=", phone)], ["applicant_ids"]
        )
        self.assertEqual(thread["applicant_ids"], [applicant])

        self.browser.click(".o_sms_inbox_assign")
        self.click_text(".o_sms_inbox_assign_user", "(me)")
        self.wait_for_text(".o_sms_inbox_assignee", "Mitchell")
        self.browser.wait_for("document.activeElement.matches('.o_sms_inbox_assign')")
        self.browser.click(".o_sms_inbox_back")
        self.browser.wait_for_selector(".o_sms_inbox_list")
        self.no_sideways_scrolling()
        self.click_text(".o_sms_inbox_row", "other number")
        self.browser.click(".o_sms_inbox_archive")
        self.wait_for_text(".o_notification", "Archived")
        self.browser.wait_for("!document.querySelector('.o_sms_inbox_pane')")

    def test_from_the_overview(self):
        phone = "+12025550174"
        self.applicant(phone)
        self.text_from(phone, "Nobody answered me")
        self.browser.goto(f"{self.server.url}/odoo/sms-overview")
        self.browser.click("[data-card=waiting]")
        self.browser.wait_for_selector(".o_sms_inbox_filter.active[data-filter=waiting]")
        self.wait_for_text(".o_sms_inbox_row", "Nobody answered me")


@tagged("post_install", "-at_install")
class TestDialogs(WorkplaceCase):
    """Each saves what was entered and closes."""

    expected_log = (r"12 is not a phone number that can be texted",)

    def closed(self):
        self.browser.wait_for("!document.querySelector('.modal')")

    def test_consent_given_and_withdrawn(self):
        applicant = self.applicant("+12025550175", consent=False)
        self.open_tab(applicant)
        self.browser.click(".o_sms_status")
        self.browser.click(".o_sms_consent_add")
        self.browser.click(".o_sms_consent_confirm")
        self.wait_for_text(".o_sms_consent_error", "Say how")
        self.browser.click("input[name=o_sms_consent_source][value=phone]")
        self.browser.type(".o_sms_consent_note_input", "Said so on the phone")
        self.browser.click(".o_sms_consent_confirm")
        self.closed()
        self.wait_for_text(".o_sms_status", "given")
        self.browser.click(".o_sms_status")
        self.wait_for_text(".o_sms_consent_note", "Said so on the phone")
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
        applicant = self.applicant("+12025550176")
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

        def numbers():
            rows = self.admin.call(
                "hr.applicant.phone", "search_read", [("applicant_id", "=", applicant)], ["label"]
            )
            return [row["label"] for row in rows]

        self.eventually(lambda: numbers() == ["Farm"])
        self.browser.click(".o_sms_numbers")
        self.browser.click(".o_sms_number_edit")
        self.browser.click(".o_sms_number_remove")
        self.closed()
        self.eventually(lambda: numbers() == [])

    def test_planned_and_changed(self):
        phone = "+12025550178"
        applicant = self.applicant(phone)
        self.open_tab(applicant)
        self.browser.type(".o_sms_input", "See you tomorrow")
        self.browser.click(".o_sms_send_later:enabled")
        self.browser.click(".o_sms_schedule_dialog input[name=o_sms_schedule]")
        self.browser.wait_for_selector(".o_sms_schedule_theirs")
        self.browser.click(".o_sms_schedule_confirm")
        self.closed()
        self.wait_for_text(".o_sms_planned_body", "See you tomorrow")
        self.assertEqual(self.browser.eval("document.querySelector('.o_sms_input').value"), "")
        self.browser.click(".o_sms_planned_edit")
        self.browser.type(".o_sms_schedule_text", "See you on Friday", clear=True)
        self.browser.click(".o_sms_schedule_confirm")
        self.closed()
        self.wait_for_text(".o_sms_planned_body", "See you on Friday")
        messages = self.admin.call(
            "hr.sms.message",
            "search_read",
            [("applicant_id", "=", applicant)],
            ["body", "state"],
        )
        self.assertEqual(
            [(message["body"], message["state"]) for message in messages],
            [("See you on Friday", "scheduled")],
        )
        self.assertEqual(self.bodies(phone), [])


@tagged("post_install", "-at_install")
class TestNumbersAndLine(WorkplaceCase):
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
        for width, height in ((1400, 900), (390, 844)):
            self.browser.set_viewport(width, height, mobile=width < 500)
            with self.subTest(width=width):
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
                self.browser.type(".o_sms_input", f"To the main one, {width}")
                self.browser.click(".o_sms_send:enabled")
                self.wait_for_text(BUBBLES, f"To the main one, {width}")
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


@tagged("post_install", "-at_install")
class TestWhoIsTold(WorkplaceCase):
    """Mission B4, as each of them sees it in their browser."""

    def make_user(self, login, *groups):
        ids = [
            self.server.psql(
                "SELECT res_id FROM ir_model_data WHERE module = %s AND name = %s", group.split(".")
            )[0][0]
            for group in ("base.group_user", "hr_recruitment.group_hr_recruitment_user", *groups)
        ]
        [user] = self.admin.call(
            "res.users",
            "create",
            [
                {
                    "name": login.title(),
                    "login": login,
                    "password": login,
                    "email": f"{login}@example.com",
                    "notification_type": "inbox",
                    "group_ids": [(6, 0, ids)],
                }
            ],
        )
        [row] = self.admin.call("res.users", "read", [user], ["partner_id"])
        return user, row["partner_id"][0]

    def shows_in_discuss(self, login, text):
        """Wait until somebody's inbox in Discuss says so."""
        with LiveBrowser(1200, 800) as browser:
            browser.login(self.server.url, login)
            browser.goto(f"{self.server.url}/odoo/discuss?active_id=mail.box_inbox")
            browser.wait_for(
                f"document.querySelector('.o-mail-Discuss')?.innerText.includes({text!r})"
            )
            self.assertEqual(browser.errors, [])

    def test_followers_and_assignee(self):
        phone = "+12025550185"
        view = "hr_recruitment_texting.group_sms_view"
        applicant = self.applicant(phone)
        _keeps, keeps_partner = self.make_user("kim keeps", view)
        quiet_user, quiet_partner = self.make_user("quinn quiet", view)
        blind_user, blind_partner = self.make_user("bo blind")
        assignee, _partner = self.make_user("ash assigned", view)
        self.admin.call("hr.applicant", "message_subscribe", [applicant], [keeps_partner])
        self.admin.call("hr.applicant", "message_subscribe", [applicant], [blind_partner])
        self.admin.call("hr.applicant", "message_subscribe", [applicant], [quiet_partner])
        # Quinn turns it off where followers choose what they hear of.
        self.browser.goto("about:blank")
        quiet = LiveBrowser(1400, 900)
        self.addCleanup(quiet.stop)
        quiet.login(self.server.url, "quinn quiet")
        quiet.goto(f"{self.server.url}/odoo/hr.applicant/{applicant}")
        quiet.wait_for("document.querySelector('.o-mail-Followers-counter')?.innerText === '4'")
        quiet.wait_for_selector(".o-mail-Message")
        quiet.click(".o-mail-Followers-button")
        quiet.click(".o-mail-FollowerList-unfollow [title='Edit subscription']")
        quiet.wait_for("document.querySelector('.modal')?.innerText.includes('SMS received')")
        quiet.eval(
            "[...document.querySelectorAll('.modal label')].find((e) => e.innerText.includes("
            "'SMS received')).toggleAttribute('data-wanted', true)"
        )
        quiet.click("[data-wanted] input:checked")
        quiet.click(".modal .btn-primary")
        quiet.wait_for("!document.querySelector('.modal')")

        self.text_from(phone, "Where do I park?")
        [thread] = self.admin.call("hr.sms.thread", "search", [("number", "=", phone)])
        self.admin.call("hr.sms.thread", "sms_assign", [thread], assignee)
        self.text_from(phone, "Hello?")
        self.eventually(lambda: self.told(assignee), 20)

        for login in ("kim keeps", "ash assigned"):
            self.shows_in_discuss(login, "sent a text")
        for login in ("quinn quiet", "bo blind"):
            self.shows_in_discuss(login, "your inbox is empty")
        self.assertFalse(self.told(quiet_user) or self.told(blind_user))

    def told(self, user):
        return self.server.psql(
            "SELECT 1 FROM mail_notification notification JOIN res_users person"
            " ON person.partner_id = notification.res_partner_id WHERE person.id = %s",
            [user],
        )
