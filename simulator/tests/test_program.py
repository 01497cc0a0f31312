"""The program: command line, control address, state file, page."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PHONE, ROOT, Simulator, http

from simulator import DEFAULT_ACCOUNT_SID, DEFAULT_AUTH_TOKEN, DEFAULT_NUMBER
from simulator.__main__ import parse
from simulator.settings import Settings

STATIC = Path(__file__).parents[1] / "static"


def test_defaults_are_valid_and_fake():
    assert re.fullmatch("AC[0-9a-f]{32}", DEFAULT_ACCOUNT_SID)
    assert re.fullmatch("[0-9a-f]{32}", DEFAULT_AUTH_TOKEN)
    assert DEFAULT_NUMBER == "+15005550006"


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_clean_end(name):
    simulator = Simulator("--number", "+15550001000", "--latency-ms", "1-2")
    simulator.send(sender="+15550001000")
    simulator.process.send_signal(getattr(signal, name))
    out, err = simulator.process.communicate(timeout=10)
    assert (simulator.process.returncode, out, err) == (0, "", "")


def test_port_in_use(sim):
    port = sim.url.rsplit(":", 1)[1]
    done = subprocess.run(
        [sys.executable, "-m", "simulator", "--port", port],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("The simulator cannot start: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [["--account-sid", "AC1"], ["--number", "x"], ["--latency-ms", "9-1"], ["--latency-ms", "-"]],
)
def test_wrong_arguments(arguments, capsys):
    with pytest.raises(SystemExit):
        parse(arguments)
    assert "error: argument" in capsys.readouterr().err


def test_arguments():
    options = parse(["--number", "+1 (555) 000-1000", "--number", "+15550001001"])
    assert options.numbers == ["+15550001000", "+15550001001"]
    assert parse(["--latency-ms", "100-200"]).latency_ms == [100, 200]
    assert parse(["--latency-ms", "150"]).latency_ms == 150
    assert parse([]).port == 8070


def test_health(sim):
    answer = http.get(f"{sim.url}/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_settings(sim):
    changed = sim.settings(latency_ms=[1, 2], max_concurrency=9)
    assert (changed["latency_ms"], changed["max_concurrency"]) == ([1, 2], 9)
    assert sim.control("settings") == changed
    sim.control("reset", {})
    assert sim.control("settings") == Settings().as_json()


@pytest.mark.parametrize(
    "values",
    [
        {"no_such_setting": 1},
        {"latency_ms": -1},
        {"latency_ms": [2, 1]},
        {"latency_ms": "fast"},
        {"max_concurrency": 0},
        {"callback_workers": 1.5},
        {"geo_blocked": "+33"},
        {"advanced_opt_out": 1},
        {"seed": []},
        [1],
    ],
)
def test_unusable_settings(sim, values):
    before = sim.control("settings")
    if isinstance(values, dict):
        values = {"sent_ms": 99, **values}
    assert sim.control("settings", values, status=400)["error"]
    assert sim.control("settings") == before


def test_body_that_is_not_json(sim):
    answer = http.post(f"{sim.url}/control/faults", data="{")
    assert answer.status_code == 400
    assert "JSON" in answer.json()["error"]


def test_messages_by_control(sim):
    for to in (PHONE, "+15550000001"):
        sim.send(to=to)
    sim.receive("Hi")
    sim.settle()
    assert [m["origin"] for m in sim.messages()] == ["api", "api", "phone"]
    assert [m["to"] for m in sim.messages(to=PHONE)] == [PHONE]
    assert len(sim.messages(phone=PHONE)) == 2
    assert len(sim.messages(direction="inbound")) == 1
    assert len(sim.messages(status="delivered")) == 2
    assert len(sim.messages(**{"from": DEFAULT_NUMBER})) == 2
    newest = sim.messages(limit=1)
    assert newest == sim.messages(after=newest[0]["seq"] - 1)


def test_phones(sim):
    sim.control("phones", {"number": "+1 555 000 0001", "name": "Ada"})
    sim.send()
    phones = sim.control("phones")["phones"]
    assert [phone["number"] for phone in phones] == [PHONE, "+15550000001"]
    assert phones[0]["last"]["body"] == "Hello"
    assert [p["name"] for p in sim.control("phones?q=ada")["phones"]] == ["Ada"]
    assert sim.control("phones?limit=1")["total"] == 2
    assert sim.control("phones", {"number": "555"}, status=400)["error"]
    assert sim.control("phones", {"number": DEFAULT_NUMBER}, status=400)["error"]


def test_numbers_by_control(sim):
    sim.control("numbers", {"number": "+15005550011", "sms_url": "http://x.test/in"})
    found = {item["number"]: item for item in sim.control("numbers")["numbers"]}
    assert found["+15005550011"]["sms_url"] == "http://x.test/in"
    wrong = {"number": "+15005550011", "sms_method": "PUT"}
    assert sim.control("numbers", wrong, status=400)["error"]


def test_live_events(sim, hook):
    with http.get(f"{sim.url}/control/events", stream=True, timeout=10) as stream:
        lines = stream.iter_lines(chunk_size=1, decode_unicode=True)
        assert next(lines).startswith("retry")
        hook.says(200, "text/plain", "OK")
        sim.receive("Hi")
        seen = []
        for line in lines:
            if line.startswith("data: "):
                seen += json.loads(line[6:])
            if {event["type"] for event in seen} >= {"message", "warning"}:
                break
    message = next(event["message"] for event in seen if event["type"] == "message")
    assert (message["body"], message["direction"]) == ("Hi", "inbound")


def test_state_survives_a_kill(tmp_path, hook):
    state = tmp_path / "state"
    simulator = Simulator("--state", str(state), "--sms-url", f"{hook.url}/in")
    try:
        simulator.settings(sent_ms=5, delivered_ms=10)
        done = simulator.send(body="Done")
        gone = simulator.send(body="Gone")
        secret = simulator.send(body="Secret")
        simulator.settle()
        simulator.client.messages(gone.sid).delete()
        simulator.client.messages(secret.sid).update(body="")
        simulator.receive("STOP", sender="+15550000002", media=[{"text": "x"}])
        simulator.control("phones", {"number": PHONE, "name": "Ada", "off": True})
        simulator.control("phones", {"number": PHONE, "off": False})
        simulator.settle()
        simulator.settings(sent_ms=5000)
        waiting = simulator.send(body="Waiting", status_callback=f"{hook.url}/status")
        before = simulator.client.messages(done.sid).fetch().date_created
        simulator.control("age", {"seconds": 3600})
    finally:
        simulator.process.kill()
        simulator.process.communicate()
    with state.open("ab") as file:
        file.write(b'["message", ["cut o')
    simulator = Simulator("--state", str(state), "--sent-ms", "2", "--delivered-ms", "4")
    try:
        simulator.settle()
        bodies = {message["body"] for message in simulator.messages(phone=PHONE)}
        assert bodies == {"Done", "", "Waiting"}
        assert simulator.client.messages(done.sid).fetch().status == "delivered"
        after = simulator.client.messages(done.sid).fetch().date_created
        assert 3599 <= (before - after).total_seconds() <= 3601
        assert hook.statuses(sid=waiting.sid) == ["sent", "delivered"]
        assert simulator.stats()["opted_out"] == [
            {"number": DEFAULT_NUMBER, "phone": "+15550000002"}
        ]
        assert simulator.control("phones?q=ada")["phones"][0]["off"] is False
        assert simulator.receive("Hi")["webhook"]["status"] == 200
        assert simulator.messages(phone="+15550000002")[0]["num_media"] == 1
        simulator.control("reset", {})
    finally:
        assert simulator.stop() == 0
    simulator = Simulator("--state", str(state))
    try:
        assert simulator.messages() == []
        assert simulator.control("numbers")["numbers"][0]["sms_url"] == f"{hook.url}/in"
    finally:
        assert simulator.stop() == 0


def test_wrong_state_file(tmp_path):
    path = tmp_path / "state"
    path.write_text("not ours\n")
    done = subprocess.run(
        [sys.executable, "-m", "simulator", "--port", "0", "--state", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 1
    assert "is not a state file" in done.stderr
    assert path.read_text() == "not ours\n"


# -- the page


def test_page(sim):
    answer = http.get(f"{sim.url}/")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    for path in set(re.findall(r'"(/static/[^"]+)"', answer.text)):
        assert http.get(sim.url + path).status_code == 200, path
    for path in re.findall(r'from "\./([^"]+)"', (STATIC / "app.js").read_text()):
        assert http.get(f"{sim.url}/static/{path}").status_code == 200, path
    assert http.get(f"{sim.url}/favicon.ico").status_code == 200
    assert http.get(f"{sim.url}/media/ME0").status_code == 404


def test_page_hooks():
    text = "".join(path.read_text() for path in sorted(STATIC.glob("*.*")))
    for hook in (
        "phone-list", "phone", "phone-input", "phone-send", "phone-title", "phone-power",
        "add-number", "add-number-input", "add-number-submit", "our-number", "opted-out",
        "quick-stop", "quick-start", "quick-help", "messages", "open-panel", "warnings", "back",
    ):  # fmt: skip
        assert f'data-testid="{hook}"' in text, hook
    assert 'testid: "bubble"' in text
    assert "testid: `phone-${number.slice(1)}`" in text


def test_page_never_makes_markup_of_text():
    script = "".join(path.read_text() for path in STATIC.glob("*.js"))
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert word not in script, word


def test_page_finds_its_elements():
    html = (STATIC / "index.html").read_text()
    script = "".join(path.read_text() for path in STATIC.glob("*.js"))
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'byId\("([^"]+)"\)', script)) <= set(ids)


def test_page_asks_nobody_else():
    for path in STATIC.glob("*.*"):
        urls = re.findall(r"https?://[^\s\"'`]+", path.read_text())
        assert set(urls) <= {"http://www.w3.org/2000/svg"}, path
