from odoo import fields, models


class ResUsers(models.Model):
    """What each user chooses about texts."""

    _inherit = "res.users"

    sms_notify_assigned = fields.Boolean(
        "Notify me of texts assigned to me",
        default=True,
        help="Also without following the applicant. Followers choose in the applicant itself.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + ["sms_notify_assigned"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return super().SELF_WRITEABLE_FIELDS + ["sms_notify_assigned"]
