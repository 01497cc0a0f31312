"""The external API over real HTTP with an API key: every block of docs/api.md, refusals, races."""

import contextlib
import io
import os
import re
import secrets
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import patch

import requests

from odoo.tests import BaseCase, tagged

from odoo.addons.base.models.res_users import INDEX_SIZE, KEY_CRYPT_CONTEXT

from .live import LiveServer

DOCUMENT = Path(__file__).parent.parent / "docs" / "api.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Differs from run to run.
NUMBERS = re.compile(r'("(?:id|applicant_id|consent_id|company_id)": |^    )[0-9]+', re.MULTILINE)
DATES = re.compile(r'("(?:given|recorded)_date": )"[^"]+"')
OFFICER = ("hr_recruitment", "group_hr_recruitment_user")
SEND = ("hr_recruitment_texting", "group_sms_send")
VIEW = ("hr_recruitment_texting", "group_sms_view")
PHONE = "+12025550143"
STOPPED = "+12025550199"


@tagged("post_install", "-at_install")
class TestApiLive(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = LiveServer(
            options=("--max-cron-threads=0",),
            expected_log=(r" WARNING \S+ odoo\.http: ",),  # refused calls
        ).start()
        cls.addClassCleanup(cls.server.stop)
        cls.admin = cls.server.login("admin")
        cls.key = cls.make_bot("job_board", OFFICER, SEND)
        [[cls.company]] = cls.server.psql(
            "SELECT company_id FROM res_users WHERE login = 'job_board'"
        )
        cls.job = cls.make_job("Nurse", cls.company)
        [cls.other_company] = cls.admin.call("res.company", "create", [{"name": "Other Hiring"}])

    @classmethod
    def make_bot(cls, login, *groups):
        """Make a user of another system.

        :returns: str, its API key
        """
        ids = [
            cls.server.psql(
                "SELECT res_id FROM ir_model_data WHERE module = %s AND name = %s", group
            )[0][0]
            for group in groups
        ]
        values = {"name": login, "login": login, "group_ids": [[4, group] for group in ids]}
        [user] = cls.admin.call("res.users", "create", [values])
        key = secrets.token_hex(20)
        cls.server.psql(
            "INSERT INTO res_users_apikeys (name, user_id, key, index) VALUES ('test', %s, %s, %s)",
            [user, KEY_CRYPT_CONTEXT.hash(key), key[:INDEX_SIZE]],
        )
        return key

    @classmethod
    def make_job(cls, name, company):
        values = {"name": name, "company_id": company}
        return cls.admin.call("hr.job", "create", [values])[0]

    def post(self, method_name, /, key=None, **arguments):
        """Call a method of ``hr.applicant`` as another system does.

        :returns: ``(HTTP status, what was answered)``
        """
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(
                f"{self.server.url}/json/2/hr.applicant/{method_name}",
                headers={"Authorization": f"bearer {key or self.key}"},
                json=arguments,
                timeout=120,
            )
        return answer.status_code, answer.json()

    def call(self, method_name, /, **arguments):
        status, answer = self.post(method_name, **arguments)
        self.assertEqual(status, 200, answer)
        return answer

    def refused(self, status, words, method_name, /, **arguments):
        actual, answer = self.post(method_name, **arguments)
        self.assertEqual(actual, status, answer)
        self.assertIn(words, answer["message"])

    def row(self, **values):
        return {
            "name": "Kim Live",
            "email": f"{secrets.token_hex(4)}@example.com",
            "phone": "+12025550170",
            "job_id": self.job,
            "source": "Indeed",
            "given_date": "2025-03-31",
            **values,
        }

    def send(self, **values):
        [result] = self.call("sms_applicant_import", rows=[self.row(**values)])
        return result

    def count(self):
        return self.server.psql("SELECT count(*) FROM hr_applicant")[0][0]

    # ------------------------------------------------------------
    # The document
    # ------------------------------------------------------------

    def test_the_document(self):
        environment = {
            "ODOO_URL": self.server.url,
            "ODOO_API_KEY": self.key,
            "ODOO_JOB": str(self.job),
            "no_proxy": "127.0.0.1",
        }
        blocks = BLOCK.findall(DOCUMENT.read_text())
        self.assertGreater(len(blocks), 15)
        names, output = {}, ""
        for language, block in blocks:
            with self.subTest(block[:60]):
                if language == "python":
                    with patch.dict(os.environ, environment):
                        output = self.run_python(block, names)
                elif language == "sh":
                    output = self.run_shell(block, environment)
                    self.assertIn('"status": "created"', output)
                else:
                    self.assertEqual(self.comparable(output), self.comparable(block))

    def run_python(self, block, names):
        """Run a block with what the ones before defined; consents are told of after a while."""
        if "sms_consent_changes" in block:
            time.sleep(7)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(block, DOCUMENT.name, "exec"), names)  # noqa: S102
        return printed.getvalue()

    def run_shell(self, block, environment):
        result = subprocess.run(
            ["sh", "-c", block],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        return result.stdout

    def comparable(self, text):
        return DATES.sub(r"\1…", NUMBERS.sub(r"\1…", text))

    def test_every_public_method_is_documented(self):
        document = DOCUMENT.read_text()
        for method in (
            "sms_applicant_import",
            "sms_consent_import",
            "sms_consent_grant",
            "sms_consent_withdraw",
            "sms_consent_changes",
        ):
            self.assertIn(f"`{method}(", document)

    # ------------------------------------------------------------
    # Refusals
    # ------------------------------------------------------------

    def test_rows_that_are_wrong(self):
        foreign = self.make_job("Cook", self.other_company)
        before = self.count()
        for values, words in (
            ({"method": "telepathy"}, "telepathy is no method"),
            ({"given_date": "2999-01-01"}, "future"),
            ({"phone": "12"}, "not a phone number"),
            ({"job_id": 999999999}, "There is no open job"),
            ({"job_id": foreign}, "There is no open job"),
        ):
            with self.subTest(words):
                result = self.send(**values)
                self.assertEqual((result["status"], result["applicant_id"]), ("refused", False))
                self.assertIn(words, result["reason"])
        self.assertEqual(self.count(), before)

    def test_calls_that_are_wrong(self):
        applicant = self.send()["applicant_id"]
        for arguments, words in (
            ({"method": "telepathy"}, "Consent can only be added as"),
            ({"given_date": "2999-01-01"}, "future"),
            ({"number": "12"}, "cannot be used"),
        ):
            self.refused(422, words, "sms_consent_grant", ids=[applicant], **arguments)
        self.refused(422, "At most 1000 rows", "sms_applicant_import", rows=[{}] * 1001)
        self.refused(422, "At most 5000 rows", "sms_consent_import", rows=[{}] * 5001)
        for method in ("sms_applicant_import", "sms_consent_import"):
            self.refused(422, "list of rows", method, rows={"phone": "12"})
            self.refused(422, "rows", method)
        self.refused(404, "sms_consent_gift", "sms_consent_gift")
        # what only the server may call
        self.refused(403, "", "_sms_record", givens=[])

    def test_who_may_not(self):
        applicant = self.send()["applicant_id"]
        before = self.count()
        for key, words in (
            (self.make_bot("officer", OFFICER), "Send SMS"),
            (self.make_bot("viewer", OFFICER, VIEW), "Send SMS"),
            (self.make_bot("texter", SEND), "Applicant"),
        ):
            with self.subTest(words):
                self.refused(403, words, "sms_applicant_import", key=key, rows=[self.row()])
                self.refused(403, "", "sms_consent_grant", key=key, ids=[applicant])
        self.refused(401, "Invalid apikey", "sms_applicant_import", key="x" * 40, rows=[])
        self.assertEqual(self.count(), before)

    def test_another_companys_applicant(self):
        values = {
            "partner_name": "Kim Else",
            "partner_phone": PHONE,
            "company_id": self.other_company,
        }
        [foreign] = self.admin.call("hr.applicant", "create", [values])
        for method in ("sms_consent_grant", "sms_consent_withdraw"):
            self.refused(403, "", method, ids=[foreign])

    def test_a_number_that_said_stop(self):
        applicant = self.send(phone=STOPPED)["applicant_id"]
        [[thread]] = self.server.psql("SELECT id FROM hr_sms_thread WHERE number = %s", [STOPPED])
        self.server.psql(
            "UPDATE hr_sms_thread SET consent_state = 'withdrawn', consent_locked = TRUE"
            " WHERE id = %s",
            [thread],
        )
        self.refused(422, "Only START", "sms_consent_grant", ids=[applicant])
        result = self.send(phone=STOPPED, source_ref="stopped")
        self.assertEqual((result["status"], result["consent_status"]), ("created", "refused"))
        self.assertIn("Only START", result["reason"])
        [known] = self.call(
            "sms_consent_import", rows=[{"applicant_id": applicant, "given_date": "2025-03-31"}]
        )
        self.assertEqual(known["status"], "refused")
        self.assertIn("Only START", known["reason"])

    # ------------------------------------------------------------
    # At the same time
    # ------------------------------------------------------------

    def test_the_same_reference_in_four_calls_at_once(self):
        with_consent = [
            self.row(source_ref=f"race-{number}", phone=f"+1202557{number}")
            for number in range(1000, 1020)
        ]
        # Nothing but the reference is the same in the database.
        bare = [{"name": "Kim Bare", "source_ref": f"bare-{number}"} for number in range(20)]
        for rows in (with_consent, bare):
            with self.subTest(rows[0]["name"]):
                self.check_race(rows)

    def check_race(self, rows):
        before = self.count()
        start = threading.Barrier(4)

        def send_all(_number):
            start.wait()
            return self.call("sms_applicant_import", rows=rows)

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(send_all, range(4)))
        self.assertEqual(self.count(), before + len(rows))
        for results in zip(*answers, strict=True):
            self.assertEqual(len({result["applicant_id"] for result in results}), 1)
            self.assertEqual(len({result["consent_id"] for result in results}), 1)
            self.assertEqual(
                sorted(result["status"] for result in results), ["created"] + ["known"] * 3
            )

    def test_the_same_new_source_in_four_calls_at_once(self):
        start = threading.Barrier(4)

        def send_all(number):
            start.wait()
            return self.send(
                source="Brand-new board", medium="Brand-new medium", source_ref=f"{number}"
            )

        with ThreadPoolExecutor(4) as pool:
            results = list(pool.map(send_all, range(4)))
        self.assertEqual({result["status"] for result in results}, {"created"})
        self.assertEqual(
            self.server.psql("SELECT count(*) FROM utm_source WHERE name = 'Brand-new board'"),
            [(1,)],
        )

    def test_no_change_is_missed_while_another_is_being_written(self):
        cursor = self.last_change()
        with self.server.cursor() as writer:
            # a transaction that will have written an event before the next one, and commits after
            writer.execute("SELECT pg_current_xact_id()")
            self.send(phone="+12025550181", source="Race")
            time.sleep(7)
            self.assertEqual(self.call("sms_consent_changes", cursor=cursor)["changes"], [])
        answer = self.call("sms_consent_changes", cursor=cursor)
        self.assertEqual([change["source"] for change in answer["changes"]], ["Race"])

    def last_change(self):
        time.sleep(7)
        answer = self.call("sms_consent_changes")
        while answer["more"]:
            answer = self.call("sms_consent_changes", cursor=answer["cursor"])
        return answer["cursor"]
