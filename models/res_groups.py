from odoo import models

# What may take rights from users without a write on them.
_MEMBERS = frozenset({"user_ids", "implied_ids", "implied_by_ids"})


class ResGroups(models.Model):
    """Users who lose the right to text because a group changed, see ``res.users``."""

    _inherit = "res.groups"

    def write(self, vals):
        if not _MEMBERS & vals.keys():
            return super().write(vals)
        assigned = self.env["hr.sms.thread"].sudo().search([("user_id", "!=", False)]).user_id
        with self.env["hr.sms.message"]._handing_over():
            result = super().write(vals)
            assigned._sms_unassign()
        return result
