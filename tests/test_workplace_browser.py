"""The inbox as people live it, on a desk and on a phone, and who is told of a reply."""

from odoo.tests import tagged

from .browser import LiveBrowser
from .workplace import BUBBLES, DESK, PHONE, WorkplaceCase


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
        self.browser.set_viewport(*PHONE, mobile=True)
        self.open_inbox()
        self.text_from(phone, "This is my other number")
        self.click_text(".o_sms_inbox_row", "other number")
        self.no_sideways_scrolling()
        self.browser.click(".o_sms_inbox_attach:enabled")
        self.click_text(".modal .o_kanban_record", name["partner_name"])
        self.wait_for_text(".o_sms_inbox_title", name["partner_name"])
        self.wait_for_text(".o_notification", f"Assigned to {name['partner_name']}")
        self.browser.click(".o_notification_buttons button")
        self.browser.click(".o_sms_inbox_attach:enabled")
        self.click_text(".modal .o_kanban_record", name["partner_name"])
        self.wait_for_text(".o_sms_inbox_title", name["partner_name"])
        self.wait_for_text(BUBBLES, "other number")
        self.browser.click(".o_notification_close")
        self.browser.wait_for("!document.querySelector('.o_notification')")
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
        for where in self.desk_and_phone():
            with self.subTest(where):
                self.browser.goto(f"{self.server.url}/odoo/sms-overview")
                self.browser.wait_for_selector(".o_sms_overview_graph canvas")
                self.no_sideways_scrolling()
                self.browser.click("[data-card=waiting]")
                self.wait_for_text(
                    ".o_sms_inbox_filter.active, .o_sms_inbox_filter_button", "Waiting for us"
                )
                self.wait_for_text(".o_sms_inbox_row", "Nobody answered me")


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
        quiet = LiveBrowser(*DESK)
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
        self.eventually(lambda: self.told(assignee))

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
