import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..gateway import Lookup
from ..gateway.webhook import NEUTRALIZED_TOKEN
from ..rules import delivery
from ..rules.reconciliation import (
    ABSENT,
    CLOCKS_DIFFER,
    FOUND,
    HANDED_OVER_WITHIN,
    Unconfirmed,
    reconcile,
)
from .transactions import short_transaction

# A claimed text is at Twilio within this time, or its sender died: a request takes seconds.
LONGEST_BATCH = HANDED_OVER_WITHIN + timedelta(minutes=1)
# Twilio promises no time within which a new text is in its list. It takes seconds; what is not
# there after so long is not at Twilio.
LISTED_AFTER = timedelta(minutes=5)
# So long after its claim nobody works on a text any more, and Twilio's list is complete.
ABANDONED_AFTER = LONGEST_BATCH + LISTED_AFTER
# Twilio could not be asked for so long: a person decides.
ASK_FOR = timedelta(hours=1)
# A text that never arrived goes by itself if it is not older than that.
STILL_MATTERS = timedelta(hours=24)
# After what the callback, which mostly comes, would have said it.
FIRST_LOOK = timedelta(seconds=30)
LOOK_AGAIN = timedelta(minutes=2)
BATCH = 200


class HrSmsMessage(models.Model):
    """Texts that may or may not have been handed to Twilio: after a crash, a timeout, an error.

    The status callback heals most of them. Twilio's message list tells of the rest: what it has
    is settled, what it provably never got is queued again, what cannot be told is for a person.
    """

    _inherit = "hr.sms.message"

    def _wake_reconciliation(self):
        """Have Twilio asked about those of these texts that it did not confirm."""
        if any(message.state == "unknown" for message in self):
            # sudo: whoever sends may wake the cron
            cron = self.env.ref("hr_recruitment_texting.ir_cron_reconcile").sudo()
            now = fields.Datetime.now()
            cron._trigger([now + FIRST_LOOK, now + LISTED_AFTER + LOOK_AGAIN])

    @api.model
    def _reconcile(self):
        """Ask Twilio about texts that it did not confirm. Run by a cron.

        Any number of processes may do this at once: each takes its own conversations.
        """
        with short_transaction(self.env.registry) as env:
            env["hr.sms.message"]._find_abandoned()
        while True:
            with short_transaction(self.env.registry) as env:
                asked = env["hr.sms.message"]._take_unconfirmed()
            if not asked:
                self._report_progress(0, remaining=0)
                return
            for connection, threads in asked:
                asked_at = fields.Datetime.now()
                answers = connection.texts_to(
                    [(number, since) for _thread, number, since in threads]
                )
                with short_transaction(self.env.registry) as env:
                    env["hr.sms.message"]._conclude(
                        {
                            thread: reports
                            for (thread, _number, _since), reports in zip(
                                threads, answers, strict=True
                            )
                        },
                        asked_at,
                    )
            if not self._report_progress(sum(len(threads) for _connection, threads in asked)):
                return

    @api.model
    def _find_abandoned(self):
        """Turn texts whose sender died into ``unknown``: never resend blindly.

        Unless a callback told their MessageSid: then Twilio has them, and says the rest later.
        """
        self.env.cr.execute(
            """
            UPDATE hr_sms_message
               SET state = CASE WHEN twilio_sid IS NULL THEN 'unknown' ELSE 'sent' END,
                   failure_code = CASE WHEN twilio_sid IS NULL
                                       THEN COALESCE(failure_code, 'unconfirmed') END,
                   sent_date = CASE WHEN twilio_sid IS NULL THEN sent_date
                                    ELSE COALESCE(sent_date, claimed_date) END,
                   next_attempt_date = NULL
             WHERE id IN (SELECT id FROM hr_sms_message
                           WHERE (state = 'sending' AND claimed_date < %s)
                              OR (state = 'unknown' AND twilio_sid IS NOT NULL)
                             FOR UPDATE SKIP LOCKED)
         RETURNING id
            """,
            [fields.Datetime.now() - ABANDONED_AFTER],
        )
        abandoned = self.browse(row[0] for row in self.env.cr.fetchall())
        abandoned.invalidate_recordset()
        abandoned.thread_id._notify_changed()

    @api.model
    def _take_unconfirmed(self):
        """Take conversations with unconfirmed texts that it is time to ask about.

        :returns: list of ``(Lookup, [(thread id, number, since)])``, one for each account
        """
        self.flush_model()
        now = fields.Datetime.now()
        self.env.cr.execute(
            """
            SELECT id FROM hr_sms_message
             WHERE state = 'unknown' AND failure_code = 'unconfirmed' AND erased_date IS NULL
               AND twilio_sid IS NULL
               AND (next_attempt_date IS NULL OR next_attempt_date <= %s)
          ORDER BY next_attempt_date NULLS FIRST, id
             LIMIT %s
               FOR UPDATE SKIP LOCKED
            """,
            [now, BATCH],
        )
        due = self.browse(row[0] for row in self.env.cr.fetchall())
        due.write({"next_attempt_date": now + LOOK_AGAIN})
        first = {
            thread.id: min(message.claimed_date for message in messages)
            for thread, messages in self._open_texts(due.thread_id).grouped("thread_id").items()
        }
        asked = []
        for companies in due.company_id.grouped("sms_twilio_account_sid").values():
            threads = due.thread_id.filtered(
                lambda thread, companies=companies: thread.company_id in companies
            )
            company = companies[0]
            if company.sms_twilio_auth_token in (False, NEUTRALIZED_TOKEN):
                due.filtered(lambda text, threads=threads: text.thread_id in threads).write(
                    {"failure_code": "undecided"}
                )
                continue
            asked.append(
                (
                    company._sms_connection(Lookup),
                    [
                        (thread.id, thread.number, first[thread.id] - CLOCKS_DIFFER)
                        for thread in threads
                    ],
                )
            )
        return asked

    def _open_texts(self, threads):
        """Return texts that a text in Twilio's list may be, of whose MessageSid we know nothing.

        Those that a person decided about among them: else another text could take theirs.
        """
        lately = fields.Datetime.now() - 2 * STILL_MATTERS
        return self.search(
            Domain("thread_id", "in", threads.ids)
            & Domain("twilio_sid", "=", False)
            & Domain("erased_date", "=", False)
            & (
                Domain("state", "=", "unknown")
                | Domain("state", "in", ("sent", "delivered")) & Domain("claimed_date", ">", lately)
            ),
            order="id",
        )

    @api.model
    def _conclude(self, answers, asked_at):
        """Settle texts by Twilio's message list. Runs in a short READ COMMITTED transaction.

        :param answers: dict from thread id to list of :class:`~..gateway.Report`, ``None`` where
            Twilio could not be asked
        :param asked_at: when it was asked, naive UTC
        """
        threads = self.env["hr.sms.thread"].browse(answers)
        # Callbacks and people settle texts meanwhile: what is still open is looked up anew.
        texts = self._open_texts(threads)
        self.env.cr.execute(
            "SELECT id FROM hr_sms_message WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [texts.ids]
        )
        texts.invalidate_recordset()
        texts = texts.filtered(
            lambda text: not text.twilio_sid and text.state in ("unknown", "sent", "delivered")
        )
        sids = [report.sid for reports in answers.values() for report in reports or ()]
        self.env.cr.execute(
            "SELECT twilio_sid FROM hr_sms_message WHERE twilio_sid = ANY(%s)", [sids]
        )
        known = {sid for (sid,) in self.env.cr.fetchall()}
        # What is being handed over now may be in the list already, without our knowing its id.
        busy = self.search([("thread_id", "in", threads.ids), ("state", "=", "sending")]).thread_id
        found, absent = [], self.browse()
        for thread, open_texts in texts.grouped("thread_id").items():
            reports = answers[thread.id]
            unknown = open_texts.filtered(
                lambda text: text.state == "unknown" and text.failure_code == "unconfirmed"
            )
            if reports is None:
                unknown.filtered(
                    lambda text: text._last_hand_over() < asked_at - ASK_FOR
                ).failure_code = "undecided"
                continue
            if thread in busy:
                continue
            conclusions = reconcile(
                [
                    Unconfirmed(
                        key=text.id,
                        sender=text.sender_number,
                        body=text.body or "",
                        first=text.claimed_date,
                        last=text._last_hand_over(),
                    )
                    for text in open_texts
                ],
                [report for report in reports if report.sid not in known],
            )
            for text in open_texts:
                conclusion, report = conclusions[text.id]
                if conclusion == FOUND:
                    found.append(
                        (
                            text.id,
                            None,
                            report.sid,
                            report.status,
                            report.error_code,
                            report.sender,
                        )
                    )
                elif text not in unknown:
                    continue
                elif asked_at < text._last_hand_over() + LISTED_AFTER:
                    text.next_attempt_date = text._last_hand_over() + LISTED_AFTER
                elif conclusion == ABSENT:
                    absent |= text
                else:
                    text.failure_code = "undecided"
        self._settle(found, texts.company_id.ids)
        absent._never_arrived()
        (texts - absent).thread_id._notify_changed()

    def _last_hand_over(self):
        """Return when Twilio may have been given this text at the latest, naive UTC."""
        self.ensure_one()
        if self.sent_date and self.sent_date >= self.claimed_date:
            return self.sent_date
        return self.claimed_date + LONGEST_BATCH

    def _never_arrived(self):
        """Queue texts again that Twilio provably never got, as long as they still matter."""
        now = fields.Datetime.now()
        going = self.filtered(
            lambda text: (
                text.claimed_date > now - STILL_MATTERS
                and text.attempt_count < delivery.MAX_ATTEMPTS
            )
        )
        for text in going:
            # Should its sender be alive after all, it finds that this text is not its own.
            text.uuid = uuid.uuid4().hex
        going._back_into_queue()
        late = self - going
        late.write({"state": "failed", "failure_code": "never_arrived"})
        late._give_back()
        late.thread_id._notify_changed()

    def _back_into_queue(self):
        """Have texts sent anew. They are paid for; the gate is asked when they are claimed."""
        if not self:
            return
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                UPDATE hr_sms_message
                   SET state = 'queued', failure_code = NULL, failure_detail = NULL,
                       next_attempt_date = NULL, sent_date = NULL, wait_code = NULL
                 WHERE id = ANY(%s) AND state = 'unknown'
             RETURNING id
                """,
                self.ids,
            )
        )
        queued = self.browse(row[0] for row in self.env.cr.fetchall())
        self.invalidate_recordset()
        if queued:
            queued.thread_id._notify_changed()
            queued._wake_queue(queued, None)
        return queued
