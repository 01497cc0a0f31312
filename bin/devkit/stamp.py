"""Stamps: a small file that says from what something was built, so that it is built again only when that changed."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from .paths import ROOT, STATE


def digest(*parts: object) -> str:
    return hashlib.sha256("\0".join(str(part) for part in parts).encode()).hexdigest()[:12]


def files_digest(files: Iterable[Path]) -> str:
    """A digest of the names and contents of files."""
    total = hashlib.sha256()
    for path in sorted(files):
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # an editor replaced it while we looked
            continue
        total.update(f"{path.relative_to(ROOT)}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()[:12]


class Stamp:
    """`with`-less on purpose: read before the work, write after it succeeded."""

    def __init__(self, name: str):
        self.path = STATE / f"{name}.stamp"

    def read(self) -> str:
        try:
            return self.path.read_text()
        except FileNotFoundError:
            return ""

    def write(self, value: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(value)

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)
