import logging
import random
import time
from datetime import datetime, timedelta
from typing import NamedTuple

import psycopg2

from odoo import api, fields, models
from odoo.sql_db import PoolError

from ..gateway import Gateway, Pipeline
from ..gateway.client import CONCURRENCY
from ..rules import delivery
from ..rules.reconciliation import HANDED_OVER_WITHIN
from .transactions import short_transaction

_logger = logging.getLogger(__name__)

# Claimed at a time at the most, but not more than go in a few seconds: the other lanes and
# companies want their share.
BATCH = 500
ROUNDS = 10
# What is known is written down when so many results are there, or after so many seconds.
RECORD = 500
RECORD_AFTER = 0.5
# So long the database may be away, or at odds with others, before results are given up. The texts
# then stay ``sending``: callbacks and reconciliation settle them.
RECORD_WITHIN = 180
# What goes by itself: deadlocks, serialization failures, locks, a lost connection, a restart.
_PASSING = (psycopg2.OperationalError, psycopg2.InterfaceError, PoolError)
# Texts on their way at once, in all of a database's lanes each.
CONCURRENCY_PARAMETER = "hr_recruitment_texting.concurrency"


class _Row(NamedTuple):
    """What is written about a text after it was handed over."""

    id: int
    state: str
    code: str | None = None
    sid: str | None = None
    detail: str | None = None
    next_attempt_date: datetime | None = None
    attempts: int | None = None


