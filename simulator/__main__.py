"""Command line: ``python -m simulator``."""

import argparse
import asyncio
import logging
import re
import signal
import sys

from . import DEFAULT_ACCOUNT_SID, DEFAULT_AUTH_TOKEN, DEFAULT_NUMBER
from .app import Simulator, serve
from .settings import Settings
from .store import normalize


def latency(text):
    """Read ``150`` or ``100-200`` (milliseconds)."""
    parts = [float(part) for part in text.split("-")]
    if len(parts) > 2 or min(parts) < 0 or parts != sorted(parts):
        raise argparse.ArgumentTypeError("give milliseconds, such as 150 or 100-200")
    return parts if len(parts) == 2 else parts[0]


def number(text):
    """Read a phone number with country code."""
    value = normalize(text)
    if value is None:
        raise argparse.ArgumentTypeError(f"{text} is not a number such as +15005550006")
    return value


def account(text):
    """Read an account sid."""
    if not re.fullmatch("AC[0-9a-fA-F]{32}", text):
        raise argparse.ArgumentTypeError("an account sid is AC and 32 hexadecimal digits")
    return text


def parse(arguments=None):
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description="A stand-in for Twilio's Messages API, with phones in the browser.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="default %(default)s")
    parser.add_argument(
        "--port", type=int, default=8070, help="0 takes a free one (default %(default)s)"
    )
    parser.add_argument("--account-sid", type=account, default=DEFAULT_ACCOUNT_SID)
    parser.add_argument("--auth-token", default=DEFAULT_AUTH_TOKEN)
    parser.add_argument(
        "--number",
        type=number,
        action="append",
        dest="numbers",
        help=f"one of our numbers; may be repeated (default {DEFAULT_NUMBER})",
    )
    parser.add_argument("--sms-url", default="", help="webhook of these numbers")
    parser.add_argument(
        "--latency-ms", type=latency, default=0.0, help="API answer time: 150 or 100-200"
    )
    parser.add_argument("--sent-ms", type=float, default=50, help="from creation to sent")
    parser.add_argument(
        "--delivered-ms", type=float, default=150, help="from creation to delivered"
    )
    parser.add_argument("--callback-workers", type=int, default=20)
    parser.add_argument("--seed", default=None, help="makes faults repeatable")
    parser.add_argument(
        "--public-url", default="", help="how webhook receivers reach the simulator"
    )
    parser.add_argument("--state", default=None, help="file that keeps messages over a restart")
    return parser.parse_args(arguments)


async def run(options):
    """Serve until SIGTERM or SIGINT."""
    settings = Settings()
    settings.update(
        {
            "latency_ms": options.latency_ms,
            "sent_ms": options.sent_ms,
            "delivered_ms": options.delivered_ms,
            "callback_workers": options.callback_workers,
            "seed": options.seed,
        }
    )
    sim = Simulator(
        options.account_sid,
        options.auth_token,
        tuple(dict.fromkeys(options.numbers or [DEFAULT_NUMBER])),
        settings,
        options.sms_url,
        options.public_url.rstrip("/"),
        options.state,
    )
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    await serve(
        sim,
        options.host,
        options.port,
        lambda address: print(f"listening on {address}", flush=True),
        stop,
    )


def main():
    """Run the program; the exit code is 1 when it cannot start."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    options = parse()
    try:
        asyncio.run(run(options))
    except (OSError, ValueError) as error:
        print(f"The simulator cannot start: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
