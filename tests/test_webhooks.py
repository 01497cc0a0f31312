from uuid import uuid4

from twilio.request_validator import RequestValidator

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import ACCOUNT_SID, AUTH_TOKEN, CANDIDATE, OUR_NUMBER, TextingMixin

INBOUND = "/recruitment_texting/twilio/inbound"
STATUS = "/recruitment_texting/twilio/status"
LOGGER = "odoo.addons.hr_recruitment_texting.controllers.twilio"


class WebhookCase(TextingMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_texting()
        cls.env["ir.config_parameter"].set_param("web.base.url", cls.base_url())

    def form(self, **values):
        return {
            "MessageSid": f"SM{uuid4().hex}",
            "AccountSid": ACCOUNT_SID,
            "From": CANDIDATE,
            "To": OUR_NUMBER,
            "Body": "Hello",
            "NumMedia": "0",
            **values,
        }

    def post(self, path, form, token=AUTH_TOKEN, signature=None, url=None, headers=None):
        if signature is None:
            signature = RequestValidator(token).compute_signature(
                url or f"{self.base_url()}{path}", form
            )
        return self.url_open(
            path,
            data=form,
            headers={"X-Twilio-Signature": signature, **(headers or {})},
        )

    def text(self, body="Hello", **values):
        """Have the candidate text us, rightly signed."""
        answer = self.post(INBOUND, self.form(Body=body, **values))
        self.assertEqual(answer.status_code, 200)
        self.env.invalidate_all()
        return answer

    def messages(self, *domain):
        return self.env["hr.sms.message"].search(
            [("company_id", "=", self.company.id), *domain], order="id"
        )

    @property
    def thread(self):
        return self.thread_of(self.applicant)


@tagged("post_install", "-at_install")
class TestDoor(WebhookCase):
    """Forged, unsigned, replayed and malformed webhooks write nothing."""

    def assertNothingWritten(self, answer, status=403):
        self.assertEqual(answer.status_code, status)
        self.assertFalse(self.messages())
        ours = [("company_id", "=", self.company.id)]
        self.assertFalse(self.env["hr.sms.thread"].search(ours))
        self.assertFalse(
            self.env["hr.sms.consent"].search([("thread_id.company_id", "=", self.company.id)])
        )

    @mute_logger(LOGGER)
    def test_forged(self):
        form = self.form(Body="STOP")
        self.assertNothingWritten(self.post(INBOUND, form, token="0" * 32))
        self.assertNothingWritten(self.post(INBOUND, form, signature="bm9wZQ=="))
        self.assertNothingWritten(self.post(INBOUND, form, signature="ä".encode("latin-1")))
        self.assertNothingWritten(self.post(INBOUND, form, url="https://elsewhere.example/x"))
        signature = RequestValidator(AUTH_TOKEN).compute_signature(
            f"{self.base_url()}{INBOUND}", form
        )
        self.assertNothingWritten(
            self.post(INBOUND, {**form, "Body": "START"}, signature=signature)
        )
        self.assertNothingWritten(self.post(INBOUND, {**form, "Extra": "1"}, signature=signature))

    @mute_logger(LOGGER)
    def test_unsigned_or_of_nobody(self):
        form = self.form()
        self.assertNothingWritten(self.url_open(INBOUND, data=form))
        self.assertNothingWritten(self.post(INBOUND, form, signature=""))
        self.assertNothingWritten(self.post(INBOUND, self.form(AccountSid="AC" + "7" * 32)))
        self.assertNothingWritten(self.post(INBOUND, self.form(AccountSid="")))
        self.assertNothingWritten(self.post(INBOUND, self.form(AccountSid="%' OR 1=1 --")))
        self.assertNothingWritten(
            self.url_open(
                INBOUND,
                json=form,
                headers={"X-Twilio-Signature": "bm9wZQ==", "Content-Type": "application/json"},
            )
        )
        self.assertNothingWritten(self.url_open(INBOUND), 405)

    @mute_logger(LOGGER)
    def test_the_neutralized_token_opens_nothing(self):
        self.company.sms_twilio_auth_token = "dummytoken"
        self.assertNothingWritten(self.post(INBOUND, self.form(), token="dummytoken"))
        self.company.sms_twilio_auth_token = False
        self.assertNothingWritten(self.post(INBOUND, self.form(), token=""))

    @mute_logger(LOGGER)
    def test_signed_but_malformed(self):
        for values in (
            {"MessageSid": "SM1"},
            {"MessageSid": f"SM{uuid4().hex}\n"},
            {"MessageSid": ""},
            {"From": ""},
            {"From": " "},
            {"To": ""},
        ):
            with self.subTest(**values):
                self.assertNothingWritten(self.post(INBOUND, self.form(**values)), 200)

    def test_the_same_text_again(self):
        form = self.form()
        for _again in range(3):
            self.assertEqual(self.post(INBOUND, form).status_code, 200)
        self.assertEqual(len(self.messages()), 1)

    def test_answers_twiml(self):
        answer = self.text()
        self.assertTrue(answer.headers["Content-Type"].startswith("text/xml"))
        self.assertEqual(answer.text, '<?xml version="1.0" encoding="UTF-8"?><Response />')

    def test_behind_a_proxy_the_public_address_is_signed(self):
        self.env["ir.config_parameter"].set_param("web.base.url", "https://jobs.example.com")
        answer = self.post(INBOUND, self.form(), url=f"https://jobs.example.com{INBOUND}")
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(len(self.messages()), 1)

    def test_parameters_twilio_adds_later_and_repeated_ones_count(self):
        form = self.form(BrandNew="yes", Empty="")
        self.assertEqual(self.post(INBOUND, form).status_code, 200)
        self.assertEqual(len(self.messages()), 1)

    # ------------------------------------------------------------
    # Status
    # ------------------------------------------------------------

    def sent(self):
        self.append("granted", "job_form")
        message = self.env["hr.sms.message"].browse(
            self.applicant.with_user(self.sender).sms_send("Hello")
        )
        self.drain()
        return message

    @mute_logger(LOGGER)
    def test_status_refuses_what_is_not_twilios(self):
        message = self.sent()
        path = f"{STATUS}/{message.uuid}"
        form = {
            "MessageSid": message.twilio_sid,
            "AccountSid": ACCOUNT_SID,
            "MessageStatus": "failed",
        }
        self.assertEqual(self.post(path, form, token="0" * 32).status_code, 403)
        self.assertEqual(self.url_open(path, data=form).status_code, 403)
        self.assertEqual(self.post(f"{STATUS}/{uuid4().hex}", form).status_code, 404)
        self.assertEqual(self.post(f"{STATUS}/1", form).status_code, 404)
        # Signed for another text: the address is part of the signature.
        other = RequestValidator(AUTH_TOKEN).compute_signature(
            f"{self.base_url()}{STATUS}/{uuid4().hex}", form
        )
        self.assertEqual(self.post(path, form, signature=other).status_code, 403)
        self.assertEqual(self.post(path, {**form, "MessageStatus": "exploded"}).status_code, 200)
        self.env.invalidate_all()
        self.assertEqual(message.state, "sent")

    def test_status_of_another_account_is_refused(self):
        message = self.sent()
        other = self.env["res.company"].create({"name": "Other Hiring"})
        self.connect_company(other, "+12025550999", "AC" + "8" * 32, "e" * 32)
        form = {"AccountSid": "AC" + "8" * 32, "MessageStatus": "failed"}
        answer = self.post(f"{STATUS}/{message.uuid}", form, token="e" * 32)
        self.assertEqual(answer.status_code, 404)
        self.env.invalidate_all()
        self.assertEqual(message.state, "sent")

    def test_status_settles(self):
        message = self.sent()
        for status, state in (
            ("sending", "sent"),
            ("delivered", "delivered"),
            ("sent", "delivered"),
            ("delivered", "delivered"),
        ):
            answer = self.post(
                f"{STATUS}/{message.uuid}",
                {
                    "MessageSid": message.twilio_sid,
                    "AccountSid": ACCOUNT_SID,
                    "MessageStatus": status,
                },
            )
            self.assertEqual(answer.status_code, 200)
            self.env.invalidate_all()
            self.assertEqual(message.state, state)

    def test_opt_out_by_callback_withdraws(self):
        message = self.sent()
        self.post(
            f"{STATUS}/{message.uuid}",
            {
                "MessageSid": message.twilio_sid,
                "AccountSid": ACCOUNT_SID,
                "MessageStatus": "undelivered",
                "ErrorCode": "21610",
            },
        )
        self.env.invalidate_all()
        self.assertEqual(message.state, "failed")
        self.assertTrue(self.thread.consent_locked)
        self.assertEqual(self.thread._deciding_event().method, "provider")


@tagged("post_install", "-at_install")
class TestReceiving(WebhookCase):
    def test_a_text_lands_in_its_thread(self):
        self.text("Grüße 👋\nRobin")
        message = self.messages()
        self.assertEqual(message.body, "Grüße 👋\nRobin")
        self.assertEqual(message.state, "received")
        self.assertEqual(message.thread_id.number, CANDIDATE)
        self.assertEqual(message.company_id, self.company)
        self.assertEqual(message.applicant_id, self.applicant)
        self.assertEqual(message.thread_id.unread_count, 1)
        self.assertEqual(self.thread.consent_state, "none", "texting us is no consent")

    def test_an_unknown_number_loses_nothing(self):
        self.text("Who is this?", From="+12025550555")
        message = self.messages()
        self.assertEqual(message.thread_id.number, "+12025550555")
        self.assertFalse(message.applicant_id)
        later = self.make_applicant(partner_phone="+12025550555")
        self.assertEqual(message.thread_id.applicant_ids, later)

    def test_long_texts_are_kept_whole(self):
        self.text("x" * 1600)
        self.assertEqual(len(self.messages().body), 1600)

    def test_what_candidates_write_is_only_text(self):
        self.text("<script>alert(1)</script> {{ object.env }} '); DROP TABLE x; --\x00")
        self.assertEqual(
            self.messages().body, "<script>alert(1)</script> {{ object.env }} '); DROP TABLE x; --"
        )

    def test_a_reply_belongs_to_the_application_last_texted(self):
        newer = self.make_applicant()
        self.append("granted", "job_form")
        self.applicant.with_user(self.sender).sms_send("Hello")
        self.drain()
        self.text("Hi")
        self.assertEqual(self.messages(("direction", "=", "inbound")).applicant_id, self.applicant)
        newer.with_user(self.sender).sms_send("Hello")
        self.drain()
        self.text("Hi again")
        self.assertEqual(self.messages()[-1].applicant_id, newer)

    # ------------------------------------------------------------
    # Keywords
    # ------------------------------------------------------------

    def confirmations(self):
        return self.messages(("kind", "=", "confirmation"))

    def test_stop_withdraws_and_locks(self):
        self.append("granted", "job_form")
        self.text("STOP")
        self.assertEqual(self.thread.consent_state, "withdrawn")
        self.assertTrue(self.thread.consent_locked)
        event = self.thread._deciding_event()
        self.assertEqual((event.method, event.keyword), ("keyword", "stop"))
        self.assertEqual(event.twilio_sid, self.messages().twilio_sid)
        self.assertEqual(event.actor_name, "Robin Candidate")
        self.assertFalse(self.confirmations(), "Twilio confirms its own words")

    def test_start_opens_again(self):
        self.append("granted", "job_form")
        self.text("STOP")
        self.text("START")
        self.assertEqual(self.thread.consent_state, "granted")
        self.assertFalse(self.thread.consent_locked)
        self.applicant.with_user(self.sender).sms_send("Welcome back")
        self.assertEqual(self.drain().bodies, ["Welcome back"])

    def test_german_stop_is_ours_to_confirm_once(self):
        self.append("granted", "job_form")
        self.text("STOPP.")
        self.assertTrue(self.thread.consent_locked)
        self.assertEqual(len(self.confirmations()), 1)
        body = self.drain().bodies[0]
        self.assertIn("Acme Hiring: Sie sind abgemeldet", body, "a confirmation passes the gate")
        self.text("Abmelden")
        self.assertEqual(len(self.confirmations()), 1)
        self.assertEqual(len(self.thread.consent_ids), 3)

    def test_start_after_a_word_of_ours_is_ours_to_confirm(self):
        self.append("granted", "job_form")
        for word in ("START", "YES"):
            self.text("STOPP")
            self.drain()
            self.text(word)
            self.assertEqual(self.thread.consent_state, "granted")
            [body] = self.drain().bodies
            self.assertIn("You are subscribed to our texts again", body)

    def test_yes_is_also_an_ordinary_answer(self):
        self.append("granted", "job_form")
        self.text("Yes")
        self.assertEqual(len(self.thread.consent_ids), 1)

    def test_a_later_opt_out_does_not_hide_twilios_block(self):
        self.append("granted", "job_form")
        self.text("STOP")
        self.text("ABMELDEN")
        self.text("Start!")
        self.assertTrue(self.thread.consent_locked, "Twilio did not take this for START")
        self.text("START")
        self.assertEqual(self.thread.consent_state, "granted")

    def test_advanced_opt_out_is_followed_and_not_answered(self):
        self.append("granted", "job_form")
        self.text("ARRET", OptOutType="STOP")
        self.assertTrue(self.thread.consent_locked)
        self.text("REPRENDRE", OptOutType="START")
        self.assertEqual(self.thread.consent_state, "granted")
        self.text("Stopp", OptOutType="STOP")
        self.assertFalse(self.confirmations())

    def test_numbers_are_known_however_they_were_typed(self):
        other = self.env["res.company"].create(
            {"name": "Sister Hiring", "country_id": self.env.ref("base.us").id}
        )
        self.connect_company(other, "+1 (202) 555-0177")
        sister = self.make_applicant(company_id=other.id, job_id=False)
        self.append("granted", "job_form", sister)
        self.text("STOP", To="+12025550177")
        self.assertTrue(self.thread_of(sister).consent_locked)
        self.assertEqual(self.thread.consent_state, "none")

    def test_stop_locks_companies_that_have_no_thread_yet(self):
        other = self.env["res.company"].create(
            {"name": "Sister Hiring", "country_id": self.env.ref("base.us").id}
        )
        self.connect_company(other)
        self.env.user.company_ids += other
        self.text("STOP")
        sister = self.make_applicant(company_id=other.id, job_id=False)
        self.assertTrue(self.thread_of(sister).consent_locked)

    def test_an_archived_applicant_keeps_their_texts(self):
        self.applicant.action_archive()
        self.text("Still there?")
        self.assertEqual(self.messages().applicant_id, self.applicant)

    def test_yes_grants_where_there_is_no_consent(self):
        self.text("YES")
        self.assertEqual(self.thread.consent_state, "granted")

    def test_yes_to_a_toll_free_number_opens_no_lock_twilio_keeps(self):
        toll_free = "+18005550100"
        self.connect_company(self.company, toll_free)
        self.append("granted", "job_form")
        self.text("STOP", To=toll_free)
        self.text("YES", To=toll_free)
        self.assertTrue(self.thread.consent_locked)
        self.text("UNSTOP", To=toll_free)
        self.assertEqual(self.thread.consent_state, "granted")

    def test_help_is_answered_where_twilio_does_not(self):
        self.text("HELP")
        self.assertFalse(self.confirmations())
        self.text("Hilfe")
        self.assertEqual(len(self.confirmations()), 1)
        self.assertEqual(self.thread.consent_state, "none")

    def test_a_word_inside_a_sentence_does_nothing(self):
        self.append("granted", "job_form")
        self.text("I'll stop by at 3, please don't cancel")
        self.assertEqual(self.thread.consent_state, "granted")

    def test_stop_counts_for_all_companies_that_share_the_number(self):
        other = self.env["res.company"].create(
            {
                "name": "Sister Hiring",
                "country_id": self.env.ref("base.us").id,
                "sms_welcome": "off",
            }
        )
        self.connect_company(other)
        sister = self.make_applicant(company_id=other.id, job_id=False)
        self.append("granted", "job_form")
        self.append("granted", "job_form", sister)
        self.text("STOP")
        self.assertTrue(self.thread.consent_locked)
        self.assertTrue(self.thread_of(sister).consent_locked)
        texts = (self.thread | self.thread_of(sister)).message_ids
        self.assertEqual(texts.mapped("body"), ["STOP"])
