from datetime import timedelta

from odoo import api, fields, models

from ..gateway import Gateway
from .hr_sms_message_queue import BATCH


class HrSmsMessage(models.Model):
    """Texts whose content is gone: a placeholder says that there was one."""

    _inherit = "hr.sms.message"

    erased_date = fields.Datetime(
        "Erased on", readonly=True, index="btree_not_null", help="Since when the content is gone."
    )
    twilio_erasure = fields.Selection(
        [
            ("waiting", "Being erased at Twilio"),
            ("redacted", "Redacted at Twilio"),
            ("deleted", "Deleted at Twilio"),
            ("failed", "Not erased at Twilio"),
        ],
        "At Twilio",
        readonly=True,
        help="What became of the copy that Twilio keeps.",
    )

    _retention_idx = models.Index("(company_id, date) WHERE erased_date IS NULL")

    def _erase_content(self, at_twilio=False):
        """Erase what texts say and what leads to them. Texts that wait are not sent any more.

        Neither Twilio's id nor ours is kept: a late callback must find nothing to fill in.

        :param at_twilio: ``redact`` or ``delete`` what Twilio keeps too, falsy to leave it
        """
        messages = self.filtered(lambda message: not message.erased_date)
        if at_twilio:
            known = messages.filtered("twilio_sid")
            self.env["hr.sms.twilio.erasure"]._ask_for(known, at_twilio)
            known.write({"twilio_erasure": "waiting"})
        messages.filtered(lambda message: message.state in ("queued", "scheduled")).write(
            {"state": "canceled", "failure_code": "erased", "wait_code": False}
        )
        self.env["hr.sms.media"].search([("message_id", "in", messages.ids)])._erase()
        messages.write(
            {
                "body": False,
                "keyword_id": False,
                "failure_detail": False,
                "twilio_sid": False,
                "uuid": False,
                "is_unread": False,
                "is_waiting": False,
                "erased_date": fields.Datetime.now(),
            }
        )


class HrSmsTwilioErasure(models.Model):
    """A text to erase at Twilio. Its id there is kept until that is done, and no longer."""

    _name = "hr.sms.twilio.erasure"
    _description = "SMS to Erase at Twilio"
    _order = "id"

    message_id = fields.Many2one(
        "hr.sms.message", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade", index=True
    )
    twilio_sid = fields.Char(required=True, readonly=True)
    action = fields.Selection(
        [("redact", "Redact"), ("delete", "Delete")], required=True, readonly=True
    )
    attempt_count = fields.Integer("Attempts", readonly=True)
    next_attempt_date = fields.Datetime(readonly=True)

    _next_idx = models.Index("(next_attempt_date)")

    @api.model
    def _ask_for(self, messages, action):
        """Have texts erased at Twilio after the commit.

        :param messages: ``hr.sms.message`` records that Twilio knows
        :param str action: ``redact`` or ``delete``
        """
        if not messages:
            return
        now = fields.Datetime.now()
        self.create(
            [
                {
                    "message_id": message.id,
                    "company_id": message.company_id.id,
                    "twilio_sid": message.twilio_sid,
                    "action": action,
                    "next_attempt_date": now,
                }
                for message in messages
            ]
        )
        self.env.ref("hr_recruitment_texting.ir_cron_erase_at_twilio")._trigger()

    @api.model
    def _process(self):
        """Erase at Twilio what waits for it. Run by a cron.

        Redacting and deleting may be repeated, so what an interrupted run did is done again.
        """
        while due := self.search([("next_attempt_date", "<=", fields.Datetime.now())], limit=BATCH):
            for gateway, requests in due._by_gateway():
                outcomes = gateway.erase_many(
                    [(request.twilio_sid, request.action) for request in requests]
                )
                for request, outcome in zip(requests, outcomes, strict=True):
                    request._settle(outcome)
            remaining = self.search_count([("next_attempt_date", "<=", fields.Datetime.now())])
            if not self._report_progress(len(due), remaining):
                return

    def _report_progress(self, processed, remaining):
        if "ir_cron_progress_id" not in self.env.context:
            return True
        return self.env["ir.cron"]._commit_progress(processed, remaining=remaining)

    def _by_gateway(self):
        for company, requests in self.grouped("company_id").items():
            yield company._sms_connection(Gateway), requests

    def _settle(self, outcome):
        """Note what became of it, without content.

        :param str outcome: ``done``, ``retry`` or ``failed``
        """
        done = {"redact": "redacted", "delete": "deleted"}[self.action]
        if outcome == "retry" and self.attempt_count + 1 < len(_PAUSES):
            self.attempt_count += 1
            self.next_attempt_date = fields.Datetime.now() + _PAUSES[self.attempt_count]
            self.env.ref("hr_recruitment_texting.ir_cron_erase_at_twilio")._trigger(
                self.next_attempt_date
            )
            return
        self.message_id.twilio_erasure = done if outcome == "done" else "failed"
        self.unlink()


# Before each attempt. Twilio refuses as long as a text is on its way (error 20009), which may
# take as long as it keeps it in its queue.
_PAUSES = (
    timedelta(0),
    timedelta(minutes=1),
    timedelta(minutes=15),
    timedelta(hours=2),
    timedelta(hours=12),
    timedelta(days=1),
    timedelta(days=3),
)
