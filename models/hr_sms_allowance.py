from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from .transactions import short_transaction

FREE_SEGMENTS = 50
WARN_PERCENT = 80
WAIT_CODE = "allowance_waiting"
MANAGER_GROUP = "hr_recruitment_texting.group_sms_manager"


class HrSmsAllowance(models.Model):
    """How many segments a company may still send: its account. The lines are the ledger.

    Amounts change by single SQL statements in short READ COMMITTED transactions only, so that
    any number of senders at once never spend more than there is.
    """

    _name = "hr.sms.allowance"
    _description = "SMS Allowance"
    _rec_name = "company_id"
    _order = "company_id"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    mode = fields.Selection(
        [("prepaid", "Top-ups"), ("plan", "Plan"), ("unlimited", "Unlimited")],
        required=True,
        readonly=True,
        default="prepaid",
    )
    plan_segments = fields.Integer("Segments a Month", readonly=True)
    plan_carry_over = fields.Boolean("Unused Ones Stay", readonly=True)
    renewal_date = fields.Date(readonly=True)
    plan_left = fields.Integer("Left of the Plan", readonly=True)
    extra_left = fields.Integer("Left of Top-ups", readonly=True)
    period_total = fields.Integer("At the Last Addition", readonly=True)
    is_warned = fields.Boolean(readonly=True)
    balance = fields.Integer("Segments Left", compute="_compute_balance")
    line_ids = fields.One2many("hr.sms.allowance.line", "allowance_id", string="Lines")
    added_line_ids = fields.One2many(
        "hr.sms.allowance.line",
        "allowance_id",
        string="Additions",
        domain=[("kind", "not in", ("use", "given_back"))],
    )
    is_low = fields.Boolean(compute="_compute_balance")

    _company_unique = models.UniqueIndex("(company_id)")
    _never_below_zero = models.Constraint(
        "CHECK (plan_left >= 0 AND extra_left >= 0)", "The allowance cannot go below zero."
    )

    @api.depends("plan_left", "extra_left", "period_total", "mode")
    def _compute_balance(self):
        for allowance in self:
            allowance.balance = allowance.plan_left + allowance.extra_left
            used = allowance.period_total - allowance.balance
            allowance.is_low = (
                allowance.mode != "unlimited"
                and used * 100 >= allowance.period_total * WARN_PERCENT
            )

    # ------------------------------------------------------------
    # Accounts
    # ------------------------------------------------------------

    @api.model
    def _of(self, companies):
        """Return the accounts of companies; one that has none yet gets its free segments.

        :param companies: ``res.company`` records
        :returns: ``hr.sms.allowance`` records (superuser)
        """
        accounts = self.sudo()  # server code only: users read their own under the rules
        accounts.flush_model()
        self.env.cr.execute(
            """
            INSERT INTO hr_sms_allowance (company_id, mode, plan_segments, plan_left, extra_left,
                                          period_total)
            SELECT id, 'prepaid', 0, 0, %s, %s FROM unnest(%s::int[]) AS id ORDER BY id
            ON CONFLICT (company_id) DO NOTHING
            RETURNING id
            """,
            [FREE_SEGMENTS, FREE_SEGMENTS, companies.ids],
        )
        opened = accounts.browse(row[0] for row in self.env.cr.fetchall())
        opened._write_line("free", FREE_SEGMENTS)
        return accounts.search([("company_id", "in", companies.ids)])

    def _write_line(self, kind, segments, **values):
        return self.env["hr.sms.allowance.line"].create(
            [
                {"allowance_id": account.id, "kind": kind, "segments": segments, **values}
                for account in self
            ]
        )

    def _add(self, kind, segments, note=None, author_id=False, **values):
        """Put segments on the account and wake what waits for them.

        :param str kind: of the line
        :param int segments: how many, 0 to change the plan alone
        :param note: why, as the manager wrote it
        :param author_id: id of the manager, falsy for a renewal
        :param values: further columns of the account to set
        """
        self.ensure_one()
        column = "plan_left" if kind == "plan" else "extra_left"
        self._set(**values)
        self.env.cr.execute(
            f"""
            UPDATE hr_sms_allowance
               SET {column} = {column} + %s, is_warned = FALSE,
                   period_total = plan_left + extra_left + %s
             WHERE id = %s
            """,
            [segments, segments, self.id],
        )
        self.invalidate_recordset()
        self._write_line(kind, segments, note=note, author_id=author_id)
        self.env["hr.sms.message"]._wake_allowance(self.company_id)

    def _set(self, **values):
        for name, value in values.items():
            self[name] = value
        self.flush_recordset()

    @api.model
    def _renew_due(self, today=None):
        """Renew plans on their day. Run by a cron; a day it missed is made up.

        :param today: date, UTC; today by default
        """
        today = today or fields.Date.today()
        due = self.sudo().search([("mode", "=", "plan"), ("renewal_date", "<=", today)])
        for account in due:
            with short_transaction(self.env.registry) as env:
                account.with_env(env)._renew(today)

    def _renew(self, today):
        self.env.cr.execute(
            "SELECT FROM hr_sms_allowance WHERE id = %s FOR NO KEY UPDATE", [self.id]
        )
        self.invalidate_recordset()
        while self.mode == "plan" and self.renewal_date <= today:
            if self.plan_left and not self.plan_carry_over:
                self._write_line("expired", -self.plan_left)
                self._set(plan_left=0)
            following = self.renewal_date + relativedelta(months=1)
            self._add("plan", self.plan_segments, renewal_date=following)

    # ------------------------------------------------------------
    # Charging
    # ------------------------------------------------------------

    def _take(self, wanted):
        """Take segments off the account, never more than there is.

        One statement when all fits. Otherwise the row is locked for the rest of this short
        transaction, and what fits, in order, is taken. Unlimited accounts take no lock.

        :param wanted: list of ``(segments, is_free)``; a free one passes also at zero, charged
            with what is there
        :returns: list of int, how many were taken for each, none of an unlimited account;
            ``None`` where there is not enough
        """
        self.ensure_one()
        if self.mode == "unlimited":
            return [0] * len(wanted)
        total = sum(segments for segments, _is_free in wanted)
        if self._take_total(total):
            return [segments for segments, _is_free in wanted]
        self.env.cr.execute(
            "SELECT mode, plan_left + extra_left FROM hr_sms_allowance WHERE id = %s FOR NO KEY UPDATE",
            [self.id],
        )
        [(mode, left)] = self.env.cr.fetchall()
        if mode == "unlimited":
            return [0] * len(wanted)
        taken = []
        for segments, is_free in wanted:
            take = min(segments, left) if is_free else segments
            taken.append(take if take <= left else None)
            left -= taken[-1] or 0
        self._take_total(sum(filter(None, taken)))
        return taken

    def _take_total(self, segments):
        self.env.cr.execute(
            """
            UPDATE hr_sms_allowance
               SET plan_left = plan_left - LEAST(plan_left, %(n)s),
                   extra_left = extra_left - (%(n)s - LEAST(plan_left, %(n)s))
             WHERE id = %(id)s AND mode != 'unlimited' AND plan_left + extra_left >= %(n)s
            """,
            {"n": segments, "id": self.id},
        )
        done = bool(self.env.cr.rowcount)
        self.invalidate_recordset()
        return done

    def _give_back(self, segments):
        self.ensure_one()
        if segments:
            self.env.cr.execute(
                "UPDATE hr_sms_allowance SET extra_left = extra_left + %s WHERE id = %s",
                [segments, self.id],
            )
            self.invalidate_recordset()

    def _warn_when_low(self):
        """Tell the managers once when 80 % is used up."""
        for account in self:
            if account.is_warned or not account.is_low:
                continue
            account._set(is_warned=True)
            managers = self.env["res.users"].search(
                [
                    ("all_group_ids", "in", self.env.ref(MANAGER_GROUP).ids),
                    ("company_ids", "in", account.company_id.ids),
                    ("share", "=", False),
                ]
            )
            self.env["mail.thread"].message_notify(
                subject=self.env._("Texting allowance of %s", account.company_id.name),
                body=self.env._(
                    "%(left)s segments are left of %(total)s. Top up under Recruitment, SMS, "
                    "Allowance, so that texts go on.",
                    left=account.balance,
                    total=account.period_total,
                ),
                partner_ids=managers.partner_id.ids,
                force_send=False,
            )

    # ------------------------------------------------------------
    # Screens
    # ------------------------------------------------------------

    def action_change(self):
        """Open the form for a top-up, a plan or unlimited texting.

        :returns: action; ``default_mode`` of the context says which
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change the Allowance"),
            "res_model": "hr.sms.allowance.change",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_allowance_id": self.id,
                "default_mode": self.env.context.get("default_mode", "prepaid"),
            },
        }
