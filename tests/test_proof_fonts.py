import io
from unittest import mock

from pdfminer.high_level import extract_text
from reportlab.pdfbase import pdfmetrics

from odoo.tests import BaseCase, tagged

from ..reports import proof_fonts
from ..reports.proof_pdf import Chapter, Proof, render

SCRIPTS = {
    "Greek": "Συμφωνώ να λαμβάνω SMS",
    "Cyrillic": "Я согласен получать SMS о вакансиях",
    "Chinese": "我同意接收来自贵公司的短信。",
    "Traditional": "我同意接收貴公司的簡訊",
    "Japanese": "求人に関する「SMS」の受信に同意します。",
    "Korean": "문자 메시지 수신에 동의합니다",
    "Hebrew": "אני מסכים לקבל הודעות SMS (למספר 12345) תודה",
    "Arabic": "أوافق على تلقي رسائل نصية (SMS) من شركتكم",
}


def proof_text(texts):
    """Return what can be copied out of a PDF that shows some texts."""
    proof = Proof(
        title=texts[0],
        company=texts[-1],
        facts=[],
        chapters=[Chapter("number", True, "intact", [("event", [("x", text) for text in texts])])],
        nothing="",
        unprintable="UNPRINTABLE",
        page=lambda page, pages: f"{page}/{pages}",
    )
    return " ".join(extract_text(io.BytesIO(render(proof))).split())


@tagged("post_install", "-at_install")
class TestProofFonts(BaseCase):
    def without_fonts(self):
        """Leave Odoo's own fonts only, as on a bare server."""
        self.addCleanup(proof_fonts._fonts.cache_clear)
        self.startPatcher(mock.patch.object(proof_fonts, "_MORE", ()))
        proof_fonts._fonts.cache_clear()

    def has(self, sign):
        return any(ord(sign) in signs for _name, signs in proof_fonts._fonts())

    def assertNoBoxes(self, text):
        """Every sign is in a font that has it."""
        known = dict(proof_fonts._fonts())
        for font, piece in proof_fonts.runs(text, set()):
            for sign in piece:
                if font in known:
                    self.assertIn(ord(sign), known[font], (font, sign))
                    self.assertTrue(pdfmetrics.getFont(font).face.charToGlyph[ord(sign)])
                else:
                    self.assertTrue(proof_fonts._is_east_asian(sign), (font, sign))

    def test_every_script(self):
        text = proof_text(list(SCRIPTS.values()))
        for script, written in SCRIPTS.items():
            [shown] = proof_fonts.lines(written, 1000, 9)
            self.assertNoBoxes(shown)
            printed = "".join(piece for _font, piece in proof_fonts.runs(shown, set()))
            self.assertIn(printed, text, script)
            if script not in ("Hebrew", "Arabic"):
                self.assertEqual(printed, written, script)

    def test_right_to_left(self):
        self.assertEqual(proof_fonts.lines("(שלום) a", 1000, 9), ["a (םולש)"])
        self.assertEqual(proof_fonts.lines("Yes שלום 12", 1000, 9), ["Yes 12 םולש"])
        [shown] = proof_fonts.lines("بَيت", 1000, 9)
        self.assertIn("\u064e", shown, "marks are kept")
        self.assertNotIn("ب", shown, "letters are joined")

    def test_lines_from_right_to_left_are_broken_in_the_order_of_reading(self):
        if not self.has("א"):
            self.assertIn("[U+05D0 hebrew letter alef]", proof_text(["א"]))
            return
        first, second = proof_fonts.lines("אחת שתיים", proof_fonts.text_width("אחת שת", 9), 9)
        self.assertEqual((first, second), ("תחא", "םייתש"))

    def test_a_bare_server_names_what_it_cannot_print(self):
        self.without_fonts()
        text = proof_text(["שא", SCRIPTS["Chinese"], SCRIPTS["Greek"]])
        self.assertIn("[U+05D0 hebrew letter alef]", text)
        self.assertIn("UNPRINTABLE", text)
        self.assertIn(SCRIPTS["Chinese"], text, "the reader's fonts")
        self.assertIn(SCRIPTS["Greek"], text)

    def test_without_the_package_for_directions(self):
        with mock.patch.object(proof_fonts, "get_display", None):
            text = proof_text(["ab א"])
        self.assertIn("ab [U+05D0 hebrew letter alef]", text)

    def test_signs(self):
        self.assertIn("[U+1F44D thumbs up sign]", proof_text(["👍"]))
        missing = set()
        runs = proof_fonts.runs("a\u200db\ufe0f\u0001", missing)
        self.assertEqual("".join(piece for _font, piece in runs), "ab[U+0001]")
        self.assertEqual(missing, {"\u0001"})
        self.assertNotIn("UNPRINTABLE", proof_text(["plain"]))
        self.assertIn("<b>x</b> & y", proof_text(["<b>x</b> & y"]))
