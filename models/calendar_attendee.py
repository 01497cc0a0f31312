from odoo import models


class CalendarAttendee(models.Model):
    """A candidate who is taken off an interview is not reminded of it any more.

    Who declined stays on it, may change their mind until the reminder goes, and is the gate's to
    look at. Who is not on it is not told from somebody who never was, and whom a server action
    texts all the same: so a reminder that waits is canceled right here.
    """

    _inherit = "calendar.attendee"

    def unlink(self):
        events = self.env["calendar.event"]._sms_about_applicants(self.event_id.ids)
        losing = events.filtered(lambda event: event._sms_candidate_attendees() & self)
        result = super().unlink()
        left = losing.exists().filtered(lambda event: not event._sms_candidate_attendees())
        # sudo: follows from the change, whoever made it
        self.env["hr.sms.message"].sudo()._cancel_reminders(left)
        return result
