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
        help="The interview that this text asks to confirm.",
    )

    def _outbound_values(self, request):
        event = request.get("event")
        return super()._outbound_values(request) | {"event_id": event.id if event else False}

    def _followed_up(self):
        for text in self:
            meaning = interview_answers.meaning_of(text.body)
            event = meaning and text._interview_asked_about()
            if event:
                event._sms_answered(text, meaning)
                text._thank_for_answer(meaning)
        return super()._followed_up()

    def _interview_asked_about(self):
        """Return the interview that the last reminder of this number asked about, if it is to come."""
        now = fields.Datetime.now()
        asked = self.search(
            [
                ("thread_id", "=", self.thread_id.id),
                ("event_id", "!=", False),
                ("date", "<=", self.date),
                ("state", "in", ("sent", "delivered", "unknown")),
                ("date", ">", now - ANSWERED_WITHIN),
            ],
            limit=1,
        )
        event = asked.event_id
        return event if event.active and event.stop and event.stop > now else event.browse()

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
