"""Campaigns with real processes: pause and stop against the queue, a crash, and in a browser."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Event
from urllib.error import URLError

from odoo.tests import tagged

from .browser import LiveBrowser
from .live import RpcError
from .test_texting_live import LiveTextingCase

QUEUE = tuple(f"ir_cron_process_queue_bulk_{lane}" for lane in range(1, 5))
CRONS = ("ir_cron_campaigns", *QUEUE)


class LiveCampaignCase(LiveTextingCase):
    def people(self, count, first):
        """Make applicants that agreed, with numbers from ``+1202555<first>`` on."""
        ids = self.admin.call(
            "hr.applicant",
            "create",
            [
                {
                    "partner_name": f"Live {first + number}",
                    "partner_phone": f"+1202555{first + number}",
                    "email_from": f"live{first + number}@example.com",
                }
                for number in range(count)
            ],
        )
        self.admin.call("hr.applicant", "sms_consent_grant", ids, note="by phone")
        return ids

    def campaign(self, applicants, **values):
        action = self.admin.call("hr.applicant", "action_send_sms", applicants)
        values = {"body": "Hello {{ first_name }}", **values}
        self.admin.call("hr.sms.campaign", "write", [action["res_id"]], values)
        return action["res_id"]

    def run_cron(self, name):
        """Run one of our crons to its end, as a worker does; it may be running already."""
        with suppress(RpcError):
            self.server.login("admin").call("ir.cron", "method_direct_trigger", [self.cron(name)])

    def run_all(self):
        """Run all crons of campaigns once, each to its end."""
        for name in CRONS:
            self.run_cron(name)

    def state(self, campaign):
        [(state,)] = self.server.psql("SELECT state FROM hr_sms_campaign WHERE id = %s", [campaign])
        return state

    def texts(self, campaign):
        """``{number: state}`` of a campaign's texts; there must be one a number."""
        rows = self.server.psql(
            "SELECT thread.number, message.state FROM hr_sms_message message"
            "  JOIN hr_sms_thread thread ON thread.id = thread_id WHERE campaign_id = %s",
            [campaign],
        )
        self.assertEqual(len(rows), len(dict(rows)))
        return dict(rows)

    def arrived(self, first, count):
        """Numbers at the simulator; none may have two texts."""
        found = [
            message["to"]
            for message in self.simulator.control("/control/messages", limit=100000)["messages"]
            if message["to"] in {f"+1202555{first + number}" for number in range(count)}
        ]
        self.assertEqual(len(found), len(set(found)))
        return set(found)


