from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..models.hr_sms_consent_check import PROBLEMS

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

    @api.model
    def action_check(self):
        """Check the consent ledger and show what was found.

        An administrator checks all companies, a manager of texting those they may switch to.

        :returns: action that shows the result
        :raises AccessError: for anybody else
        """
        is_admin = self.env.user.has_group("base.group_system")
        if not is_admin and not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(
                self.env._("Only administrators and managers of SMS can check the consent ledger.")
            )
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
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Consent ledger"),
            "res_model": self._name,
            "res_id": check.id,
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
