"""Driving Chromium as the tests do: the commands that need it go on in the Python environment."""

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

from . import debian
from .browser import find_chromium
from .paths import PYTHON, ROOT, make_folders
from .setup import CHROMIUM, building, check_python
from .venv import ensure_venv


def in_environment(command: str, arguments: list[str]) -> None:
    """Set the environment up if need be, and start `bin/<command>` again inside it unless this is it."""
    if Path(sys.prefix).resolve() == PYTHON.parent.parent.resolve():
        return
    check_python()
    make_folders()
    with building():
        if not find_chromium():
            debian.install(CHROMIUM, "Chromium")
        ensure_venv(dev=True)
    os.execv(PYTHON, [str(PYTHON), str(ROOT / "bin" / command), *arguments])


def from_tests(name: str) -> ModuleType:
    """A module of `tests/` that needs no Odoo, such as `browser` and `live`."""
    spec = importlib.util.spec_from_file_location(f"texting_{name}", ROOT / "tests" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
