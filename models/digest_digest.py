from odoo import fields, models
from odoo.exceptions import AccessError

from .hr_sms_thread import VIEW_GROUP


class DigestDigest(models.Model):
    """A tile in Odoo's digest: how many texts candidates sent."""

    _inherit = "digest.digest"

    kpi_hr_sms_received = fields.Boolean("Texts from Candidates")
    kpi_hr_sms_received_value = fields.Integer(compute="_compute_kpi_hr_sms_received_value")

    def _compute_kpi_hr_sms_received_value(self):
        if not self.env.user.has_group(VIEW_GROUP):
            # Odoo leaves the tile out of the e-mail of who raises this.
            raise AccessError(self.env._("Only for those who may view SMS."))
        self._calculate_company_based_kpi(
            "hr.sms.message",
            "kpi_hr_sms_received_value",
            additional_domain=[("direction", "=", "inbound")],
        )

    def _compute_kpis_actions(self, company, user):
        actions = super()._compute_kpis_actions(company, user)
        menu = self.env.ref("hr_recruitment.menu_hr_recruitment_root").id
        actions["kpi_hr_sms_received"] = (
            f"hr_recruitment_texting.hr_sms_report_action?menu_id={menu}"
        )
        return actions
