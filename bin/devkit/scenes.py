"""What is on each picture of `bin/pictures`: a day of texting, lived by the product's own ways, and its screens."""

import json
import re
import time
import urllib.request

from .say import Stop
from .simulator import NUMBER

PEOPLE = ("Maya Cole", "Leo Fischer", "Nora Blake", "Omar Haddad", "Ines Duarte", "Tom Becker")
NEWS = "Hi {{ first_name }}, this is Mitchell of YourCompany. We have night shifts in December. Interested?"
OPEN_DAY = "Hi {{ first_name }}, this is Mitchell of YourCompany. Come and see us on Saturday from 10 to 4!"
PHONE = (390, 844)
ALEX, STRANGER = "+12025550111", "+12025550190"


class Day:
    """The demo data, and what came on top of it in a day.

    :param server: the running `Server`
    :param admin: a session of an SMS manager, who is also an administrator
    :param visitor: a browser in which nobody is logged in
    :param recruiter: a browser in which the manager is
    """

    def __init__(self, server, admin, visitor, recruiter):
        self.url = server.odoo_url
        self.simulator = server.simulator_url
        self.call = admin.call
        self.visitor = visitor
        self.recruiter = recruiter
        [self.job] = self.call(
            "hr.job", "search_read", [("name", "=", "Consultant")], ["website_url"], limit=1
        )

    def live(self) -> None:
        self._be_awake()
        people = self._people()
        self.done = self._campaign(people, "Night shifts in December", NEWS)
        self.call("hr.sms.campaign", "action_start", [self.done])
        self._wait_until_done(self.done)
        self.text("+12025550131", "Yes, I am interested! Which days?")
        self.text("+12025550132", "Count me in")
        self.text("+12025550133", "STOP")
        everybody = self.call("hr.applicant", "search", [("partner_phone", "like", "202-555-01")])
        self.draft = self._campaign(everybody, "Open day on Saturday", OPEN_DAY)
        [self.keyword] = self.call(
            "hr.sms.keyword",
            "create",
            [{"word": "CONSULT", "action": "apply", "job_id": self.job["id"]}],
        )
        self._invite()
        self.text(STRANGER, "Hello, is the consultant job still open? I could start on Monday.")
        self.text(ALEX, "One more question: where can I park?")

    def _be_awake(self) -> None:
        """Texts to many go at any hour the pictures are taken at."""
        self.set_up(sms_quiet_hours=False)
        self.call("res.users", "write", [self._me()], {"odoobot_state": "disabled"})

    def set_up(self, **values) -> None:
        """Change settings of all companies."""
        self.call("res.company", "write", self.call("res.company", "search", []), values)

    def _me(self) -> int:
        return self.call("res.users", "search", [("login", "=", "admin")])[0]

    def _people(self) -> list[int]:
        values = [
            {
                "partner_name": name,
                "partner_phone": f"+1 202-555-{131 + number:04}",
                "email_from": f"{name.split()[0].lower()}@example.com",
                "job_id": self.job["id"],
                "user_id": self._me(),
            }
            for number, name in enumerate(PEOPLE)
        ]
        ids = self.call("hr.applicant", "create", values)
        self.call("hr.applicant", "sms_consent_grant", ids, note="Agreed on the phone")
        return ids

    def _campaign(self, applicants: list[int], name: str, body: str) -> int:
        action = self.call("hr.applicant", "action_send_sms", applicants)
        values = {"name": name, "body": body}
        self.call("hr.sms.campaign", "write", [action["res_id"]], values)
        return action["res_id"]

    def _wait_until_done(self, campaign: int) -> None:
        end = time.monotonic() + 180
        while time.monotonic() < end:
            [row] = self.call("hr.sms.campaign", "read", [campaign], ["state", "delivered_count"])
            if row["state"] == "done" and row["delivered_count"] == len(PEOPLE):
                return
            time.sleep(1)
        raise Stop(f"The campaign is not done after three minutes: {row}; see pictures-odoo.log.")

    def _invite(self) -> None:
        """Ask Sam by e-mail, and take the link out of it."""
        sam = self.call("hr.applicant", "search", [("partner_name", "=", "Sam Rivera")])
        self.call("hr.applicant", "sms_consent_invite", sam)
        [mail] = self.call(
            "mail.mail",
            "search_read",
            [("body_html", "like", "/sms/consent/")],
            ["body_html"],
            limit=1,
        )
        self.link = re.search(r"/sms/consent/[\w-]+", mail["body_html"])[0]

    def text(self, phone: str, body: str) -> None:
        """Somebody texts us."""
        data = json.dumps({"from": phone, "to": NUMBER, "body": body}).encode()
        request = urllib.request.Request(
            f"{self.simulator}/control/inbound", data, {"Content-Type": "application/json"}
        )
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
            request, timeout=30
        ) as answer:
            answer.read()

    def open(self, path: str, selector: str):
        """Open a page as the recruiter and wait until that shows."""
        self.recruiter.goto("about:blank")
        self.recruiter.goto(self.url + path)
        self.recruiter.wait_for_selector(selector, 60)
        return self.recruiter


