from odoo import models


class HrApplicant(models.Model):
    """What is kept about an applicant's numbers, to be proved or erased."""

    _inherit = "hr.applicant"

    def action_sms_erase(self):
        """Open the erasure of these applicants' texts and personal data.

        :returns: action of the wizard
        :raises AccessError: for anybody but managers of SMS, and for other companies
        :raises UserError: when there is nothing to erase
        """
        return self.env["hr.sms.erasure"]._action(applicants=self)

    def _sms_all_threads(self):
        """Return the threads of all numbers of these applicants with their companies.

        :returns: ``hr.sms.thread`` records (superuser: the caller checked the right to read the
            applicants)
        """
        threads = self.env["hr.sms.thread"].sudo()
        for applicant in self.sudo():
            company = applicant._sms_company()
            threads |= applicant.sms_thread_ids.filtered(
                lambda thread, company=company: thread.company_id == company
            )
            threads |= applicant._sms_thread(applicant.sms_number)
        return threads

    def _sms_waiting_answers(self):
        """Return the answers to the job form that wait for a usable number (superuser)."""
        # sudo: nobody reads them; the caller checked the right to read the applicants
        return self.env["hr.sms.pending.answer"].sudo().search([("applicant_id", "in", self.ids)])

    def _sms_applicants_of_erased(self):
        """Return the applications that still have a number whose texts were erased.

        An erased number cannot be joined, it has to be recognised.

        :returns: dict from id of ``hr.applicant`` to consent state
        """
        self.env.cr.execute(
            """
            SELECT company_id, number_hmac, consent_state
              FROM hr_sms_thread
             WHERE number_hmac IS NOT NULL
            """
        )
        states = {(company, known): state for company, known, state in self.env.cr.fetchall()}
        if not states:
            return {}
        self.env.cr.execute(
            """
            SELECT thread_company.id, applicant.sms_number, array_agg(applicant.id)
              FROM hr_applicant AS applicant
         LEFT JOIN hr_job AS job ON job.id = applicant.job_id
              JOIN res_company AS thread_company
                ON thread_company.id = COALESCE(applicant.company_id, job.company_id, %s)
             WHERE applicant.sms_number IS NOT NULL
               AND thread_company.id = ANY(%s)
               AND NOT EXISTS (SELECT FROM hr_sms_thread AS thread
                                WHERE thread.company_id = thread_company.id
                                  AND thread.number = applicant.sms_number)
             GROUP BY 1, 2
            """,
            [self.env.company.id, list({company for company, _known in states})],
        )
        found = {}
        for company, number, applicants in self.env.cr.fetchall():
            [known] = self.env["hr.sms.thread"]._number_hmacs(
                self.env["res.company"].browse(company), [number]
            )
            if state := states.get((company, known)):
                found |= dict.fromkeys(applicants, state)
        return found
