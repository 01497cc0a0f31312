"""Template databases, built once and copied from then on: Odoo's modules alone, with the addon installed, and with
other modules that send texts as well."""

import os
from dataclasses import dataclass
from pathlib import Path

from . import databases
from .addon import assets_digest, code_digest
from .locks import Lock
from .log_check import unexpected
from .odoo_process import run_odoo, run_script
from .odoo_tree import Odoo
from .paths import ADDON, LOGS
from .postgres import Cluster
from .say import Stop, step
from .stamp import Stamp, digest
from .venv import requirements_digest

MODULES = "website_hr_recruitment,hr_recruitment_sms,calendar_sms,sms_twilio"
# Other modules that text, for tests/other_modules: some are installed before the addon, some after it.
# tests/other_modules/test_install_order.py turns round those that extend what the addon extends, as SMS Marketing does.
OTHER_BEFORE = "stock_sms,pos_sms,project_sms,hr_presence"
OTHER_AFTER = "mass_mailing_sms,website_sms,event_sms"
RECIPE = "3"  # raise it when the way templates are built changes
KEEP = 3
WARM = Path(__file__).parent / "in_odoo" / "warm_assets.py"


@dataclass
class Templates:
    """Each template is in use (shared lock) while a command may copy it, and only unused old ones are dropped."""

    cluster: Cluster
    odoo: Odoo

    def __post_init__(self) -> None:
        self.held: list[Lock] = []

    def _hold(self, name: str) -> None:
        lock = Lock(f"template-{name}")
        lock.share()
        self.held.append(lock)

    def release(self) -> None:
        while self.held:
            self.held.pop().release()

    def base(self) -> str:
        """Odoo's modules with demo data, without the addon."""
        name = f"base_{digest(RECIPE, self.odoo.version, requirements_digest(), MODULES)}"
        self._hold(name)
        if name in databases.names(self.cluster):
            return name
        work = f"build_{os.getpid()}_base"
        databases.drop(self.cluster, work)
        with step("Installing Odoo's own modules with demo data, once (a minute or two)"):
            log = _fresh_log("template-base.log")
            run_odoo(
                self.odoo, "install Odoo's modules", log, "-d", work, "-i", MODULES, "--with-demo"
            )
            run_script(self.odoo, work, WARM, "build Odoo's browser assets", log)
        databases.rename(self.cluster, work, name)
        self._forget("base_", keep=1)
        return name

    def addon(self) -> str:
        """The same with the addon installed."""
        key = digest(self.base(), code_digest())
        assets = digest(key, assets_digest())
        name = f"addon_{key}_{assets}"
        self._hold(name)
        existing = databases.names(self.cluster)
        if name in existing:
            return name
        same_code = [other for other in existing if other.startswith(f"addon_{key}_")]
        work = f"build_{os.getpid()}_addon"
        log = _fresh_log("template-addon.log")
        with step("Building the addon's browser assets" if same_code else "Installing the addon"):
            if same_code:
                databases.copy(self.cluster, same_code[0], work)
            else:
                databases.copy(self.cluster, self.base(), work)
                run_odoo(
                    self.odoo, "install the addon", log, "-d", work, "-i", ADDON, "--with-demo"
                )
                self._check_installed(work, log)
                self._keep_problems(name, log)
            run_script(self.odoo, work, WARM, "build the addon's browser assets", log)
        databases.rename(self.cluster, work, name)
        self._forget("addon_", keep=KEEP)
        return name

    def neighbours(self) -> str:
        """Odoo's modules and the other ones that come before the addon, without demo data of their own."""
        name = f"neighbours_{digest(self.base(), OTHER_BEFORE)}"
        self._hold(name)
        if name in databases.names(self.cluster):
            return name
        work = f"build_{os.getpid()}_neighbours"
        with step("Installing other modules that send texts, once (a minute or two)"):
            log = _fresh_log("template-neighbours.log")
            databases.copy(self.cluster, self.base(), work)
            # Odoo loads a module's demo data where those it depends on have theirs
            self.cluster.query("UPDATE ir_module_module SET demo = false", work)
            self._install(OTHER_BEFORE, work, log)
        databases.rename(self.cluster, work, name)
        self._forget("neighbours_", keep=1)
        return name

    def other_modules(self) -> str:
        """The addon between the other modules that send texts."""
        name = f"other_{digest(self.neighbours(), OTHER_AFTER, code_digest())}"
        self._hold(name)
        if name in databases.names(self.cluster):
            return name
        work = f"build_{os.getpid()}_other"
        log = _fresh_log("template-other.log")
        with step("Installing the addon among other modules that send texts"):
            databases.copy(self.cluster, self.neighbours(), work)
            self._install(ADDON, work, log)
            self._check_installed(work, log)
            self._install(OTHER_AFTER, work, log)
            self._keep_problems(name, log)
        databases.rename(self.cluster, work, name)
        self._forget("other_", keep=1)
        return name

    def _install(self, modules: str, database: str, log: str) -> None:
        """Install modules and what they need, but not what Odoo would add because it goes well with them."""
        run_odoo(
            self.odoo,
            f"install {modules}",
            log,
            "-d",
            database,
            "-i",
            modules,
            "--skip-auto-install",
        )

    def _keep_problems(self, name: str, log: str) -> None:
        """Keep what installing logged beside the template, so that a run on the cached one fails all the same."""
        Stamp(f"install-{name.split('_')[1]}").write("\n".join(unexpected(LOGS / log)))

    def install_problems(self, name: str) -> list[str]:
        """What installing the addon into this template logged as warnings or errors."""
        return Stamp(f"install-{name.split('_')[1]}").read().splitlines()

    def _check_installed(self, database: str, log: str) -> None:
        state = self.cluster.query(
            f"SELECT state FROM ir_module_module WHERE name = '{ADDON}'", database
        )
        if state != ["installed"]:
            raise Stop(
                f"Could not install the addon: Odoo left it in state {state or 'unknown'};"
                f" see .dev/log/{log}."
            )

    def _forget(self, prefix: str, keep: int) -> None:
        """Drop all but the newest templates that no command uses."""
        rows = self.cluster.query(
            "SELECT datname FROM pg_database d, LATERAL pg_stat_file('base/' || d.oid || '/PG_VERSION') f"
            f" WHERE datname LIKE '{prefix.replace('_', chr(92) + '_')}%' ORDER BY f.modification DESC",
            user="postgres",
        )
        for name in rows[keep:]:
            lock = Lock(f"template-{name}")
            if lock.take(wait=False):
                databases.drop(self.cluster, name)
                lock.path.unlink(missing_ok=True)
            lock.release()


def _fresh_log(name: str) -> str:
    (LOGS / name).unlink(missing_ok=True)
    return name
