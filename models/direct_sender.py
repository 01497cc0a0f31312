"""Sends direct texts right after the commit that queued them.

A recruiter who clicks Send does not wait for a cron. At most one thread per database and
process works the direct lane; waking it while it works makes it look once more. The lane's
cron is the fallback, should the process end before its thread does.
"""

import functools
import logging
import threading

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

_logger = logging.getLogger(__name__)

_lock = threading.Lock()
# database name -> whether its running thread shall look once more
_running = {}


def waker(registry):
    """Return what to call after the commit to have direct texts of a database sent.

    :param registry: of the database
    :returns: callable without arguments that returns at once
    """
    return functools.partial(_wake, registry.db_name)


def _wake(db_name):
    with _lock:
        if db_name in _running:
            _running[db_name] = True
            return
        _running[db_name] = False
    thread = threading.Thread(
        target=_run, args=(db_name,), name=f"recruitment_texting.direct.{db_name}", daemon=True
    )
    try:
        thread.start()
    except RuntimeError:
        # No thread to be had, or the process is ending. The text is queued: the cron sends it.
        _logger.warning("No thread to send direct texts of %s, the cron will", db_name)
        with _lock:
            _running.pop(db_name, None)


def _run(db_name):
    threading.current_thread().dbname = db_name  # for Odoo's log
    again = True
    while again:
        try:
            with Registry(db_name).cursor() as cr:
                api.Environment(cr, SUPERUSER_ID, {})["hr.sms.message"]._process_queue("direct")
        except Exception:
            # The cron tries again; what was claimed is settled by callbacks or reconciliation.
            _logger.exception("Sending direct texts of %s failed", db_name)
        with _lock:
            again = _running[db_name]
            if again:
                _running[db_name] = False
            else:
                del _running[db_name]
