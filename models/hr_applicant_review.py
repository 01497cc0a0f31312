from odoo import fields, models
from odoo.exceptions import UserError, ValidationError

from .hr_applicant import SEND_GROUP
from .hr_sms_thread_review import DECIDE_WITHIN


class HrApplicant(models.Model):
    """The decision about an opt-out in plain words, from the applicant's SMS tab."""

    _inherit = "hr.applicant"

    def sms_review_decide(self, decision, number=None, note=None):
        """Decide whether a text was an opt-out.

        :param str decision: ``opt_out``, or ``clear``: the earlier state comes back
        :param number: phone number in any format, ``None`` for the applicant's main number
        :param note: why
        :returns: id of the consent event
        :raises AccessError: without the right to send SMS or to read the applicant
        :raises UserError: when there is nothing to decide (any more)
        :raises ValidationError: for another decision
        """
        self.ensure_one()
        self._sms_check_right(SEND_GROUP)
        if decision not in ("opt_out", "clear"):
            raise ValidationError(self.env._("Decide “opt_out” or “clear”."))
        note = self._sms_text_argument(note, 2000)
        thread = self._sms_thread(self._sms_usable_number(number))
        # Two colleagues may click at once: the second one finds it decided.
        self.env["hr.sms.consent"]._lock_heads(thread)
        if thread.consent_state != "review":
            raise UserError(self.env._("Somebody else decided about this already."))
        asked = thread._review_text()
        event = self.env["hr.sms.consent"]._append(
            [
                {
                    "thread": thread,
                    "event": "withdrawn" if decision == "opt_out" else "review_cleared",
                    "method": "reply" if decision == "opt_out" else "manual",
                    "applicant": self,
                    "actor_name": self.env.user.name,
                    "twilio_sid": asked.twilio_sid,
                    "note": note,
                }
            ]
        )
        return event.id

    def _sms_tab_notices(self, number, thread, code):
        notices = super()._sms_tab_notices(number, thread, code)
        if thread.number_flag == "wrong_number":
            notices.append(
                {
                    "code": "wrong_number",
                    "level": "warning",
                    "text": self.env._(
                        "Whoever has this number says it is the wrong one. Ask the candidate for "
                        "another number."
                    ),
                }
            )
        return notices

    def _sms_tab_review(self, thread):
        """Return the text that has to be decided about, as the tab shows it.

        :returns: dict with ``text``, ``date`` and ``until``, ``False`` when there is none
        """
        event = thread._review_text() if thread else None
        if not event:
            return False
        return {
            "text": (self._sms_readable_events(event) and event.note) or "",
            "date": fields.Datetime.to_string(event.given_date),
            "until": fields.Datetime.to_string(event.recorded_date + DECIDE_WITHIN),
        }
