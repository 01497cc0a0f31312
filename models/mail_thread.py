from odoo import models


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def _notify_thread_by_sms(self, message, recipients_data, msg_vals=False, **kwargs):
        """Send a notification about a recruiting record to that record, which asks the gate.

        ``message_notify`` names the record in its parameters when it is called on ``mail.thread``
        itself.
        """
        values = msg_vals or {}
        model = values.get("model") or message.model
        if self._name == "mail.thread" and model in ("hr.applicant", "calendar.event"):
            record = self.env[model].browse(values.get("res_id") or message.res_id)
            return record._notify_thread_by_sms(
                message, recipients_data, msg_vals=msg_vals, **kwargs
            )
        return super()._notify_thread_by_sms(message, recipients_data, msg_vals=msg_vals, **kwargs)
