"""The proof of a consent as PDF.

Made by reportlab, which Odoo depends on anyway: Odoo's own reports need a wkhtmltopdf that many
machines do not have, and proof must not depend on that.
"""

import io
import threading
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import HRFlowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer

from odoo.tools import file_path

_REGULAR, _BOLD = "RecruitmentTexting", "RecruitmentTextingBold"
_fonts = threading.Lock()
_GREEN, _RED, _GREY = colors.HexColor("#1e7e34"), colors.HexColor("#b02a37"), colors.grey


@dataclass(frozen=True)
class Chapter:
    """One number's history.

    :param str title: number and company
    :param bool intact: whether its chain of hashes verifies
    :param str verdict: the same in words
    :param list events: ``(title, [(label, value)])``, oldest first
    """

    title: str
    intact: bool
    verdict: str
    events: list = field(default_factory=list)


@dataclass(frozen=True)
class Proof:
    """What the document says; all texts in the candidate's language.

    :param str title: of the document
    :param str company: whose document it is, in the header of each page
    :param list facts: ``(label, value)``: who made it, when, in which time zone
    :param list chapters: of :class:`Chapter`
    :param str nothing: what stands there when a chapter has no event
    :param str unprintable: what explains the codes of signs that cannot be printed
    :param page: callable from page and number of pages to the text at the foot of a page
    """

    title: str
    company: str
    facts: list
    chapters: list
    nothing: str
    unprintable: str
    page: object


def render(proof):
    """Render a proof.

    :param proof: :class:`Proof`
    :returns: bytes of a PDF
    """
    _register_fonts()
    output = io.BytesIO()
    document = SimpleDocTemplate(
        output,
        pagesize=A4,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=22 * mm,
        bottomMargin=20 * mm,
        title=proof.title,
        author=proof.company,
        creator="Recruitment Texting",
    )
    missing = set()

    def text(value):
        return _printable(str(value), missing)

    story = [Paragraph(text(proof.title), _style(size=16, bold=True)), Spacer(0, 4 * mm)]
    story += [_fact(text(label), text(value)) for label, value in proof.facts]
    for chapter in proof.chapters:
        story += [
            Spacer(0, 6 * mm),
            Paragraph(text(chapter.title), _style(size=13, bold=True)),
            Paragraph(
                text(chapter.verdict), _style(color=_GREEN if chapter.intact else _RED, bold=True)
            ),
        ]
        if not chapter.events:
            story.append(Paragraph(text(proof.nothing), _style()))
        for title, facts in chapter.events:
            rows = [_fact(text(label), text(value)) for label, value in facts]
            story += [
                Spacer(0, 2 * mm),
                HRFlowable(width="100%", color=colors.lightgrey),
                KeepTogether([Paragraph(text(title), _style(size=11, bold=True)), *rows[:2]]),
                *rows[2:],
            ]
    if missing:
        story += [Spacer(0, 6 * mm), Paragraph(text(proof.unprintable), _style(color=_GREY))]
    document.build(story, canvasmaker=lambda *args, **kwargs: _Pages(proof, *args, **kwargs))
    return output.getvalue()


class _Pages(Canvas):
    """Writes head and foot of all pages at the end, when their number is known."""

    def __init__(self, proof, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._proof = proof
        self._finished = []

    def showPage(self):
        self._finished.append(dict(self.__dict__))
        self._startPage()

    def save(self):
        for number, state in enumerate(self._finished, start=1):
            self.__dict__.update(state)
            width, height = A4
            self.setFont(_REGULAR, 8)
            self.setFillColor(_GREY)
            company, title = (
                _printable(value, set(), markup=False)
                for value in (self._proof.company, self._proof.title)
            )
            self.drawString(20 * mm, height - 13 * mm, company)
            self.drawRightString(width - 20 * mm, height - 13 * mm, title)
            self.drawRightString(
                width - 20 * mm, 11 * mm, self._proof.page(number, len(self._finished))
            )
            Canvas.showPage(self)
        Canvas.save(self)


def _register_fonts():
    with _fonts:
        if _REGULAR not in pdfmetrics.getRegisteredFontNames():
            for name, weight in ((_REGULAR, "Regular"), (_BOLD, "Bold")):
                path = file_path(f"web/static/fonts/google/Roboto/Roboto-{weight}.ttf")
                pdfmetrics.registerFont(TTFont(name, path))
            pdfmetrics.registerFontFamily(_REGULAR, normal=_REGULAR, bold=_BOLD)


def _printable(value, missing, markup=True):
    """Return a text as reportlab wants it, signs the font lacks by their code.

    :param set missing: the signs that were missing are added to it
    :param bool markup: for a paragraph, else for a plain line
    """
    known = pdfmetrics.getFont(_REGULAR).face.charToGlyph
    signs = []
    for sign in value.replace("\r\n", "\n"):
        if ord(sign) in known or sign == "\n":
            signs.append(sign)
        else:
            missing.add(sign)
            signs.append(f"[U+{ord(sign):04X}]")
    shown = "".join(signs)
    return escape(shown).replace("\n", "<br/>") if markup else shown


def _style(size=9, bold=False, color=colors.black, **values):
    return ParagraphStyle(
        "proof",
        fontName=_BOLD if bold else _REGULAR,
        fontSize=size,
        leading=size * 1.35,
        spaceAfter=1 * mm,
        textColor=color,
        splitLongWords=True,
        **values,
    )


def _fact(label, value):
    """A label with its value beside it; long values go on over the page."""
    style = _style(leftIndent=48 * mm, bulletFontName=_REGULAR, bulletFontSize=9, bulletColor=_GREY)
    return Paragraph(f"<bullet>{label}</bullet>{value or '–'}", style)
