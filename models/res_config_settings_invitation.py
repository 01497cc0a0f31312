from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sms_invitation_days = fields.Integer(related="company_id.sms_invitation_days", readonly=False)
    sms_invitation_pause = fields.Integer(related="company_id.sms_invitation_pause", readonly=False)
    sms_invitation_email_applicants = fields.Boolean(
        related="company_id.sms_invitation_email_applicants", readonly=False
    )
