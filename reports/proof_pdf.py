"""The proof of a consent as PDF.

Made by reportlab, which Odoo depends on anyway: Odoo's own reports need a wkhtmltopdf that many
machines do not have, and proof must not depend on that.
"""

import io
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import HRFlowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer

from .proof_fonts import BOLD, REGULAR, lines, runs, text_width

_MARGIN, _INDENT, _SIZE = 20 * mm, 48 * mm, 9
_WIDTH = A4[0] - 2 * _MARGIN - 2 * 6 - 1  # a frame has 6 points of padding on each side
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
    output = io.BytesIO()
    document = SimpleDocTemplate(
        output,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=22 * mm,
        bottomMargin=20 * mm,
        title=proof.title,
        author=proof.company,
        creator="Recruitment Texting",
    )
    missing = set()

    def text(value, width=_WIDTH, size=_SIZE):
        return _printable(str(value), missing, width, size)

    def fact(label, value):
        return _fact(text(label), text(value, _WIDTH - _INDENT))

    story = [Paragraph(text(proof.title, size=16), _style(size=16, bold=True)), Spacer(0, 4 * mm)]
    story += [fact(label, value) for label, value in proof.facts]
    for chapter in proof.chapters:
        story += [
            Spacer(0, 6 * mm),
            Paragraph(text(chapter.title, size=13), _style(size=13, bold=True)),
            Paragraph(
                text(chapter.verdict), _style(color=_GREEN if chapter.intact else _RED, bold=True)
            ),
        ]
        if not chapter.events:
            story.append(Paragraph(text(proof.nothing), _style()))
        for title, facts in chapter.events:
            rows = [fact(label, value) for label, value in facts]
            story += [
                Spacer(0, 2 * mm),
                HRFlowable(width="100%", color=colors.lightgrey),
                KeepTogether(
                    [Paragraph(text(title, size=11), _style(size=11, bold=True)), *rows[:2]]
                ),
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
            self.setFillColor(_GREY)
            self._line(self._proof.company, 20 * mm, height - 13 * mm)
            self._line(self._proof.title, width - 20 * mm, height - 13 * mm, right=True)
            page = self._proof.page(number, len(self._finished))
            self._line(page, width - 20 * mm, 11 * mm, right=True)
            Canvas.showPage(self)
        Canvas.save(self)

    def _line(self, value, x, y, right=False, size=8):
        """Write one line from a place on, or up to it."""
        shown = " ".join(lines(value, _WIDTH, size))
        line = self.beginText(x - text_width(shown, size) if right else x, y)
        for font, piece in runs(shown, set()):
            line.setFont(font, size)
            line.textOut(piece)
        self.drawText(line)


def _printable(value, missing, width, size):
    """Return a text as reportlab's paragraphs want it, each sign in a font that has it.

    :param set missing: the signs that no font has are added to it
    :param float width: of a line, in points
    """
    return "<br/>".join(
        "".join(
            escape(piece) if font == REGULAR else f'<font name="{font}">{escape(piece)}</font>'
            for font, piece in runs(line, missing)
        )
        for line in lines(value, width, size)
    )


def _style(size=_SIZE, bold=False, color=colors.black, **values):
    return ParagraphStyle(
        "proof",
        fontName=BOLD if bold else REGULAR,
        fontSize=size,
        leading=size * 1.35,
        spaceAfter=1 * mm,
        textColor=color,
        splitLongWords=True,
        **values,
    )


def _fact(label, value):
    """A label with its value beside it; long values go on over the page."""
    style = _style(
        leftIndent=_INDENT, bulletFontName=REGULAR, bulletFontSize=_SIZE, bulletColor=_GREY
    )
    return Paragraph(f"<bullet>{label}</bullet>{value or '–'}", style)
