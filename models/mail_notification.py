from odoo import fields, models


class MailNotification(models.Model):
    _inherit = "mail.notification"

    # sms.sms knows this failure, its notification does not: writing it would raise.
    failure_type = fields.Selection(selection_add=[("sms_optout", "Opted Out")])
