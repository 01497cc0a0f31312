from collections import namedtuple

from odoo import api, models, tools

from ..gateway.client import DEFAULT_URL

# What the webhooks need to know of a company, without asking the database.
Account = namedtuple("Account", "company_id token numbers service")


class ResCompany(models.Model):
    """A company's Twilio account, as the server uses it."""

    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        self.env.registry.clear_cache()
        return companies

    def write(self, vals):
        if vals.keys() & {"sms_twilio_account_sid", "sms_twilio_auth_token"}:
            self.env.registry.clear_cache()
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

    @api.model
    @tools.ormcache()
    def _sms_accounts(self):
        """Return the Twilio accounts of all companies: ``{account SID: (Account, ...)}``."""
        # sudo: a webhook has no user; secrets stay in this process
        companies = self.sudo().search([("sms_twilio_account_sid", "!=", False)], order="id")
        e164 = self.env["hr.sms.message"]._e164
        accounts = {}
        for company in companies:
            # Odoo keeps the numbers as they were typed.
            numbers = frozenset(e164(row.number) for row in company.sms_twilio_number_ids)
            accounts.setdefault(company.sms_twilio_account_sid, []).append(
                Account(
                    company.id,
                    company.sms_twilio_auth_token,
                    numbers,
                    company.messaging_service_sid or None,
                )
            )
        return {sid: tuple(theirs) for sid, theirs in accounts.items()}

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
