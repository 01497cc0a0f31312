"""`bin/test`: set-up, all tests, then the log. Anything skipped or logged as a warning or error fails the run."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from . import databases, lint
from .log_check import unexpected
from .odoo_process import CONFIG, environment
from .paths import ADDON_LINK, DEV, LOGS, PYTHON, ROOT, STATE
from .say import Stop, line, step
from .setup import Workplace, building, prepare

USAGE = """usage: bin/test [--lint | --core] [--lane NAME] [--soak] [pytest arguments]

Without arguments all tests run, in two lanes beside each other:
  live     those that start servers of their own, named test_*_live.py and test_*_browser.py: they wait most of the time
  plain    those that need no Odoo, the others in Odoo, and those in tests/other_modules, on a database in which other
           modules that send texts are installed
  bin/test tests/test_x.py -k name    a part of them (paths as seen from the repository root)
  bin/test --lane live                only that lane
  bin/test --lint                     ruff, pylint with pylint-odoo, XML and translations
  bin/test --fix                      let ruff format and repair what it can, then --lint
  bin/test --core                     Odoo's own tests, with and without the addon, and the difference
  bin/test --soak                     also the long trials (sets TEXTING_SOAK=1)
"""
# pytest options that take the next argument as their value, which is then not a path
WITH_VALUE = {
    "-k",
    "-m",
    "-n",
    "-p",
    "-o",
    "-c",
    "-W",
    "--maxfail",
    "--durations",
    "--tb",
    "--deselect",
    "--ignore",
}
OTHER = "tests/other_modules"  # tests on a database with other modules that send texts
SLOWEST = 15  # files named at the end of a long run
PURE = ("simulator/tests", "bin/tests", "bench/tests")  # folders whose tests need no Odoo
LIVE = ("test_*_live.py", "test_*_browser.py")
LANES = ("live", "plain")


@dataclass
class Outcome:
    """What all pytest runs came to."""

    counts: dict[str, int] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)  # by test file

    def add(self, name: str, code: int, report: Path) -> None:
        """0 passed, 1 some failed, 5 nothing selected (only a problem when no other run has anything either)."""
        if report.exists():
            self.merge(Outcome(**json.loads(report.read_text())))
            report.unlink()
        if code == 1:
            self.problems.append(f"{name}: tests failed")
        elif code not in (0, 5):
            self.problems.append(f"{name}: pytest ended with code {code}")

    def merge(self, other: "Outcome") -> None:
        for key, number in other.counts.items():
            self.counts[key] = self.counts.get(key, 0) + number
        self.skipped += other.skipped
        self.problems += other.problems
        self.seconds |= other.seconds


@dataclass
class Selection:
    """The developer's pytest arguments, sorted by where their paths belong."""

    options: list[str] = field(default_factory=list)
    pure: list[str] = field(default_factory=list)
    odoo: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    title: str = "Tests in Odoo"
    log: str = "test.log"

    @classmethod
    def of(cls, arguments: list[str]) -> "Selection":
        chosen, value_follows = cls(), False
        for argument in arguments:
            path, colons, test = argument.partition("::")
            if value_follows or argument.startswith("-") or not (ROOT / path).exists():
                chosen.options.append(argument)
                value_follows = not value_follows and argument in WITH_VALUE
                continue
            relative = (ROOT / path).resolve().relative_to(ROOT).as_posix()
            # Odoo finds the addon by its folder's name: the path has to go through the link that carries it
            linked = f"{ADDON_LINK / relative}{colons}{test}"
            if relative.startswith(PURE):
                chosen.pure.append(f"{relative}{colons}{test}")
            elif relative.startswith(OTHER):
                chosen.other.append(linked)
            else:
                chosen.odoo.append(linked)
                if relative == "tests":
                    chosen.other.append(str(ADDON_LINK / OTHER))
        return chosen

    @classmethod
    def of_lane(cls, lane: str, options: list[str]) -> "Selection":
        """All tests of a lane, with the developer's pytest options."""
        if lane == "live":
            files = sorted(file for name in LIVE for file in (ROOT / "tests").glob(name))
            return cls(
                options,
                odoo=[str(ADDON_LINK / "tests" / file.name) for file in files],
                title="Tests with servers of their own",
                log="test-live.log",
            )
        return cls(
            [*options, *(f"--ignore-glob=*/{name}" for name in LIVE)],
            pure=[folder for folder in PURE if any((ROOT / folder).glob("test_*.py"))],
            odoo=[str(ADDON_LINK / "tests")],
            other=[str(ADDON_LINK / OTHER)],
        )

    @property
    def is_everything(self) -> bool:
        return not self.pure and not self.odoo and not self.other


