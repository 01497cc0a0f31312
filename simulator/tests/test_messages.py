"""The Messages resource, asked by Twilio's official client."""

import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from conftest import PHONE, http, wait_for
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from simulator import DEFAULT_ACCOUNT_SID, DEFAULT_MESSAGING_SERVICE_SID, DEFAULT_NUMBER

#: Properties in Twilio's OpenAPI description (api.v2010.account.message and its neighbours).
MESSAGE = {
    "account_sid", "api_version", "body", "date_created", "date_sent", "date_updated",
    "direction", "error_code", "error_message", "from", "messaging_service_sid", "num_media",
    "num_segments", "price", "price_unit", "sid", "status", "subresource_uris", "to", "uri",
}  # fmt: skip
PAGE = {
    "end", "first_page_uri", "next_page_uri", "page", "page_size", "previous_page_uri", "start",
    "uri", "messages",
}  # fmt: skip
NUMBER = {
    "account_sid", "address_requirements", "address_sid", "api_version", "beta", "bundle_sid",
    "capabilities", "date_created", "date_updated", "emergency_address_sid",
    "emergency_address_status", "emergency_status", "friendly_name", "identity_sid", "origin",
    "phone_number", "sid", "sms_application_sid", "sms_fallback_method", "sms_fallback_url",
    "sms_method", "sms_url", "status", "status_callback", "status_callback_method", "trunk_sid",
    "type", "uri", "voice_application_sid", "voice_caller_id_lookup", "voice_fallback_method",
    "voice_fallback_url", "voice_method", "voice_receive_mode", "voice_url",
}  # fmt: skip
ACCOUNT = {
    "auth_token", "date_created", "date_updated", "friendly_name", "owner_account_sid", "sid",
    "status", "subresource_uris", "type", "uri",
}  # fmt: skip


def refused(code, http_status, call, *arguments, **values):
    """The call must be refused with this code and HTTP status."""
    with pytest.raises(TwilioRestException) as caught:
        call(*arguments, **values)
    assert (caught.value.code, caught.value.status) == (code, http_status)
    return caught.value


def test_create_answers_as_twilio(sim):
    answer = sim.post(To=PHONE, From=DEFAULT_NUMBER, Body="Hello")
    assert answer.status_code == 201
    assert answer.headers["Content-Type"] == "application/json;charset=utf-8"
    assert answer.headers["Twilio-Concurrent-Requests"] == "1"
    body = answer.json()
    assert set(body) == MESSAGE
    assert re.fullmatch("SM[0-9a-f]{32}", body["sid"])
    assert re.fullmatch(
        r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000", body["date_created"]
    )
    path = f"/2010-04-01/Accounts/{DEFAULT_ACCOUNT_SID}/Messages/{body['sid']}"
    expected = {
        "account_sid": DEFAULT_ACCOUNT_SID,
        "api_version": "2010-04-01",
        "body": "Hello",
        "date_sent": None,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": DEFAULT_NUMBER,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "status": "queued",
        "to": PHONE,
        "uri": path + ".json",
    }
    assert {name: body[name] for name in expected} == expected
    assert body["subresource_uris"]["media"] == path + "/Media.json"


def test_fetch_after_delivery(sim):
    message = sim.send(body="x" * 161)
    assert (message.status, message.num_segments) == ("queued", "2")
    sim.settle()
    fetched = sim.client.messages(message.sid).fetch()
    assert fetched.status == "delivered"
    assert fetched.price == "-0.01500"
    assert abs(fetched.date_sent - datetime.now(UTC)) < timedelta(seconds=5)
    assert fetched.from_ == DEFAULT_NUMBER


def test_formatted_numbers_are_understood(sim):
    assert sim.send(to="+1 (555) 123-4567").to == PHONE


def test_messaging_service(sim, hook):
    message = sim.client.messages.create(
        to=PHONE,
        messaging_service_sid=DEFAULT_MESSAGING_SERVICE_SID,
        body="Hello",
        status_callback=f"{hook.url}/status",
    )
    assert (message.status, message.from_) == ("accepted", None)
    assert message.num_segments == "0"
    sim.settle()
    assert hook.statuses() == ["queued", "sent", "delivered"]
    params = hook.at("/status")[0]["params"]
    assert params["MessagingServiceSid"] == DEFAULT_MESSAGING_SERVICE_SID
    assert sim.client.messages(message.sid).fetch().from_ == DEFAULT_NUMBER


