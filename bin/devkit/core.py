"""`bin/test --core`: what the addon changes for Odoo's own tests of the modules it builds on."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from . import databases
from .odoo_process import CONFIG, command, environment
from .paths import DEV, LOGS
from .ports import free_port
from .run import run
from .say import Stop, line, step
from .setup import Workplace, building

MODULES = (
    "sms",
    "sms_twilio",
    "phone_validation",
    "hr_recruitment",
    "website_hr_recruitment",
    "hr_recruitment_sms",  # has no tests of its own in Odoo 19.0; named so that it is covered when it gets some
    "calendar_sms",
)
# Tests that fail with the addon and are meant to, each with its reason.
EXPECTED = {
    # posts the job form without an answer to the SMS question, which the addon refuses
    "website_hr_recruitment.TestWebsiteHrRecruitmentForm.test_apply_job",
}
# Fail without the addon too, with what requirements.txt and Debian 12 bring, and so are only shown:
# sms TestSMSComposerComment.*_vs_notification (the text is wrapped in <span>, they expect <p>), and
# website_hr_recruitment test_tour (Debian's Chromium 156 crashes in it, at the click on Apply in the preview).
STARTING = re.compile(r" odoo\.addons\.(\w+)\.tests\.\S+: Starting (\w+\.\w+) \.\.\.")
FAILED = re.compile(
    r" ERROR \S+ odoo\.addons\.(\w+)\.tests\.\S+: (?:FAIL|ERROR): (?:Subtest )?(\w+\.\w+)"
)
SET_UP_FAILED = re.compile(
    r" ERROR \S+ odoo\.addons\.(\w+)\.tests\.\S+: ERROR: setUpClass \(\S+\.(\w+)\)"
)
SKIPPED = re.compile(r" odoo\.addons\.(\w+)\.tests\.\S+: skipped (\w+\.\w+)")


@dataclass
class Result:
    """The tests of one run, as `module.Class.method`."""

    at_install: set[str] = field(default_factory=set)
    post_install: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)

    @property
    def run(self) -> set[str]:
        return self.at_install | self.post_install

    @classmethod
    def read(cls, log: Path) -> "Result":
        result = cls()
        phase = result.at_install
        for text in log.read_text(errors="replace").splitlines():
            if "Starting post tests" in text:
                phase = result.post_install
            for pattern, target in (
                (STARTING, phase),
                (FAILED, result.failed),
                (SET_UP_FAILED, result.failed),
                (SKIPPED, result.skipped),
            ):
                match = pattern.search(text)
                if match:
                    target.add(f"{match[1]}.{match[2]}")
        return result


def _run(place: Workplace, template: str, title: str, name: str) -> Result:
    """Update the modules with their tests on: without the update, only post_install tests would run."""
    database = f"core_{os.getpid()}_{name}"
    log = f"core-{name}.log"
    (LOGS / log).unlink(missing_ok=True)
    databases.copy(place.cluster, template, database)
    try:
        with step(f"Odoo's own tests {title}"):
            arguments = ["-c", CONFIG, "-d", database, "-u", ",".join(MODULES), "--stop-after-init"]
            arguments += [f"--http-port={free_port()}", f"--db-filter=^{database}$"]
            arguments += ["--test-tags", ",".join(f"/{module}" for module in MODULES)]
            try:
                env = environment(place.odoo)
                run(command("server", *arguments), "run Odoo's tests", log, env=env, cwd=DEV)
            except Stop:
                # Odoo's exit code is 1 when a test failed; anything worse shows as tests that did not run
                if "odoo.tests.result" not in (LOGS / log).read_text(errors="replace"):
                    raise
    finally:
        databases.drop(place.cluster, database)
    return Result.read(LOGS / log)


def main(place: Workplace) -> int:
    with building():
        without_addon, with_addon = place.templates.base(), place.templates.addon()
    before = _run(place, without_addon, "without the addon", "without")
    after = _run(place, with_addon, "with the addon", "with")

    line(f"\n{'':24}{'without':>10}{'with the addon':>16}")
    for title, attribute in (
        ("at_install tests", "at_install"),
        ("post_install tests", "post_install"),
        ("skipped", "skipped"),
        ("failed", "failed"),
    ):
        numbers = [len(getattr(result, attribute)) for result in (before, after)]
        line(f"{title:24}{numbers[0]:>10}{numbers[1]:>16}")
    problems = []
    for module in MODULES:
        ran = [
            sum(test.startswith(f"{module}.") for test in result.run) for result in (before, after)
        ]
        line(f"  {module:22}{ran[0]:>10}{ran[1]:>16}")
    if not before.at_install or not after.at_install:
        problems.append("no at_install test ran: the comparison is not complete")
    line("\nFailures (x):            without   with")
    for test in sorted(before.failed | after.failed):
        marks = ["x" if test in result.failed else "." for result in (before, after)]
        note = "  expected, see bin/devkit/core.py" if test in EXPECTED else ""
        line(f"  {test:70} {marks[0]} {marks[1]}{note}")
    problems += [
        f"fails only with the addon: {test}"
        for test in sorted(after.failed - before.failed - EXPECTED)
    ]
    problems += [f"did not run with the addon: {test}" for test in sorted(before.run - after.run)]
    problems += [
        f"skipped only with the addon: {test}" for test in sorted(after.skipped - before.skipped)
    ]
    problems += [
        f"expected to fail, but passes: {test}" for test in sorted(EXPECTED - after.failed)
    ]
    line()
    for text in problems:
        line(text)
    line(
        "The addon changes nothing else."
        if not problems
        else "bin/test --core FAILED; logs: .dev/log/core-*.log"
    )
    return 1 if problems else 0
