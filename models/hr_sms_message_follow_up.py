import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models

from .transactions import short_transaction

_logger = logging.getLogger(__name__)

BATCH = 100
# What is older was there before this addon followed up, or is of no interest any more.
FRESH = timedelta(days=1)


class HrSmsMessage(models.Model):
    """What a received text brings about, after the webhook was answered and in batches.

    Nobody at Twilio waits for it. Each text is followed up once; should the process end first,
    the cron does it.
    """

    _inherit = "hr.sms.message"

    is_followed_up = fields.Boolean(readonly=True)

    _follow_up_idx = models.Index("(id) WHERE direction = 'inbound' AND is_followed_up IS NOT TRUE")

    @api.model
    def _follow_up(self):
        """Follow up received texts. Called after the commit of what received them, and by a cron."""
        while self._follow_up_batch():
            pass

    def _follow_up_batch(self):
        with short_transaction(self.env.registry) as env:
            env.cr.execute(
                """
                UPDATE hr_sms_message SET is_followed_up = TRUE
                 WHERE id IN (SELECT id FROM hr_sms_message
                               WHERE direction = 'inbound' AND is_followed_up IS NOT TRUE
                                 AND keyword_id IS NULL AND create_date > %s
                            ORDER BY id LIMIT %s
                                 FOR UPDATE SKIP LOCKED)
             RETURNING id
                """,
                [fields.Datetime.now() - FRESH, BATCH],
            )
            texts = env["hr.sms.message"].browse(sorted(row[0] for row in env.cr.fetchall()))
            texts.invalidate_recordset()
            of_numbers = texts.grouped("thread_id").values()
            if len(of_numbers) < 2 or not texts._follow_up_by("_followed_up", logging.INFO):
                for theirs in of_numbers:
                    theirs._follow_up_by("_followed_up")
        return len(texts) == BATCH

    def _follow_up_by(self, method, level=logging.ERROR):
        """Follow texts up, all or none. Those that cannot be do not hold up the others for ever.

        :param str method: of this model, what follows them up
        :param int level: of the log, should it fail
        :returns: whether it worked
        """
        try:
            with self.env.cr.savepoint():
                getattr(self, method)()
        except (psycopg2.InterfaceError, psycopg2.OperationalError):
            raise  # the database, not the texts: they are followed up again
        except Exception:
            _logger.log(level, "Following up received texts %s failed", self.ids, exc_info=True)
            return False
        return True

    def _followed_up(self):
        """Do what texts bring about (superuser): of any numbers, in the order they came."""
