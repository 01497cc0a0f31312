"""pytest plugin of `bin/test`: writes down how every test ended, for the summary over all runs.

Loaded by name (`-p devkit.pytest_report`) inside the environment in which the tests run.
"""

import json
import os
from pathlib import Path

counts = {
    "passed": 0,
    "failed": 0,
    "error": 0,
    "skipped": 0,
    "xfailed": 0,
    "xpassed": 0,
    "collected": 0,
}
skipped: list[str] = []
seconds: dict[str, float] = {}  # by test file


def pytest_collection_modifyitems(items):
    counts["collected"] = len(items)


def pytest_collectreport(report):
    if report.failed:
        counts["error"] += 1
    if report.skipped:
        counts["skipped"] += 1
        skipped.append(f"{report.nodeid}: {_reason(report)}")


def _reason(report) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    return str(text).strip().splitlines()[-1]


def pytest_runtest_logreport(report):
    file = report.nodeid.partition("::")[0]
    seconds[file] = seconds.get(file, 0) + report.duration
    if hasattr(report, "wasxfail"):
        if report.when == "call" or report.skipped:
            counts["xfailed" if report.skipped else "xpassed"] += 1
            skipped.append(f"{report.nodeid}: expected failure")
    elif report.skipped:
        counts["skipped"] += 1
        skipped.append(f"{report.nodeid}: {_reason(report)}")
    elif report.failed:
        counts["failed" if report.when == "call" else "error"] += 1
    elif report.when == "call" and type(report).__name__ == "TestReport":
        counts["passed"] += 1


def pytest_sessionfinish():
    Path(os.environ["TEXTING_REPORT"]).write_text(
        json.dumps({"counts": counts, "skipped": skipped, "seconds": seconds})
    )
