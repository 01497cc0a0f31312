from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.sql import escape_psql

from .hr_sms_gate_campaign import STOPPED
from .hr_sms_thread import OFFICER_GROUP

FILTERS = (
    "all",
    "mine",
    "unassigned",
    "unread",
    "waiting",
    "scheduled",
    "failed",
    "unknown",
    "review",
    "archived",
)
# Beyond this a number tells nobody more: it is shown as "999+".
MOST_COUNTED = 1000
# What a search looks through: a text from long ago is looked for with its applicant.
SEARCHED_TEXTS = 100_000
# Of a word that nearly every text has, the newest are enough.
MOST_FOUND = 2_000
# Filters that nearly all threads may match, and those that few do as a rule but many can.
DENSE = ("all", "unassigned")
EITHER = ("unknown", "archived")

# A thread was put away when this was its newest text: the next one from outside brings it back,
# and whoever receives it writes nothing to the thread, which senders and webhooks share.
_CAME_BACK = SQL(
    "EXISTS (SELECT FROM hr_sms_message AS back WHERE back.thread_id = hr_sms_thread.id"
    " AND back.id > hr_sms_thread.archived_message AND back.direction = 'inbound')"
)
_OPEN = SQL("((hr_sms_thread.archived_message > 0) IS NOT TRUE OR %s)", _CAME_BACK)
_ARCHIVED = SQL("(hr_sms_thread.archived_message > 0 AND NOT %s)", _CAME_BACK)
_UNKNOWN = SQL(
    "NOT EXISTS (SELECT FROM hr_sms_thread_applicant_rel AS rel"
    " WHERE rel.thread_id = hr_sms_thread.id)"
)


def _unsaid(text):
    """Return whether a text says nothing yet, or was called off by somebody here.

    What the gate refused is no such text: somebody wanted it to go and has to know.

    :param str text: alias of ``hr_sms_message``
    """
    return SQL(
        "(%(state)s = 'scheduled' OR (%(state)s = 'canceled' AND"
        " split_part(COALESCE(%(code)s, ''), ':', 1) IN ('canceled', %(stopped)s)))",
        state=SQL.identifier(text, "state"),
        code=SQL.identifier(text, "failure_code"),
        stopped=STOPPED,
    )


