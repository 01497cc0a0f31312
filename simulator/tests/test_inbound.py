"""Texts from phones: the webhook, its answer, keywords, pictures."""

import base64
import threading

import pytest
from conftest import PHONE, http
from twilio.base.exceptions import TwilioRestException

from simulator import DEFAULT_ACCOUNT_SID, DEFAULT_NUMBER, keywords

TOLL_FREE = "+18005550100"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def phone_sees(sim, number=PHONE):
    """What has arrived at the phone, oldest first."""
    sim.settle()
    return [
        message["body"]
        for message in sim.messages(phone=number)
        if message["direction"] != "inbound" and message["status"] == "delivered"
    ]


def test_webhook_parameters(sim, hook):
    result = sim.receive("Grüße & 🙂")
    (request,) = hook.at("/in")
    assert request["method"] == "POST"
    assert request["headers"]["Content-Type"].startswith("application/x-www-form-urlencoded")
    assert hook.is_signed(request)
    expected = {
        "MessageSid": result["message_sid"],
        "SmsSid": result["message_sid"],
        "SmsMessageSid": result["message_sid"],
        "AccountSid": DEFAULT_ACCOUNT_SID,
        "ApiVersion": "2010-04-01",
        "From": PHONE,
        "To": DEFAULT_NUMBER,
        "Body": "Grüße & 🙂",
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsStatus": "received",
        "FromCountry": "US",
        "ToCountry": "US",
    }
    assert {name: request["params"][name] for name in expected} == expected
    assert "OptOutType" not in request["params"]
    assert result["webhook"]["status"] == 200
    assert result["warnings"] == []
    message = sim.client.messages(result["message_sid"]).fetch()
    assert (message.direction, message.status, message.from_) == ("inbound", "received", PHONE)
    assert message.price is not None


def test_webhook_by_get(sim, hook):
    sim.control("numbers", {"number": DEFAULT_NUMBER, "sms_method": "GET"})
    sim.receive("Hi there")
    (request,) = hook.at("/in")
    assert request["method"] == "GET"
    assert request["params"]["Body"] == "Hi there"
    assert hook.is_signed(request)


def test_no_webhook(sim, hook):
    sim.control("numbers", {"number": DEFAULT_NUMBER, "sms_url": ""})
    result = sim.receive()
    assert (result["webhook"], hook.requests) == (None, [])
    assert len(sim.client.messages.list(to=DEFAULT_NUMBER)) == 1


def test_reply(sim, hook):
    hook.twiml("<Message>Thanks &amp; bye</Message><Message><Body>Second</Body></Message>")
    result = sim.receive()
    assert len(result["replies"]) == 2
    assert sorted(phone_sees(sim)) == ["Second", "Thanks & bye"]
    message = sim.client.messages(result["replies"][0]).fetch()
    assert (message.direction, message.from_, message.to) == (
        "outbound-reply",
        DEFAULT_NUMBER,
        PHONE,
    )


def test_reply_with_callback_and_picture(sim, hook):
    hook.twiml(
        '<Message statusCallback="/status"><Body>Look</Body>'
        "<Media>https://example.com/a.png</Media></Message>"
    )
    (sid,) = sim.receive()["replies"]
    sim.settle()
    assert hook.statuses(sid=sid) == ["sent", "delivered"]
    assert sid.startswith("MM")


@pytest.mark.parametrize(
    ("status", "kind", "body", "code"),
    [
        (200, "text/plain", "OK", 12300),
        (200, "text/html", "<Response/>", 12300),
        (200, "application/json", "{}", 12300),
        (200, "", "", 12300),
        (204, "", "", 12300),
        (200, "text/xml", "", 12100),
        (200, "text/xml", "<Response>", 12100),
        (200, "text/xml", "OK", 12100),
        (200, "text/xml", "<!DOCTYPE x><Response/>", 12100),
        (200, "application/xml", "<Hello/>", 12200),
        (200, "application/xml", "<Response><Dial/></Response>", 12200),
        (403, "text/xml", "<Response/>", 11200),
        (500, "text/xml", "<Response/>", 11200),
    ],
)
def test_answers_twilio_could_not_use(sim, hook, status, kind, body, code):
    hook.says(status, kind, body)
    result = sim.receive()
    assert [warning["code"] for warning in result["warnings"]] == [code]
    (warning,) = sim.control("warnings")["warnings"]
    assert (warning["code"], warning["message_sid"]) == (code, result["message_sid"])
    assert warning["url"] == f"{hook.url}/in"
    assert sim.stats()["warnings"] == 1
    assert result["replies"] == []
    sim.control("warnings", method="DELETE")
    assert sim.control("warnings")["warnings"] == []