@pytest.mark.parametrize(
    ("code", "status", "values"),
    [
        (21211, 400, {"To": "12345"}),
        (21211, 400, {"To": "+15005550001"}),
        (21212, 400, {"From": "nobody"}),
        (21212, 400, {"From": "+15005550001"}),
        (21266, 400, {"To": DEFAULT_NUMBER}),
        (21408, 400, {"To": "+33612345678"}),
        (21408, 400, {"To": "+15005550003"}),
        (21602, 400, {"Body": ""}),
        (21603, 400, {"From": ""}),
        (21604, 400, {"To": ""}),
        (21606, 400, {"From": "+15557654321"}),
        (21606, 400, {"From": "+15005550007"}),
        (21609, 400, {"StatusCallback": "nowhere"}),
        (21610, 400, {"To": "+15005550004"}),
        (21611, 429, {"From": "+15005550008"}),
        (21612, 400, {"To": "+15005550002"}),
        (21614, 400, {"To": "+15005550009"}),
        (21614, 400, {"To": "+15005521614"}),
        (21617, 400, {"Body": "x" * 1601}),
        (21620, 400, {"MediaUrl": "nowhere"}),
        (21635, 400, {"To": "+15005521635"}),
        (21701, 404, {"MessagingServiceSid": "MG" + "0" * 32}),
        (20001, 400, {"SendAt": "2030-01-01T00:00:00Z"}),
    ],
)
def test_refusals(sim, code, status, values):
    sim.settings(geo_blocked=["+33"])
    answer = sim.post(**{"To": PHONE, "From": DEFAULT_NUMBER, "Body": "Hello", **values})
    body = answer.json()
    assert (answer.status_code, body["code"], body["status"]) == (status, code, status)
    assert set(body) == {"code", "message", "more_info", "status"}
    assert body["more_info"] == f"https://www.twilio.com/docs/errors/{code}"
    assert sim.messages() == []
    assert sim.stats()["rejected"] == {str(code): 1}


def test_longest_body_is_accepted(sim):
    assert sim.send(body="x" * 1600).num_segments == "11"


def test_wrong_credentials(sim):
    client = Client(DEFAULT_ACCOUNT_SID, "0" * 32)
    client.api.base_url = sim.url
    error = refused(20003, 401, client.messages.create, to=PHONE, from_=DEFAULT_NUMBER, body="x")
    assert error.msg.endswith("Authenticate")
    foreign = Client("AC" + "0" * 32, "0" * 32)
    foreign.api.base_url = sim.url
    refused(20003, 401, foreign.messages("SM" + "0" * 32).fetch)
    other = f"{sim.url}/2010-04-01/Accounts/AC{'0' * 32}/Messages.json"
    assert http.get(other, auth=sim.auth).status_code == 401
    assert "WWW-Authenticate" in http.get(sim.api + "/Messages.json").headers


def test_not_found(sim):
    refused(20404, 404, sim.client.messages("SM" + "0" * 32).fetch)
    answer = http.get(sim.api + "/Calls.json", auth=sim.auth)
    assert (answer.status_code, answer.json()["code"]) == (404, 20404)


# -- listing


def test_list_and_filters(sim):
    sim.control("numbers", {"number": "+15005550010"})
    for to, sender in ((PHONE, DEFAULT_NUMBER), ("+15550000001", DEFAULT_NUMBER),
                       (PHONE, "+15005550010")):  # fmt: skip
        sim.send(to=to, sender=sender)
    sim.receive("Yes please", sender="+15550000001")
    sim.settle()
    listed = sim.client.messages.list
    assert [(item.to, item.from_) for item in listed()] == [
        (DEFAULT_NUMBER, "+15550000001"),
        (PHONE, "+15005550010"),
        ("+15550000001", DEFAULT_NUMBER),
        (PHONE, DEFAULT_NUMBER),
    ]
    assert len(listed(to=PHONE)) == 2
    assert len(listed(from_=DEFAULT_NUMBER)) == 2
    assert len(listed(to=PHONE, from_="+15005550010")) == 1
    assert [item.direction for item in listed(to=DEFAULT_NUMBER)] == ["inbound"]
    assert listed(to="+15559999999") == []


