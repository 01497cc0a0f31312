"""The set-up every command starts with. One at a time per clone; what is already right is left alone."""

import sys
from dataclasses import dataclass

from . import databases, debian
from .browser import find_chromium
from .locks import alone
from .odoo_process import write_config
from .odoo_tree import Odoo, ensure_odoo
from .paths import PYTHON, make_folders
from .postgres import Cluster, find_binaries
from .say import Stop
from .templates import Templates
from .venv import VENV_PACKAGE, ensure_venv, needs_venv_package

CHROMIUM = [
    "chromium",
    "fonts-liberation",
    "fonts-noto-color-emoji",
]  # without fonts pictures show empty boxes


@dataclass
class Workplace:
    odoo: Odoo
    cluster: Cluster
    templates: Templates

    def close(self) -> None:
        self.templates.release()
        self.cluster.release()


def building():
    """Hold this while something shared is being built."""
    return alone("setup", "Another command is setting up this clone; waiting for it ...")


def check_python() -> None:
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        found = ".".join(map(str, sys.version_info[:2]))
        raise Stop(f"Python {found} is not supported: run this with Python 3.11, 3.12 or 3.13.")


def check_packages(*, dev: bool) -> None:
    """Name everything that an administrator has to install in one go, before any long step has begun."""
    missing = []
    if not PYTHON.exists() and needs_venv_package():
        missing.append(VENV_PACKAGE)
    if find_binaries() is None:
        missing.append("postgresql")
    if dev and not find_chromium():
        missing += CHROMIUM
    if missing and not debian.can_install():
        raise Stop(
            f"Packages are missing: have an administrator install {' '.join(missing)}"
            " (on Debian: apt-get install), or run this as root or with sudo installed."
        )


def prepare(*, dev: bool) -> Workplace:
    """Odoo, its Python environment and a running database server; with `dev` also Chromium and the checkers."""
    check_python()
    check_packages(dev=dev)
    make_folders()
    with building():
        if dev and not find_chromium():
            debian.install(CHROMIUM, "Chromium")
        odoo = ensure_odoo()
        ensure_venv(dev=dev)
        cluster = Cluster()
        write_config(odoo)
        cluster.acquire()
    try:
        with building():
            databases.drop_leftovers(cluster)
        return Workplace(odoo, cluster, Templates(cluster, odoo))
    except BaseException:
        cluster.release()
        raise
