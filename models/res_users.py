from odoo import models
from odoo.fields import Domain

from .hr_applicant import SEND_GROUP, VIEW_GROUP

# What decides whether a user may text, and for which companies.
_RIGHTS = frozenset({"active", "group_ids", "company_ids"})


class ResUsers(models.Model):
    """A recruiter leaves, or may not text any more: conversations and planned texts go on."""

    _inherit = "res.users"

    def _sms_may_send_for(self, company):
        """Tell whether a user can look after a company's texts.

        :param company: ``res.company`` record
        :returns: bool
        """
        self.ensure_one()
        return self.active and company in self.company_ids and self.has_group(SEND_GROUP)

    def write(self, vals):
        if not _RIGHTS & vals.keys():
            return super().write(vals)
        with self.env["hr.sms.message"]._handing_over(self):
            result = super().write(vals)
            # First, so that whoever gets the texts is not somebody who just left, too.
            self._sms_unassign()
        return result

    def _sms_unassign(self):
        """Take the threads off users who cannot see them any more: nobody would answer there."""
        # sudo: follows from the change, whoever made it
        threads = self.env["hr.sms.thread"].sudo().search(Domain("user_id", "in", self.ids))
        lost = threads.filtered(
            lambda thread: (
                not thread.user_id.active
                or thread.company_id not in thread.user_id.company_ids
                or not thread.user_id.has_group(VIEW_GROUP)
            )
        )
        if lost:
            lost.write({"user_id": False})
            lost._notify_changed()
