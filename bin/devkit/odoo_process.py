"""Odoo's configuration file and command lines."""

from pathlib import Path

from .odoo_tree import Odoo
from .paths import CLUSTER, DATA, DEV, PYTHON, SCREENSHOTS
from .postgres import USER
from .run import run

CONFIG = DEV / "odoo.conf"
# A server with worker processes starts itself again for the bus, which `python -m` does not survive.
LAUNCHER = DEV / "odoo-bin"


def write_config(odoo: Odoo) -> Path:
    """The configuration that every Odoo process of this clone starts from."""
    settings = {
        "addons_path": odoo.addons_path,
        "data_dir": DATA,
        "db_host": CLUSTER,
        "db_user": USER,
        "http_interface": "127.0.0.1",
        "list_db": False,
        "workers": 0,
        "max_cron_threads": 2,
        "screenshots": SCREENSHOTS,
        # One process runs all tests and loads many bundles: Odoo's memory limit must not end it. The time
        # limits stay (0 would mean "at once" to worker processes), but far off on a busy machine.
        "limit_memory_hard": 0,
        "limit_memory_soft": 0,
        "limit_time_cpu": 1800,
        "limit_time_real": 3600,
    }
    CONFIG.write_text(
        "[options]\n" + "".join(f"{name} = {value}\n" for name, value in settings.items())
    )
    LAUNCHER.write_text("from odoo.cli.command import main\n\nmain()\n")
    return CONFIG


def environment(odoo: Odoo) -> dict[str, str]:
    """Odoo is run from its sources. Bytecode goes to one folder, so that read-only checkouts stay clean."""
    return {
        "PYTHONPATH": str(odoo.path),
        "PYTHONUNBUFFERED": "1",
        # libraries announce future changes to their authors, not to us; errors of our own code still show
        "PYTHONWARNINGS": "ignore::DeprecationWarning,ignore::PendingDeprecationWarning,ignore::SyntaxWarning",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "PGSSLMODE": "disable",
    }


def command(*arguments: object) -> list[str]:
    return [str(PYTHON), "-m", "odoo", *map(str, arguments)]


def run_odoo(odoo: Odoo, what: str, log: str, *arguments: object) -> Path:
    """Run Odoo until it ends by itself (install, update)."""
    return run(
        command("server", "-c", CONFIG, "--no-http", "--stop-after-init", *arguments),
        what,
        log,
        env=environment(odoo),
        cwd=DEV,
    )


def run_script(
    odoo: Odoo, database: str, script: Path, what: str, log: str, env: dict[str, str] | None = None
) -> Path:
    """Run a script in `odoo shell`; a failing one must raise SystemExit(1) itself, the shell swallows exceptions."""
    return run(
        command("shell", "-c", CONFIG, "-d", database, "--no-http", "--shell-interface=python"),
        what,
        log,
        env={**environment(odoo), **(env or {})},
        cwd=DEV,
        stdin=f"exec(compile(open({str(script)!r}).read(), {str(script)!r}, 'exec'))\n",
    )
