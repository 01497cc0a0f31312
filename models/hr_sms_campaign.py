from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, format_date

from .hr_applicant import SEND_GROUP
from .hr_sms_thread import VIEW_GROUP
from .hr_sms_thread_erasure import MANAGER_GROUP

# Only the server's own code writes how far a campaign is.
_PROTECTED = frozenset(
    {"state", "started_by_id", "start_date", "paused_date", "pause_reason", "is_prepared"}
    | {"worked_date", "done_date", "pace_date"}
)
# What is said, to whom and when: settled once a campaign is started.
_SETTLED = frozenset(
    {"body", "template_id", "filter_id", "number_rule", "opt_out_line", "scheduled_date"}
    | {"company_id", "spread", "per_hour", "spread_hours"}
)
SPREADS = [
    ("none", "At once"),
    ("rate", "So many an hour"),
    ("period", "Over some hours"),
]


class HrSmsCampaign(models.Model):
    """One text to many applicants: who gets it, what it says, when it goes.

    Its recipients and their texts are in ``hr.sms.campaign.recipient`` and ``hr.sms.message``;
    what is written here holds no data of a candidate.
    """

    _name = "hr.sms.campaign"
    _description = "SMS Campaign"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(required=True, default=lambda self: self._default_name(), copy=False)
    active = fields.Boolean(default=True, copy=False)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        "res.users",
        "Replies go to",
        ondelete="set null",
        default=lambda self: self.env.user,
        domain=lambda self: [("all_group_ids", "in", self.env.ref(VIEW_GROUP).ids)],
        help="Whoever answers is assigned to this person, unless somebody looks after the "
        "conversation already.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("scheduled", "Scheduled"),
            ("sending", "Sending"),
            ("paused", "Paused"),
            ("done", "Done"),
            ("stopped", "Stopped"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
    )
    is_editable = fields.Boolean(compute="_compute_is_editable")
    filter_id = fields.Many2one(
        "ir.filters",
        "Saved filter",
        ondelete="set null",
        # Odoo's own "By Job" and the like only group, and would find everybody.
        domain=[("model_id", "=", "hr.applicant"), ("domain", "!=", "[]")],
        help="Everyone it finds when you press Send gets the text, as far as you may read them.",
    )
    recipient_ids = fields.One2many(
        "hr.sms.campaign.recipient", "campaign_id", "List of recipients"
    )
    number_rule = fields.Selection(
        [
            ("main", "The main number"),
            ("agreed", "The first number with consent"),
        ],
        "Texted on",
        required=True,
        default="main",
        help="Of candidates with several numbers: the main one, or, where that has no consent, the "
        "first further one that has.",
    )
    template_id = fields.Many2one(
        "sms.template",
        ondelete="set null",
        domain=[("model", "=", "hr.applicant")],
    )
    body = fields.Text("Text")
    opt_out_line = fields.Boolean(
        "Opt-out line",
        default=True,
        copy=False,
        help="Adds the line that says how to get no more texts, in each candidate's language.",
    )
    scheduled_date = fields.Datetime(
        "Send on", copy=False, help="In your time zone. Empty: as soon as you press Send."
    )
    spread = fields.Selection(SPREADS, "Pace", required=True, default="none")
    per_hour = fields.Integer("Texts an hour", default=100)
    spread_hours = fields.Integer("Hours", default=4)

    started_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="set null")
    start_date = fields.Datetime("Started on", readonly=True, copy=False)
    paused_date = fields.Datetime(readonly=True, copy=False)
    pace_date = fields.Datetime(
        readonly=True, copy=False, help="When its first text goes; a pause moves it."
    )
    pause_reason = fields.Char(readonly=True, copy=False)
    is_prepared = fields.Boolean(
        readonly=True, copy=False, help="Every recipient has a text or a reason why not."
    )
    worked_date = fields.Datetime(readonly=True, copy=False)
    done_date = fields.Datetime("Done on", readonly=True, copy=False)

    _pace_positive = models.Constraint(
        "CHECK ((spread != 'rate' OR per_hour > 0) AND (spread != 'period' OR spread_hours > 0))",
        "Say how many texts an hour, or over how many hours: a number above 0.",
    )
    _open_idx = models.Index("(worked_date) WHERE state IN ('scheduled', 'sending')")

    def _default_name(self):
        return self.env._("Texts of %s", format_date(self.env, fields.Date.context_today(self)))

    @api.depends("state")
    @api.depends_context("uid")
    def _compute_is_editable(self):
        """What it says, to whom and when: shown with empty fields to those who may fill them."""
        may_send = self.env.user.has_group(SEND_GROUP)
        for campaign in self:
            campaign.is_editable = may_send and campaign.state == "draft"

    # ------------------------------------------------------------
    # What users may write
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        forged = {f"default_{name}" for name in _PROTECTED}
        context = {key: value for key, value in self.env.context.items() if key not in forged}
        for vals in vals_list:
            self._check_writes(vals)
        campaigns = super(HrSmsCampaign, self.with_env(self.env(context=context))).create(vals_list)
        campaigns._check_opt_out_line()
        return campaigns.with_env(self.env)

    def write(self, vals):
        self._check_writes(vals)
        if _SETTLED & vals.keys() and any(campaign.state != "draft" for campaign in self):
            raise UserError(
                self.env._(
                    "This campaign has started, or its time is set. Take it back to draft first, "
                    "or duplicate it."
                )
            )
        if "active" in vals and not vals["active"]:
            self._check_at_rest()
        result = super().write(vals)
        if "opt_out_line" in vals:
            self._check_opt_out_line()
        if "company_id" in vals:
            self.check_access("write")  # Odoo asks its rules before, not after
        return result

    def _check_writes(self, vals):
        """Refuse what follows from the buttons.

        :raises AccessError: otherwise
        """
        if self.env.su:
            return
        if _PROTECTED & vals.keys():
            raise AccessError(
                self.env._("How far a campaign is follows from its buttons and cannot be edited.")
            )

    def _check_at_rest(self):
        """Refuse to put a campaign away that still sends: nobody would see it.

        :raises UserError: otherwise
        """
        if any(campaign.state in ("scheduled", "sending", "paused") for campaign in self):
            raise UserError(
                self.env._("This campaign is not over. Stop it first, then archive it.")
            )

    def _check_opt_out_line(self):
        """Refuse the end of the opt-out line to all but managers, in whatever way it came about.

        :raises AccessError: otherwise
        """
        may_leave_out = self.env.su or self.env.user.has_group(MANAGER_GROUP)
        if not may_leave_out and not all(self.mapped("opt_out_line")):
            raise AccessError(
                self.env._(
                    "Only SMS managers may leave out the opt-out line: texts to many have to say "
                    "how to get no more of them."
                )
            )

    @api.constrains("user_id", "company_id")
    def _check_user(self):
        for campaign in self:
            # sudo: a colleague's groups and companies
            user_sudo = campaign.user_id.sudo()
            # Of a company that is not theirs, Odoo's rules tell who writes, after this.
            theirs = user_sudo.company_ids | (campaign.company_id - self.env.companies)
            if user_sudo and not (
                user_sudo.has_group(VIEW_GROUP) and campaign.company_id in theirs
            ):
                raise ValidationError(
                    self.env._(
                        "%(name)s may not see texts of %(company)s. Replies go to somebody who "
                        "may.",
                        name=user_sudo.name,
                        company=campaign.company_id.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        if any(campaign.state != "draft" for campaign in self):
            raise UserError(
                self.env._("Campaigns that were started are kept. Archive them instead.")
            )

    def copy(self, default=None):
        copies = super().copy(default)
        for campaign, copied in zip(self, copies, strict=True):
            if not campaign.filter_id:
                listed = campaign._listed().with_context(active_test=False)
                copied._add_recipients(listed.applicant_id)
        return copies

    def copy_data(self, default=None):
        return [
            {"name": self.env._("%s (copy)", campaign.name), **vals}
            for campaign, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def _check_may_run(self):
        """Check that the user may send and steer this campaign.

        :raises AccessError: without the right to send SMS, or to change this campaign
        """
        self.ensure_one()
        self.env["hr.applicant"]._sms_check_right(SEND_GROUP)
        self.check_access("write")

    # ------------------------------------------------------------
    # Recipients
    # ------------------------------------------------------------

    @api.model
    def _action_for(self, applicants):
        """Open a new campaign for applicants.

        :param applicants: ``hr.applicant`` records that the user may read
        :returns: action
        """
        campaign = self.create({"company_id": self._company_of(applicants).id})
        campaign._add_recipients(applicants)
        return campaign._action_form()

    def _company_of(self, applicants):
        """Return the company most of the applicants belong to, of those the user works for."""
        # sudo: which company texts them, as the gate asks it
        counts = {}
        for applicant in applicants.sudo():
            company = applicant._sms_company()
            counts[company] = counts.get(company, 0) + 1
        allowed = [company for company in counts if company.id in self.env.companies.ids]
        company = max(allowed, key=counts.get, default=self.env.company)
        return company.with_env(self.env)

    def _action_form(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send SMS"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "current",
        }

    def _add_recipients(self, applicants):
        """Put applicants on the list, those that are not there yet. One statement.

        :param applicants: ``hr.applicant`` records; the caller checked the right to read them
        """
        self.ensure_one()
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO hr_sms_campaign_recipient
                            (campaign_id, applicant_id, state, create_uid, create_date)
                SELECT %s, applicant.id, 'waiting', %s, %s
                  FROM unnest(%s::int[]) WITH ORDINALITY AS applicant(id, position)
              ORDER BY applicant.position
                    ON CONFLICT (campaign_id, applicant_id) DO NOTHING
                """,
                self.id,
                self.env.uid,
                fields.Datetime.now(),
                applicants.ids,
            )
        )
        self.invalidate_recordset(["recipient_ids"])

    @api.autovacuum
    def _gc_untouched(self):
        """Delete drafts that somebody opened and left without a word."""
        yesterday = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        self.search(
            [
                ("state", "=", "draft"),
                ("body", "=", False),
                ("template_id", "=", False),
                ("write_date", "<", yesterday),
            ]
        ).unlink()
