import json

from odoo import api, fields, models
from odoo.tools import SQL

from ..rules import delivery

# For SQL: the rank of a state given by name.
_RANK = SQL("%s::jsonb", json.dumps(delivery.RANK))


class HrSmsMessage(models.Model):
    """What became of texts, as Twilio tells: by callback, or asked for."""

    _inherit = "hr.sms.message"

    @api.model
    def _settle_status(
        self, message_uuid, status, company_ids, sid=None, error_code=None, sender=None
    ):
        """Take in a status callback.

        Runs in a short READ COMMITTED transaction. The single UPDATE waits for nobody but the
        sender's own short commits, and heals a text left in ``sending`` or ``unknown``.

        :param str message_uuid: from the callback's address
        :param str status: Twilio's MessageStatus
        :param company_ids: ids of the companies of the account that signed it
        :param sid: MessageSid, kept when the row has none yet
        :param error_code: Twilio's ErrorCode, str or ``None``
        :param sender: our number, kept when a Messaging Service chose it
        :returns: whether the text is known
        """
        if self._settle([(None, message_uuid, sid, status, error_code, sender)], company_ids):
            return True
        self.env.cr.execute(
            """
            SELECT FROM hr_sms_message
             WHERE uuid = %s AND direction = 'outbound' AND company_id = ANY(%s)
            """,
            [message_uuid, list(company_ids)],
        )
        return bool(self.env.cr.rowcount)

    @api.model
    def _settle(self, reports, company_ids):
        """Take in what Twilio says of texts, all in one UPDATE. A state never goes back.

        A text that has the MessageSid is meant, whatever else the report names: two texts with
        the same words may have been told apart only by guess (see ``rules/reconciliation.py``).

        :param reports: list of ``(id, uuid, sid, status, error code, our number)``; the text is
            looked for by ``sid``, then by ``uuid``, then by ``id``, each may be ``None``
        :param company_ids: ids of the companies whose texts the reports may be about
        :returns: the texts that changed
        """
        self.flush_model()
        states = [delivery.TWILIO_STATUS[report[3]] for report in reports]
        self.env.cr.execute(
            SQL(
                """
                WITH report AS (
                    SELECT CASE WHEN report.uuid IS NULL OR by_uuid.id IS NOT NULL
                                THEN COALESCE(by_sid.id, by_uuid.id, report.id) END AS id,
                           report.sid, report.state, report.code, report.sender,
                           (%(rank)s -> report.state)::int AS rank
                      FROM unnest(%(ids)s::int[], %(uuids)s::text[], %(sids)s::text[],
                                  %(states)s::text[], %(codes)s::text[], %(senders)s::text[])
                           AS report (id, uuid, sid, state, code, sender)
                 LEFT JOIN hr_sms_message AS by_sid ON by_sid.twilio_sid = report.sid
                 LEFT JOIN hr_sms_message AS by_uuid ON by_uuid.uuid = report.uuid
                )
                UPDATE hr_sms_message AS message
                   SET state = CASE WHEN (%(rank)s -> message.state)::int < report.rank
                                    THEN report.state ELSE message.state END,
                       failure_code = CASE WHEN (%(rank)s -> message.state)::int < report.rank
                                           THEN report.code ELSE message.failure_code END,
                       twilio_sid = COALESCE(message.twilio_sid, report.sid),
                       sender_number = COALESCE(message.sender_number, report.sender),
                       sent_date = COALESCE(message.sent_date, %(now)s)
                  FROM report
                 WHERE message.id = report.id
                   AND message.direction = 'outbound'
                   AND message.company_id = ANY(%(companies)s)
                   AND ((%(rank)s -> message.state)::int < report.rank
                        OR (message.twilio_sid IS NULL AND report.sid IS NOT NULL))
             RETURNING message.id, message.thread_id
                """,
                rank=_RANK,
                ids=[report[0] for report in reports],
                uuids=[report[1] for report in reports],
                sids=[report[2] for report in reports],
                states=states,
                codes=[
                    report[4] if state == "failed" else None
                    for report, state in zip(reports, states, strict=True)
                ],
                senders=[report[5] or None for report in reports],
                companies=list(company_ids),
                now=fields.Datetime.now(),
            )
        )
        rows = self.env.cr.fetchall()
        messages = self.browse(message for message, _thread in rows)
        messages.invalidate_recordset(
            ["state", "failure_code", "twilio_sid", "sent_date", "sender_number", "failure_reason"],
            flush=False,
        )
        self.env["hr.sms.thread"].browse({thread for _message, thread in rows})._notify_changed()
        # The code is kept with the state it explains, so this finds each opt-out once.
        opted_out = str(delivery.OPTED_OUT)
        if any(report[4] == opted_out for report in reports):
            messages.filtered(
                lambda message: message.failure_code == opted_out
            )._record_provider_opt_out()
        return messages

    def _record_provider_opt_out(self):
        """Write Twilio's own opt-out back to the ledger (error 21610), once."""
        self.env["hr.sms.consent"]._append(
            [
                {
                    "thread": thread,
                    "event": "withdrawn",
                    "method": "provider",
                    "applicant": message.applicant_id,
                    "twilio_sid": message.twilio_sid,
                    "note": f"Twilio error {delivery.OPTED_OUT}, sender {message.sender_number}",
                }
                for thread, messages in self.grouped("thread_id").items()
                if not thread.consent_locked
                for message in messages[:1]
            ]
        )
