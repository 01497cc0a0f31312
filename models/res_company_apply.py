from odoo import models

from ..rules.quiet_hours import region_of


class ResCompany(models.Model):
    _inherit = "res.company"

    def _sms_number_to_text(self, job):
        """Return the number to print on a poster: one of the job's country, else the first.

        :param job: ``hr.job`` record, possibly empty
        :returns: E.164 or a short code, ``None`` when there is no number
        """
        self.ensure_one()
        # sudo: administrators alone read the numbers, which every candidate knows
        e164 = self.env["hr.sms.message"]._e164
        numbers = [e164(one.number) for one in self.sudo().sms_twilio_number_ids if one.number]
        country = job.sudo().address_id.country_id or self.sudo().country_id
        near = [number for number in numbers if region_of(number) == country.code]
        return next(iter([*near, *numbers]), None)
