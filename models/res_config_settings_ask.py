from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sms_ask_twilio = fields.Boolean(related="company_id.sms_ask_twilio", readonly=False)
