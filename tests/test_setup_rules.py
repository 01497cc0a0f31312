"""What the facts about a set-up mean, without a database."""

from dataclasses import replace
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..models.hr_sms_setup_words import TOPICS, WORDS
from ..rules import setup_check
from ..rules.setup_facts import Account, Facts, Probe, Sender, Service
from .common import OUR_NUMBER

SERVICE = "MG51a0000000000000000000000000f00d"
PUBLIC = "https://jobs.example.com"
INBOUND = f"{PUBLIC}/recruitment_texting/twilio/inbound"
GERMAN = "+4930901820"
TOLL_FREE = "+18885550123"

RIGHT = Facts(
    account=Account("ok"),
    numbers=(OUR_NUMBER,),
    senders={OUR_NUMBER: Sender("PN1", url=INBOUND)},
    service=SERVICE,
    services=(
        Service(SERVICE, "Jobs", frozenset([OUR_NUMBER]), by_number=True, is_registered=True),
    ),
    regions={OUR_NUMBER: "US"},
    countries=frozenset(["US"]),
    geo={"US": True, "DE": False},
    base_url=PUBLIC,
    inbound_url=INBOUND,
    probe=Probe("ok", 200, f"{PUBLIC}/recruitment_texting/twilio/check", True),
    proxy_mode=True,
    balance=100,
)


def wrong(facts):
    """:returns: ``topic code`` of each line that is not in order"""
    return [
        f"{line.topic} {line.code}"
        for line in setup_check.check(facts)
        if line.level in (setup_check.RED, setup_check.AMBER)
    ]


