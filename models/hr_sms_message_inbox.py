from odoo import api, fields, models


class HrSmsMessage(models.Model):
    """Received texts that wait for an answer."""

    _inherit = "hr.sms.message"

    is_waiting = fields.Boolean(
        "Waits for an Answer",
        readonly=True,
        help="Received, no keyword, and nobody has written since.",
    )

    _waiting_for_us_idx = models.Index("(thread_id) WHERE is_waiting IS TRUE")
    _problem_idx = models.Index("(thread_id, id) WHERE state IN ('failed', 'unknown')")
    _scheduled_idx = models.Index("(thread_id) WHERE state = 'scheduled'")

    def _auto_init(self):
        """Tell for the texts of a former version which of them still wait."""
        self.env.cr.execute(
            "SELECT FROM information_schema.columns"
            " WHERE table_schema = current_schema AND table_name = 'hr_sms_message'"
            " AND column_name = 'is_waiting'"
        )
        is_new = not self.env.cr.rowcount
        result = super()._auto_init()
        if is_new:
            self.env.cr.execute(
                """
                UPDATE hr_sms_message AS text SET is_waiting = TRUE
                 WHERE text.direction = 'inbound' AND text.is_unread
                   AND NOT EXISTS (SELECT FROM hr_sms_message AS later
                                    WHERE later.thread_id = text.thread_id AND later.id > text.id
                                      AND later.direction = 'outbound' AND later.kind = 'direct')
                """
            )
        return result

    @api.model
    def _queue(self, requests, scheduled_date=None):
        messages = super()._queue(requests, scheduled_date)
        # What goes to many, or by itself, answers nobody. Senders never hold a received text.
        answered = messages.filtered(lambda message: message.kind == "direct").thread_id
        if answered:
            self.env.cr.execute(
                "UPDATE hr_sms_message SET is_waiting = FALSE"
                " WHERE thread_id = ANY(%s) AND is_waiting IS TRUE",
                [answered.ids],
            )
            if self.env.cr.rowcount:
                self.invalidate_model(["is_waiting"])
        return messages

    def _mark_unread(self):
        """Mark received texts as unread. Runs in a short READ COMMITTED transaction."""
        self.env.cr.execute(
            "UPDATE hr_sms_message SET is_unread = TRUE"
            " WHERE id = ANY(%s) AND direction = 'inbound' AND is_unread IS NOT TRUE",
            [self.ids],
        )
        if self.env.cr.rowcount:
            self.invalidate_recordset(["is_unread"])
            self.thread_id._notify_changed()
