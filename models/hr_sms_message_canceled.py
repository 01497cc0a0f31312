from odoo import models


class HrSmsMessage(models.Model):
    """Texts that were accepted and then did not go."""

    _inherit = "hr.sms.message"

    def _tell_authors(self):
        """Tell those who look after texts that they were not sent, and why. Their words stay here.

        Nobody is told of those that an automation wrote: they stand in the conversation.
        """
        for (applicant, author), messages in self.grouped(
            lambda message: (message.applicant_id, message.author_id)
        ).items():
            people = author and messages._responsible()
            if not (applicant and people):
                continue
            name = applicant.partner_name or messages.thread_id[:1].number
            code = messages[0].failure_code

            def subject(env, name=name):
                return env._("A text to %(name)s was not sent", name=name)

            def body(env, name=name, code=code, messages=messages, author=author, people=people):
                count = len(messages)
                reason = env["hr.sms.gate"]._reason_text(code)
                if author not in people:
                    return env._(
                        "Texts to %(name)s that %(author)s planned were not sent: %(count)s. "
                        "%(reason)s",
                        name=name,
                        author=author.name,
                        count=count,
                        reason=reason,
                    )
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

            messages.thread_id[:1]._tell(applicant, people, subject, body)
