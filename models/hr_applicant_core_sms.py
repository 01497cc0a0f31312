from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

from .hr_applicant import SEND_GROUP

# What server code that sends for nobody in particular puts into the context: an object nobody
# can send over RPC. Automations carry their own authorisation.
AUTOMATION = object()
# Parameters of message_post by which Odoo sends an SMS, whatever the message's type.
_SMS_PARAMETERS = ("sms_numbers", "sms_pid_to_number", "sms_content", "put_in_queue")


class HrApplicant(models.Model):
    """Odoo's own ways of texting an applicant end here, in the gate.

    Nothing of it goes into the chatter: that is read by everyone who may read the applicant, with
    or without the right to view SMS.
    """

    _inherit = "hr.applicant"

    def message_post(self, *, message_type="notification", **kwargs):
        """Post a message; one of type ``sms`` is a text to the candidate and goes by the gate.

        :raises AccessError: without the right to send SMS
        :raises UserError: when the gate refuses
        """
        if message_type != "sms" and not any(kwargs.get(name) for name in _SMS_PARAMETERS):
            return super().message_post(message_type=message_type, **kwargs)
        automatic = self.env.context.get("hr_sms_automation") is AUTOMATION
        if not automatic and not self.env.su:
            self._sms_check_right(SEND_GROUP)
        body = kwargs.get("sms_content") or kwargs.get("body") or ""
        if hasattr(body, "__html__"):
            body = html2plaintext(body)
        numbers = [
            *(kwargs.get("sms_numbers") or ()),
            *(kwargs.get("sms_pid_to_number") or {}).values(),
        ]
        self._sms_from_odoo({self.id: body}, numbers=numbers, by_hand=not automatic)
        return self.env["mail.message"]

    def _message_sms(
        self,
        body,
        subtype_id=False,
        partner_ids=False,
        number_field=False,
        sms_numbers=None,
        sms_pid_to_number=None,
        **kwargs,
    ):
        """Text the candidate from server code. See the method of ``mail.thread`` (addon sms)."""
        self.ensure_one()
        numbers = [*(sms_numbers or ()), *(sms_pid_to_number or {}).values()]
        if not numbers and number_field and number_field in self._fields:
            numbers = [self[number_field]]
        self._sms_from_odoo({self.id: body}, numbers=numbers, by_hand=False)
        return self.env["mail.message"]

    def _notify_thread_by_sms(
        self,
        message,
        recipients_data,
        msg_vals=False,
        sms_content=None,
        sms_numbers=None,
        sms_pid_to_number=None,
        **kwargs,
    ):
        """The last door: whatever of Odoo's methods notifies by SMS about an applicant comes here.

        ``message_notify`` does, which takes the same parameters and is open to RPC.

        :raises AccessError: without the right to send SMS
        :raises UserError: when the gate refuses
        """
        texted = self.env["res.partner"].browse(
            data["id"] for data in recipients_data if data["notif"] == "sms"
        )
        by_partner = sms_pid_to_number or {}
        # sudo: their number, whoever sends
        wanted = [by_partner.get(partner.id) or partner.sudo().phone for partner in texted]
        numbers = [number for number in (*wanted, *(sms_numbers or ())) if number]
        if not texted and not numbers:
            return True
        by_hand = self._sms_by_hand()
        if by_hand:
            self._sms_check_right(SEND_GROUP)
        body = sms_content or html2plaintext((msg_vals or {}).get("body") or message.body)
        self._sms_from_odoo({self.id: body}, numbers=numbers, by_hand=by_hand)
        return True

    @api.model
    def _sms_by_hand(self):
        """Tell whether a person sends, and not an automation.

        :returns: bool
        """
        return self.env.context.get("hr_sms_automation") is not AUTOMATION and not self.env.su

    def _sms_from_odoo(
        self,
        bodies,
        numbers=(),
        by_hand=True,
        purpose="job",
        kind=None,
        author=None,
        event=None,
        obstacle=None,
    ):
        """Offer texts that came by one of Odoo's own ways to the gate.

        :param dict bodies: rendered text by applicant id
        :param numbers: numbers in any format, empty for each applicant's main number; a dict
            gives them by applicant id
        :param bool by_hand: a person waits for the outcome: what is refused raises, when it is
            the only text; what an automation sends is kept in the conversation as not sent
        :param str purpose: ``job`` or ``reminder``
        :param kind: of ``hr.sms.message``, ``None`` for what follows from ``by_hand``
        :param author: ``res.users`` record, ``None`` for the user when sent by hand
        :param event: ``calendar.event`` record of the interview it reminds of, ``None`` for none
        :param obstacle: of :class:`~.hr_sms_message_offer.Text`
        :returns: list of :class:`~.hr_sms_message_offer.Offer`
        :raises UserError: when the only text, sent by hand, is refused
        """
        if by_hand:
            kind = kind or ("direct" if len(self) == 1 else "bulk")
            author = author or self.env.user
        texts = []
        for applicant in self:
            applicant_sudo = applicant.sudo()  # its number, whoever sends
            wanted = numbers.get(applicant.id, ()) if isinstance(numbers, dict) else numbers
            for number in [*dict.fromkeys(wanted)] or [None]:
                usable = applicant_sudo._sms_format(number) if number else applicant_sudo.sms_number
                texts.append(
                    applicant._sms_text(
                        usable,
                        bodies[applicant.id] or "",
                        kind=kind or "auto",
                        purpose=purpose,
                        author=author,
                        event=event,
                        obstacle=obstacle,
                    )
                )
        messages = self.env["hr.sms.message"]
        if by_hand and len(texts) == 1:
            [verdict], _threads = messages._consider(texts)
            if verdict.code:
                raise UserError(self.env["hr.sms.gate"]._reason_text(verdict.code))
        return messages._offer(texts, keep_refused=True)
