from odoo import api, fields, models

from .hr_sms_thread import VIEW_GROUP
from .numbers import shown_number


class HrJob(models.Model):
    """The keywords by which candidates apply for a job."""

    _inherit = "hr.job"

    sms_keyword_ids = fields.One2many(
        "hr.sms.keyword",
        "job_id",
        string="Keywords",
        copy=False,
        groups=VIEW_GROUP,
        help="Candidates apply by texting one of these words to your number.",
    )
    sms_number_to_text = fields.Char(
        "Number to Text", compute="_compute_sms_number_to_text", groups=VIEW_GROUP
    )

    @api.depends("company_id", "address_id")
    @api.depends_context("company")
    def _compute_sms_number_to_text(self):
        for job in self:
            number = (job.company_id or self.env.company)._sms_number_to_text(job)
            job.sms_number_to_text = shown_number(number)

    def write(self, vals):
        result = super().write(vals)
        if "company_id" in vals:
            # sudo: who may move a job to another company moves its keywords along
            for job in self.sudo().with_context(active_test=False):
                job.sms_keyword_ids.write({"company_id": job.company_id.id})
        return result

    def unlink(self):
        # Not left to the database: every process has to learn that the words mean nothing now.
        # sudo: follows from the job, whoever may delete it
        self.sudo().with_context(active_test=False).sms_keyword_ids.unlink()
        return super().unlink()
