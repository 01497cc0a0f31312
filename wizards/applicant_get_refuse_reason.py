from odoo import api, fields, models

from ..models.hr_applicant import SEND_GROUP
from ..models.hr_applicant_closing import ASKED


class ApplicantGetRefuseReason(models.TransientModel):
    """Whoever refuses applicants is asked whether the texts planned for them still go."""

    _inherit = "applicant.get.refuse.reason"

    sms_planned_ids = fields.Many2many(
        "hr.sms.message",
        string="Planned Texts",
        compute="_compute_sms_planned_ids",
        groups=SEND_GROUP,
    )
    sms_cancel_planned = fields.Boolean(
        "Cancel Planned Texts",
        default=True,
        groups=SEND_GROUP,
        help="Otherwise they go out at their time. The candidate's consent stays as it is.",
    )

    @api.depends("applicant_ids", "duplicates", "duplicate_applicant_ids")
    def _compute_sms_planned_ids(self):
        for wizard in self:
            planned = wizard._sms_refused()._sms_planned().with_env(wizard.env)
            wizard.sms_planned_ids = planned._filtered_access("read")

    def _sms_refused(self):
        """Return the applicants that are refused."""
        applicants = self.applicant_ids
        if self.duplicates_count and self.duplicates:
            applicants |= self.duplicate_applicant_ids
        return applicants._origin

    def action_refuse_reason_apply(self):
        """Refuse the applicants; their planned texts are canceled if that is wished.

        Who may not send texts is not asked: those who look after the texts are.

        :returns: action
        """
        if not self.env.user.has_group(SEND_GROUP):
            return super().action_refuse_reason_apply()
        planned = self.sms_planned_ids
        if planned and self.sms_cancel_planned:
            planned._check_may_plan()
            # sudo: the right was checked. In this transaction: refused and canceled, or neither.
            planned.sudo()._cancel_by(self.env.user)
        asked = self.with_context(hr_sms_closing=ASKED)
        return super(ApplicantGetRefuseReason, asked).action_refuse_reason_apply()
