from datetime import datetime
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ..rules import consent
from ..rules.phone import erased_number
from .hr_sms_consent import _CHAINED, PERSONAL, event_hash, personal_digest

_lt = LazyTranslate(__name__)

# Threads and events read at once: memory stays the same however long the ledger is.
THREADS = 2000
EVENTS = 5000

PROBLEMS = {
    "hash": _lt("The event was changed after it was recorded."),
    "previous_hash": _lt("The event does not follow the one before it: one was replaced."),
    "sequence": _lt("Events before this one are missing, or it was inserted."),
    "personal_digest": _lt("The personal part of the event was changed."),
    "evidence": _lt("The personal part of the event is missing, and no erasure is recorded."),
    "number": _lt("The phone number of the thread is not the one of its history."),
    "event": _lt("The event is of a kind that does not exist."),
    "head": _lt("Events after this one are missing, or were added past the ledger."),
    "state": _lt("The state of the consent does not follow from its history."),
    "thread": _lt("The thread of this event was deleted."),
}


class Broken(NamedTuple):
    """The first thing wrong with a thread's ledger.

    :param int thread_id: id of the ``hr.sms.thread``
    :param int sequence: the event's place in the ledger, 0 when there is no event at all
    :param date: when the event was recorded, UTC, ``None`` when there is none
    :param str problem: a key of ``PROBLEMS``
    """

    thread_id: int
    sequence: int
    date: datetime | None
    problem: str


class HrSmsConsent(models.Model):
    """The ledger's check: does what is in the database still prove anything?"""

    _inherit = "hr.sms.consent"

    @api.model
    def _verify_chains(self, threads=None):
        """Recompute the ledgers of threads, event by event.

        Shows what somebody changed with the database's triggers off: an edited, inserted or
        missing event (the last ones too, by the thread's head), edited or missing evidence, and
        a thread whose number or state does not follow from its history.

        :param threads: ``hr.sms.thread`` records, ``None`` for all of all companies
        :returns: list of :class:`Broken`, at most one for each thread, by thread id
        """
        # sudo: a check that left out what its user may not read would prove nothing; what is
        # returned names no person
        ledger = self.sudo()
        ledger.env.flush_all()
        broken = ledger._verify_orphans() if threads is None else []
        only = SQL("TRUE") if threads is None else SQL("id = ANY(%s)", threads.ids)
        last = 0
        while rows := ledger._threads_to_verify(last, only):
            last = rows[-1]["id"]
            broken += ledger._verify_threads({row["id"]: row for row in rows})
        return sorted(broken)

    def _verify_orphans(self):
        self.env.cr.execute(
            """
            SELECT DISTINCT ON (thread_id) thread_id, sequence, recorded_date
              FROM hr_sms_consent
             WHERE NOT EXISTS (SELECT FROM hr_sms_thread WHERE id = hr_sms_consent.thread_id)
             ORDER BY thread_id, sequence
            """
        )
        return [Broken(*row, "thread") for row in self.env.cr.fetchall()]

    def _threads_to_verify(self, last, only):
        self.env.cr.execute(
            SQL(
                """
                SELECT id, number, consent_state, consent_locked, consent_scope, consent_grants,
                       consent_sequence, opt_out_date, head_sequence, head_hash
                  FROM hr_sms_thread
                 WHERE id > %s AND %s
                 ORDER BY id
                 LIMIT %s
                """,
                last,
                only,
                THREADS,
            )
        )
        return self.env.cr.dictfetchall()

    def _verify_threads(self, threads):
        """Verify a batch of threads.

        :param dict threads: id to row of ``hr_sms_thread``
        :returns: list of :class:`Broken`
        """
        walks = {thread: _Walk(row) for thread, row in threads.items()}
        for event in self._events_to_verify(list(threads)):
            walks[event["thread_id"]].step(event)
        return [broken for walk in walks.values() if (broken := walk.end())]

    def _events_to_verify(self, thread_ids):
        """Yield the events of threads with their evidence, in the order of their chains."""
        columns = SQL(", ").join(
            SQL.identifier("event", name) for name in ("id", *_CHAINED, "previous_hash", "hash")
        )
        personal = SQL(", ").join(
            SQL("%s AS %s", SQL.identifier("evidence", name), SQL.identifier(f"personal_{name}"))
            for name in PERSONAL
        )
        after = (0, 0, 0)
        while True:
            self.env.cr.execute(
                SQL(
                    """
                    SELECT %s, evidence.salt, %s
                      FROM hr_sms_consent AS event
                 LEFT JOIN hr_sms_consent_evidence AS evidence ON evidence.consent_id = event.id
                     WHERE event.thread_id = ANY(%s)
                       AND (event.thread_id, event.sequence, event.id) > %s
                     ORDER BY event.thread_id, event.sequence, event.id
                     LIMIT %s
                    """,
                    columns,
                    personal,
                    thread_ids,
                    after,
                    EVENTS,
                )
            )
            rows = self.env.cr.dictfetchall()
            yield from rows
            if len(rows) < EVENTS:
                return
            after = (rows[-1]["thread_id"], rows[-1]["sequence"], rows[-1]["id"])


