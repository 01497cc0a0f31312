"""Status callbacks: parameters, signature, order, retry, and what can go wrong with them."""

import json
import re
import time

from conftest import PHONE, wait_for

from simulator import DEFAULT_ACCOUNT_SID, DEFAULT_NUMBER


def test_parameters_signature_and_order(sim, hook):
    hook.says(204)
    message = sim.send(status_callback=f"{hook.url}/status?job=7&x=%C3%A9")
    sim.settle()
    requests = hook.at("/status")
    assert hook.statuses() == ["sent", "delivered"]
    for request in requests:
        assert request["method"] == "POST"
        assert hook.is_signed(request)
    params = requests[-1]["params"]
    assert re.fullmatch(r"\d{10}", params.pop("RawDlrDoneDate"))
    assert params == {
        "AccountSid": DEFAULT_ACCOUNT_SID,
        "ApiVersion": "2010-04-01",
        "From": DEFAULT_NUMBER,
        "MessageSid": message.sid,
        "MessageStatus": "delivered",
        "SmsSid": message.sid,
        "SmsStatus": "delivered",
        "To": PHONE,
    }
    assert sim.stats()["callbacks"]["sent"] == 2


def test_more_statuses_on_demand(sim, hook):
    sim.settings(callback_statuses=["queued", "sending", "sent", "delivered"])
    sim.client.messages.create(
        to=PHONE,
        body="x",
        messaging_service_sid=sim.control("state")["messaging_services"][0],
        status_callback=f"{hook.url}/status",
    )
    sim.settle()
    assert hook.statuses() == ["queued", "sending", "sent", "delivered"]


def test_order_holds_when_the_receiver_is_slow(sim, hook):
    def answer(request):
        time.sleep(0.02 if request["params"]["MessageStatus"] == "sent" else 0)
        return 200, "text/plain", ""

    hook.answer = answer
    sim.send_many(20, StatusCallback=f"{hook.url}/status")
    sim.settle()
    sids = {request["params"]["MessageSid"] for request in hook.at("/status")}
    assert len(sids) == 20
    assert all(hook.statuses(sid=sid) == ["sent", "delivered"] for sid in sids)


def test_server_errors_are_retried_once(sim, hook):
    hook.says(503)
    sim.send(status_callback=f"{hook.url}/status")
    sim.settle()
    assert hook.statuses() == ["sent", "sent", "delivered", "delivered"]
    tokens = [request["headers"]["I-Twilio-Idempotency-Token"] for request in hook.at("/status")]
    assert tokens[0] == tokens[1] != tokens[2] == tokens[3]
    counts = sim.stats()["callbacks"]
    assert (counts["sent"], counts["failed"], counts["retried"]) == (0, 2, 2)


def test_dropped_connections_are_retried(sim, hook):
    answers = [(None, "", ""), (200, "", "")]
    hook.answer = lambda request: answers.pop(0) if answers else (200, "", "")
    sim.send(status_callback=f"{hook.url}/status")
    sim.settle()
    assert hook.statuses() == ["sent", "sent", "delivered"]


def test_client_errors_are_not_retried(sim, hook):
    hook.says(403)
    sim.send(status_callback=f"{hook.url}/status")
    sim.settle()
    assert hook.statuses() == ["sent", "delivered"]
    assert sim.stats()["callbacks"]["failed"] == 2


def test_nobody_listens(sim):
    sim.send(status_callback="http://127.0.0.1:9/status")
    sim.settle()
    assert sim.stats()["callbacks"]["failed"] == 2


def test_pool_is_bounded(sim, hook):
    sim.settings(callback_workers=3)
    running, most = [], []

    def answer(request):
        running.append(1)
        most.append(len(running))
        time.sleep(0.01)
        running.pop()
        return 200, "", ""

    hook.answer = answer
    sim.send_many(15, StatusCallback=f"{hook.url}/status")
    sim.settle()
    assert 2 <= max(most) <= 3


# -- faults


def test_lost(sim, hook):
    sim.faults(callback_lost={"count": 1})
    sim.send(status_callback=f"{hook.url}/status")
    sim.settle()
    assert hook.statuses() == ["delivered"]
    assert sim.stats()["callbacks"]["lost"] == 1


def test_doubled(sim, hook):
    sim.faults(callback_doubled={"count": 1})
    sim.send(status_callback=f"{hook.url}/status")
    sim.settle()
    assert sorted(hook.statuses()) == ["delivered", "sent", "sent"]


def test_reordered(sim, hook):
    sim.faults(callback_reordered={"count": 1})
    sim.send(status_callback=f"{hook.url}/status")
    sim.settle()
    assert hook.statuses() == ["delivered", "sent"]


def test_delayed(sim, hook):
    sim.faults(callback_delayed={"count": 1, "ms": 300})
    sim.send(status_callback=f"{hook.url}/status")
    sim.settle()
    assert hook.statuses() == ["delivered", "sent"]


def test_early(sim, hook):
    """Every callback is answered before the answer to the creation begins."""
    sim.faults(callback_early={"count": 1})
    message = sim.send(status_callback=f"{hook.url}/status")
    assert hook.statuses() == ["sent", "delivered"]
    assert message.status == "queued"
    assert sim.client.messages(message.sid).fetch().status == "delivered"


def test_early_and_slow(sim, hook):
    """The answer waits for the callbacks: a client that holds a lock meanwhile would notice."""
    hook.answer = lambda request: (time.sleep(0.05), (200, "", ""))[1]
    sim.faults(callback_early=1)
    started = time.monotonic()
    sim.send(status_callback=f"{hook.url}/status")
    assert time.monotonic() - started > 0.1


def test_only_for_one_recipient(sim, hook):
    sim.faults(callback_lost={"probability": 1, "to": "+15550000001"})
    kept = sim.send(status_callback=f"{hook.url}/status")
    sim.send(to="+15550000001", status_callback=f"{hook.url}/status")
    sim.settle()
    assert hook.statuses() == hook.statuses(sid=kept.sid) == ["sent", "delivered"]


def test_undelivered_share_repeats_with_a_seed(sim):
    def outcomes():
        sim.settings(seed=5)
        sim.faults(undelivered={"probability": 0.5, "code": 30008})
        for index in range(20):
            sim.send(body=str(index))
            sim.settle()
        return [message["error_code"] for message in sim.messages()][-20:]

    first = outcomes()
    assert set(first) == {None, 30008}
    assert outcomes() == first


def test_reset_forgets_what_is_under_way(sim, hook):
    sim.settings(sent_ms=250, delivered_ms=300)
    sim.send(status_callback=f"{hook.url}/status")
    sim.control("reset", {})
    time.sleep(0.35)
    assert hook.requests == []
    assert json.dumps(sim.messages()) == "[]"


def test_many_at_once(sim, hook):
    results = sim.send_many(300, StatusCallback=f"{hook.url}/status")
    assert {status for status, _body in results} == {201}
    sim.settle()
    wait_for(lambda: len(hook.at("/status")) == 600)
    stats = sim.stats()
    assert stats["statuses"] == {"delivered": 300}
    assert stats["by_to"] == {PHONE: 300}
    assert stats["doubles"] == 0