@pytest.mark.parametrize("kind", ["text/xml", "application/xml; charset=utf-8", "TEXT/XML"])
@pytest.mark.parametrize("body", ["<Response/>", '<?xml version="1.0"?>\n<Response></Response>'])
def test_answers_twilio_understands(sim, hook, kind, body):
    hook.says(200, kind, body)
    assert sim.receive()["warnings"] == []


def test_retry_carries_the_same_token(sim, hook):
    answers = [(500, "", ""), (200, "text/xml", "<Response/>")]
    hook.answer = lambda request: answers.pop(0)
    result = sim.receive()
    first, second = hook.at("/in")
    assert first["params"] == second["params"]
    name = "I-Twilio-Idempotency-Token"
    assert first["headers"][name] == second["headers"][name]
    assert hook.is_signed(second)
    assert (result["webhook"]["attempts"], result["warnings"]) == (2, [])


def test_fallback(sim, hook):
    sim.control("numbers", {"number": DEFAULT_NUMBER, "sms_fallback_url": f"{hook.url}/spare"})
    hook.answer = lambda request: (
        (500, "", "") if request["path"] == "/in" else (200, "text/xml", "<Response/>")
    )
    result = sim.receive()
    (request,) = hook.at("/spare")
    assert request["params"]["ErrorCode"] == "11200"
    assert request["params"]["ErrorUrl"] == f"{hook.url}/in"
    assert hook.is_signed(request)
    assert result["webhook"]["status"] == 200


def test_slow_webhook_is_given_up(sim, hook):
    gate = threading.Event()
    hook.answer = lambda request: (gate.wait(5), (200, "text/xml", "<Response/>"))[1]
    sim.settings(webhook_total_s=0.1)
    result = sim.receive()
    gate.set()
    assert result["webhook"]["status"] is None
    assert result["webhook"]["attempts"] == 2
    assert [warning["code"] for warning in result["warnings"]] == [11200]


def test_nobody_listens(sim):
    sim.control("numbers", {"number": DEFAULT_NUMBER, "sms_url": "http://127.0.0.1:9/in"})
    result = sim.receive()
    assert result["webhook"]["attempts"] == 2
    assert result["warnings"][0]["code"] == 11200


def test_the_same_text_many_times(sim, hook):
    result = sim.receive(repeat=20)
    assert len(result["answers"]) == len(hook.at("/in")) == 20
    assert {request["params"]["MessageSid"] for request in hook.at("/in")} == {
        result["message_sid"]
    }
    assert len(sim.messages()) == 1
    again = sim.receive(message_sid=result["message_sid"])
    assert again["message_sid"] == result["message_sid"]
    assert len(sim.messages()) == 1


def test_chosen_sid_and_parameters(sim, hook):
    sid = "SM" + "a" * 32
    assert sim.receive(message_sid=sid, params={"NewThing": "7"})["message_sid"] == sid
    (request,) = hook.at("/in")
    assert (request["params"]["MessageSid"], request["params"]["NewThing"]) == (sid, "7")
    assert hook.is_signed(request)


def test_forged(sim, hook):
    sim.receive(sign="wrong")
    sim.receive(sign="missing")
    wrong, missing = hook.at("/in")
    assert not hook.is_signed(wrong)
    assert "X-Twilio-Signature" not in missing["headers"]


@pytest.mark.parametrize(
    "values",
    [
        {"from": "nobody", "body": "x"},
        {"from": PHONE, "to": "+15559999999", "body": "x"},
        {"from": DEFAULT_NUMBER, "body": "x"},
        {"from": PHONE},
        {"from": PHONE, "body": 5},
        {"from": PHONE, "body": "x", "repeat": 0},
        {"from": PHONE, "body": "x", "sign": "maybe"},
        {"from": PHONE, "media": ["nonsense"]},
        {"from": PHONE, "media": [{"base64": "???"}]},
    ],
)
def test_senseless_requests(sim, values):
    assert sim.control("inbound", values, status=400)["error"]
    assert sim.messages() == []


# -- keywords


@pytest.mark.parametrize("word", sorted(keywords.STOP_WORDS))
def test_stop_words(sim, hook, word):
    result = sim.receive(f" {word.lower()} ")
    assert result["keyword"] == "STOP"
    assert len(hook.at("/in")) == 1
    assert phone_sees(sim) == [keywords.STOP_REPLY]
    with pytest.raises(TwilioRestException) as caught:
        sim.send()
    assert (caught.value.code, caught.value.status) == (21610, 400)
    assert sim.stats()["opted_out"] == [{"number": DEFAULT_NUMBER, "phone": PHONE}]


@pytest.mark.parametrize("word", sorted(keywords.START_WORDS))
def test_start_words(sim, word):
    sim.receive("STOP")
    assert sim.receive(word.title())["keyword"] == "START"
    assert phone_sees(sim) == [keywords.STOP_REPLY, keywords.START_REPLY]
    assert sim.send().status == "queued"


