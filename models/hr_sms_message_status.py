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
        if not reports:
            return self.browse()
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE hr_sms_message AS message
                   SET state = CASE WHEN (%(rank)s -> message.state)::int < report.rank
                                    THEN report.state ELSE message.state END,
                       failure_code = CASE WHEN (%(rank)s -> message.state)::int < report.rank
                                           THEN report.code ELSE message.failure_code END,
                       twilio_sid = COALESCE(message.twilio_sid, report.sid),
                       sender_number = COALESCE(message.sender_number, report.sender),
                       sent_date = COALESCE(message.sent_date, %(now)s)
                  FROM (VALUES %(reports)s) AS report (id, uuid, sid, state, code, sender, rank)
                 WHERE message.id = CASE
                       WHEN report.uuid IS NULL
                       THEN COALESCE((SELECT by_sid.id FROM hr_sms_message AS by_sid
                                       WHERE by_sid.twilio_sid = report.sid), report.id)
                       ELSE (SELECT COALESCE((SELECT by_sid.id FROM hr_sms_message AS by_sid
                                               WHERE by_sid.twilio_sid = report.sid), by_uuid.id)
                               FROM hr_sms_message AS by_uuid WHERE by_uuid.uuid = report.uuid)
                       END
                   AND message.direction = 'outbound'
                   AND message.company_id = ANY(%(companies)s)
                   AND ((%(rank)s -> message.state)::int < report.rank
                        OR (message.twilio_sid IS NULL AND report.sid IS NOT NULL))
             RETURNING message.id, message.thread_id
                """,
                rank=_RANK,
                # Plain values: of a single one PostgreSQL makes a plan in half the time.
                reports=SQL(", ").join(self._as_values(*report) for report in reports),
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

    @api.model
    def _as_values(self, message_id, uuid, sid, status, code, sender):
        """Return a report, see :meth:`_settle`, as a row of values (``SQL``)."""
        state = delivery.TWILIO_STATUS[status]
        return SQL(
            "(%s::int, %s::text, %s::text, %s::text, %s::text, %s::text, %s::int)",
            message_id,
            uuid,
            sid,
            state,
            code if state == "failed" else None,
            sender or None,
            delivery.RANK[state],
        )

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
