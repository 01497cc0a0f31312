from odoo import api, fields, models


class HrSmsMessage(models.Model):
    """Received texts that wait for an answer."""

    _inherit = "hr.sms.message"

    is_waiting = fields.Boolean(
        "Waits for an Answer",
        readonly=True,
        help="Received, no keyword, and nobody has written since.",
    )
    answer_id = fields.Many2one(
        "hr.sms.message",
        "Answered With",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    _waiting_for_us_idx = models.Index("(thread_id) WHERE is_waiting IS TRUE")
    _problem_idx = models.Index("(thread_id, date, id) WHERE state IN ('failed', 'unknown')")
    _scheduled_idx = models.Index("(thread_id) WHERE state = 'scheduled'")

    def _auto_init(self):
        """Tell for the texts of a former version which of them wait, and what answered the others."""
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
            self.env.cr.execute(
                """
                UPDATE hr_sms_message AS text SET answer_id = (
                       SELECT min(later.id) FROM hr_sms_message AS later
                        WHERE later.thread_id = text.thread_id AND later.id > text.id
                          AND later.direction = 'outbound' AND later.kind = 'direct')
                 WHERE text.direction = 'inbound' AND text.is_waiting IS NOT TRUE
                """
            )
        return result

    @api.model
    def _queue(self, requests, scheduled_date=None):
        messages = super()._queue(requests, scheduled_date)
        # What goes to many, or by itself, answers nobody. Senders never hold a received text.
        messages.filtered(lambda message: message.kind == "direct")._answer_waiting()
        return messages

    def _answer_waiting(self):
        """Have these texts answer what waits in their conversations."""
        if not self:
            return
        self.env.cr.execute(
            """
            UPDATE hr_sms_message AS text SET is_waiting = FALSE, answer_id = answer.id
              FROM hr_sms_message AS answer
             WHERE answer.id = ANY(%s) AND text.thread_id = answer.thread_id
               AND text.is_waiting IS TRUE
            """,
            [self.ids],
        )
        if self.env.cr.rowcount:
            self.invalidate_model(["is_waiting", "answer_id"])

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") == "canceled":
            self._answer_no_more()
        return result

    @api.model
    def _cancel_waiting(self, where, code):
        canceled = super()._cancel_waiting(where, code)
        canceled.sudo()._answer_no_more()  # follows from the change, whoever made it
        return canceled

    def _answer_no_more(self):
        """Have wait again what these canceled texts would have answered, unless another answers it."""
        # What answers is written by hand.
        if not any(text.kind == "direct" for text in self):
            return
        self.flush_model(["state", "kind", "direction", "thread_id", "answer_id"])
        self.env.cr.execute(
            """
            UPDATE hr_sms_message AS text
               SET answer_id = later.id, is_waiting = later.id IS NULL
              FROM hr_sms_message AS asked
         LEFT JOIN LATERAL (
                   SELECT id FROM hr_sms_message AS answer
                    WHERE answer.thread_id = asked.thread_id AND answer.id > asked.id
                      AND answer.direction = 'outbound' AND answer.kind = 'direct'
                      AND answer.state != 'canceled'
                 ORDER BY id LIMIT 1) AS later ON TRUE
             WHERE asked.answer_id = ANY(%s) AND asked.erased_date IS NULL
               AND text.id = asked.id
            """,
            [self.ids],
        )
        if self.env.cr.rowcount:
            self.invalidate_model(["is_waiting", "answer_id"])

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
