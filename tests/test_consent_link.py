"""The page by which a candidate sees and withdraws consent."""

from unittest.mock import patch

from lxml import html

from odoo.tests import BaseCase, HttpCase, tagged

from ..rules import consent_token
from ..rules.phone import masked
from .common import CANDIDATE, TextingMixin

WORDING = "Would you like text messages from Acme Hiring?\nMsg & data rates may apply."


def _sign(content):
    return (content * 16)[:16].hex()


@tagged("post_install", "-at_install")
class TestConsentToken(BaseCase):
    def test_round_trip(self):
        for payload in (b"", b"\x01", b"\x00\x10\xff", b"x" * 60):
            token = consent_token.issue("w", payload, _sign)
            self.assertEqual(consent_token.read(token, _sign), ("w", payload))
            self.assertRegex(token, r"^[a-z2-7]+$")
            self.assertEqual(consent_token.read(token.upper(), _sign), ("w", payload))

    def test_short(self):
        self.assertEqual(len(consent_token.issue("w", (2**24 - 1).to_bytes(3, "big"), _sign)), 24)

    def test_nothing_else_is_read(self):
        token = consent_token.issue("w", b"\x05", _sign)
        self.assertIsNone(consent_token.read(token, lambda content: "00" * 32))
        # The purpose is signed too.
        other = consent_token.issue("x", b"\x05", _sign)
        self.assertNotEqual(token[-10:], other[-10:])
        changed = [token[:4] + ("a" if token[4] != "a" else "b") + token[5:], token[:-3]]
        for wrong in (*changed, "", None, "a", "ü" * 24, "0189", "a" * 500, token + "aaaaaaaa"):
            self.assertIsNone(consent_token.read(wrong, _sign), wrong)

    def test_masked(self):
        self.assertEqual(masked("+12025550142"), "••• ••• 142")


