from odoo import fields, models
from odoo.tools import format_time

from ..rules import quiet_hours
from .hr_applicant_sms_tab import PAGE


class HrApplicant(models.Model):
    """What the SMS tab says about limits that do not refuse a text."""

    _inherit = "hr.applicant"

    def sms_tab(self, number=None, before_id=None, limit=PAGE):
        """Return what the SMS tab shows, with the recipient's clock.

        :param number: see the method this extends
        :param before_id: see there
        :param int limit: see there
        :returns: dict as there; ``limit`` is the company's, ``local_time`` where the candidate
            is (text, empty when not known), ``quiet_until`` the UTC string of the end of the
            quiet hours they have now, else ``False``, and ``quiet_until_local`` the same on
            their clock (text)
        :raises AccessError: without the right to view SMS or to read the applicant
        """
        tab = super().sms_tab(number, before_id, limit)
        # sudo: the right to read the applicant was checked; a setting of the company
        tab["limit"] = self.sudo()._sms_company().sms_length_limit
        return tab | self._sms_tab_clock(tab["number"])

    def _sms_tab_clock(self, number):
        """Return the part of ``sms_tab`` about the recipient's time of day."""
        clock = {"local_time": "", "quiet_until": False, "quiet_until_local": ""}
        gate = self.env["hr.sms.gate"]
        rules = number and gate._quiet_rules(self.sudo()._sms_company())
        zones = number and quiet_hours.zones_of(number)
        now = fields.Datetime.now()
        if zones:
            first, last = quiet_hours.local_range(now, zones)
            times = dict.fromkeys(
                format_time(self.env, moment.time(), time_format="short")
                for moment in (first, last)
            )
            clock["local_time"] = "–".join(times)
        if rules:
            place = gate._quiet_place(rules, number)
            until = quiet_hours.next_opening(now, *place)
            if until:
                zone = min(zones or place[3:], key=lambda zone: quiet_hours.local_time(until, zone))
                local = quiet_hours.local_time(until, zone).time()
                clock |= {
                    "quiet_until": fields.Datetime.to_string(until),
                    "quiet_until_local": format_time(self.env, local, time_format="short"),
                }
        return clock

    def _sms_tab_notices(self, number, thread, code):
        notices = super()._sms_tab_notices(number, thread, code)
        if code or not number:
            return notices
        notices += self._sms_tab_allowance()
        company = self.sudo()._sms_company()  # the right to read it was checked by the caller
        if self.env["hr.sms.country.rule"]._is_one_way(company, number):
            notices.append(
                {
                    "code": "one_way",
                    "level": "warning",
                    "text": self.env._(
                        "Texts to this country go one way: our number is replaced by another one, "
                        "so replies and STOP will not arrive. Your first text gets a link to opt out by "
                        "instead. Say in the text how to reach you."
                    ),
                }
            )
        clock = self._sms_tab_clock(number)
        if clock["quiet_until"]:
            notices.append(
                {
                    "code": "quiet_hours",
                    "level": "info",
                    "text": self.env._(
                        "It is %(time)s where the candidate is. You can send now, or at "
                        "%(morning)s there.",
                        time=clock["local_time"],
                        morning=clock["quiet_until_local"],
                    )
                    if clock["local_time"]
                    else self.env._(
                        "It may be late where the candidate is. You can send now or later."
                    ),
                }
            )
        return notices

    def _sms_account(self):
        """Return the allowance that texts to this applicant are paid from.

        :returns: ``hr.sms.allowance`` record (superuser), possibly empty
        """
        # sudo: senders do not read the account, they learn what is left and when it runs low
        company = self.sudo()._sms_company()
        return self.env["hr.sms.allowance"].sudo().search([("company_id", "=", company.id)])

    def _sms_tab_allowance(self):
        account_sudo = self._sms_account()
        if not account_sudo or not account_sudo.is_low:
            return []
        return [
            {
                "code": "allowance_low",
                "level": "warning",
                "text": self.env._(
                    "%(left)s segments are left of your company's texting allowance. Ask an SMS "
                    "manager to top up in time.",
                    left=account_sudo.balance,
                ),
            }
        ]
