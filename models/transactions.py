"""Short transactions of their own, apart from the request's."""

from contextlib import contextmanager

from odoo import SUPERUSER_ID, api, sql_db

_READ_COMMITTED = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED"


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
        if isinstance(cr, sql_db.Cursor):
            cr.execute(_READ_COMMITTED)
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
    if isinstance(env.cr, sql_db.Cursor):
        env.cr.execute(f"{_READ_COMMITTED}; SET LOCAL lock_timeout = '{int(lock_timeout)}s'")
    return api.Environment(env.cr, SUPERUSER_ID, {})
