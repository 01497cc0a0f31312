"""A process with Odoo's registry that runs one job after another, as told on standard input.

    python -m bench.worker -c odoo.conf -d database

One JSON object per line: ``{"job": "drain", "lane": "bulk"}``; the answer is one line too, with what
the job returned, and its ``seconds``, SQL ``queries`` and the process's peak memory in MB. Whatever
else is printed goes to standard error.
"""

import json
import os
import resource
import sys
import time
import traceback

from . import jobs


def main():
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    import odoo
    from odoo.modules.registry import Registry
    from odoo.sql_db import sql_counter  # noqa: F401

    arguments = sys.argv[1:]
    odoo.tools.config.parse_config([*arguments, "--log-level=warn"], setup_logging=True)
    registry = Registry(odoo.tools.config["db_name"][0])
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in sys.stdin:
        values = json.loads(line)
        job = getattr(jobs, values.pop("job"))
        queries, start = odoo.sql_db.sql_counter, time.perf_counter()
        try:
            answer = job(registry, **values) or {}
        except Exception:  # noqa: BLE001 - told to whoever asked
            answer = {"error": traceback.format_exc()}
        answer.setdefault("seconds", time.perf_counter() - start)
        answer.setdefault("queries", odoo.sql_db.sql_counter - queries)
        answer["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
