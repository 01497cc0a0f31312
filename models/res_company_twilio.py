from odoo import models

from ..gateway.client import DEFAULT_URL


class ResCompany(models.Model):
    """A company's Twilio account, as the server uses it."""

    _inherit = "res.company"

    def write(self, vals):
        if "sms_twilio_account_sid" in vals:
            sid = vals["sms_twilio_account_sid"] or False
            # sudo: which account it was, for whoever may write the new one
            self.sudo().filtered(
                lambda company: company.sms_twilio_account_sid != sid
            )._sms_account_left()
        return super().write(vals)

    def _sms_account_left(self):
        """Have people decide about texts that only the former account could tell of."""
        self.env.cr.execute(
            """
            UPDATE hr_sms_message SET failure_code = 'undecided'
             WHERE company_id = ANY(%s) AND state IN ('sending', 'unknown')
            """,
            [self.ids],
        )
        self.env["hr.sms.message"].invalidate_model(["failure_code", "failure_reason"])

    def _sms_connection(self, kind):
        """Return a connection to this company's Twilio account.

        :param kind: :class:`~..gateway.Gateway` or a subclass
        """
        self.ensure_one()
        # sudo: the server's own use of credentials that only administrators read
        company = self.sudo()
        url = company.env["ir.config_parameter"].get_param("hr_recruitment_texting.twilio_api_url")
        return kind(
            company.sms_twilio_account_sid,
            company.sms_twilio_auth_token,
            # The official address, or a simulator's.
            url or DEFAULT_URL,
        )
