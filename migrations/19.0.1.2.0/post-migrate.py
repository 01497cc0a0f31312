from odoo import SUPERUSER_ID, api

from odoo.addons.hr_recruitment_texting.hooks import subscribe_followers


def migrate(cr, version):
    """Have followers told of texts, but not of those that came before; count the wording that names our terms page."""
    subscribe_followers(cr)
    cr.execute("UPDATE hr_sms_message SET is_followed_up = TRUE WHERE direction = 'inbound'")
    env = api.Environment(cr, SUPERUSER_ID, {})
    # the question links to the page of this version where a company has no terms of its own
    env["res.company"].search([("sms_consent_terms_url", "=", False)])._sms_consent_count_version()
