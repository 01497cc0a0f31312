from odoo import api, fields, models

from ..rules import opt_out_line


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sms_welcome = fields.Selection(related="company_id.sms_welcome", readonly=False)
    sms_welcome_greeting = fields.Char(related="company_id.sms_welcome_greeting", readonly=False)
    sms_welcome_preview = fields.Text("Welcome", compute="_compute_sms_welcome_preview")

    @api.depends(
        "sms_welcome_greeting",
        "sms_consent_frequency",
        "sms_consent_scope",
        "sms_opt_out_form",
    )
    @api.depends_context("lang")
    def _compute_sms_welcome_preview(self):
        """Show the whole text, in the language of whoever sets it up."""
        for settings in self:
            company = settings.company_id
            lang = opt_out_line.language([self.env.lang], None, company.partner_id.lang)
            settings.sms_welcome_preview = opt_out_line.with_line(
                company._sms_welcome_text(
                    lang,
                    settings.sms_consent_scope or "jobs",
                    greeting=settings.sms_welcome_greeting,
                    frequency=settings.sms_consent_frequency,
                ),
                opt_out_line.line_for(lang, settings.sms_opt_out_form or opt_out_line.INFORMAL),
            )
