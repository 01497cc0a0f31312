"""Where things are. Everything generated is under `.dev/`, except the PostgreSQL cluster (see `CLUSTER`)."""

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDON = "hr_recruitment_texting"
DEV = ROOT / ".dev"
LOGS = DEV / "log"
STATE = DEV / "state"
LOCKS = DEV / "lock"
DATA = DEV / "data"  # Odoo's data_dir: filestores and sessions
VENV = DEV / "venv"
PYTHON = VENV / "bin" / "python"
ODOO_TREE = DEV / "odoo"
ADDONS = DEV / "addons"  # holds one link, named as the addon must be named, to the repository root
ADDON_LINK = ADDONS / ADDON
SCREENSHOTS = DEV / "screenshots"

# Outside the repository: postgres refuses to run as root, the user `postgres` may not be able to
# enter the clone's folder, and a socket path is limited to 107 bytes. One cluster per clone and user,
# so that clones never meet.
CLUSTER = (
    Path("/var/tmp")
    / f"recruitment-texting-{os.getuid()}-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]}"
)


def make_folders() -> None:
    """Create the generated folders and the link under which Odoo finds the addon."""
    for folder in (DEV, LOGS, STATE, LOCKS, DATA, ADDONS, SCREENSHOTS):
        folder.mkdir(parents=True, exist_ok=True)
    if not ADDON_LINK.is_symlink() or ADDON_LINK.resolve() != ROOT:
        ADDON_LINK.unlink(missing_ok=True)
        ADDON_LINK.symlink_to(ROOT)
