from odoo import models

from odoo.addons.sms_twilio.tools.sms_twilio import get_twilio_from_number

from ..rules.quiet_hours import region_of


class HrSmsMessage(models.Model):
    """Which of the company's numbers a text goes by."""

    _inherit = "hr.sms.message"

    def _choose_senders(self):
        """Choose the company's number each text goes by. One query.

        A text that answers goes by the number that was texted. Otherwise a Messaging Service
        chooses, if the company has one, and sticks to it. Without one a candidate keeps the number
        they know; else it is one of the recipient's country, as Odoo's own sms_twilio chooses it.

        :returns: dict from message to E.164 number, ``None`` where the Messaging Service chooses
        """
        known = self._known_senders()
        ours = {
            company: {self._e164(number.number) for number in company.sms_twilio_number_ids}
            for company in self.company_id
        }
        by_country = {}
        senders = {}
        for message in self:
            company, number = message.company_id, message.thread_id.number
            if message.sender_number in ours[company]:
                senders[message] = message.sender_number
                continue
            if company.messaging_service_sid:
                senders[message] = None
                continue
            wanted = known.get(message.thread_id.id)
            if wanted in ours[company]:
                senders[message] = wanted
                continue
            place = (company, region_of(number))
            if place not in by_country:
                by_country[place] = self._e164(get_twilio_from_number(company, number).number)
            senders[message] = by_country[place]
        return senders

    def _known_senders(self):
        """Return by which number each thread was last texted: id of the thread to E.164."""
        self.env.cr.execute(
            """
            SELECT thread_id, last.sender_number
              FROM unnest(%s::int[]) AS thread_id
        CROSS JOIN LATERAL (SELECT sender_number FROM hr_sms_message AS message
                             WHERE message.thread_id = thread_id.thread_id
                               AND sender_number IS NOT NULL
                               AND state NOT IN ('queued', 'scheduled', 'canceled')
                          ORDER BY date DESC, id DESC LIMIT 1) AS last
            """,
            [self.thread_id.ids],
        )
        return dict(self.env.cr.fetchall())
