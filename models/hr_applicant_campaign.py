from odoo import models

from .hr_applicant import SEND_GROUP


class HrApplicant(models.Model):
    """From a list of applicants to a campaign."""

    _inherit = "hr.applicant"

    def action_send_sms(self):
        """Text these applicants: Odoo's "Send SMS" opens a campaign instead of its composer.

        :returns: action
        :raises AccessError: without the right to send SMS or to read the applicants
        """
        self._sms_check_right(SEND_GROUP)
        return self.env["hr.sms.campaign"]._action_for(self)
