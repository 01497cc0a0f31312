from odoo import api, models

from .hr_applicant import SEND_GROUP


class SmsSms(models.Model):
    """The net under all of Odoo's own ways: who opted out of our texts gets none of these."""

    _inherit = "sms.sms"

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create(vals_list)
        entries._check_may_text_applicants()
        entries.filtered(lambda sms: sms.state == "outgoing")._cancel_closed()
        return entries

    def action_set_outgoing(self):
        """Queue texts again.

        :raises AccessError: about applicants, without the right to send SMS
        """
        self._check_may_text_applicants()
        return super().action_set_outgoing()

    def resend_failed(self):
        """Send failed texts again; those about applicants, and to who opted out, by the gate.

        :returns: notification action
        :raises AccessError: about applicants, without the right to send SMS
        """
        self._check_may_text_applicants()
        return super().resend_failed()

    def send(self, unlink_failed=False, unlink_sent=True, raise_exception=False):
        """Send texts that wait. See the method of addon sms.

        :raises AccessError: about applicants, without the right to send SMS
        """
        self._check_may_text_applicants()
        return super().send(
            unlink_failed=unlink_failed, unlink_sent=unlink_sent, raise_exception=raise_exception
        )

    def _send(self, unlink_failed=False, unlink_sent=True, raise_exception=False):
        """Send what is still wanted. Core's cron comes here too, it never calls ``send``."""
        closed = self._cancel_closed()
        led = (self - closed)._lead_to_gate()
        rest = self - closed - led
        if not rest:
            return None
        return super(SmsSms, rest)._send(
            unlink_failed=unlink_failed, unlink_sent=unlink_sent, raise_exception=raise_exception
        )

    def _send_with_api(self, sms_api, **kwargs):
        # ``_send`` asked a moment ago: the provider's own net need not ask again.
        sms_api.asked_opt_outs = True
        try:
            return super()._send_with_api(sms_api, **kwargs)
        finally:
            sms_api.asked_opt_outs = False

    def _check_may_text_applicants(self):
        """Check the user's right, where a person works on Odoo's list of texts.

        :raises AccessError: without the right to change Odoo's texts; about applicants, without
            the right to send SMS
        """
        if self.env.su:
            return
        # First: what is read as superuser below is in the cache then, and nobody asks again.
        self.check_access("write")
        about = self._about_applicants()
        if about:
            applicants = {applicant.id for _sms, applicant, _purpose in about if applicant}
            self.env["hr.applicant"].browse(applicants)._sms_check_right(SEND_GROUP)

    def _cancel_closed(self):
        """Cancel texts to numbers that opted out of all texts of the sending company.

        :returns: the canceled ones
        """
        closed = self.browse()
        for company, texts in self.grouped(lambda sms: sms._get_sms_company()).items():
            numbers = company._sms_closed(texts.mapped("number"))
            closed |= texts.filtered(lambda sms, numbers=numbers: sms.number in numbers)
        if closed:
            # sudo: whoever sends, an opt-out holds
            closed.sudo()._update_sms_state_and_trackers("canceled", failure_type="sms_optout")
        return closed

    def _about_applicants(self):
        """Say which of these texts are recruiting's, because of the record they are about.

        :returns: list of ``(text, applicant, purpose)``, superuser records; the applicant is
            empty when it is deleted
        """
        found, events = [], {}
        for sms in self.sudo():  # which record a text is about, whoever sends it
            message = sms.mail_message_id
            if message.model == "hr.applicant":
                applicant = self.env["hr.applicant"].sudo().browse(message.res_id).exists()
                found.append((sms, applicant, "job"))
            elif message.model == "calendar.event":
                events.setdefault(message.res_id, []).append(sms)
        for event in self.env["calendar.event"]._sms_about_applicants(list(events)):
            candidates = event._sms_candidate_partners()
            found += [
                (sms, event._sms_applicant(), "reminder")
                for sms in events[event.id]
                if sms.partner_id in candidates or event._sms_is_candidates(sms.number)
            ]
        return found

    def _lead_to_gate(self):
        """Lead texts about applicants, created past the composer, to the gate and our queue.

        :returns: those that are dealt with
        """
        led = self.browse()
        for sms, applicant, purpose in self._about_applicants():
            offers = applicant and applicant.with_env(self.env)._sms_from_odoo(
                {applicant.id: sms.body}, numbers=[sms.number], by_hand=False, purpose=purpose
            )
            if offers and not offers[0].verdict.code:
                sms.sms_tracker_id._action_update_from_sms_state("pending")
                sms.write({"state": "pending", "failure_type": False, "to_delete": True})
            else:
                sms._update_sms_state_and_trackers("canceled", failure_type="sms_optout")
            led |= sms
        return led.with_env(self.env)