class HrSmsThread(models.Model):
    """Finds what the inbox lists, with nothing kept for it on the thread.

    A thread's place is that of its newest text, of those that are planned or were called off
    only where it has no others. Where many threads match, texts are walked from
    the newest one down until a page is full; where few do, the newest text of each is looked up.
    Both take the index on ``(thread_id, date, id)`` of texts. That is as fast with a million texts
    as with none, and no text, sent or received, has to write to its thread.
    """

    _inherit = "hr.sms.thread"

    archived_message = fields.Integer(
        readonly=True,
        help="Newest text when the conversation was put away. The next one received brings it back.",
    )

    _archived_idx = models.Index("(archived_message) WHERE archived_message > 0")

    @api.model
    def _inbox_page(self, name, search, before, limit):
        """Return a page of the inbox: the thread with the newest text first, of those with
        planned texts the one whose next text goes first.

        :param str name: one of ``FILTERS``
        :param search: words of a name, of a text, or digits of a number; ``None`` for no search
        :param before: id of the last text of the page before, ``None`` for the first page
        :param int limit: threads at most
        :returns: list of ``(thread id, id of its newest text, or of the next planned one)``, all
            readable to the user
        """
        found = self._inbox_searched(search) if search else None
        if found is None and (
            name in DENSE or (name in EITHER and self._inbox_count(name) >= MOST_COUNTED)
        ):
            query = self._inbox_walk(name, before)
        else:
            query = self._inbox_lookup(name, found, before)
        order = SQL("3, 2" if name == "scheduled" else "3 DESC, 2 DESC")
        found = self.env.execute_query(SQL("%s ORDER BY %s LIMIT %s", query, order, limit))
        return [(thread, text) for thread, text, _date in found]

    @api.model
    def _inbox_count(self, name, most=MOST_COUNTED):
        """Return how many threads a filter has, ``most`` at most."""
        if name in DENSE:
            query = SQL(
                "SELECT FROM hr_sms_thread WHERE %s AND EXISTS (SELECT FROM hr_sms_message"
                " WHERE hr_sms_message.thread_id = hr_sms_thread.id AND %s)",
                self._inbox_condition(name),
                self._inbox_readable(),
            )
        else:
            query = self._inbox_lookup(name, None, None)
        limited = SQL("SELECT count(*) FROM (%s LIMIT %s) AS counted", query, most)
        return self.env.execute_query(limited)[0][0]

    def _inbox_walk(self, name, before):
        """From the newest text down: for filters most threads match."""
        return SQL(
            """
            SELECT hr_sms_thread.id, hr_sms_message.id, hr_sms_message.date
              FROM hr_sms_message
              JOIN hr_sms_thread ON hr_sms_thread.id = hr_sms_message.thread_id
             WHERE %(condition)s AND %(unknown)s AND %(readable)s AND %(before)s
               AND NOT EXISTS (SELECT FROM hr_sms_message AS newer
                                WHERE newer.thread_id = hr_sms_message.thread_id
                                  AND (newer.date, newer.id)
                                      > (hr_sms_message.date, hr_sms_message.id)
                                  AND (NOT %(newer_unsaid)s OR %(unsaid)s)
                                  AND %(newer_readable)s)
               AND (NOT %(unsaid)s
                    OR NOT EXISTS (SELECT FROM hr_sms_message AS newer
                                    WHERE newer.thread_id = hr_sms_message.thread_id
                                      AND NOT %(newer_unsaid)s AND %(newer_readable)s))
            """,
            unsaid=_unsaid("hr_sms_message"),
            newer_unsaid=_unsaid("newer"),
            condition=self._inbox_condition(name),
            unknown=_UNKNOWN if name == "unknown" else SQL("TRUE"),
            readable=self._inbox_readable(),
            before=self._inbox_before(before),
            newer_readable=self._inbox_readable("newer"),
        )

    def _inbox_lookup(self, name, found, before):
        """The newest text of each thread that matches: for filters few threads match."""
        # what waits for the user: theirs, of what waits
        names = (name, "waiting") if name == "for_me" else (name,)
        sources = [source for source in (*map(self._inbox_source, names), found) if source]
        # Each is read once, whatever PostgreSQL takes its size for: two conditions it may nest,
        # which takes a minute where many texts came in since it last looked.
        matching = SQL(" INTERSECT ").join(SQL("(%s)", source) for source in sources)
        is_planned = name == "scheduled"
        return SQL(
            """
            SELECT hr_sms_thread.id, shown.id, shown.date
              FROM hr_sms_thread
              JOIN LATERAL (%s) AS shown ON TRUE
             WHERE %s AND %s%s
            """,
            self._inbox_next_planned() if is_planned else self._inbox_newest(),
            self._inbox_condition(name, is_search=bool(found)),
            self._inbox_before(before, "shown", is_planned),
            SQL(" AND hr_sms_thread.id IN (%s)", matching) if sources else SQL(""),
        )

    def _inbox_newest(self):
        """Return the query for a thread's newest text, see the class."""
        return SQL(
            """
            SELECT id, date
              FROM ((SELECT hr_sms_message.id, hr_sms_message.date, 1 AS rank
                       FROM hr_sms_message
                      WHERE hr_sms_message.thread_id = hr_sms_thread.id
                        AND NOT %(unsaid)s AND %(readable)s
                   ORDER BY hr_sms_message.date DESC, hr_sms_message.id DESC
                      LIMIT 1)
                    UNION ALL
                    (SELECT hr_sms_message.id, hr_sms_message.date, 2
                       FROM hr_sms_message
                      WHERE hr_sms_message.thread_id = hr_sms_thread.id
                        AND %(unsaid)s AND %(readable)s
                   ORDER BY hr_sms_message.date DESC, hr_sms_message.id DESC
                      LIMIT 1)) AS either
          ORDER BY rank LIMIT 1
            """,
            unsaid=_unsaid("hr_sms_message"),
            readable=self._inbox_readable(),
        )

    def _inbox_next_planned(self):
        """Return the query for the text of a thread that goes next."""
        return SQL(
            """
            SELECT hr_sms_message.id, hr_sms_message.scheduled_date AS date
              FROM hr_sms_message
             WHERE hr_sms_message.thread_id = hr_sms_thread.id
               AND hr_sms_message.state = 'scheduled' AND %s
          ORDER BY hr_sms_message.scheduled_date, hr_sms_message.id
             LIMIT 1
            """,
            self._inbox_readable(),
        )

    def _inbox_before(self, before, alias="hr_sms_message", is_planned=False):
        if not before:
            return SQL("TRUE")
        # under the user's own rules: where a text stands is nobody else's business
        place = self.env["hr.sms.message"].search([("id", "=", before)])
        date = place.scheduled_date if is_planned else place.date
        return SQL(
            "(%s, %s) %s (%s, %s)",
            SQL.identifier(alias, "date"),
            SQL.identifier(alias, "id"),
            SQL(">" if is_planned else "<"),
            date or None,
            before,
        )

    def _inbox_condition(self, name, is_search=False):
        """Return what holds of the threads a user may read and a filter asks for."""
        # A text that goes tomorrow, or did not arrive, is not done with by putting its thread away.
        everywhere = name in ("scheduled", "failed") or (name == "all" and is_search)
        domain = Domain("user_id", "=", False) if name == "unassigned" else Domain.TRUE
        if name in ("waiting", "for_me"):
            # Who wants no texts waits for none.
            domain = Domain("consent_state", "!=", "withdrawn")
        query = self._search(domain)  # under the rules of the user
        conditions = [
            _ARCHIVED if name == "archived" else SQL("TRUE") if everywhere else _OPEN,
            SQL("hr_sms_thread.number_hmac IS NULL"),  # erased: nothing is left to be shown
            query.where_clause or SQL("TRUE"),
        ]
        return SQL(" AND ").join(conditions)

    def _inbox_readable(self, alias="hr_sms_message"):
        """Return what holds of the texts a user may read, given that they may read the thread."""
        if self.env.su or self.env.user.has_group(OFFICER_GROUP):
            return SQL("TRUE")  # see security/rules.xml
        texts = self.env["hr.sms.message"]._search([])
        return SQL("%s IN %s", SQL.identifier(alias, "id"), texts.subselect())

    def _inbox_source(self, name):
        """Return a query for the ids of the threads of a filter, ``None`` for all."""
        texts = {
            "unread": SQL("hr_sms_message.is_unread IS TRUE"),
            "waiting": SQL("hr_sms_message.is_waiting IS TRUE"),
            "scheduled": SQL("hr_sms_message.state = 'scheduled'"),
            # what went wrong last: a text that went through afterwards settles it
            "failed": SQL(
                "hr_sms_message.state IN ('failed', 'unknown') AND NOT EXISTS ("
                "SELECT FROM hr_sms_message AS later WHERE later.direction = 'outbound'"
                " AND later.state NOT IN ('canceled', 'scheduled')"
                " AND later.thread_id = hr_sms_message.thread_id"
                " AND (later.date, later.id) > (hr_sms_message.date, hr_sms_message.id))"
            ),
        }
        if name in texts:
            return SQL(
                "SELECT thread_id FROM hr_sms_message WHERE %s AND %s",
                texts[name],
                self._inbox_readable(),
            )
        if name in ("mine", "for_me"):
            # Nobody's are the recruiter's of the application.
            return SQL(
                """
                SELECT id FROM hr_sms_thread WHERE user_id = %(user)s
                 UNION ALL
                SELECT rel.thread_id
                  FROM hr_applicant AS applicant
                  JOIN hr_sms_thread_applicant_rel AS rel ON rel.applicant_id = applicant.id
                  JOIN hr_sms_thread AS thread ON thread.id = rel.thread_id
                 WHERE applicant.user_id = %(user)s AND applicant.active AND thread.user_id IS NULL
                """,
                user=self.env.uid,
            )
        if name == "review":
            return SQL("SELECT id FROM hr_sms_thread WHERE consent_state = 'review'")
        if name == "unknown":
            return SQL("SELECT id FROM hr_sms_thread WHERE %s", _UNKNOWN)
        return None

    def _inbox_searched(self, words):
        """Return a query for the ids of the threads that words are found in."""
        applicants = self.env["hr.applicant"].with_context(active_test=False)
        people = applicants._search(Domain("partner_name", "ilike", escape_psql(words)))
        # Asked for first: PostgreSQL then goes by the date and reads no others. Some of those that
        # were written at that time may have gone long after.
        [(since,)] = self.env.execute_query(
            SQL(
                """
                SELECT min(date) FROM (
                    SELECT date FROM hr_sms_message
                     WHERE id > (SELECT max(id) - %s FROM hr_sms_message)
                  ORDER BY id LIMIT 100) AS written
                """,
                SEARCHED_TEXTS,
            )
        )
        pattern = f"%{escape_psql(words)}%"
        queries = [
            SQL(
                "SELECT thread_id FROM hr_sms_thread_applicant_rel WHERE applicant_id IN %s",
                people.subselect(),
            ),
            SQL(
                """
                (SELECT hr_sms_message.thread_id FROM hr_sms_message
                  WHERE hr_sms_message.date >= %s
                    AND hr_sms_message.body ILIKE %s AND %s
               ORDER BY hr_sms_message.date DESC, hr_sms_message.id DESC LIMIT %s)
                """,
                since,
                pattern,
                self._inbox_readable(),
                MOST_FOUND,
            ),
        ]
        digits = "".join(char for char in words if char.isdecimal())
        if len(digits) >= 3 and not any(char.isalpha() for char in words):
            # as one writes it at home: 0151 is +49151; of 0001 a single digit would be left
            at_home = digits.lstrip("0")
            wanted = {digits, at_home if len(at_home) > 1 else digits}
            patterns = [f"%{part}%" for part in wanted]
            queries.append(SQL("SELECT id FROM hr_sms_thread WHERE number LIKE ANY(%s)", patterns))
        return SQL(" UNION ").join(queries)

    @api.model
    def _inbox_arguments(self, name, search, before, limit):
        """Check what a client asks for.

        :raises ValidationError: for an unknown filter and what is no page
        """
        if name not in FILTERS:
            raise ValidationError(
                self.env._("%(filter)s is no filter of the inbox.", filter=str(name)[:30])
            )
        words = self.env["hr.applicant"]._sms_text_argument(search, 100)
        try:
            before = min(max(int(before or 0), 0), 2**31 - 1)
            limit = max(1, min(int(limit), 200))
        except (TypeError, ValueError, OverflowError) as error:
            raise ValidationError(self.env._("Pages of texts are asked for by number.")) from error
        return name, (words or "").strip() or None, before or None, limit
