import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

_SERVICE_SID = re.compile("MG[0-9a-fA-F]{32}")


class ResCompany(models.Model):
    """A Messaging Service of Twilio chooses the number a text goes by, and sticks to it.

    https://www.twilio.com/docs/messaging/services
    """

    _inherit = "res.company"

    messaging_service_sid = fields.Char(
        "Messaging Service SID", copy=False, groups="base.group_system"
    )

    @api.constrains("messaging_service_sid")
    def _check_messaging_service_sid(self):
        for company in self.sudo():  # sudo: the field is the administrators', who wrote it
            sid = company.messaging_service_sid
            if sid and not _SERVICE_SID.fullmatch(sid):
                raise ValidationError(
                    self.env._(
                        "This is no Messaging Service SID. It begins with MG and has 34 characters: "
                        "copy it from Twilio's console, Messaging, Services."
                    )
                )

    def write(self, vals):
        if "messaging_service_sid" in vals:
            vals = {**vals, "messaging_service_sid": (vals["messaging_service_sid"] or "").strip()}
            vals["messaging_service_sid"] = vals["messaging_service_sid"] or False
            self.env.registry.clear_cache()
        return super().write(vals)
