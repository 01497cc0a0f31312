"""Several cron workers and several servers drain one queue: together faster, and nothing goes twice."""

import logging
import time

from odoo.tests import tagged

from .live import LiveServer
from .live_settling import SOAK, SettlingCase

_logger = logging.getLogger(__name__)
LANES = "ir_cron_process_queue_bulk_"


@tagged("post_install", "-at_install")
class TestWorkers(SettlingCase):
    """Twilio is slow here: what one worker hands over is bound by how much it has under way."""

    texts = 4000 if SOAK else 600
    concurrency = 10
    latency_ms = 100
    workers = 1
    options = ("--max-cron-threads=2",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server._set_parameter("hr_recruitment_texting.concurrency", str(cls.concurrency))
        # No other cron is in the way, and nothing starts before it shall.
        cls.server.psql("UPDATE ir_cron SET active = FALSE")
        cls.applicants = cls.people("213")
        cls.figures = {}

    @property
    def words(self):
        return f"Text for {self.drained_by}"

    def drain(self, drained_by, lanes):
        """Text everybody, and have so many crons work.

        :returns: texts per second, as counted at Twilio
        """
        self.drained_by = drained_by
        self.simulator.control("/control/reset", "POST", now=True)
        # No callbacks: the only thing that is measured is how fast texts go.
        self.simulator.control(
            "/control/settings", "POST", latency_ms=self.latency_ms, callback_statuses=[]
        )
        self.queue_to_many(self.applicants)
        names = tuple(f"{LANES}{number}" for number in range(1, lanes + 1))
        self.server.psql("DELETE FROM ir_cron_trigger")
        self.server.psql(
            "UPDATE ir_cron SET active = TRUE, nextcall = now() AT TIME ZONE 'UTC' WHERE id IN"
            " (SELECT res_id FROM ir_model_data WHERE name IN %s)",
            [names],
        )
        with self.server._connection("postgres") as connection, connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify('cron_trigger', %s)", [self.server.db])
            connection.commit()
        self.eventually(lambda: not self.states().keys() & {"queued", "sending"}, 120)
        self.server.psql("UPDATE ir_cron SET active = FALSE")
        self.assertEqual(self.states(), {"sent": self.texts})
        theirs = self.simulator.control("/control/messages", origin="api")["messages"]
        ours = self.server.psql(
            "SELECT twilio_sid FROM hr_sms_message WHERE body = %s", [self.words]
        )
        self.assertEqual(sorted(sid for (sid,) in ours), sorted(text["sid"] for text in theirs))
        self.assertEqual(self.simulator.control("/control/stats")["doubles"], 0, self.doubled())
        created = sorted(text["created"] for text in theirs)
        # Not until the last one, but while all of them work.
        middle = created[: len(created) * 9 // 10]
        return len(middle) / (middle[-1] - middle[0])

    def test_together(self):
        one = self.drain("one worker", 1)
        two = self.drain("two workers", 2)
        other = LiveServer(workers=1, options=("--max-cron-threads=2",), beside=self.server).start()
        self.addCleanup(other.stop)
        time.sleep(1)  # its cron workers listen
        four = self.drain("four workers of two servers", 4)
        figures = f"texts per second: one {one:.0f}, two {two:.0f}, four {four:.0f}"
        _logger.info("%s", figures)
        # Each hands over 10 in 100 ms at the most.
        self.assertLess(one, 110, figures)
        # That they work at once shows on a busy machine too; how much faster it is, bin/bench tells.
        self.assertGreater(two, 1.2 * one, figures)
        self.assertGreater(four, 1.2 * one, figures)
        for server in (self.server, other):
            for words in ("could not serialize", "deadlock", "could not obtain lock"):
                self.assertFalse(server.log_lines(words))
