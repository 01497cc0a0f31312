"""A recruiter's text does not wait for a campaign: it is on its way while thousands drain."""

import logging
import statistics
import time

from odoo.tests import tagged

from ..bench import data
from .live_settling import SOAK
from .test_texting_live import LiveTextingCase

_logger = logging.getLogger(__name__)


class DirectCase:
    campaign = 10_000 if SOAK else 1_500
    directs = 20 if SOAK else 5
    options = ("--max-cron-threads=2",)

    def test_on_its_way_while_a_campaign_drains(self):
        applicants = [self.applicant(f"+1214555{number:04d}") for number in range(self.directs)]
        self.server.psql("UPDATE ir_cron SET active = FALSE")
        with self.server.cursor() as cursor:
            data.threads(cursor, self.campaign)
            data.queued(cursor, self.campaign)
        self.simulator.control("/control/settings", "POST", latency_ms=300, callback_statuses=[])
        self.server.psql(
            "UPDATE ir_cron SET active = TRUE, nextcall = now() AT TIME ZONE 'UTC' WHERE id IN"
            " (SELECT res_id FROM ir_model_data WHERE name LIKE 'ir_cron_process_queue_bulk_%')"
        )
        with self.server._connection("postgres") as connection, connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify('cron_trigger', %s)", [self.server.db])
            connection.commit()
        self.eventually(lambda: self.count("state = 'sent'") > 50)
        seconds = []
        for number, applicant in enumerate(applicants):
            start = time.time()
            self.admin.call("hr.applicant", "sms_send", [applicant], "By hand")
            [text], _waited = self.eventually(
                lambda number=number: self.at_twilio(f"+1214555{number:04d}")
            )
            # A text is in Twilio's list when it was taken: 300 ms after it arrived.
            seconds.append(text["created"] - start)
        left = self.count("state IN ('queued', 'sending')")
        _logger.info("seconds to Twilio: %s, %s left", [round(one, 2) for one in seconds], left)
        self.assertLess(statistics.median(seconds), 2, seconds)
        self.assertGreater(left, 0, "the campaign was over before the texts went")
        self.eventually(lambda: not self.count("state IN ('queued', 'sending')"), 120)
        self.assertEqual(self.simulator.control("/control/stats")["doubles"], 0)
        self.assertEqual(
            self.simulator.control("/control/stats")["created"], self.campaign + self.directs
        )

    def count(self, condition):
        [(count,)] = self.server.psql(
            f"SELECT count(*) FROM hr_sms_message WHERE direction = 'outbound' AND {condition}"
        )
        return count


@tagged("post_install", "-at_install")
class TestDirectInThreads(DirectCase, LiveTextingCase):
    """One process does it all: the request, both lanes and the sender of direct texts."""


@tagged("post_install", "-at_install")
class TestDirectInWorkers(DirectCase, LiveTextingCase):
    workers = 2
