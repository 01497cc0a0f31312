from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.tools import format_date

from .numbers import shown_number

# Numbers change hands: after so long without a word from one, ask whose it is. US carriers give
# a number to somebody else 45 days after it was disconnected at the earliest, and a consent of
# its former holder does not cover the new one: 47 CFR 64.1200(l) and (m).
SILENT_AFTER = relativedelta(months=12)
# Twilio's errors that say there is nobody to text: https://www.twilio.com/docs/api/errors
NOBODY_THERE = frozenset({"21211", "21614", "30005"})
# Refusals that the candidate's own START lifts.
LIFTED_BY_START = frozenset(
    {"consent_none", "consent_declined", "consent_withdrawn", "consent_other_person"}
)


class HrApplicant(models.Model):
    """What the SMS tab says about the number itself: nobody there, silent, texts without consent."""

    _inherit = "hr.applicant"

    def _sms_tab_notices(self, number, thread, code):
        notices = super()._sms_tab_notices(number, thread, code)
        notices += self._sms_tab_waits_elsewhere(number)
        if not thread:
            return notices
        notices += self._sms_tab_former(number)
        if code in LIFTED_BY_START:
            return notices + self._sms_tab_ask_for_start(thread)
        if code:
            return notices
        return notices + (self._sms_tab_nobody_there(thread) or self._sms_tab_silent(thread))

    def _sms_tab_former(self, number):
        """Say that texts written here go to a number the applicant does not have any more."""
        main = self.sudo().sms_number  # of an applicant the caller found readable
        if number in self._sms_numbers():
            return []
        shown = shown_number(main or "")
        return [
            {
                "code": "former_number",
                "level": "warning",
                "text": self.env._(
                    "This is a former number: the applicant's is %(number)s now.", number=shown
                )
                if main
                else self.env._(
                    "This is a former number: the applicant has none that can be texted now."
                ),
            }
        ]

    def _sms_tab_ask_for_start(self, thread):
        """Say how somebody who texts us without consent can give it."""
        # Under the user's own rights: what is said follows from texts that they see in the tab.
        last = self.env["hr.sms.message"].search(
            [("thread_id", "=", thread.id), ("direction", "=", "inbound")], limit=1
        )
        if not last or not self._sms_is_mine(last) or self._sms_said_no_by(thread, last):
            return []
        ours = shown_number(last.sender_number)
        return [
            {
                "code": "ask_for_start",
                "level": "info",
                "text": self.env._(
                    "They texted you, but did not agree to your texts. Ask them to text START to "
                    "%(number)s, then you can answer here.",
                    number=ours,
                ),
            }
        ]

    def _sms_tab_waits_elsewhere(self, number):
        """Warn of texts that were written before the number changed and still go to the old one."""
        if not number or number != self.sudo().sms_number:  # of an applicant found readable
            return []
        # Under the user's own rights: texts they find in the tab of that number.
        waiting = self.env["hr.sms.message"].search(
            [
                ("applicant_id", "=", self.id),
                ("direction", "=", "outbound"),
                ("state", "in", ("scheduled", "queued")),
                ("company_id", "=", self.sudo()._sms_company().id),
                ("thread_id.number", "not in", self._sms_numbers()),
            ]
        )
        if not waiting:
            return []
        shown = [shown_number(other) for other in waiting.thread_id.mapped("number")]
        return [
            {
                "code": "waits_elsewhere",
                "level": "warning",
                "text": self.env._(
                    "Texts still wait to go to %(numbers)s, which is a former number. Choose it above "
                    "to see them.",
                    numbers=", ".join(shown),
                ),
            }
        ]

    def _sms_is_mine(self, message):
        """Tell whether a text is of this applicant, not of somebody else on the same number."""
        writer = message.applicant_id.id
        return not writer or bool(self._sms_same_person({(self.id, writer)}))

    def _sms_said_no_by(self, thread, message):
        """Tell whether consent was withdrawn by a text or after it: no answer is wanted then."""
        if thread.consent_state != "withdrawn":
            return False
        event = thread._deciding_event()
        return bool(
            event.recorded_date >= message.create_date
            or (event.twilio_sid and event.twilio_sid == message.twilio_sid)
        )

    def _sms_tab_nobody_there(self, thread):
        """Warn when Twilio could not find anybody at this number the last time."""
        # sudo: whether somebody is there matters whoever wrote; not all of a thread is read for it
        messages = self.env["hr.sms.message"].sudo()
        last = messages.search(
            [
                ("thread_id", "=", thread.id),
                ("state", "in", ("sent", "delivered", "failed", "unknown", "received")),
            ],
            limit=1,
        )
        if last.state != "failed" or last.failure_code not in NOBODY_THERE:
            return []
        return [
            {
                "code": "nobody_there",
                "level": "warning",
                "text": self.env._(
                    "The last text found nobody at this number. Ask the candidate for their "
                    "number, and whether you may text it."
                ),
            }
        ]

    def _sms_tab_silent(self, thread):
        """Advise to ask anew when nothing was heard from a number for a year."""
        # sudo: as above
        messages = self.env["hr.sms.message"].sudo()
        received = messages.search(
            [("thread_id", "=", thread.id), ("direction", "=", "inbound")], limit=1
        )
        agreed = max(
            thread.consent_ids.filtered(lambda event: event.event == "granted").mapped(
                "given_date"
            ),
            default=None,
        )
        heard = max(filter(None, (received.create_date, agreed)), default=None)
        if not heard or heard > fields.Datetime.now() - SILENT_AFTER:
            return []
        day = fields.Datetime.context_timestamp(self, heard).date()
        return [
            {
                "code": "silent",
                "level": "warning",
                "text": self.env._(
                    "Nothing was heard from this number since %(date)s: it may be somebody else's "
                    "by now. Better ask the candidate anew whether you may text it.",
                    date=format_date(self.env, day),
                ),
            }
        ]
