from odoo import models

from .hr_sms_thread import OFFICER_GROUP

SUBTYPE = "hr_recruitment_texting.mt_applicant_sms_received"


class HrSmsThread(models.Model):
    """Whom a reply concerns."""

    _inherit = "hr.sms.thread"

    def _people_notified(self, applicants):
        """Return who is notified of replies: the applicants' followers, and who is assigned.

        :param dict applicants: from thread to the ``hr.applicant`` record (superuser) that the
            reply is of
        :returns: dict from thread to ``res.users`` records that may view SMS and read the applicant
        """
        followers = self.env["mail.followers"].search(
            [
                ("res_model", "=", "hr.applicant"),
                ("res_id", "in", [applicant.id for applicant in applicants.values()]),
                ("subtype_ids", "in", self.env.ref(SUBTYPE).ids),
            ]
        )
        of_applicants = followers.grouped("res_id")
        return {
            thread: thread._who_may_know(
                of_applicants.get(applicant.id, followers.browse()).partner_id.user_ids
                | thread.user_id.filtered("sms_notify_assigned"),
                applicant,
            )
            for thread, applicant in applicants.items()
        }

    def _who_may_know(self, users, applicant):
        return users.filtered(lambda user: self._may_view(user) and self._reads(user, applicant))

    def _who_may_read(self, users, applicant=None):
        """Return those users who may read this conversation.

        :param users: ``res.users`` records
        :param applicant: ``hr.applicant`` record that it is about, where several share the number
        :returns: ``res.users`` records
        """

        return users.filtered(
            lambda user: (
                self._may_view(user)
                # officers: all of their companies, see security/rules.xml
                and (user.has_group(OFFICER_GROUP) or self._reads(user, applicant or self))
            )
        )

    def _may_view(self, user):
        return not user.share and user._sms_may_view_for(self.company_id)

    def _reads(self, user, record):
        """Return whether a user may read a record, in whichever of their companies."""
        as_user = record.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
        return bool(as_user._filtered_access("read"))
