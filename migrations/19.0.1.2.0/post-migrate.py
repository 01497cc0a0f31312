from odoo.addons.hr_recruitment_texting.hooks import subscribe_followers


def migrate(cr, version):
    """Have followers told of texts, but not of those that came before."""
    subscribe_followers(cr)
    cr.execute("UPDATE hr_sms_message SET is_followed_up = TRUE WHERE direction = 'inbound'")
