"""Nothing of ours is open to somebody without "View SMS": found by looking at what there is, not by a list.

What is added later is covered by being there; what is meant for everybody has to be named here.
"""

import inspect

from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TextingCase

ADDON = "hr_recruitment_texting"
OURS = f"odoo.addons.{ADDON}."
# They lead somewhere, and hold nothing themselves: what they lead to is refused.
LEADING = {
    ("base.module.uninstall", "action_download_sms_ledger"),
    ("hr.applicant", "action_privacy_lookup"),
    ("hr.sms.allowance", "action_change"),
    ("hr.sms.campaign", "sms_placeholders"),
    ("hr.sms.consent.import", "action_template"),
    ("hr.sms.takeover", "action_applicants"),
}
MENUS = {"menu_sms", "menu_sms_inbox", "menu_sms_campaigns", "menu_sms_overview", "menu_sms_report"}


@tagged("post_install", "-at_install")
class TestRightsEverywhere(TextingCase):
    def models(self):
        """Models that the addon makes, with a table or a view of their own."""
        return [
            name
            for name, model in self.env.registry.items()
            if model._original_module == ADDON and not model._abstract
        ]

    def methods(self):
        """``(model, method)`` of what the addon adds to what a client may call."""
        found = []
        for name, model in self.env.registry.items():
            for method, function in inspect.getmembers(model, inspect.isfunction):
                definitions = [vars(base)[method] for base in model.__mro__ if method in vars(base)]
                if (
                    not method.startswith("_")
                    and all(one.__module__.startswith(OURS) for one in definitions)
                    and not getattr(function, "_api_private", False)
                ):
                    found.append((name, method))
        return found

    def make_records(self):
        """One record of each model that has methods, as ``{model: ids}``."""
        self.append("granted", "job_form")
        self.applicant.sms_send("Hello")
        company = self.company.id
        campaign = self.env["hr.sms.campaign"].create({"body": "Hello"})
        account = self.env["hr.sms.allowance"]._of(self.company)
        lookup = self.env["privacy.lookup.wizard"].create({"name": "A", "email": "a@example.com"})
        values = {
            "hr.sms.campaign.recipient": {
                "campaign_id": campaign.id,
                "applicant_id": self.applicant.id,
            },
            "hr.sms.allowance.change": {"allowance_id": account.id, "mode": "prepaid"},
            "privacy.lookup.wizard.line": {"wizard_id": lookup.id, "res_id": self.applicant.id},
            "hr.sms.takeover.line": {"takeover_id": self.env["hr.sms.takeover"].create({}).id},
        }
        records = {"hr.applicant": self.applicant.ids, "res.company": [company]}
        for model, _method in self.methods():
            if model not in records and not self.env[model]._abstract:
                found = self.env[model].sudo().search([], limit=1)
                records[model] = (found or found.create(values.get(model, {}))).ids
        return records

    def test_methods(self):
        methods, records = self.methods(), self.make_records()
        self.assertGreater(len(methods), 60)
        self.assertLessEqual(LEADING, set(methods), "gone: forget it here too")
        for model, method in set(methods) - LEADING:
            function = getattr(type(self.env[model]), method)
            args = [
                None
                for parameter in list(inspect.signature(function).parameters.values())[1:]
                if parameter.default is parameter.empty
                and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
            ]
            if not getattr(function, "_api_model", False):
                args.insert(0, records.get(model, []))
            with self.subTest(model=model, method=method):
                self.assertRefused(model, method, *args)

    def test_models(self):
        for model in self.models():
            with self.subTest(model=model):
                self.assertRefused(model, "search_read", [])

    def assertRefused(self, model, method, *args):
        self.env.invalidate_all()
        with (
            mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"),
            self.assertRaises(AccessError),
            self.env.cr.savepoint(),
        ):
            call_kw(self.env(user=self.nobody)[model], method, args, {})

    def menus(self, user):
        """Names of our menus that a user gets to."""
        visible = set(self.env["ir.ui.menu"].with_user(user)._visible_menu_ids())
        ours = self.env["ir.model.data"].search(
            [("module", "=", ADDON), ("model", "=", "ir.ui.menu")]
        )
        found = set()
        for entry in ours:
            path = self.env["ir.ui.menu"].browse(entry.res_id).parent_path
            if {int(part) for part in path.split("/") if part} <= visible:
                found.add(entry.name)
        return found

    def test_menus(self):
        self.assertFalse(self.menus(self.nobody))
        self.assertEqual(self.menus(self.viewer), MENUS)
        self.assertEqual(self.menus(self.sender), MENUS | {"menu_import_consents"})
        self.assertLess(self.menus(self.sender), self.menus(self.manager))
