from odoo import models

from .hr_applicant import SEND_GROUP
from .hr_sms_message_offer import Text


class HrApplicant(models.Model):
    """From a list of applicants to a campaign."""

    _inherit = "hr.applicant"

    def action_send_sms(self):
        """Text these applicants: Odoo's "Send SMS" opens a campaign instead of its composer.

        :returns: action
        :raises AccessError: without the right to send SMS or to read the applicants
        """
        self._sms_check_right(SEND_GROUP)
        return self.env["hr.sms.campaign"]._action_for(self)

    def _sms_texts(self, numbers, **values):
        """Return a text to each number of these applicants, without words yet. Two queries.

        :param dict numbers: list of E.164 numbers by applicant id, empty where there is none
        :param values: further parameters of :class:`~.hr_sms_message_offer.Text`
        :returns: list of :class:`~.hr_sms_message_offer.Text`, in the order of the applicants
        """
        # sudo: the caller checked the right to read the applicants
        applicants_sudo = self.sudo()
        applicants_sudo.fetch(["company_id", "job_id", "partner_phone"])
        without = [applicant.id for applicant in self if not numbers.get(applicant.id)]
        answers = self.env["hr.sms.pending.answer"].sudo()  # see above
        waiting = set(answers.search([("applicant_id", "in", without)]).applicant_id.ids)
        return [
            Text(
                company=applicant_sudo._sms_company(),
                number=number,
                body="",
                applicant=applicant,
                number_typed=bool(applicant_sudo.partner_phone),
                answer_waiting=not number and applicant.id in waiting,
                **values,
            )
            for applicant, applicant_sudo in zip(self, applicants_sudo, strict=True)
            for number in numbers.get(applicant.id) or [None]
        ]
