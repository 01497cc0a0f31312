from odoo import fields, models


class ResCompany(models.Model):
    """Whether Twilio tells a company what became of its texts, or is asked."""

    _inherit = "res.company"

    sms_ask_twilio = fields.Boolean("Ask for Delivery Reports")
