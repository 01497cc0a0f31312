import hashlib
import re
from datetime import datetime, timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from .hr_sms_consent_check import THREADS

# No transaction that recorded an event is still open after that: what is older stays as it is.
SETTLED = timedelta(hours=1)
_LINE = re.compile(
    r"sms-consent-seal 1; companies (?P<companies>all|[0-9+]{1,900});"
    r" until (?P<until>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC; numbers (?P<numbers>\d{1,12});"
    r" events (?P<events>\d{1,12}); sha256 (?P<digest>[0-9a-f]{64})"
)


class Seal(NamedTuple):
    """A line to keep outside the database, which tells later whether the past was rewritten.

    :param tuple companies: ids of the companies whose events it covers, ``None`` for all
    :param until: UTC datetime; it covers what was recorded before
    :param int numbers: how many phone numbers have such events
    :param int events: how many there are
    :param str digest: over the last hash of each number then, 64 hexadecimal digits (SHA-256)
    """

    companies: tuple | None
    until: datetime
    numbers: int
    events: int
    digest: str

    def __str__(self):
        companies = "all" if self.companies is None else "+".join(map(str, self.companies))
        return (
            f"sms-consent-seal 1; companies {companies}; until {self.until:%Y-%m-%d %H:%M:%S} UTC;"
            f" numbers {self.numbers}; events {self.events}; sha256 {self.digest}"
        )

    @classmethod
    def parse(cls, line):
        """Read a seal as it was kept; blanks and line breaks do not matter.

        :param line: str, may be empty or ``False``
        :returns: :class:`Seal`, ``None`` for anything else
        """
        found = _LINE.fullmatch(" ".join((line or "").split()))
        if not found:
            return None
        try:
            until = datetime.strptime(found["until"], "%Y-%m-%d %H:%M:%S")
        except ValueError:
            return None
        companies = None
        if found["companies"] != "all":
            companies = tuple(int(part) for part in found["companies"].split("+") if part)
        return cls(companies, until, int(found["numbers"]), int(found["events"]), found["digest"])


class HrSmsConsent(models.Model):
    """The ledger's seal: what the chains of hashes cannot prove by themselves.

    The chains are not keyed. Whoever may write the database, with the trigger off, can put other
    events in place of the true ones, hash them anew up to the head, and the check finds nothing.
    A key beside Odoo would not stop them for long: code that runs in Odoo can read it, whoever
    verifies needs it, and a lost or changed key would leave old proofs unprovable. So the ledger is
    anchored outside instead: a manager keeps the seal where who runs the database cannot change it
    (an e-mail to counsel, paper, another system), and any later check compares.

    - A chain that verifies proves that nothing in it was changed by somebody who did not hash it anew.
    - A seal that still holds, with chains that verify, proves that every event recorded before it is
      there as it was, with its date, wording and digest of its personal part, and none was added
      among them. It says nothing of what was recorded after it, nor of events that were never
      recorded, nor that what was recorded was true.
    """

    _inherit = "hr.sms.consent"

    @api.model
    def _seal(self, companies=None, until=None):
        """Seal what was recorded before a moment.

        :param companies: ``res.company`` records, ``None`` for all
        :param until: UTC datetime, an hour ago by default: what was recorded since may still be on
            its way to the database
        :returns: :class:`Seal`
        """
        until = (until or fields.Datetime.now() - SETTLED).replace(microsecond=0)
        # sudo: reading hashes only; a seal that left out what its user may not read would not hold
        ledger = self.sudo()
        ledger.env.flush_all()
        only = SQL("TRUE")
        if companies is not None:
            only = SQL(
                "thread_id IN (SELECT id FROM hr_sms_thread WHERE company_id = ANY(%s))",
                companies.ids,
            )
        digest, numbers, events, last = hashlib.sha256(), 0, 0, 0
        while heads := ledger._heads_before(until, only, last):
            for thread, sequence, last_hash, count in heads:
                digest.update(f"{thread}:{sequence}:{last_hash}\n".encode())
                events += count
            numbers += len(heads)
            last = heads[-1][0]
        ids = None if companies is None else tuple(sorted(companies.ids))
        return Seal(ids, until, numbers, events, digest.hexdigest())

    def _heads_before(self, until, only, last):
        """Return ``(thread, sequence, hash, number of events)`` of the next threads, as of then."""
        self.env.cr.execute(
            SQL(
                """
                SELECT thread_id, max(sequence), (array_agg(hash ORDER BY sequence DESC))[1], count(*)
                  FROM hr_sms_consent
                 WHERE recorded_date < %s AND thread_id > %s AND %s
                 GROUP BY thread_id
                 ORDER BY thread_id
                 LIMIT %s
                """,
                until,
                last,
                only,
                THREADS,
            )
        )
        return self.env.cr.fetchall()

    @api.model
    def _seal_holds(self, seal):
        """Tell whether the ledger still contains what it contained when it was sealed.

        :param seal: :class:`Seal`
        :returns: bool
        """
        companies = None
        if seal.companies is not None:
            companies = self.env["res.company"].browse(seal.companies)
        return self._seal(companies, seal.until) == seal._replace(
            companies=seal.companies and tuple(sorted(seal.companies))
        )
