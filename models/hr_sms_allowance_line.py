from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


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

    @api.model
    def _write_uses(self, vals_list):
        """Write what texts cost, in one statement: the sender does this for every text.

        :param vals_list: list of dicts as for ``create``, all with the same keys; their accounts
            are read already
        """
        accounts = self.env["hr.sms.allowance"].sudo()  # server code only
        now = fields.Datetime.now()
        common = {"date": now, "create_date": now, "write_date": now}
        common |= {"create_uid": self.env.uid, "write_uid": self.env.uid}
        rows = [
            {
                **{name: None if value is False else value for name, value in vals.items()},
                "company_id": accounts.browse(vals["allowance_id"]).company_id.id,
                **common,
            }
            for vals in vals_list
        ]
        columns = SQL(", ").join(SQL.identifier(name) for name in rows[0])
        self.env.cr.execute(
            SQL(
                "INSERT INTO hr_sms_allowance_line (%s) VALUES %s",
                columns,
                SQL(", ").join(tuple(row.values()) for row in rows),
            )
        )
        self.invalidate_model()

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("Lines of the allowance cannot be changed, only added to."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Lines of the allowance cannot be deleted."))
