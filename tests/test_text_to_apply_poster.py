"""The poster of a keyword to apply, as PDF and PNG."""

import io

from pdfminer.high_level import extract_text
from PIL import Image

from odoo.exceptions import UserError
from odoo.tests import BaseCase, HttpCase, tagged
from odoo.tools import mute_logger

from ..reports import poster
from ..rules import opt_out_line, text_to_apply
from .common import TextingMixin


def read_code(content):
    """Read a poster's code as its squares say, module by module."""
    squares = [shape for shape in poster._shapes(content) if isinstance(shape, poster._Square)]
    left, top = min(one.x for one in squares), min(one.y for one in squares)
    side = squares[0].side
    return {(round((one.x - left) / side), round((one.y - top) / side)) for one in squares}


@tagged("post_install", "-at_install")
class TestPosterDrawing(BaseCase):
    def poster(self, **values):
        return poster.Poster(
            **{
                **text_to_apply.poster_words("en"),
                "company": "Acme Hiring",
                "job": "Nurse",
                "keyword": "NURSE",
                "number": "+1 202-555-0100",
                "code": text_to_apply.sms_uri("+12025550100", "NURSE"),
                "disclosure": "By texting NURSE you agree to texts. " * 6,
                **values,
            }
        )

    def test_the_link_opens_a_text(self):
        self.assertEqual(
            text_to_apply.sms_uri("+12025550100", "Kalte Küche & Co"),
            "sms:+12025550100?body=Kalte%20K%C3%BCche%20%26%20Co",
        )

    def test_the_code_in_the_picture_is_the_code(self):
        content = self.poster()
        picture = Image.open(io.BytesIO(poster.render_png(content))).convert("L")
        squares = [one for one in poster._shapes(content) if isinstance(one, poster._Square)]
        scale = poster._DPI / 72
        black = {
            (one.x, one.y)
            for one in squares
            if picture.getpixel(
                (round((one.x + one.side / 2) * scale), round((one.y + one.side / 2) * scale))
            )
            < 60
        }
        self.assertEqual(len(black), len(squares))
        code = read_code(content)
        size = max(max(one) for one in code) + 1
        self.assertEqual((size - 17) % 4, 0, "a size of ISO/IEC 18004")
        for x, y in ((0, 0), (size - 7, 0), (0, size - 7)):
            self.assertIn((x, y), code)
            self.assertNotIn((x + 1, y + 1), code)
            self.assertIn((x + 3, y + 3), code)
        white = (squares[0].x - squares[0].side / 2) * scale
        self.assertGreater(picture.getpixel((round(white), round(squares[0].y * scale + 3))), 240)

    def test_long_and_foreign_texts_stay_on_the_page(self):
        for values in (
            {"job": "Gesundheits- und Krankenpflegerin für die Intensivstation " * 4},
            {"keyword": "W" * 40, "job": "X" * 120},
            {"disclosure": "Donaudampfschifffahrtsgesellschaft " * 120},
            {"job": "看護師 ممرضة אחות 👩‍⚕️", "company": "株式会社"},
            {"job": ""},
        ):
            with self.subTest(**values):
                content = self.poster(**values)
                for shape in poster._shapes(content):
                    if isinstance(shape, poster._Text):
                        self.assertGreaterEqual(poster._left(shape), 10, shape.text)
                    self.assertLess(shape.y, poster._HEIGHT)
                text = extract_text(io.BytesIO(poster.render_pdf(content)))
                self.assertEqual(text.count("\x0c"), 1, "one page")
                picture = Image.open(io.BytesIO(poster.render_png(content)))
                self.assertEqual(picture.size, (1654, 2339))

    def test_every_language_says_everything(self):
        for lang in opt_out_line.LANGUAGES:
            for scope in ("jobs", "this_job", "reminders"):
                for has_job in (True, False):
                    text = text_to_apply.poster_disclosure(
                        lang, "NURSE", "Acme", scope, "https://x/jobs", has_job, terms="https://t"
                    )
                    for words in ("NURSE", "Acme", "STOP", "https://x/jobs", "https://t"):
                        self.assertIn(words, text)
            self.assertTrue(all(text_to_apply.poster_words(lang).values()))


