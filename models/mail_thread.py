from odoo import models

from ..rules.email_application import is_from_a_person, language_of

# What the gateway knows of an e-mail that makes a record, for hr.applicant.message_new.
EMAIL = "sms_email_application"


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def _message_route_process(self, message, message_dict, routes):
        """Let an application by e-mail know that a person wrote it, which its headers tell."""
        threads = self
        if is_from_a_person(message):
            installed = [code for code, _name in self.env["res.lang"].get_installed()]
            known = {"lang": language_of(message, installed)}
            threads = self.with_context(**{EMAIL: known})
        return super(MailThread, threads)._message_route_process(message, message_dict, routes)

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
