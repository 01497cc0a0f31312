"""The fixed account of the simulator, and telling it where incoming texts go: through Twilio's own REST API."""

import base64
import json
import urllib.parse
import urllib.request

from .say import Stop

# the simulator's own defaults, see simulator/__init__.py
ACCOUNT_SID = "AC51a0000000000000000000000000f00d"
AUTH_TOKEN = "51a0000000000000000000000000f00d"
NUMBER = "+15005550006"
INBOUND = "/recruitment_texting/twilio/inbound"


def command_line(port: int) -> list[str]:
    account = ["--account-sid", ACCOUNT_SID, "--auth-token", AUTH_TOKEN, "--number", NUMBER]
    return ["-m", "simulator", "--host", "127.0.0.1", "--port", str(port), *account]


def _call(url: str, values: dict[str, str] | None = None) -> dict:
    request = urllib.request.Request(
        url, data=urllib.parse.urlencode(values).encode() if values else None
    )
    request.add_header(
        "Authorization",
        "Basic " + base64.b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode(),
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
        request, timeout=10
    ) as answer:
        return json.load(answer)


def set_inbound_address(simulator_url: str, odoo_url: str) -> None:
    """What an administrator does on Twilio's page of a number: "A message comes in: webhook"."""
    numbers = f"{simulator_url}/2010-04-01/Accounts/{ACCOUNT_SID}/IncomingPhoneNumbers"
    try:
        found = _call(f"{numbers}.json?{urllib.parse.urlencode({'PhoneNumber': NUMBER})}")[
            "incoming_phone_numbers"
        ]
        sid = next(entry["sid"] for entry in found if entry["phone_number"] == NUMBER)
        _call(f"{numbers}/{sid}.json", {"SmsUrl": odoo_url + INBOUND, "SmsMethod": "POST"})
    except (OSError, ValueError, KeyError, StopIteration) as error:
        raise Stop(
            f"The simulator does not know its number {NUMBER} ({error!r}): see .dev/log/simulator.log."
        ) from error
