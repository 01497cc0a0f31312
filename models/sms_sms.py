from odoo import api, models


class SmsSms(models.Model):
    """The net under all of Odoo's own ways: who opted out of our texts gets none of these."""

    _inherit = "sms.sms"

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create(vals_list)
        entries.filtered(lambda sms: sms.state == "outgoing")._cancel_closed()
        return entries

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

    def _lead_to_gate(self):
        """Lead texts about applicants, created past the composer, to the gate and our queue.

        :returns: those that are dealt with
        """
        # sudo: which record a text is about, whoever sends it
        about = self.sudo().filtered(lambda sms: sms.mail_message_id.model == "hr.applicant")
        for sms in about:
            applicant = self.env["hr.applicant"].browse(sms.mail_message_id.res_id).exists()
            offers = applicant and applicant.sudo()._sms_from_odoo(
                {applicant.id: sms.body}, numbers=[sms.number], by_hand=False
            )
            if offers and not offers[0].verdict.code:
                sms.sms_tracker_id._action_update_from_sms_state("pending")
                sms.write({"state": "pending", "failure_type": False, "to_delete": True})
            else:
                sms._update_sms_state_and_trackers("canceled", failure_type="sms_optout")
        return about.with_env(self.env)
