from odoo import api, models

from .hr_applicant import SEND_GROUP

# Odoo's entry in the applicants' menu. A group set on it would stay after the addon is gone.
_SEND_SMS = "hr_recruitment_sms.action_applicant_send_sms"


class IrActionsActions(models.Model):
    """ "Send SMS" is not offered to those who may not send any."""

    _inherit = "ir.actions.actions"

    @api.model
    def get_bindings(self, model_name):
        bindings = super().get_bindings(model_name)
        if model_name != "hr.applicant" or self.env.user.has_group(SEND_GROUP):
            return bindings
        # sudo: which action it is
        send_sms = self.env.ref(_SEND_SMS, raise_if_not_found=False)
        hidden = send_sms.sudo().id if send_sms else None
        return {
            kind: [action for action in actions if action["id"] != hidden]
            for kind, actions in bindings.items()
        }
