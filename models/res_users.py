from odoo import api, models
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
        return self._sms_belongs_to(SEND_GROUP, company)

    def _sms_may_view_for(self, company):
        """Tell whether a user may view a company's texts.

        :param company: ``res.company`` record
        :returns: bool
        """
        return self._sms_belongs_to(VIEW_GROUP, company)

    def _sms_belongs_to(self, group, company):
        self.ensure_one()
        return self.active and company in self.company_ids and self.has_group(group)

    @api.model
    def _sms_viewers(self, companies, domain=Domain.TRUE, limit=None):
        """Find those who may view texts of companies.

        :param companies: ``res.company`` records, of any of them
        :param domain: further :class:`odoo.fields.Domain` on ``res.users``
        :param limit: users at most
        :returns: ``res.users`` records (superuser)
        """
        # sudo: whom one may see as a colleague is not asked
        return self.sudo().search(
            Domain("all_group_ids", "in", self.env.ref(VIEW_GROUP).ids)
            & Domain("company_ids", "in", companies.ids)
            & Domain("share", "=", False)
            & domain,
            limit=limit,
        )

    def write(self, vals):
        if not _RIGHTS & vals.keys():
            return super().write(vals)
        with self.env["hr.sms.message"]._handing_over(self):
            result = super().write(vals)
            # First, so that whoever gets the texts is not somebody who just left, too.
            self._sms_unassign()
        return result

    def unlink(self):
        # sudo: follows from the deletion, whoever makes it
        threads = self.env["hr.sms.thread"].sudo().search(Domain("user_id", "in", self.ids))
        with self.env["hr.sms.message"]._handing_over(self):
            result = super().unlink()
        threads._notify_changed()
        return result

    def _sms_unassign(self):
        """Take the threads off users who cannot see them any more: nobody would answer there."""
        # sudo: follows from the change, whoever made it
        threads = self.env["hr.sms.thread"].sudo().search(Domain("user_id", "in", self.ids))
        lost = threads.filtered(
            lambda thread: not thread.user_id._sms_may_view_for(thread.company_id)
        )
        if lost:
            lost.write({"user_id": False})
            lost._notify_changed()