class HrSmsMessage(models.Model):
    """The queue: claim, ask the gate again, commit; send; record, commit.

    Twilio has no idempotency key. A text that may have been handed over is never sent again:
    it stays in ``sending`` until Twilio's callback or a person settles it.
    """

    _inherit = "hr.sms.message"

    @api.model
    def _process_queue(self, lane=None):
        """Send what waits in a lane until nothing is left. Run by the lane crons.

        Any number of processes may do this at once: each claims its own rows. While texts are on
        their way, the next are claimed and the last ones recorded.

        :param lane: ``direct`` or ``bulk``, ``None`` for all
        """
        # sudo: a setting of the database, whoever woke the queue
        setting = self.env["ir.config_parameter"].sudo().get_param(CONCURRENCY_PARAMETER)
        concurrency = int(setting) if setting and setting.isdecimal() else CONCURRENCY
        with Pipeline(self._still_wanted, max(concurrency, 1)) as pipeline:
            results = []
            try:
                is_done = self._work(lane, pipeline, concurrency, results)
            finally:
                # Also after an error: what was claimed goes back, what went is written down.
                results += pipeline.stop()
                self._commit_results(results)
        if is_done:
            self._report_progress(0, remaining=0)

    def _work(self, lane, pipeline, concurrency, results):
        """Claim, hand over and record until nothing waits, or the cron's time is up.

        :param lane: as for ``_process_queue``
        :param pipeline: a running :class:`~..gateway.Pipeline`
        :param int concurrency: texts of one account on their way at once
        :param list results: what is known and not yet written down, also after an error
        :returns: whether nothing is left to do
        """
        batch = min(BATCH, ROUNDS * concurrency)
        gateways = {}  # account -> (Gateway, ids of its companies)
        full, claims_on, alone, recorded_at = set(), True, True, time.monotonic()
        while True:
            busy = self._companies_with_enough(pipeline, gateways, batch // 2)
            if claims_on or full - busy:
                with short_transaction(self.env.registry) as env:
                    claimed = env["hr.sms.message"]._claim(lane, batch, busy)
                    if alone and claimed and sum(len(texts) for *_, texts in claimed) >= batch:
                        env["hr.sms.message"]._call_other_lanes(lane)
                        alone = False
                for account, companies, texts in claimed or ():
                    gateway, known = gateways.setdefault(
                        account, (Gateway(*account, concurrency=concurrency), set())
                    )
                    known.update(companies)
                    pipeline.put(gateway, texts)
                if claimed is None and pipeline.is_idle and not results:
                    return True
                full = self._companies_with_enough(pipeline, gateways, batch // 2)
                claims_on = claimed is not None and not full
            results += pipeline.take(timeout=RECORD_AFTER)
            is_due = time.monotonic() - recorded_at > RECORD_AFTER
            if len(results) < RECORD and not pipeline.is_idle and not is_due:
                continue
            if results:
                count = len(results)
                self._commit_results(results)
                if not self._report_progress(count):
                    return False  # the cron is called again for the rest
            # More may have come meanwhile.
            claims_on, recorded_at = True, time.monotonic()

    @api.model
    def _companies_with_enough(self, pipeline, gateways, enough):
        """Return whose texts wait for Twilio in such numbers that no more need be claimed.

        :param gateways: dict from account to (:class:`~..gateway.Gateway`, ids of its companies)
        :param int enough: texts
        :returns: set of ids
        """
        return {
            company
            for gateway, companies in gateways.values()
            if pipeline.waiting(gateway) >= enough
            for company in companies
        }

    def _commit_results(self, results):
        """Write results down: what Twilio answered is known nowhere else.

        Tried again while the database is away or somebody is in the way. Writing the same twice
        changes nothing. A result that cannot be written does not take the others with it.

        :param list results: :class:`~..gateway.Result`; emptied
        """
        end = time.monotonic() + RECORD_WITHIN
        todo, pause = [results[:]] if results else [], 0.05
        results.clear()
        while todo:
            try:
                with short_transaction(self.env.registry) as env:
                    env["hr.sms.message"]._record(todo[-1])
                todo.pop()
            except _PASSING as error:
                if time.monotonic() > end:
                    raise
                _logger.info("%s while recording texts, again", type(error).__name__)
                time.sleep(pause * (0.5 + random.random()))
                pause = min(2 * pause, 5)
            except Exception:
                part = todo.pop()
                if len(part) == 1:
                    _logger.exception("The result of text %s cannot be recorded", part[0].uuid)
                else:
                    todo += [part[len(part) // 2 :], part[: len(part) // 2]]

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
    # Send
    # ------------------------------------------------------------

    def _still_wanted(self, texts):
        """Say which claimed texts may still go: a STOP may have come since they were claimed.

        One that was claimed too long ago may not: reconciliation counts from the claim when it
        judges what Twilio never got. It goes back into the queue and is claimed anew.

        :param texts: list of :class:`~..gateway.Outgoing`
        :returns: set of their uuids
        """
        # On the pipeline's thread. One statement sees what is committed, whatever the isolation.
        with self.env.registry.cursor() as cr:
            return self._still_wanted_by(cr, texts)

    @api.model
    def _still_wanted_by(self, cr, texts):
        """As :meth:`_still_wanted`, on a cursor of the caller's."""
        cr.execute(
            """
            SELECT message.uuid
              FROM hr_sms_message AS message
              JOIN hr_sms_thread AS thread ON thread.id = message.thread_id
         LEFT JOIN hr_sms_campaign AS campaign ON campaign.id = message.campaign_id
             WHERE message.uuid = ANY(%s)
               AND message.state = 'sending'
               AND message.claimed_date > %s
               AND COALESCE(campaign.state, '') NOT IN ('paused', 'stopped')
               AND (message.kind = 'confirmation' OR thread.consent_state = 'granted')
            """,
            [[text.uuid for text in texts], fields.Datetime.now() - HANDED_OVER_WITHIN],
        )
        return {uuid for (uuid,) in cr.fetchall()}

    # ------------------------------------------------------------
    # Record
    # ------------------------------------------------------------

    @api.model
    def _record(self, results):
        """Write down what the gateway said. A callback that came first is not overwritten.

        :param results: list of :class:`~..gateway.Result`
        """
        now = fields.Datetime.now()
        recorded = self.search_fetch(
            [("uuid", "in", [result.uuid for result in results])],
            ["uuid", "attempt_count", "thread_id"],
        )
        messages = recorded.grouped("uuid")
        # What was given up and queued anew meanwhile goes by another name.
        if not (results := [result for result in results if result.uuid in messages]):
            return
        rows = [self._as_row(messages[result.uuid], result, now) for result in results]
        self._write_rows(rows, now)
        opted_out = [
            messages[result.uuid].id for result in results if result.code == delivery.OPTED_OUT
        ]
        # Twilio said no: there is no text.
        recorded.filtered(lambda text: text.state == "failed" and not text.twilio_sid)._give_back()
        if opted_out:
            self.browse(opted_out)._record_provider_opt_out()
        # A wake-up for each half minute in which something is due.
        retries = [row.next_attempt_date for row in rows if row.next_attempt_date]
        due = {date.replace(second=30 * (date.second // 30), microsecond=0) for date in retries}
        dates = sorted(date + timedelta(seconds=30) for date in due)
        if dates:
            self._wake_queue(recorded, dates)
        recorded._wake_reconciliation()
        recorded.thread_id._notify_changed()

    @api.model
    def _as_row(self, message, result, now):
        """Return what is to be written about one text.

        :param message: its record
        :param result: the gateway's :class:`~..gateway.Result`
        :param now: UTC datetime
        :returns: :class:`_Row`
        """
        row = _Row(message.id, "sent", sid=result.sid, detail=(result.detail or "")[:250] or None)
        if result.outcome == "accepted":
            return row
        if result.outcome == "held_back":
            # It was not tried. The next claim asks the gate, which says why.
            return row._replace(state="queued", attempts=message.attempt_count - 1)
        if result.outcome == "unknown":
            return row._replace(state="unknown", code="unconfirmed")
        if result.outcome == "retry" and message.attempt_count < delivery.MAX_ATTEMPTS:
            wait = delivery.retry_delay(message.attempt_count, random.random())
            return row._replace(state="queued", next_attempt_date=now + timedelta(seconds=wait))
        gave_up = result.outcome == "retry"
        return row._replace(state="failed", code="gave_up" if gave_up else str(result.code or ""))

    @api.model
    def _write_rows(self, rows, now):
        """Write rows, each as long as the text is still ours: a state never goes back.

        A callback that came before the answer to the request is not overwritten, but it may not
        have known the MessageSid. What was given up meanwhile is known after all.
        """
        self.flush_model()
        columns = list(zip(*rows, strict=True))
        self.env.cr.execute(
            """
            WITH known AS (
                SELECT * FROM unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::text[],
                                     %s::timestamp[], %s::int[])
                    AS row(id, state, code, sid, detail, next_attempt_date, attempts)
            ), ours AS (
                UPDATE hr_sms_message AS message
                   SET state = known.state,
                       failure_code = known.code,
                       failure_detail = known.detail,
                       twilio_sid = COALESCE(message.twilio_sid, known.sid),
                       next_attempt_date = known.next_attempt_date,
                       attempt_count = COALESCE(known.attempts, message.attempt_count),
                       sent_date = CASE WHEN known.state IN ('sent', 'unknown') THEN %s
                                        ELSE message.sent_date END
                  FROM known
                 WHERE message.id = known.id
                   AND (message.state = 'sending'
                        OR (message.state = 'unknown' AND known.state IN ('sent', 'failed')))
             RETURNING message.id
            )
            SELECT known.id, known.sid FROM known
             WHERE known.sid IS NOT NULL AND known.id NOT IN (SELECT id FROM ours)
            """,
            [*(list(column) for column in columns), now],
        )
        late = self.env.cr.fetchall()
        if late:
            self.env.cr.execute(
                """
                UPDATE hr_sms_message AS message SET twilio_sid = known.sid
                  FROM unnest(%s::int[], %s::text[]) AS known(id, sid)
                 WHERE message.id = known.id AND twilio_sid IS NULL
                """,
                [list(column) for column in zip(*late, strict=True)],
            )
        self.browse(row.id for row in rows).invalidate_recordset()
