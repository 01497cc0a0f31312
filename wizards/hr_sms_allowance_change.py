from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..models.transactions import short_transaction
from ..rules import plan

MOST = 10_000_000


class HrSmsAllowanceChange(models.TransientModel):
    """A manager tops up, agrees on a plan or lifts the limit."""

    _name = "hr.sms.allowance.change"
    _description = "Change the SMS Allowance"

    allowance_id = fields.Many2one("hr.sms.allowance", required=True, ondelete="cascade")
    mode = fields.Selection(
        [("prepaid", "Top up"), ("plan", "Plan"), ("unlimited", "Unlimited")],
        string="What",
        required=True,
        default="prepaid",
    )
    is_running = fields.Boolean(compute="_compute_is_running", help="There is a plan already.")
    segments = fields.Integer(compute="_compute_terms", store=True, readonly=False)
    carry_over = fields.Boolean(
        "Unused Ones Stay",
        compute="_compute_terms",
        store=True,
        readonly=False,
        help="Otherwise what is left of the plan lapses when it renews. Top-ups never lapse.",
    )
    renewal_day = fields.Integer(
        "Day of the Month",
        compute="_compute_terms",
        store=True,
        readonly=False,
        help="1 to 31, where the company is. In a shorter month it is the last day.",
    )
    start = fields.Selection(
        [("now", "Now: the difference counts at once"), ("renewal", "From the next renewal on")],
        required=True,
        default="now",
    )
    note = fields.Char()
    effect = fields.Char(compute="_compute_effect")

    @api.depends("allowance_id")
    def _compute_is_running(self):
        for change in self:
            change.is_running = change.allowance_id.mode == "plan"

    @api.depends("allowance_id", "mode")
    def _compute_terms(self):
        for change in self:
            account = change.allowance_id
            changes_plan = change.is_running and change.mode == "plan"
            change.segments = account.plan_segments if changes_plan else 1000
            change.carry_over = changes_plan and account.plan_carry_over
            change.renewal_day = account.renewal_day if changes_plan else 1

    @api.depends("allowance_id", "mode", "segments", "renewal_day", "start")
    def _compute_effect(self):
        for change in self:
            change.effect = change._effect()

    def _effect(self):
        """Say in words what the change does, empty where its form says it."""
        account = self.allowance_id
        if self.mode == "unlimited":
            return self.env._("Texts are only counted. What is left is kept for later.")
        if self.mode == "plan" and self.is_running and not self.segments:
            return self.env._("The plan ends. What is left of it stays and does not lapse.")
        first, last = plan.DAYS
        if self.mode != "plan" or self.segments < 1 or not first <= self.renewal_day <= last:
            return ""
        added, renewal = account._plan_effect(self.segments, self.renewal_day, self.start == "now")
        parts = []
        if added > 0:
            parts.append(self.env._("%(segments)s segments are added now.", segments=added))
        elif added < 0:
            parts.append(self.env._("%(segments)s segments are taken back now.", segments=-added))
        parts.append(
            self.env._(
                "On %(date)s and each month after that: %(segments)s segments.",
                date=format_date(self.env, renewal),
                segments=self.segments,
            )
        )
        return " ".join(parts)

    @api.constrains("segments", "mode", "renewal_day", "allowance_id")
    def _check_amounts(self):
        first, last = plan.DAYS
        for change in self:
            ends = change.mode == "plan" and change.is_running  # a plan of nothing
            least = 0 if ends else 1
            if change.mode != "unlimited" and not least <= change.segments <= MOST:
                raise ValidationError(
                    self.env._("Enter how many segments, at least 1, or 0 to end a plan.")
                )
            if change.mode == "plan" and not first <= change.renewal_day <= last:
                raise ValidationError(self.env._("A plan renews on a day from 1 to 31."))

    def action_apply(self):
        """Write the change down and wake texts that waited for it.

        :returns: action that closes the form
        :raises AccessError: without the right to read the account
        """
        self.ensure_one()
        self.allowance_id.check_access("read")
        by = {"note": self.note, "author_id": self.env.user.id}
        self.env.flush_all()
        # A short transaction of its own: senders change the account all the time.
        with short_transaction(self.env.registry) as env:
            account = self.allowance_id.with_env(env)
            if self.mode == "prepaid":
                account._top_up(self.segments, **by)
            elif self.mode == "unlimited":
                account._lift(**by)
            else:
                account._agree(
                    self.segments, self.carry_over, self.renewal_day, self.start == "now", **by
                )
        self.env.invalidate_all()
        return {"type": "ir.actions.act_window_close"}
