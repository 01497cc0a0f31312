from odoo import models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    def action_check_sms_setup(self):
        """Check how texting is set up, and show what was found.

        :returns: action that shows the result
        :raises AccessError: for anybody but administrators
        """
        return self.env["hr.sms.setup.check"].action_check()
