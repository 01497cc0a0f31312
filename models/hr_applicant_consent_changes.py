from datetime import timedelta
from itertools import takewhile

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .hr_sms_thread import VIEW_GROUP
from .transactions import short_transaction

MAX_CHANGES = 1000
# Between the time an event bears and its place in the ledger, and between two clocks.
_MARGIN = timedelta(seconds=5)
_MAX_ID = 2**31 - 1


class HrApplicant(models.Model):
    """Who gave or withdrew consent, for other systems that want to know."""

    _inherit = "hr.applicant"

    @api.model
    def sms_consent_changes(self, cursor=0, since=None, limit=MAX_CHANGES):
        """List what happened to consents, oldest first, each event once.

        Call it again with the ``cursor`` of the answer: nothing is missed and nothing comes twice,
        however many events bear the same second. An event is told of once nothing can come before
        it any more: after some five seconds, or when what else is being written has ended.

        :param int cursor: of the last answer, 0 to begin with
        :param since: UTC datetime, date or a string of one: nothing recorded before it
        :param int limit: events at most, 1 to 1,000
        :returns: dict with ``cursor`` for the next call, ``more`` (whether there is more already)
            and ``changes``: dicts with ``id``, ``event`` (``granted``, ``declined``, ``withdrawn``,
            ``review``, ``review_cleared`` or ``erased``), ``method``, ``scope``, ``source``,
            ``source_ref``, ``given_date`` and ``recorded_date`` (UTC), ``number`` (E.164, ``False``
            once erased), ``company_id``, ``applicant_id`` (it was said for, ``False`` for none),
            ``applicant_ids`` (with that number now or formerly, readable by the user, ascending),
            ``consent_state`` and ``consent_locked`` (of the number, by now)
        :raises AccessError: without the right to view SMS
        :raises ValidationError: for a cursor, date or limit that cannot be
        """
        self._sms_check_right(VIEW_GROUP)
        cursor = self._sms_changes_number("cursor", cursor, 0, _MAX_ID)
        limit = self._sms_changes_number("limit", limit, 1, MAX_CHANGES)
        since = self._sms_date_argument(since)
        with short_transaction(self.env.registry) as env:
            applicants = self.with_env(env(user=self.env.uid, context=self.env.context))
            return applicants._sms_read_changes(cursor, since, limit)

    def _sms_read_changes(self, cursor, since, limit):
        """Do it, in a READ COMMITTED transaction: see :meth:`_sms_settled_before`."""
        settled_before = self._sms_settled_before()
        domain = Domain("id", ">", cursor)
        if since:
            domain &= Domain("recorded_date", ">=", since)
        # Under the user's own rules, one more to know whether there is more.
        ledger = self.env["hr.sms.consent"]
        events = ledger.search(domain, order="id", limit=limit + 1)
        events = ledger.concat(
            *takewhile(lambda event: event.recorded_date < settled_before, events)
        )
        told = events[:limit]
        return {
            "changes": self._sms_describe_changes(told),
            "cursor": told[-1:].id or cursor,
            "more": len(events) > limit,
        }

    def _sms_changes_number(self, name, value, lowest, highest):
        if type(value) is not int or not lowest <= value <= highest:
            raise ValidationError(
                self.env._(
                    "%(name)s is a whole number from %(lowest)s to %(highest)s.",
                    name=name,
                    lowest=lowest,
                    highest=highest,
                )
            )
        return value

    def _sms_settled_before(self):
        """Return up to when no event can appear any more among those that are read after this.

        Ids are given when an event is written and seen when it is committed: a transaction that
        is still at work may have lower ones than those that can be seen. It began before them.

        :returns: UTC datetime
        """
        self.env.cr.execute(
            """
            SELECT LEAST(now(), min(xact_start)) AT TIME ZONE 'UTC'
              FROM pg_stat_activity
             WHERE datname = current_database()
               AND backend_xid IS NOT NULL
               AND pid <> pg_backend_pid()
            """
        )
        return self.env.cr.fetchone()[0] - _MARGIN

    def _sms_describe_changes(self, events):
        """Return events as :meth:`sms_consent_changes` does.

        :param events: ``hr.sms.consent`` records that the user may read
        :returns: list of dicts
        """
        # sudo: the numbers of events that were found readable
        threads = events.sudo().thread_id.with_context(active_test=False)
        readable = set(self.browse(threads.applicant_ids.ids)._filtered_access("read").ids)
        changes = []
        for event in events:
            thread = event.sudo().thread_id.with_context(active_test=False)  # see above
            changes.append(
                {
                    **{
                        name: event[name]
                        for name in ("id", "event", "method", "scope", "source", "source_ref")
                    },
                    "given_date": fields.Datetime.to_string(event.given_date),
                    "recorded_date": fields.Datetime.to_string(event.recorded_date),
                    "number": event.number,
                    "company_id": event.company_id.id,
                    "applicant_id": event.applicant_ref or False,
                    "applicant_ids": sorted(readable.intersection(thread.applicant_ids.ids)),
                    "consent_state": thread.consent_state,
                    "consent_locked": thread.consent_locked,
                }
            )
        return changes
