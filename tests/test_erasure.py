import base64
import os
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from psycopg2 import errors

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import config

from ..gateway import Gateway
from ..models.hr_sms_message_offer import Text
from .common import CANDIDATE, OUR_NUMBER, TextingMixin
from .test_ledger_check import TamperCase


class ErasureCase(TamperCase):
    def erase(self, applicant=None, user=None, **values):
        applicant = (applicant or self.applicant).with_user(user or self.manager)
        action = applicant.action_sms_erase()
        wizard = applicant.env[action["res_model"]].browse(action["res_id"])
        wizard.write(values)
        self.env.flush_all()
        wizard.action_erase()
        self.env.invalidate_all()
        return wizard

    def make_message(self, applicant=None, **values):
        applicant = applicant or self.applicant
        thread = self.thread_of(applicant)
        return self.env["hr.sms.message"].create(
            {
                "thread_id": thread.id,
                "company_id": thread.company_id.id,
                "applicant_id": applicant.id,
                "direction": "outbound",
                "state": "delivered",
                "body": "Are you free on Monday?",
                "twilio_sid": f"SM{self.env['hr.sms.message'].search_count([]):032}",
                "uuid": f"{self.env['hr.sms.message'].search_count([]):032}",
                "sender_number": OUR_NUMBER,
                **values,
            }
        )


