from functools import cache

from odoo import models

from odoo.addons.phone_validation.tools import phone_validation

# What becomes of a text to somebody who opted out, in the words of Odoo's SMS providers.
_OPTED_OUT = "opted_out"


class ResCompany(models.Model):
    """The last net: whatever calls Odoo's SMS provider itself meets the opt-outs there."""

    _inherit = "res.company"

    def _get_sms_api_class(self):
        return _heeding_opt_outs(super()._get_sms_api_class())

    def _sms_closed(self, numbers):
        """Say which numbers get no text at all from this company.

        :param numbers: iterable of numbers in any format
        :returns: set of those that opted out, as they were given; one query
        """
        self.ensure_one()
        by_number = {}
        for number in numbers:
            if usable := number and _e164(number, self.country_id):
                by_number.setdefault(usable, set()).add(number)
        closed = by_number and self.env["hr.sms.gate"]._closed(self, list(by_number))
        return {number for usable in closed or () for number in by_number[usable]}


def _e164(number, country):
    """Return a number as E.164, as it is when it is none."""
    return phone_validation.phone_format(
        number, country.code, country.phone_code, force_format="E164", raise_exception=False
    )


@cache
def _heeding_opt_outs(api_class):
    """Return a provider that does not text who opted out of all texts of the company.

    SMS Marketing's test wizard, for one, calls ``_send_sms_batch`` itself
    (mass_mailing_sms/wizard/mailing_sms_test.py).

    :param api_class: class of the provider, as Odoo's company gives it
    :returns: subclass of it
    """

    class HeedingOptOuts(api_class):
        PROVIDER_TO_SMS_FAILURE_TYPE = {
            **api_class.PROVIDER_TO_SMS_FAILURE_TYPE,
            _OPTED_OUT: "sms_optout",
        }

        asked_opt_outs = False  # whether the caller asked for them already

        def _send_sms_batch(self, messages, delivery_reports_url=False):
            if self.asked_opt_outs:
                return super()._send_sms_batch(messages, delivery_reports_url=delivery_reports_url)
            company = self.company or self.env.company
            closed = company._sms_closed(
                [number["number"] for message in messages for number in message["numbers"]]
            )
            if not closed:
                return super()._send_sms_batch(messages, delivery_reports_url=delivery_reports_url)
            wanted, refused = [], []
            for message in messages:
                numbers = []
                for number in message["numbers"]:
                    (refused if number["number"] in closed else numbers).append(number)
                if numbers:
                    wanted.append({**message, "numbers": numbers})
            reason = self._get_sms_api_error_messages()[_OPTED_OUT]
            results = [
                {"uuid": number["uuid"], "state": _OPTED_OUT, "failure_reason": reason}
                for number in refused
            ]
            if wanted:
                results += super()._send_sms_batch(
                    wanted, delivery_reports_url=delivery_reports_url
                )
            return results

        def _get_sms_api_error_messages(self):
            return {
                **super()._get_sms_api_error_messages(),
                _OPTED_OUT: self.env._("Whoever has this number opted out of texts."),
            }

    HeedingOptOuts.__name__ = api_class.__name__
    return HeedingOptOuts
