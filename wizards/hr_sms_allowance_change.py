from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..models.transactions import short_transaction

MOST = 10_000_000


class HrSmsAllowanceChange(models.TransientModel):
    """A manager tops up, agrees on a plan or lifts the limit."""

    _name = "hr.sms.allowance.change"
    _description = "Change the SMS Allowance"

    allowance_id = fields.Many2one("hr.sms.allowance", required=True, ondelete="cascade")
    mode = fields.Selection(
        [("prepaid", "Top up"), ("plan", "Plan"), ("unlimited", "Unlimited")],
        required=True,
        default="prepaid",
    )
    segments = fields.Integer(default=1000)
    carry_over = fields.Boolean("Unused Ones Stay at Renewal")
    renewal_day = fields.Integer(default=1, help="Day of the month, 1 to 28.")
    note = fields.Char()

    @api.constrains("segments", "mode", "renewal_day")
    def _check_amounts(self):
        for change in self:
            least = 0 if change.mode == "plan" else 1  # a plan of nothing ends it
            if change.mode != "unlimited" and not least <= change.segments <= MOST:
                raise ValidationError(
                    self.env._("Enter how many segments, at least 1, or 0 to end a plan.")
                )
            if change.mode == "plan" and not 1 <= change.renewal_day <= 28:
                raise ValidationError(self.env._("A plan renews on a day from 1 to 28."))

    def action_apply(self):
        """Write the change down and wake texts that waited for it.

        :returns: action that closes the form
        :raises AccessError: without the right to read the account
        """
        self.ensure_one()
        self.allowance_id.check_access("read")
        values = {"mode": self.mode}
        kind, segments = "unlimited", 0
        if self.mode == "prepaid":
            # On top of a plan, or in place of unlimited texting.
            values = {} if self.allowance_id.mode == "plan" else values
            kind, segments = "top_up", self.segments
        elif self.mode == "plan" and not self.segments:
            # What is left of it stays.
            values = {"mode": "prepaid", "plan_segments": 0, "renewal_date": False}
            kind, segments = "plan", 0
        elif self.mode == "plan":
            kind, segments = "plan", self.segments
            tomorrow = fields.Date.today() + timedelta(days=1)
            renewal = tomorrow + relativedelta(day=self.renewal_day)
            values |= {
                "plan_segments": segments,
                "plan_carry_over": self.carry_over,
                "renewal_date": renewal + relativedelta(months=int(renewal < tomorrow)),
            }
        note, user = self.note, self.env.user
        self.env.flush_all()
        # A short transaction of its own: senders change the account all the time.
        with short_transaction(self.env.registry) as env:
            account = self.allowance_id.with_env(env)
            account._add(kind, segments, note=note, author_id=user.id, **values)
        self.env.invalidate_all()
        return {"type": "ir.actions.act_window_close"}
