"""Applying by text with real servers: many phones at once, and the whole way in a browser."""

import re
from concurrent.futures import ThreadPoolExecutor

from odoo.tests import tagged

from .browser import LiveBrowser
from .live import NUMBER
from .test_texting_live import LiveTextingCase

PHONES = [f"+1202555{number:04}" for number in range(3000, 3100)]
LINK = re.compile(r"http\S+/sms/apply/[a-z0-9]+")


@tagged("post_install", "-at_install")
class TestTextToApplyLive(LiveTextingCase):
    workers = 2
    # Odoo's own, of a connection that was opened and not used in time.
    expected_log = (r"werkzeug: .* Request timed out",)

    def keyword(self, word, lang, **values):
        [job] = self.admin.call(
            "hr.job",
            "create",
            [{"name": f"Job {word}", "company_id": 1, "is_published": True, **values}],
        )
        self.admin.call(
            "hr.sms.keyword",
            "create",
            [{"word": word, "lang": lang, "action": "apply", "job_id": job}],
        )
        return job

    def send(self, phone, body):
        """Text us; on a busy machine Twilio asks again.

        :returns: status of the webhook's answer
        """
        values = {"from": phone, "body": body}
        for _again in range(5):
            answer = self.simulator.control("/control/inbound", "POST", **values)
            if answer["webhook"]["status"] == 200:
                break
            values["message_sid"] = answer["message_sid"]
        return answer["webhook"]["status"]

    def test_a_hundred_phones_three_times_each(self):
        job = self.keyword("Harvest", "en")
        with ThreadPoolExecutor(12) as pool:
            statuses = list(pool.map(lambda phone: self.send(phone, "HARVEST"), PHONES * 3))
        self.assertEqual(set(statuses), {200})

        def followed_up():
            return self.server.psql(
                "SELECT count(*) FILTER (WHERE is_followed_up), count(*)"
                " FROM hr_sms_message WHERE direction = 'inbound' AND keyword_id IS NOT NULL"
            ) == [(300, 300)]

        self.eventually(followed_up)

        def greetings():
            messages = self.simulator.control("/control/messages", origin="api")["messages"]
            return [one["to"] for one in messages if LINK.search(one["body"])]

        self.eventually(lambda: len(greetings()) >= 100)
        self.simulator.control("/control/wait")
        self.assertEqual(sorted(greetings()), PHONES)
        [(applications, numbers)] = self.server.psql(
            "SELECT count(*), count(DISTINCT sms_number) FROM hr_applicant WHERE job_id = %s", [job]
        )
        self.assertEqual((applications, numbers), (100, 100))
        [(consents,)] = self.server.psql(
            "SELECT count(*) FROM hr_sms_consent WHERE method = 'text_to_apply' AND job_ref = %s",
            [job],
        )
        self.assertEqual(consents, 100)

    def complete(self, word, lang, phone, answer, given):
        """From the keyword to the completed application, on the phone's own browser."""
        job = self.keyword(word, lang[:2])
        self.assertEqual(self.send(phone, word), 200)
        texts, _seconds = self.eventually(lambda: self.at_twilio(phone))
        self.assertIn(answer, texts[-1]["body"])
        url = LINK.search(texts[-1]["body"]).group()
        if lang != "en_US":
            url = url.replace("/sms/", f"/{lang[:2]}/sms/")
        with LiveBrowser(390, 800, mobile=True) as browser:
            browser.goto(url)
            browser.wait_for(
                "!!document.querySelector('#hr_recruitment_form .o_files_zone')", timeout=60
            )
            self.assertEqual(
                browser.eval("document.querySelector('[name=partner_phone]').value"), phone
            )
            self.assertIn(given, browser.text(".o_sms_consent_given"))
            self.assertFalse(browser.eval("!!document.querySelector('[name=sms_consent]')"))
            for name, value in (
                ("partner_name", f"Nia {word}"),
                ("email_from", f"nia.{word.lower()}@example.com"),
                ("linkedin_profile", f"https://www.linkedin.com/in/nia-{word.lower()}"),
            ):
                browser.type(f"input[name={name}]", value, clear=True)
            # not at a point: what the form says of each field may still move the button
            browser.eval("document.querySelector('.s_website_form_send').click()")
            browser.wait_for("location.pathname.includes('job-thank-you')", timeout=30)
            browser.goto(url)
            self.assertFalse(browser.eval("!!document.querySelector('#hr_recruitment_form')"))
            self.assertEqual(browser.errors, [])
        self.assertEqual(
            self.server.psql(
                "SELECT partner_name, email_from, sms_number FROM hr_applicant WHERE job_id = %s",
                [job],
            ),
            [(f"Nia {word}", f"nia.{word.lower()}@example.com", phone)],
        )
        self.assertEqual(
            self.server.psql(
                "SELECT event, method, keyword FROM hr_sms_consent WHERE job_ref = %s", [job]
            ),
            [("granted", "text_to_apply", word.lower())],
        )
        self.assertEqual(texts[-1]["from"], NUMBER)

    def test_the_whole_way_in_english(self):
        self.complete("Driver", "en_US", "+12025550181", "Thanks for your interest", "You agreed")

    def test_the_whole_way_in_german(self):
        [website] = self.admin.call("website", "search", [], limit=1)
        wizard = self.admin.call(
            "base.language.install",
            "create",
            [{"website_ids": [website], "lang_ids": self.german()}],
        )
        self.admin.call("base.language.install", "lang_install", wizard)
        self.complete("Pflege", "de_DE", "+4915123456789", "Danke für das Interesse", "zugestimmt")

    def german(self):
        return self.admin.call(
            "res.lang", "search", [("code", "=", "de_DE")], context={"active_test": False}
        )
