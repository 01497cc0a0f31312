"""Faults of the API itself, and its limits."""

import time

import pytest
import requests
from conftest import PHONE
from twilio.base.exceptions import TwilioRestException

from simulator.faults import FAULTS, Faults


def outcome(call, *arguments, **values):
    """Return (HTTP status, code) of a refusal, or ``None``."""
    try:
        call(*arguments, **values)
    except TwilioRestException as error:
        return error.status, error.code
    return None


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("http_429", (429, 20429)),
        ("http_500", (500, 20500)),
        ("http_503", (503, 20503)),
        ("create_error", (400, 21612)),
    ],
)
def test_answers(sim, fault, expected):
    sim.faults(**{fault: {"count": 1}})
    assert outcome(sim.send) == expected
    assert sim.messages() == []
    assert outcome(sim.send) is None
    assert sim.stats()["faults"] == {fault: 1}
    assert sim.stats()["rejected"] == {str(expected[1]): 1}


def test_html_502(sim):
    sim.faults(http_502_html={"count": 1})
    answer = sim.post(To=PHONE, From="+15005550006", Body="x")
    assert answer.status_code == 502
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "<html>" in answer.text
    sim.faults(http_502_html={"count": 1})
    assert outcome(sim.send)[0] == 502
    assert sim.messages() == []


def test_other_error_codes(sim):
    sim.faults(create_error={"count": 1, "code": 30001, "status": 429})
    assert outcome(sim.send) == (429, 30001)


def test_dropped_before_accepting(sim):
    sim.faults(drop_before={"count": 1})
    with pytest.raises(requests.ConnectionError):
        sim.send()
    assert sim.messages() == []


def test_dropped_after_accepting(sim, hook):
    sim.faults(drop_after={"count": 1})
    with pytest.raises(requests.ConnectionError):
        sim.send(body="Only once", status_callback=f"{hook.url}/status")
    sim.settle()
    (message,) = sim.messages()
    assert (message["body"], message["status"]) == ("Only once", "delivered")
    assert hook.statuses() == ["sent", "delivered"]
    assert len(sim.client.messages.list(to=PHONE)) == 1


def test_drop_after_does_not_accept_what_is_wrong(sim):
    sim.faults(drop_after={"count": 1})
    assert outcome(sim.send, to="+1") == (400, 21211)


def test_skip_then_count(sim):
    sim.faults(http_500={"count": 2, "skip": 1})
    results = [outcome(sim.send) for _index in range(4)]
    assert results == [None, (500, 20500), (500, 20500), None]


def test_probability_with_seed(sim):
    def run():
        sim.settings(seed=1)
        return [outcome(sim.send) is None for _index in range(40)]

    sim.faults(http_429=0.5)
    first = run()
    assert 5 < sum(first) < 35
    assert run() == first
    sim.control("faults", method="DELETE")
    assert all(run())


def test_latency(sim):
    sim.settings(latency_ms=60)
    started = time.monotonic()
    sim.send()
    assert 0.06 <= time.monotonic() - started < 3
    sim.settings(latency_ms=[10, 20])
    started = time.monotonic()
    sim.send()
    assert 0.01 <= time.monotonic() - started < 3


def test_concurrency_limit(sim):
    sim.settings(latency_ms=400, max_concurrency=5, retry_after_s=2)
    results = sim.send_many(10, concurrency=10)
    statuses = [status for status, _body in results]
    assert statuses.count(201) == 5
    assert statuses.count(429) == 5
    assert sim.stats()["peak_concurrency"] > 5
    sim.faults(http_429={"count": 1})
    answer = sim.post(To=PHONE, From="+15005550006", Body="x")
    assert answer.headers["Retry-After"] == "2"
    assert answer.headers["Twilio-Concurrent-Requests"] == "1"


def test_doubles_are_counted(sim):
    for body in ("a", "a", "b", "a"):
        sim.send(body=body)
    stats = sim.stats()
    assert stats["doubles"] == 2
    assert stats["doubled"] == [{"to": PHONE, "body": "a", "count": 3}]
    assert (stats["created"], stats["recipients"]) == (4, 1)


@pytest.mark.parametrize(
    "rules",
    [
        {"no_such_fault": 1},
        {"http_429": 1.5},
        {"http_429": {"count": -1}},
        {"http_429": {"often": 1}},
        {"http_429": "yes"},
        {"http_429": {"probability": True}},
    ],
)
def test_unusable_rules_are_refused(sim, rules):
    answer = sim.control("faults", {"http_500": 1, **rules}, status=400)
    assert answer["error"]
    assert sim.control("faults")["rules"] == {}


def test_rules_can_be_taken_away():
    faults = Faults()
    faults.update({"http_429": 1, "http_500": {"count": 1}})
    faults.update({"http_429": None, "http_500": 0})
    assert faults.rules == {}
    assert all(faults.strikes(name) is None for name in FAULTS)


def test_draws_of_one_fault_do_not_depend_on_another():
    def draws(others):
        faults = Faults(seed=3)
        faults.update({"http_429": 0.5, "http_500": 0.5})
        result = []
        for _index in range(30):
            for _other in range(others):
                faults.strikes("http_500")
            result.append(faults.strikes("http_429") is not None)
        return result

    assert draws(0) == draws(2)
