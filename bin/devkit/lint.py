"""`bin/test --lint`: ruff for style, pylint with OCA's rules, data files, and that every test module is loaded."""

import re
import subprocess

from .paths import ADDON_LINK, PYTHON, ROOT, VENV, make_folders
from .say import line, step
from .setup import building, check_python
from .venv import ensure_venv


def _check(title: str, command: list[object], cwd=ROOT) -> bool:
    with step(title):
        result = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    output = (result.stdout + result.stderr).strip()
    if result.returncode:
        line(output)
        line(f"  {title}: FAILED")
    return result.returncode == 0


def _test_modules() -> bool:
    """Odoo's own runner finds only what tests/__init__.py imports: a forgotten module would not run there."""
    folder = ROOT / "tests"
    modules = {path.stem for path in folder.glob("test_*.py")}
    init = folder / "__init__.py"
    imported = set(re.findall(r"\b(test_\w+)", init.read_text())) if init.exists() else set()
    for name in sorted(modules - imported):
        line(f"  tests/__init__.py: does not import {name}")
    return modules <= imported


def main(*, fix: bool = False) -> int:
    check_python()
    make_folders()
    with building():
        ensure_venv(dev=True)
    ruff = VENV / "bin" / "ruff"
    if fix:
        subprocess.run([ruff, "check", "--fix", "--quiet", "."], cwd=ROOT, check=False)
        subprocess.run([ruff, "format", "--quiet", "."], cwd=ROOT, check=False)
    results = [
        _check("ruff check", [ruff, "check", "."]),
        _check("ruff format", [ruff, "format", "--check", "."]),
        _check(
            "pylint-odoo",
            [PYTHON, "-m", "pylint", f"--rcfile={ROOT / '.pylintrc'}", ADDON_LINK.name],
            cwd=ADDON_LINK.parent,
        ),
        _check(
            "XML, CSV and translations", [PYTHON, ROOT / "bin" / "devkit" / "check_files.py", ROOT]
        ),
        _test_modules(),
    ]
    line("Lint is clean." if all(results) else "Lint FAILED.")
    return 0 if all(results) else 1
