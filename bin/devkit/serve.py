"""`bin/serve`: Odoo with the addon, demo data and a simulated Twilio, ready to try."""

import argparse
import os
import signal
import subprocess
import time

from . import databases, simulator
from .addon import code_digest
from .locks import Lock
from .log_check import unexpected
from .odoo_process import CONFIG, command, environment, run_odoo, run_script
from .paths import ADDON, DEV, LOGS, PYTHON, ROOT, STATE, make_folders
from .ports import HOST, check_free, port_from, wait_until_answers
from .run import why
from .say import Stop, line, step
from .setup import Workplace, building, prepare
from .stamp import Stamp, digest

DATABASE = "texting"
CONFIGURE = ROOT / "bin" / "devkit" / "in_odoo" / "configure_demo.py"


class Server:
    """The processes of one `bin/serve`; `stop` ends them in the order in which they need each other."""

    def __init__(
        self, place: Workplace, odoo_port: int, simulator_port: int, database: str = DATABASE
    ):
        self.place = place
        self.database = database
        self.prefix = "" if database == DATABASE else f"{database}-"  # of its logs and stamps
        # the phones' texts survive a restart, as the database does
        self.simulator_state = STATE / f"{self.prefix}simulator"
        self.odoo_port = odoo_port
        self.simulator_port = simulator_port
        self.odoo_url = f"http://{HOST}:{odoo_port}"
        self.simulator_url = f"http://{HOST}:{simulator_port}"
        self.processes: list[tuple[str, subprocess.Popen]] = []

    def prepare_database(self, *, fresh: bool) -> None:
        """Create the database from the template, or bring the existing one up to date with the code."""
        cluster, code = self.place.cluster, Stamp(f"{self.prefix}serve-code")
        wanted = digest(self.place.odoo.version, code_digest())
        if fresh:
            self.remove()
        if self.database not in databases.names(cluster):
            code.clear()
            Stamp(f"{self.prefix}serve-demo").clear()
            with building():
                template = self.place.templates.addon()
            with step("Creating the demo database"):
                databases.copy(cluster, template, self.database)
            self._show("Installing", self.place.templates.install_problems(template))
            self.place.templates.release()
            code.write(wanted)
        elif code.read() != wanted:
            with step("The addon changed: updating it"):
                (LOGS / "update.log").unlink(missing_ok=True)
                log = run_odoo(
                    self.place.odoo,
                    "update the addon",
                    "update.log",
                    "-d",
                    self.database,
                    "-u",
                    ADDON,
                )
            self._show("Updating", unexpected(log))
            code.write(wanted)

    def remove(self) -> None:
        """Drop the database, and what the simulator's phones kept."""
        databases.drop(self.place.cluster, self.database)
        for path in STATE.glob(f"{self.simulator_state.name}*"):
            path.unlink()

    @staticmethod
    def _show(what: str, problems: list[str]) -> None:
        if problems:
            line(f"  {what} the addon logged warnings or errors:")
            line("\n".join(f"    {text}" for text in problems[:20]))

    def configure(self) -> None:
        """Fill in the simulator's account and both addresses, when they are not yet what the database has."""
        stamp = Stamp(f"{self.prefix}serve-demo")
        wanted = digest(
            CONFIGURE.read_text(), self.odoo_url, self.simulator_url, *simulator.command_line(0)
        )
        if stamp.read() == wanted:
            return
        values = {
            "TEXTING_ACCOUNT_SID": simulator.ACCOUNT_SID,
            "TEXTING_AUTH_TOKEN": simulator.AUTH_TOKEN,
            "TEXTING_NUMBER": simulator.NUMBER,
            "TEXTING_SIMULATOR_URL": self.simulator_url,
            "TEXTING_ODOO_URL": self.odoo_url,
        }
        with step("Connecting the demo company to the simulator"):
            what = "connect the demo company to the simulator"
            run_script(self.place.odoo, self.database, CONFIGURE, what, "configure.log", values)
        stamp.write(wanted)

    def _start(
        self, name: str, arguments: list[str], url: str, cwd, env: dict[str, str], seconds: float
    ) -> None:
        path = LOGS / f"{self.prefix}{name}.log"
        with step(f"Starting {name}"), path.open("wb") as output:
            # A session of its own: Ctrl-C reaches us alone, and we stop things in order.
            process = subprocess.Popen(
                arguments,
                cwd=cwd,
                env={**os.environ, **env},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self.processes.append((name, process))
            if not wait_until_answers(url, process, seconds):
                raise Stop(why(f"start {name}", path, path.read_text(errors="replace")))

    def start(self, extra: list[str]) -> None:
        arguments = [
            str(PYTHON),
            *simulator.command_line(self.simulator_port),
            "--state",
            str(self.simulator_state),
        ]
        self._start(
            "simulator",
            arguments,
            f"{self.simulator_url}/health",
            ROOT,
            {"PYTHONUNBUFFERED": "1"},
            30,
        )
        simulator.set_inbound_address(self.simulator_url, self.odoo_url)
        arguments = command(
            "server",
            "-c",
            CONFIG,
            "-d",
            self.database,
            "--http-port",
            self.odoo_port,
            *extra,
        )
        health = f"{self.odoo_url}/web/health?db_server_status=true"
        self._start("odoo", arguments, health, DEV, environment(self.place.odoo), 180)

    def watch(self) -> None:
        """Until Ctrl-C, or until one of the processes ends."""
        while True:
            for name, process in self.processes:
                if process.poll() is not None:
                    path = LOGS / f"{self.prefix}{name}.log"
                    raise Stop(why(f"keep {name} running", path, path.read_text(errors="replace")))
            time.sleep(0.5)

    def stop(self) -> None:
        for _name, process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
        for _name, process in reversed(self.processes):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                pass
            try:
                os.killpg(process.pid, signal.SIGKILL)  # what it left behind
            except ProcessLookupError:
                pass
            process.wait()


def show_addresses(server: Server) -> None:
    line(f"""
Recruitment Texting is running. Stop it with Ctrl-C; bin/serve --fresh starts over.

  Odoo        {server.odoo_url}/odoo/recruitment     login admin, password admin
  Job page    {server.odoo_url}/jobs
  Simulator   {server.simulator_url}                  the applicants' phones and the texts they got
  Logs        .dev/log/odoo.log, .dev/log/simulator.log

Three things to try:
  1. Apply for a job on the job page: give the number +1 201 555 0123 and answer Yes to text messages.
  2. Open that applicant in Odoo, choose the SMS tab above the chatter, write a text;
     read and answer it on the simulator's page.
  3. Answer STOP there: the tab closes with the reason. Answer START: it opens again.
""")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bin/serve",
        description="Run Odoo with the addon, demo data and a simulated Twilio on this machine.",
        epilog="ODOO_PORT and SIMULATOR_PORT choose other ports than 8069 and 8070;"
        " ODOO_SRC uses an existing checkout of Odoo 19."
        " Arguments after -- go to Odoo, e.g. bin/serve -- --dev=xml",
    )
    parser.add_argument(
        "--fresh", action="store_true", help="drop the demo database and create it again"
    )
    parser.add_argument("odoo", nargs="*", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    odoo_port, simulator_port = port_from("ODOO_PORT", 8069), port_from("SIMULATOR_PORT", 8070)
    check_free(odoo_port, "ODOO_PORT", "Odoo")
    check_free(simulator_port, "SIMULATOR_PORT", "the simulator")
    make_folders()
    running = Lock("serve")
    if not running.take(wait=False):
        raise Stop(
            "bin/serve is already running in this clone: stop it there with Ctrl-C, or use what it shows."
        )
    place = prepare(dev=False)
    server = Server(place, odoo_port, simulator_port)
    try:
        server.prepare_database(fresh=options.fresh)
        server.configure()
        server.start(options.odoo)
        show_addresses(server)
        server.watch()
    finally:
        # A second Ctrl-C must not leave half of it running.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if server.processes:
            line("\nStopping ...")
        server.stop()
        place.close()
        running.release()
    return 0
