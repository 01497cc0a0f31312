from odoo import models
from odoo.fields import Domain

# What decides who interviews an applicant, and so who may read the conversations beside officers.
_OF_APPLICANT = frozenset({"interviewer_ids", "job_id"})


class HrSmsThread(models.Model):
    """A conversation that its assignee may not read any more is nobody's."""

    _inherit = "hr.sms.thread"

    def _unassign_unreadable(self):
        """Take those of these conversations off their assignees that these may not read."""
        # Rules are asked of the database.
        self.env.flush_all()
        lost = self.filtered(
            lambda thread: thread.user_id and not thread._who_may_read(thread.user_id)
        )
        if lost:
            lost.write({"user_id": False})
            lost._notify_changed()


class HrApplicant(models.Model):
    """Whoever interviews an applicant no more gives their conversations back."""

    _inherit = "hr.applicant"

    def write(self, vals):
        result = super().write(vals)
        if _OF_APPLICANT & vals.keys():
            # sudo: follows from the change, whoever made it
            threads = self.env["hr.sms.thread"].sudo().with_context(active_test=False)
            threads.search(
                Domain("user_id", "!=", False) & Domain("applicant_ids", "in", self.ids)
            )._unassign_unreadable()
        return result


class HrJob(models.Model):
    """The same for those who interview all applicants of a job."""

    _inherit = "hr.job"

    def write(self, vals):
        result = super().write(vals)
        if "interviewer_ids" in vals:
            # sudo: see above
            threads = self.env["hr.sms.thread"].sudo().with_context(active_test=False)
            threads.search(
                Domain("user_id", "!=", False) & Domain("applicant_ids.job_id", "in", self.ids)
            )._unassign_unreadable()
        return result
