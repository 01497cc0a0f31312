from datetime import timedelta

from odoo import fields, models

from ..rules import interview_answers
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
                "event_asks": event._sms_asks(),
            }
        return values

    def _followed_up(self):
        for text in self:
            meaning = interview_answers.meaning_of(text.body)
            event = meaning and text._interview_asked_about()
            if event:
                event._sms_answered(text, meaning)
                text._thank_for_answer(meaning)
                # Who confirmed waits for nobody; who did not is on the organizer's list.
                text.is_waiting = False
        return super()._followed_up()

    def _interview_asked_about(self):
        """Return the interview that the last reminder of this number asked about.

        :returns: ``calendar.event`` record, empty when it is over, called off or was moved since:
            what is answered is the time that the candidate saw
        """
        now = fields.Datetime.now()
        asked = self.search(
            [
                ("thread_id", "=", self.thread_id.id),
                ("event_asks", "=", True),
                ("date", "<=", self.date),
                ("state", "in", ("sent", "delivered", "unknown")),
                ("date", ">", now - ANSWERED_WITHIN),
            ],
            limit=1,
        )
        event = asked.event_id
        holds = event.active and event.start == asked.event_start and event.stop > now
        return event if holds else event.browse()

    def _thank_for_answer(self, meaning):
        answer = f"interview_{meaning}"
        thread = self.thread_id
        if thread.consent_state != "granted" or self._answered_lately(answer):
            return
        draft = Text(
            company=thread.company_id, number=thread.number, body="", applicant=self.applicant_id
        )
        [lang] = self._candidate_languages([draft], [thread])
        self._queue(
            [
                {
                    "thread": thread,
                    "body": interview_answers.thanks(meaning, lang),
                    "kind": "confirmation",
                    "answer": answer,
                    "applicant": self.applicant_id,
                    "sender_number": self.sender_number,
                }
            ]
        )
