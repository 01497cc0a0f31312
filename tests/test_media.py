"""Pictures and files that candidates send: fetched safely, kept for those who may read the text."""

from base64 import b64decode, b64encode
from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

from odoo import fields
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..gateway import media as gateway_media
from ..gateway.media import Fetched, MediaFetcher
from ..rules.media import file_name, kind_of
from .common import ACCOUNT_SID, CANDIDATE
from .live import NUMBER, LiveSimulator, free_port
from .test_webhooks import WebhookCase

PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
HTML = b"<html><script>alert(1)</script></html>"


@tagged("post_install", "-at_install")
class TestKinds(BaseCase):
    def test_kinds(self):
        for content, declared, kind in (
            (PNG, "image/png", "image/png"),
            (PNG, "text/html", "image/png"),
            (b"\xff\xd8\xff\xe0", None, "image/jpeg"),
            (b"GIF89a...", "", "image/gif"),
            (b"RIFF....WEBPVP8 ", "image/webp", "image/webp"),
            (b"%PDF-1.4", "application/pdf; charset=binary", "application/pdf"),
            (b"BEGIN:VCARD", "TEXT/X-VCARD", "text/x-vcard"),
            (HTML, "image/png", None),
            (HTML, "text/html", None),
            (b"<svg/>", "image/svg+xml", None),
            (b"MZ", "application/octet-stream", None),
            (b"", None, None),
        ):
            with self.subTest(content=content[:12], declared=declared):
                self.assertEqual(kind_of(content, declared), kind)
        self.assertEqual(file_name(1, "text/x-vcard"), "sms-2.vcf")


