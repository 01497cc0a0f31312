from odoo import api, models
from odoo.tools.translate import LazyTranslate

from ..rules.sender_rates import PACED_QUEUE, TWILIO_QUEUE, turns
from .hr_sms_gate import WAITS

_lt = LazyTranslate(__name__)

WAIT_CODE = "sender_rate"
WAITS[WAIT_CODE] = _lt(
    "Waits for its turn: the number it goes by sends only so many texts a second."
)


class HrSmsMessage(models.Model):
    """No more texts are handed over than Twilio can send by a number."""

    _inherit = "hr.sms.message"

    def _keep_pace(self, senders, now):
        """Give claimed texts their turn, and put those back that have it later.

        A text books its turn once: when it comes, it goes. Texts that somebody waits for never
        wait here. The numbers stay locked until the claim's commit, always before the account.

        :param senders: dict from message to E.164 number, ``None`` where Twilio chooses it
        :param now: naive UTC
        :returns: the texts that may go now
        """
        self.env["sms.twilio.number"].flush_model()
        self.env.cr.execute(
            """
            SELECT id, company_id, number, sms_rate, sms_is_paced, sms_free_at
              FROM sms_twilio_number
             WHERE company_id = ANY(%s) AND sms_rate > 0
          ORDER BY id
               FOR NO KEY UPDATE
            """,
            [self.company_id.ids],
        )
        booked, later = [], {}
        for number_id, company, number, rate, is_paced, free_at in self.env.cr.fetchall():
            sender = self._e164(number)
            texts = [
                text
                for text in self
                if senders[text] == sender
                and text.company_id.id == company
                and text.wait_code != WAIT_CODE
            ]
            if not texts:
                continue
            dates, free_at = turns(
                [text.segment_count or 1 for text in texts],
                rate,
                free_at,
                now,
                PACED_QUEUE if is_paced else TWILIO_QUEUE,
            )
            booked.append((number_id, free_at))
            for text, date in zip(texts, dates, strict=True):
                if date > now and self._lane(text.kind) != "direct":
                    later[text.id] = date.replace(microsecond=0)
        if booked:
            self.env.cr.execute(
                """
                UPDATE sms_twilio_number AS number SET sms_free_at = booked.free_at
                  FROM unnest(%s::int[], %s::timestamp[]) AS booked(id, free_at)
                 WHERE number.id = booked.id
                """,
                [list(column) for column in zip(*booked, strict=True)],
            )
            self.env["sms.twilio.number"].invalidate_model(["sms_free_at"], flush=False)
        self._put_back(later)
        return self.browse(id_ for id_ in self.ids if id_ not in later)

    @api.model
    def _put_back(self, later):
        """Have texts wait for their turn.

        :param later: dict from id to naive UTC datetime
        """
        if not later:
            return
        self.flush_model(["wait_code", "next_attempt_date"])
        self.env.cr.execute(
            """
            UPDATE hr_sms_message AS message
               SET wait_code = %s, next_attempt_date = turn.date
              FROM unnest(%s::int[], %s::timestamp[]) AS turn(id, date)
             WHERE message.id = turn.id
            """,
            [WAIT_CODE, list(later), list(later.values())],
        )
        messages = self.browse(later)
        messages.invalidate_recordset(["wait_code", "next_attempt_date"], flush=False)
        # A wake-up for each minute in which a turn comes.
        first = {}
        for date in sorted(later.values()):
            first.setdefault(date.replace(second=0), date)
        self._wake_queue(messages, list(first.values()))
