"""Which lines of an Odoo log fail a run: every WARNING, ERROR and CRITICAL that is not explained here."""

import re
from pathlib import Path

LINE = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ (?P<level>[A-Z]+) (?P<database>\S+) (?P<text>.*)$"
)
FAILING = {"WARNING", "ERROR", "CRITICAL"}

# One regular expression per line, each with its reason. Keep it short: a warning of our own code is fixed, not listed.
ALLOWED = [re.compile(pattern) for pattern in ()]


def unexpected(path: Path) -> list[str]:
    """The failing lines, with the lines that follow them (tracebacks) shortened."""
    found: list[str] = []
    following = 0
    for text in path.read_text(errors="replace").splitlines() if path.exists() else []:
        match = LINE.match(text)
        if match:
            following = 0
            if match["level"] in FAILING and not any(
                pattern.search(match["text"]) for pattern in ALLOWED
            ):
                found.append(text)
                following = 12
        elif following:
            found.append(f"    {text}")
            following -= 1
    return found