@tagged("post_install", "-at_install")
class TestErasure(ErasureCase):
    def setUp(self):
        super().setUp()
        self.append("granted", "job_form", ip_address="192.0.2.1", wording="May we text you?")
        self.message = self.make_message(failure_detail="Robin hung up")
        self.reply = self.make_message(direction="inbound", state="received", body="Yes, I am")
        self.thread = self.thread_of(self.applicant)

    def test_texts_become_placeholders(self):
        self.erase()
        for message in self.message | self.reply:
            self.assertFalse(message.body)
            self.assertFalse(message.twilio_sid)
            self.assertFalse(message.uuid)
            self.assertFalse(message.failure_detail)
            self.assertFalse(message.applicant_id)
            self.assertTrue(message.erased_date)
        self.assertEqual(self.message.state, "delivered")

    def test_the_ledger_verifies_and_names_who_erased(self):
        self.erase()
        self.assertEqual(self.check(), [])
        granted, erased = self.thread.consent_ids.sorted("sequence")
        self.assertEqual((granted.event, granted.method), ("granted", "job_form"))
        self.assertEqual(granted.wording, "May we text you?")
        for name in ("number", "applicant_name", "ip_address"):
            self.assertFalse(granted[name])
        self.assertEqual((erased.event, erased.actor_name), ("erased", self.manager.name))
        self.assertEqual(erased.number, f"erased-{self.thread.id}")
        for event in (granted, erased):
            self.assertEqual(event.number_shown, f"Erased number {self.thread.id}")

    def test_an_edit_after_an_erasure_still_shows(self):
        self.erase()
        first = self.thread.consent_ids.sorted("sequence")[0]
        self.tamper("UPDATE hr_sms_consent SET method = 'manual' WHERE id = %s", first.id)
        self.assertEqual(self.check(), [(self.thread.id, 1, "hash")])

    def test_the_number_is_gone_but_recognised(self):
        self.erase()
        self.assertEqual(self.thread.number, f"erased-{self.thread.id}")
        self.assertFalse(self.thread.applicant_ids)
        self.assertEqual(self.thread.consent_state, "withdrawn")
        closed = self.env["hr.sms.gate"]._closed
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.assertEqual(closed(self.company, [CANDIDATE]), {CANDIDATE: "consent_withdrawn"})
        other = self.env["res.company"].create({"name": "Other Hiring"})
        self.assertEqual(closed(other, [CANDIDATE]), {})

    def test_nobody_texts_an_erased_number(self):
        self.erase()
        with self.assertRaisesRegex(UserError, "withdrawn"):
            self.applicant.with_user(self.sender).sms_send("Hello again")
        text = Text(company=self.company, number=CANDIDATE, body="Hello again")
        [offer] = self.env["hr.sms.message"]._offer([text])
        self.assertEqual(offer.verdict.code, "consent_withdrawn")
        tab = self.applicant.with_user(self.sender).sms_tab()
        self.assertEqual(tab["gate"]["code"], "consent_withdrawn")
        consent = tab["consent"]
        self.assertEqual(consent["label"], "Erased: counts as withdrawn")
        self.assertEqual((consent["actor_name"], consent["method_label"]), (self.manager.name, ""))
        self.assertEqual(self.applicant.sms_consent_state, "withdrawn")
        applicants = self.env["hr.applicant"].with_user(self.viewer)
        for operator, states, expected in (
            ("=", "withdrawn", self.applicant),
            ("in", ["none", "granted"], applicants),
            ("!=", "none", self.applicant),
        ):
            domain = [("id", "=", self.applicant.id), ("sms_consent_state", operator, states)]
            self.assertEqual(applicants.search(domain), expected)

    def test_a_new_application_finds_the_old_state(self):
        self.append("withdrawn", "keyword", keyword="stop", note="STOP", source_ref=OUR_NUMBER)
        self.erase()
        again = self.make_applicant(partner_name="Robin Again")
        self.assertEqual(self.thread.number, CANDIDATE)
        self.assertFalse(self.thread.number_hmac)
        self.assertTrue(self.thread.consent_locked)
        self.assertEqual(again.sms_thread_ids, self.thread)
        self.assertEqual(again.sms_consent_state, "withdrawn")
        with self.assertRaisesRegex(UserError, "START, YES or UNSTOP"):
            again.with_user(self.sender).sms_consent_grant(note="really")
        self.assertEqual(self.check(), [])
        self.assertTrue(self.thread._is_locked_at_twilio(OUR_NUMBER))

    def test_a_new_yes_counts_and_can_be_erased_again(self):
        self.erase()
        again = self.make_applicant(partner_name="Robin Again")
        self.append("granted", "job_form", again)
        self.assertEqual(again.sms_consent_state, "granted")
        words = f"Erased number {self.thread.id}"
        events = self.thread.consent_ids.sorted("sequence")
        self.assertEqual(events.mapped("number_shown"), [words, words, CANDIDATE])
        self.erase(again)
        self.assertEqual(self.check(), [])
        events = self.thread.consent_ids.sorted("sequence")
        self.assertEqual(events.mapped("event"), ["granted", "erased", "granted", "erased"])
        self.assertEqual([bool(event.number) for event in events], [False, False, False, True])

    def test_start_from_that_handset(self):
        self.append("withdrawn", "keyword", keyword="stop", note="STOP", source_ref=OUR_NUMBER)
        self.erase()
        form = {"From": CANDIDATE, "To": OUR_NUMBER, "Body": "START"}
        message = self.env["hr.sms.message"]._receive(self.company.ids, "SM" + "7" * 32, form)
        self.assertEqual(message.thread_id, self.thread)
        self.assertEqual((self.thread.number, self.thread.consent_state), (CANDIDATE, "granted"))

    def test_a_text_that_arrives_during_the_erasure(self):
        find = type(self.env["hr.sms.message"])._receiving_threads

        def erased_meanwhile(model, *args, **kwargs):
            found = find(model, *args, **kwargs)
            self.thread._erase("Manager")
            return found

        form = {"From": CANDIDATE, "To": OUR_NUMBER, "Body": "Any news?"}
        with patch.object(type(self.env["hr.sms.message"]), "_receiving_threads", erased_meanwhile):
            message = self.env["hr.sms.message"]._receive(self.company.ids, "SM" + "8" * 32, form)
        self.assertEqual((message.thread_id, message.body), (self.thread, "Any news?"))
        self.assertEqual((self.thread.number, self.thread.consent_state), (CANDIDATE, "withdrawn"))
        self.assertEqual(self.check(), [])

    def test_waiting_texts_are_not_sent(self):
        waiting = self.make_message(state="queued", twilio_sid=False)
        later = self.make_message(
            state="scheduled", twilio_sid=False, scheduled_date=fields.Datetime.now()
        )
        self.erase()
        self.assertEqual(set((waiting | later).mapped("state")), {"canceled"})
        self.assertIn("erased", waiting.failure_reason)
        self.assertFalse(self.drain().sent)

    def test_not_while_a_text_is_being_sent(self):
        self.make_message(state="sending", twilio_sid=False)
        with self.assertRaisesRegex(UserError, "Try again in a minute"):
            self.erase()
        self.assertEqual(self.thread.number, CANDIDATE)

    def test_the_blacklist_forgets_it_too(self):
        other = self.env["res.company"].create({"name": "Other Hiring"})
        elsewhere = self.make_applicant(company_id=other.id, job_id=False)
        self.append("withdrawn", "keyword", keyword="stop", note="STOP")
        self.append("withdrawn", "keyword", elsewhere, keyword="stop", note="STOP")
        blacklist = self.env["phone.blacklist"].with_context(active_test=False)
        self.erase()
        self.assertTrue(blacklist.search([("number", "=", CANDIDATE)]), "the other opt-out holds")
        self.thread_of(elsewhere)._erase("Retention")
        self.assertFalse(blacklist.search([("number", "=", CANDIDATE)]))

    def odoo_text(self, record, body="Are you free on Tuesday?"):
        """Make what Odoo leaves behind of a text of its own, as before this addon was there."""
        message = self.env["mail.message"].create(
            {
                "model": record._name,
                "res_id": record.id,
                "message_type": "sms",
                "body": f"<p>{body}</p>",
            }
        )
        notification = self.env["mail.notification"].create(
            {
                "mail_message_id": message.id,
                "notification_type": "sms",
                "notification_status": "exception",
                "sms_number": CANDIDATE,
                "failure_reason": f"{CANDIDATE} hung up",
            }
        )
        text = self.env["sms.sms"].create(
            {"number": CANDIDATE, "body": body, "mail_message_id": message.id, "state": "error"}
        )
        return message, notification, text

    def test_texts_that_odoo_itself_sent(self):
        other_company = self.env["res.company"].create({"name": "Other Hiring"})
        elsewhere = self.make_applicant(company_id=other_company.id, job_id=False)
        partner = self.env["res.partner"].create({"name": "Robin", "phone": CANDIDATE})
        message, notification, text = self.odoo_text(self.applicant)
        kept = [self.odoo_text(elsewhere), self.odoo_text(partner)]
        note = self.applicant.message_post(body="A colleague's note")
        self.erase()
        self.assertFalse(text.exists())
        self.assertFalse(message.body)
        self.assertFalse(notification.sms_number or notification.failure_reason)
        self.assertEqual(notification.notification_status, "exception")
        self.assertIn("A colleague's note", note.body)
        for message, notification, text in kept:
            self.assertIn("Tuesday", message.body)
            self.assertEqual((notification.sms_number, text.number), (CANDIDATE, CANDIDATE))

    def test_a_number_that_is_busy(self):
        def busy(_self, _actor, _at_twilio):
            raise errors.LockNotAvailable

        with patch.object(type(self.thread), "_erase", busy):
            with self.assertRaisesRegex(UserError, "being texted right now"):
                self.erase()

    def test_a_late_callback_brings_nothing_back(self):
        uuid = self.message.uuid
        self.erase()
        found = self.env["hr.sms.message"]._settle_status(
            uuid, "delivered", self.company.ids, sid="SM" + "9" * 32
        )
        self.assertFalse(found)
        self.assertFalse(self.message.twilio_sid)

    def test_answers_that_wait_for_a_number(self):
        self.applicant.partner_phone = "0151 2345"
        self.applicant._sms_record_form_answer("yes", {"wording_proven": True})
        other = self.make_applicant(partner_name="Kim", partner_phone="0151 9999")
        other._sms_record_form_answer("yes", {"wording_proven": True})
        self.erase()
        self.assertEqual(self.env["hr.sms.pending.answer"].search([]).applicant_id, other)
        self.erase(other)
        self.assertFalse(self.env["hr.sms.pending.answer"].search([]))

    def test_nothing_to_erase(self):
        with self.assertRaisesRegex(UserError, "erased already"):
            self.erase(self.make_applicant(partner_phone="+12025550199"))
        self.erase()
        with self.assertRaisesRegex(UserError, "erased already"):
            self.erase()

    def test_who_shares_the_number_is_named(self):
        self.make_applicant(partner_name="Kim Sharer")
        self.make_applicant()  # another application of the same person
        action = self.applicant.with_user(self.manager).action_sms_erase()
        wizard = self.env["hr.sms.erasure"].browse(action["res_id"])
        self.assertEqual(wizard.other_names, "Kim Sharer")

    def test_managers_of_this_company_only(self):
        for user in (self.sender, self.viewer, self.nobody):
            with self.assertRaises(AccessError):
                self.erase(user=user)
            with self.assertRaises(AccessError):
                self.thread.with_user(user).action_erase()
        other = self.env["res.company"].create({"name": "Other Hiring"})
        elsewhere = self.make_applicant(company_id=other.id, job_id=False)
        self.append("granted", "manual", elsewhere)
        with self.assertRaises(AccessError):
            self.erase(elsewhere)
        with self.assertRaises(AccessError):
            self.thread_of(elsewhere).with_user(self.manager).action_erase()

    def test_from_the_history(self):
        action = self.thread.consent_ids.with_user(self.manager).thread_id.action_erase()
        self.env.flush_all()
        self.env["hr.sms.erasure"].with_user(self.manager).browse(action["res_id"]).action_erase()
        self.env.invalidate_all()
        self.assertTrue(self.thread.number_hmac)

    def test_proof_comes_first_where_the_company_says_so(self):
        self.company.sms_erase_after_proof = True
        with self.assertRaisesRegex(UserError, "keeps the proof"):
            self.erase()
        action = self.applicant.with_user(self.manager).action_sms_erase()
        wizard = self.env["hr.sms.erasure"].with_user(self.manager).browse(action["res_id"])
        for file_format in ("pdf", "csv"):
            url = getattr(wizard, f"action_proof_{file_format}")()["url"]
            expected = f"/recruitment_texting/proof.{file_format}?thread_ids={self.thread.id}"
            self.assertEqual(url, expected)
        self.erase(proof_kept=True)
        self.assertTrue(self.thread.number_hmac)


