from odoo import fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.translate import LazyTranslate

from .hr_applicant import SEND_GROUP, VIEW_GROUP
from .hr_sms_gate import BODY_LIMIT
from .hr_sms_thread import OFFICER_GROUP
from .hr_sms_thread_erasure import MANAGER_GROUP
from .numbers import shown_number

_lt = LazyTranslate(__name__)

PAGE = 30
MAX_PAGE = 200
MAX_ID = 2**31 - 1

# Refusals of a consent that was given: another Yes may add what is missing.
GRANTABLE = ("consent_scope", "consent_other_person")

CONSENT_LABELS = {
    "none": _lt("No consent for SMS yet"),
    "granted": _lt("Consent for SMS given"),
    "declined": _lt("Declined SMS"),
    "withdrawn": _lt("Consent for SMS withdrawn"),
    "locked": _lt("Opted out by text"),
    "review": _lt("Needs a decision"),
    "erased": _lt("Erased: counts as withdrawn"),
}


class HrApplicant(models.Model):
    """What the SMS tab reads. Every method checks the user's rights on the server."""

    _inherit = "hr.applicant"

    def sms_tab(self, number=None, before_id=None, limit=PAGE):
        """Return what the SMS tab shows.

        :param number: which of the applicant's numbers, ``None`` for the main one
        :param before_id: return the messages before this one, ``None`` for the newest
        :param int limit: messages at most
        :returns: dict with ``number``, ``raw_phone``, ``numbers``, ``company``, ``thread_id``,
            ``consent``, ``gate``, ``notices``, ``review``, ``can_send``, ``limit`` (units), ``messages`` (oldest first)
            and ``has_older``; dates are UTC strings
        :raises AccessError: without the right to view SMS or to read the applicant
        """
        self.ensure_one()
        self._sms_check_right(VIEW_GROUP)
        applicant_sudo = self.sudo()  # right to read it checked above; number and company only
        numbers = self._sms_tab_numbers()
        usable = {entry["number"] for entry in numbers}
        number = self._sms_text_argument(number, 40)
        selected = number if number in usable else (numbers[0]["number"] if numbers else False)
        thread = self._sms_thread(selected)
        messages, has_older = self._sms_tab_messages(thread, before_id, limit)
        code = self._sms_ask_gate(selected, thread)
        reminder_only = code == "consent_reminders"
        if reminder_only:
            code = self._sms_ask_gate(selected, thread, purpose="reminder")
        company = applicant_sudo._sms_company()
        return {
            "number": selected,
            "raw_phone": applicant_sudo.partner_phone or "",
            "numbers": numbers,
            "company": {"id": company.id, "name": company.name},
            "thread_id": thread.id,
            "consent": self._sms_tab_consent(thread, selected, code, reminder_only),
            "gate": {
                "allowed": not code,
                "code": code or "",
                "reason": self.env["hr.sms.gate"]._reason_text(code),
                "reminder_only": reminder_only,
            },
            "notices": self._sms_tab_notices(selected, thread, code),
            "review": self._sms_tab_review(thread),
            "can_send": self.env.user.has_group(SEND_GROUP),
            "limit": BODY_LIMIT,
            "messages": messages,
            "has_older": has_older,
        }

    def sms_consent_history(self, number=None):
        """Return the consent history of one of the applicant's numbers, newest first.

        :param number: E.164, ``None`` for the main one
        :returns: list of dicts; dates are UTC strings
        :raises AccessError: without the right to view SMS or to read the applicant
        """
        self.ensure_one()
        self._sms_check_right(VIEW_GROUP)
        return self._sms_history_of(self._sms_thread(self._sms_usable_number(number)))

    def _sms_history_of(self, thread):
        """Return the consent history of a thread (superuser), see ``sms_consent_history``."""
        # sudo: whoever may see the applicant sees the history of their number, but who gave what
        # and how only for the applications they may read (two people may share a number)
        events = thread.consent_ids.sorted("sequence", reverse=True)
        readable = self._sms_readable_events(events)
        labels = self._sms_selection_labels("hr.sms.consent", "event", "method", "scope")
        return [
            {
                "id": event.id,
                "event": event.event,
                "event_label": labels["event"][event.event],
                "method": event.method,
                "method_label": "" if event.event == "erased" else labels["method"][event.method],
                "scope_label": labels["scope"].get(event.scope, ""),
                "given_date": fields.Datetime.to_string(event.given_date),
                "recorded_date": fields.Datetime.to_string(event.recorded_date),
                "wording": event.wording or "",
                "wording_lang": event.wording_lang or "",
                "wording_version": event.wording_version or "",
                "source": event.source or "",
                **{
                    name: (event in readable and event[name]) or ""
                    for name in ("actor_name", "note", "page_url")
                },
            }
            for event in events
        ]

    def sms_mark_read(self, number=None):
        """Mark the received texts of one of the applicant's numbers as read.

        :param number: E.164, ``None`` for the main one
        :returns: True
        :raises AccessError: without the right to view SMS or to read the applicant
        """
        self.ensure_one()
        self._sms_check_right(VIEW_GROUP)
        thread = self._sms_thread(self._sms_usable_number(number))
        self.env["hr.sms.message"]._mark_thread_read(thread)
        return True

    def _sms_tab_numbers(self):
        """Return the applicant's numbers, the main one first, former ones last."""
        applicant_sudo = self.sudo()
        company = applicant_sudo._sms_company()
        threads = {
            thread.number: thread
            for thread in applicant_sudo.sms_thread_ids
            if thread.company_id == company
        }
        main = applicant_sudo.sms_number
        present = self._sms_numbers()
        labels = {phone.number: phone.label for phone in applicant_sudo.sms_phone_ids}
        labels[main] = self.env._("Phone")
        numbers = [*present, *(number for number in threads if number not in present)]
        none = self.env["hr.sms.thread"]
        return [
            {
                "number": number,
                "display": shown_number(number),
                "label": labels.get(number) or self.env._("Former number"),
                "main": number == main,
                "former": number not in present,
                "unread": self._sms_tab_unread(threads.get(number, none)),
                "consent_state": threads.get(number, none).consent_state or "none",
            }
            for number in numbers
        ]

    def _sms_tab_notices(self, number, thread, code):
        """Return what a sender should know before writing, beside what the gate refuses.

        :param number: E.164, falsy when there is none
        :param thread: ``hr.sms.thread`` record (superuser), possibly empty
        :param code: the gate's reason, ``None`` when the number may be texted
        :returns: list of dicts with ``code``, ``level`` (``info`` or ``warning``) and ``text``
        """
        return []

    def _sms_tab_unread(self, thread):
        return (
            thread
            and self.env["hr.sms.message"].search_count(
                [("thread_id", "=", thread.id), ("is_unread", "=", True)]
            )
            or 0
        )

    def _sms_tab_messages(self, thread, before_id, limit):
        """Return a page of messages under the user's own rights, and whether there are more."""
        try:
            limit = max(1, min(int(limit or PAGE), MAX_PAGE))
            before_id = int(before_id or 0)
        except (TypeError, ValueError, OverflowError) as error:
            raise ValidationError(self.env._("Pages of texts are asked for by number.")) from error
        domain = Domain("thread_id", "=", thread.id)
        if before_id:
            place = self.env["hr.sms.message"].search(
                domain & Domain("id", "=", min(before_id, MAX_ID))
            )
            if not place:
                return [], False
            # The first bound is what PostgreSQL finds its place in the index by.
            domain &= Domain("date", "<=", place.date) & (
                Domain("date", "<", place.date) | Domain("id", "<", place.id)
            )
        found = self.env["hr.sms.message"].search(domain, limit=limit + 1)
        return self._sms_tab_texts(found[:limit][::-1]), len(found) > limit

    def _sms_tab_texts(self, messages):
        """Return what the tab shows of each text.

        :param messages: ``hr.sms.message`` records that the user may read
        :returns: list of dicts, in their order
        """
        labels = self._sms_selection_labels("hr.sms.message", "state")["state"]
        # sudo: whoever may read a text sees its files
        media = self.env["hr.sms.media"].sudo().search([("message_id", "in", messages.ids)])
        files = media.grouped("message_id")
        # Of those who share the number, some may be of another company by now.
        others = (messages.applicant_id - self)._filtered_access("read")
        return [
            {
                "id": message.id,
                "direction": message.direction,
                "kind": message.kind,
                "body": message.body or "",
                "erased": bool(message.erased_date),
                "media": files[message.sudo()]._shown() if message.sudo() in files else [],
                "state": message.state,
                "state_label": labels[message.state],
                "date": fields.Datetime.to_string(message.date),
                "written_date": fields.Datetime.to_string(message.create_date),
                "scheduled_date": fields.Datetime.to_string(message.scheduled_date) or False,
                "author_name": message.author_id.name or "",
                "decided_by": message.decided_by_id.name or "",
                "failure_code": message.failure_code or "",
                "failure_reason": message.failure_reason or "",
                "wait_reason": message.wait_reason or "",
                "segment_count": message.segment_count,
                "applicant_id": message.applicant_id.id,
                "applicant_name": (message.applicant_id & others).display_name or "",
            }
            for message in messages
        ]

    def _sms_tab_consent(self, thread, number, code, reminder_only):
        """Return the status: what it is, who gave or added it, when, how, what can be done."""
        event = thread._deciding_event() if thread else self.env["hr.sms.consent"].sudo()
        state = thread.consent_state or "none"
        is_erased = event.event == "erased"  # a colleague's deed, but no word of the candidate
        key = "erased" if is_erased else "locked" if thread.consent_locked else state
        by = "candidate"
        if event.method in ("manual", "import", "job_board"):
            by = "colleague"
        elif event.method == "provider":
            by = "system"
        may_send = self.env.user.has_group(SEND_GROUP)
        labels = self._sms_selection_labels("hr.sms.consent", "method", "scope")
        return {
            "state": state,
            "locked": thread.consent_locked,
            "scope": thread.consent_scope or "",
            "scope_label": labels["scope"].get(thread.consent_scope, ""),
            "label": self.env._(CONSENT_LABELS[key]),  # pylint: disable=gettext-variable
            "by": by if event else False,
            "actor_name": (self._sms_readable_events(event) and event.actor_name) or "",
            "method": event.method or "",
            "method_label": "" if is_erased else labels["method"].get(event.method, ""),
            "given_date": fields.Datetime.to_string(event.given_date) or False,
            "recorded_date": fields.Datetime.to_string(event.recorded_date) or False,
            "can_grant": bool(
                may_send
                and number
                and not thread.consent_locked
                # in review somebody decides first, with the buttons beside what was written
                and (state not in ("granted", "review") or reminder_only or code in GRANTABLE)
            ),
            "can_withdraw": bool(may_send and number and state in ("granted", "review")),
            "refusal": self.env["hr.sms.gate"]._reason_text("consent_locked")
            if thread.consent_locked
            else "",
            "proof_url": f"/recruitment_texting/proof.FORMAT?applicant_id={self.id}"
            if self.env.user.has_group(MANAGER_GROUP)
            else "",
        }

    def _sms_readable_events(self, events):
        """Return those events whose application the user may read.

        :param events: ``hr.sms.consent`` records of this applicant's numbers
        :returns: ``hr.sms.consent`` recordset; officers read all, of deleted applications too
        """
        if self.env.user.has_group(OFFICER_GROUP):
            return events
        applicants = self.with_context(active_test=False).browse(
            {event.applicant_ref for event in events} - {0}
        )
        readable = set(applicants.exists()._filtered_access("read").ids)
        return events.filtered(lambda event: event.applicant_ref in readable)

    def _sms_selection_labels(self, model, *names):
        """Return ``{field: {value: label}}`` of selection fields in the user's language."""
        described = self.env[model].sudo().fields_get(names, ["selection"])
        return {name: dict(described[name]["selection"]) for name in names}
