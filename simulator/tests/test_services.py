"""Messaging Services, and what else can be set up wrongly, by the official client."""

import pytest
from conftest import PHONE
from twilio.base.exceptions import TwilioRestException

from simulator import DEFAULT_MESSAGING_SERVICE_SID as SERVICE
from simulator import DEFAULT_NUMBER

TOLL_FREE = "+18885550123"


@pytest.fixture
def client(sim):
    """The official client; all of Twilio's hosts are one here."""
    sim.client.messaging.base_url = sim.client.accounts.base_url = sim.url
    yield sim.client
    sim.control("numbers", {"number": DEFAULT_NUMBER, "sms": True, "sms_application_sid": ""})


def refused(call):
    with pytest.raises(TwilioRestException) as caught:
        call()
    return caught.value.code


def test_a_service_and_its_numbers(sim, client):
    [service] = client.messaging.v1.services.list()
    assert (service.sid, service.use_inbound_webhook_on_number) == (SERVICE, True)
    assert service.us_app_to_person_registered
    members = client.messaging.v1.services(SERVICE).phone_numbers.list()
    assert DEFAULT_NUMBER in {member.phone_number for member in members}
    assert client.messaging.v1.services(SERVICE).short_codes.list() == []
    assert refused(client.messaging.v1.services("MG" + "1" * 32).fetch) == 20404
    sim.control("services", {"numbers": []})
    assert client.messaging.v1.services(SERVICE).phone_numbers.list() == []
    send = {"to": PHONE, "messaging_service_sid": SERVICE, "body": "Hello"}
    assert refused(lambda: client.messages.create(**send)) == 21704
    sim.control("reset", {})
    assert client.messages.create(**send).sid


def test_texts_go_where_the_service_says(sim, client, hook):
    client.messaging.v1.services(SERVICE).update(
        inbound_request_url=f"{hook.url}/service", use_inbound_webhook_on_number=False
    )
    sim.receive("Hello")
    (request,) = hook.at("/service")
    assert hook.is_signed(request)
    assert request["params"]["MessagingServiceSid"] == SERVICE
    assert not hook.at("/in")
    client.messaging.v1.services(SERVICE).update(use_inbound_webhook_on_number=True)
    sim.receive("Hello")
    assert len(hook.at("/in")) == 1


def test_a_number_that_cannot_text(sim, client):
    sim.control("numbers", {"number": DEFAULT_NUMBER, "sms": False, "sms_application_sid": "AP1"})
    [number] = client.incoming_phone_numbers.list(phone_number=DEFAULT_NUMBER)
    assert number.capabilities["sms"] is False
    assert number.sms_application_sid == "AP1"
    assert refused(sim.send) == 21606
    number.update(sms_application_sid="")
    assert number.fetch().sms_application_sid == ""


def test_an_account_that_is_suspended(sim, client):
    sim.settings(account_status="suspended", account_type="Trial")
    account = client.api.accounts(sim.auth[0]).fetch()
    assert (account.status, account.type) == ("suspended", "Trial")
    assert refused(sim.send) == 20005
    sim.control("settings", {"account_status": "asleep"}, status=400)


def test_countries(sim, client):
    def enabled():
        answer = client.accounts.v1.messaging_geopermissions.fetch()
        return {one["country_code"]: one["enabled"] for one in answer.permissions}

    assert enabled()["DE"]
    sim.settings(geo_blocked=["+49"])
    assert (enabled()["DE"], enabled()["US"]) == (False, True)
    sim.settings(geo_api=False)
    assert refused(enabled) == 20404


def test_toll_free_verification(sim, client):
    number = sim.control("numbers", {"number": TOLL_FREE, "tollfree_status": "IN_REVIEW"})
    verifications = client.messaging.v1.tollfree_verifications
    [found] = verifications.list(tollfree_phone_number_sid=number["sid"])
    assert found.status == "IN_REVIEW"
    sim.control("numbers", {"number": TOLL_FREE, "tollfree_status": ""})
    assert verifications.list(tollfree_phone_number_sid=number["sid"]) == []