def test_list_by_date(sim):
    sim.send()
    sim.settle()
    listed = sim.client.messages.list
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    assert len(listed(date_sent_after=now - hour)) == 1
    assert listed(date_sent_after=now + hour) == []
    assert len(listed(date_sent_before=now + hour)) == 1
    assert listed(date_sent_before=now - hour) == []
    assert len(listed(to=PHONE, date_sent_after=now - hour, date_sent_before=now + hour)) == 1
    sent = listed()[0].date_sent
    assert len(listed(date_sent_after=sent)) == len(listed(date_sent_before=sent)) == 1
    assert len(listed(date_sent=sent.date())) == 1
    assert listed(date_sent=(sent - timedelta(days=1)).date()) == []
    answer = http.get(sim.api + "/Messages.json?DateSent>=yesterday", auth=sim.auth)
    assert answer.json()["code"] == 20001


def test_paging_over_many(sim):
    sim.settings(sent_ms=0, delivered_ms=0)
    assert {status for status, _body in sim.send_many(1203)} == {201}
    listed = sim.client.messages.list(page_size=100)
    assert len({message.sid for message in listed}) == 1203
    assert [item.sid for item in sim.client.messages.stream(page_size=1000)] == [
        item.sid for item in listed
    ]
    assert len(sim.client.messages.list(limit=120, page_size=50)) == 120
    page = sim.client.messages.page(to=PHONE, page_size=500)
    sizes = []
    while page is not None:
        sizes.append(len(list(page)))
        page = page.next_page()
    assert sizes == [500, 500, 203]


def test_page_fields(sim):
    for _index in range(3):
        sim.send()
    page = http.get(sim.api + "/Messages.json?PageSize=2&To=%2B15551234567", auth=sim.auth).json()
    assert set(page) == PAGE
    assert (page["page"], page["page_size"], page["start"], page["end"]) == (0, 2, 0, 1)
    assert page["previous_page_uri"] is None
    path = f"/2010-04-01/Accounts/{DEFAULT_ACCOUNT_SID}/Messages.json?To=%2B15551234567"
    assert page["uri"] == page["first_page_uri"] == path + "&PageSize=2&Page=0"
    assert page["next_page_uri"].startswith(path + "&PageSize=2&Page=1&PageToken=PA")
    page = http.get(sim.url + page["next_page_uri"], auth=sim.auth).json()
    assert (page["start"], page["end"], page["next_page_uri"]) == (2, 2, None)
    assert len(page["messages"]) == 1


def test_paging_is_stable_while_messages_come_and_go(sim):
    sids = [sim.send().sid for _index in range(4)]
    sim.settle()
    page = sim.client.messages.page(page_size=2)
    seen = [message.sid for message in page]
    sim.send()
    sim.client.messages(seen[-1]).delete()
    seen += [message.sid for message in page.next_page()]
    assert seen == sids[::-1]


def test_page_size_limits(sim):
    assert http.get(sim.api + "/Messages.json?PageSize=0", auth=sim.auth).status_code == 400
    assert http.get(sim.api + "/Messages.json?PageSize=x", auth=sim.auth).status_code == 400
    answer = http.get(sim.api + "/Messages.json?PageSize=5000", auth=sim.auth)
    assert answer.json()["page_size"] == 1000


# -- changing


def test_redact(sim):
    message = sim.send(body="secret")
    sim.settle()
    assert sim.client.messages(message.sid).update(body="").body == ""
    assert sim.client.messages(message.sid).fetch().body == ""
    refused(20001, 400, sim.client.messages(message.sid).update, body="other")


def test_delete(sim):
    message = sim.send()
    sim.settle()
    assert sim.client.messages(message.sid).delete() is True
    refused(20404, 404, sim.client.messages(message.sid).fetch)
    assert sim.client.messages.list() == []
    assert sim.messages() == []


def test_what_is_under_way_can_neither_be_redacted_nor_deleted(sim):
    message = sim.send(to="+15005590001")
    refused(20009, 400, sim.client.messages(message.sid).delete)
    refused(20009, 400, sim.client.messages(message.sid).update, body="")


