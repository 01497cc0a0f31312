from contextlib import suppress
from datetime import timedelta
from unittest.mock import patch

import psycopg2
import psycopg2.errors

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..gateway import Result
from ..models import hr_sms_message_queue as queue
from ..models.hr_sms_message_claim import HrSmsMessage as Claim
from ..rules.reconciliation import HANDED_OVER_WITHIN
from .common import TextingCase

LOGGER = "odoo.addons.hr_recruitment_texting.models.hr_sms_message_queue"


@tagged("post_install", "-at_install")
class TestQueueSafety(TextingCase):
    """What Twilio answered is written down, whatever happens to the database meanwhile."""

    def setUp(self):
        super().setUp()
        self.append("granted", "job_form")
        self.startPatcher(patch.object(queue.time, "sleep", lambda _seconds: None))

    def send(self, body="Hello Robin"):
        ids = self.applicant.with_user(self.sender).sms_send(body)
        return self.env["hr.sms.message"].browse(ids)

    def recording(self, *errors):
        """Have the first attempts to write results down end like that."""
        messages = self.registry["hr.sms.message"]
        self.coming = coming = list(errors)
        record = messages._record

        def fail_first(records, results):
            if coming:
                raise coming.pop(0)
            return record(records, results)

        return patch.object(messages, "_record", fail_first)

    def test_results_are_recorded_after_a_deadlock_and_a_restart(self):
        message = self.send()
        errors = (
            psycopg2.errors.DeadlockDetected(),
            psycopg2.errors.SerializationFailure(),
            psycopg2.errors.LockNotAvailable(),
            psycopg2.OperationalError("the database system is in recovery mode"),
            psycopg2.InterfaceError("connection already closed"),
        )
        with self.recording(*errors):
            fake = self.drain()
        self.assertFalse(self.coming)
        self.assertEqual(len(fake.sent), 1)
        self.assertEqual(message.state, "sent")
        self.assertTrue(message.twilio_sid)

    def test_the_database_is_away_for_good(self):
        message = self.send()
        with (
            patch.object(queue, "RECORD_WITHIN", -1),
            self.recording(psycopg2.OperationalError()),
            suppress(psycopg2.OperationalError),  # assertRaises would roll back
        ):
            self.drain()
        self.env.invalidate_all()
        self.assertEqual(message.state, "sending", "reconciliation settles it")

    def test_one_odd_result_takes_no_other_with_it(self):
        good, odd, other = (self.send(body) for body in ("good", "odd", "other"))
        messages = self.registry["hr.sms.message"]
        record = messages._record

        def choke(records, results):
            if any(result.uuid == odd.uuid for result in results):
                raise ValueError("odd")
            return record(records, results)

        with patch.object(messages, "_record", choke), self.assertLogs(LOGGER, "ERROR") as log:
            self.drain()
        self.assertIn(odd.uuid, log.output[0])
        self.assertNotIn("Hello", log.output[0])
        self.assertEqual((good | other).mapped("state"), ["sent", "sent"])
        self.assertEqual(odd.state, "sending")

    def test_a_claim_outlasts_a_crash_of_a_database_that_confirms_early(self):
        self.env.cr.execute("SET LOCAL synchronous_commit = off")
        self.send()
        self.drain()
        self.env.cr.execute("SHOW synchronous_commit")
        self.assertEqual(self.env.cr.fetchone()[0], "local")

    def test_a_cron_whose_time_is_up_goes_on_at_once(self):
        crons = self.env["ir.cron"]
        lane = self.env.ref("hr_recruitment_texting.ir_cron_process_queue_bulk_1")
        self.env.cr.postcommit.clear()
        with patch.object(self.registry["ir.cron"], "_notifydb", autospec=True) as notify:
            crons._reschedule_asap({"id": self.env.ref("sms.ir_cron_sms_scheduler_action").id})
            self.env.cr.postcommit.run()
            notify.assert_not_called()
            crons._reschedule_asap({"id": lane.id})
            notify.assert_not_called()  # another worker would find it locked
            self.env.cr.postcommit.run()
            notify.assert_called_once()

    def test_results_taken_when_the_queue_ends_are_recorded(self):
        """The results that are known and not yet due to be recorded, when something fails."""
        message = self.send()

        def break_off(messages, lane, pipeline, concurrency, results):
            for account, _companies, texts in messages._claim(lane, 10):
                pipeline.put(account, texts)
            results += pipeline.take(0)
            raise MemoryError

        with (
            patch.object(self.registry["hr.sms.message"], "_work", break_off),
            suppress(MemoryError),  # assertRaises would roll back
        ):
            self.drain()
        self.env.invalidate_all()
        self.assertEqual(message.state, "sent")

    @mute_logger(LOGGER)
    def test_what_was_claimed_too_long_ago_goes_back(self):
        """Reconciliation counts from the claim: what is handed over later it would take for lost."""
        message = self.send()
        claim = Claim._claim
        claims = []

        def claim_and_wait(messages, *args):
            claimed = claim(messages, *args)
            if claimed and not claims:
                message.flush_recordset()
                self.env.cr.execute(
                    "UPDATE hr_sms_message SET claimed_date = %s WHERE id = %s",
                    [fields.Datetime.now() - HANDED_OVER_WITHIN - timedelta(seconds=1), message.id],
                )
                message.invalidate_recordset()
            claims.append(claimed)
            return claimed

        outcomes = []
        messages = self.registry["hr.sms.message"]
        record = messages._record

        def remember(records, results):
            outcomes.extend(result.outcome for result in results)
            return record(records, results)

        with (
            patch.object(messages, "_claim", claim_and_wait),
            patch.object(messages, "_record", remember),
        ):
            fake = self.drain()
        self.assertEqual(outcomes, ["held_back", "accepted"])
        self.assertEqual(len(fake.sent), 1)
        self.assertEqual((message.state, message.attempt_count), ("sent", 1))

    def test_writing_a_result_twice_changes_nothing(self):
        message = self.send()
        self.drain()
        before = message.read()
        self.env["hr.sms.message"]._record(
            [Result(message.uuid, "accepted", sid=message.twilio_sid)]
        )
        self.env.invalidate_all()
        self.assertEqual(message.read(), before)
