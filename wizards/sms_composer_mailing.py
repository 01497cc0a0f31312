from uuid import uuid4

from odoo import models

from ..models.hr_applicant import SEND_GROUP

# What SMS Marketing calls the gate's reasons; every other one is an opt-out to it.
_TRACE_FAILURES = {
    "number_missing": "sms_number_missing",
    "number_invalid": "sms_number_format",
    "number_waiting": "sms_number_format",
    "blacklisted": "sms_blacklist",
    "duplicate": "sms_duplicate",
}


class SmsComposer(models.TransientModel):
    """Mailings of SMS Marketing, if it is installed: to applicants by the gate, with traces.

    The traces are how a mailing knows whom it has reached: without them it would text the same
    applicants at each run of its cron.
    """

    _inherit = "sms.composer"

    def _action_send_sms(self):
        applicants = self._sms_applicants()
        if not applicants or not self._sms_mailing():
            return super()._action_send_sms()
        self._sms_send_mailing(applicants)
        return self.env["sms.sms"]

    def _sms_mailing(self):
        """Return the mailing this composer sends, ``None`` without SMS Marketing."""
        return self.composition_mode == "mass" and "mailing_id" in self._fields and self.mailing_id

    def _sms_send_mailing(self, applicants):
        """Offer a mailing's texts to the gate and note what became of each in its traces.

        :param applicants: ``hr.applicant`` records
        :raises AccessError: when whoever sends it lacks the right to send SMS
        """
        mailing = self._sms_mailing()
        # The cron sends for the person in charge: it has no rights of its own to text with.
        sender = self.env.user if not self.env.su else mailing.user_id or mailing.create_uid
        may_send = sender.has_group(SEND_GROUP)
        if not self.env.su:
            applicants._sms_check_right(SEND_GROUP)
        bodies = self._prepare_body_values(applicants)
        traces = []
        for applicant in applicants:
            values = {
                "number": applicant.sudo().sms_number,  # sudo: whoever sends, it is theirs
                "uuid": uuid4().hex,
                "state": "outgoing",
                "body": bodies[applicant.id],
            }
            traces.append(self._prepare_mass_sms_trace_values(applicant, values))
            bodies[applicant.id] = values["body"]
        if may_send:
            codes = [
                offer.verdict.code
                for offer in applicants._sms_from_odoo(
                    bodies, by_hand=False, kind="bulk", author=sender
                )
            ]
        else:
            codes = ["no_permission"] * len(applicants)
        for trace, code in zip(traces, codes, strict=True):
            if code:
                failure = _TRACE_FAILURES.get(code, "sms_optout")
                trace |= {"trace_status": "cancel", "failure_type": failure}
            else:
                trace |= {"trace_status": "pending"}
        # sudo: as SMS Marketing itself writes them
        self.env["mailing.trace"].sudo().create(traces)
