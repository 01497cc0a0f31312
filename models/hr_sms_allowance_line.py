from odoo import api, fields, models
from odoo.exceptions import UserError


class HrSmsAllowanceLine(models.Model):
    """What came onto a company's account and what went: append-only."""

    _name = "hr.sms.allowance.line"
    _description = "SMS Allowance Line"
    _order = "id desc"
    _rec_name = "kind"

    allowance_id = fields.Many2one(
        "hr.sms.allowance", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="allowance_id.company_id", store=True, index=True)
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    kind = fields.Selection(
        [
            ("free", "Free to start with"),
            ("plan", "Plan"),
            ("top_up", "Top-up"),
            ("unlimited", "Unlimited"),
            ("expired", "Lapsed at renewal"),
            ("use", "Text"),
            ("given_back", "Given back: not sent"),
        ],
        required=True,
        readonly=True,
    )
    segments = fields.Integer(required=True, readonly=True, help="Used ones count below zero.")
    used = fields.Integer("Used Segments", readonly=True)
    message_id = fields.Many2one(
        "hr.sms.message", string="Text", readonly=True, ondelete="set null", index="btree_not_null"
    )
    author_id = fields.Many2one("res.users", readonly=True, ondelete="set null")
    job_id = fields.Many2one("hr.job", readonly=True, ondelete="set null")
    country_id = fields.Many2one("res.country", readonly=True, ondelete="set null")
    note = fields.Char(readonly=True)

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("Lines of the allowance cannot be changed, only added to."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Lines of the allowance cannot be deleted."))
