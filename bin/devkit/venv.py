"""The Python environment in `.dev/venv`, from the pinned requirements."""

import importlib.util
import shutil
import sys

from . import debian
from .paths import PYTHON, ROOT, VENV
from .run import run
from .say import step
from .stamp import Stamp, digest

RUN, DEV, BARE = "requirements.txt", "requirements-dev.txt", "requirements-bare.txt"
VENV_PACKAGE = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"


def needs_venv_package() -> bool:
    """Debian splits `ensurepip` off, and a venv without it has no pip."""
    return importlib.util.find_spec("ensurepip") is None


def requirements_digest() -> str:
    return digest(sys.version_info[:2], *((ROOT / name).read_text() for name in (RUN, DEV, BARE)))


def ensure_venv(*, dev: bool) -> None:
    """Install `requirements.txt`, or with `dev` also what tests and checks need (it includes the former)."""
    name = DEV if dev else RUN
    stamp = Stamp(f"venv-{'dev' if dev else 'run'}")
    wanted = requirements_digest()
    if stamp.read() == wanted and PYTHON.exists():
        return
    if needs_venv_package():
        debian.install(
            [f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"], "Python's venv module"
        )
    with step(f"Installing Python packages ({name})"):
        if not PYTHON.exists() or Stamp("venv-python").read() != sys.version:
            shutil.rmtree(VENV, ignore_errors=True)
            Stamp("venv-run").clear()
            Stamp("venv-dev").clear()
            run([sys.executable, "-m", "venv", VENV], "create the Python environment", "pip.log")
            Stamp("venv-python").write(sys.version)
        _pip_install("-r", ROOT / name)
        if dev:
            _pip_install("--no-deps", "-r", ROOT / BARE)
    stamp.write(wanted)
    if dev:
        Stamp("venv-run").write(wanted)


def _pip_install(*arguments: object) -> None:
    pip = [PYTHON, "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    run([*pip, *arguments], "install the Python packages", "pip.log")
