"""The main job as three people live it, in real browsers: the applicant, the recruiter and the
applicant's phone."""

import time
from contextlib import contextmanager
from pathlib import Path

from odoo.tests import tagged
from odoo.tools import config

from .browser import LiveBrowser
from .test_texting_live import LiveTextingCase

PHONE = "+12025550142"
BUBBLES = "document.querySelectorAll('.o_sms_bubble').length"


@tagged("post_install", "-at_install")
class TestStory(LiveTextingCase):
    def open_browser(self, width=1400, height=900):
        browser = LiveBrowser(width, height)
        self.addCleanup(browser.stop)
        self.browsers.append(browser)
        return browser

    @contextmanager
    def screenshots_of_failure(self):
        """Show what each of the people saw when the test failed."""
        self.browsers = []
        try:
            yield
        except Exception:
            folder = Path(config["screenshots"])
            folder.mkdir(parents=True, exist_ok=True)
            for number, browser in enumerate(self.browsers):
                browser.screenshot(folder / f"{self._testMethodName}_{number}.png")
            raise

    def apply(self, browser):
        """Apply on the careers site, first without an answer, then with Yes."""
        [job] = self.admin.call(
            "hr.job", "search_read", [("is_published", "=", True)], ["website_url"], limit=1
        )
        apply_url = job["website_url"].replace("/jobs/", "/jobs/apply/")
        browser.goto(self.server.url + job["website_url"])
        browser.wait_for("document.body.getAttribute('is-ready') === 'true'", timeout=60)
        browser.click(f"a[href*='{apply_url}']")
        browser.wait_for("location.pathname.includes('/jobs/apply/')")
        # The form's own script empties the fields as it starts, and last adds a place for files.
        browser.wait_for(
            "!!document.querySelector('#hr_recruitment_form .o_files_zone')", timeout=60
        )
        browser.wait_for_selector("input[name=sms_consent]")
        for name, value in (
            ("partner_name", "Robin Candidate"),
            ("email_from", "robin@example.com"),
            ("partner_phone", "(202) 555-0142"),
            ("linkedin_profile", "https://www.linkedin.com/in/robin"),
        ):
            browser.type(f"input[name={name}]", value, clear=True)
        self.assertFalse(
            browser.eval("!!document.querySelector('input[name=sms_consent]:checked')"),
            "nothing is pre-selected",
        )
        browser.click(".s_website_form_send")
        browser.wait_for("document.body.innerText.includes('Please answer with Yes or No')")
        self.assertFalse(self.robin())
        time.sleep(
            1
        )  # the page scrolls to the error; a click meanwhile misses, as a person's would
        browser.click("input[name=sms_consent][value=yes]")
        browser.click(".s_website_form_send")
        browser.wait_for("location.pathname.includes('job-thank-you')", timeout=30)

    def robin(self):
        return self.admin.call("hr.applicant", "search", [("email_from", "=", "robin@example.com")])

    def test_from_the_job_page_to_the_answer_and_back(self):
        with self.screenshots_of_failure():
            self.play()

    def play(self):
        applicant_page = self.open_browser(1280)
        self.apply(applicant_page)
        [robin] = self.robin()
        [event] = self.admin.call(
            "hr.sms.consent",
            "search_read",
            [("applicant_ref", "=", robin)],
            ["event", "method", "number", "wording", "ip_address", "page_url", "user_agent"],
        )
        self.assertEqual((event["event"], event["method"]), ("granted", "job_form"))
        self.assertEqual(event["number"], PHONE)
        self.assertIn("STOP", event["wording"])
        self.assertEqual(event["ip_address"], "127.0.0.1")
        self.assertIn("/jobs/apply/", event["page_url"])
        self.assertIn("Chrome", event["user_agent"])

        recruiter = self.open_browser()
        recruiter.login(self.server.url, "admin")
        recruiter.goto(f"{self.server.url}/odoo/hr.applicant/{robin}")
        recruiter.click(".o_sms_tab_button")
        recruiter.wait_for("document.querySelector('.o_sms_status')?.innerText.includes('given')")
        recruiter.type(".o_sms_input", "Hi Robin, this is Mitchell. Is Tuesday at 10 fine?")
        recruiter.click(".o_sms_send")

        phone = self.open_browser(900, 800)
        phone.goto(f"{self.simulator.url}/#{PHONE}")
        phone.wait_for("document.body.innerText.includes('Is Tuesday at 10 fine?')")
        # Their Yes is welcomed by the cron, which this server does not run by itself.
        lane = self.cron("ir_cron_process_queue_bulk_1")
        self.admin.call("ir.cron", "method_direct_trigger", [lane])
        phone.wait_for("document.body.innerText.includes('Reply HELP for help.')")
        recruiter.wait_for(
            "document.querySelector('.o_sms_bubble')?.closest('*').parentElement.innerText"
            ".includes('Delivered')"
        )

        self.reply(phone, "Tuesday is great")
        recruiter.wait_for(f"{BUBBLES} === 3")
        self.assertIn("Tuesday is great", recruiter.text(".o_sms_tab"))

        self.reply(phone, "STOP")
        recruiter.wait_for_selector(".o_sms_blocked")
        self.assertIn("opted out by text", recruiter.text(".o_sms_blocked"))
        self.assertTrue(recruiter.eval("document.querySelector('.o_sms_input').disabled"))

        self.reply(phone, "START")
        recruiter.wait_for("!document.querySelector('.o_sms_blocked')")
        recruiter.type(".o_sms_input", "Welcome back")
        recruiter.press("Enter", ctrl=True)
        phone.wait_for("document.body.innerText.includes('Welcome back')")

        for browser in (applicant_page, recruiter, phone):
            self.assertEqual(browser.errors, [])
        self.assertEqual(self.simulator.control("/control/stats")["warnings"], 0)

    def reply(self, phone, text):
        phone.type("[data-testid=phone-input]", text)
        phone.click("[data-testid=phone-send]")

    def test_without_view_there_is_no_tab(self):
        self.browsers = []
        self.admin.call("res.users", "search", [])
        applicant = self.applicant("+12025550171")
        recruiter = self.open_browser()
        # Odoo's demo user is an officer of recruitment without any texting permission.
        officer = self.admin.call(
            "res.groups", "search", [("full_name", "ilike", "Officer: Manage all applicants")]
        )
        demo = self.admin.call("res.users", "search", [("login", "=", "demo")])
        self.admin.call(
            "res.users", "write", demo, {"group_ids": [(4, group) for group in officer]}
        )
        recruiter.login(self.server.url, "demo")
        recruiter.goto(f"{self.server.url}/odoo/hr.applicant/{applicant}")
        recruiter.wait_for_selector(".o-mail-Chatter-sendMessage")
        self.assertFalse(recruiter.eval("!!document.querySelector('.o_sms_tab_button')"))
        self.assertEqual(recruiter.errors, [])
