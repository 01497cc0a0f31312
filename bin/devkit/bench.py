"""`bin/bench`: set-up, then `bench/` in Odoo's Python environment."""

import os
import subprocess

from . import databases
from .odoo_process import CONFIG, environment
from .paths import PYTHON, ROOT
from .setup import building, prepare


def main(arguments: list[str]) -> int:
    place = prepare(dev=True)
    try:
        with building():
            template = place.templates.addon()
        env = environment(place.odoo)
        env |= {
            "PYTHONPATH": f"{env['PYTHONPATH']}{os.pathsep}{ROOT}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "TEXTING_TEMPLATE_DB": template,
            "TEXTING_BASE_DB": place.templates.base(),
            "TEXTING_CONFIG": str(CONFIG),
            "TEXTING_ROOT": str(ROOT),
        }
        return subprocess.run(
            [str(PYTHON), "-m", "bench", *arguments],
            check=False,
            env={**os.environ, **env},
            cwd=ROOT,
        ).returncode
    finally:
        databases.drop_leftovers(place.cluster)
        place.close()