@tagged("post_install", "-at_install")
class TestConsentLink(TextingMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_texting()

    def setUp(self):
        super().setUp()
        self.append("granted", "job_form", wording=WORDING, wording_lang="en_US")
        self.thread = self.thread_of(self.applicant)
        self.path = self.thread._consent_url("")

    def page(self, path=None, **kwargs):
        self.env.flush_all()
        response = self.url_open(path or self.path, **kwargs)
        self.env.invalidate_all()
        return response, html.fromstring(response.text)

    def find(self, tree, name, below=""):
        """Return elements by class, and what is below them."""
        return tree.xpath(f"//*[contains(concat(' ', @class, ' '), ' {name} ')]{below}")

    def buttons(self, tree):
        return self.find(tree, "o_sms_consent_page", "//button")

    def words(self, tree):
        [wrap] = self.find(tree, "o_sms_consent_page")
        return " ".join(wrap.text_content().split())

    def press(self, path=None, tree=None, **headers):
        """Press the page's button, as a browser without JavaScript does."""
        if tree is None:
            _response, tree = self.page(path)
        [form] = self.find(tree, "o_sms_consent_page", "//form")
        return self.page(path, data=dict(form.fields), headers=headers or None)

    def events(self):
        return self.thread.consent_ids.sorted("sequence")

    def test_it_shows_the_consent_and_nobodys_name(self):
        response, tree = self.page()
        self.assertEqual(response.status_code, 200)
        words = self.words(tree)
        for said in ("You get text messages", "Acme Hiring", "142", "Msg & data rates may apply"):
            self.assertIn(said, words)
        for secret in ("Robin", CANDIDATE, "2025550"):
            self.assertNotIn(secret, response.text)
        self.assertEqual(response.headers["X-Robots-Tag"], "noindex, nofollow")
        self.assertEqual(response.headers["Cache-Control"], "no-store")

    def test_looking_changes_nothing(self):
        before = self.events()
        self.page()
        self.url_open(self.path, method="HEAD").raise_for_status()
        self.page(self.path + "?withdraw=1&csrf_token=x")
        self.assertEqual(self.events(), before)
        self.assertEqual(self.thread.consent_state, "granted")

    def test_withdraw(self):
        waiting = self.env["hr.sms.message"].browse(
            self.applicant.with_user(self.sender).sms_send("Monday", scheduled_date="2099-01-01")
        )
        response, tree = self.press(**{"User-Agent": "Phone/1.0"})
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.history[0].status_code, 303)
        self.assertIn("You get no more text messages", self.words(tree))
        self.assertFalse(self.buttons(tree))
        event = self.events()[-1]
        self.assertEqual((event.event, event.method), ("withdrawn", "link"))
        self.assertEqual((event.ip_address, event.user_agent), ("127.0.0.1", "Phone/1.0"))
        self.assertTrue(event.page_url.endswith("/sms/consent/"))
        self.assertIn("no more text messages from Acme Hiring", event.wording)
        self.assertEqual((event.wording_lang, event.applicant_ref), ("en_US", self.applicant.id))
        self.assertEqual((waiting.state, waiting.failure_code), ("canceled", "consent_withdrawn"))

    def test_withdrawn_by_link_is_not_locked(self):
        self.press()
        self.assertEqual(
            (self.thread.consent_state, self.thread.consent_locked), ("withdrawn", False)
        )
        self.applicant.with_user(self.sender).sms_consent_grant(note="asked for texts again")
        self.assertEqual(self.thread.consent_state, "granted")

    def test_the_same_link_withdraws_again_years_later(self):
        self.press()
        self.append("granted", "manual")
        self.press()
        self.assertEqual(self.events().mapped("event"), ["granted", "withdrawn"] * 2)

    def test_a_second_click_is_no_second_event(self):
        _response, tree = self.page()
        self.press(tree=tree)
        self.press(tree=tree)
        self.assertEqual(self.events().mapped("event"), ["granted", "withdrawn"])

    def test_without_the_pages_own_token_nothing_is_withdrawn(self):
        self.page()
        for data in ({"csrf_token": "forged"}, {"a": "b"}):
            with self.assertLogs("odoo.http", "WARNING"):
                response, _tree = self.page(data=data)
            self.assertEqual(response.status_code, 400)
        self.assertEqual(self.thread.consent_state, "granted")

    def test_every_state_says_what_it_is(self):
        for event, method, title, can in (
            ("review", "reply", "Text messages are paused", True),
            ("review_cleared", "manual", "You get text messages", True),
            ("declined", "job_form", "You get no text messages", False),
            ("withdrawn", "manual", "You get no more text messages", False),
            ("withdrawn", "keyword", "text START to the number", False),
        ):
            with self.subTest(event=event, method=method):
                self.append(event, method)
                _response, tree = self.page()
                self.assertIn(title, self.words(tree))
                self.assertEqual(bool(self.buttons(tree)), can)

    def test_a_review_can_be_ended_here(self):
        self.append("review", "reply")
        self.press()
        self.assertEqual(self.thread.consent_state, "withdrawn")

    def test_a_number_without_consent(self):
        thread = self.env["hr.sms.thread"]._get_or_create(self.company, ["+12025550177"])
        _response, tree = self.page(thread["+12025550177"]._consent_url(""))
        self.assertIn("has no consent to text this number", self.words(tree))

    def test_erased(self):
        self.thread._erase("Mel Manager")
        events = self.events()
        response, tree = self.page()
        self.assertIn("was erased on", self.words(tree))
        for gone in ("142", "erased-", "Msg & data rates"):
            self.assertNotIn(gone, self.words(tree))
        self.assertFalse(self.buttons(tree))
        self.thread._withdraw_by_link({})
        self.assertEqual(self.events(), events)
        self.assertEqual(response.status_code, 200)

    def test_other_links_help(self):
        other = self.env["hr.sms.thread"].browse(self.thread.id + 5000)
        forged = self.path[:-6] + ("a" if self.path[-6] != "a" else "e") + self.path[-5:]
        foreign = "/sms/consent/" + self.thread._consent_token("g")
        with patch.object(type(self.thread), "_sign_consent_link", lambda _self, _c: "00" * 32):
            stolen = self.thread._consent_url("")
        for path in (forged, foreign, stolen, other._consent_url(""), "/sms/consent/x"):
            with self.subTest(path):
                response, tree = self.page(path)
                self.assertEqual(response.status_code, 404)
                self.assertIn("copy the whole link", self.words(tree))
                self.assertEqual(response.headers["X-Robots-Tag"], "noindex, nofollow")
        _response, tree = self.page()
        response, _tree = self.page(
            forged, data=dict(self.find(tree, "o_sms_consent_page", "//form")[0].fields)
        )
        self.assertEqual(response.status_code, 404)
        self.assertEqual(self.thread.consent_state, "granted")

    def test_in_the_visitors_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        website = self.env["website"].search([], limit=1)
        website.language_ids += self.env.ref("base.lang_de")
        self.env["ir.module.module"]._load_module_terms(["hr_recruitment_texting"], ["de_DE"])
        _response, tree = self.page("/de" + self.path)
        self.assertEqual(tree.get("lang"), "de-DE")
        [wording] = self.find(tree, "o_sms_consent_wording")
        self.assertEqual(wording.get("lang"), "en-US")
        response, _tree = self.press("/de" + self.path)
        self.assertIn("/de/sms/consent/", response.url)
        self.assertEqual(self.events()[-1].wording_lang, "de_DE")

    def test_two_companies_one_number(self):
        other = self.env["res.company"].create({"name": "Other Hiring"})
        theirs = self.env["hr.sms.thread"]._get_or_create(other, [CANDIDATE])[CANDIDATE]
        self.env["hr.sms.consent"]._append(
            [{"thread": theirs, "event": "granted", "method": "manual"}]
        )
        self.press(theirs._consent_url(""))
        self.assertEqual(theirs.consent_state, "withdrawn")
        self.assertEqual(self.thread.consent_state, "granted")
