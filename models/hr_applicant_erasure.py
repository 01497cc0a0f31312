from odoo import api, fields, models

from .hr_sms_thread import VIEW_GROUP


class HrApplicant(models.Model):
    """What is kept about an applicant's numbers, to be proved or erased."""

    _inherit = "hr.applicant"

    sms_erased_date = fields.Datetime(
        "SMS Erased on",
        compute="_compute_sms_erased_date",
        store=True,
        copy=False,
        groups=VIEW_GROUP,
        help="Set while the texts of the applicant's present number are erased.",
    )

    @api.depends("sms_number")
    def _compute_sms_erased_date(self):
        """Forget it with the number; set by the erasure, which leaves no thread to join."""
        self.sms_erased_date = False

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
