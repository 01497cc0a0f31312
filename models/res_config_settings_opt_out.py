from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sms_opt_out_line = fields.Boolean(related="company_id.sms_opt_out_line", readonly=False)
    sms_opt_out_form = fields.Selection(related="company_id.sms_opt_out_form", readonly=False)
