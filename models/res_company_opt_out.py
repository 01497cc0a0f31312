from odoo import fields, models

from ..rules import opt_out_line


class ResCompany(models.Model):
    """Whether and how a company's texts tell the candidate to opt out."""

    _inherit = "res.company"

    sms_opt_out_line = fields.Boolean("Opt-out Line", default=True)
    sms_opt_out_form = fields.Selection(
        [(opt_out_line.INFORMAL, "Informal (du)"), (opt_out_line.FORMAL, "Formal (Sie)")],
        "German Form of Address",
        required=True,
        default=opt_out_line.INFORMAL,
    )
