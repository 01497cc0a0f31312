from odoo import fields, models
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
        self.env["hr.sms.message"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH waiting AS (
                    SELECT id FROM hr_sms_message
                     WHERE thread_id = ANY(%(threads)s)
                       AND state IN ('queued', 'scheduled')
                       AND kind != 'confirmation'
                       FOR UPDATE SKIP LOCKED
                )
                UPDATE hr_sms_message AS message
                   SET state = 'canceled',
                       wait_code = NULL,
                       failure_code = CASE WHEN thread.consent_locked THEN 'consent_locked'
                                           ELSE 'consent_withdrawn' END,
                       write_date = %(now)s
                  FROM waiting, hr_sms_thread AS thread
                 WHERE message.id = waiting.id AND thread.id = message.thread_id
             RETURNING message.id
                """,
                threads=self.ids,
                now=fields.Datetime.now(),
            )
        )
        messages = self.env["hr.sms.message"].browse(row[0] for row in self.env.cr.fetchall())
        if messages:
            messages.invalidate_recordset()
            messages.sudo()._give_back()  # the account follows, whoever withdrew
            messages._tell_authors()
