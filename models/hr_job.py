from odoo import api, models
from odoo.exceptions import AccessError

from .hr_sms_wording import OVERRIDES

MANAGER_GROUP = "hr_recruitment_texting.group_sms_manager"


class HrJob(models.Model):
    """A job may ask its own question; what it leaves empty is the company's."""

    _name = "hr.job"
    _inherit = ("hr.job", "hr.sms.wording")

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_sms_wording_right({name for name in OVERRIDES if vals.get(name)})
        return super().create(vals_list)

    def write(self, vals):
        self._check_sms_wording_right(set(OVERRIDES) & vals.keys())
        result = super().write(vals)
        if "company_id" in vals:
            # Texts to applications without a company of their own come from the job's.
            # sudo: follows from the change, whoever made it
            applicants = self.env["hr.applicant"].sudo().with_context(active_test=False)
            applicants.search(
                [("job_id", "in", self.ids), ("company_id", "=", False)]
            )._sms_number_changed()
        return result

    def _check_sms_wording_right(self, names):
        """What candidates agree to is not every recruiter's to word."""
        if names and not self.env.su and not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(
                self.env._(
                    'You need the permission "Manage SMS" to word the texting question. Ask an '
                    "administrator."
                )
            )

    def _sms_consent_company(self, website, department=None):
        """The company an application for this job belongs to, and the question names.

        :param website: website the candidate applies on
        :param department: hr.department the application is sent to, if not the job's own
        :returns: the job's company, else the department's, else the website's
        """
        # sudo: a visitor reads neither departments nor companies
        job = self.sudo()
        return (
            job.company_id
            or (department or job.department_id).sudo().company_id
            or job.department_id.company_id
            or website.sudo().company_id
        )
