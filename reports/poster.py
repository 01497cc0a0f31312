"""The poster of a keyword to apply, as PDF and as a picture.

Odoo's own reports need a wkhtmltopdf, and its barcode pictures a rlPyCairo, that many machines do
not have: reportlab works the code out and draws the PDF, Pillow the picture. Both draw one list of
shapes, so that they look alike.
"""

import io
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont
from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from .proof_fonts import BOLD, REGULAR, lines, named, runs, text_width

_WIDTH, _HEIGHT = A4  # points
_MARGIN = 45
_CODE = 270  # side of the code
_QUIET = 4  # modules left white around a code (ISO/IEC 18004)
_DPI = 200
_BLACK, _GREY = "#212529", "#495057"


@dataclass(frozen=True)
class Poster:
    """What a poster says, in the language of the keyword.

    :param str title: what it is about
    :param str company: whose it is
    :param str job: name of the job, empty for all jobs
    :param str text: before the keyword
    :param str keyword: as it is to be texted
    :param str to: between keyword and number
    :param str number: as people write it
    :param str scan: below the number
    :param str code: what the QR code says
    :param str disclosure: what texting the keyword agrees to
    """

    title: str
    company: str
    job: str
    text: str
    keyword: str
    to: str
    number: str
    scan: str
    code: str
    disclosure: str


@dataclass(frozen=True)
class _Text:
    """A line in the middle of the page; ``y`` is its base line, from the top, in points."""

    text: str
    y: float
    size: float
    bold: bool = False
    color: str = _BLACK


@dataclass(frozen=True)
class _Square:
    """A black square, measured from the top left corner, in points."""

    x: float
    y: float
    side: float


def render_pdf(poster):
    """Render a poster as PDF, A4.

    :param poster: :class:`Poster`
    :returns: bytes
    """
    output = io.BytesIO()
    canvas = Canvas(output, pagesize=A4, pageCompression=1)
    canvas.setTitle(poster.job or poster.title)
    canvas.setAuthor(poster.company)
    canvas.setCreator("Recruitment Texting")
    for shape in _shapes(poster):
        if isinstance(shape, _Square):
            canvas.setFillColor(_BLACK)
            canvas.rect(
                shape.x, _HEIGHT - shape.y - shape.side, shape.side, shape.side, stroke=0, fill=1
            )
            continue
        canvas.setFillColor(shape.color)
        line = canvas.beginText(_left(shape), _HEIGHT - shape.y)
        for font, piece in _runs(shape):
            line.setFont(font, shape.size)
            line.textOut(piece)
        canvas.drawText(line)
    canvas.showPage()
    canvas.save()
    return output.getvalue()


def render_png(poster):
    """Render a poster as a picture of the same page, 200 dots per inch.

    :param poster: :class:`Poster`
    :returns: bytes of a PNG
    """
    scale = _DPI / 72
    image = Image.new("RGB", (round(_WIDTH * scale), round(_HEIGHT * scale)), "white")
    draw = ImageDraw.Draw(image)
    for shape in _shapes(poster):
        if isinstance(shape, _Square):
            # Both edges are rounded alike: neighbours leave no gap between them.
            left, top = round(shape.x * scale), round(shape.y * scale)
            right = round((shape.x + shape.side) * scale)
            bottom = round((shape.y + shape.side) * scale)
            draw.rectangle((left, top, right - 1, bottom - 1), fill=_BLACK)
            continue
        pieces = [
            _in_picture(font, piece, round(shape.size * scale)) for font, piece in _runs(shape)
        ]
        x = (image.width - sum(font.getlength(piece) for font, piece in pieces)) / 2
        for font, piece in pieces:
            draw.text((x, shape.y * scale), piece, font=font, fill=shape.color, anchor="ls")
            x += font.getlength(piece)
    output = io.BytesIO()
    image.save(output, "PNG", dpi=(_DPI, _DPI), optimize=True)
    return output.getvalue()


