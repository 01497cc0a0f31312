from odoo import api, fields, models


class BaseModuleUninstall(models.TransientModel):
    _inherit = "base.module.uninstall"

    sms_ledger_count = fields.Integer(
        compute="_compute_sms_ledger_count",
        help="Consent events that uninstalling would destroy.",
    )

    @api.depends("module_ids")
    def _compute_sms_ledger_count(self):
        count = self.env["hr.sms.consent"].sudo().search_count([])  # a number, for the warning
        for wizard in self:
            goes = "hr_recruitment_texting" in wizard._get_modules().mapped("name")
            wizard.sms_ledger_count = count if goes else 0

    def action_download_sms_ledger(self):
        """Offer the whole consent ledger as a file, before it is gone.

        :returns: action that downloads it
        """
        return {
            "type": "ir.actions.act_url",
            "url": "/recruitment_texting/ledger.csv",
            "target": "download",
        }
