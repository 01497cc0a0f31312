"""Several senders and a manager at one account, in real transactions of real processes."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from odoo.tests import tagged

from .live import ACCOUNT_SID, AUTH_TOKEN, NUMBER, RpcError
from .test_texting_live import LiveTextingCase

OTHER_NUMBER = "+15005550009"
BODY = "For the last segments"


@tagged("post_install", "-at_install")
class TestAllowanceRaces(LiveTextingCase):
    workers = 2
    numbers = (NUMBER, OTHER_NUMBER)
    expected_log = (r"texting allowance is used up",)

    def setUp(self):
        super().setUp()
        [(self.company,)] = self.server.psql(
            "SELECT res_id FROM ir_model_data WHERE module = 'base' AND name = 'main_company'"
        )

    def leave(self, segments):
        self.server.psql(
            "UPDATE hr_sms_allowance SET plan_left = 0, extra_left = %s, period_total = %s"
            " WHERE company_id = %s",
            [segments, segments, self.company],
        )

    def balance(self):
        [(left,)] = self.server.psql(
            "SELECT plan_left + extra_left FROM hr_sms_allowance WHERE company_id = %s",
            [self.company],
        )
        return left

    def top_up(self, segments, session=None):
        session = session or self.admin
        [account] = session.call("hr.sms.allowance", "search", [("company_id", "=", self.company)])
        [change] = session.call(
            "hr.sms.allowance.change", "create", [{"allowance_id": account, "segments": segments}]
        )
        session.call("hr.sms.allowance.change", "action_apply", [change])

    def states(self, body=BODY):
        return sorted(
            state
            for (state,) in self.server.psql(
                "SELECT CASE WHEN state = 'delivered' THEN 'sent' ELSE state END"
                "       || coalesce(wait_code, '') FROM hr_sms_message WHERE body = %s",
                [body],
            )
        )

    def waiting_for_the_account(self):
        [(count,)] = self.server.psql(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
            "   AND wait_event_type = 'Lock' AND query LIKE '%%hr_sms_allowance%%'",
            [self.server.db],
        )
        return count

    def test_the_51st_segment_of_a_fresh_company(self):
        [fresh] = self.admin.call("res.company", "create", [{"name": "Fresh Hiring"}])
        self.admin.call(
            "res.company",
            "write",
            [fresh],
            {
                "sms_twilio_account_sid": ACCOUNT_SID,
                "sms_twilio_auth_token": AUTH_TOKEN,
                "sms_opt_out_line": False,
            },
        )
        self.server.psql(
            "UPDATE sms_twilio_number SET company_id = %s WHERE number = %s",
            [fresh, OTHER_NUMBER],
        )
        [user] = self.admin.call("res.users", "search", [("login", "=", "admin")])
        self.admin.call("res.users", "write", [user], {"company_ids": [(4, fresh)]})
        phone = "+12025554180"
        in_company = {"context": {"allowed_company_ids": [fresh]}}
        [applicant] = self.admin.call(
            "hr.applicant",
            "create",
            [{"partner_name": "Robin", "partner_phone": phone, "company_id": fresh}],
        )
        self.admin.call("hr.applicant", "sms_consent_grant", [applicant], **in_company)

        def send(body):
            self.admin.call("hr.applicant", "sms_send", [applicant], body, **in_company)

        for number in range(50):
            send(f"Text {number}")
        self.eventually(lambda: len(self.at_twilio(phone)) == 50)
        with self.assertRaisesRegex(RpcError, "allowance is used up"):
            send("The 51st")
        [account] = self.admin.call("hr.sms.allowance", "search", [("company_id", "=", fresh)])
        [change] = self.admin.call(
            "hr.sms.allowance.change", "create", [{"allowance_id": account, "segments": 1}]
        )
        self.admin.call("hr.sms.allowance.change", "action_apply", [change])
        send("The 51st")
        self.eventually(lambda: len(self.at_twilio(phone)) == 51)
        with self.assertRaisesRegex(RpcError, "allowance is used up"):
            send("The 52nd")

    def test_senders_race_for_the_last_segments(self):
        phones = [f"+120255541{number:02}" for number in range(12)]
        applicants = [self.applicant(phone) for phone in phones]
        sessions = [self.server.login("admin") for _phone in phones]
        self.leave(3)

        def send(position):
            with suppress(RpcError):  # whoever comes last is refused at the door
                return sessions[position].call(
                    "hr.applicant", "sms_send", [applicants[position]], BODY
                )

        with ThreadPoolExecutor(12) as pool:
            queued = [ids for ids in pool.map(send, range(12)) if ids]
        self.assertGreaterEqual(len(queued), 3)
        waiting = len(queued) - 3
        self.eventually(
            lambda: self.states() == [*["queuedallowance_waiting"] * waiting, *["sent"] * 3], 20
        )
        self.assertEqual(self.balance(), 0)
        self.assertEqual(sum(len(self.at_twilio(phone)) for phone in phones), 3)
        self.top_up(20)
        self.eventually(lambda: self.states() == ["sent"] * len(queued))
        self.assertEqual(self.balance(), 20 - waiting)

    def test_the_loser_of_the_last_segment_waits(self):
        """Another sender takes the last segment while this one is about to."""
        phone = "+12025554150"
        applicant = self.applicant(phone)
        self.leave(1)
        with self.server.cursor() as cursor:
            cursor.execute(
                "UPDATE hr_sms_allowance SET extra_left = extra_left - 1 WHERE company_id = %s",
                [self.company],
            )
            self.admin.call("hr.applicant", "sms_send", [applicant], "Too late")
            self.eventually(self.waiting_for_the_account)
        self.eventually(lambda: self.states("Too late") == ["queuedallowance_waiting"])
        self.assertEqual(self.balance(), 0)
        self.assertFalse(self.at_twilio(phone))
        self.top_up(1)
        self.eventually(lambda: self.at_twilio(phone))
        self.assertEqual(self.balance(), 0)

    def test_a_top_up_while_a_sender_holds_what_waits_for_it(self):
        """The sender waits for the account, the top-up must not wait for the sender's text."""
        phone, other = "+12025554160", "+12025554161"
        applicant = self.applicant(phone)
        self.applicant(other)
        self.leave(1)
        [message] = self.admin.call(
            "hr.applicant", "sms_send", [applicant], "Waits", scheduled_date="2099-01-01 00:00:00"
        )
        self.server.psql(
            "UPDATE hr_sms_message SET state = 'queued', scheduled_date = NULL,"
            "       wait_code = 'allowance_waiting' WHERE id = %s",
            [message],
        )
        self.leave(0)
        session = self.server.login("admin")
        with ThreadPoolExecutor(1) as pool:
            with self.server.cursor() as cursor:
                cursor.execute(
                    "SELECT FROM hr_sms_allowance WHERE company_id = %s FOR NO KEY UPDATE",
                    [self.company],
                )
                top_up = pool.submit(self.top_up, 5, session)
                self.eventually(lambda: self.waiting_for_the_account() == 1)
                # The confirmation of a word of ours wakes the sender, which claims both.
                status, _text = self.post_inbound(From=other, Body="STOPP")
                self.assertEqual(status, 200)
                self.eventually(lambda: self.waiting_for_the_account() == 2)
            top_up.result(20)
        self.eventually(lambda: self.states("Waits") == ["sent"])
        self.assertEqual(len(self.at_twilio(phone)), 1)
        self.assertEqual(self.balance(), 3)

    def test_two_senders_keep_to_the_texts_a_day(self):
        """Both hold texts of one candidate, and neither sees what the other is about to send."""
        phone = "+12025554170"
        self.applicant(phone)
        self.leave(1000)
        self.server.psql(
            "UPDATE res_company SET sms_daily_cap = 3, sms_quiet_hours = FALSE WHERE id = %s",
            [self.company],
        )
        # The first sender claims five hundred, the second what is left.
        self.server.psql(
            """
            INSERT INTO hr_sms_message (thread_id, company_id, direction, kind, purpose, body,
                                        state, segment_count, date, uuid)
            SELECT id, company_id, 'outbound', 'auto', 'job', 'Automatic', 'queued', 1,
                   now() AT TIME ZONE 'UTC', md5(random()::text)
              FROM hr_sms_thread, generate_series(1, 510)
             WHERE number = %s
            """,
            [phone],
        )
        sessions = [self.server.login("admin") for _lane in range(2)]
        lanes = [self.cron(f"ir_cron_process_queue_bulk_{number}") for number in (1, 2)]
        with ThreadPoolExecutor(2) as pool:
            with self.server.cursor() as cursor:
                cursor.execute(
                    "SELECT FROM hr_sms_allowance WHERE company_id = %s FOR NO KEY UPDATE",
                    [self.company],
                )
                runs = [
                    pool.submit(session.call, "ir.cron", "method_direct_trigger", [lane])
                    for session, lane in zip(sessions, lanes, strict=True)
                ]
                self.eventually(lambda: self.waiting() == 2)
            for run in runs:
                run.result(60)
        self.eventually(lambda: self.states("Automatic").count("sent") == 3)
        self.assertEqual(len(self.at_twilio(phone)), 3)
        self.assertEqual(self.states("Automatic").count("queueddaily_cap"), 507)
        self.assertEqual(self.balance(), 997)

    def waiting(self):
        [(count,)] = self.server.psql(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'",
            [self.server.db],
        )
        return count
