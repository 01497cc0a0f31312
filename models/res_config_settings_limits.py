from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sms_quiet_hours = fields.Boolean(related="company_id.sms_quiet_hours", readonly=False)
    sms_open_from = fields.Float(related="company_id.sms_open_from", readonly=False)
    sms_open_until = fields.Float(related="company_id.sms_open_until", readonly=False)
    sms_daily_cap = fields.Integer(related="company_id.sms_daily_cap", readonly=False)
    sms_length_limit = fields.Integer(related="company_id.sms_length_limit", readonly=False)
