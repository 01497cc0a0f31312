from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    messaging_service_sid = fields.Char(related="company_id.messaging_service_sid", readonly=False)
