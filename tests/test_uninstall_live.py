import csv
import io
import os

from odoo.tests import BaseCase, HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import TextingMixin
from .live import LiveServer

LEDGER = "/recruitment_texting/ledger.csv"

# What a database consists of, as rows of text: (kind, name).
CATALOG = """
    SELECT 'relation', relname FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'S', 'i')
     UNION SELECT 'column', table_name || '.' || column_name FROM information_schema.columns
            WHERE table_schema = 'public'
     UNION SELECT 'function', proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
     UNION SELECT 'trigger', tgname || ' on ' || tgrelid::regclass FROM pg_trigger
            WHERE NOT tgisinternal
     UNION SELECT 'constraint', conname FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace
     UNION SELECT 'cron', cron_name FROM ir_cron
     UNION SELECT 'model', model FROM ir_model
     UNION SELECT 'field', model || '.' || name FROM ir_model_fields
     UNION SELECT 'view', COALESCE(key, name) || ' of ' || COALESCE(model, '') FROM ir_ui_view
     UNION SELECT 'action', type || ': ' || (name->>'en_US') FROM ir_actions
     UNION SELECT 'group', name->>'en_US' FROM res_groups
     UNION SELECT 'privilege', name->>'en_US' FROM res_groups_privilege
     UNION SELECT 'rule', name FROM ir_rule
     UNION SELECT 'access', name FROM ir_model_access
     UNION SELECT 'external id', module || '.' || name FROM ir_model_data
            WHERE module NOT IN ('__export__', 'base') OR model <> 'ir.module.module'
     UNION SELECT 'attachment', name || ' ' || COALESCE(url, '') FROM ir_attachment
            WHERE url IS NULL OR url NOT LIKE '/web/assets/%'
     UNION SELECT 'notification', channel || message FROM bus_bus
            WHERE message LIKE '%recruitment_texting%'
     UNION SELECT 'asset', path FROM ir_asset
"""
PARAMETERS = "SELECT key FROM ir_config_parameter"


@tagged("post_install", "-at_install")
class TestUninstall(BaseCase):
    def test_nothing_is_left_behind(self):
        with LiveServer(options=["--max-cron-threads=0"]) as server:
            with server._connection(os.environ["TEXTING_BASE_DB"]) as base, base.cursor() as cursor:
                cursor.execute(CATALOG)
                before = set(cursor.fetchall())
                cursor.execute(PARAMETERS)
                parameters = set(cursor.fetchall())
            admin = server.login("admin")
            [applicant] = admin.call(
                "hr.applicant",
                "create",
                [{"partner_name": "Robin", "partner_phone": "+12025550142"}],
            )
            admin.call("hr.applicant", "sms_consent_grant", [applicant])
            server._set_parameter("hr_recruitment_texting.twilio_api_url", "http://127.0.0.1:1")
            self.assertLess(before, before | set(server.psql(CATALOG)))
            page = self.save_edited_form(server)

            [module] = admin.call(
                "ir.module.module", "search", [("name", "=", "hr_recruitment_texting")]
            )
            [wizard] = admin.call("base.module.uninstall", "create", [{"module_ids": [module]}])
            [shown] = admin.call("base.module.uninstall", "read", [wizard], ["sms_ledger_count"])
            [(events,)] = server.psql("SELECT count(*) FROM hr_sms_consent")
            self.assertEqual(shown["sms_ledger_count"], events)
            action = admin.call("base.module.uninstall", "action_download_sms_ledger", [wizard])
            status, text = admin.get(action["url"])
            self.assertEqual(status, 200)
            rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
            self.assertEqual(len(rows), events)
            self.assertEqual(rows[-1]["number"], "+12025550142")

            admin.call("base.module.uninstall", "action_uninstall", [wizard])
            kept = {("view", "test.edited_form of ")}  # the website's own, see below
            self.assertEqual(set(server.psql(CATALOG)) - before, kept)
            self.assertEqual(before - set(server.psql(CATALOG)), set())
            left = {key for (key,) in set(server.psql(PARAMETERS)) - parameters if "texting" in key}
            self.assertEqual(left, set())

            [(arch,)] = server.psql(
                "SELECT arch_db->>'en_US' FROM ir_ui_view WHERE id = %s", [page]
            )
            self.assertEqual(arch, "<div><p>Apply</p> now<form>\n<input/></form></div>")

            # Odoo goes on working.
            again = server.login("admin")
            self.assertEqual(
                again.call("hr.applicant", "read", [applicant], ["partner_name"])[0]["id"],
                applicant,
            )
            for page in ("/jobs", "/odoo/recruitment"):
                self.assertEqual(again.get(page)[0], 200, page)

    def save_edited_form(self, server):
        """Leave a job form behind as the website builder saves it."""
        arch = (
            '<div><p>Apply</p><div class="col-12 o_sms_consent_field"/> now<form>'
            '<div class="o_sms_consent_field"><p>x</p></div>\n<input/></form></div>'
        )
        [view] = server.login("admin").call(
            "ir.ui.view",
            "create",
            [{"name": "Edited form", "key": "test.edited_form", "type": "qweb", "arch": arch}],
        )
        return view


@tagged("post_install", "-at_install")
class TestLedgerExport(TextingMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_texting()

    def download(self, user):
        self.authenticate(user.login, user.login)
        return self.url_open(LEDGER, allow_redirects=False)

    def test_an_administrator_gets_every_event_with_its_proof(self):
        self.append("granted", "job_form", wording="=1+1; text\n“ok”", note="-2")
        self.append("withdrawn", "keyword")
        answer = self.download(
            new_test_user(self.env, login="sms_administrator", groups="base.group_system")
        )
        self.assertEqual(answer.status_code, 200)
        self.assertIn("consent-ledger.csv", answer.headers["Content-Disposition"])
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        ours = [row for row in rows if row["company_name"] == "Acme Hiring"]
        self.assertEqual([row["event"] for row in ours], ["granted", "withdrawn"])
        self.assertEqual(ours[0]["number"], "+12025550142")
        self.assertEqual(ours[0]["wording"], "'=1+1; text\n“ok”", "no formula in a spreadsheet")
        self.assertEqual(ours[0]["note"], "'-2")
        self.assertEqual(ours[1]["previous_hash"], ours[0]["hash"])

    @mute_logger("odoo.http")
    def test_nobody_else(self):
        for user in (self.nobody, self.sender, self.manager):
            self.assertEqual(self.download(user).status_code, 403)
        self.logout()
        self.assertEqual(self.url_open(LEDGER, allow_redirects=False).status_code, 303)
