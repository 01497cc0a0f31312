"""Tells screens, and then people, what changed, after the commit and many changes at a time.

A campaign brings hundreds of thousands of status callbacks: none of them, and no sender, waits
for who has to be told. Should the process end first, screens show the change when they are
opened the next time.
"""

import logging
import threading
import time
from collections import defaultdict

import psycopg2

from odoo.modules.registry import Registry
from odoo.sql_db import PoolError

from .transactions import short_transaction

_logger = logging.getLogger(__name__)

# Seconds in which changes are gathered, before the first are told and then between one time and
# the next: the first is shorter than anybody notices, and a stream of changes is told calmly.
GATHER_FIRST = 0.1
GATHER_NEXT = 0.5

_lock = threading.Lock()
# database name -> ids of hr.sms.thread that changed
_changed = defaultdict(set)
# names of the databases that have a running thread
_running = set()


def tell(db_name, thread_ids):
    """Have the screens told, soon. Returns at once.

    :param str db_name: database
    :param thread_ids: iterable of ids of ``hr.sms.thread``
    """
    with _lock:
        _changed[db_name].update(thread_ids)
        if db_name in _running:
            return
        _running.add(db_name)
    # No daemon: Odoo gives such threads a second to finish before it closes their connections.
    thread = threading.Thread(
        target=_run, args=(db_name,), name=f"recruitment_texting.screens.{db_name}", daemon=False
    )
    try:
        thread.start()
    except RuntimeError:
        # No thread to be had, or the process is ending.
        with _lock:
            _running.discard(db_name)
            _changed.pop(db_name, None)


def _run(db_name):
    threading.current_thread().dbname = db_name  # for Odoo's log
    pause = GATHER_FIRST
    while True:
        time.sleep(pause)
        pause = GATHER_NEXT
        with _lock:
            changed = _changed.pop(db_name, None)
            if not changed:
                _running.discard(db_name)
                return
        try:
            with short_transaction(Registry(db_name)) as env:
                env["hr.sms.thread"].browse(changed)._tell_screens()
            # It has transactions of its own: only now, while none is open that holds a lock.
            with short_transaction(Registry(db_name)) as env:
                env["hr.sms.message"]._follow_up()
        except (psycopg2.InterfaceError, psycopg2.OperationalError, PoolError) as error:
            # The process is ending, or the database: its screens come back with it.
            _logger.info("Screens of %s were not told: %s", db_name, type(error).__name__)
        except Exception:
            _logger.exception("Telling the screens of %s failed", db_name)
