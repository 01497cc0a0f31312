from odoo import fields, models


class ResCompany(models.Model):
    """How candidates are asked for consent by e-mail."""

    _inherit = "res.company"

    sms_invitation_days = fields.Integer("Link to Agree Works for", default=30)
    sms_invitation_pause = fields.Integer("Ask Again After", default=7)
    # Off, as everything that writes to candidates by itself.
    sms_invitation_email_applicants = fields.Boolean("Ask Who Applies by E-mail")

    _sms_invitation_days_range = models.Constraint(
        "CHECK (sms_invitation_days BETWEEN 1 AND 365)",
        "The link by which candidates agree works for 1 to 365 days.",
    )
    _sms_invitation_pause_range = models.Constraint(
        "CHECK (sms_invitation_pause BETWEEN 1 AND 365)",
        "A candidate may be asked again after 1 to 365 days.",
    )
