from odoo import api, fields, models

from ..rules import quiet_hours
from .hr_sms_gate import BODY_LIMIT

SHORTEST_LIMIT = 70  # one segment, whatever it is written in


class ResCompany(models.Model):
    """Limits of a company's texts beside consent."""

    _inherit = "res.company"

    sms_quiet_hours = fields.Boolean("Quiet Hours", default=True)
    sms_open_from = fields.Float("Texts From", default=8.0)
    sms_open_until = fields.Float("Texts Until", default=21.0)
    sms_daily_cap = fields.Integer("Texts a Day", default=3)
    sms_length_limit = fields.Integer("Length of a Text", default=BODY_LIMIT)

    _sms_hours_on_the_clock = models.Constraint(
        "CHECK (sms_open_from >= 0 AND sms_open_from <= 24"
        " AND sms_open_until >= 0 AND sms_open_until <= 24)",
        "Hours go from 0:00 to 24:00.",
    )
    _sms_daily_cap_positive = models.Constraint(
        "CHECK (sms_daily_cap >= 0)", "Write 0 for no limit of texts a day."
    )
    _sms_length_limit_range = models.Constraint(
        f"CHECK (sms_length_limit BETWEEN {SHORTEST_LIMIT} AND {BODY_LIMIT})",
        f"A text may have {SHORTEST_LIMIT} to {BODY_LIMIT} characters.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._sms_limits_fill()
        companies._sms_open_allowance()
        return companies

    def write(self, vals):
        result = super().write(vals)
        if vals.get("sms_twilio_account_sid"):
            self._sms_open_allowance()
        return result

    def _sms_open_allowance(self):
        """Give companies their free segments when they are connected for the first time."""
        # sudo: whether there is an account, for whoever may write it
        connected = self.sudo().filtered("sms_twilio_account_sid")
        if connected:
            self.env["hr.sms.allowance"]._of(connected)

    def _sms_zone(self):
        """Return the time zone a company lives in: of its working hours, else of its address.

        :returns: str, IANA name; that of the user, or UTC, where nobody said
        """
        self.ensure_one()
        company = self.sudo()  # where a company is, whoever asks
        return company.resource_calendar_id.tz or company.partner_id.tz or self.env.user.tz or "UTC"

    def _sms_local(self, moment):
        """Return what the clock on the company's wall shows.

        :param datetime moment: UTC, without time zone
        :returns: datetime without time zone
        """
        return quiet_hours.local_time(moment, self._sms_zone())

    def _sms_limits_fill(self):
        """Give companies the country rules they start with."""
        france = self.env.ref("base.fr", raise_if_not_found=False)
        if not france:
            return
        # sudo: who may create companies need not be an SMS manager
        self.env["hr.sms.country.rule"].sudo().create(
            [
                {"company_id": company.id, "country_ids": france.ids, "rule": "refuse"}
                for company in self
            ]
        )

    @api.model
    def _sms_limits_fill_all(self):
        """Called when the addon is installed: a living database has its companies already."""
        companies = self.search([])
        companies._sms_limits_fill()
        self.env["hr.sms.allowance"]._of(companies)
