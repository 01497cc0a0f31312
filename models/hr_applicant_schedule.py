from odoo import fields, models
from odoo.fields import Domain

from ..rules import quiet_hours, schedule
from .hr_applicant import SEND_GROUP
from .hr_applicant_sms_tab import MAX_PAGE, PAGE


class HrApplicant(models.Model):
    """Texts for later: which ones wait, and which times are offered."""

    _inherit = "hr.applicant"

    def sms_tab(self, number=None, before_id=None, limit=PAGE):
        """Return what the SMS tab shows, with the texts that wait.

        :param number: see the method this extends
        :param before_id: see there
        :param int limit: see there
        :returns: dict as there; ``planned`` are the texts that wait, the next one first, as in
            ``messages`` and with ``can_edit`` and ``can_cancel``; ``zones`` the IANA names of the
            time zones the candidate may be in, empty when not known
        :raises AccessError: without the right to view SMS or to read the applicant
        """
        tab = super().sms_tab(number, before_id, limit)
        messages = self.env["hr.sms.message"]
        # Under the user's own rights, as the conversation is.
        waiting = messages.search(
            messages._planned_domain() & Domain("thread_id", "=", tab["thread_id"]),
            order="scheduled_date, id",
            limit=MAX_PAGE,
        )
        tab["planned"] = [
            {
                **text,
                "can_edit": tab["can_send"] and text["kind"] == "direct",
                "can_cancel": tab["can_send"],
            }
            for text in self._sms_tab_texts(waiting)
        ]
        tab["zones"] = list(quiet_hours.zones_of(tab["number"])) if tab["number"] else []
        return tab

    def sms_schedule_check(self, number=None, scheduled_date=None):
        """Say which times are offered for a text that goes later, and whether one is a fit hour.

        A time picked by hand is kept, whatever the hour: quiet hours only warn.

        :param number: phone number in any format, ``None`` for the applicant's main number
        :param scheduled_date: UTC datetime or a string of one that is thought of, ``None`` for none
        :returns: dict with ``presets``, a list of dicts with ``code`` (``hour``, ``tomorrow`` or
            ``monday``), ``date`` and ``quiet_until``; and ``quiet_until`` of the date asked
            about: ``False`` in a fit hour, else when the quiet hours end (UTC strings)
        :raises AccessError: without the right to send SMS or to read the applicant
        :raises UserError: without a usable number
        :raises ValidationError: when the date is no time
        """
        self.ensure_one()
        self._sms_check_right(SEND_GROUP)
        number = self._sms_usable_number(number)
        date = self._sms_date_argument(scheduled_date)
        gate = self.env["hr.sms.gate"]
        company = self.sudo()._sms_company()  # right to read the applicant checked above
        rules = gate._quiet_rules(company)

        def quiet_until(moment):
            place = rules and gate._quiet_place(rules, number)
            until = place and quiet_hours.next_opening(moment, *place)
            return fields.Datetime.to_string(until) if until else False

        own_zone = self.env.user.tz or company._sms_zone()
        return {
            "presets": [
                {
                    "code": code,
                    "date": fields.Datetime.to_string(moment),
                    "quiet_until": quiet_until(moment),
                }
                for code, moment in schedule.presets(
                    fields.Datetime.now(), quiet_hours.zones_of(number), own_zone
                )
            ],
            "quiet_until": quiet_until(date) if date else False,
        }
