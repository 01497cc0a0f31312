"""Short transactions of their own, apart from the request's."""

from contextlib import contextmanager

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
        if isinstance(cr, sql_db.Cursor):
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        yield api.Environment(cr, SUPERUSER_ID, context or {})
