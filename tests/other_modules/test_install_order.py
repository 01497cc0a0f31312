import os
import subprocess
import sys
import time
from pathlib import Path
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ..live import LiveServer, LiveSimulator

# bin/devkit/templates.py installs these after the addon, and the others before it.
AFTER = "mass_mailing_sms,website_sms,event_sms"
YES, NO = "+12025550142", "+12025550143"


@tagged("post_install", "-at_install")
class TestInstallOrder(BaseCase):
    """In the other tests SMS Marketing comes after the addon; here it is there before."""

    def test_after_sms_marketing(self):
        simulator = LiveSimulator().start()
        self.addCleanup(simulator.stop)
        server = LiveServer()
        self.addCleanup(server.stop)
        with patch.dict(os.environ, TEXTING_TEMPLATE_DB=os.environ["TEXTING_BASE_DB"]):
            server.create_database()
        # without it, Odoo loads demo data of what it installs
        server.psql("UPDATE ir_module_module SET demo = false")
        self.install(server, AFTER)
        self.install(server, "hr_recruitment_texting")
        server.simulator = simulator
        server._connect_simulator()
        server.start()
        admin = server.login("admin")

        [yes] = self.applicant(admin, YES)
        [no] = self.applicant(admin, NO)
        admin.call("hr.applicant", "sms_consent_grant", [yes])
        [model] = admin.call("ir.model", "search", [("model", "=", "hr.applicant")])
        values = {
            "subject": "News",
            "mailing_type": "sms",
            "body_plaintext": "Come and see us",
            "mailing_model_id": model,
            "mailing_domain": repr([("id", "in", [yes, no])]),
            "sms_allow_unsubscribe": False,
        }
        [mailing] = admin.call("mailing.mailing", "create", [values])
        admin.call("mailing.mailing", "action_send_sms", [mailing])
        traces = admin.call(
            "mailing.trace",
            "search_read",
            [("mass_mailing_id", "=", mailing)],
            ["sms_number", "trace_status"],
        )
        self.assertEqual(
            {trace["sms_number"]: trace["trace_status"] for trace in traces},
            {YES: "pending", NO: "cancel"},
        )
        [text] = self.wait_for_texts(simulator)
        self.assertEqual((text["to"], text["body"]), (YES, "Come and see us"))
        server.kill()  # in the midst of its crons, which would complain of an orderly end

    def applicant(self, admin, number):
        values = {"partner_name": number, "partner_phone": number}
        return admin.call("hr.applicant", "create", [values])

    def wait_for_texts(self, simulator):
        end = time.monotonic() + 120
        while not (texts := simulator.control("/control/messages")["messages"]):
            self.assertLess(time.monotonic(), end, "nothing arrived")
            time.sleep(0.2)
        return texts

    def install(self, server, modules):
        """Install modules, without those Odoo adds because they go well with them."""
        config = Path(os.environ["TEXTING_CONFIG"])
        log = server.log.with_name(f"{server.name}_install.log")
        subprocess.run(
            [
                *(sys.executable, config.with_name("odoo-bin"), "server", "-c", config),
                *("-d", server.db, "-i", modules, "--skip-auto-install"),
                *("--no-http", "--stop-after-init", f"--logfile={log}"),
            ],
            check=True,
            cwd=config.parent,
        )
        lines = log.read_text().splitlines()
        log.unlink()
        self.assertEqual([line for line in lines if " WARNING " in line or " ERROR " in line], [])
