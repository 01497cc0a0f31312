from odoo import models


class ResConfigSettings(models.TransientModel):
    """What becomes of the proof: check, erasure, retention."""

    _inherit = "res.config.settings"

    def action_check_sms_ledger(self):
        """Check the consent ledger and show what was found.

        :returns: action that shows the result
        """
        return self.env["hr.sms.ledger.check"].action_check()