def _pytest(arguments: list[str], cwd: Path, env: dict[str, str]) -> tuple[int, Path]:
    report = STATE / f"report-{os.getpid()}.json"
    report.unlink(missing_ok=True)
    process = subprocess.Popen(
        [
            str(PYTHON),
            "-m",
            "pytest",
            "-p",
            "devkit.pytest_report",
            "-p",
            "no:cacheprovider",
            *arguments,
        ],
        cwd=cwd,
        env={**os.environ, **env, "TEXTING_REPORT": str(report)},
        stdin=subprocess.DEVNULL,
    )
    try:
        return process.wait(), report
    except KeyboardInterrupt:
        # pytest got the same signal from a terminal; otherwise pass it on, so that its own clean-up runs
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
        raise


def run_pure(selection: Selection, outcome: Outcome) -> None:
    if not selection.pure:
        return
    line("\nTests that need no Odoo")
    code, report = _pytest(
        ["-p", "no:odoo", *selection.options, *selection.pure],
        ROOT,
        {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'bin'}", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    outcome.add("Tests that need no Odoo", code, report)


def drop_old_logs() -> None:
    """Logs of runs that were killed; the failed ones are kept for a day."""
    for path in LOGS.glob("*_*.log"):
        match = re.match(r"(?:test|live)_(\d+)", path.name)
        old = path.name.startswith("failed-") and time.time() - path.stat().st_mtime > 86400
        if old or (match and not Path(f"/proc/{match[1]}").exists()):
            path.unlink(missing_ok=True)


def run_selection(place: Workplace, selection: Selection, outcome: Outcome, *, soak: bool) -> None:
    """The chosen tests, one kind after the other."""
    run_pure(selection, outcome)
    run_odoo_tests(place, selection, outcome, soak=soak)
    run_other_tests(place, selection, outcome, soak=soak)


def run_odoo_tests(place: Workplace, selection: Selection, outcome: Outcome, *, soak: bool) -> None:
    """The addon's tests, where nothing but what it depends on is installed with it."""
    if not selection.odoo:
        return
    with building():
        template = place.templates.addon()
    arguments = [*selection.options, f"--ignore={ADDON_LINK / OTHER}", *selection.odoo]
    _run_in_odoo(place, selection.title, template, arguments, outcome, selection.log, soak=soak)


def run_other_tests(
    place: Workplace, selection: Selection, outcome: Outcome, *, soak: bool
) -> None:
    """The tests with other modules that send texts."""
    if not selection.other:
        return
    with building():
        template = place.templates.other_modules()
    arguments = [*selection.options, *selection.other]
    title = "Tests with other modules"
    _run_in_odoo(place, title, template, arguments, outcome, "test-other.log", soak=soak)


def _run_in_odoo(
    place: Workplace,
    title: str,
    template: str,
    arguments: list[str],
    outcome: Outcome,
    kept_log: str,
    *,
    soak: bool,
) -> None:
    """All tests in one Odoo process on a copy of the template, in which nothing of a former run is left."""
    outcome.problems += [
        f"installing the addon logged: {text}"
        for text in place.templates.install_problems(template)
    ]
    drop_old_logs()
    database = f"test_{os.getpid()}"
    log = LOGS / f"{database}.log"
    with step("Copying the test database"):
        databases.copy(place.cluster, template, database)
    env = environment(place.odoo)
    env |= {
        "PYTHONPATH": f"{env['PYTHONPATH']}{os.pathsep}{ROOT / 'bin'}",
        "TEXTING_TEMPLATE_DB": template,
        "TEXTING_BASE_DB": place.templates.base(),
        "TEXTING_CONFIG": str(CONFIG),
        "TEXTING_ROOT": str(ROOT),
    }
    if soak:
        env["TEXTING_SOAK"] = "1"
    line(f"\n{title}")
    try:
        code, report = _pytest(
            [
                "--odoo-http",
                "--show-capture=stdout",  # Odoo's log is long, and kept in a file
                f"--odoo-config={CONFIG}",
                f"--odoo-database={database}",
                "--odoo-log-level=info",
                f"--odoo-extra=logfile={log}",
                *arguments,
            ],
            DEV,
            env,
        )
        outcome.add(title, code, report)
        outcome.problems += [f"unexpected in the log: {text}" for text in unexpected(log)]
    finally:
        if log.exists():
            shutil.move(log, LOGS / kept_log)
        databases.drop(place.cluster, database)
        databases.drop_leftovers(place.cluster)


def summarise(outcome: Outcome, seconds: float) -> int:
    """Say why the run fails, then one closing line in pytest's own form over all runs."""
    problems = outcome.problems + [f"not run: {text}" for text in outcome.skipped]
    if not outcome.counts.get("collected"):
        problems.append("not a single test was found")
    line()
    for text in problems:
        line(text)
    if problems:
        line(
            "\nbin/test FAILED. Odoo's log of this run is .dev/log/test.log (test-live.log of the lane live,"
            " test-other.log with other modules); screenshots are in .dev/screenshots."
        )
    slowest = sorted(outcome.seconds.items(), key=lambda entry: -entry[1])[:SLOWEST]
    if len(outcome.seconds) > SLOWEST:
        named = (f"{Path(file).name} {took:.0f} s" for file, took in slowest)
        line(f"Slowest files: {', '.join(named)}")
    parts = [
        f"{outcome.counts[key]} {key}"
        for key in ("failed", "error", "passed", "skipped", "xfailed", "xpassed")
        if outcome.counts.get(key)
    ]
    line(f" {', '.join(parts) or 'no tests ran'} in {seconds:.2f}s ".center(100, "="))
    return 1 if problems else 0


def run_lanes(place: Workplace, options: list[str], outcome: Outcome, *, soak: bool) -> None:
    """All tests: those that wait for servers here, the others in a second `bin/test` beside."""
    with building():
        place.templates.addon()  # both need it
    told, ended = (STATE / f"lane-{os.getpid()}.{kind}" for kind in ("txt", "json"))
    command = [sys.executable, str(ROOT / "bin" / "test"), "--lane", "plain", *options]
    with told.open("w") as output:
        beside = subprocess.Popen(
            [*command, *(["--soak"] if soak else [])],
            env={**os.environ, "TEXTING_OUTCOME": str(ended)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        run_selection(place, Selection.of_lane("live", options), outcome, soak=soak)
        with step("Waiting for the lane plain"):
            code = beside.wait()
        line(told.read_text())
        if ended.exists():
            outcome.merge(Outcome(**json.loads(ended.read_text())))
        else:
            outcome.problems.append(f"the lane plain ended with code {code} and without a result")
    finally:
        if beside.poll() is None:
            beside.terminate()
            beside.wait()
        told.unlink(missing_ok=True)
        ended.unlink(missing_ok=True)


def _take_lane(arguments: list[str]) -> str | None:
    """Return the lane that is asked for, and take it out of the arguments."""
    if "--lane" not in arguments:
        return None
    place = arguments.index("--lane")
    lane = "".join(arguments[place + 1 : place + 2])
    del arguments[place : place + 2]
    if lane not in LANES:
        raise Stop(f"--lane needs the name of one: {' or '.join(LANES)}.")
    return lane


def main(arguments: list[str]) -> int:
    if "--help" in arguments or "-h" in arguments:
        line(USAGE)
        return 0
    flags = {flag: flag in arguments for flag in ("--lint", "--fix", "--core", "--soak")}
    arguments = [argument for argument in arguments if argument not in flags]
    lane = _take_lane(arguments)
    start = time.monotonic()
    if flags["--lint"] or flags["--fix"]:
        return lint.main(fix=flags["--fix"])
    place = prepare(dev=True)
    try:
        if flags["--core"]:
            from . import core

            return core.main(place)
        selection = Selection.of_lane(lane, arguments) if lane else Selection.of(arguments)
        outcome, soak = Outcome(), flags["--soak"]
        if selection.is_everything:
            run_lanes(place, arguments, outcome, soak=soak)
        else:
            run_selection(place, selection, outcome, soak=soak)
        if "TEXTING_OUTCOME" in os.environ:
            Path(os.environ["TEXTING_OUTCOME"]).write_text(json.dumps(asdict(outcome)))
        return summarise(outcome, time.monotonic() - start)
    finally:
        place.close()
