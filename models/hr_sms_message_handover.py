from contextlib import contextmanager

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_datetime


class HrSmsMessage(models.Model):
    """Who looks after a text that waits: who wrote it, as long as they can.

    The author stays what they are, who wrote it. Who is responsible follows from it: once the
    author has left or may not send any more, it is whoever is told about the conversation (its
    assignee, the applicant's recruiter, the followers), else the SMS managers. The text itself
    still goes at its time: it was authorised when it was written, and is the company's.
    """

    _inherit = "hr.sms.message"

    def _responsible(self):
        """Return who looks after these texts, all by one author and for one applicant.

        :returns: ``res.users`` records
        """
        thread = self.thread_id[:1]
        author = self.author_id
        if author and author._sms_may_send_for(thread.company_id):
            return author
        people = thread._people_to_tell(self.applicant_id) - author
        return people or thread.company_id._sms_managers() - author

    @api.model
    def _looked_after(self, authors):
        """Return for which companies authors of planned texts can look after them.

        :param authors: ``res.users`` records, ``None`` for all that have planned texts
        :returns: dict from ``(res.users, res.company)`` to the texts (superuser)
        """
        domain = self._handover_domain()
        if authors is not None:
            domain &= Domain("author_id", "in", authors.ids)
        # sudo: all texts count, whoever changes a user
        groups = self.sudo()._read_group(domain, ["author_id", "company_id"], ["id:recordset"])
        return {
            (author, company): texts
            for author, company, texts in groups
            if author._sms_may_send_for(company)
        }

    @api.model
    def _handover_domain(self):
        # What an automation or a campaign sends needs nobody who looks after it.
        return (
            self._planned_domain()
            & Domain("kind", "=", "direct")
            & Domain("author_id", "!=", False)
        )

    @api.model
    @contextmanager
    def _handing_over(self, authors=None):
        """Hand texts over whose authors cannot look after them any more after this block.

        :param authors: ``res.users`` records that are changed or deleted in it, ``None`` for any
        """
        before = self._looked_after(authors)
        names = {author: author.name for author, _company in before}
        yield
        for (author, company), texts in before.items():
            here = author.exists()
            if not (here and author._sms_may_send_for(company)):
                # Those that still wait.
                texts.search(self._planned_domain() & Domain("id", "in", texts.ids))._tell_heirs(
                    names[author], has_left=not (here and author.active)
                )

    def _tell_heirs(self, author_name, has_left):
        """Tell those who look after planned texts from now on which ones they are.

        :param str author_name: of the user who cannot do it any more
        :param bool has_left: else they only may not send texts any more
        """
        for applicant, messages in self.grouped("applicant_id").items():
            if not applicant:
                continue
            name = applicant.partner_name or messages.thread_id[:1].number

            def subject(env, name=name):
                return env._("Planned texts to %(name)s are yours now", name=name)

            def body(env, name=name, messages=messages):
                dates = [
                    format_datetime(env, message.scheduled_date, dt_format="short")
                    for message in messages.sorted("scheduled_date")
                    if message.scheduled_date
                ]
                reason = (
                    env._("%(author)s has left.", author=author_name)
                    if has_left
                    else env._("%(author)s may not send texts any more.", author=author_name)
                )
                return env._(
                    "%(reason)s What they planned for %(name)s still goes out: %(dates)s. Look at "
                    "it in the SMS tab: you can change or cancel it there.",
                    reason=reason,
                    name=name,
                    dates=", ".join(dates) or env._("as soon as it can"),
                )

            messages.thread_id[:1]._tell(applicant, messages._responsible(), subject, body)