def _shapes(poster):
    """Return what is drawn, from top to bottom."""
    shapes = []
    y = 70.0

    def write(text, size, gap, **style):
        nonlocal y
        for line in _fitted(text, size, style.get("bold", False)):
            y += size
            shapes.append(_Text(line, y, size, **style))
            y += size * 0.25
        y += gap

    write(poster.company, 16, 14, color=_GREY)
    if poster.job:
        write(poster.job, _largest(poster.job, 44, 24), 8, bold=True)
        write(poster.title, 22, 22)
    else:
        write(poster.title, _largest(poster.title, 44, 24), 22, bold=True)
    shapes += _code(poster.code, y)
    y += _CODE + 22
    write(poster.text, 18, 4, color=_GREY)
    write(poster.keyword, _largest(poster.keyword, 48, 20), 6, bold=True)
    write(poster.to, 18, 4, color=_GREY)
    write(poster.number, 34, 12, bold=True)
    write(poster.scan, 14, 10, color=_GREY)
    # The small print stands at the foot of the page, or below what needed more room.
    small = _fitted(poster.disclosure, 9.5, False)
    y = max(y, _HEIGHT - 40 - len(small) * 9.5 * 1.25)
    write(poster.disclosure, 9.5, 0, color=_GREY)
    if y > _HEIGHT - 20:
        shapes = [_smaller(shape, (_HEIGHT - 20) / y) for shape in shapes]
    return shapes


def _smaller(shape, factor):
    """Return a shape of a poster that says more than the page has room for."""
    if isinstance(shape, _Text):
        return _Text(shape.text, shape.y * factor, shape.size * factor, shape.bold, shape.color)
    return _Square(
        _WIDTH / 2 + (shape.x - _WIDTH / 2) * factor, shape.y * factor, shape.side * factor
    )


def _code(content, y):
    """Return the squares of the code: error correction M, readable on paper that was handled."""
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(content)
    code.make()
    count = code.getModuleCount()
    side = _CODE / (count + 2 * _QUIET)
    left = (_WIDTH - _CODE) / 2
    return [
        _Square(left + (column + _QUIET) * side, y + (row + _QUIET) * side, side)
        for row in range(count)
        for column in range(count)
        if code.isDark(row, column)
    ]


def _largest(text, size, smallest):
    """Return the largest size in which a text fits into one line."""
    room = _WIDTH - 2 * _MARGIN
    while size > smallest and text_width(text, size) * 1.06 > room:  # bold is wider
        size -= 2
    return size


def _fitted(text, size, bold):
    """Break a text into lines; a word that is wider than a line is broken, too."""
    room = (_WIDTH - 2 * _MARGIN) / (1.06 if bold else 1)
    found = []
    for paragraph in lines(" ".join(text.split()), room, size):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and text_width(longer, size) > room:
                found.append(line)
                longer = word
            while text_width(longer, size) > room:
                cut = next(
                    end
                    for end in range(len(longer), 0, -1)
                    if end == 1 or text_width(longer[:end], size) <= room
                )
                found.append(longer[:cut])
                longer = longer[cut:]
            line = longer
        found.append(line)
    return found


def _runs(shape):
    """Return the line in pieces of one font each."""
    return [
        (BOLD if shape.bold and font == REGULAR else font, piece)
        for font, piece in runs(shape.text, set())
    ]


def _left(shape):
    width = sum(pdfmetrics.stringWidth(piece, font, shape.size) for font, piece in _runs(shape))
    return (_WIDTH - width) / 2


def _in_picture(font, piece, size):
    """Return a piece of text with the font that a picture shows it in.

    What a PDF reader's own fonts would show is named in a picture, which has no reader.
    """
    path = getattr(pdfmetrics.getFont(font).face, "filename", None)
    if not path:
        piece = "".join(map(named, piece))
        path = pdfmetrics.getFont(REGULAR).face.filename
    return _picture_font(str(path), size), piece


@lru_cache(maxsize=64)
def _picture_font(path, size):
    return ImageFont.truetype(path, size)
