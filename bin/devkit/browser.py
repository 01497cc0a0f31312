"""Where Chromium is."""

import shutil

NAMES = (
    "google-chrome",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
)  # the order in which Odoo looks


def find_chromium() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)
