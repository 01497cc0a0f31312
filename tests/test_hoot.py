"""Runs our Hoot suites in Chromium, as on a desk and as on a phone."""

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


class HootCase(HttpCase):
    """Runs our Hoot suites; Hoot leaves out those that are not for its preset."""

    preset = None

    def run_suites(self, at_least):
        """Run them and fail unless some number of tests passed.

        :param int at_least: tests; Hoot succeeds with nothing to run too, and a renamed suite must not
            pass for a tested one
        """
        listener = _Listener()
        logging.getLogger("odoo").addHandler(listener)
        self.addCleanup(logging.getLogger("odoo").removeHandler, listener)
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset={self.preset}&timeout=15000&id={_hoot_id(SUITE)}",
            "",
            "",
            login="admin",
            timeout=600,
            success_signal=SUCCESS,
            error_checker=lambda message: "[HOOT]" not in message,
        )
        passed = re.findall(r"Passed (\d+) tests", "\n".join(listener.lines))
        self.assertGreaterEqual(max(map(int, passed), default=0), at_least)


@tagged("post_install", "-at_install")
class TestOnADesk(HootCase):
    preset = "desktop"

    def test_suites(self):
        self.run_suites(140)


@tagged("post_install", "-at_install")
class TestOnAPhone(HootCase):
    preset = "mobile"
    browser_size = "375x667"
    touch_enabled = True

    def test_suites(self):
        self.run_suites(140)
