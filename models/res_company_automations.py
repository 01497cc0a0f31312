from odoo import fields, models


class ResCompany(models.Model):
    """Texts that nobody writes by hand: off until somebody switches them on."""

    _inherit = "res.company"

    sms_stage_texts = fields.Boolean(
        "Stage Texts",
        help="Applicants who reach a stage with an SMS template get that text.",
    )
    sms_interview_answers = fields.Boolean(
        "Interview Answers",
        help="Reminders of interviews ask to be answered with 1 (confirm) or 2 (reschedule).",
    )
    sms_mail_text = fields.Boolean(
        "Words in E-Mails",
        help="E-mails that notify of a text hold what the candidate wrote.",
    )
    sms_segment_price = fields.Float(
        "Price per Segment",
        digits=(16, 4),
        help="In the company's currency: what the analysis takes a segment to cost.",
    )