def test_schedule_and_cancel(sim, hook):
    def schedule(seconds, **values):
        return sim.client.messages.create(
            to=PHONE,
            body="Later",
            schedule_type="fixed",
            send_at=datetime.now(UTC) + timedelta(seconds=seconds),
            status_callback=f"{hook.url}/status",
            **{"messaging_service_sid": DEFAULT_MESSAGING_SERVICE_SID, **values},
        )

    refused(35114, 400, schedule, 10)
    refused(35114, 400, schedule, 36 * 86400)
    values = {"messaging_service_sid": None, "from_": DEFAULT_NUMBER}
    refused(35118, 400, schedule, 1000, **values)
    message = schedule(1000)
    assert message.status == "scheduled"
    assert sim.client.messages(message.sid).update(status="canceled").status == "canceled"
    sim.settle()
    assert hook.statuses() == ["canceled"]
    refused(30409, 409, sim.client.messages(message.sid).update, status="canceled")
    sim.settings(schedule_min_s=0)
    message = schedule(2)
    sim.settle()
    assert hook.statuses(sid=message.sid) == ["queued", "sent", "delivered"]


# -- account and numbers


def test_account(sim):
    assert sim.client.api.accounts(DEFAULT_ACCOUNT_SID).fetch().status == "active"
    assert set(http.get(sim.api + ".json", auth=sim.auth).json()) == ACCOUNT


def test_numbers(sim):
    numbers = sim.client.incoming_phone_numbers
    (number,) = numbers.list(phone_number=DEFAULT_NUMBER)
    assert numbers.list(phone_number="+15550000000") == []
    path = f"/IncomingPhoneNumbers/{number.sid}.json"
    assert set(http.get(sim.api + path, auth=sim.auth).json()) == NUMBER
    changed = numbers(number.sid).update(
        sms_url="https://example.com/in", sms_method="GET", friendly_name="Front desk"
    )
    assert (changed.sms_url, changed.sms_method) == ("https://example.com/in", "GET")
    assert numbers.list(friendly_name="Front desk")[0].sid == number.sid
    assert numbers(number.sid).fetch().friendly_name == "Front desk"
    refused(20001, 400, numbers(number.sid).update, sms_method="PUT")
    refused(20404, 404, numbers("PN" + "0" * 32).fetch)


# -- numbers that fail on purpose


@pytest.mark.parametrize(
    ("to", "status", "code"),
    [
        ("+15005530003", "undelivered", 30003),
        ("+15005530005", "undelivered", 30005),
        ("+15005530006", "undelivered", 30006),
        ("+15005530007", "undelivered", 30007),
        ("+15005530034", "undelivered", 30034),
        ("+15005530001", "failed", 30001),
        ("+15005521610", "failed", 21610),
    ],
)
def test_magic_numbers(sim, hook, to, status, code):
    message = sim.send(to=to, status_callback=f"{hook.url}/status")
    sim.settle()
    fetched = sim.client.messages(message.sid).fetch()
    assert (fetched.status, fetched.error_code) == (status, code)
    assert fetched.error_message
    last = hook.at("/status")[-1]["params"]
    assert (last["MessageStatus"], last["ErrorCode"]) == (status, str(code))
    assert hook.statuses() == ([status] if status == "failed" else ["sent", status])


def test_magic_numbers_that_stay(sim):
    sids = [sim.send(to=to).sid for to in ("+15005590000", "+15005590001")]
    wait_for(lambda: sim.client.messages(sids[0]).fetch().status == "sent")
    time.sleep(0.03)
    assert [sim.client.messages(sid).fetch().status for sid in sids] == ["sent", "queued"]
    assert not sim.control("wait?timeout=0")["idle"]


def test_phone_switched_off(sim):
    sim.control("phones", {"number": PHONE, "off": True})
    message = sim.send()
    sim.settle()
    fetched = sim.client.messages(message.sid).fetch()
    assert (fetched.status, fetched.error_code) == ("undelivered", 30003)
    sim.control("phones", {"number": PHONE, "off": False})
    message = sim.send()
    sim.settle()
    assert sim.client.messages(message.sid).fetch().status == "delivered"


def test_age_makes_messages_older(sim):
    """What looks back after a while need not wait for it."""
    sim.send()
    sim.settle()
    [before] = sim.messages()
    assert sim.control("age", {"seconds": 3600}) == {"seconds": 3600}
    [after] = sim.messages()
    for name in ("created", "sent", "updated"):
        assert round(before[name] - after[name]) == 3600