@tagged("post_install", "-at_install")
class TestErasureAtTwilio(ErasureCase):
    def setUp(self):
        super().setUp()
        self.append("granted", "manual")
        self.message = self.make_message()
        self.sid = self.message.twilio_sid

    def process(self, *outcomes):
        asked = []

        def erase_many(_gateway, texts):
            asked.append(texts)
            return [outcomes[len(asked) - 1]] * len(texts)

        with patch.object(Gateway, "erase_many", erase_many):
            self.env["hr.sms.twilio.erasure"]._process()
        return asked

    def due_now(self):
        self.env["hr.sms.twilio.erasure"].search([]).next_attempt_date = fields.Datetime.now()

    def test_left_alone_by_default(self):
        self.erase()
        self.assertFalse(self.message.twilio_erasure)
        self.assertEqual(self.process(), [])

    def test_as_the_company_has_it(self):
        self.company.sms_erase_at_twilio = "delete"
        self.erase()
        self.assertEqual(self.message.twilio_erasure, "waiting")
        self.assertEqual(self.process("done"), [[(self.sid, "delete")]])
        self.assertEqual(self.message.twilio_erasure, "deleted")
        self.assertFalse(self.env["hr.sms.twilio.erasure"].search([]))

    def test_tried_again_then_given_up(self):
        self.erase(at_twilio="redact")
        self.assertEqual(self.process("retry"), [[(self.sid, "redact")]])
        self.assertEqual(self.process(), [], "not at once")
        for _attempt in range(5):
            self.due_now()
            self.process("retry")
            self.assertEqual(self.message.twilio_erasure, "waiting")
        self.due_now()
        self.process("retry")
        self.assertEqual(self.message.twilio_erasure, "failed")
        self.assertFalse(self.env["hr.sms.twilio.erasure"].search([]))

    def test_done_after_a_pause(self):
        self.erase(at_twilio="redact")
        self.process("retry")
        self.due_now()
        self.process("done")
        self.assertEqual(self.message.twilio_erasure, "redacted")


