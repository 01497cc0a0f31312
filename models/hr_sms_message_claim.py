from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.urls import urljoin

from ..gateway import Outgoing
from ..gateway.client import DEFAULT_URL
from .hr_sms_gate import GateRequest, Verdict

STATUS_ROUTE = "/recruitment_texting/twilio/status"
# A text that waits for something without a date is looked at again then.
LOOK_AGAIN = timedelta(hours=1)
# What refuses a new text but only pauses one that was accepted before.
PAUSES = frozenset({"consent_review"})


class HrSmsMessage(models.Model):
    """The first part of the queue: claim what waits, ask the gate again, mark what goes."""

    _inherit = "hr.sms.message"

    @api.model
    def _claim(self, lane, batch, busy=()):
        """Claim a batch, ask the gate again and mark what may go as ``sending``.

        :param lane: as for ``_process_queue``
        :param int batch: how many of each kind of text
        :param busy: ids of companies that have enough on their way
        :returns: list of ``(account, company ids, [Outgoing])``, the account as
            :class:`~..gateway.Gateway` takes it; ``None`` when nothing is waiting
        """
        now = fields.Datetime.now()
        messages = self._lock_claimable(lane, batch, busy, now)
        if not messages:
            return None
        verdicts = self.env["hr.sms.gate"]._ask(
            [
                GateRequest(
                    company=message.company_id,
                    thread=message.thread_id,
                    number=message.thread_id.number,
                    body=message.body,
                    kind=message.kind,
                    purpose=message.purpose,
                    applicant=message.applicant_id,
                    campaign=message.campaign_id,
                    event=message.event_id,
                    event_start=message.event_start or None,
                    stage="queue",
                )
                for message in messages
            ]
        )
        going, refused = [], {}
        for message, verdict in zip(messages, verdicts, strict=True):
            if verdict.code in PAUSES:
                message._wait(Verdict(wait_code=verdict.code))
            elif verdict.code:
                refused.setdefault(verdict.code, []).append(message.id)
            elif verdict.wait_code:
                message._wait(verdict)
            else:
                going.append(message.id)
        canceled = self.browse()
        for code, ids in refused.items():
            theirs = self.browse(ids)
            theirs.write(
                {"state": "canceled", "failure_code": code, "wait_code": False, "date": now}
            )
            canceled |= theirs
        going = self.browse(going)
        senders = going._choose_senders()
        going = going._keep_pace(senders, now)._charge()
        going._mark_sending(senders, now)
        (messages - going).thread_id._notify_changed()
        canceled._tell_authors()
        return [
            (account, theirs.company_id.ids, [message._outgoing() for message in theirs])
            for account, theirs in going._by_account()
        ]

    @api.model
    def _lock_claimable(self, lane, batch, busy, now):
        """Lock what may go now, as much of each company: a campaign of one holds up no other.

        Texts that somebody else has locked are passed over, so any number of processes may do
        this at once.

        :param lane, batch, busy: as for :meth:`_claim`
        :param now: naive UTC
        :returns: the locked messages, by company, kind and age
        """
        kinds = [
            kind
            for kind, _label in self._fields["kind"].selection
            if lane in (None, self._lane(kind))
        ]
        self.env.cr.execute(
            SQL(
                """
                WITH waiting AS (
                    SELECT company.id AS company_id, kind, count(*) OVER (PARTITION BY kind) AS share
                      FROM res_company AS company, unnest(%(kinds)s) AS kind
                     WHERE company.id != ALL(%(busy)s)
                       AND EXISTS (SELECT FROM hr_sms_message AS message
                                    WHERE message.company_id = company.id
                                      AND message.kind = kind
                                      AND state IN ('queued', 'scheduled'))
                )
                SELECT claimed.id
                  FROM waiting
            CROSS JOIN LATERAL (
                       SELECT id FROM hr_sms_message AS message
                        WHERE message.company_id = waiting.company_id
                          AND message.kind = waiting.kind
                          AND state IN ('queued', 'scheduled')
                          AND (scheduled_date IS NULL OR scheduled_date <= %(now)s)
                          AND (next_attempt_date IS NULL OR next_attempt_date <= %(now)s)
                     ORDER BY id
                        LIMIT (%(batch)s + waiting.share - 1) / waiting.share
                          FOR UPDATE SKIP LOCKED) AS claimed
              ORDER BY waiting.company_id, waiting.kind, claimed.id
                """,
                kinds=kinds,
                busy=list(busy),
                now=now,
                batch=batch,
            )
        )
        return self.browse(row[0] for row in self.env.cr.fetchall())

    def _mark_sending(self, senders, now):
        """Write down who sends these texts and that they are about to go, in one statement.

        It has to outlast a crash of the database before Twilio gets them, else they would go
        again: also where the administrator has PostgreSQL confirm commits before they are kept
        (https://www.postgresql.org/docs/current/wal-async-commit.html).

        :param senders: dict from message to E.164 number or ``None``
        :param now: naive UTC
        """
        self.flush_recordset()
        self.env.cr.execute(
            """
            WITH kept AS MATERIALIZED (
                SELECT CASE WHEN current_setting('synchronous_commit') = 'off'
                            THEN set_config('synchronous_commit', 'local', TRUE) END AS setting
            )
            UPDATE hr_sms_message AS message
               SET state = 'sending', claimed_date = %(now)s, date = %(now)s, wait_code = NULL,
                   attempt_count = COALESCE(attempt_count, 0) + 1, sender_number = chosen.number
              FROM kept, unnest(%(texts)s::int[], %(numbers)s::text[]) AS chosen(id, number)
             WHERE message.id = chosen.id AND kept.setting IS DISTINCT FROM 'off'
            """,
            {
                "now": now,
                "texts": self.ids,
                "numbers": [senders[message] for message in self],
            },
        )
        self.invalidate_recordset(
            ["state", "claimed_date", "date", "wait_code", "attempt_count", "sender_number"]
        )

    def _wait(self, verdict):
        """Put a text back that may go only later.

        :param verdict: the gate's, with a ``wait_code``
        """
        until = verdict.until or fields.Datetime.now() + LOOK_AGAIN
        self.write({"wait_code": verdict.wait_code, "next_attempt_date": until})
        self._wake_queue(self, until)

    @api.model
    def _resume(self, wait_code, threads):
        """Have texts looked at again that waited for something that happened now.

        :param str wait_code: what they waited for
        :param threads: ``hr.sms.thread`` records they belong to
        """
        messages = self.search(
            [("thread_id", "in", threads.ids), ("wait_code", "=", wait_code)]
        ).filtered(lambda message: message.state in ("queued", "scheduled"))
        if messages:
            messages.write({"wait_code": False, "next_attempt_date": False})
            messages._wake_queue(messages, None)

    def _by_account(self):
        """Yield ``((account SID, token, address of Twilio), messages)`` for each company."""
        # Where Twilio is: the official address, or a simulator's.
        base_url = (
            self.env["ir.config_parameter"].get_param("hr_recruitment_texting.twilio_api_url")
            or DEFAULT_URL
        )
        for company, messages in self.grouped("company_id").items():
            account = (company.sms_twilio_account_sid, company.sms_twilio_auth_token, base_url)
            yield account, messages

    def _outgoing(self):
        return Outgoing(
            uuid=self.uuid,
            to=self.thread_id.number,
            sender=self.sender_number or None,
            service=None if self.sender_number else self.company_id.messaging_service_sid or None,
            body=self.body,
            status_callback=self._wants_callback()
            and urljoin(self.company_id.get_base_url(), f"{STATUS_ROUTE}/{self.uuid}")
            or None,
        )
