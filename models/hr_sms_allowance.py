from typing import NamedTuple

from odoo import api, fields, models

FREE_SEGMENTS = 50
WARN_PERCENT = 80
WAIT_CODE = "allowance_waiting"


class Want(NamedTuple):
    """What a text asks of the allowance.

    :param int segments: how many
    :param bool is_free: it passes also at zero, charged with what is there
    :param bool gives_way: texts that somebody waits for come first
    """

    segments: int
    is_free: bool = False
    gives_way: bool = False


class Taken(NamedTuple):
    """What a text got of the allowance, and of which part of it.

    :param int segments: how many, none of an unlimited account
    :param int of_plan: how many of them are the plan's
    :param int period: the plan's period they belong to
    """

    segments: int = 0
    of_plan: int = 0
    period: int = 0


class HrSmsAllowance(models.Model):
    """How many segments a company may still send: its account. The lines are the ledger.

    Amounts change in short READ COMMITTED transactions that lock the account, so that any number
    of senders at once never spend more than there is. Plans are in ``hr_sms_allowance_plan``.
    """

    _name = "hr.sms.allowance"
    _description = "SMS Allowance"
    _rec_name = "company_id"
    _order = "company_id"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    mode = fields.Selection(
        [("prepaid", "Top-ups"), ("plan", "Plan"), ("unlimited", "Unlimited")],
        string="Paid By",
        required=True,
        readonly=True,
        default="prepaid",
    )
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

        Every batch of texts asks this: it writes only where an account is missing.

        :param companies: ``res.company`` records
        :returns: ``hr.sms.allowance`` records (superuser)
        """
        accounts = self.sudo()  # server code only: users read their own under the rules
        wanted = [("company_id", "in", companies.ids)]
        found = accounts.search(wanted, order="id")
        missing = companies - found.company_id
        if not missing:
            return found
        self.env.cr.execute(
            """
            INSERT INTO hr_sms_allowance (company_id, mode, plan_segments, plan_left, extra_left,
                                          period_total)
            SELECT id, 'prepaid', 0, 0, %s, %s FROM unnest(%s::int[]) AS id ORDER BY id
            ON CONFLICT (company_id) DO NOTHING
            RETURNING id
            """,
            [FREE_SEGMENTS, FREE_SEGMENTS, missing.ids],
        )
        opened = accounts.browse(row[0] for row in self.env.cr.fetchall())
        opened._write_line("free", FREE_SEGMENTS)
        return accounts.search(wanted, order="id")

    def _write_line(self, kind, segments, **values):
        return self.env["hr.sms.allowance.line"].create(
            [
                {"allowance_id": account.id, "kind": kind, "segments": segments, **values}
                for account in self
            ]
        )

    def _lock(self):
        """Hold the account until the end of the transaction, and read it as it is now.

        NO KEY: lines are written for it meanwhile.
        """
        self.ensure_one()
        self.flush_recordset()
        self.env.cr.execute(
            "SELECT FROM hr_sms_allowance WHERE id = %s FOR NO KEY UPDATE", [self.id]
        )
        self.invalidate_recordset()

    def _add(self, kind, segments, note=None, author_id=False, **values):
        """Put segments on the account and wake what waits for them.

        :param str kind: of the line
        :param int segments: how many; 0 to change the agreement alone, less to take some back
        :param note: why, as the manager wrote it
        :param author_id: id of the manager, falsy for a renewal
        :param values: further columns of the account to set
        """
        self._lock()
        column = "plan_left" if kind == "plan" else "extra_left"
        values[column] = values.get(column, self[column]) + segments
        if segments > 0:
            values["is_warned"] = False
        self._set(**values)
        if segments:
            self._set(period_total=self.balance if segments > 0 else self.period_total + segments)
        self._write_line(kind, segments, note=note, author_id=author_id)
        self.env["hr.sms.message"]._wake_allowance(self)

    def _set(self, **values):
        for name, value in values.items():
            self[name] = value
        self.flush_recordset()

    def _top_up(self, segments, note=None, author_id=False):
        """Add segments on top of a plan, or in place of unlimited texting.

        :param int segments: how many
        :param note: why, as the manager wrote it
        :param author_id: id of the manager
        """
        values = {} if self.mode == "plan" else {"mode": "prepaid"}
        self._add("top_up", segments, note, author_id, **values)

    def _lift(self, note=None, author_id=False):
        """Let the company send without limit. What is left stays for later.

        :param note: why, as the manager wrote it
        :param author_id: id of the manager
        """
        self._add("unlimited", 0, note, author_id, mode="unlimited", **self._plan_made_lasting())

    # ------------------------------------------------------------
    # Charging
    # ------------------------------------------------------------

    def _take(self, wanted, reserve=lambda: 0):
        """Take segments off the account, never more than there is; the plan's first.

        The account is locked for the rest of this short transaction, and what fits, in order, is
        taken. Unlimited accounts take no lock.

        :param wanted: list of :class:`Want`
        :param reserve: callable giving how many segments to leave by those who give way; asked
            with the lock held
        :returns: list of :class:`Taken`, ``None`` where there is not enough
        """
        self.ensure_one()
        if self.mode != "unlimited":
            self._lock()
        if self.mode == "unlimited":
            return [Taken()] * len(wanted)
        kept = reserve() if any(want.gives_way for want in wanted) else 0
        plan, extra = self.plan_left, self.extra_left
        taken = []
        for want in wanted:
            segments = min(want.segments, plan + extra) if want.is_free else want.segments
            if segments > plan + extra - (kept if want.gives_way else 0):
                taken.append(None)
                continue
            of_plan = min(segments, plan)
            plan -= of_plan
            extra -= segments - of_plan
            taken.append(Taken(segments, of_plan, self.plan_period))
        if (plan, extra) != (self.plan_left, self.extra_left):
            self._set(plan_left=plan, extra_left=extra)
        return taken

    def _give_back(self, taken):
        """Put segments back where they came from.

        Those of a plan's period whose rest has lapsed since lapse like that rest: a company must
        not gain by a text that failed.

        :param taken: list of :class:`Taken`
        """
        self.ensure_one()
        if not any(part.segments for part in taken):
            return
        self._lock()
        extra = sum(part.segments - part.of_plan for part in taken)
        plan = sum(part.of_plan for part in taken if part.period == self.plan_period)
        lapsed = sum(part.of_plan for part in taken if part.period != self.plan_period)
        if self.mode != "plan":  # what was left of an ended plan stays
            plan, extra = 0, extra + plan
        self._set(plan_left=self.plan_left + plan, extra_left=self.extra_left + extra)
        if lapsed:
            self._write_line("expired", -lapsed)

    # ------------------------------------------------------------
    # The warning
    # ------------------------------------------------------------

    def _warn_when_low(self):
        """Tell the managers once when 80 % is used up, each in their language."""
        for account in self:
            if account.is_warned or not account.is_low:
                continue
            account._set(is_warned=True)
            managers = account.company_id._sms_managers()
            for lang, readers in managers.grouped("lang").items():
                env = self.with_context(lang=lang).env
                env["mail.thread"].message_notify(
                    subject=env._("Texting allowance of %s", account.company_id.name),
                    body=env._(
                        "%(left)s segments are left of %(total)s. Top up under Recruitment, SMS, "
                        "Allowance, so that texts go on.",
                        left=account.balance,
                        total=account.period_total,
                    ),
                    partner_ids=readers.partner_id.ids,
                    force_send=False,
                )

    # ------------------------------------------------------------
    # Screens
    # ------------------------------------------------------------

    @api.model
    def action_open(self):
        """Open the account of the company one is in; of several companies, their list.

        :returns: action
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "hr_recruitment_texting.hr_sms_allowance_action"
        )
        accounts = self.search([("company_id", "in", self.env.companies.ids)], limit=2)
        if len(accounts) == 1:
            action |= {"res_id": accounts.id, "views": [(False, "form")], "view_mode": "form"}
        return action

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