@tagged("post_install", "-at_install")
class TestFetching(BaseCase):
    """Against Twilio's stand-in, over real HTTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.simulator = LiveSimulator().start()
        cls.addClassCleanup(cls.simulator.stop)

    def setUp(self):
        super().setUp()
        self.simulator.control("/control/reset", "POST", now=True)

    def fetcher(self, **values):
        simulator = self.simulator
        return MediaFetcher(
            **{
                "account_sid": simulator.account_sid,
                "auth_token": simulator.auth_token,
                "base_url": simulator.url,
                **values,
            }
        )

    def fetch(self, url, **values):
        [result] = self.fetcher(**values).fetch_many([url])
        return result

    def url(self, content=PNG, kind="image/png"):
        """Have a phone send a file; its address, as the webhook has it."""
        sid = self.simulator.control(
            "/control/inbound",
            "POST",
            **{
                "from": CANDIDATE,
                "to": NUMBER,
                "media": [{"content_type": kind, "base64": b64encode(content).decode()}],
            },
        )["message_sid"]
        [media] = self.simulator.api(f"/Messages/{sid}/Media.json")["media_list"]
        return f"{self.simulator.url}{media['uri'].removesuffix('.json')}"

    def settings(self, **values):
        self.simulator.control("/control/settings", "POST", **values)

    def test_by_a_redirect_or_at_once(self):
        for redirect in (True, False):
            self.settings(media_redirect=redirect)
            result = self.fetch(self.url())
            self.assertEqual((result.outcome, result.content), ("done", PNG))
            self.assertEqual(result.content_type, "image/png")
        self.settings(media_redirect=True)

    def test_refused_without_the_credentials(self):
        self.assertEqual(self.fetch(self.url(), auth_token="0" * 32).outcome, "retry")

    def test_gone(self):
        result = self.fetch(f"{self.url()}1")
        self.assertEqual((result.outcome, result.reason), ("failed", "gone"))

    def test_too_large(self):
        with patch.object(gateway_media, "MAX_BYTES", 50):
            result = self.fetch(self.url())
        self.assertEqual((result.outcome, result.reason), ("failed", "too_large"))

    def test_too_slow(self):
        with patch.object(gateway_media, "LONGEST", -1):
            self.assertEqual(self.fetch(self.url()).outcome, "retry")

    def test_not_to_be_reached(self):
        port = free_port()
        path = self.url().removeprefix(self.simulator.url)
        result = self.fetch(f"http://127.0.0.1:{port}{path}", base_url=f"http://127.0.0.1:{port}")
        self.assertEqual(result.outcome, "retry")

    def test_nobody_else_is_asked(self):
        url = self.url()
        path = url.removeprefix(self.simulator.url)
        host = self.simulator.url.removeprefix("http://")
        with patch.object(
            gateway_media.requests.Session, "get", side_effect=AssertionError("asked")
        ):
            for foreign in (
                f"https://{host}{path}",
                f"http://127.0.0.1:1{path}",
                f"http://localhost:8069{path}",
                f"http://{host}@evil.example{path}",
                f"http://evil.example{path}",
                f"{self.simulator.url}/control/state",
                f"{self.simulator.url}{path}/../../../../x",
                path,
                "file:///etc/passwd",
                "http://[::1",
                "http://127.0.0.1:99999/",
                "",
            ):
                with self.subTest(foreign):
                    result = self.fetch(foreign)
                    self.assertEqual((result.outcome, result.reason), ("failed", "foreign"))

    def test_where_twilio_may_send_us(self):
        fetcher = self.fetcher()
        for url, allowed in (
            ("https://mms.twiliocdn.com/AC/abc", True),
            ("https://media.twiliocdn.com/AC/abc", True),
            ("https://s3-external-1.amazonaws.com/media.twiliocdn.com/AC/abc", True),
            ("https://s3-external-1.amazonaws.com/other/abc", False),
            ("http://mms.twiliocdn.com/AC/abc", False),
            ("https://mms.twiliocdn.com:8443/AC/abc", False),
            ("https://twiliocdn.com.evil.example/", False),
            ("https://eviltwiliocdn.com/", False),
            ("https://169.254.169.254/latest/meta-data", False),
            ("http://127.0.0.1:5432/", False),
            ("ftp://mms.twiliocdn.com/", False),
        ):
            with self.subTest(url):
                self.assertEqual(fetcher._may_follow(url), allowed)


@tagged("post_install", "-at_install")
class TestReceivedMedia(WebhookCase):
    def receive(self, *urls, body="Look", **values):
        base = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/MM1/Media/"
        self.text(
            body,
            NumMedia=str(len(urls)),
            **{f"MediaUrl{number}": base + url for number, url in enumerate(urls)},
            **values,
        )
        return self.messages()[-1]

    def fetch(self, *results):
        """Fetch what waits, with these results."""
        self.env.flush_all()
        with patch.object(MediaFetcher, "fetch_many", return_value=list(results)) as fetch:
            self.env["hr.sms.media"]._process()
        self.env.invalidate_all()
        return fetch

    def shown(self, user=None):
        self.env.invalidate_all()
        [message] = self.applicant.with_user(user or self.viewer).sms_tab()["messages"]
        return message["media"]

    def png(self):
        self.thread_of(self.applicant)
        message = self.receive("ME1")
        self.fetch(Fetched("done", PNG, "image/png"))
        [media] = self.env["hr.sms.media"].search([("message_id", "=", message.id)])
        return media

    def test_pictures_are_shown_and_files_offered(self):
        self.thread_of(self.applicant)
        self.receive("ME1", "ME2", "ME3", "ME4")
        self.assertEqual([media["state"] for media in self.shown()], ["waiting"] * 4)
        self.fetch(
            Fetched("done", PNG, "image/png"),
            Fetched("done", b"%PDF-1.4", "application/pdf"),
            Fetched("done", HTML, "text/html"),
            Fetched("failed", reason="too_large"),
        )
        picture, file, html, large = self.shown()
        self.assertEqual((picture["is_picture"], picture["name"]), (True, "sms-1.png"))
        self.assertEqual((file["is_picture"], file["name"]), (False, "sms-2.pdf"))
        self.assertEqual((html["state"], html["url"]), ("failed", ""))
        self.assertIn("not kept", html["reason"])
        self.assertIn("5 MB", large["reason"])

    def test_a_text_without_words(self):
        message = self.receive("ME1", body="")
        self.assertEqual(message.body or "", "")
        self.assertEqual(message.thread_id.unread_count, 1)

    def test_reported_twice_fetched_once(self):
        sid = f"MM{uuid4().hex}"
        for _again in range(2):
            message = self.receive("ME1", MessageSid=sid)
        self.assertEqual(
            self.env["hr.sms.media"].search_count([("message_id", "=", message.id)]), 1
        )

    def test_odd_reports_do_no_harm(self):
        for values in (
            {"NumMedia": "x"},
            {"NumMedia": "-1"},
            {"NumMedia": "99999999"},
            {"NumMedia": "1"},
        ):
            answer = self.post("/recruitment_texting/twilio/inbound", self.form(**values))
            self.assertEqual(answer.status_code, 200)
        self.assertEqual(len(self.messages()), 4)
        self.assertFalse(self.env["hr.sms.media"].search([]))

    def test_tried_again_and_given_up_in_the_end(self):
        self.thread_of(self.applicant)
        self.receive("ME1")
        media = self.env["hr.sms.media"].search([])
        for attempt in range(1, 7):
            self.fetch(Fetched("retry"))
            self.assertEqual((media.state, media.attempt_count), ("waiting", attempt))
            self.assertFalse(self.fetch(Fetched("retry")).called, "not before its time")
            media.next_attempt_date = fields.Datetime.now() - timedelta(seconds=1)
        self.fetch(Fetched("retry"))
        self.assertEqual((media.state, media.reason), ("failed", "unreachable"))
        self.assertIn("another way", self.shown()[0]["reason"])

    def test_a_copy_for_testing_fetches_nothing(self):
        self.thread_of(self.applicant)
        self.receive("ME1")
        self.company.sms_twilio_auth_token = "dummytoken"
        self.assertFalse(self.fetch().called)

    def test_fetched_by_one_process_only(self):
        self.thread_of(self.applicant)
        self.receive("ME1")
        media = self.env["hr.sms.media"]
        self.assertTrue(media._take())
        self.assertFalse(media._take())

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.http")
    def test_only_who_may_read_the_text_reads_its_files(self):
        attachment = self.png().attachment_id
        other = self.env["res.company"].create({"name": "Other Hiring"})
        stranger = self.make_user(
            "media_stranger",
            "hr_recruitment.group_hr_recruitment_user,hr_recruitment_texting.group_sms_manager",
        )
        stranger.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        for user, allowed in (
            (self.viewer, True),
            (self.sender, True),
            (self.nobody, False),
            (self.interviewer, False),
            (stranger, False),
            (None, False),
        ):
            with self.subTest(user=user and user.login):
                self.authenticate(user and user.login, user and user.login)
                for path in (f"/web/content/{attachment.id}", f"/web/image/{attachment.id}"):
                    answer = self.url_open(path)
                    self.assertEqual(answer.content == PNG, allowed, path)
                if user:
                    found = self.env["ir.attachment"].with_user(user)
                    found = found.search([("id", "=", attachment.id)])
                    self.assertEqual(bool(found), allowed)
        self.applicant.interviewer_ids = self.interviewer
        self.authenticate(self.interviewer.login, self.interviewer.login)
        self.assertEqual(self.url_open(f"/web/content/{attachment.id}").content, PNG)

    def test_erased_with_the_text(self):
        media = self.png()
        attachment = media.attachment_id
        media.message_id.thread_id._erase("Somebody")
        self.assertFalse(media.exists())
        self.assertFalse(attachment.exists())

    def test_a_file_that_comes_after_the_erasure_is_not_kept(self):
        self.thread_of(self.applicant)
        message = self.receive("ME1")

        def erase(_fetcher, urls):
            message.thread_id._erase("Somebody")
            self.env.flush_all()
            return [Fetched("done", PNG, "image/png") for _url in urls]

        with patch.object(MediaFetcher, "fetch_many", erase):
            self.env["hr.sms.media"]._process()
        self.assertFalse(self.env["ir.attachment"].search([("res_model", "=", "hr.sms.message")]))
