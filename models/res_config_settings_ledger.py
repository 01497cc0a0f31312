from odoo import api, fields, models

from .res_company_ledger import PROOF_MONTHS


class ResConfigSettings(models.TransientModel):
    """What becomes of the proof: check, erasure, retention."""

    _inherit = "res.config.settings"

    sms_message_retention = fields.Integer(
        related="company_id.sms_message_retention", readonly=False
    )
    sms_ledger_retention = fields.Integer(related="company_id.sms_ledger_retention", readonly=False)
    sms_erase_at_twilio = fields.Selection(related="company_id.sms_erase_at_twilio", readonly=False)
    sms_erase_after_proof = fields.Boolean(
        related="company_id.sms_erase_after_proof", readonly=False
    )
    sms_ledger_retention_short = fields.Boolean(compute="_compute_sms_ledger_retention_short")

    @api.depends("sms_ledger_retention")
    def _compute_sms_ledger_retention_short(self):
        for settings in self:
            settings.sms_ledger_retention_short = 0 < settings.sms_ledger_retention < PROOF_MONTHS

    def action_check_sms_ledger(self):
        """Check the consent ledger and show what was found.

        :returns: action that shows the result
        """
        return self.env["hr.sms.ledger.check"].action_check()
