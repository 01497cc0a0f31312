from markupsafe import Markup, escape

from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sms_consent_example = fields.Selection(related="company_id.sms_consent_example", readonly=False)
    sms_consent_question = fields.Text(related="company_id.sms_consent_question", readonly=False)
    sms_consent_scope = fields.Selection(related="company_id.sms_consent_scope", readonly=False)
    sms_consent_frequency = fields.Char(related="company_id.sms_consent_frequency", readonly=False)
    sms_consent_terms_url = fields.Char(related="company_id.sms_consent_terms_url", readonly=False)
    sms_consent_privacy_url = fields.Char(
        related="company_id.sms_consent_privacy_url", readonly=False
    )
    sms_consent_version = fields.Integer(related="company_id.sms_consent_version")
    sms_consent_preview = fields.Html(
        "What Candidates See", compute="_compute_sms_consent_preview", sanitize=False
    )

    @api.onchange("sms_consent_example")
    def _onchange_sms_consent_example(self):
        if self.sms_consent_example:
            wording = self.env["hr.sms.wording"]
            self.sms_consent_question = wording._sms_consent_example_text(self.sms_consent_example)
            self.sms_consent_scope = self.sms_consent_example

    @api.onchange("sms_consent_question")
    def _onchange_sms_consent_question(self):
        # Own words after an example: saving the example as well would undo them.
        example = self.sms_consent_example
        wording = self.env["hr.sms.wording"]
        if example and self.sms_consent_question != wording._sms_consent_example_text(example):
            self.sms_consent_example = False

    @api.depends(
        "sms_consent_question",
        "sms_consent_scope",
        "sms_consent_frequency",
        "sms_consent_terms_url",
        "sms_consent_privacy_url",
    )
    @api.depends_context("lang")
    def _compute_sms_consent_preview(self):
        """Show the question with its disclosure, the part that cannot be edited."""
        for settings in self:
            company = settings.company_id
            question = settings.sms_consent_question or company._sms_consent_example_text(
                settings.sms_consent_scope or "jobs"
            )
            disclosure = company._sms_consent_disclosure(
                settings.sms_consent_scope or "jobs",
                settings.sms_consent_frequency,
                settings.sms_consent_terms_url or company._sms_terms_path(company.website_id),
                settings.sms_consent_privacy_url
                or company._sms_consent_privacy_page(company.website_id),
            )
            settings.sms_consent_preview = Markup(
                "<p class='mb-1'>%s</p><p class='mb-1'>○ %s &#160; ○ %s</p>"
                "<p class='text-muted small mb-0'>%s</p>"
            ) % (
                company._sms_consent_fill(question),
                self.env._("Yes"),
                self.env._("No"),
                Markup(" ").join(
                    Markup("<u>%s</u>") % text if href else escape(text)
                    for text, href in disclosure
                ),
            )