def _job_form(day: Day):
    browser = day.visitor
    browser.goto(day.url + day.job["website_url"].replace("/jobs/", "/jobs/apply/"))
    browser.wait_for_selector("input[name=sms_consent]")
    return browser


def _consent_page(day: Day):
    day.visitor.goto(day.url + day.link)
    return day.visitor


def _sms_tab(day: Day):
    [alex] = day.call("hr.applicant", "search", [("partner_name", "=", "Alex Morgan")])
    browser = day.open(
        f"/odoo/action-hr_recruitment.crm_case_categ0_act_job/{alex}", ".o-mail-Message"
    )
    browser.click(".o_sms_tab_button")
    browser.wait_for_selector(".o_sms_bubble")
    return browser


def _send_later(day: Day):
    browser = _sms_tab(day)
    browser.type(".o_sms_input", "Hi Alex, we look forward to seeing you on Tuesday!")
    browser.click(".o_sms_send_later:enabled")
    browser.click(".o_sms_schedule_dialog input[name=o_sms_schedule]")
    browser.wait_for_selector(".o_sms_schedule_theirs")
    return browser


def _consent(day: Day):
    browser = _sms_tab(day)
    browser.click(".o_sms_status")
    browser.wait_for_selector(".o_sms_consent_popover .o_sms_consent_event")
    return browser


def _phone(day: Day):
    day.recruiter.set_viewport(*PHONE, mobile=True)
    return _sms_tab(day)


def _inbox(day: Day):
    browser = day.open(
        "/odoo/action-hr_recruitment_texting.hr_sms_inbox_action", ".o_sms_inbox_row"
    )
    browser.eval(
        "[...document.querySelectorAll('.o_sms_inbox_row')].find((row) =>"
        " row.innerText.includes('Alex Morgan')).click()"
    )
    browser.wait_for_selector(".o_sms_bubble")
    return browser


def _campaign_preview(day: Day):
    return day.open(f"/odoo/sms-campaigns/{day.draft}", ".o_sms_preview_examples")


def _campaign_result(day: Day):
    return day.open(f"/odoo/sms-campaigns/{day.done}", ".o_sms_progress")


def _overview(day: Day):
    return day.open("/odoo/sms-overview", ".o_sms_overview_graph canvas")


def _settings(day: Day):
    browser = day.open("/odoo/settings", ".settings_tab")
    browser.click(".settings_tab .tab[data-key=hr_recruitment]")
    browser.wait_for_selector("#sms_consent_preview")
    browser.eval(
        "document.querySelector('#sms_consent_preview').closest('.app_settings_block, .o_setting_container, div[name]')"
        ".scrollIntoView({block: 'start', behavior: 'instant'})"
    )
    return browser


def _setup_check(day: Day):
    [settings] = day.call("res.config.settings", "create", [{}])
    action = day.call("res.config.settings", "action_check_sms_setup", [settings])
    return day.open(f"/odoo/{action['res_model']}/{action['res_id']}", ".o_form_view")


def _terms(day: Day):
    day.visitor.goto(day.url + "/sms/terms")
    day.visitor.wait_for_selector(".o_sms_terms_page")
    return day.visitor


def _action(name: str, selector: str = ".o_data_row"):
    """A scene that only opens one of the addon's actions."""
    return lambda day: day.open(f"/odoo/action-hr_recruitment_texting.{name}", selector)


def _stage(day: Day):
    [template] = day.call("sms.template", "search", [("model", "=", "hr.applicant")], limit=1)
    [stage] = day.call("hr.recruitment.stage", "search", [("name", "=", "First Interview")])
    day.call("hr.recruitment.stage", "write", [stage], {"sms_template_id": template})
    day.set_up(sms_stage_texts=True)
    return day.open(
        f"/odoo/action-hr_recruitment.hr_recruitment_stage_act/{stage}",
        ".o_field_widget[name=sms_template_id]",
    )


def _poster(day: Day):
    browser = day.open("/odoo", ".o_web_client")
    browser.eval(
        'document.body.innerHTML = \'<img style="height: 100vh; display: block; margin: auto"'
        f' src="/recruitment_texting/poster/{day.keyword}.png"/>\''
    )
    browser.wait_for("document.querySelector('img').naturalWidth > 0")
    return browser


# by the name of the file
SCENES = {
    "job_form": _job_form,
    "consent_page": _consent_page,
    "sms_tab": _sms_tab,
    "consent": _consent,
    "send_later": _send_later,
    "phone": _phone,
    "inbox": _inbox,
    "campaign_preview": _campaign_preview,
    "campaign_result": _campaign_result,
    "overview": _overview,
    "analysis": _action("hr_sms_report_action?view_type=pivot", ".o_pivot table"),
    "templates": _action("sms_template_action"),
    "stage": _stage,
    "keywords": _action("hr_sms_keyword_action"),
    "country_rules": _action("hr_sms_country_rule_action"),
    "allowance": _action("action_open_allowance", ".o_form_view .o_field_widget"),
    "terms": _terms,
    "settings": _settings,
    "setup_check": _setup_check,
    "consent_history": _action("hr_sms_consent_action"),
    "poster": _poster,
}
