from datetime import timedelta

from odoo import api, fields, models

from ..rules import plan
from .transactions import short_transaction


class HrSmsAllowance(models.Model):
    """A plan: so many segments each month, on a day of the month where the company is."""

    _inherit = "hr.sms.allowance"

    plan_segments = fields.Integer("Segments a Month", readonly=True)
    plan_carry_over = fields.Boolean("Unused Ones Stay", readonly=True)
    plan_period = fields.Integer(
        readonly=True, help="How often what was left of the plan has lapsed."
    )
    renewal_day = fields.Integer(readonly=True, help="Of the month; the last one if it is shorter.")
    renewal_date = fields.Date("Next Renewal", readonly=True)

    # ------------------------------------------------------------
    # Agreeing on one
    # ------------------------------------------------------------

    def _agree(self, segments, carry_over, day, at_once, note=None, author_id=False):
        """Begin, change or end a plan.

        A plan that begins gives its first month at once. A running one is changed: its month is
        not given twice, at once the difference alone counts, down to what is left.

        :param int segments: a month; 0 ends the plan, what is left of it stays
        :param bool carry_over: whether unused ones stay at a renewal
        :param int day: of the month, 1 to 31
        :param bool at_once: whether the change of a running plan counts now or from its next
            renewal on
        :param note: why, as the manager wrote it
        :param author_id: id of the manager
        """
        self._lock()
        if not segments:
            values = {"mode": "prepaid", "plan_segments": 0, "renewal_date": False}
            self._add("plan", 0, note, author_id, **values, **self._plan_made_lasting())
            return
        added, renewal = self._plan_effect(segments, day, at_once)
        self._add(
            "plan",
            added,
            note,
            author_id,
            mode="plan",
            plan_segments=segments,
            plan_carry_over=carry_over,
            renewal_day=day,
            renewal_date=renewal,
        )

    def _plan_effect(self, segments, day, at_once):
        """Say what a plan would do, before it is agreed on.

        :param int segments: see :meth:`_agree`
        :param int day: see there
        :param bool at_once: see there
        :returns: tuple of the segments added now (less than 0: taken back) and the date of the
            next renewal
        """
        if self.mode != "plan":
            return segments, plan.first_renewal(self._today(), day)
        difference = segments - self.plan_segments if at_once else 0
        return max(difference, -self.plan_left), plan.moved_renewal(self.renewal_date, day)

    def _plan_made_lasting(self):
        """Return the columns that keep what is left of a plan when there is no plan any more."""
        return {"plan_left": 0, "extra_left": self.extra_left + self.plan_left}

    def _today(self):
        return self.company_id._sms_local(fields.Datetime.now()).date()

    # ------------------------------------------------------------
    # Renewing
    # ------------------------------------------------------------

    @api.model
    def _renew_due(self):
        """Renew plans as their day begins where the company is. Run by a cron every hour.

        What a cron missed is made up.
        """
        tomorrow = fields.Date.today() + timedelta(days=1)  # east of Greenwich it is
        due = self.sudo().search([("mode", "=", "plan"), ("renewal_date", "<=", tomorrow)])
        for account in due.filtered(lambda account: account.renewal_date <= account._today()):
            with short_transaction(self.env.registry) as env:
                account.with_env(env)._renew()

    def _renew(self):
        self._lock()
        while self.mode == "plan" and self.renewal_date <= self._today():
            if not self.plan_carry_over:
                if self.plan_left:
                    self._write_line("expired", -self.plan_left)
                self._set(plan_left=0, plan_period=self.plan_period + 1)
            following = plan.following_renewal(self.renewal_date, self.renewal_day)
            self._add("plan", self.plan_segments, renewal_date=following)