class _Walk:
    """Follows the chain of one thread from its first event to its head."""

    def __init__(self, thread):
        self.thread = thread
        self.broken = None
        self.unproven = None  # first event without evidence since the last erasure
        self.sequence = 0
        self.hash = None
        self.date = None
        self.events = []

    def step(self, event):
        if self.broken:
            return
        self.broken = self._problem(event)
        self.sequence, self.hash = event["sequence"], event["hash"]
        self.date = event["recorded_date"]
        self.events.append(
            consent.Event(
                event["sequence"],
                event["event"],
                event["method"],
                event["scope"],
                event["given_date"],
                event["applicant_ref"] or 0,
                event["job_ref"] or 0,
            )
        )

    def _problem(self, event):
        def broken(problem):
            return Broken(self.thread["id"], event["sequence"], event["recorded_date"], problem)

        if event["event"] not in consent.EVENTS:
            return broken("event")
        if event["sequence"] != self.sequence + 1:
            return broken("sequence")
        if (event["previous_hash"] or None) != self.hash:
            return broken("previous_hash")
        if event_hash(event) != event["hash"]:
            return broken("hash")
        if event["event"] == "erased":
            self.unproven = None
        if event["salt"] is None:
            # An erasure after it explains that, and strips all that came before.
            self.unproven = self.unproven or broken("evidence")
            return None
        personal = {name: event[f"personal_{name}"] for name in PERSONAL}
        if personal_digest(event["salt"], personal) != event["personal_digest"]:
            return broken("personal_digest")
        if personal["number"] not in (self.thread["number"], erased_number(self.thread["id"])):
            return broken("number")
        return None

    def end(self):
        """Return what is wrong with the thread, ``None`` when nothing is."""
        if self.broken or self.unproven:
            return min(filter(None, (self.broken, self.unproven)))
        thread = self.thread

        def broken(problem):
            return Broken(thread["id"], self.sequence, self.date, problem)

        if (thread["head_sequence"] or 0) != self.sequence or (
            thread["head_hash"] or None
        ) != self.hash:
            return broken("head")
        folded = consent.fold(self.events)
        stored = (
            thread["consent_state"],
            bool(thread["consent_locked"]),
            thread["consent_scope"] or None,
            [list(grant) for grant in thread["consent_grants"] or ()],
            thread["consent_sequence"] or 0,
            thread["opt_out_date"],
        )
        if stored != (
            folded.state,
            folded.locked,
            folded.scope,
            [list(grant) for grant in folded.grants],
            folded.sequence,
            folded.since if folded.state == "withdrawn" else None,
        ):
            return broken("state")
        return None