@tagged("post_install", "-at_install")
class TestSetupRules(BaseCase):
    def service(self, **values):
        return (replace(RIGHT.services[0], **values),)

    def sender(self, **values):
        return {OUR_NUMBER: replace(RIGHT.senders[OUR_NUMBER], **values)}

    def test_all_green(self):
        lines = setup_check.check(RIGHT)
        self.assertEqual({line.level for line in lines}, {setup_check.GREEN})
        self.assertLessEqual({line.topic for line in lines}, set(setup_check.TOPICS))
        self.assertEqual(set(setup_check.TOPICS), set(TOPICS))

    def test_each_mistake_is_one_line(self):
        ours_elsewhere = self.service(by_number=False, url="https://old.example/sms")
        cases = {
            "credentials credentials_incomplete": {"has_credentials": False, "account": None},
            "credentials credentials_refused": {"account": Account("refused")},
            "credentials credentials_none": {"account": Account("none")},
            "neutralized neutralized": {"is_neutralized": True, "account": None},
            "neutralized copy_texts": {"is_copy": True},
            "account account_inactive": {"account": Account("ok", "suspended")},
            "account account_trial": {"account": Account("ok", is_trial=True)},
            "number senders_missing": {"numbers": (), "service": ""},
            "number number_missing": {"senders": {}},
            "number number_mute": {"senders": self.sender(texts=False)},
            "number not_told": {"senders": None},
            "registration registration_missing": {"services": self.service(is_registered=False)},
            "webhook webhook_none": {"senders": self.sender(url="")},
            "webhook webhook_other": {"senders": self.sender(url="https://old.example/sms")},
            "webhook webhook_get": {"senders": self.sender(method="GET")},
            "webhook webhook_app": {"senders": self.sender(has_app=True)},
            "webhook webhook_service": {"service": "", "services": ours_elsewhere},
            "service webhook_other": {"services": ours_elsewhere},
            "service webhook_none": {"services": self.service(by_number=False)},
            "service webhook_get": {
                "services": self.service(by_number=False, url=INBOUND, method="GET")
            },
            "service service_missing": {"service": "MG" + "1" * 32},
            "service service_empty": {"services": self.service(numbers=frozenset())},
            "service service_lacks": {"services": self.service(numbers=frozenset([GERMAN]))},
            "service service_more": {
                "services": self.service(numbers=frozenset([OUR_NUMBER, GERMAN]))
            },
            "service service_not_sticky": {"services": self.service(is_sticky=False)},
            "shared shared": {"shared": {OUR_NUMBER: "Other Ltd"}},
            "address address_local": {"base_url": "http://localhost:8069"},
            "address address_plain": {
                "base_url": "http://jobs.example.com",
                "probe": Probe("ok", 200, "http://jobs.example.com/x", True),
            },
            "address address_unreachable": {"probe": Probe("unreachable")},
            "address address_redirect": {"probe": Probe("redirect", 301)},
            "address address_other": {"probe": Probe("other", 404)},
            "signature signature_refused": {"probe": Probe("refused", 403)},
            "proxy proxy_off": {"proxy_mode": False},
            "proxy proxy_missing": {"probe": replace(RIGHT.probe, is_forwarded=False)},
            "proxy proxy_rewrites": {"probe": replace(RIGHT.probe, seen="http://odoo:8069/x")},
            "countries countries_off": {"countries": frozenset(["US", "DE"])},
            "countries countries_unknown": {"geo": None},
            "allowance allowance_empty": {"balance": 0},
            "allowance allowance_low": {"is_low": True},
        }
        for expected, changes in cases.items():
            with self.subTest(expected):
                facts = replace(RIGHT, **changes)
                if "local" in expected:
                    facts = replace(
                        facts, probe=replace(RIGHT.probe, seen="http://localhost:8069/")
                    )
                self.assertEqual(wrong(facts), [expected])

    def test_a_service_that_cannot_be_asked(self):
        self.assertEqual(
            wrong(replace(RIGHT, services=None)),
            ["registration registration_unknown", "service not_told"],
        )
        self.assertEqual(
            wrong(replace(RIGHT, services=None, service="", regions={OUR_NUMBER: "CA"})), []
        )

    def test_one_worker_cannot_answer_itself(self):
        facts = replace(RIGHT, probe=Probe("unreachable"), one_worker=True)
        self.assertEqual(wrong(facts), ["address address_one_worker"])

    def test_toll_free_numbers_have_a_verification_of_their_own(self):
        for status, expected in (
            ("TWILIO_APPROVED", []),
            ("IN_REVIEW", ["registration registration_pending"]),
            ("TWILIO_REJECTED", ["registration registration_rejected"]),
            ("", ["registration registration_toll_free"]),
            (None, ["registration registration_unknown"]),
        ):
            with self.subTest(status):
                facts = replace(
                    RIGHT,
                    numbers=(TOLL_FREE,),
                    senders={TOLL_FREE: Sender("PN1", url=INBOUND, toll_free=status)},
                    service="",
                    services=(),
                )
                self.assertEqual(wrong(facts), expected)

    def test_other_kinds_of_senders(self):
        german = replace(
            RIGHT, numbers=(GERMAN,), senders={GERMAN: Sender("PN1", url=INBOUND)}, service=""
        )
        self.assertEqual(wrong(german), [], "only the United States ask for a registration")
        short = replace(
            RIGHT, numbers=("12345",), senders={"12345": Sender("SC1", url=INBOUND)}, service=""
        )
        self.assertEqual(wrong(short), [])
        name = replace(RIGHT, numbers=("ACME",), service="")
        self.assertEqual(wrong(name), ["number number_name"])

    def test_a_simulator_reaches_this_machine(self):
        local = "http://127.0.0.1:8069"
        facts = replace(
            RIGHT,
            base_url=local,
            is_simulated=True,
            proxy_mode=False,
            probe=Probe("ok", 200, f"{local}/recruitment_texting/twilio/check"),
        )
        self.assertEqual(wrong(facts), [])

    def test_addresses(self):
        for host in ("localhost", "127.0.0.1", "::1", "10.0.0.4", "odoo", "odoo.local", "", None):
            self.assertTrue(setup_check.is_local(host), host)
        for host in ("jobs.example.com", "93.184.215.14"):
            self.assertFalse(setup_check.is_local(host), host)
        # A port that goes without saying, and the case of the host, make no other address.
        same = "https://Jobs.Example.com:443/recruitment_texting/twilio/inbound"
        self.assertEqual(wrong(replace(RIGHT, senders=self.sender(url=same))), [])
        secret = "https://me:secret@old.example/sms?key=secret"
        [line] = [
            line
            for line in setup_check.check(replace(RIGHT, senders=self.sender(url=secret)))
            if line.level == setup_check.RED
        ]
        self.assertEqual((line.detail, line.fix), ("old.example", "PN1"))
        self.assertIn("address address_local", wrong(replace(RIGHT, base_url="http://[")))

    def test_every_line_has_words(self):
        source = Path(setup_check.__file__).read_text()
        for code in WORDS:
            self.assertTrue(
                f'"{code}"' in source or code.startswith(("credentials_", "address_")), code
            )
