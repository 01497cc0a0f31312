from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .hr_sms_thread_erasure import MANAGER_GROUP

# A year: longer than any application stays in a stage.
LONGEST_DELAY = 24 * 365


class HrRecruitmentStage(models.Model):
    """A stage may text whoever reaches it, where the company lets stages text."""

    _inherit = "hr.recruitment.stage"

    # Whoever sets these has candidates texted: not everybody who orders stages may. Nor does a
    # copy of a stage text anybody by itself, and whoever may not set them can still copy it.
    sms_template_id = fields.Many2one(
        "sms.template",
        "SMS Template",
        domain=[("model", "=", "hr.applicant")],
        ondelete="set null",
        copy=False,
        groups=MANAGER_GROUP,
        help="Applicants who reach this stage get this text, if they agreed to texts.",
    )
    sms_delay = fields.Integer(
        "SMS Delay",
        copy=False,
        groups=MANAGER_GROUP,
        help="Hours until the text goes. It does not go if the candidate writes, or the "
        "application moves on, before that.",
    )
    sms_is_off = fields.Boolean(compute="_compute_sms_is_off", groups=MANAGER_GROUP)

    @api.depends_context("company")
    def _compute_sms_is_off(self):
        # sudo: a setting, shown to those who set up such texts
        self.sms_is_off = not self.env.company.sudo().sms_stage_texts

    @api.constrains("sms_delay")
    def _check_sms_delay(self):
        if self.filtered(lambda stage: not 0 <= stage.sms_delay <= LONGEST_DELAY):
            raise ValidationError(
                self.env._(
                    "The delay of a text is between 0 and %(most)s hours.", most=LONGEST_DELAY
                )
            )
