from dataclasses import replace

from odoo import api, models

from ..rules import welcome
from .hr_sms_message_offer import Text


class HrSmsMessage(models.Model):
    """The text that follows a Yes."""

    _inherit = "hr.sms.message"

    @api.model
    def _welcome(self, events):
        """Queue a welcome for each of these opt-ins, in the language of the consent.

        By the gate and the queue, as an automatic text: it keeps out of the night, counts among
        the texts of a day and is paid for; an opt-out that comes first cancels it. Who may not be
        texted is not welcomed, and nothing is left behind of that: nobody waits for it.

        :param events: ``hr.sms.consent`` records (superuser), one for each number
        """
        applicants = self.env["hr.applicant"].browse(set(events.mapped("applicant_ref")) - {0})
        jobs = self.env["hr.job"].browse(set(events.mapped("job_ref")) - {0})
        applicants, jobs = applicants.exists().grouped("id"), jobs.exists().grouped("id")
        threads = [event.thread_id for event in events]
        drafts = [
            Text(
                company=event.company_id,
                number=event.thread_id.number,
                body="",
                applicant=applicants.get(event.applicant_ref),
                kind="auto",
                purpose="reminder" if event.scope == "reminders" else "job",
                answer=welcome.ANSWER,
            )
            for event in events
        ]
        texts = []
        for event, draft, lang in zip(
            events, drafts, self._candidate_languages(drafts, threads), strict=True
        ):
            company = event.company_id
            words = company._sms_welcome_words(lang, jobs.get(event.job_ref))
            body = company._sms_welcome_text(lang, event.scope or "jobs", **words)
            texts.append(replace(draft, body=body))
        self._offer(texts)
