from markupsafe import Markup

from odoo import fields, models
from odoo.tools import plaintext2html


class HrSmsMessage(models.Model):
    """Who follows the applicant is told of a reply, as each of them chose."""

    _inherit = "hr.sms.message"

    def _followed_up(self):
        self._notify_received()
        self._notify_of_strangers()
        return super()._followed_up()

    def _notify_received(self):
        """Notify of texts: the assignee of each number, and followers of the application last texted.

        Only who may see SMS, the company and the applicant, whoever they are by then. What sounds
        like an opt-out was told already, see ``_tell_about_opt_out``.
        """
        texts = (self - self._told_as_opt_out()).filtered("applicant_id")
        of_threads = texts.grouped("thread_id")
        applicants = {thread: theirs.applicant_id[-1:] for thread, theirs in of_threads.items()}
        for thread, people in texts.thread_id._people_notified(applicants).items():
            if people:
                of_threads[thread]._notify(people, applicants[thread])

    def _notify_of_strangers(self):
        """Notify the assignees of numbers that belong to nobody.

        Also of what sounds like an opt-out, which nobody was told yet where there is no applicant.
        """
        for thread, texts in (self - self.filtered("applicant_id")).grouped("thread_id").items():
            people = thread._who_may_read(thread.user_id.filtered("sms_notify_assigned"))
            if people:
                texts._notify_of_stranger(people)

    def _notify_of_stranger(self, people):
        """Notify of texts of a number that belongs to nobody.

        The number stays out of it: who erases it later finds no messages about it.

        :param people: ``res.users`` records
        """
        thread = self.thread_id
        url = f"{thread.get_base_url()}/odoo/{thread.id}/sms-inbox"
        with_text = self._those_mailed_words(people)

        def subject(env):
            return env._("%(name)s sent a text", name=env._("Unknown number"))

        def body(env):
            link = Markup('<p><a href="%s">%s</a></p>') % (url, env._("Answer in Odoo"))
            return Markup("<p>%s</p>") % subject(env) + link

        told = thread._tell(self.env["mail.thread"], people - with_text, subject, body)
        told.sms_thread_ref = thread.id  # as below
        self._mail_words(with_text, subject, url)

    def _notify(self, people, applicant):
        """Notify of texts of one number.

        :param people: ``res.users`` records
        :param applicant: ``hr.applicant`` record (superuser)
        """
        thread, count = self.thread_id, len(self)
        name = applicant.partner_name or thread.number
        with_text = self._those_mailed_words(people)

        def subject(env):
            return env._("%(name)s sent a text", name=name)

        def body(env):
            if count == 1:
                return env._("%(name)s sent a text. Read and answer it in the SMS tab.", name=name)
            return env._(
                "%(name)s sent %(count)s texts. Read and answer them in the SMS tab.",
                name=name,
                count=count,
            )

        told = thread._tell(applicant, people - with_text, subject, body)
        told.sms_thread_ref = thread.id  # done with once it is read
        url = f"{applicant.get_base_url()}/odoo/hr.applicant/{applicant.id}"
        self._mail_words(with_text, subject, url)

    def _told_as_opt_out(self):
        told = self.env["hr.sms.consent"].search(
            [("thread_id", "in", self.thread_id.ids), ("method", "=", "reply")]
        )
        sids = set(told.mapped("twilio_sid"))
        return self.filtered(lambda text: text.twilio_sid in sids)

    def _those_mailed_words(self, people):
        """Return those who get what was written itself: by e-mail, where the company allows it."""
        return people.filtered(
            lambda user: (
                user.notification_type == "email" and self.thread_id.company_id.sms_mail_text
            )
        )

    def _mail_words(self, users, subject, url):
        """Mail what was written, where the company lets words leave by e-mail.

        By a mail that is deleted once it is sent: nothing of it stays in a chatter or an inbox.
        """
        for lang, group in users.grouped("lang").items():
            env = self.with_context(lang=lang).env
            words = Markup("").join(
                Markup("<blockquote>%s</blockquote>") % plaintext2html(text.body or "")
                for text in self
            )
            link = Markup('<p><a href="%s">%s</a></p>') % (url, env._("Answer in Odoo"))
            self.env["mail.mail"].create(
                [
                    {
                        "subject": subject(env),
                        "body_html": words + link,
                        "email_from": self.thread_id.company_id.email_formatted
                        or self.env.user.email_formatted,
                        "recipient_ids": [fields.Command.link(user.partner_id.id)],
                        "auto_delete": True,
                    }
                    for user in group
                ]
            )
