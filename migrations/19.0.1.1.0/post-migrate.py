from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Fill what threads keep of their ledger since this version: Yeses that hold, opt-out date."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["hr.sms.thread"].search([("head_sequence", ">", 0)])._refold()
