from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sms_mail_text = fields.Boolean(related="company_id.sms_mail_text", readonly=False)
    sms_segment_price = fields.Float(related="company_id.sms_segment_price", readonly=False)
    sms_stage_texts = fields.Boolean(related="company_id.sms_stage_texts", readonly=False)
    sms_interview_answers = fields.Boolean(
        related="company_id.sms_interview_answers", readonly=False
    )
