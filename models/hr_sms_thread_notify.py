from odoo import models

SUBTYPE = "hr_recruitment_texting.mt_applicant_sms_received"


class HrSmsThread(models.Model):
    """Whom a reply concerns."""

    _inherit = "hr.sms.thread"

    def _people_notified(self, applicant):
        """Return who is notified of a reply.

        :param applicant: ``hr.applicant`` record (superuser) that the text is of
        :returns: ``res.users`` records that may view SMS and read the applicant
        """
        self.ensure_one()
        subtype = self.env.ref(SUBTYPE)
        followers = self.env["mail.followers"].search(
            [
                ("res_model", "=", "hr.applicant"),
                ("res_id", "=", applicant.id),
                ("subtype_ids", "in", subtype.ids),
            ]
        )
        users = followers.partner_id.user_ids | self.user_id.filtered("sms_notify_assigned")

        def may_know(user):
            if user.share or not user._sms_may_view_for(self.company_id):
                return False
            as_user = applicant.with_user(user).with_context(
                allowed_company_ids=user.company_ids.ids
            )
            return bool(as_user._filtered_access("read"))

        return users.filtered(may_know)
