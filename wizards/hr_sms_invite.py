from collections import Counter

from odoo import Command, api, fields, models

from ..models.hr_applicant import SEND_GROUP


class HrSmsInvite(models.TransientModel):
    """Ask many candidates for consent by e-mail, after saying who is asked and who not."""

    _name = "hr.sms.invite"
    _description = "Ask for Consent by E-Mail"

    applicant_ids = fields.Many2many("hr.applicant", readonly=True)
    count = fields.Integer("Are asked", compute="_compute_preview")
    line_ids = fields.One2many("hr.sms.invite.line", "wizard_id", "Are not asked", readonly=True)

    @api.depends("applicant_ids", "line_ids.count")
    def _compute_preview(self):
        for wizard in self:
            wizard.count = len(wizard.applicant_ids) - sum(wizard.line_ids.mapped("count"))

    @api.model
    def _action(self, applicants):
        """Open the wizard.

        :param applicants: ``hr.applicant`` records
        :returns: action
        :raises AccessError: without the right to send SMS or to read the applicants
        """
        applicants._sms_check_right(SEND_GROUP)
        numbers = {applicant: applicant.sms_number for applicant in applicants}
        reasons = applicants._sms_invite_reasons(numbers)
        counts = Counter(reason for reason in reasons.values() if reason)
        wizard = self.create(
            {
                "applicant_ids": [Command.set(applicants.ids)],
                "line_ids": [
                    Command.create({"reason": reason, "count": count})
                    for reason, count in counts.most_common()
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask for consent by e-mail"),
            "res_model": self._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_send(self):
        """Ask those who can be asked.

        :returns: action that says how many are
        :raises AccessError: without the right to send SMS or to read the applicants
        """
        self.ensure_one()
        answers = self.applicant_ids.sms_consent_invite()
        sent = sum(1 for answer in answers if not answer["reason"])
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if sent else "warning",
                "message": self.env._("%(count)s e-mails are on their way.", count=sent),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }


class HrSmsInviteLine(models.TransientModel):
    """Why some candidates are not asked."""

    _name = "hr.sms.invite.line"
    _description = "Not Asked by E-Mail"
    _order = "count desc, id"

    wizard_id = fields.Many2one("hr.sms.invite", required=True, ondelete="cascade")
    reason = fields.Char(readonly=True)
    count = fields.Integer("Applicants", readonly=True)