def test_repeated_words_are_confirmed_once(sim):
    for word in ("START", "STOP", "STOP", "START", "YES"):
        sim.receive(word)
    assert phone_sees(sim) == [keywords.STOP_REPLY, keywords.START_REPLY]


@pytest.mark.parametrize("word", ["help", "INFO"])
def test_help(sim, word):
    assert sim.receive(word)["keyword"] == "HELP"
    assert phone_sees(sim) == [keywords.HELP_REPLY]


@pytest.mark.parametrize(
    "body", ["please stop", "STOP!", "stopp", "STOP ALL", "abmelden", "yes please", "stop."]
)
def test_other_words_are_ordinary(sim, body):
    assert sim.receive(body)["keyword"] is None
    assert phone_sees(sim) == []
    assert sim.send().status == "queued"


def test_opt_out_is_per_number(sim):
    sim.control("numbers", {"number": TOLL_FREE})
    sim.receive("STOP")
    assert sim.send(sender=TOLL_FREE).status == "queued"
    assert sim.send(to="+15550000001").status == "queued"


def test_yes_does_not_open_a_toll_free_number(sim):
    sim.control("numbers", {"number": TOLL_FREE})
    sim.receive("STOP", to=TOLL_FREE)
    assert sim.receive("YES", to=TOLL_FREE)["keyword"] is None
    with pytest.raises(TwilioRestException):
        sim.send(sender=TOLL_FREE)
    assert sim.receive("UNSTOP", to=TOLL_FREE)["keyword"] == "START"
    assert sim.send(sender=TOLL_FREE).status == "queued"


def test_reply_to_somebody_who_opted_out(sim, hook):
    hook.twiml("<Message>Sorry to see you go</Message>")
    result = sim.receive("STOP")
    assert result["replies"] == []
    assert [warning["code"] for warning in result["warnings"]] == [21610]
    assert phone_sees(sim) == [keywords.STOP_REPLY]


def test_advanced_opt_out(sim, hook):
    sim.settings(advanced_opt_out=True)
    for body in ("stop", "START", "Help", "hello"):
        sim.receive(body)
    types = [request["params"].get("OptOutType") for request in hook.at("/in")]
    assert types == ["STOP", "START", "HELP", None]


def test_opt_out_noticed_late(sim, hook):
    sim.settings(opt_out_late=True)
    sim.receive("STOP")
    message = sim.send(status_callback=f"{hook.url}/status")
    sim.settle()
    params = hook.at("/status")[-1]["params"]
    assert (params["MessageStatus"], params["ErrorCode"]) == ("failed", "21610")
    assert sim.client.messages(message.sid).fetch().error_code == 21610


def test_opt_out_by_control(sim):
    sim.control("opt-out", {"phone": PHONE})
    with pytest.raises(TwilioRestException):
        sim.send()
    sim.control("opt-out", {"phone": PHONE, "opted_out": False})
    assert sim.send().status == "queued"
    assert phone_sees(sim) == ["Hello"]


# -- pictures


def test_media(sim, hook):
    data = "data:image/png;base64," + base64.b64encode(PNG).decode()
    plain = {"content_type": "text/vcard", "text": "BEGIN:VCARD"}
    result = sim.receive("Look", media=[data, plain])
    sid = result["message_sid"]
    assert sid.startswith("MM")
    params = hook.at("/in")[0]["params"]
    assert params["NumMedia"] == "2"
    assert (params["MediaContentType0"], params["MediaContentType1"]) == ("image/png", "text/vcard")
    url = params["MediaUrl0"]
    assert url.startswith(f"{sim.api}/Messages/{sid}/Media/ME")

    assert http.get(url).status_code == 401
    redirect = http.get(url, auth=sim.auth, allow_redirects=False)
    assert redirect.status_code == 307
    answer = http.get(redirect.headers["Location"])
    assert (answer.headers["Content-Type"], answer.content) == ("image/png", PNG)

    listed = sim.client.messages(sid).media.list()
    assert [item.content_type for item in listed] == ["image/png", "text/vcard"]
    fetched = sim.client.messages(sid).media(listed[0].sid).fetch()
    assert fetched.parent_sid == sid
    assert sim.client.messages(sid).fetch().num_media == "2"
    with pytest.raises(TwilioRestException):
        sim.client.messages(sid).media("ME" + "0" * 32).fetch()


def test_media_without_credentials_or_redirect(sim, hook):
    sim.settings(media_auth=False, media_redirect=False)
    sim.receive("", media=[{"content_type": "text/plain", "text": "note"}])
    answer = http.get(hook.at("/in")[0]["params"]["MediaUrl0"], allow_redirects=False)
    assert (answer.status_code, answer.text) == (200, "note")


def test_outgoing_media(sim):
    message = sim.send(body="", media_url=["https://example.com/a.png"])
    assert (message.num_media, message.sid[:2]) == ("1", "MM")
    assert sim.messages()[0]["media"][0]["url"] == "https://example.com/a.png"