@tagged("post_install", "-at_install")
class TestPoster(TextingMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_texting()
        cls.keyword = cls.env["hr.sms.keyword"].create(
            {"word": "Nurse", "action": "apply", "job_id": cls.job.id, "company_id": cls.company.id}
        )
        for user in (cls.viewer, cls.nobody):
            user.password = user.login * 2

    def download(self, file_format, user=None):
        user = user or self.viewer
        self.authenticate(user.login, user.login * 2)
        return self.url_open(f"/recruitment_texting/poster/{self.keyword.id}.{file_format}")

    def pdf_text(self):
        answer = self.download("pdf")
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        return " ".join(extract_text(io.BytesIO(answer.content)).split())

    def test_pdf(self):
        text = self.pdf_text()
        for words in (
            "Acme Hiring",
            "Nurse",
            "+1 202-555-0100",
            "By texting Nurse you agree to text messages (SMS) from Acme Hiring about",
            "Msg frequency varies. Msg & data rates may apply. Reply HELP for help.",
            "Reply STOP to opt out.",
            "not a condition of applying",
        ):
            self.assertIn(words, text)

    def test_german(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.job.with_context(lang="de_DE").name = "Pflegekraft"
        self.company.with_context(lang="de_DE").sms_consent_frequency = "Höchstens 4 im Monat."
        self.keyword.write({"word": "Pflege", "lang": "de"})
        self.company.sms_consent_terms_url = "/sms/terms"
        text = self.pdf_text()
        for words in (
            "Jetzt per SMS bewerben",
            "Pflegekraft",
            "Mit der SMS Pflege stimmen Sie zu",
            "Höchstens 4 im Monat.",
            f"SMS-Bedingungen: {self.company.get_base_url()}/sms/terms",
        ):
            self.assertIn(words, text)

    def test_png(self):
        answer = self.download("png")
        self.assertEqual(answer.headers["Content-Type"], "image/png")
        self.assertIn("poster-nurse.png", answer.headers["Content-Disposition"])
        self.assertEqual(Image.open(io.BytesIO(answer.content)).format, "PNG")

    def test_what_is_no_poster(self):
        self.assertEqual(self.download("exe").status_code, 404)
        with mute_logger("odoo.http"):
            self.assertEqual(self.download("pdf", self.nobody).status_code, 403)
        self.assertIn("/login", self.url_open("/web/session/logout").url + "/login")
        stop = self.env["hr.sms.keyword"].search([("folded", "=", "stop")])
        with self.assertRaisesRegex(UserError, "Only a keyword to apply has a poster"):
            stop.with_user(self.viewer).action_poster_pdf()

    def test_without_a_number(self):
        keyword = self.keyword.with_user(self.viewer)
        action = keyword.action_poster_pdf()
        self.assertEqual(action["url"], f"/recruitment_texting/poster/{keyword.id}.pdf")
        self.assertEqual(self.job.with_user(self.viewer).sms_number_to_text, "+1 202-555-0100")
        self.company.sms_twilio_number_ids.unlink()
        with self.assertRaisesRegex(UserError, "Acme Hiring has no number yet"):
            keyword.action_poster_png()
        self.assertFalse(self.job.with_user(self.viewer).sms_number_to_text)

    def test_the_number_of_the_jobs_country(self):
        germany = self.env.ref("base.de")
        self.company.sms_twilio_number_ids = [
            (0, 0, {"number": "+4915123456789", "country_id": germany.id})
        ]
        self.assertEqual(self.company._sms_number_to_text(self.job), "+12025550100")
        self.job.address_id = self.env["res.partner"].create(
            {"name": "Berlin", "country_id": germany.id}
        )
        self.assertEqual(self.company._sms_number_to_text(self.job), "+4915123456789")
        self.assertIn("+49 1512 3456789", self.pdf_text())
