from odoo import models
from odoo.exceptions import UserError, ValidationError

from .hr_applicant import SEND_GROUP
from .hr_sms_gate import GateRequest


class HrApplicant(models.Model):
    """What a person knows about a text of which Twilio could not tell whether it got it."""

    _inherit = "hr.applicant"

    def sms_unconfirmed_decide(self, message_id, decision):
        """Say what became of a text that nobody can tell about, from the SMS tab.

        :param int message_id: of a text to this applicant that is ``unknown``
        :param str decision: ``arrived``, or ``again`` to have it sent once more
        :returns: True
        :raises AccessError: without the right to send SMS or to read the applicant
        :raises UserError: when it is settled already, or the gate refuses to send it again
        :raises ValidationError: for another decision or a text of somebody else
        """
        self.ensure_one()
        self._sms_check_right(SEND_GROUP)
        if decision not in ("arrived", "again"):
            raise ValidationError(self.env._("Decide “arrived” or “again”."))
        if not isinstance(message_id, int):
            raise ValidationError(self.env._("This text does not belong to the applicant."))
        # Under the user's own rights: two people may share a number.
        message = self.env["hr.sms.message"].search(
            [
                ("id", "=", message_id),
                ("direction", "=", "outbound"),
                ("thread_id", "in", self.sudo().sms_thread_ids.ids),
            ]
        )
        if not message:
            raise ValidationError(self.env._("This text does not belong to the applicant."))
        # sudo: no user may write texts at will; rights were checked above
        message_sudo = message.sudo()
        # Two colleagues may click at once, and Twilio may call: whoever comes second finds it
        # settled. Odoo repeats the request of the one that lost.
        self.env.cr.execute(
            "SELECT FROM hr_sms_message WHERE id = %s FOR UPDATE", [message_sudo.id]
        )
        message_sudo.invalidate_recordset()
        if message_sudo.state != "unknown" or message_sudo.failure_code != "undecided":
            raise UserError(self.env._("This is settled already: look at the text again."))
        message_sudo.decided_by_id = self.env.user
        if decision == "arrived":
            message_sudo.write({"state": "delivered", "failure_code": False})
            message_sudo.thread_id._notify_changed()
        else:
            self._sms_check_again(message_sudo)
            message_sudo._back_into_queue()
        return True

    def _sms_check_again(self, message_sudo):
        """Ask the gate whether a text may be sent once more.

        :param message_sudo: ``hr.sms.message`` record (superuser)
        :raises UserError: when it may not
        """
        [verdict] = self.env["hr.sms.gate"]._ask(
            [
                GateRequest(
                    company=message_sudo.company_id,
                    thread=message_sudo.thread_id,
                    number=message_sudo.thread_id.number,
                    body=message_sudo.body,
                    kind=message_sudo.kind,
                    purpose=message_sudo.purpose,
                    applicant=message_sudo.applicant_id,
                    stage="queue",  # it is paid for
                )
            ]
        )
        if verdict.code:
            raise UserError(self.env["hr.sms.gate"]._reason_text(verdict.code))
