from datetime import datetime

from odoo.tests import BaseCase, tagged

from .live import LiveServer

FORMER = "19.0.1.1.0"
_WRITTEN, _WENT = datetime(2025, 3, 10, 9), datetime(2025, 3, 14, 9)
# What came after that version and is filled for the texts there were.
_COLUMNS = ("is_waiting", "answer_id", "is_followed_up", "date")
_TEXT = """
    INSERT INTO hr_sms_message (thread_id, company_id, direction, kind, purpose, body, state,
                                segment_count, is_unread, create_date, claimed_date)
    VALUES (%s, 1, %s, 'direct', 'job', %s, %s, 1, %s, %s, %s) RETURNING id
"""
_INVITATION = """
    INSERT INTO hr_sms_invitation (thread_id, company_id, expires_date, email)
    VALUES (%s, 1, now() AT TIME ZONE 'UTC', 'robin@example.com') RETURNING id
"""


@tagged("post_install", "-at_install")
class TestUpgrade(BaseCase):
    """A database of a former version, brought up to date by ``-u``; a warning fails it, too."""

    def text(self, server, thread, direction, is_unread=False, went=None):
        state = "received" if direction == "inbound" else "sent"
        values = [thread, direction, "Hello", state, is_unread, _WRITTEN, went]
        [(text,)] = server.psql(_TEXT, values)
        return text

    def thread(self, server, number):
        [(thread,)] = server.psql(
            "INSERT INTO hr_sms_thread (company_id, number, consent_state) VALUES (1, %s, 'none')"
            " RETURNING id",
            [number],
        )
        return thread

    def wording(self, server):
        [(version,)] = server.psql("SELECT sms_consent_version FROM res_company WHERE id = 1")
        return version

    def test_from_a_former_version(self):
        options = ("--max-cron-threads=0", "-u", "hr_recruitment_texting")
        server = LiveServer(options=options).create_database()
        self.addCleanup(server.stop)
        for column in _COLUMNS:
            server.psql(f"ALTER TABLE hr_sms_message DROP COLUMN {column}")
        waits, answered, seen = (
            self.thread(server, number)
            for number in ("+12025550161", "+12025550162", "+12025550163")
        )
        waiting = self.text(server, waits, "inbound", is_unread=True)
        self.text(server, answered, "inbound", is_unread=True)
        planned = self.text(server, answered, "outbound", went=_WENT)
        self.text(server, seen, "inbound")
        [(invitation,)] = server.psql(_INVITATION, [waits])
        server.psql("ALTER TABLE hr_sms_invitation DROP COLUMN company_id")
        server.psql(
            "UPDATE ir_module_module SET latest_version = %s WHERE name = 'hr_recruitment_texting'",
            [FORMER],
        )
        before = self.wording(server)
        [(texts, events)] = server.psql(
            "SELECT (SELECT count(*) FROM hr_sms_message), (SELECT count(*) FROM hr_sms_consent)"
        )

        server.start()

        rows = server.psql(
            "SELECT id, is_waiting IS TRUE FROM hr_sms_message WHERE thread_id = ANY(%s)",
            [[waits, answered, seen]],
        )
        self.assertEqual([text for text, is_waiting in rows if is_waiting], [waiting])
        self.assertEqual(
            server.psql(
                "SELECT count(*) FROM hr_sms_message"
                " WHERE direction = 'inbound' AND is_followed_up IS NOT TRUE"
            ),
            [(0,)],
            "nobody is told of what came before",
        )
        self.assertEqual(
            server.psql(
                "SELECT id, date FROM hr_sms_message WHERE id = ANY(%s) ORDER BY id",
                [[waiting, planned]],
            ),
            [(waiting, _WRITTEN), (planned, _WENT)],
            "a text stands where it came or went",
        )
        self.assertEqual(
            server.psql("SELECT company_id FROM hr_sms_invitation WHERE id = %s", [invitation]),
            [(1,)],
        )
        self.assertEqual(self.wording(server), before + 1, "it names our page of terms now")
        self.assertEqual(
            server.psql(
                "SELECT (SELECT count(*) FROM hr_sms_message), (SELECT count(*) FROM hr_sms_consent)"
            ),
            [(texts, events)],
        )
        admin = server.login("admin")
        counts = admin.call("hr.sms.thread", "sms_inbox_counts")
        self.assertGreater(counts["waiting"], 0)
