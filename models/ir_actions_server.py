from odoo import models

from .hr_applicant_core_sms import AUTOMATION


class IrActionsServer(models.Model):
    _inherit = "ir.actions.server"

    def _run_action_sms_multi(self, eval_context=None):
        # Whoever made the action answered for it: the gate is asked, the user's right is not.
        action = self.with_context(hr_sms_automation=AUTOMATION)
        return super(IrActionsServer, action)._run_action_sms_multi(eval_context=eval_context)
