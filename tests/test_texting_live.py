"""Texting with real processes: a real server, the simulator, real transactions and threads."""

import itertools
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from twilio.request_validator import RequestValidator

from odoo.tests import BaseCase, tagged

from .live import ACCOUNT_SID, AUTH_TOKEN, INBOUND, NUMBER, LiveServer, LiveSession, LiveSimulator

PHONE = "+12025550142"


class LiveTextingCase(BaseCase):
    """A server and a simulator for the class, an applicant who consented for each test."""

    workers = 0
    numbers = (NUMBER,)
    # No cron: what is sent is sent by the request that queued it.
    options = ("--max-cron-threads=0",)
    expected_log = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.simulator = cls.make_simulator().start()
        cls.addClassCleanup(cls.simulator.stop)
        cls.server = cls.make_server().start()
        cls.addClassCleanup(cls.server.stop)
        cls.admin = cls.server.login("admin")

    @classmethod
    def make_simulator(cls):
        return LiveSimulator(cls.numbers)

    @classmethod
    def make_server(cls):
        return LiveServer(
            workers=cls.workers,
            options=cls.options,
            simulator=cls.simulator,
            expected_log=cls.expected_log,
        )

    def applicant(self, phone=PHONE, consent=True):
        [applicant] = self.admin.call(
            "hr.applicant",
            "create",
            [{"partner_name": f"Live {uuid4().hex[:6]}", "partner_phone": phone}],
        )
        if consent:
            self.admin.call("hr.applicant", "sms_consent_grant", [applicant], note="by phone")
        return applicant

    def eventually(self, ask, seconds=60):
        """Ask until the answer is true, and return it with the seconds it took.

        A busy machine is no failure: how fast it is, ``bin/bench`` says.
        """
        start = time.monotonic()
        while not (answer := ask()):
            self.assertLess(time.monotonic() - start, seconds, f"still {answer!r}")
            time.sleep(0.02)
        return answer, time.monotonic() - start

    def cron(self, name):
        """Return the id of one of our crons, by its external id."""
        [(cron,)] = self.server.psql(
            "SELECT res_id FROM ir_model_data WHERE module = 'hr_recruitment_texting' AND name = %s",
            [name],
        )
        return cron

    def at_twilio(self, phone=PHONE):
        return self.simulator.control("/control/messages", to=phone)["messages"]

    def post_inbound(self, **values):
        form = {
            "MessageSid": f"SM{uuid4().hex}",
            "AccountSid": ACCOUNT_SID,
            "From": PHONE,
            "To": NUMBER,
            "Body": "Hello",
            **values,
        }
        signature = RequestValidator(AUTH_TOKEN).compute_signature(self.server.url + INBOUND, form)
        return LiveSession(self.server).post(
            INBOUND, urllib.parse.urlencode(form).encode(), {"X-Twilio-Signature": signature}
        )


