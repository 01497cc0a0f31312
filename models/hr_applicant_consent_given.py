from dataclasses import dataclass
from datetime import datetime

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ..rules.consent import MISTAKE, PUBLIC_METHODS


@dataclass(frozen=True)
class Given:
    """Consent that a candidate gave outside Odoo, checked as far as it can be by itself.

    :param applicant: ``hr.applicant`` record
    :param str number: E.164
    :param str method: one of ``PUBLIC_METHODS``
    :param datetime given_date: UTC
    """

    applicant: object
    number: str
    method: str
    given_date: datetime
    note: str | None = None
    source: str | None = None
    source_ref: str | None = None
    scope: str | None = None


class HrApplicant(models.Model):
    """Consents from outside, one or thousands: the same checks, a handful of queries."""

    _inherit = "hr.applicant"

    @api.model
    def _sms_weigh(self, givens):
        """Say what stands against recording consents, and which are recorded already.

        The callers checked the rights on the applicants.

        :param givens: list of :class:`Given`
        :returns: list of ``(reason, event)``: the reason in words, ``None`` when there is none;
            the ``hr.sms.consent`` event that this consent is already, else an empty one
        """
        threads = self._sms_threads_of_givens(givens, create=False)
        known = self._sms_known_givens(givens, threads)
        decided = self._sms_decided_dates(threads)
        none = self.env["hr.sms.consent"]
        return [
            (None, known[position])
            if position in known
            else (self._sms_refuse_given(given, thread, decided), none)
            for position, (given, thread) in enumerate(zip(givens, threads, strict=True))
        ]

    @api.model
    def _sms_record(self, givens):
        """Record consents that nothing stands against.

        :param givens: list of :class:`Given`
        :returns: ``hr.sms.consent`` events, in the order of ``givens``
        """
        if not givens:
            return self.env["hr.sms.consent"]
        threads = self._sms_threads_of_givens(givens, create=True)
        return self.env["hr.sms.consent"]._append(
            [
                {
                    "thread": thread,
                    "event": "granted",
                    "method": given.method,
                    "scope": given.scope,
                    "source": given.source,
                    "source_ref": given.source_ref,
                    "given_date": given.given_date,
                    "applicant": given.applicant,
                    "actor_name": self.env.user.name,
                    "note": given.note,
                }
                for given, thread in zip(givens, threads, strict=True)
            ]
        )

    def _sms_threads_of_givens(self, givens, create):
        """Return the threads of consents, in their order, superuser; empty where there is none."""
        # sudo: the conversation of a number; the callers checked the applicant
        threads = self.env["hr.sms.thread"].sudo()
        companies = [given.applicant.sudo()._sms_company() for given in givens]
        numbers = {}
        for company, given in zip(companies, givens, strict=True):
            numbers.setdefault(company, set()).add(given.number)
        find = threads._get_or_create if create else threads._find
        found = {company: find(company, wanted) for company, wanted in numbers.items()}
        ids = [thread.id for theirs in found.values() for thread in theirs.values()]
        return [
            found[company].get(given.number, threads).with_prefetch(ids)
            for company, given in zip(companies, givens, strict=True)
        ]

    def _sms_known_givens(self, givens, threads):
        """Find consents that another call recorded already, by the other system's reference.

        :returns: dict from position to the ``hr.sms.consent`` event
        """
        keys = {
            position: (thread.id, given.method, given.source or "", given.source_ref)
            for position, (given, thread) in enumerate(zip(givens, threads, strict=True))
            if given.source_ref and thread
        }
        if not keys:
            return {}
        for name in ("hr.sms.consent", "hr.sms.consent.evidence"):
            self.env[name].flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT consent.thread_id, consent.method, COALESCE(evidence.source, ''),
                       evidence.source_ref, min(consent.id)
                  FROM hr_sms_consent_evidence evidence
                  JOIN hr_sms_consent consent ON consent.id = evidence.consent_id
                 WHERE evidence.source_ref = ANY(%s)
                   AND consent.thread_id = ANY(%s)
                   AND consent.event = 'granted'
                   AND consent.method = ANY(%s)
              GROUP BY 1, 2, 3, 4
                """,
                list({key[3] for key in keys.values()}),
                list({key[0] for key in keys.values()}),
                list(PUBLIC_METHODS),
            )
        )
        events = {row[:4]: row[4] for row in self.env.cr.fetchall()}
        ledger = self.env["hr.sms.consent"]
        return {
            position: ledger.browse(events[key]) for position, key in keys.items() if key in events
        }

    def _sms_decided_dates(self, threads):
        """Return since when numbers want no texts.

        :returns: dict from ``hr.sms.thread`` id to UTC datetime and whether the candidate said
            nothing then: consent was only taken back as entered by mistake
        """
        closed = {
            thread.id: thread.consent_sequence
            for thread in threads
            if thread.consent_state in ("withdrawn", "declined")
        }
        if not closed:
            return {}
        # sudo: the date of a decision about a number whose applicant was checked
        events = (
            self.env["hr.sms.consent"]
            .sudo()
            .search_fetch(
                [("thread_id", "in", list(closed))],
                ["thread_id", "sequence", "given_date", "source"],
            )
        )
        return {
            event.thread_id.id: (event.given_date, event.source == MISTAKE)
            for event in events
            if event.sequence == closed[event.thread_id.id]
        }

    def _sms_refuse_given(self, given, thread, decided):
        """Return why a consent cannot be added on the candidate's behalf, ``None`` when it can."""
        gate = self.env["hr.sms.gate"]
        if thread.consent_locked:
            return gate._reason_text("consent_locked")
        if thread.consent_state == "declined" and not (given.note or "").strip():
            return self.env._(
                "The candidate answered No to texting. Write in the note how they agreed since."
            )
        if thread.consent_state == "review":
            return gate._reason_text("consent_review")
        since, by_mistake = decided.get(thread.id, (None, False))
        if since and given.given_date < since:
            day = fields.Datetime.context_timestamp(self, since).date()
            if by_mistake:
                return self.env._(
                    "On %(date)s consent was taken back as entered by mistake. Choose that "
                    "day or a later one, and write in the note when the candidate agreed.",
                    date=format_date(self.env, day),
                )
            return self.env._(
                "On %(date)s the candidate wanted no texts, which is after the date "
                "given. Add consent only if they agreed anew since.",
                date=format_date(self.env, day),
            )
        return None
