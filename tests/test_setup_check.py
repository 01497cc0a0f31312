"""The set-up check: each mistake is named, and nothing else; what it offers does what it says."""

import io
from contextlib import contextmanager
from dataclasses import replace
from unittest.mock import patch

import requests
from requests.structures import CaseInsensitiveDict
from twilio.request_validator import RequestValidator

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import config, mute_logger

from ..gateway import Webhook, probe
from ..models import hr_sms_setup
from ..rules import setup_check
from ..rules.setup_facts import Probe
from .common import OUR_NUMBER, TextingCase, TextingMixin
from .live import ACCOUNT_SID, AUTH_TOKEN, LiveSimulator
from .test_setup_rules import GERMAN, INBOUND, PUBLIC, RIGHT, SERVICE

OWN_PHONE = "+12025550177"


class SetupCase(TextingCase):
    """A company that is rightly set up at the simulator."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.simulator = LiveSimulator(numbers=[OUR_NUMBER]).start()
        cls.addClassCleanup(cls.simulator.stop)
        parameters = cls.env["ir.config_parameter"]
        parameters.set_param("hr_recruitment_texting.twilio_api_url", cls.simulator.url)
        parameters.set_param("web.base.url", PUBLIC)
        parameters.search([("key", "=", "database.is_neutralized")]).unlink()
        cls.company.write(
            {
                "sms_twilio_account_sid": ACCOUNT_SID,
                "sms_twilio_auth_token": AUTH_TOKEN,
                "messaging_service_sid": SERVICE,
            }
        )
        cls.admin = new_test_user(
            cls.env,
            "sms_setup_admin",
            groups="base.group_system",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.dict(config.options, {"proxy_mode": True, "workers": 2}))
        self.probed = []
        self.put_right()

    def put_right(self):
        """Set the simulator up as it should be; it keeps numbers that other tests made."""
        self.control("/control/reset")
        self.control("/control/services", numbers=[OUR_NUMBER])
        self.control("/control/numbers", number=OUR_NUMBER, **NUMBER)

    def control(self, path, **values):
        return self.simulator.control(path, "POST", **values)

    @contextmanager
    def answering(self, answer=RIGHT.probe):
        """Stand in for our own public address."""

        def probe_instead(*arguments):
            self.probed.append(arguments)
            return answer

        with patch.object(hr_sms_setup, "probe", probe_instead):
            yield

    def check(self, answer=RIGHT.probe):
        """:returns: the screen, as an administrator sees it"""
        with self.answering(answer):
            action = self.env["hr.sms.setup.check"].with_user(self.admin).action_check()
        return self.env["hr.sms.setup.check"].with_user(self.admin).browse(action["res_id"])

    def wrong(self, **options):
        return [
            line.code
            for line in self.check(**options).line_ids
            if line.level in (setup_check.RED, setup_check.AMBER)
        ]


NUMBER = {"sms_url": INBOUND, "sms_method": "POST", "sms": True, "sms_application_sid": ""}


@tagged("post_install", "-at_install")
class TestSetupCheck(SetupCase):
    """Against the simulator, set up wrongly in each way."""

    def test_all_green(self):
        check = self.check()
        self.assertEqual(set(check.line_ids.mapped("level")), {"green"})
        self.assertEqual((check.red_count, check.amber_count), (0, 0))
        self.assertTrue(check.checked_date)
        self.assertFalse(check.fix_line_ids)
        self.assertEqual(
            self.probed[0][:3],
            (f"{PUBLIC}/recruitment_texting/twilio/check", ACCOUNT_SID, AUTH_TOKEN),
        )

    def test_each_mistake_at_twilio_is_named(self):
        number = {"number": OUR_NUMBER}
        cases = {
            "account_inactive": ("/control/settings", {"account_status": "suspended"}),
            "account_trial": ("/control/settings", {"account_type": "Trial"}),
            "countries_off": ("/control/settings", {"geo_blocked": ["+1"]}),
            "countries_unknown": ("/control/settings", {"geo_api": False}),
            "number_mute": ("/control/numbers", {**number, "sms": False}),
            "webhook_none": ("/control/numbers", {**number, "sms_url": ""}),
            "webhook_other": ("/control/numbers", {**number, "sms_url": "https://a.example/b"}),
            "webhook_get": ("/control/numbers", {**number, "sms_method": "GET"}),
            "webhook_app": ("/control/numbers", {**number, "sms_application_sid": "AP1"}),
            "service_empty": ("/control/services", {"numbers": []}),
            "service_not_sticky": ("/control/services", {"sticky_sender": False}),
            "registration_missing": ("/control/services", {"registered": False}),
        }
        for code, (path, values) in cases.items():
            with self.subTest(code):
                self.put_right()
                self.control(path, **values)
                self.assertEqual(self.wrong(), [code])

    def test_a_service_with_texts_of_its_own(self):
        inbound = {"use_inbound_webhook_on_number": False}
        for code, url in (("webhook_none", ""), ("webhook_other", "https://a.example/b")):
            self.control("/control/services", inbound_request_url=url, **inbound)
            self.assertEqual(self.wrong(), [code])
        self.company.messaging_service_sid = False
        self.assertEqual(self.wrong(), ["webhook_service"])

    def test_a_service_without_one_of_the_numbers(self):
        self.control("/control/numbers", number=GERMAN, **NUMBER)
        self.env["sms.twilio.number"].create(
            {
                "company_id": self.company.id,
                "number": GERMAN,
                "country_id": self.env.ref("base.de").id,
            }
        )
        self.assertEqual(self.wrong(), ["service_lacks"])

    def test_each_mistake_in_odoo_is_named(self):
        company = self.company
        other = self.env["res.company"].create({"name": "Other Ltd"})
        right = {
            name: company[name] for name in ("sms_twilio_auth_token", "sms_twilio_account_sid")
        }
        cases = {
            "credentials_refused": {"sms_twilio_auth_token": "0" * 32},
            "credentials_incomplete": {"sms_twilio_account_sid": "AC1"},
            "neutralized": {"sms_twilio_auth_token": "dummytoken"},
            "service_missing": {"messaging_service_sid": "MG" + "1" * 32},
        }
        for code, values in cases.items():
            with self.subTest(code):
                company.write({**right, "messaging_service_sid": SERVICE, **values})
                self.assertEqual(self.wrong(), [code])
        company.write({**right, "messaging_service_sid": SERVICE})
        self.connect_company(other, OUR_NUMBER, "AC" + "1" * 32)
        check = self.check()
        [shared] = check.line_ids.filtered(lambda line: line.level != "green")
        self.assertEqual((shared.code, shared.subject), ("shared", OUR_NUMBER))
        self.assertIn("Other Ltd", shared.words)
        other.sms_twilio_number_ids.unlink()
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "true")
        self.assertEqual(self.wrong(), ["copy_texts"])

    def test_a_number_of_another_account(self):
        self.company.messaging_service_sid = False
        self.company.sms_twilio_number_ids.number = "+12025550199"
        self.assertEqual(self.wrong(), ["number_missing"])
        self.company.sms_twilio_number_ids.unlink()
        self.assertEqual(self.wrong(), ["senders_missing"])

    def test_the_allowance(self):
        account = self.env["hr.sms.allowance"]._of(self.company)
        account._set(plan_left=0, extra_left=0)
        self.assertEqual(self.wrong(), ["allowance_empty"])
        account._set(extra_left=1)
        self.assertEqual(self.wrong(), ["allowance_low"])

    def test_countries_with_a_rule(self):
        self.control("/control/settings", geo_blocked=["+49"])
        self.assertEqual(self.wrong(), [])
        rule = self.env["hr.sms.country.rule"].create(
            {
                "company_id": self.company.id,
                "country_ids": [Command.set(self.env.ref("base.de").ids)],
                "rule": "one_way",
            }
        )
        check = self.check()
        [line] = check.line_ids.filtered(lambda line: line.level == "red")
        self.assertIn("Germany", line.words)
        rule.rule = "refuse"
        self.assertEqual(self.wrong(), [])

    def test_our_address(self):
        for answer, code in (
            (Probe("unreachable"), "address_unreachable"),
            (Probe("refused", 403), "signature_refused"),
            (replace(RIGHT.probe, seen="http://jobs.example.com/"), "proxy_rewrites"),
        ):
            self.assertEqual(self.wrong(answer=answer), [code])
        config["proxy_mode"] = False
        self.assertEqual(self.wrong(), ["proxy_off"])
        config["proxy_mode"] = True
        plain = "http://jobs.example.com"
        self.env["ir.config_parameter"].set_param("web.base.url", plain)
        self.control(
            "/control/numbers", number=OUR_NUMBER, sms_url=INBOUND.replace("https", "http")
        )
        self.assertEqual(self.wrong(answer=replace(RIGHT.probe, seen=plain)), ["address_plain"])

    def test_when_twilio_does_not_answer(self):
        self.env["ir.config_parameter"].set_param(
            "hr_recruitment_texting.twilio_api_url", "http://127.0.0.1:9"
        )
        self.assertEqual(self.wrong(), ["credentials_none"])

    def test_secrets_stay_out_of_the_log(self):
        # The simulator's own token is a part of its Account SID.
        token = self.company.sms_twilio_auth_token = "0123456789abcdef" * 2
        with (
            self.assertLogs("odoo.addons", "DEBUG") as ours,
            self.assertLogs("urllib3", "DEBUG") as theirs,
        ):
            self.assertEqual(self.wrong(), ["credentials_refused"])
            self.env["ir.config_parameter"].set_param(
                "hr_recruitment_texting.twilio_api_url", "http://127.0.0.1:9"
            )
            self.assertEqual(self.wrong(), ["credentials_none"])
        self.assertNotIn(token, "".join(ours.output + theirs.output))

    def test_before_anything_is_entered(self):
        self.company.write(
            {
                "sms_twilio_account_sid": False,
                "sms_twilio_auth_token": False,
                "sms_twilio_number_ids": [Command.clear()],
            }
        )
        check = self.check()
        self.assertFalse(check.is_connected)
        self.assertFalse(check.line_ids)
        self.assertFalse(self.probed)
        action = check.action_open_account()
        self.assertEqual(action["context"]["default_company_id"], self.company.id)

    def test_the_screen_opens_from_the_settings(self):
        settings = self.env["res.config.settings"].with_user(self.admin).create({})
        with self.answering():
            action = settings.action_check_sms_setup()
        check = self.env["hr.sms.setup.check"].browse(action["res_id"])
        self.assertEqual(check.company_id, self.company)
        self.control("/control/settings", account_type="Trial")
        before = check.line_ids
        with self.answering():
            check.with_user(self.admin).action_check_again()
        self.assertFalse(before.exists())
        self.assertIn("account_trial", check.line_ids.mapped("code"))

    def test_nobody_else_may(self):
        check = self.check()
        for user in (self.manager, self.sender, self.nobody):
            with self.subTest(user.login):
                screen = self.env["hr.sms.setup.check"].with_user(user)
                with self.assertRaises(AccessError):
                    screen.action_check()
                for action in (
                    "action_check_again",
                    "action_ask_connect",
                    "action_connect",
                    "action_send_test",
                    "action_ask_test",
                    "action_open_account",
                ):
                    with self.assertRaises(AccessError):
                        getattr(check.with_user(user), action)()
                with self.assertRaises(AccessError):
                    check.line_ids.with_user(user).read(["words"])
        with self.assertRaises(AccessError):
            check.line_ids.with_user(self.admin).write({"fix_sid": "PN" + "1" * 32})


@tagged("post_install", "-at_install")
class TestConnectNumbers(SetupCase):
    """Connecting changes at Twilio what it said it would, and no more."""

    def numbers(self):
        return {one["number"]: one for one in self.simulator.control("/control/numbers")["numbers"]}

    def test_connect(self):
        elsewhere = "https://me:pass@old.example/sms?key=1"
        self.control("/control/numbers", number=OUR_NUMBER, sms_url=elsewhere, sms_method="GET")
        self.control("/control/numbers", number=GERMAN, sms_url=elsewhere)
        check = self.check()
        [line] = check.fix_line_ids
        self.assertEqual(line.subject, OUR_NUMBER)
        self.assertIn("old.example", line.words)
        self.assertNotIn("pass", line.words)
        self.assertEqual(check.action_ask_connect()["target"], "new")
        self.assertEqual(self.numbers()[OUR_NUMBER]["sms_url"], elsewhere, "only asked")
        with self.answering():
            check.action_connect()
        ours = self.numbers()[OUR_NUMBER]
        self.assertEqual((ours["sms_url"], ours["sms_method"]), (INBOUND, "POST"))
        self.assertEqual(self.numbers()[GERMAN]["sms_url"], elsewhere, "not the company's")
        self.assertFalse(check.fix_line_ids)
        with self.assertRaisesRegex(UserError, "nothing to connect"):
            check.action_ask_connect()

    def test_connect_what_a_twiml_app_had(self):
        self.control("/control/numbers", number=OUR_NUMBER, sms_application_sid="AP1", sms_url="")
        check = self.check()
        with self.answering():
            check.action_connect()
        ours = self.numbers()[OUR_NUMBER]
        self.assertEqual((ours["sms_url"], ours["sms_application_sid"]), (INBOUND, ""))
        self.assertEqual(set(check.line_ids.mapped("level")), {"green"})

    def test_connect_a_service(self):
        self.control(
            "/control/services",
            inbound_request_url="https://old.example",
            use_inbound_webhook_on_number=False,
        )
        check = self.check()
        self.assertEqual(check.fix_line_ids.mapped("fix_sid"), [SERVICE])
        with self.answering():
            check.action_connect()
        [service] = self.simulator.control("/control/services")["services"]
        self.assertEqual(service["inbound_request_url"], INBOUND)
        self.assertEqual(set(check.line_ids.mapped("level")), {"green"})

    def test_twilio_refuses(self):
        self.control("/control/numbers", number=OUR_NUMBER, sms_url="")
        check = self.check()
        self.company.sms_twilio_auth_token = "0" * 32
        with self.assertRaisesRegex(UserError, "Authenticate"):
            check.action_connect()


@tagged("post_install", "-at_install")
class TestTestText(SetupCase):
    """A test text to oneself: by the gate, outside of every conversation."""

    def send(self, number=OWN_PHONE):
        check = self.check()
        check.test_number = number
        check.action_send_test()
        return check

    def texts(self, number=OWN_PHONE):
        return self.simulator.control("/control/messages", to=number)["messages"]

    def left(self):
        account = self.env["hr.sms.allowance"]._of(self.company)
        account.invalidate_recordset()
        return account.balance

    def test_it_arrives(self):
        before = self.left()
        check = self.send("202-555-0177")
        self.assertEqual(check.test_state, "sent")
        [text] = self.texts()
        self.assertIn("Acme Hiring", text["body"])
        self.assertEqual(text["messaging_service_sid"], SERVICE)
        self.assertEqual(self.left(), before - 1)
        self.simulator.control("/control/wait")
        check.action_ask_test()
        self.assertEqual(check.test_state, "delivered")
        # It is no conversation.
        self.assertFalse(self.env["hr.sms.thread"].search([("number", "=", OWN_PHONE)]))
        self.company.messaging_service_sid = False
        self.send()
        self.assertEqual(self.texts()[-1]["from"], OUR_NUMBER)

    def test_what_twilio_says(self):
        before = self.left()
        check = self.send("+15005550009")
        self.assertEqual(check.test_state, "failed")
        self.assertIn("21614", check.test_words)
        self.assertEqual(self.left(), before, "what Twilio refused costs nothing")
        check = self.send("+15005530034")
        self.simulator.control("/control/wait")
        check.action_ask_test()
        self.assertEqual(check.test_state, "failed")
        self.assertIn("not registered", check.test_words)

    def test_a_number_is_asked_for(self):
        for number in (False, "", "abc", "12", "+12"):
            with self.assertRaisesRegex(UserError, "country code"):
                self.send(number)

    def assertRefused(self, words, number=OWN_PHONE):
        before = self.left()
        with self.assertRaisesRegex(UserError, words):
            self.send(number)
        self.assertFalse(self.texts(number))
        self.assertEqual(self.left(), before)

    def test_who_opted_out_gets_none(self):
        self.env["hr.sms.message"]._receive(
            self.company.ids,
            "SM" + "1" * 32,
            {"From": OWN_PHONE, "To": OUR_NUMBER, "Body": "STOP"},
        )
        self.assertRefused("opted out")

    def test_it_is_no_way_around_consent(self):
        number = self.applicant.sms_number
        self.assertRefused("no consent", number)
        self.append("declined", "job_form")
        self.assertRefused("answered No", number)
        self.append("granted", "manual")
        self.send(number)
        self.assertEqual(len(self.texts(number)), 1)
        self.append("withdrawn", "manual")
        with self.assertRaisesRegex(UserError, "withdrawn"):
            self.send(number)
        self.assertEqual(len(self.texts(number)), 1)

    def test_the_other_limits_hold(self):
        self.env["phone.blacklist"].create({"number": OWN_PHONE})
        self.assertRefused("blacklist")
        self.env["hr.sms.country.rule"].create(
            {
                "company_id": self.company.id,
                "country_ids": [Command.set(self.env.ref("base.uk").ids)],
                "rule": "refuse",
            }
        )
        self.assertRefused("switched off", "+447400123456")

    def test_nothing_left(self):
        self.env["hr.sms.allowance"]._of(self.company)._set(plan_left=0, extra_left=0)
        self.assertRefused("used up")


@tagged("post_install", "-at_install")
class TestOwnAddress(TextingMixin, HttpCase):
    """The request to ourselves, over HTTP."""

    PATH = "/recruitment_texting/twilio/check"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_texting()
        cls.env["ir.config_parameter"].set_param("web.base.url", cls.base_url())

    def probe(self, url=None, token=None, headers=None):
        """Call our check as the server does; the test's session carries what tests need."""
        account = self.company.sudo()

        def post(address, data, headers, **_options):
            return self.url_open(
                address, data=data, headers={**headers, **self.extra}, allow_redirects=False
            )

        self.extra = headers or {}
        with patch("odoo.addons.hr_recruitment_texting.gateway.probe.requests.post", post):
            return probe(
                url or f"{self.base_url()}{self.PATH}",
                account.sms_twilio_account_sid,
                token or account.sms_twilio_auth_token,
                "n0nce",
            )

    def test_round_trip(self):
        answer = self.probe()
        self.assertEqual(
            answer, Probe("ok", 200, f"{self.base_url()}{self.PATH}", is_forwarded=False)
        )
        self.assertTrue(self.probe(headers={"X-Forwarded-For": "203.0.113.7"}).is_forwarded)

    @mute_logger("odoo.addons.hr_recruitment_texting.controllers.twilio")
    def test_wrong_signature(self):
        self.assertEqual(self.probe(token="0" * 32), Probe("refused", 403))
        answer = self.url_open(self.PATH, data={"AccountSid": "AC1", "Nonce": "n0nce"})
        self.assertEqual(answer.status_code, 403)
        self.assertNotIn("n0nce", answer.text)

    def test_something_else_answers(self):
        self.assertEqual(self.probe(f"{self.base_url()}/nowhere/at/all").outcome, "other")
        moved = requests.Response()
        moved.raw = io.BytesIO()
        moved.status_code, moved.headers = (
            301,
            CaseInsensitiveDict({"Location": "https://a.example"}),
        )
        with patch("odoo.addons.hr_recruitment_texting.gateway.probe.requests.post") as post:
            post.return_value = moved
            self.assertEqual(probe("http://a.example", "AC1", "t", "n"), Probe("redirect", 301))

    @mute_logger("odoo.addons.hr_recruitment_texting.gateway.probe")
    def test_nobody_answers(self):
        self.assertEqual(
            probe("http://127.0.0.1:9/x", "AC" + "1" * 32, "t", "n"), Probe("unreachable")
        )

    def test_it_opens_no_other_door(self):
        """A signature for the check is none for a text: the address is part of it."""
        url = f"{self.base_url()}{self.PATH}"
        form = {"AccountSid": self.company.sudo().sms_twilio_account_sid, "Nonce": "n"}
        signature = RequestValidator(self.company.sudo().sms_twilio_auth_token).compute_signature(
            url, form
        )
        inbound = url.replace("/check", "/inbound")
        webhook = Webhook(form, signature, (inbound,))
        self.assertFalse(webhook.is_signed_with(self.company.sudo().sms_twilio_auth_token))
