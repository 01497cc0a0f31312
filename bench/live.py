"""The servers and the simulator of the tests, and where bin/bench says everything is.

The tests' helpers are one file that needs nothing of Odoo, but lie in a package that does.
"""

import configparser
import importlib.util
import os
import types
from pathlib import Path

_file = Path(__file__).resolve().parents[1] / "tests" / "live.py"
_spec = importlib.util.spec_from_file_location("bench_live", _file)
_live = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_live)

LiveServer = _live.LiveServer
LiveSimulator = _live.LiveSimulator

_parser = configparser.RawConfigParser()
_parser.read(os.environ["TEXTING_CONFIG"])
settings = types.SimpleNamespace(
    config=os.environ["TEXTING_CONFIG"],
    template=os.environ["TEXTING_TEMPLATE_DB"],
    base=os.environ["TEXTING_BASE_DB"],
    db_host=_parser["options"]["db_host"],
    db_user=_parser["options"]["db_user"],
)
