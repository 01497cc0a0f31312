import random
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.urls import urljoin

from odoo.addons.sms_twilio.tools.sms_twilio import get_twilio_from_number

from ..gateway import Gateway, Outgoing
from ..gateway.client import DEFAULT_URL
from ..rules import delivery
from .hr_sms_gate import GateRequest, Verdict
from .transactions import short_transaction

STATUS_ROUTE = "/recruitment_texting/twilio/status"
BATCH = 100
# A text that waits for something without a date is looked at again then.
LOOK_AGAIN = timedelta(hours=1)
# What refuses a new text but only pauses one that was accepted before.
PAUSES = frozenset({"consent_review"})


class HrSmsMessage(models.Model):
    """The queue: claim, ask the gate again, commit; send; record, commit.

    Twilio has no idempotency key. A text that may have been handed over is never sent again:
    it stays in ``sending`` until Twilio's callback or a person settles it.
    """

    _inherit = "hr.sms.message"

    @api.model
    def _process_queue(self, lane=None):
        """Send what waits in a lane until nothing is left. Run by the lane crons.

        Any number of processes may do this at once: each claims its own rows.

        :param lane: ``direct`` or ``bulk``, ``None`` for all
        """
        while True:
            with short_transaction(self.env.registry) as env:
                outgoing = env["hr.sms.message"]._claim(lane)
            if outgoing is None:
                self._report_progress(0, remaining=0)
                return
            for gateway, texts in outgoing:
                results = gateway.send_many(texts, self._still_wanted)
                with short_transaction(self.env.registry) as env:
                    env["hr.sms.message"]._record(results)
            if not self._report_progress(sum(len(texts) for _gateway, texts in outgoing)):
                return

    def _report_progress(self, processed, remaining=1):
        """Tell the cron, if one runs this, how far we are.

        :param int processed: texts of the last batch
        :param int remaining: whether there may be more; how many does not matter to the cron
        :returns: seconds the cron has left, falsy when it must end and be called again
        """
        if "ir_cron_progress_id" not in self.env.context:
            return True
        return self.env["ir.cron"]._commit_progress(processed, remaining=remaining)

    # ------------------------------------------------------------
    # 1. Claim
    # ------------------------------------------------------------

    def _claim(self, lane):
        """Claim a batch, ask the gate again and mark what may go as ``sending``.

        :returns: list of ``(Gateway, [Outgoing])``, ``None`` when nothing is waiting
        """
        now = fields.Datetime.now()
        kinds = [
            kind
            for kind, _label in self._fields["kind"].selection
            if lane in (None, self._lane(kind))
        ]
        self.env.cr.execute(
            SQL(
                """
                SELECT id FROM hr_sms_message
                 WHERE state IN ('queued', 'scheduled')
                   AND kind = ANY(%(kinds)s)
                   AND (scheduled_date IS NULL OR scheduled_date <= %(now)s)
                   AND (next_attempt_date IS NULL OR next_attempt_date <= %(now)s)
                 ORDER BY kind, id
                 LIMIT %(batch)s
                   FOR UPDATE SKIP LOCKED
                """,
                kinds=kinds,
                now=now,
                batch=BATCH,
            )
        )
        messages = self.browse(row[0] for row in self.env.cr.fetchall())
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
                    stage="queue",
                )
                for message in messages
            ]
        )
        going = canceled = self.browse()
        for message, verdict in zip(messages, verdicts, strict=True):
            if verdict.code in PAUSES:
                message._wait(Verdict(wait_code=verdict.code))
            elif verdict.code:
                message.write(
                    {"state": "canceled", "failure_code": verdict.code, "wait_code": False}
                )
                canceled |= message
            elif verdict.wait_code:
                message._wait(verdict)
            else:
                going |= message
        going = going._charge()
        senders = going._choose_senders()
        for message in going:
            message.write(
                {
                    "state": "sending",
                    "claimed_date": now,
                    "wait_code": False,
                    "attempt_count": message.attempt_count + 1,
                    "sender_number": senders[message],
                }
            )
        (messages - going).thread_id._notify_changed()
        canceled._tell_authors()
        return [
            (gateway, [message._outgoing() for message in batch])
            for gateway, batch in going._by_gateway()
        ]

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

    def _choose_senders(self):
        """Choose the company's number each text goes by.

        A candidate keeps the sender they know; otherwise a number of the recipient's country,
        as Odoo's own sms_twilio chooses it.

        :returns: dict from message to E.164 number
        """
        self.env.cr.execute(
            """
            SELECT DISTINCT ON (thread_id) thread_id, sender_number
              FROM hr_sms_message
             WHERE thread_id = ANY(%s) AND sender_number IS NOT NULL
               AND state NOT IN ('queued', 'scheduled', 'canceled')
             ORDER BY thread_id, id DESC
            """,
            [self.thread_id.ids],
        )
        known = dict(self.env.cr.fetchall())
        senders = {}
        for message in self:
            company = message.company_id
            ours = {self._e164(number.number) for number in company.sms_twilio_number_ids}
            wanted = message.sender_number or known.get(message.thread_id.id)
            senders[message] = (
                wanted
                if wanted in ours
                else self._e164(get_twilio_from_number(company, message.thread_id.number).number)
            )
        return senders

    def _by_gateway(self):
        """Yield ``(Gateway, messages)`` for each company's Twilio account."""
        # Where Twilio is: the official address, or a simulator's.
        base_url = (
            self.env["ir.config_parameter"].get_param("hr_recruitment_texting.twilio_api_url")
            or DEFAULT_URL
        )
        for company, messages in self.grouped("company_id").items():
            yield (
                Gateway(company.sms_twilio_account_sid, company.sms_twilio_auth_token, base_url),
                messages,
            )

    def _outgoing(self):
        return Outgoing(
            uuid=self.uuid,
            to=self.thread_id.number,
            sender=self.sender_number,
            body=self.body,
            status_callback=urljoin(self.company_id.get_base_url(), f"{STATUS_ROUTE}/{self.uuid}"),
        )

    # ------------------------------------------------------------
    # 2. Send
    # ------------------------------------------------------------

    def _still_wanted(self, texts):
        """Say which claimed texts may still go: a STOP may have come since they were claimed.

        :param texts: list of :class:`~..gateway.Outgoing`
        :returns: set of their uuids
        """
        with short_transaction(self.env.registry) as env:
            env.cr.execute(
                """
                SELECT message.uuid
                  FROM hr_sms_message AS message
                  JOIN hr_sms_thread AS thread ON thread.id = message.thread_id
                 WHERE message.uuid = ANY(%s)
                   AND message.state = 'sending'
                   AND (message.kind = 'confirmation' OR thread.consent_state = 'granted')
                """,
                [[text.uuid for text in texts]],
            )
            return {uuid for (uuid,) in env.cr.fetchall()}

    # ------------------------------------------------------------
    # 3. Record
    # ------------------------------------------------------------

    @api.model
    def _record(self, results):
        """Write down what the gateway said. A callback that came first is not overwritten.

        :param results: list of :class:`~..gateway.Result`
        """
        now = fields.Datetime.now()
        recorded = self.search([("uuid", "in", [result.uuid for result in results])])
        messages = recorded.grouped("uuid")
        opted_out = self.browse()
        retries = []
        for result in results:
            message = messages[result.uuid]
            values = {"sent_date": now, "failure_code": None}
            if result.outcome == "accepted":
                values |= {"state": "sent", "twilio_sid": result.sid}
            elif result.outcome == "retry" and message.attempt_count < delivery.MAX_ATTEMPTS:
                wait = delivery.retry_delay(message.attempt_count, random.random())
                retries.append(now + timedelta(seconds=wait))
                values = {"state": "queued", "next_attempt_date": retries[-1]}
            elif result.outcome == "held_back":
                # The next claim asks the gate, which says why.
                values = {"state": "queued", "attempt_count": message.attempt_count - 1}
            elif result.outcome == "unknown":
                values |= {"state": "unknown", "failure_code": "unconfirmed"}
            else:
                code = "gave_up" if result.outcome == "retry" else str(result.code or "")
                values = {"state": "failed", "failure_code": code}
            values["failure_detail"] = (result.detail or "")[:250] or None
            message._record_one(values)
            if result.code == delivery.OPTED_OUT:
                opted_out |= message
        # Twilio said no: there is no text.
        recorded.filtered(lambda text: text.state == "failed" and not text.twilio_sid)._give_back()
        if opted_out:
            opted_out._record_provider_opt_out()
        # A wake-up for each half minute in which something is due.
        due = {date.replace(second=30 * (date.second // 30), microsecond=0) for date in retries}
        dates = sorted(date + timedelta(seconds=30) for date in due)
        if dates:
            self._wake_queue(recorded, dates)
        recorded._wake_reconciliation()
        recorded.thread_id._notify_changed()

    def _record_one(self, values):
        """Write values, as long as the text is still ours: a state never goes back."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE hr_sms_message SET %s WHERE id = %s AND state = 'sending'",
                SQL(", ").join(
                    SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items()
                ),
                self.id,
            )
        )
        if not self.env.cr.rowcount and values.get("twilio_sid"):
            self.env.cr.execute(
                "UPDATE hr_sms_message SET twilio_sid = %s WHERE id = %s AND twilio_sid IS NULL",
                [values["twilio_sid"], self.id],
            )
        self.invalidate_recordset()
