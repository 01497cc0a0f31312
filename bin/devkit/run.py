"""Run other programs: output into a log file, failures as one sentence that names that file."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from .paths import LOGS, ROOT
from .say import Stop

NO_NETWORK = re.compile(
    r"Could not resolve|Temporary failure (in name resolution|resolving)|Network is unreachable"
    r"|Name or service not known"
    r"|Could not connect|Failed to establish a new connection|Connection timed out|Failed to fetch|unable to access"
    r"|No route to host|Failed to resolve",
    re.IGNORECASE,
)
DISK_FULL = re.compile(
    r"No space left on device|Disk quota exceeded|don't have enough free space", re.IGNORECASE
)


def shown(path: Path) -> str:
    """A path as a developer would type it from the repository root."""
    return os.path.relpath(path, ROOT) if path.is_relative_to(ROOT) else str(path)


def run(
    command: Sequence[object],
    what: str,
    log: str,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: str | None = None,
    user: int | None = None,
    group: int | None = None,
) -> Path:
    """Run `command` with its output in `.dev/log/<log>`; `what` completes the sentence "Could not ..." on failure."""
    path = LOGS / log
    arguments = [str(part) for part in command]
    identity = {} if user is None else {"user": user, "group": group, "extra_groups": []}
    with path.open("ab") as output:
        output.write(f"\n$ {' '.join(arguments)}\n".encode())
        output.flush()
        start = output.tell()
        try:
            result = subprocess.run(
                arguments,
                env=None if env is None else {**os.environ, **env},
                cwd=cwd,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                **({"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin.encode()}),
                **identity,
            )
        except FileNotFoundError as error:
            raise Stop(
                f"Could not {what}: the program {arguments[0]} is missing; install it and run this again."
            ) from error
    if result.returncode:
        raise Stop(why(what, path, path.read_bytes()[start:].decode(errors="replace")))
    return path


def why(what: str, log: Path, output: str) -> str:
    """The sentence for a program that failed with `output`."""
    if DISK_FULL.search(output):
        return f"Could not {what}: the disk is full; free some space (about 4 GB are needed in all) and run this again."
    if "CERTIFICATE_VERIFY_FAILED" in output:
        return (
            f"Could not {what}: this machine does not trust the server's certificate;"
            f" install your proxy's certificate (PIP_CERT for pip) and run this again (details in {shown(log)})."
        )
    if NO_NETWORK.search(output) or "Unable to locate package" in output:
        return f"Could not {what}: no network; connect this machine and run this again (details in {shown(log)})."
    lines = [text.strip() for text in output.splitlines() if text.strip()]
    last = f' The last line is: "{lines[-1][:300]}"' if lines else ""
    return f"Could not {what}: see {shown(log)}.{last}"


def output_of(command: Sequence[object]) -> str:
    """What a short, read-only program prints; empty if it fails or does not exist."""
    try:
        result = subprocess.run(
            [str(part) for part in command], capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return result.stdout.strip() if not result.returncode else ""
