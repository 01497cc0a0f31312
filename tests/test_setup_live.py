"""The helpers for live tests work: a real server, a real simulator and a real browser on a database of their own."""

import os
import time

from odoo.tests import BaseCase, tagged

from .browser import LiveBrowser
from .live import NUMBER, LiveServer, LiveSimulator, RpcError


@tagged("post_install", "-at_install")
class TestLiveSetup(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.simulator = LiveSimulator().start()
        cls.addClassCleanup(cls.simulator.stop)
        cls.server = LiveServer(
            simulator=cls.simulator, expected_log=[r"You are not allowed to create 'User'"]
        ).start()
        cls.addClassCleanup(cls.server.stop)

    def test_calls_run_in_another_process_and_are_committed(self):
        admin = self.server.login("admin")
        [partner] = admin.call("res.partner", "create", [{"name": "Live"}])
        self.assertEqual(
            self.server.psql("SELECT name FROM res_partner WHERE id = %s", [partner]), [("Live",)]
        )

    def test_errors_carry_their_class(self):
        with self.assertRaises(RpcError) as caught:
            self.server.login("demo").call("res.users", "create", [{"name": "x", "login": "x"}])
        self.assertEqual(caught.exception.name, "odoo.exceptions.AccessError")

    def test_the_company_is_connected_to_the_simulator(self):
        rows = self.server.psql("SELECT number FROM sms_twilio_number")
        self.assertEqual(rows, [(NUMBER,)])
        [number] = self.simulator.api("/IncomingPhoneNumbers.json")["incoming_phone_numbers"]
        self.assertTrue(number["sms_url"].startswith(self.server.url))

    def test_the_set_up_check_calls_the_server_itself(self):
        """In one process the check's request to itself would wait for the test's cursor."""
        admin = self.server.login("admin")
        screen = admin.call("hr.sms.setup.check", "action_check")["res_id"]
        lines = admin.call(
            "hr.sms.setup.check.line",
            "search_read",
            [("check_id", "=", screen)],
            ["code", "level"],
        )
        self.assertEqual([line for line in lines if line["level"] != "green"], [])
        self.assertLessEqual(
            {"address_ok", "signature_ok", "proxy_ok", "webhook_ours"},
            {line["code"] for line in lines},
        )

    def test_the_browser_reaches_the_server(self):
        with LiveBrowser() as browser:
            browser.login(self.server.url, "admin")
            browser.goto(f"{self.server.url}/odoo/recruitment")
            browser.wait_for_selector(".o_kanban_view, .o_list_view")
            self.assertEqual(browser.errors, [])

    def test_a_killed_server_leaves_its_data_and_comes_back(self):
        with LiveServer(options=["--max-cron-threads=0"]) as server:
            server.psql("CREATE TABLE left_behind ()")
            server.kill()
            server.start()
            self.assertEqual(server.psql("SELECT count(*) FROM left_behind"), [(0,)])
            pid = server.process.pid
        deadline = time.monotonic() + 40
        while os.path.exists(f"/proc/{pid}") and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertFalse(os.path.exists(f"/proc/{pid}"))
