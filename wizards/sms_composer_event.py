from odoo import fields, models

from ..models.hr_applicant import SEND_GROUP


class SmsComposer(models.TransientModel):
    """Texts about interviews: the candidate gets theirs by the gate, the others as ever."""

    _inherit = "sms.composer"

    sms_event_ids = fields.Many2many(
        "calendar.event",
        string="Meetings",
        help="The meetings whose attendees are texted.",
    )

    def action_send_sms(self):
        """Send the composed text; see the method of addon sms.

        :raises AccessError: about an interview, without the right to send SMS
        :raises UserError: when the only text is refused
        """
        by_hand = self.env["hr.applicant"]._sms_by_hand()
        offers = self._sms_send_to_candidates(by_hand)
        if not offers:
            return super().action_send_sms()
        others = self._sms_count_recipients()
        if others:
            super().action_send_sms()
        return (by_hand and self._sms_result(offers, others)) or False

    def _action_send_sms(self):
        offers = self._sms_send_to_candidates(by_hand=False)
        if offers and not self._sms_count_recipients():
            return self.env["sms.sms"]
        return super()._action_send_sms()

    def _sms_send_to_candidates(self, by_hand):
        """Take the candidates out of the recipients and offer their texts to the gate.

        :param bool by_hand: whether a person waits for the outcome
        :returns: list of ``Offer``, empty when there are no candidates among them
        :raises AccessError: by hand, without the right to send SMS
        """
        events = self.env["calendar.event"]._sms_about_applicants(self._sms_events().ids)
        if not events:
            return []
        records, typed = self._sms_recipients()
        info = records._sms_get_recipients_info(force_field=self.number_field_name)
        rendered = self._prepare_body_values(records) if records else {}
        bodies, numbers, taken = {}, {}, records.browse()
        for event in events:
            applicant = event._sms_applicant()
            candidates = event._sms_candidate_partners()
            theirs = [number for number in typed if event._sms_is_candidates(number)]
            for record in records:
                number = self._sms_number_of(info[record.id])
                partner = info[record.id]["partner"] or records.env["res.partner"]
                if record._name == event._name and record.id != event.id:
                    continue
                if (partner and partner in candidates) or event._sms_is_candidates(number):
                    taken |= record
                    theirs.append(number)
                    bodies.setdefault(applicant.id, rendered[record.id])
            if theirs:
                bodies.setdefault(applicant.id, self.body)
                numbers.setdefault(applicant.id, []).extend(filter(None, theirs))
                typed = [number for number in typed if number not in theirs]
        if not bodies:
            return []
        applicants = self.env["hr.applicant"].browse(bodies)
        if by_hand:
            applicants._sms_check_right(SEND_GROUP)
        self._sms_keep_recipients(records - taken, typed)
        return applicants._sms_from_odoo(
            bodies,
            numbers=numbers,
            by_hand=False,  # the others' texts go in any case: a refusal is told, not raised
            purpose="reminder",
            kind=("direct" if len(applicants) == 1 else "bulk") if by_hand else "auto",
            author=self.env.user if by_hand else None,
        )

    def _sms_events(self):
        """Return the events that are texted about, none when it is about other things."""
        if self.res_model == "calendar.event":
            return self._get_records()
        if self.res_model == "calendar.attendee":
            return self._get_records().event_id
        return self.sms_event_ids

    def _sms_recipients(self):
        """Return who gets the text: the records, and the numbers that were typed."""
        typed = self.sanitized_numbers.split(",") if self.sanitized_numbers else []
        if self.composition_mode != "numbers":
            return self._get_records(), typed if self.composition_mode == "comment" else []
        number = self.recipient_single_number_itf or self.recipient_single_number
        return self.env["res.partner"], typed or ([number] if number else [])

    def _sms_number_of(self, recipient):
        """Return the number a record is texted at, as the composer found or the user typed it."""
        if self.comment_single_recipient and self.recipient_single_number_itf:
            return self.recipient_single_number_itf
        return recipient["sanitized"] or recipient["number"]

    def _sms_keep_recipients(self, records, typed):
        """Leave only those that are not candidates."""
        values = {"numbers": ",".join(typed)}
        if not records and self.composition_mode != "mass":
            # Typed numbers are all that is left.
            values |= {"composition_mode": "numbers", "recipient_single_number_itf": False}
        elif self.res_ids:
            values["res_ids"] = repr(records.ids)
        elif not records:
            values["res_id"] = False
        self.write(values)

    def _sms_count_recipients(self):
        records, typed = self._sms_recipients()
        return len(typed) if self.composition_mode == "numbers" else len(records) + len(typed)
