"""The two addresses of `bin/serve`, and waiting for what is behind them."""

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request

from .say import Stop

HOST = "127.0.0.1"


def port_from(variable: str, default: int) -> int:
    text = os.environ.get(variable) or str(default)
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Stop(f"{variable}={text} is not a port: give it a number between 1 and 65535.")
    return int(text)


def check_free(port: int, variable: str, what: str) -> None:
    """Fail before anything is started when somebody else listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise Stop(
                f"Port {port} for {what} needs more rights: choose another one, e.g. {variable}=9069."
            ) from None
        except OSError:
            raise Stop(
                f"Port {port} for {what} is in use: stop the program that uses it (bin/serve in another window?)"
                f" or choose another one, e.g. {variable}={port + 1000} bin/serve."
            ) from None


def answers(url: str) -> bool:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def wait_until_answers(url: str, process: subprocess.Popen, seconds: float) -> bool:
    """False when the process ended or did not answer in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            return False
        if answers(url):
            return True
        time.sleep(0.2)
    return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]
