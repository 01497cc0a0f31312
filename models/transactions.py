"""Short transactions of their own, apart from the request's."""

from contextlib import contextmanager

from psycopg2.extensions import ISOLATION_LEVEL_READ_COMMITTED

from odoo import SUPERUSER_ID, api, sql_db


@contextmanager
def short_transaction(registry, context=None):
    """Run a block in a READ COMMITTED transaction of its own, committed at its end.

    Odoo's cursors are REPEATABLE READ, where ``SKIP LOCKED`` and ``ON CONFLICT`` raise on rows
    that somebody committed meanwhile, and a retry takes seconds. The webhooks, the queue and
    whatever must not wait for, or fall with, the caller's transaction run in here.

    Under test all cursors share one transaction, whose level cannot be changed any more.

    :param registry: of the database
    :param context: dict for the environment
    :returns: context manager giving a superuser :class:`odoo.api.Environment`: what runs in
        here was authorised before (signature, or the right to send when it was queued)
    """
    with registry.cursor() as cr:
        _read_committed(cr)
        yield api.Environment(cr, SUPERUSER_ID, context or {})


def begin_request(env, lock_timeout):
    """Make a request's own transaction such a short one: a second connection costs time.

    For routes that did nothing in their transaction yet. Odoo commits it after the answer is
    made and before it is sent, and rolls it back for an exception.

    :param env: of the request
    :param int lock_timeout: seconds to wait for a row that somebody else holds
    :returns: superuser :class:`odoo.api.Environment`, see :func:`short_transaction`
    """
    env.cr.rollback()  # an empty cache may have been filled
    if _read_committed(env.cr):
        env.cr.execute(f"SET LOCAL lock_timeout = '{int(lock_timeout)}s'")
    return api.Environment(env.cr, SUPERUSER_ID, {})


def _read_committed(cr):
    """Have the transaction that a cursor begins with its next query be READ COMMITTED.

    Odoo sets the level of each cursor that it opens (odoo/sql_db.py): the next one is not affected.

    :returns: whether it can be: not under test
    """
    if not isinstance(cr, sql_db.Cursor):
        return False
    cr.connection.set_isolation_level(ISOLATION_LEVEL_READ_COMMITTED)
    return True
