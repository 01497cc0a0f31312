from odoo import models


class HrJob(models.Model):
    """A job may ask its own question; what it leaves empty is the company's."""

    _name = "hr.job"
    _inherit = ("hr.job", "hr.sms.wording")

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
