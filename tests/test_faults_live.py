"""Twilio at its worst: in the end every text is in the state that Twilio says is true."""

from odoo.tests import tagged

from .live_settling import SOAK, SettlingCase


@tagged("post_install", "-at_install")
class TestFaults(SettlingCase):
    texts = 2000 if SOAK else 200
    # A handed-over text without a known answer is worth a line in the log.
    expected_log = (r"while handing it over",)

    def setUp(self):
        super().setUp()
        self.simulator.control("/control/reset", "POST", now=True)
        self.simulator.control("/control/settings", "POST", seed=7, sent_ms=20, delivered_ms=60)
        self.addCleanup(self.simulator.control, "/control/faults", "DELETE")

    def send(self, area):
        self.admin.call("hr.applicant", "sms_send", self.people(area), self.words)

    def test_ten_percent_of_everything(self):
        self.simulator.control(
            "/control/faults",
            "POST",
            **dict.fromkeys(
                (
                    "http_429",
                    "http_500",
                    "http_502_html",
                    "drop_before",
                    "drop_after",
                    "undelivered",
                    "callback_lost",
                    "callback_doubled",
                    "callback_reordered",
                ),
                0.1,
            ),
        )
        self.send("312")
        self.settle()
        hits = self.simulator.control("/control/stats")["faults"]
        for fault in ("http_429", "http_500", "drop_before", "drop_after", "callback_lost"):
            self.assertGreater(hits[fault], self.texts / 40, hits)
        self.assertAsAtTwilio()

    def test_every_callback_before_the_answer(self):
        self.simulator.control(
            "/control/faults", "POST", callback_early=1, drop_after=0.1, undelivered=0.1
        )
        self.send("313")
        self.eventually(lambda: not self.states().keys() & {"queued", "sending", "unknown"})
        self.settle()
        self.assertAsAtTwilio()

    def test_asked_instead_of_told(self):
        """Texts to many without any callback: Twilio's list settles them."""
        self.server.psql("UPDATE res_company SET sms_ask_twilio = TRUE")
        self.addCleanup(self.server.psql, "UPDATE res_company SET sms_ask_twilio = FALSE")
        self.simulator.control("/control/faults", "POST", undelivered=0.1, drop_after=0.1)
        self.queue_to_many(self.people("314"))
        self.run_cron("process_queue_bulk_1")
        self.simulator.control("/control/wait", timeout=20)
        self.let_time_pass(5)
        self.run_cron("ask_twilio")
        self.assertFalse(self.states().keys() - {"delivered", "failed", "unknown"})
        self.settle()
        self.assertAsAtTwilio()
        callbacks = self.simulator.control("/control/stats")["callbacks"]
        self.assertEqual((callbacks["sent"], callbacks["failed"]), (0, 0))
