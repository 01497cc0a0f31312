from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sms_terms_program = fields.Char(related="company_id.sms_terms_program", readonly=False)
    sms_terms_contact = fields.Char(related="company_id.sms_terms_contact", readonly=False)
    sms_terms_address = fields.Char("Its Address", compute="_compute_sms_terms_address")

    @api.depends("company_id")
    def _compute_sms_terms_address(self):
        for settings in self:
            settings.sms_terms_address = settings.company_id._sms_terms_address()
