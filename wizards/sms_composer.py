from collections import Counter

from odoo import models
from odoo.exceptions import UserError

from ..models.hr_applicant import SEND_GROUP


class SmsComposer(models.TransientModel):
    """Odoo's composer on applicants: the same gate, the same queue, nothing in the chatter."""

    _inherit = "sms.composer"

    def action_send_sms(self):
        """Send the composed text.

        :raises AccessError: on applicants, without the right to send SMS
        :raises UserError: when the only text is refused
        """
        applicants = self._sms_applicants()
        if not applicants:
            self._sms_check_model()
            return super().action_send_sms()
        by_hand = applicants._sms_by_hand()
        if by_hand:
            applicants._sms_check_right(SEND_GROUP)
        offers = self._sms_offer_to(applicants, by_hand)
        return (by_hand and self._sms_result(offers)) or False

    def _action_send_sms(self):
        applicants = self._sms_applicants()
        if not applicants:
            if self.res_model == "hr.applicant":
                return self.env["sms.sms"]
            self._sms_check_model()
            return super()._action_send_sms()
        # Server code that made a composer for applicants, as _message_sms_schedule_mass does.
        self._sms_offer_to(applicants, by_hand=False)
        return self.env["sms.sms"]

    def _sms_check_model(self):
        """Refuse to text from recruiting's records without an applicant, past the gate.

        :raises UserError: on applicants, when there are none, and on this addon's own records
        """
        if self.res_model == "hr.applicant":
            raise UserError(self.env._("Choose the applicants first, then text them."))
        if (self.res_model or "").startswith("hr.sms."):
            raise UserError(self.env._("Text candidates from the SMS tab of their application."))

    def _sms_applicants(self):
        """Return the applicants the composer was opened on, none when it is about others."""
        if self.res_model != "hr.applicant":
            return self.env["hr.applicant"]
        return self._get_records().with_env(self.env)

    def _sms_offer_to(self, applicants, by_hand):
        """Offer the texts to the gate.

        :param applicants: ``hr.applicant`` records
        :param bool by_hand: whether a person waits for the outcome
        :returns: list of ``Offer``
        """
        numbers = []
        if self.composition_mode != "mass":
            numbers = self.sanitized_numbers.split(",") if self.sanitized_numbers else []
            number = self.comment_single_recipient and self.recipient_single_number_itf
            if number and not numbers:
                numbers = [number]
        return applicants._sms_from_odoo(
            self._prepare_body_values(applicants), numbers=numbers, by_hand=by_hand
        )

    def _sms_result(self, offers, others=0):
        """Tell the sender what became of the texts.

        :param list offers: of :class:`~..models.hr_sms_message_offer.Offer`
        :param int others: how many texts went to others than applicants
        :returns: action that shows a notification, ``None`` when there is nothing to tell
        """
        reasons = Counter(
            offer.verdict.code
            for offer in offers
            if offer.verdict.code and offer.verdict.code != "duplicate"
        )
        if not reasons:
            return None
        sent = others + sum(1 for offer in offers if not offer.verdict.code)
        gate = self.env["hr.sms.gate"]
        lines = [
            self.env._(
                "%(count)s not sent: %(reason)s", count=count, reason=gate._reason_text(code)
            )
            for code, count in reasons.most_common()
        ]
        if not sent and len(offers) == 1:
            raise UserError(lines[0])
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "title": self._sms_result_title(sent),
                # one reason a line
                "className": "o_sms_result",
                "message": "\n".join(["", *lines]),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _sms_result_title(self, sent):
        if not sent:
            return self.env._("No text was sent")
        if sent == 1:
            return self.env._("1 text is on its way")
        return self.env._("%s texts are on their way", sent)
