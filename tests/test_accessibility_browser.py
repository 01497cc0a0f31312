"""The workplace's screens for people who see little, hear them read out or use no mouse: axe-core
finds nothing on them, light or dark. Checked is what is ours; of a dialog that is what is in it."""

import re

from odoo.tests import tagged

from .accessibility import bring_dark_colours, darken, violations
from .browser import LiveBrowser
from .test_campaign_live import LiveCampaignCase

INBOX = "/odoo/action-hr_recruitment_texting.hr_sms_inbox_action"
UNKNOWN = "+12025550160"


@tagged("post_install", "-at_install")
class TestAccessibility(LiveCampaignCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        bring_dark_colours(cls.server)
        cls.browser = LiveBrowser(1400, 1000)
        cls.addClassCleanup(cls.browser.stop)
        cls.browser.login(cls.server.url, "admin")

    def setUp(self):
        super().setUp()
        self.browser.errors.clear()

    def both_ways(self, path, first, steps=()):
        """Open a screen light and then dark, and check it after each step.

        :param str path: of the page
        :param str first: CSS selector of what shows when the page is there
        :param steps: ``(click, wait, *checked)``: what is clicked (or None), what then shows, what is checked
        """
        for scheme in ("light", "dark"):
            # Colours of graphs are chosen as the page starts.
            self.browser.eval(f"document.cookie = 'color_scheme={scheme}; path=/'")
            self.browser.goto(self.server.url + path)
            self.browser.wait_for_selector(first)
            if scheme == "dark":
                darken(self.browser)
            for clicked, wait, *checked in steps:
                with self.subTest(scheme=scheme, clicked=clicked, shown=wait):
                    if clicked:
                        self.browser.click(clicked)
                    self.browser.wait_for_selector(wait)
                    self.browser.settle()  # half-faded colours are no finding
                    self.assertEqual(violations(self.browser, *checked), [])
        self.browser.eval("document.cookie = 'color_scheme=light; path=/'")
        self.assertEqual(self.browser.errors, [])

    def say(self, phone, text):
        self.simulator.control("/control/inbound", "POST", **{"from": phone, "body": text})

    def dialog(self, name):
        return (f".{name} .modal-body > *", f".{name} .modal-footer")

    def test_inbox(self):
        applicant = self.applicant("+12025550161")
        self.say("+12025550161", "Where can I park?")
        self.say(UNKNOWN, "Is the job still open?")
        [thread] = self.server.psql("SELECT id FROM hr_sms_thread WHERE number = '+12025550161'")
        row = f".o_sms_inbox_row[data-id='{thread[0]}']"
        self.assertTrue(applicant)
        self.both_ways(
            INBOX,
            ".o_sms_inbox_row",
            [
                (None, ".o_sms_inbox_none", ".o_sms_inbox"),
                (".o_sms_inbox_filter[data-filter=archived]", ".o_sms_inbox_empty", ".o_sms_inbox"),
                (".o_sms_inbox_filter[data-filter=all]", row, ".o_sms_inbox"),
                (row, ".o_sms_bubble", ".o_sms_inbox"),
                (".o_sms_inbox_assign", ".o_sms_inbox_assign_user", ".o_sms_inbox"),
                (".o_sms_inbox_title", ".o_sms_status", ".o_sms_inbox"),
                (".o_sms_status", ".o_sms_consent_popover", ".o_sms_consent_popover"),
                (
                    ".o_sms_consent_withdraw",
                    ".o_sms_withdraw_dialog",
                    *self.dialog("o_sms_withdraw_dialog"),
                ),
                (".o_sms_withdraw_dialog .btn-secondary", ".o_sms_status", ".o_sms_inbox"),
                (".o_sms_inbox_filter[data-filter=unknown]", ".o_sms_inbox_row", ".o_sms_inbox"),
                (".o_sms_inbox_row", ".o_sms_inbox_attach", ".o_sms_inbox"),
            ],
        )

    def test_sms_tab(self):
        applicant = self.applicant("+12025550163")
        self.admin.call(
            "hr.applicant",
            "sms_send",
            [applicant],
            "See you then",
            scheduled_date="2099-01-01 12:00:00",
        )
        cancel = ".modal-footer .btn-secondary"
        self.both_ways(
            f"/odoo/hr.applicant/{applicant}",
            ".o-mail-Message",
            [
                (".o_sms_tab_button", ".o_sms_planned_body", ".o_sms_tab"),
                (
                    ".o_sms_planned_edit",
                    ".o_sms_schedule_dialog",
                    *self.dialog("o_sms_schedule_dialog"),
                ),
                (cancel, ".o_sms_numbers", ".o_sms_tab"),
                (".o_sms_numbers", ".o_sms_number_add", ".o_sms_tab"),
                (".o_sms_number_add", ".o_sms_number_dialog", *self.dialog("o_sms_number_dialog")),
                (cancel, ".o_sms_status", ".o_sms_tab"),
                (".o_sms_status", ".o_sms_consent_popover", ".o_sms_consent_popover"),
            ],
        )
        unasked = self.applicant("+12025550164", consent=False)
        self.both_ways(
            f"/odoo/hr.applicant/{unasked}",
            ".o-mail-Message",
            [
                (".o_sms_tab_button", ".o_sms_blocked", ".o_sms_tab"),
                (
                    ".o_sms_blocked_add",
                    ".o_sms_consent_dialog",
                    *self.dialog("o_sms_consent_dialog"),
                ),
            ],
        )

    def set_text(self, applicant, **values):
        """Set columns of a person's newest text, as what becomes of it would."""
        self.server.psql(
            f"UPDATE hr_sms_message SET {', '.join(f'{column} = %s' for column in values)}"
            " WHERE id = (SELECT id FROM hr_sms_message WHERE applicant_id = %s ORDER BY id DESC LIMIT 1)",
            [*values.values(), applicant],
        )

    def test_states_of_the_sms_tab(self):
        """What a text has become, why none can be written, and what is asked of the recruiter."""

        def person(last, *texts, consent=True):
            applicant = self.applicant(f"+120255502{last}", consent=consent)
            for text in texts:
                self.admin.call("hr.applicant", "sms_send", [applicant], text)
                self.eventually(
                    lambda: self.server.psql(
                        "SELECT 1 FROM hr_sms_message WHERE applicant_id = %s AND state = 'delivered'",
                        [applicant],
                    )
                )
            return applicant

        delivered = person("10", "Come and see us: https://www.example.com/way")
        self.say("+12025550210", "👍")
        failed = person("11", "Do you get this?")
        self.set_text(failed, state="failed", failure_code="30005")
        unconfirmed = person("12", "Do you get this?")
        self.set_text(
            unconfirmed, state="unknown", failure_code="undecided", next_attempt_date=None
        )
        stopped = person("13", "Hello")
        self.say("+12025550213", "STOP")
        asked = person("14", "Hello")
        self.say("+12025550214", "Please do not text me any more")
        withdrawn = person("15")
        self.admin.call("hr.applicant", "sms_consent_withdraw", [withdrawn], note="On the phone")
        nobody = self.applicant(False, consent=False)
        wrong = self.applicant("12", consent=False)
        for applicant, shown in (
            (delivered, ".o_sms_bubble_in"),
            (failed, ".o_sms_bubble_reuse"),
            (unconfirmed, ".o_sms_bubble_decide"),
            (stopped, ".o_sms_blocked"),
            (asked, ".o_sms_review"),
            (withdrawn, ".o_sms_blocked"),
            (nobody, ".o_sms_empty"),
            (wrong, ".o_sms_empty"),
        ):
            self.check_tab(applicant, shown)
        self.check_tab(delivered, ".o_sms_too_long", "“Too long” " * 200)
        self.check_tab(person("16"), ".o_sms_plain", "This costs twice…")

    def check_tab(self, applicant, shown, text=""):
        """Check the SMS tab light and then dark, with a text that is not sent."""
        self.browser.goto(f"{self.server.url}/odoo/hr.applicant/{applicant}")
        self.browser.wait_for_selector(".o-mail-Message")
        self.browser.click(".o_sms_tab_button")
        if text:
            self.browser.type(".o_sms_input", text, clear=True)
        self.browser.wait_for_selector(shown)
        for scheme in ("light", "dark"):
            if scheme == "dark":
                darken(self.browser)
            with self.subTest(scheme=scheme, shown=shown):
                self.browser.settle()
                self.assertEqual(violations(self.browser, ".o_sms_tab"), [])
        self.browser.eval("document.cookie = 'color_scheme=light; path=/'")
        self.assertEqual(self.browser.errors, [])

    def test_overview(self):
        self.applicant("+12025550162")
        self.say("+12025550162", "Hello")
        self.both_ways(
            "/odoo/sms-overview",
            ".o_sms_overview_card",
            [(None, ".o_sms_overview_graph canvas", ".o_sms_overview", ".o_control_panel")],
        )

    def test_campaign(self):
        people = self.people(3, 6200)
        self.simulator.control(
            "/control/inbound", "POST", **{"from": "+12025556201", "body": "STOP"}
        )
        campaign = self.campaign(people)
        path = f"/odoo/sms-campaigns/{campaign}"
        form = ".o_sms_campaign_form"
        self.both_ways(path, ".o_sms_preview_examples", [(None, ".o_sms_preview_line", form)])
        # Nothing runs by itself here: it has started, and no text has gone.
        self.admin.call("hr.sms.campaign", "action_start", [campaign])
        self.assertEqual(self.state(campaign), "sending")
        self.both_ways(path, ".o_sms_progress", [(None, ".o_sms_progress", form)])
        self.run_all()
        self.run_all()
        self.eventually(lambda: self.state(campaign) == "done")
        self.both_ways(path, ".o_sms_progress", [(None, ".o_sms_progress_reasons", form)])


@tagged("post_install", "-at_install")
class TestSiteAccessibility(LiveCampaignCase):
    """What candidates see, on a desk and a phone. The careers site has no dark colours of its own."""

    def setUp(self):
        super().setUp()
        [self.job] = self.admin.call(
            "hr.job", "create", [{"name": "Night nurse", "is_published": True}]
        )

    def check(self, path, *steps, ready="true"):
        """Open a page in both widths, and check it after each step.

        :param str path: of the page
        :param str ready: JavaScript, true when the page does what is clicked
        :param steps: ``(JavaScript to run or None, what then shows, what is checked)``
        """
        for width, is_mobile in ((1280, False), (390, True)):
            with LiveBrowser(width, 900, mobile=is_mobile) as browser:
                browser.goto(self.server.url + path)
                browser.wait_for(ready, timeout=60)
                for script, wait, checked in steps:
                    with self.subTest(width=width, shown=wait):
                        if script:
                            browser.eval(f"{script}; true")
                        browser.wait_for_selector(wait)
                        browser.settle()
                        self.assertEqual(violations(browser, checked), [])

    def test_job_form(self):
        field = ".o_sms_consent_field"
        self.check(
            f"/jobs/apply/{self.job}",
            (None, field, field),
            (
                "document.querySelector('.s_website_form_send').click()",
                f"{field} .o_sms_consent_error",
                field,
            ),
            ready="!!document.querySelector('#hr_recruitment_form .o_files_zone')",
        )

    def test_consent_page(self):
        applicant = self.applicant("+12025550165", consent=False)
        self.admin.call("hr.applicant", "write", [applicant], {"email_from": "nia@example.com"})
        self.admin.call("hr.applicant", "sms_consent_invite", [applicant])
        [(body,)] = self.server.psql("SELECT body_html FROM mail_mail ORDER BY id DESC LIMIT 1")
        [path] = set(re.findall(r"/sms/consent/[\w-]+", body))
        page = ".o_sms_consent_page"
        self.check(path, (None, f"{page} form", page))
        self.check("/sms/consent/x", (None, page, page))

    def test_terms_and_used_up_links(self):
        self.check("/sms/terms", (None, ".o_sms_terms_page", ".o_sms_terms_page"))
        self.check("/sms/apply/x", (None, ".o_sms_apply_obstacle", ".o_sms_apply_page"))
