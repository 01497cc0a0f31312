"""Which files of the addon make a database out of date when they change."""

from collections.abc import Iterable
from pathlib import Path

from .paths import ROOT
from .stamp import digest, files_digest

# Folders of the addon that Odoo loads into the database or runs while installing.
INSTALLED = (
    "models",
    "wizards",
    "controllers",
    "gateway",
    "rules",
    "views",
    "report",
    "security",
    "data",
    "demo",
    "i18n",
    "migrations",
    "static/description",
)
SUFFIXES = {".py", ".xml", ".csv", ".po", ".sql", ".png", ".svg", ".jpg"}


def _files(folders: Iterable[str]) -> list[Path]:
    found = list(ROOT.glob("*.py"))
    for folder in folders:
        found += [
            path
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and path.suffix in SUFFIXES
        ]
    return [path for path in found if "__pycache__" not in path.parts]


def code_digest() -> str:
    """Changes whenever the addon has to be installed or updated again. The manifest's asset lists are part of it."""
    return files_digest(_files(INSTALLED))


def assets_digest() -> str:
    """Changes whenever the browser bundles have to be built again: what is served from `static/`."""
    files = [path for path in (ROOT / "static").rglob("*") if path.is_file()]
    return digest(code_digest(), files_digest(files))
