from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.sms.tools.sms_api import SmsApi

from .common import CANDIDATE, TextingCase

CUSTOMER = "+12025550177"


@tagged("post_install", "-at_install")
class TestSmsApi(TextingCase):
    """Code that calls Odoo's SMS provider itself, as SMS Marketing's test wizard does."""

    def send(self, *numbers):
        """Send by the company's provider.

        :returns: ``(numbers the provider got, states by number)``
        """
        got = []

        def take(api, messages, **kwargs):
            numbers = [number for message in messages for number in message["numbers"]]
            got.extend(number["number"] for number in numbers)
            return [{"uuid": number["uuid"], "state": "success"} for number in numbers]

        env = self.env(context={**self.env.context, "allowed_company_ids": self.company.ids})
        api = self.company.with_env(env)._get_sms_api_class()(env)
        with patch.object(SmsApi, "_send_sms_batch", take):
            results = api._send_sms_batch(
                [{"content": "Hi", "numbers": [{"number": n, "uuid": n} for n in numbers]}]
            )
        return got, {result["uuid"]: result["state"] for result in results}, api

    def test_who_opted_out_is_left_out(self):
        self.append("withdrawn", "keyword")
        national = "(202) 555-0142"
        got, states, api = self.send(CANDIDATE, CUSTOMER, national)
        self.assertEqual(got, [CUSTOMER])
        self.assertEqual(states[CUSTOMER], "success")
        self.assertEqual(states[CANDIDATE], states[national])
        self.assertEqual(api.PROVIDER_TO_SMS_FAILURE_TYPE[states[CANDIDATE]], "sms_optout")
        self.assertIn("opted out", api._get_sms_api_error_messages()[states[CANDIDATE]])

    def test_nobody_left(self):
        self.append("review", "reply")
        got, states, _api = self.send(CANDIDATE)
        self.assertFalse(got)
        self.assertNotEqual(states[CANDIDATE], "success")

    def test_others_are_untouched(self):
        self.append("declined", "job_form")
        got, _states, _api = self.send(CANDIDATE, CUSTOMER)
        self.assertEqual(got, [CANDIDATE, CUSTOMER])
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.append("withdrawn", "keyword")
        self.assertTrue(self.company._sms_closed([CANDIDATE]))
        self.assertFalse(elsewhere._sms_closed([CANDIDATE]))

    def test_one_query_a_batch(self):
        self.company._sms_closed([CANDIDATE])  # fills the caches
        with self.assertQueryCount(1):
            self.company._sms_closed([f"+1202555{number:04}" for number in range(500)])
