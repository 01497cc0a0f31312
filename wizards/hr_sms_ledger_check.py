from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..models.hr_sms_consent_check import PROBLEMS
from ..models.hr_sms_consent_seal import Seal

MANAGER_GROUP = "hr_recruitment_texting.group_sms_manager"
# A ledger broken everywhere is told by its first threads.
SHOWN = 100


class HrSmsLedgerCheck(models.TransientModel):
    """The result of a check of the consent ledger, for a person to read."""

    _name = "hr.sms.ledger.check"
    _description = "SMS Consent Ledger Check"

    event_count = fields.Integer("Events", readonly=True)
    thread_count = fields.Integer("Numbers", readonly=True)
    broken_count = fields.Integer("Broken Histories", readonly=True)
    line_ids = fields.One2many("hr.sms.ledger.check.line", "check_id", readonly=True)
    seal = fields.Char(
        readonly=True,
        help="Keep it outside of Odoo. It covers what was recorded until an hour ago.",
    )
    earlier_seal = fields.Text("Earlier seal")
    sealed_date = fields.Datetime(readonly=True)
    seal_verdict = fields.Selection(
        [("holds", "Still contained"), ("broken", "Changed")], readonly=True
    )

    @api.model
    def action_check(self):
        """Check the consent ledger and show what was found.

        An administrator checks all companies, a manager of texting those they may switch to.

        :returns: action that shows the result
        :raises AccessError: for anybody else
        """
        is_admin = self._check_right()
        # sudo: who is no recruitment officer may still check; numbers are all they see of it
        threads_sudo = self.env["hr.sms.thread"].sudo()
        ours = [] if is_admin else [("company_id", "in", self.env.user.company_ids.ids)]
        threads = None if is_admin else threads_sudo.search(ours)
        broken = self.env["hr.sms.consent"]._verify_chains(threads)
        shown = broken[:SHOWN]
        found = threads_sudo.browse(line.thread_id for line in shown).exists().grouped("id")
        check = self.sudo().create(
            {
                "event_count": self.env["hr.sms.consent"]
                .sudo()
                .search_count([] if is_admin else [("thread_id", "in", threads.ids)]),
                "thread_count": threads_sudo.search_count([("head_sequence", ">", 0), *ours]),
                "broken_count": len(broken),
                "seal": str(
                    self.env["hr.sms.consent"]._seal(
                        None if is_admin else self.env.user.company_ids
                    )
                ),
                "line_ids": [
                    fields.Command.create(
                        {
                            "thread_ref": line.thread_id,
                            "number": found[line.thread_id].number
                            if line.thread_id in found
                            else False,
                            "company_name": found[line.thread_id].company_id.name
                            if line.thread_id in found
                            else False,
                            "sequence": line.sequence,
                            "date": line.date,
                            "problem": self.env._(PROBLEMS[line.problem]),  # pylint: disable=gettext-variable
                        }
                    )
                    for line in shown
                ],
            }
        )
        return check._action_show()

    def action_compare_seal(self):
        """Compare the ledger with a seal that was kept, and show whether it still holds.

        :returns: action that shows the result
        :raises UserError: when the text is no seal, or one of the future
        :raises AccessError: for who may not check the ledger, or not that of the seal's companies
        """
        self.ensure_one()
        is_admin = self._check_right()
        seal = Seal.parse(self.earlier_seal)
        if not seal or seal.until > fields.Datetime.now():
            raise UserError(
                self.env._(
                    "This is not a seal of the consent ledger. Paste the whole line, from "
                    '"sms-consent-seal" to the end of the long number.'
                )
            )
        if not is_admin and not set(seal.companies or [0]) <= set(self.env.user.company_ids.ids):
            raise AccessError(
                self.env._(
                    "This seal covers companies you have no access to. Ask an administrator to "
                    "compare it."
                )
            )
        self.sealed_date = seal.until
        holds = self.env["hr.sms.consent"]._seal_holds(seal)
        self.seal_verdict = "holds" if holds else "broken"
        return self._action_show()

    @api.model
    def _check_right(self):
        """Check that the user may check the ledger.

        :returns: bool, whether that of all companies
        :raises AccessError: for anybody but administrators and managers of SMS
        """
        is_admin = self.env.user.has_group("base.group_system")
        if not is_admin and not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(
                self.env._("Only administrators and managers of SMS can check the consent ledger.")
            )
        return is_admin

    def _action_show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Consent ledger"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }


class HrSmsLedgerCheckLine(models.TransientModel):
    """The first broken event of one number's history."""

    _name = "hr.sms.ledger.check.line"
    _description = "Broken SMS Consent History"
    _order = "id"

    check_id = fields.Many2one("hr.sms.ledger.check", required=True, ondelete="cascade")
    thread_ref = fields.Integer("Thread ID", readonly=True)
    number = fields.Char(readonly=True)
    company_name = fields.Char("Company", readonly=True)
    sequence = fields.Integer("Event", readonly=True, help="Its place in the number's history.")
    date = fields.Datetime("Recorded on", readonly=True)
    problem = fields.Char("What is wrong", readonly=True)
