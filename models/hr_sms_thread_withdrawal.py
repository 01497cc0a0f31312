from odoo import models
from odoo.tools import SQL


class HrSmsThread(models.Model):
    """Withdrawn before a waiting text goes: it never goes, and its author is told."""

    _inherit = "hr.sms.thread"

    def _after_fold(self, events):
        withdrawn = self.filtered(lambda thread: thread.consent_state == "withdrawn")
        withdrawn._cancel_waiting()
        return super()._after_fold(events)

    def _cancel_waiting(self):
        """Cancel what waits to be sent to these numbers, and tell those who wrote it.

        Rows that a sender holds at this moment are left to it: it asks the gate itself. START
        does not revive what is canceled here.
        """
        if not self:
            return
        self.flush_recordset(["consent_locked"])
        messages = self.env["hr.sms.message"]._cancel_waiting(
            SQL("thread_id = ANY(%s)", self.ids),
            SQL(
                "CASE WHEN thread.consent_locked THEN 'consent_locked' ELSE 'consent_withdrawn' END"
            ),
        )
        messages._tell_authors()