MARKERS = {
    "number": "2025550187",
    "name": "Zebulon",
    "body": "quetzalcoatl",
    "reply": "popocatepetl",
    "IP": "203.0.113.77",
    "user agent": "MarkerBrowser",
    "note": "huascaranese",
}


@tagged("post_install", "-at_install")
class TestNothingIsLeft(TextingMixin, HttpCase):
    """Erase a candidate, delete them the Odoo way, then look everywhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_texting()

    def test_no_personal_data_anywhere(self):
        self.log_start = self.log_size()
        partner = self.env["res.partner"].create(
            {"name": "Zebulon Marker", "email": "zebulon@example.com", "phone": "+12025550187"}
        )
        applicant = self.make_applicant(
            partner_name="Zebulon Marker",
            partner_phone="+1 202 555 0187",
            partner_id=partner.id,
            email_from="zebulon@example.com",
        )
        applicant._sms_record_form_answer(
            "yes",
            {
                "wording": "May we text you?",
                "wording_proven": True,
                "scope": "jobs",
                "ip_address": "203.0.113.77",
                "user_agent": "MarkerBrowser/1.0",
                "page_url": "https://acme.example/jobs/apply?who=Zebulon",
            },
        )
        applicant.with_user(self.sender).sms_consent_grant(
            note="huascaranese", source="huascaranese call", source_ref="huascaranese-1"
        )
        applicant.with_user(self.sender).sms_send("quetzalcoatl: are you free?")
        form = {"From": "+12025550187", "To": "+12025550100", "Body": "popocatepetl, Zebulon"}
        receive = self.env["hr.sms.message"]._receive
        receive(self.company.ids, "SM" + "5" * 32, form)
        waiting = fields.Datetime.now() + timedelta(days=1)
        applicant.with_user(self.sender).sms_send("quetzalcoatl again", scheduled_date=waiting)
        plain = "please stop texting me, popocatepetl"
        receive(self.company.ids, "SM" + "3" * 32, {**form, "Body": plain})
        receive(self.company.ids, "SM" + "6" * 32, {**form, "Body": "STOP"})
        odd = {**form, "Body": "huascaranese", "OptOutType": "STOP"}
        receive(self.company.ids, "SM" + "4" * 32, odd)
        self.authenticate(self.manager.login, self.manager.login)
        for file_format in ("pdf", "csv"):
            address = f"/recruitment_texting/proof.{file_format}?applicant_id={applicant.id}"
            self.assertEqual(self.url_open(address).status_code, 200)
        found = self.scan()
        for what in MARKERS:
            self.assertIn(what, {name for name, _place in found}, "the scan finds what is there")

        thread = self.thread_of(applicant)
        action = applicant.with_user(self.manager).action_sms_erase()
        self.env.flush_all()
        self.env["hr.sms.erasure"].with_user(self.manager).browse(action["res_id"]).action_erase()
        self.env.invalidate_all()
        applicant.unlink()
        partner.unlink()
        self.env.flush_all()
        self.assertEqual(self.scan(), set())
        self.assertEqual(self.env["hr.sms.consent"]._verify_chains(), [])
        self.assertTrue(thread.consent_locked)

    def scan(self):
        """Return where the markers are, as ``{(marker, place)}``."""
        self.env.flush_all()
        found = set()
        self.env.cr.execute(
            """
            SELECT relname, attname FROM pg_attribute
              JOIN pg_class ON pg_class.oid = attrelid
              JOIN pg_type ON pg_type.oid = atttypid
             WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
               AND attnum > 0 AND NOT attisdropped
               AND typname IN ('text', 'varchar', 'bpchar', 'json', 'jsonb', 'bytea', '_text',
                               '_varchar')
            """
        )
        for table, column in self.env.cr.fetchall():
            value = f'"{column}"::text'
            for what, marker in MARKERS.items():
                variants = [marker, base64.b64encode(marker.encode()).decode().rstrip("=")[:-1]]
                variants.append(marker.encode().hex())
                self.env.cr.execute(
                    f'SELECT 1 FROM "{table}" WHERE {value} ILIKE ANY(%s) LIMIT 1',
                    [[f"%{variant}%" for variant in variants]],
                )
                if self.env.cr.fetchone():
                    found.add((what, f"{table}.{column}"))
        store = Path(config.filestore(self.env.cr.dbname))
        for file in store.rglob("*"):
            if file.is_file() and file.stat().st_mtime >= self.started:
                found |= self.markers_in(file.read_bytes(), f"filestore {file.name}")
        log = self.log_file()
        if log:
            with open(log, "rb") as stream:
                stream.seek(self.log_start)
                found |= self.markers_in(stream.read(), "log")
        return found

    def markers_in(self, content, place):
        return {
            (what, place)
            for what, marker in MARKERS.items()
            if marker.casefold().encode() in content.lower()
        }

    @property
    def started(self):
        return self.env.cr.now().timestamp() - 60

    def log_file(self):
        return config["logfile"] or os.environ.get("TEXTING_LOG")

    def log_size(self):
        log = self.log_file()
        return os.path.getsize(log) if log else 0
