from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .hr_applicant import SEND_GROUP, VIEW_GROUP
from .hr_applicant_sms_tab import CONSENT_LABELS, PAGE
from .hr_sms_gate import BODY_LIMIT
from .hr_sms_thread_inbox_query import FILTERS, MOST_COUNTED
from .numbers import shown_number

THREADS = 40
# What the list shows of an applicant, and by what it chooses one of several.
_OF_APPLICANT = ["active", "partner_name", "job_id", "company_id"]
# Of a text, so much stands in the list.
SNIPPET = 120


class HrSmsThread(models.Model):
    """What the inbox reads. Every method checks the user's rights on the server."""

    _inherit = "hr.sms.thread"

    @api.model
    def sms_inbox(self, filter_name="all", search=None, before=None, limit=THREADS):
        """Return a page of conversations, the one with the newest text first.

        :param str filter_name: ``all``, ``mine`` (assigned to the user, or to nobody where the
            user is the applicant's recruiter), ``unassigned``, ``unread``, ``waiting`` (for an
            answer), ``scheduled``, ``failed``, ``unknown`` (number of nobody), ``review`` (needs
            a decision), ``archived``; what was put away is in the last, in ``scheduled`` and
            ``failed``, and in what a search finds
        :param search: words of a name or a text, or digits of a number
        :param before: ``last_id`` of the last one of the page before, ``None`` for the first page
        :param int limit: conversations at most
        :returns: dict with ``threads``, see :meth:`_inbox_rows`, and ``has_more``
        :raises AccessError: without the right to view SMS
        :raises ValidationError: for an unknown filter, or what is no page
        """
        self.env["hr.applicant"].browse()._sms_check_right(VIEW_GROUP)
        arguments = self._inbox_arguments(filter_name, search, before, limit)
        limit = arguments[-1]
        self._inbox_flush()
        page = self._inbox_page(*arguments[:-1], limit + 1)
        return {"threads": self._inbox_rows(page[:limit]), "has_more": len(page) > limit}

    @api.model
    def sms_inbox_counts(self):
        """Return how many conversations each filter has.

        :returns: dict from filter to number, ``MOST_COUNTED`` at most; ``all`` and ``archived``
            are not counted
        :raises AccessError: without the right to view SMS
        """
        self.env["hr.applicant"].browse()._sms_check_right(VIEW_GROUP)
        self._inbox_flush()
        counted = [name for name in FILTERS if name not in ("all", "archived")]
        return {name: self._inbox_count(name) for name in counted} | {"most": MOST_COUNTED}

    @api.model
    def sms_inbox_badge(self):
        """Return how many conversations wait for this user: theirs with an unanswered text.

        :returns: int
        :raises AccessError: without the right to view SMS
        """
        self.env["hr.applicant"].browse()._sms_check_right(VIEW_GROUP)
        self._inbox_flush()
        return self._inbox_count("for_me")

    def sms_inbox_thread(self):
        """Return one conversation as the list has it, also where the list does not show it.

        :returns: dict, ``False`` when there is none (any more) that the user may read
        :raises AccessError: without the right to view SMS
        """
        self.env["hr.applicant"].browse()._sms_check_right(VIEW_GROUP)
        thread = self.exists()[:1]
        thread = thread._filtered_access("read") if thread else thread
        self._inbox_flush()
        page = self.env.execute_query(
            SQL(
                "SELECT hr_sms_thread.id, newest.id FROM hr_sms_thread"
                " JOIN LATERAL (%s) AS newest ON TRUE WHERE hr_sms_thread.id = ANY(%s)",
                self._inbox_newest(),
                thread.ids,
            )
        )
        return self._inbox_rows(page)[0] if page else False

    def sms_inbox_conversation(self, before_id=None, limit=PAGE):
        """Return the conversation with a number that belongs to no applicant here, as the tab shows it.

        Of nobody, or of somebody whose application is in another company by now.

        :param before_id: return the messages before this one, ``None`` for the newest
        :param int limit: messages at most
        :returns: dict as of ``hr.applicant.sms_tab``
        :raises AccessError: without the right to view SMS or to read the conversation
        """
        self._inbox_check(VIEW_GROUP)
        applicants = self.env["hr.applicant"].browse()
        messages, has_older = applicants._sms_tab_messages(self, before_id, limit)
        key = "locked" if self.consent_locked else self.consent_state
        is_unknown = self.id not in self._inbox_holders()
        return {
            "number": self.number,
            "raw_phone": self.number,
            "numbers": [
                {
                    "number": self.number,
                    "display": self._inbox_number(),
                    "label": self.env._("Unknown number")
                    if is_unknown
                    else self.env._("Former number"),
                    "main": False,
                    "former": True,
                    "unread": applicants._sms_tab_unread(self),
                    "consent_state": self.consent_state,
                }
            ],
            "company": {"id": self.company_id.id, "name": self.company_id.name},
            "thread_id": self.id,
            # Consent is somebody's: it is given and withdrawn in the applicant's name.
            "consent": {
                "state": self.consent_state,
                "locked": self.consent_locked,
                "label": self.env._(CONSENT_LABELS[key]),  # pylint: disable=gettext-variable
                "by": False,
                "can_grant": False,
                "can_withdraw": False,
            },
            "gate": {
                "allowed": False,
                "code": "unknown" if is_unknown else "moved",
                "reason": self.env._(
                    "This number belongs to no applicant yet. Assign it to one, then you can reply."
                )
                if is_unknown
                else self.env._(
                    "The application is in another company by now. What was written here stays to "
                    "be read; text the applicant from that company."
                ),
                "reminder_only": False,
            },
            "notices": [],
            "review": False,
            "can_send": self.env.user.has_group(SEND_GROUP),
            "limit": BODY_LIMIT,
            "messages": messages,
            "has_older": has_older,
        }

    def sms_inbox_history(self):
        """Return the consent history of a number that belongs to no applicant here.

        :returns: list of dicts as of ``hr.applicant.sms_consent_history``
        :raises AccessError: without the right to view SMS or to read the conversation
        """
        self._inbox_check(VIEW_GROUP)
        return self.env["hr.applicant"].browse()._sms_history_of(self.sudo())  # see above

    # ------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------

    def _inbox_rows(self, page):
        """Return what the list shows of threads.

        :param page: list of ``(thread id, id of its newest text)``
        :returns: list of dicts; dates are UTC strings, ``waiting_since`` is that of the oldest
            text that waits for an answer
        """
        threads = self.browse(thread for thread, _message in page)
        newest = dict(page)
        texts = self.env["hr.sms.message"].browse(newest.values())
        texts_by_id = {text.id: text for text in texts}
        labels = self.env["hr.applicant"]._sms_selection_labels("hr.sms.message", "state")["state"]
        # in one go: they would be read thread by thread
        applicants = threads.with_context(active_test=False).applicant_ids._filtered_access("read")
        applicants.fetch(_OF_APPLICANT)
        holders = threads._inbox_holders()
        waiting, unread = self._inbox_flags(threads)
        archived = threads._inbox_archived()
        several = len(self.env.companies) > 1
        rows = []
        for thread in threads:
            text = texts_by_id[newest[thread.id]]
            people = thread.with_context(active_test=False).applicant_ids & applicants
            # Whoever has the number now, before those who once had it.
            held_by = holders.get(thread.id, ())
            people = people.filtered(lambda one, ids=held_by: one.id in ids) or people
            applicant = thread._inbox_applicant(people, text)
            person = applicant or text._inbox_whose(people)
            # sudo: the assignee's and the job's names are no secret to who reads the conversation
            user, job = thread.sudo().user_id, applicant.sudo().job_id
            key = "locked" if thread.consent_locked else thread.consent_state
            rows.append(
                {
                    "id": thread.id,
                    "applicant_id": applicant.id,
                    "is_unknown": thread.id not in holders,
                    "is_former": thread.id in holders and not held_by,
                    "name": person.partner_name or person.display_name or "",
                    "number": thread.number,
                    "display": thread._inbox_number(),
                    "job": job.name or "",
                    "company": thread.company_id.name if several else "",
                    "user": {"id": user.id, "name": user.name} if user else False,
                    "consent": {
                        "state": thread.consent_state,
                        "locked": thread.consent_locked,
                        "label": self.env._(CONSENT_LABELS[key]),  # pylint: disable=gettext-variable
                    },
                    "unread": unread.get(thread.id, 0),
                    "waiting_since": fields.Datetime.to_string(waiting.get(thread.id)) or False,
                    "archived": thread in archived,
                    "last_id": text.id,
                    "last_date": fields.Datetime.to_string(text.date),
                    "text": text._inbox_snippet(),
                    "direction": text.direction,
                    "state": text.state,
                    "state_label": labels[text.state],
                    "date": fields.Datetime.to_string(
                        text.state == "scheduled" and text.scheduled_date or text.date
                    ),
                }
            )
        return rows

    def _inbox_flags(self, threads):
        """Return since when threads wait for an answer, and how many texts are unread.

        :returns: ``(dict from thread id to datetime, dict from thread id to int)``
        """
        texts = self.env["hr.sms.message"]
        waiting = texts._read_group(
            Domain("thread_id", "in", threads.ids) & Domain("is_waiting", "=", True),
            ["thread_id"],
            ["date:min"],
        )
        unread = texts._read_group(
            Domain("thread_id", "in", threads.ids) & Domain("is_unread", "=", True),
            ["thread_id"],
            ["__count"],
        )
        return (
            {thread.id: since for thread, since in waiting if thread.consent_state != "withdrawn"},
            {thread.id: count for thread, count in unread},
        )

    def _inbox_applicant(self, people, text):
        """Return the application that a conversation is opened for.

        :param people: those of its ``hr.applicant`` records that the user may read
        :param text: the ``hr.sms.message`` record that is its newest
        :returns: ``hr.applicant`` record, empty when none of them is of this company (any more):
            their tab shows what they have with their own
        """
        # sudo: only the company, which the job may have
        own = people.filtered(lambda one: one.sudo()._sms_company() == self.company_id)
        return text._inbox_whose(own)

    def _inbox_holders(self):
        """Return who has the numbers of these threads now, of those whose conversations they are.

        :returns: dict from thread id to set of ids of ``hr.applicant``, of any company and readable
            or not; empty for a former number, without an entry for a number of nobody
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT rel.thread_id,
                       array_agg(rel.applicant_id) FILTER (
                           WHERE applicant.sms_number = thread.number
                              OR EXISTS (SELECT FROM hr_applicant_phone AS phone
                                          WHERE phone.applicant_id = applicant.id
                                            AND phone.number = thread.number))
                  FROM hr_sms_thread_applicant_rel AS rel
                  JOIN hr_sms_thread AS thread ON thread.id = rel.thread_id
                  JOIN hr_applicant AS applicant ON applicant.id = rel.applicant_id
                 WHERE rel.thread_id = ANY(%s)
              GROUP BY rel.thread_id
                """,
                self.ids,
            )
        )
        return {thread: set(applicants or ()) for thread, applicants in rows}

    def _inbox_number(self):
        return shown_number(self.number)

    def _inbox_archived(self):
        """Return those of these threads that were put away and got no text since."""
        archived = self.filtered("archived_message")
        # sudo: texts of other applications of the number bring it back too
        received = (
            self.env["hr.sms.message"]
            .sudo()
            ._read_group(
                Domain("thread_id", "in", archived.ids) & Domain("direction", "=", "inbound"),
                ["thread_id"],
                ["id:max"],
            )
        )
        newest = {thread.id: newest for thread, newest in received}
        return archived.filtered(lambda one: newest.get(one.id, 0) <= one.archived_message)

    # ------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------

    def _inbox_check(self, group):
        """Check that the user belongs to a texting group and may read this conversation.

        :raises AccessError: otherwise
        :raises UserError: when there is none any more
        """
        self.env["hr.applicant"].browse()._sms_check_right(group)
        self.ensure_one()
        if not self.exists():
            raise UserError(
                self.env._("This conversation does not exist any more. Reload the page.")
            )
        self.check_access("read")

    @api.model
    def _inbox_flush(self):
        """What is listed is read by SQL: bring the database up to date first."""
        self.env["hr.sms.message"].flush_model()
        self.flush_model()
        self.env["hr.applicant"].flush_model(["partner_name", "user_id", "active", "sms_number"])
        self.env["hr.applicant.phone"].flush_model(["applicant_id", "number"])


class HrSmsMessage(models.Model):
    """A text in the inbox's list."""

    _inherit = "hr.sms.message"

    def _inbox_whose(self, applicants):
        """Return whose text it is most likely: of several that share the number, the newest one's.

        :param applicants: ``hr.applicant`` records
        """
        if self.applicant_id in applicants:
            return self.applicant_id
        return applicants.sorted(lambda one: (one.active, one.id), reverse=True)[:1]

    def _inbox_snippet(self):
        """Return the beginning of a text, or what stands for it."""
        if self.erased_date:
            return self.env._("Erased")
        body = " ".join((self.body or "").split())
        if body:
            return body if len(body) <= SNIPPET else f"{body[:SNIPPET]}…"
        return self.env._("Picture or file") if self.direction == "inbound" else ""
