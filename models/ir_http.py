from odoo import models

from .hr_applicant import SEND_GROUP, VIEW_GROUP


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """Tell the web client what the user may do, so that it shows no more than that.

        The server checks every call again.
        """
        info = super().session_info()
        user = self.env.user
        info["recruitment_texting"] = {
            "view": user.has_group(VIEW_GROUP),
            "send": user.has_group(SEND_GROUP),
        }
        return info
