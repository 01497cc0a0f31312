from odoo import fields, models
from odoo.tools.translate import LazyTranslate

from .hr_sms_gate import REASONS

_lt = LazyTranslate(__name__)

OVER, MOVED, CALLED_OFF = "interview_over", "interview_moved", "interview_called_off"
DECLINED, CLOSED = "interview_declined", "interview_closed"
REASONS[OVER] = _lt("The interview had begun before this reminder went.")
REASONS[MOVED] = _lt("The interview was moved after this reminder was written.")
REASONS[CALLED_OFF] = _lt("The interview was called off before this reminder went.")
REASONS[DECLINED] = _lt(
    "The candidate declined the invitation, or was taken off it, before this reminder went."
)
REASONS[CLOSED] = _lt(
    "The applicant was refused or archived before this reminder went. Write by hand if they are "
    "expected all the same."
)


class HrSmsGate(models.AbstractModel):
    """A reminder that waited is asked once more whether what it says still holds."""

    _inherit = "hr.sms.gate"

    def _refusals(self):
        return [self._refuse_interview, *super()._refusals()]

    def _refuse_interview(self, requests):
        now = fields.Datetime.now()
        return [
            self._interview_obstacle(request, now)
            if request.stage == "queue" and request.event_start
            else None
            for request in requests
        ]

    def _interview_obstacle(self, request, now):
        event = request.event
        if not event or not event.active:
            return CALLED_OFF
        if event.start != request.event_start:
            return MOVED
        if event.start <= now:
            return OVER
        invited = event._sms_candidate_attendees()
        has_declined = invited and set(invited.mapped("state")) == {"declined"}
        return DECLINED if has_declined else None
