"""Runs the Hoot suites of the SMS tab in Chromium."""

import logging
import re

from odoo.tests import HttpCase, tagged

SUITE = "@hr_recruitment_texting"
SUCCESS = "[HOOT] Test suite succeeded"


def _hoot_id(name):
    """Hoot's id of a suite, as ``HOOTCommon._generate_hash`` of core's ``web`` tests computes it."""
    value = 0
    for char in name:
        value = ((value << 5) - value + ord(char)) & 0xFFFFFFFF
    return f"{value:08x}"


class _Listener(logging.Handler):
    """Hears what the browser logs without keeping it from the log, which is checked for errors."""

    def __init__(self):
        super().__init__(logging.INFO)
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


@tagged("post_install", "-at_install")
class TestSmsTabBrowser(HttpCase):
    def _run_suites(self, preset):
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset={preset}&timeout=15000&id={_hoot_id(SUITE)}",
            "",
            "",
            login="admin",
            timeout=600,
            success_signal=SUCCESS,
            error_checker=lambda message: "[HOOT]" not in message,
        )

    def test_desktop(self):
        listener = _Listener()
        logging.getLogger("odoo").addHandler(listener)
        self.addCleanup(logging.getLogger("odoo").removeHandler, listener)
        self._run_suites("desktop")
        # Hoot succeeds with nothing to run too: a renamed suite must not pass for a tested one.
        passed = re.findall(r"Passed (\d+) tests", "\n".join(listener.lines))
        self.assertGreater(max(map(int, passed), default=0), 50)
