"""The recruiter's workplace in a real browser, for tests: one window, as wide as a desk's or a phone's."""

import itertools

from .browser import LiveBrowser
from .live import NUMBER
from .test_texting_live import LiveTextingCase

DESK = (1400, 900)
PHONE = (390, 844)
INBOX = "/odoo/action-hr_recruitment_texting.hr_sms_inbox_action"
BUBBLES = ".o_sms_bubble_body"

_last_digits = itertools.count(8000)


class WorkplaceCase(LiveTextingCase):
    """One server, one simulator and one browser window, in which an SMS manager is logged in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.browser = LiveBrowser(*DESK)
        cls.addClassCleanup(cls.browser.stop)
        cls.browser.login(cls.server.url, "admin")

    def setUp(self):
        super().setUp()
        self.browser.set_viewport(*DESK)
        self.browser.errors.clear()
        self.addCleanup(lambda: self.assertEqual(self.browser.errors, []))

    def desk_and_phone(self):
        """Make the window as wide as a desk's and then as a phone's.

        :returns: iterator of str, ``"desk"`` and then ``"phone"``
        """
        for name, size in (("desk", DESK), ("phone", PHONE)):
            self.browser.goto("about:blank")
            self.browser.set_viewport(*size, mobile=size == PHONE)
            yield name

    def person(self, consent=True):
        """Make an applicant with a number of their own.

        :returns: tuple of the applicant's id and the number in E.164
        """
        phone = f"+1202555{next(_last_digits)}"
        return self.applicant(phone, consent=consent), phone

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