@tagged("post_install", "-at_install")
class TestCampaignRaces(LiveCampaignCase):
    # Each cron that runs keeps one, and whoever pauses must not wait for them.
    workers = 8
    expected_log = (
        r"odoo.http: Meanwhile this campaign went on",
        r"odoo.addons.base.models.ir_cron",
        r"odoo.http: .*(cannot be|already|Record|Job)",
    )

    @contextmanager
    def crons_running(self):
        """Have all crons run over and over during a block, as workers do, and once more after it."""
        over = Event()

        def work(name):
            while not over.is_set():
                self.run_cron(name)
                time.sleep(0.1)

        with ThreadPoolExecutor(len(CRONS)) as pool:
            runs = [pool.submit(work, name) for name in CRONS]
            try:
                yield
            finally:
                over.set()
            for run in runs:
                run.result(120)
        self.run_all()

    def test_pause_resume_and_stop_while_it_goes(self):
        count, first = 300, 3000
        campaign = self.campaign(self.people(count, first))
        self.simulator.control("/control/settings", "POST", latency_ms=[150, 250])
        self.addCleanup(self.simulator.control, "/control/settings", "POST", latency_ms=0)
        self.server._set_parameter("hr_recruitment_texting.concurrency", "2")
        self.admin.call("hr.sms.campaign", "action_start", [campaign])
        with self.crons_running():
            self.eventually(lambda: len(self.arrived(first, count)) > 20)
            self.admin.call("hr.sms.campaign", "action_pause", [campaign])
        # what was being handed over at that moment is on its way
        paused_at = len(self.arrived(first, count))
        self.assertLess(paused_at, count)
        with self.crons_running():
            time.sleep(1)
        self.assertEqual(len(self.arrived(first, count)), paused_at, "nothing goes meanwhile")
        self.assertEqual(self.state(campaign), "paused")
        self.admin.call("hr.sms.campaign", "action_resume", [campaign])
        with self.crons_running():
            self.eventually(lambda: len(self.arrived(first, count)) > paused_at + 10)
            self.admin.call("hr.sms.campaign", "action_stop", [campaign])
        texts = self.texts(campaign)
        went = {number for number, state in texts.items() if state in ("sent", "delivered")}
        self.assertEqual(self.arrived(first, count), went)
        self.assertLess(len(went), count)
        self.assertLessEqual(set(texts.values()), {"sent", "delivered", "canceled"})
        self.assertEqual(self.state(campaign), "stopped")
        [row] = self.admin.call(
            "hr.sms.campaign", "read", [campaign], ["sent_count", "skipped_count", "waiting_count"]
        )
        self.assertEqual(row["sent_count"], len(went))
        self.assertEqual(row["skipped_count"], count - len(went))
        self.assertEqual(row["waiting_count"], 0)

    def test_two_clicks_start_it_once(self):
        count, first = 20, 4000
        campaign = self.campaign(self.people(count, first))
        sessions = [self.server.login("admin") for _number in range(4)]

        def start(session):
            with suppress(RpcError):
                return session.call("hr.sms.campaign", "action_start", [campaign])

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(start, sessions))
        self.assertEqual(answers.count(True), 1)
        with self.crons_running():
            self.eventually(lambda: len(self.texts(campaign)) == count)
        self.eventually(lambda: len(self.arrived(first, count)) == count)
        self.eventually(
            lambda: self.run_cron("ir_cron_campaigns") or self.state(campaign) == "done"
        )


@tagged("post_install", "-at_install")
class TestCampaignCrash(LiveCampaignCase):
    expected_log = (r".",)  # the server is killed in the middle of its work

    def test_killed_while_texts_are_made(self):
        count, first = 600, 5000  # three commits
        campaign = self.campaign(self.people(count, first))
        self.admin.call("hr.sms.campaign", "action_start", [campaign])
        with ThreadPoolExecutor(1) as pool:

            def run():
                with suppress(URLError, OSError):
                    self.run_cron("ir_cron_campaigns")

            running = pool.submit(run)
            self.eventually(lambda: len(self.texts(campaign)) > 0)
            self.server.kill()
            running.result(60)
        made = len(self.texts(campaign))
        self.assertLess(made, count, "it was killed in the middle")
        [(noted,)] = self.server.psql(
            "SELECT count(*) FROM hr_sms_campaign_recipient WHERE campaign_id = %s"
            " AND message_id IS NOT NULL",
            [campaign],
        )
        self.assertEqual(noted, made)
        self.server.start()
        type(self).admin = self.server.login("admin")
        self.run_all()
        self.assertEqual(len(self.texts(campaign)), count)
        self.assertEqual(len(self.arrived(first, count)), count)