@tagged("post_install", "-at_install")
class TestLiveTexting(LiveTextingCase):
    def test_a_text_is_on_its_way_without_a_cron(self):
        phone = "+12025550151"
        applicant = self.applicant(phone)
        [message] = self.admin.call("hr.applicant", "sms_send", [applicant], "On its way")
        self.eventually(lambda: self.at_twilio(phone))
        self.eventually(
            lambda: (
                self.server.psql("SELECT state FROM hr_sms_message WHERE id = %s", [message])
                == [("delivered",)]
            )
        )
        self.assertEqual(len(self.at_twilio(phone)), 1)

    def test_many_at_once_go_once_each(self):
        phone = "+12025550152"
        applicant = self.applicant(phone)

        sessions = [self.server.login("admin") for _number in range(4)]

        def send(number):
            session = sessions[number % 4]
            return session.call("hr.applicant", "sms_send", [applicant], f"No {number}")

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(send, range(24)))
        self.eventually(lambda: len(self.at_twilio(phone)) >= 24)
        time.sleep(0.5)
        bodies = [message["body"] for message in self.at_twilio(phone)]
        self.assertEqual(sorted(bodies), sorted(f"No {number}" for number in range(24)))

    def test_the_same_message_twenty_times_at_once(self):
        sid = f"SM{uuid4().hex}"
        with ThreadPoolExecutor(20) as pool:
            answers = list(
                pool.map(
                    lambda _number: self.post_inbound(
                        MessageSid=sid, From="+12025550153", Body="STOPP"
                    ),
                    range(20),
                )
            )
        self.assertEqual({status for status, _text in answers}, {200})
        rows = self.server.psql(
            "SELECT id, thread_id FROM hr_sms_message WHERE twilio_sid = %s", [sid]
        )
        self.assertEqual(len(rows), 1)
        [(events,)] = self.server.psql(
            "SELECT count(*) FROM hr_sms_consent WHERE thread_id = %s", [rows[0][1]]
        )
        self.assertEqual(events, 1)

    def test_twenty_texts_of_a_new_number_at_once_make_one_thread(self):
        with ThreadPoolExecutor(20) as pool:
            answers = list(
                pool.map(
                    lambda number: self.post_inbound(From="+12025550154", Body=f"No {number}"),
                    range(20),
                )
            )
        self.assertEqual({status for status, _text in answers}, {200})
        [(threads, messages)] = self.server.psql(
            "SELECT count(DISTINCT thread.id), count(*) FROM hr_sms_thread thread"
            "  JOIN hr_sms_message message ON message.thread_id = thread.id"
            " WHERE thread.number = '+12025550154'"
        )
        self.assertEqual((threads, messages), (1, 20))

    def test_events_of_one_thread_at_once_keep_the_chain(self):
        with ThreadPoolExecutor(12) as pool:
            list(
                pool.map(
                    lambda number: self.post_inbound(
                        From="+12025550155", Body=("STOP", "START")[number % 2]
                    ),
                    range(24),
                )
            )
        rows = self.server.psql(
            "SELECT consent.sequence, consent.previous_hash, consent.hash"
            "  FROM hr_sms_consent consent JOIN hr_sms_thread thread ON thread.id = thread_id"
            " WHERE thread.number = '+12025550155' ORDER BY consent.sequence"
        )
        self.assertEqual([row[0] for row in rows], list(range(1, len(rows) + 1)))
        self.assertGreater(len(rows), 11)
        for before, after in itertools.pairwise(rows):
            self.assertEqual(after[1], before[2])

    def test_stop_and_start_by_phone(self):
        phone = "+12025550156"
        applicant = self.applicant(phone)
        self.simulator.control(
            "/control/inbound", "POST", **{"from": phone, "to": NUMBER, "body": "STOP"}
        )
        data = self.admin.call("hr.applicant", "sms_tab", [applicant])
        self.assertEqual(data["gate"]["code"], "consent_locked")
        self.simulator.control(
            "/control/inbound", "POST", **{"from": phone, "to": NUMBER, "body": "START"}
        )
        data = self.admin.call("hr.applicant", "sms_tab", [applicant])
        self.assertTrue(data["gate"]["allowed"])
        self.assertEqual(self.simulator.control("/control/stats")["warnings"], 0)

    def test_stop_while_a_batch_is_being_sent(self):
        """Whoever says STOP gets nothing that was not at Twilio already, claimed or not."""
        phones = [f"+1202555{number}" for number in range(3000, 3080)]
        applicants = self.admin.call(
            "hr.applicant",
            "create",
            [{"partner_name": f"Batch {phone}", "partner_phone": phone} for phone in phones],
        )
        self.admin.call("hr.applicant", "sms_consent_grant", applicants, note="by phone")
        self.simulator.control("/control/settings", "POST", latency_ms=2000)
        self.addCleanup(self.simulator.control, "/control/settings", "POST", latency_ms=0)
        self.admin.call("hr.applicant", "sms_send", applicants, "To all of you")

        def states(phones):
            return dict(
                self.server.psql(
                    "SELECT thread.number, message.state || coalesce(message.failure_code, '')"
                    "  FROM hr_sms_message message JOIN hr_sms_thread thread ON thread.id = thread_id"
                    " WHERE thread.number = ANY(%s) AND message.body = 'To all of you'",
                    [phones],
                )
            )

        self.eventually(lambda: set(states(phones).values()) == {"sending"})
        stopping = phones[-10:]  # all are claimed, 50 are on their way to Twilio
        for phone in stopping:
            status, _text = self.post_inbound(From=phone, Body="STOP")
            self.assertEqual(status, 200)
        self.eventually(
            lambda: set(states(stopping).values()) == {"canceledconsent_locked"}, seconds=20
        )
        self.eventually(lambda: set(states(phones[:-10]).values()) <= {"sent", "delivered"})
        for phone in stopping:
            # Only the confirmation that Twilio sends by itself.
            self.assertNotIn("To all of you", [text["body"] for text in self.at_twilio(phone)])
        self.assertEqual(len(self.at_twilio(phones[0])), 1)

    def test_opted_out_at_twilio_only(self):
        """Somebody opted out before we were connected: the first text finds out."""
        phone = "+12025550157"
        applicant = self.applicant(phone)
        self.simulator.control("/control/opt-out", "POST", phone=phone)
        [message] = self.admin.call("hr.applicant", "sms_send", [applicant], "Hello")
        self.eventually(
            lambda: (
                self.server.psql(
                    "SELECT state, failure_code FROM hr_sms_message WHERE id = %s", [message]
                )
                == [("failed", "21610")]
            )
        )
        data = self.admin.call("hr.applicant", "sms_tab", [applicant])
        self.assertEqual(data["gate"]["code"], "consent_locked")
        self.assertEqual(data["consent"]["method"], "provider")


@tagged("post_install", "-at_install")
class TestLiveWorkers(LiveTextingCase):
    workers = 2

    def test_a_text_is_on_its_way_without_a_cron_with_worker_processes(self):
        phone = "+12025550161"
        applicant = self.applicant(phone)
        self.admin.call("hr.applicant", "sms_send", [applicant], "On its way")
        self.eventually(lambda: self.at_twilio(phone))


@tagged("post_install", "-at_install")
class TestLiveCron(LiveTextingCase):
    options = ("--max-cron-threads=2",)

    def test_a_text_left_by_a_dead_process_is_sent_by_the_cron(self):
        phone = "+12025550162"
        applicant = self.applicant(phone)
        [message] = self.admin.call(
            "hr.applicant",
            "sms_send",
            [applicant],
            "Left behind",
            scheduled_date="2099-01-01 00:00:00",
        )
        # As after a crash between the commit and the sender thread: queued, nobody works on it.
        self.server.psql(
            "UPDATE hr_sms_message SET state = 'queued', scheduled_date = NULL WHERE id = %s",
            [message],
        )
        self.server.psql(
            "UPDATE ir_cron SET nextcall = now() - interval '1 minute',"
            "       active = id = (SELECT res_id FROM ir_model_data"
            "                       WHERE name = 'ir_cron_process_queue_direct')"
        )
        self.server.restart()
        with self.server._connection("postgres") as connection, connection.cursor() as cursor:
            # Crons look once a minute, or when told.
            cursor.execute("SELECT pg_notify('cron_trigger', %s)", [self.server.db])
            connection.commit()
        self.eventually(lambda: self.at_twilio(phone), 90)
        self.eventually(
            lambda: (
                self.server.psql("SELECT count(*) FROM ir_cron WHERE nextcall > now()   AND active")
                == [(1,)]
            )
        )
