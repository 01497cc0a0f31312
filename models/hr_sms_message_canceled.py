from odoo import models

from .hr_sms_thread import VIEW_GROUP


class HrSmsMessage(models.Model):
    """Texts that were accepted and then did not go."""

    _inherit = "hr.sms.message"

    def _tell_authors(self):
        """Tell those who wrote texts that they were not sent, and why. Their words stay here."""
        for (applicant, author), messages in self.grouped(
            lambda message: (message.applicant_id, message.author_id)
        ).items():
            if not (applicant and author.active and author.has_group(VIEW_GROUP)):
                continue
            name = applicant.partner_name or messages.thread_id[:1].number
            code = messages[0].failure_code

            def subject(env, name=name):
                return env._("A text to %(name)s was not sent", name=name)

            def body(env, name=name, code=code, messages=messages):
                count = len(messages)
                reason = env["hr.sms.gate"]._reason_text(code)
                if count == 1:
                    return env._(
                        "Your waiting text to %(name)s was not sent. %(reason)s",
                        name=name,
                        reason=reason,
                    )
                return env._(
                    "%(count)s of your waiting texts to %(name)s were not sent. %(reason)s",
                    count=count,
                    name=name,
                    reason=reason,
                )

            messages.thread_id[:1]._tell(applicant, author, subject, body)
