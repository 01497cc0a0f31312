from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

BATCH = 500


class HrSmsThread(models.Model):
    """Retention: what is older than a company wants to keep is erased."""

    _inherit = "hr.sms.thread"

    @api.model
    def _erase_old(self):
        """Erase texts, and later the personal data of numbers, that are too old. Run by a cron."""
        for company in self.env["res.company"].search([]):
            for months, erase in (
                (company.sms_message_retention, self._erase_old_texts),
                (company.sms_ledger_retention, self._erase_silent),
            ):
                if months <= 0:
                    continue
                before = fields.Datetime.now() - relativedelta(months=months)
                while erased := erase(company, before):
                    if not self._commit_erased(erased, remaining=1):
                        return
        self._commit_erased(0, remaining=0)

    def _commit_erased(self, count, remaining):
        if "ir_cron_progress_id" not in self.env.context:
            return True
        return self.env["ir.cron"]._commit_progress(count, remaining=remaining)

    def _erase_old_texts(self, company, before):
        """Erase the next texts of a company that are too old.

        :param company: ``res.company`` record
        :param before: UTC datetime
        :returns: int, how many; 0 when none is left
        """
        messages = self.env["hr.sms.message"].search(
            [
                ("company_id", "=", company.id),
                ("date", "<", before),
                ("erased_date", "=", False),
                ("state", "not in", ("scheduled", "queued", "sending")),
            ],
            order="date, id",
            limit=BATCH,
        )
        messages._erase_content(company.sms_erase_at_twilio)
        return len(messages)

    def _erase_silent(self, company, before):
        """Erase the next numbers of a company without any word since a date.

        :param company: ``res.company`` record
        :param before: UTC datetime
        :returns: int, how many; 0 when none is left
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT id FROM hr_sms_thread AS thread
                 WHERE company_id = %(company)s AND number_hmac IS NULL
                   AND create_date < %(before)s
                   AND NOT EXISTS (SELECT FROM hr_sms_message
                                    WHERE thread_id = thread.id
                                      AND (date >= %(before)s
                                           OR state IN ('scheduled', 'queued', 'sending')))
                   AND NOT EXISTS (SELECT FROM hr_sms_consent
                                    WHERE thread_id = thread.id
                                      AND recorded_date >= %(before)s)
                 ORDER BY id
                 LIMIT %(batch)s
                """,
                company=company.id,
                before=before,
                batch=BATCH,
            )
        )
        threads = self.browse(row[0] for row in self.env.cr.fetchall())
        threads._erase(self.env._("Retention"), company.sms_erase_at_twilio)
        return len(threads)