@tagged("post_install", "-at_install")
class TestCampaignBrowser(LiveCampaignCase):
    """From the list of applicants to the result, in a browser."""

    LIST = "/odoo/action-hr_recruitment.crm_case_categ0_act_job?view_type=list"

    def drive(self, browser, first, count):
        people = self.people(count, first)
        self.applicant(f"+1202555{first + count}", consent=False)
        browser.login(self.server.url, "admin")
        return people

    def shows(self, browser, selector, words):
        browser.wait_for(f"document.querySelector('{selector}')?.innerText.includes('{words}')")

    def test_four_clicks_from_the_list(self):
        count, first = 3, 6000
        with LiveBrowser() as browser:
            self.drive(browser, first, count)
            browser.goto(self.server.url + self.LIST)
            browser.wait_for_selector(".o_searchview_input")
            browser.type(".o_searchview_input", "Live")
            browser.click(".o_searchview_autocomplete .o-dropdown-item")
            browser.wait_for("document.querySelectorAll('.o_data_row').length === 4")
            clicks = 0

            def click(selector):
                nonlocal clicks
                clicks += 1
                browser.click(selector)

            click("thead .o_list_record_selector input")
            click("button[name=action_send_sms]")
            self.shows(browser, ".o_sms_preview_who", "3 get the text")
            self.shows(browser, ".o_sms_preview_who", "1 not texted. There is no consent")
            browser.type(".o_sms_campaign_input", "Hi ")
            browser.click(".o_sms_campaign_insert")
            browser.wait_for_selector(".o-dropdown-item")
            item = (
                "[...document.querySelectorAll('.o-dropdown-item')]"
                ".find((e) => e.innerText.includes('first name'))"
            )
            browser.wait_for(f"Boolean({item})")
            browser.eval(f"{item}.click()")
            browser.wait_for(
                "document.querySelector('.o_sms_preview_examples')?.innerText.includes('Hi Live')"
            )
            click("button[name=action_start]")
            browser.wait_for_selector(".modal .btn-primary")
            click(".modal .btn-primary")
            self.assertEqual(clicks, 4)
            self.shows(browser, ".o_sms_progress", "of 4 are done")
            # live, without a reload
            self.run_all()
            self.shows(browser, ".o_sms_progress", "4 of 4 are done")
            self.shows(browser, ".o_arrow_button_current", "Done")
            self.shows(browser, ".o_sms_progress", "1 not texted. There is no consent")
            self.post_inbound(From=f"+1202555{first}", Body="Yes please")
            browser.wait_for(
                "[...document.querySelectorAll('.oe_stat_button')]"
                ".some((e) => e.innerText.replace(/\\s+/g, ' ').includes('1 Replied'))"
            )
            browser.click("button[name=action_text_unanswered]")
            self.shows(browser, ".o_sms_preview_who", "2 get the text")
            self.assertFalse(browser.errors)
        self.assertEqual(len(self.arrived(first, count)), count)

    def test_on_a_phone(self):
        count, first = 2, 7000
        with LiveBrowser(390, 844, mobile=True) as browser:
            people = self.drive(browser, first, count)
            campaign = self.campaign(people, body=False)
            browser.goto(f"{self.server.url}/odoo/sms-campaigns/{campaign}")
            browser.type(".o_sms_campaign_input", "Are you free tonight?")
            browser.wait_for(
                "document.querySelector('.o_sms_preview_examples')?.innerText.includes('tonight')"
            )
            wide = browser.eval("document.documentElement.scrollWidth")
            self.assertLessEqual(wide, 390)
            browser.eval("document.querySelector('.o_form_button_save')?.click()")
            self.eventually(
                lambda: (
                    self.server.psql("SELECT body FROM hr_sms_campaign WHERE id = %s", [campaign])
                    == [("Are you free tonight?",)]
                )
            )
            self.admin.call("hr.sms.campaign", "action_start", [campaign])
            self.run_all()
            # Campaigns and whom a button counts are cards: a list would be cut off.
            browser.goto(f"{self.server.url}/odoo/sms-campaigns")
            self.shows(browser, ".o_kanban_record .badge", "Done")
            browser.click(".o_kanban_record")
            browser.click(".o_button_more")
            browser.click(".o-dropdown--menu button[name=action_recipients]")
            self.shows(browser, ".o_kanban_record .badge", "Delivered")
            browser.goto(f"{self.server.url}/odoo/sms-campaigns/{campaign}")
            browser.wait_for(
                "document.querySelector('.o_sms_progress')?.innerText.includes('2 of 2 are done')"
            )
            self.assertLessEqual(browser.eval("document.documentElement.scrollWidth"), 390)
            # A language with long words: the button ends before the arrow of the state does.
            button, state = browser.eval(
                "(() => { const button = document.querySelector('button[name=action_text_unanswered]');"
                " button.innerText = 'Denen schreiben, die nicht geantwortet haben';"
                " return [button.getBoundingClientRect().right,"
                " document.querySelector('.o_statusbar_status').getBoundingClientRect().left]; })()"
            )
            self.assertGreaterEqual(state - button, 16)
            self.assertFalse(browser.errors)
