from odoo import Command, api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..models.hr_sms_automations import KINDS
from ..models.hr_sms_thread_erasure import MANAGER_GROUP

STATES = ("granted", "none", "declined", "withdrawn", "review")


class HrSmsTakeover(models.TransientModel):
    """What changes for a database that has applicants and sends texts already.

    Nobody of them has agreed yet, so nothing reaches them any more: this says how many they are,
    what is held back now, and how to ask them or to bring their consent along.
    """

    _name = "hr.sms.takeover"
    _description = "Taking Over Applicants and Automations"

    company_id = fields.Many2one("res.company", readonly=True)
    total = fields.Integer("Applicants", readonly=True)
    granted = fields.Integer("Consent given", readonly=True)
    none = fields.Integer("No consent yet", readonly=True)
    declined = fields.Integer(readonly=True)
    withdrawn = fields.Integer(readonly=True)
    review = fields.Integer("Needs a decision", readonly=True)
    without_number = fields.Integer("Without a number that can be texted", readonly=True)
    askable = fields.Integer("Can be asked by e-mail", readonly=True)
    line_ids = fields.One2many("hr.sms.takeover.line", "takeover_id", readonly=True)

    @api.depends_context("lang")
    def _compute_display_name(self):
        for takeover in self:
            takeover.display_name = self.env._("Taking over")

    @api.model
    def action_takeover(self):
        """Show what is held back now, for the company one is in.

        :returns: action of the page
        :raises AccessError: for anybody but administrators and managers of SMS
        """
        self._check_takeover_right()
        lines = [
            Command.create(
                {
                    "kind": self.env._(KINDS[automation.kind]),  # pylint: disable=gettext-variable
                    "name": automation.record.display_name,
                    "waiting": automation.waiting,
                    "res_model": automation.record._name,
                    "res_id": automation.record.id,
                }
            )
            for automation in self.env["hr.sms.automations"]._find()
        ]
        # sudo: a transient record of counts and names, made for whoever passed the check above
        takeover = self.sudo().create(
            {"company_id": self.env.company.id, "line_ids": lines, **self._takeover_counts()}
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Taking over"),
            "res_model": self._name,
            "res_id": takeover.id,
            "views": [(False, "form")],
            "target": "current",
        }

    def _check_takeover_right(self):
        user = self.env.user
        if not user.has_group("base.group_system") and not user.has_group(MANAGER_GROUP):
            raise AccessError(
                self.env._("Only administrators and managers of SMS can see what is held back.")
            )

    def _takeover_counts(self):
        """Count the applicants of the user's company.

        :returns: dict of values
        """
        # sudo: who is no recruitment officer may still know how many there are
        applicants = self.env["hr.applicant"].sudo()
        ours = self._takeover_domain()
        counts = dict(applicants._read_group(ours, ["sms_consent_state"], ["__count"]))
        askable = Domain("sms_consent_state", "=", "none") & Domain("sms_number", "!=", False)
        return {
            **{state: counts.get(state, 0) for state in STATES},
            "total": sum(counts.values()),
            "without_number": applicants.search_count(ours & Domain("sms_number", "=", False)),
            "askable": applicants.search_count(
                ours & askable & Domain("email_normalized", "!=", False)
            ),
        }

    def _takeover_domain(self):
        company = Domain("company_id", "=", self.env.company.id)
        return company | Domain("company_id", "=", False)

    def action_applicants(self):
        """Show the applicants of a state, that of ``sms_state`` in the context.

        :returns: action of the list
        """
        state = self.env.context.get("sms_state")
        domain = self._takeover_domain()
        if state in STATES:
            domain &= Domain("sms_consent_state", "=", state)
        elif state == "without_number":
            domain &= Domain("sms_number", "=", False)
        elif state == "askable":
            domain &= Domain("sms_consent_state", "=", "none")
            domain &= Domain("sms_number", "!=", False) & Domain("email_normalized", "!=", False)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Applicants"),
            "res_model": "hr.applicant",
            "views": [(False, "list"), (False, "form")],
            "domain": list(domain),
        }

    def action_import(self):
        """Bring consents along from a spreadsheet.

        :returns: action of the import
        """
        return self.env["hr.sms.consent.import"].action_import_consents()


class HrSmsTakeoverLine(models.TransientModel):
    """An automation that is held back now."""

    _name = "hr.sms.takeover.line"
    _description = "Automation Held Back"
    _order = "id"

    takeover_id = fields.Many2one("hr.sms.takeover", required=True, ondelete="cascade")
    kind = fields.Char(readonly=True)
    name = fields.Char(readonly=True)
    waiting = fields.Integer("To come", readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Integer(readonly=True)
    can_open = fields.Boolean(compute="_compute_can_open")

    @api.depends("res_model", "res_id")
    @api.depends_context("uid")
    def _compute_can_open(self):
        for line in self:
            record = self.env[line.res_model].browse(line.res_id).exists()
            line.can_open = bool(record) and record.has_access("read")

    def action_open(self):
        """Open the automation, under the user's own rights.

        :returns: action of its form
        """
        self.ensure_one()
        self.env[self.res_model].browse(self.res_id).check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }
