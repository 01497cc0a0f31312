from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import html2plaintext

from ..rules import interview_answers, quiet_hours
from .hr_applicant import SEND_GROUP
from .hr_applicant_core_sms import AUTOMATION
from .hr_sms_gate_interview import CLOSED


class CalendarEvent(models.Model):
    """Texts about an interview: the candidate gets theirs by the gate, the others as ever."""

    _inherit = "calendar.event"

    def message_post(self, *, message_type="notification", **kwargs):
        """Post a message; the candidate's part of one of type ``sms`` goes by the gate.

        :raises AccessError: without the right to send SMS, when sent by hand
        """
        if (
            message_type == "sms"
            and self._sms_applicant()
            and not self._sms_take_out_candidate(kwargs)
        ):
            return self.env["mail.message"]
        return super().message_post(message_type=message_type, **kwargs)

    def _message_sms_with_template(
        self,
        template=False,
        template_xmlid=False,
        template_fallback="",
        partner_ids=False,
        **kwargs,
    ):
        """Text attendees; the candidate reads it in their language and on their clock."""
        candidates = self._sms_applicant() and self._sms_candidate_partners()
        theirs = [id_ for id_ in partner_ids or () if candidates and id_ in candidates.ids]
        if not theirs:
            return super()._message_sms_with_template(
                template, template_xmlid, template_fallback, partner_ids, **kwargs
            )
        known = template or template_xmlid and self.env.ref(template_xmlid, False)
        messages = self._message_sms(self._sms_candidate_words(known), partner_ids=theirs, **kwargs)
        others = [id_ for id_ in partner_ids if id_ not in theirs]
        if others:
            messages |= super()._message_sms_with_template(
                template, template_xmlid, template_fallback, others, **kwargs
            )
        return messages

    def _sms_candidate_words(self, template):
        """Return the words of a reminder for the candidate.

        :param template: ``sms.template`` record, falsy where there is none (any more): then a
            sentence of ours, Odoo's is in the language of whoever runs its cron
        :returns: str
        """
        event = self.with_context(**self._sms_candidate_context())
        if template:
            bodies = template.with_env(event.env)._render_field("body", self.ids, compute_lang=True)
            return bodies[self.id]
        return event.env._(
            "Reminder: %(name)s, %(time)s.",
            name=event.name,
            time=event._get_display_time(event.start, event.stop, event.duration, event.allday),
        )

    def _sms_candidate_context(self):
        """Return in which language and on which clock the candidate reads about this event.

        :returns: dict with ``lang`` (of those installed) and ``tz`` (IANA name): where the number
            is, or where the company is if it may be in several
        """
        applicant = self._sms_applicant()
        number = applicant.sms_number
        [lang] = self.env["hr.sms.message"]._languages([applicant._sms_text(number, None)])
        zones = quiet_hours.zones_of(number) if number else ()
        zone = zones[0] if len(zones) == 1 else applicant._sms_company()._sms_zone()
        return {"lang": lang or self.env.lang, "tz": zone}

    def _message_sms(self, body, **kwargs):
        if not self._sms_applicant():
            return super()._message_sms(body, **kwargs)
        # Server code: reminders and the like carry their own authorisation.
        return super(CalendarEvent, self.with_context(hr_sms_automation=AUTOMATION))._message_sms(
            body, **kwargs
        )

    def _sms_take_out_candidate(self, kwargs):
        """Lead a text to the candidate of this event to the gate.

        :param dict kwargs: of ``message_post``; the candidate is taken out of the recipients
        :returns: whether anybody else is left to be texted
        """
        candidates = self._sms_candidate_partners()
        partners = self.env["res.partner"].browse(kwargs.get("partner_ids") or ())
        by_partner = kwargs.get("sms_pid_to_number") or {}
        numbers = kwargs.get("sms_numbers") or []
        theirs = {number for number in numbers if self._sms_is_candidates(number)}
        mine = partners & candidates
        if mine or theirs:
            wanted = [by_partner.get(partner.id) or partner.sudo().phone for partner in mine]
            self._sms_offer_to_candidate(
                _plain(kwargs.get("sms_content") or kwargs.get("body")), (*wanted, *theirs)
            )
        kwargs["partner_ids"] = (partners - candidates).ids
        kwargs["sms_numbers"] = [number for number in numbers if number not in theirs]
        return bool(kwargs["partner_ids"] or kwargs["sms_numbers"])

    def _sms_offer_to_candidate(self, body, numbers):
        """Offer a text about this event to the gate.

        :param str body: plain text
        :param numbers: the candidate's, in any format; falsy ones stand for their main number
        :raises AccessError: without the right to send SMS, when sent by hand
        :raises UserError: when refused, sent by hand
        """
        applicant = self._sms_applicant().with_env(self.env)
        by_hand = applicant._sms_by_hand()
        if by_hand:
            applicant._sms_check_right(SEND_GROUP)
            about = {}
        else:
            # What is planned before it is closed is asked about then, see hr_applicant_closing.
            is_closed = applicant._sms_closed() in ("refused", "archived")
            about = {"event": self, "obstacle": CLOSED if is_closed else None}
        for words, theirs in self._sms_words(body, numbers, not by_hand).items():
            applicant._sms_from_odoo(
                {applicant.id: words}, numbers=theirs, by_hand=by_hand, purpose="reminder", **about
            )

    def _sms_words(self, body, numbers, may_ask):
        """Return what a text about this event says to each of the candidate's numbers.

        :param str body: plain text
        :param numbers: in any format; falsy ones stand for the main number
        :param bool may_ask: it is a reminder, which asks for an answer that can arrive
        :returns: dict from text to list of numbers, empty for the main number
        """
        applicant_sudo = self._sms_applicant()
        words = defaultdict(list)
        for number in [number for number in numbers if number] or [None]:
            usable = applicant_sudo._sms_format(number) if number else applicant_sudo.sms_number
            asks = may_ask and self._sms_asks(usable)
            text = (
                interview_answers.with_question(body, self._sms_candidate_lang()) if asks else body
            )
            words[text] += [number] if number else []
        return words

    def _notify_thread_by_sms(
        self,
        message,
        recipients_data,
        msg_vals=False,
        sms_content=None,
        sms_numbers=None,
        sms_pid_to_number=None,
        **kwargs,
    ):
        """The last door: whatever of Odoo's methods notifies by SMS about an event comes here."""
        if self and self._sms_applicant():
            candidates = self._sms_candidate_partners()
            by_partner = sms_pid_to_number or {}
            texted = self.env["res.partner"].browse(
                data["id"] for data in recipients_data if data["notif"] == "sms"
            )
            mine = texted & candidates
            theirs = {number for number in sms_numbers or () if self._sms_is_candidates(number)}
            if mine or theirs:
                body = sms_content or (msg_vals or {}).get("body") or message.body
                # sudo: their number, whoever sends
                wanted = [by_partner.get(partner.id) or partner.sudo().phone for partner in mine]
                self._sms_offer_to_candidate(_plain(body), (*wanted, *theirs))
                recipients_data = [data for data in recipients_data if data["id"] not in mine.ids]
                sms_numbers = [number for number in sms_numbers or () if number not in theirs]
        return super()._notify_thread_by_sms(
            message,
            recipients_data,
            msg_vals=msg_vals,
            sms_content=sms_content,
            sms_numbers=sms_numbers,
            sms_pid_to_number=sms_pid_to_number,
            **kwargs,
        )

    def action_send_sms(self):
        """Open Odoo's composer on the attendees; it remembers the events they are texted about.

        :returns: window action
        """
        action = super().action_send_sms()
        action["context"] = {**action["context"], "default_sms_event_ids": self.ids}
        return action

    @api.model
    def _sms_about_applicants(self, ids):
        """Say which events are about an applicant, at one query.

        :param list ids: of events, which may be deleted
        :returns: ``calendar.event`` records (superuser)
        """
        if not ids:
            return self.sudo()
        # sudo: who they are about, for whoever sends
        return (
            self.sudo()
            .with_context(active_test=False)
            .search_fetch(
                Domain("id", "in", ids)
                & (Domain("applicant_id", "!=", False) | Domain("res_model", "=", "hr.applicant")),
                ["applicant_id", "res_model", "res_id"],
            )
            .filtered(lambda event: event._sms_applicant())
        )

    def _sms_applicant(self):
        """Return the applicant this event is about (superuser), empty for other events."""
        self.ensure_one()
        event_sudo = self.sudo()  # who it is about, for whoever sends
        applicant = event_sudo.applicant_id
        if not applicant and event_sudo.res_model == "hr.applicant" and event_sudo.res_id:
            # Only tied to the applicant's page: made by code or another system.
            applicant = applicant.browse(event_sudo.res_id).exists()
        return applicant

    def _sms_candidate_partners(self):
        """Return the contacts that are the candidate: theirs, and whoever has their number."""
        # sudo: who is invited, whoever sends
        invited_sudo = self.sudo().partner_ids
        candidates_sudo = self._sms_applicant().partner_id | self._sms_candidates_of(invited_sudo)
        return candidates_sudo.with_env(self.env)

    def _sms_candidate_attendees(self):
        """Return the attendees that are the candidate (superuser)."""
        attendees_sudo = self.sudo().attendee_ids  # who is asked, whoever changes the event
        candidates_sudo = self._sms_candidates_of(attendees_sudo.partner_id)
        return attendees_sudo.filtered(lambda one: one.partner_id in candidates_sudo)

    def _sms_candidates_of(self, partners_sudo):
        """Return those of some contacts that are the candidate.

        :param partners_sudo: ``res.partner`` records (superuser)
        """
        if not partners_sudo:
            return partners_sudo
        own, numbers = self._sms_applicant().partner_id, self._sms_candidate_numbers()
        return partners_sudo.filtered(
            lambda partner: partner == own or partner.phone_sanitized in numbers
        )

    def _sms_candidate_numbers(self):
        """Return the numbers that are or were the candidate's: set of E.164 numbers."""
        applicant_sudo = self._sms_applicant()
        return {*applicant_sudo._sms_numbers(), *applicant_sudo.sms_thread_ids.mapped("number")}

    def _sms_is_candidates(self, number):
        usable = number and self._sms_applicant()._sms_format(number)
        return bool(usable) and usable in self._sms_candidate_numbers()


def _plain(body):
    return html2plaintext(body) if hasattr(body, "__html__") else body or ""
