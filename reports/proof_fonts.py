"""Fonts and directions for what candidates write in any script.

Odoo ships fonts for Latin, Greek and Cyrillic only. Others are looked for where Linux
distributions put them (Debian: ``fonts-dejavu-core fonts-droid-fallback fonts-nanum``) and go into the
PDF. Without one, Chinese, Japanese and Korean use the fonts every PDF reader brings for them
(Adobe's CID fonts), and any other sign is named instead of printed: never an empty box.

Hebrew and Arabic are written from right to left and Arabic letters join: the packages
``python-bidi`` and ``arabic-reshaper`` do that, if they are installed.
"""

import logging
import threading
import unicodedata
from functools import lru_cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from odoo.tools import file_path

try:
    from arabic_reshaper import ArabicReshaper
    from bidi.algorithm import get_display  # bidi.get_display does not turn brackets round
except ImportError:
    ArabicReshaper = get_display = None

_logger = logging.getLogger(__name__)

REGULAR, BOLD = "RecruitmentTexting", "RecruitmentTextingBold"
_ODOO = "web/static/fonts/google"
_SYSTEM = ("/usr/share/fonts", "/usr/local/share/fonts")
# After Odoo's own; the first that has a sign prints it. reportlab reads TrueType outlines only.
_MORE = (
    "dejavu/DejaVuSans.ttf",
    "noto/NotoSansHebrew-Regular.ttf",
    "noto/NotoSansArabic-Regular.ttf",
    "noto/NotoSansThai-Regular.ttf",
    "noto/NotoSansDevanagari-Regular.ttf",
    "droid/DroidSansFallbackFull.ttf",
    "nanum/NanumGothic.ttf",
    "wqy/wqy-microhei.ttc",
)
# Names of Adobe's character collections' fonts: https://adobe-type-tools.github.io/cmap-resources/
_CHINESE, _JAPANESE, _KOREAN = "STSong-Light", "HeiseiKakuGo-W5", "HYSMyeongJo-Medium"
# Punctuation, kana, Bopomofo, ideographs, Hangul, full-width forms
_EAST_ASIAN = ((0x3000, 0x312F), (0x4E00, 0x9FA5), (0xAC00, 0xD7A3), (0xFF01, 0xFF5E))
_RIGHT_TO_LEFT = ("R", "AL")
_lock = threading.Lock()


@lru_cache(maxsize=1)
def _fonts():
    """Register the fonts there are.

    :returns: list of ``(name, signs it has)``, in the order in which they are tried
    """
    with _lock:
        for name, weight in ((REGULAR, "Regular"), (BOLD, "Bold")):
            path = file_path(f"{_ODOO}/Roboto/Roboto-{weight}.ttf")
            pdfmetrics.registerFont(TTFont(name, path))
        pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD)
        found = [REGULAR]
        for font in _MORE:
            for folder in _SYSTEM:
                if path := next(Path(folder).glob(f"**/{font}"), None):
                    name = f"RecruitmentTexting-{path.stem}"
                    try:
                        pdfmetrics.registerFont(TTFont(name, str(path)))
                    except (TTFError, OSError):
                        _logger.warning("The font %s cannot be read and is not used", path)
                        continue
                    found.append(name)
                    break
        for name in (_CHINESE, _JAPANESE, _KOREAN):
            pdfmetrics.registerFont(UnicodeCIDFont(name))
        return [(name, _signs(name)) for name in found]


def _signs(font):
    """Return the signs a font has; above U+FFFF reportlab prints them, but they copy as others."""
    return frozenset(sign for sign in pdfmetrics.getFont(font).face.charToGlyph if sign <= 0xFFFF)


def runs(text, missing):
    """Return a text as pieces of one font each.

    :param str text: in the order in which it is printed
    :param set missing: the signs that no font has are added to it
    :returns: list of ``(font, text)``; a sign that no font has is named: ``[U+1F600 …]``
    """
    east = _east_asian_font(text)
    pieces = []
    for sign in text:
        if _is_invisible(sign):
            continue
        font = next((name for name, signs in _fonts() if ord(sign) in signs), None)
        if font is None and _is_east_asian(sign):
            font = east
        if font is None:
            missing.add(sign)
            font, sign = REGULAR, named(sign)
        if pieces and pieces[-1][0] == font:
            pieces[-1] = (font, pieces[-1][1] + sign)
        else:
            pieces.append((font, sign))
    return pieces


def lines(text, width, size):
    """Return the lines of a text as they are printed, those from right to left broken and turned.

    Lines from left to right are left whole: paragraphs break them.

    :param str text: as it was written
    :param float width: of a line, in points
    :param float size: of the font, in points
    :returns: list of str
    """
    found = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if not _is_right_to_left(line):
            found.append(line)
        elif get_display is None:
            found.append("".join(_left_to_right(sign) for sign in line))
        else:
            found += [
                get_display(part, base_dir=_direction(line))
                for part in _broken(_reshaper().reshape(line), width, size)
            ]
    return found


def named(sign):
    """Return what stands for a sign that cannot be printed: its code and name.

    :param str sign: one character
    :returns: str
    """
    name = unicodedata.name(sign, "").lower()
    return f"[U+{ord(sign):04X}{' ' if name else ''}{name}]"


def text_width(text, size):
    """Return the width of a text in points.

    :param str text: as it is printed
    :param float size: of the font, in points
    """
    return sum(pdfmetrics.stringWidth(piece, font, size) for font, piece in runs(text, set()))


@lru_cache(maxsize=1)
def _reshaper():
    # Proof: no mark may be left out, which is the package's default.
    return ArabicReshaper({"delete_harakat": False, "use_unshaped_instead_of_isolated": True})


def _broken(line, width, size):
    """Break a line between words, in the order of reading."""
    part = ""
    for word in line.split(" "):
        longer = f"{part} {word}" if part else word
        if part and text_width(longer, size) > width:
            yield part
            longer = word
        part = longer
    yield part


def _is_right_to_left(text):
    return any(unicodedata.bidirectional(sign) in _RIGHT_TO_LEFT for sign in text)


def _direction(text):
    """Return the direction of a line: that of its first letter."""
    for sign in text:
        kind = unicodedata.bidirectional(sign)
        if kind in ("L", *_RIGHT_TO_LEFT):
            return "L" if kind == "L" else "R"
    return "L"


def _left_to_right(sign):
    return named(sign) if unicodedata.bidirectional(sign) in _RIGHT_TO_LEFT else sign


def _is_invisible(sign):
    """Tell whether a sign only steers others: joiners, direction marks, variation selectors."""
    return unicodedata.category(sign) == "Cf" or 0xFE00 <= ord(sign) <= 0xFE0F


def _is_east_asian(sign):
    """Tell whether a sign is of the blocks that Adobe's fonts have."""
    return any(start <= ord(sign) <= end for start, end in _EAST_ASIAN)


def _east_asian_font(text):
    names = [unicodedata.name(sign, "") for sign in text if ord(sign) > 0x2FFF]
    if any(name.startswith(("HIRAGANA", "KATAKANA")) for name in names):
        return _JAPANESE
    if any(name.startswith("HANGUL") for name in names):
        return _KOREAN
    return _CHINESE
