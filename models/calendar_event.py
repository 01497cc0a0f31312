from odoo import models
from odoo.tools import html2plaintext

from .hr_applicant import SEND_GROUP
from .hr_applicant_core_sms import AUTOMATION


class CalendarEvent(models.Model):
    """Texts about an interview: the candidate gets theirs by the gate, the others as ever."""

    _inherit = "calendar.event"

    def message_post(self, *, message_type="notification", **kwargs):
        """Post a message; the candidate's part of one of type ``sms`` goes by the gate.

        :raises AccessError: without the right to send SMS, when sent by hand
        """
        if (
            message_type == "sms"
            and self.sudo().applicant_id  # who it is about, for whoever sends
            and not self._sms_take_out_candidate(kwargs)
        ):
            return self.env["mail.message"]
        return super().message_post(message_type=message_type, **kwargs)

    def _message_sms(self, body, **kwargs):
        self.ensure_one()
        # sudo: which applicant it is about, for whoever sends
        applicant = self.sudo().applicant_id
        if not applicant or self.env.context.get("hr_sms_by_hand"):
            return super()._message_sms(body, **kwargs)
        # Server code: reminders and the like carry their own authorisation.
        return super(CalendarEvent, self.with_context(hr_sms_automation=AUTOMATION))._message_sms(
            body, **kwargs
        )

    def _sms_take_out_candidate(self, kwargs):
        """Lead a text to the candidate of this event to the gate.

        :param dict kwargs: of ``message_post``; the candidate is taken out of the recipients
        :returns: whether anybody else is left to be texted
        """
        self.ensure_one()
        applicant_sudo = self.sudo().applicant_id  # who it is about, for whoever sends
        candidates = self._sms_candidate_partners()
        partners = self.env["res.partner"].browse(kwargs.get("partner_ids") or ())
        by_partner = kwargs.get("sms_pid_to_number") or {}
        numbers = kwargs.get("sms_numbers") or []
        theirs = {number for number in numbers if self._sms_is_candidates(number)}
        mine = partners & candidates
        if mine or theirs:
            by_hand = applicant_sudo.with_env(self.env)._sms_by_hand()
            if by_hand:
                applicant_sudo.with_env(self.env)._sms_check_right(SEND_GROUP)
            wanted = [by_partner.get(partner.id) or partner.sudo().phone for partner in mine]
            applicant_sudo.with_env(self.env)._sms_from_odoo(
                {applicant_sudo.id: _plain(kwargs.get("sms_content") or kwargs.get("body"))},
                numbers=[number for number in (*wanted, *theirs) if number],
                by_hand=by_hand,
                purpose="reminder",
            )
        kwargs["partner_ids"] = (partners - candidates).ids
        kwargs["sms_numbers"] = [number for number in numbers if number not in theirs]
        return bool(kwargs["partner_ids"] or kwargs["sms_numbers"])

    def _sms_candidate_partners(self):
        """Return the contacts that are the candidate: theirs, and whoever has their number."""
        applicant_sudo = self.sudo().applicant_id  # as above
        numbers = {applicant_sudo.sms_number, *applicant_sudo.sms_thread_ids.mapped("number")}
        return applicant_sudo.partner_id.with_env(self.env) | self.sudo().partner_ids.filtered(
            lambda partner: partner.phone_sanitized and partner.phone_sanitized in numbers
        ).with_env(self.env)

    def _sms_is_candidates(self, number):
        applicant_sudo = self.sudo().applicant_id  # as above
        usable = number and applicant_sudo._sms_format(number)
        return bool(usable) and usable in {
            applicant_sudo.sms_number,
            *applicant_sudo.sms_thread_ids.mapped("number"),
        }


def _plain(body):
    return html2plaintext(body) if hasattr(body, "__html__") else body or ""
