from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..rules import interview_answers
from .hr_sms_gate_interview import CLOSED, DECLINED
from .hr_sms_gate_limits import ANSWERS
from .hr_sms_message_offer import Text

# An answer that comes later is about something else.
ANSWERED_WITHIN = timedelta(days=14)


class HrSmsMessage(models.Model):
    """A reminder of an interview, answered with 1 (confirm) or 2 (another time)."""

    _inherit = "hr.sms.message"

    event_id = fields.Many2one(
        "calendar.event",
        "Interview",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The interview that this text reminds of.",
    )
    event_start = fields.Datetime(
        readonly=True, help="When the interview was to begin as the text was written."
    )
    event_asks = fields.Boolean(readonly=True, help="It asks to confirm the interview.")

    def _outbound_values(self, request):
        values = super()._outbound_values(request)
        if event := request.get("event"):
            values |= {
                "event_id": event.id,
                "event_start": event.start,
                "event_asks": event._sms_asks(request["thread"].number),
            }
        return values

    @api.model
    def _cancel_reminders(self, events):
        """Cancel reminders that wait, of interviews that the candidate was taken off.

        :param events: ``calendar.event`` records
        """
        if events:
            self._cancel_waiting(SQL("event_id = ANY(%s)", events.ids), SQL("%s", DECLINED))

    def _cancel_reminders_of_closed(self):
        """Cancel those of these waiting texts that remind whom we refused or archived.

        :returns: the canceled ``hr.sms.message`` records
        """
        theirs = self.filtered(
            lambda text: (
                text.event_id and text.applicant_id._sms_closed() in ("refused", "archived")
            )
        )
        if not theirs:
            return theirs
        return self._cancel_waiting(SQL("id = ANY(%s)", theirs.ids), SQL("%s", CLOSED))

    def _followed_up(self):
        for text in self:
            meaning = interview_answers.meaning_of(text.body)
            event = meaning and text._interview_asked_about()
            if event:
                is_told = event._sms_answered(text, meaning)
                text._thank_for_answer(meaning, event._sms_applicant())
                # Who confirmed waits for nobody. To who did not we said that we write.
                if is_told and meaning == interview_answers.CONFIRM:
                    text._answers_before().is_waiting = False
        return super()._followed_up()

    def _answers_before(self):
        """Return this answer and those before it that still wait: it takes their place."""
        waiting = self.search([("thread_id", "=", self.thread_id.id), ("is_waiting", "=", True)])
        return self | waiting.filtered(
            lambda one: one.id < self.id and interview_answers.meaning_of(one.body)
        )

    def _interview_asked_about(self):
        """Return the interview that the last text this number got before this one asked about.

        What came after the reminder may have asked something, too: "which shift, 1 or 2?". Any text
        may whose words somebody chose (by hand, to many, of a stage or another automation), to
        whichever applicant with this number. What does not ask is passed over: our own fixed words
        (confirmations, the welcome, answers to keywords), and reminders without the question.

        :returns: ``calendar.event`` record, empty when something else was asked last, or it is
            over, called off or was moved since: what is answered is the time that the candidate saw
        """
        now = fields.Datetime.now()
        asked = self.search(
            [
                ("thread_id", "=", self.thread_id.id),
                ("direction", "=", "outbound"),
                ("kind", "not in", ANSWERS),
                ("answer", "=", False),
                "|",
                ("event_start", "=", False),
                ("event_asks", "=", True),
                ("date", "<=", self.date),
                ("state", "in", ("sending", "sent", "delivered", "unknown")),
                ("date", ">", now - ANSWERED_WITHIN),
            ],
            limit=1,
        )
        event = asked.event_id
        holds = event.active and event.start == asked.event_start and event.stop > now
        return event if holds else event.browse()

    def _thank_for_answer(self, meaning, applicant):
        answer = f"interview_{meaning}"
        thread = self.thread_id
        if thread.consent_state != "granted" or self._answered_lately(answer):
            return
        draft = Text(company=thread.company_id, number=thread.number, body="", applicant=applicant)
        [lang] = self._candidate_languages([draft], [thread])
        self._queue(
            [
                {
                    "thread": thread,
                    "body": interview_answers.thanks(meaning, lang),
                    "kind": "confirmation",
                    "answer": answer,
                    "applicant": applicant,
                    "sender_number": self.sender_number,
                }
            ]
        )
